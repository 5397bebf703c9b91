// What EC2's actions ask the policies, and whom nothing can refuse.

import { multiRegionAuthorisations } from '../../control/ec2/endpoint-service/multi-region-authorisation.ts'
import { flowLogAuthorisations } from '../../control/ec2/flow-log/flow-log-authorisation.ts'
import { instanceProfileAuthorisations } from '../../control/ec2/instance/instance-profile-authorisation.ts'
import { withLaunchTemplate } from '../../control/ec2/launch-template/launch-parameters.ts'
import { ec2Authorisations } from '../../control/ec2/request/authorisation.ts'
import type { Input } from '../../control/ec2/request/named-resources.ts'
import type { Call } from '../../edge/adapter.ts'
import type { Authorisation } from '../../iam/request.ts'
import type { AccountId } from '../../store/records.ts'
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
  const whole = operation === 'RunInstances' ? launchInput(records, call, account) : input
  const asked = ec2Authorisations(records, { account, region }, operation, whole, input)
  if (ACROSS_REGIONS.has(operation)) return [...asked, ...multiRegionAuthorisations({ account, region }, input)]
  if (operation === 'CreateFlowLogs') return [...asked, ...flowLogAuthorisations(records, account, input)]
  if (!GIVING_A_PROFILE.has(operation)) return asked
  return [...asked, ...instanceProfileAuthorisations(records, account, whole)]
}

/** With what its launch template adds, which the policies are asked about as well. */
function launchInput(records: Records, { principal, region, now, requestId, input }: Call, account: AccountId): Input {
  if (input.LaunchTemplate === undefined) return input
  const caller = { account, region, principal, now, requestId }
  // The wire tables decode the input of RunInstances to its type.
  const { input: whole } = withLaunchTemplate(records, caller, input as never)
  return { ...whole, LaunchTemplate: input.LaunchTemplate }
}

/** An account's root needs no policy, and only an organization or an endpoint on the way could deny. */
function cannotBeRefused({ organizationAccounts }: Records, { principal, connection }: Call): boolean {
  return principal.kind === 'root' && connection.kind === 'public' && !organizationAccounts.has(principal.account)
}
