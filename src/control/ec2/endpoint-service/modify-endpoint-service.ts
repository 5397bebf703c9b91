// ModifyVpcEndpointServiceConfiguration: what of an endpoint service can change, and what its connections hold fast.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpointServiceConfiguration.html

import type {
  ModifyVpcEndpointServiceConfigurationRequest,
  ModifyVpcEndpointServiceConfigurationResult,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameter } from '../../../errors.ts'
import type { EndpointService, LoadBalancer } from '../../../store/load-balancing-records.ts'
import type { Region } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { FAMILIES } from '../endpoint/address-family.ts'
import { requireEndpointService } from '../request/require.ts'
import { bindLoadBalancers, requireLoadBalancers } from './backing-load-balancer.ts'
import { liveEndpoints } from './connection.ts'
import { requireIpAddressTypes, requirePrivateDnsName, requireRegions, STILL_CONNECTED } from './endpoint-service.ts'

type Input = ModifyVpcEndpointServiceConfigurationRequest

/** Connections that there are stay as they are when acceptance is asked for from now on, or no more. */
export function modifyVpcEndpointServiceConfiguration(
  tx: Tx,
  caller: Caller,
  input: Input,
): ModifyVpcEndpointServiceConfigurationResult {
  const service = requireEndpointService(tx, caller, input.ServiceId)
  const balancers = requireNewLoadBalancers(tx, caller, service, input)
  const changed = {
    ...service,
    loadBalancerIds: balancers.map(({ id }) => id),
    acceptanceRequired: input.AcceptanceRequired ?? service.acceptanceRequired,
    supportedIpAddressTypes: requireNewIpAddressTypes(tx, service, input, balancers),
    supportedRegions: requireNewRegions(tx, service, input),
    privateDnsName: newDnsName(tx, service, input),
  }
  bindLoadBalancers(tx, service, balancers)
  tx.endpointServices.update(service.id, changed)
  return { Return: true }
}

function requireNewLoadBalancers(
  records: Records,
  caller: Caller,
  service: EndpointService,
  input: Input,
): LoadBalancer[] {
  const isNetwork = service.type === 'Interface'
  const [add, remove] = isNetwork
    ? [input.AddNetworkLoadBalancerArns, input.RemoveNetworkLoadBalancerArns]
    : [input.AddGatewayLoadBalancerArns, input.RemoveGatewayLoadBalancerArns]
  const other = isNetwork
    ? [input.AddGatewayLoadBalancerArns, input.RemoveGatewayLoadBalancerArns]
    : [input.AddNetworkLoadBalancerArns, input.RemoveNetworkLoadBalancerArns]
  if (other.some((arns = []) => arns.length > 0)) {
    throw invalidParameter(
      `The VPC endpoint service ${service.id} is of type ${service.type}, which cannot be changed.`,
    )
  }
  const stranger = remove?.find((arn) => !service.loadBalancerIds.includes(arn))
  if (stranger !== undefined) {
    throw invalidParameter(`Load balancer ${stranger} is not associated with the VPC endpoint service ${service.id}.`)
  }
  if ((remove ?? []).length > 0 && liveEndpoints(records, service).length > 0) throw new ApiError(...STILL_CONNECTED)
  const wanted = changedList(service.loadBalancerIds, add, remove)
  if (wanted.length === 0) {
    throw invalidParameter(`The VPC endpoint service ${service.id} must have at least one load balancer.`)
  }
  return requireLoadBalancers(records, caller, service.type, wanted, service.id)
}

/** A family that an endpoint has stays. */
function requireNewIpAddressTypes(
  records: Records,
  service: EndpointService,
  { AddSupportedIpAddressTypes: added, RemoveSupportedIpAddressTypes: removed = [] }: Input,
  balancers: readonly LoadBalancer[],
): EndpointService['supportedIpAddressTypes'] {
  const wanted = requireIpAddressTypes(changedList(service.supportedIpAddressTypes, added, removed), balancers)
  const used = liveEndpoints(records, service).flatMap(({ ipAddressType }) => FAMILIES[ipAddressType])
  if (used.some((family) => !wanted.includes(family))) throw new ApiError(...STILL_CONNECTED)
  return wanted
}

function requireNewRegions(records: Records, service: EndpointService, input: Input): Region[] {
  const removed = input.RemoveSupportedRegions ?? []
  if (removed.includes(service.region)) {
    throw invalidParameter(`The Region ${service.region} hosts the VPC endpoint service and cannot be removed.`)
  }
  const used = liveEndpoints(records, service).some(({ region }) => removed.includes(region))
  if (used) throw new ApiError(...STILL_CONNECTED)
  return requireRegions(service.type, changedList(service.supportedRegions, input.AddSupportedRegions, removed))
}

/** A name that others may be using is not taken away under their feet; one that is put in its place must be verified, and
 * endpoints keep the one that they enabled. */
function newDnsName(tx: Tx, service: EndpointService, input: Input): EndpointService['privateDnsName'] {
  const { PrivateDnsName: name, RemovePrivateDnsName: isRemoved } = input
  if (isRemoved && name) {
    throw new ApiError('InvalidParameterCombination', 'Send privateDnsName or removePrivateDnsName, not both')
  }
  if (isRemoved) {
    if (liveEndpoints(tx, service).length > 0) throw new ApiError(...STILL_CONNECTED)
    return undefined
  }
  if (!name || name === service.privateDnsName?.name) return service.privateDnsName
  return requirePrivateDnsName(tx, service.type, name)
}

function changedList<T extends string>(
  present: readonly T[],
  added: readonly string[] | undefined,
  removed: readonly string[] | undefined,
): string[] {
  const gone = new Set(removed)
  return [...present, ...(added ?? [])].filter((one) => !gone.has(one))
}
