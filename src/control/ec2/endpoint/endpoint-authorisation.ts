// What policies may ask of calls that make, change and delete endpoints: for which service.
// https://docs.aws.amazon.com/vpc/latest/privatelink/security_iam_id-based-policy-examples.html

import type { Authorisation } from '../../../iam/request.ts'
import type { AccountId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'

interface Input {
  /** CreateVpcEndpoint. */
  readonly ServiceName?: string | undefined
  /** ModifyVpcEndpoint. */
  readonly VpcEndpointId?: string | undefined
  /** DeleteVpcEndpoints. */
  readonly VpcEndpointIds?: readonly string[] | undefined
}

/** The action once for each endpoint, with the name and the owner of its service; what is not there has neither. */
export function endpointAuthorisations(
  records: Records,
  account: AccountId,
  operation: string,
  input: Input,
): Authorisation[] {
  const asked = { action: `ec2:${operation}`, resource: '*', resourceAccount: account }
  const ids = input.VpcEndpointIds ?? (input.VpcEndpointId === undefined ? [] : [input.VpcEndpointId])
  const known = ids.flatMap((id) => records.vpcEndpoints.get(id) ?? []).filter(({ owner }) => owner === account)
  const services = input.ServiceName === undefined ? known.map((one) => one.serviceName) : [input.ServiceName]
  if (services.length === 0) return [{ ...asked, keys: {} }]
  return [...new Set(services)].map((name) => ({
    ...asked,
    keys: { 'ec2:vpceservicename': name, 'ec2:vpceserviceowner': 'amazon' },
  }))
}
