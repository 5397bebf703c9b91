// What EC2's actions ask the policies, and whom nothing can refuse.

import { multiRegionAuthorisations } from '../../control/ec2/endpoint-service/multi-region-authorisation.ts'
import { flowLogAuthorisations } from '../../control/ec2/flow-log/flow-log-authorisation.ts'
import { instanceProfileAuthorisations } from '../../control/ec2/instance/instance-profile-authorisation.ts'
import { ec2Authorisations } from '../../control/ec2/request/authorisation.ts'
import type { Call } from '../../edge/adapter.ts'
import type { Authorisation } from '../../iam/request.ts'
import type { Records } from '../../store/store.ts'

const GIVING_A_PROFILE = new Set([
  'RunInstances',
  'AssociateIamInstanceProfile',
  'ReplaceIamInstanceProfileAssociation',
])

const ACROSS_REGIONS = new Set([
  'CreateVpcEndpoint',
  'CreateVpcEndpointServiceConfiguration',
  'ModifyVpcEndpointServiceConfiguration',
])

/** The questions of any EC2 call: its own, whether it may pass on the role that it names, and whether it may cross regions. */
export function ec2Questions(records: Records, call: Call): readonly Authorisation[] {
  const { principal, region, operation, input } = call
  if (principal.kind === 'anonymous') return [{ action: `ec2:${operation}`, resource: '*', keys: {} }]
  if (cannotBeRefused(records, call)) return []
  const { account } = principal
  const asked = ec2Authorisations(records, { account, region }, operation, input)
  if (ACROSS_REGIONS.has(operation)) return [...asked, ...multiRegionAuthorisations({ account, region }, input)]
  if (operation === 'CreateFlowLogs') return [...asked, ...flowLogAuthorisations(records, account, input)]
  if (!GIVING_A_PROFILE.has(operation)) return asked
  return [...asked, ...instanceProfileAuthorisations(records, account, input)]
}

/** An account's root needs no policy, and only an organization or an endpoint on the way could deny. */
function cannotBeRefused({ organizationAccounts }: Records, { principal, connection }: Call): boolean {
  return principal.kind === 'root' && connection.kind === 'public' && !organizationAccounts.has(principal.account)
}
