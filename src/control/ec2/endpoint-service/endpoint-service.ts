// VPC endpoint services: what a provider offers to consumers in other VPCs and accounts, before its load balancers.
// https://docs.aws.amazon.com/vpc/latest/privatelink/create-endpoint-service.html

import type {
  CreateVpcEndpointServiceConfigurationRequest,
  CreateVpcEndpointServiceConfigurationResult,
  DeleteVpcEndpointServiceConfigurationsRequest,
  DeleteVpcEndpointServiceConfigurationsResult,
  DescribeVpcEndpointServiceConfigurationsRequest,
  DescribeVpcEndpointServiceConfigurationsResult,
  ModifyVpcEndpointServicePayerResponsibilityRequest,
  ModifyVpcEndpointServicePayerResponsibilityResult,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2'
import { isRegion } from '../../../catalogue/regions.ts'
import { endpointServiceName } from '../../../compile/endpoint-service-name.ts'
import { invalidParameter, missingParameter, notFound } from '../../../errors.ts'
import type { EndpointService, LoadBalancer } from '../../../store/load-balancing-records.ts'
import type { Region } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireEndpointService, requireId, requireNamed } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import {
  bindLoadBalancers,
  type EndpointServiceType,
  freeLoadBalancer,
  requireLoadBalancers,
} from './backing-load-balancer.ts'
import { liveEndpoints } from './connection.ts'
import { toServiceConfiguration } from './endpoint-service-shape.ts'
import { newPrivateDnsName } from './private-dns-name.ts'

/** The code and the words of AWS for a service that cannot go, or lose a load balancer, because endpoints need it. */
export const STILL_CONNECTED = [
  'ExistingVpcEndpointConnections',
  'Service has existing active VPC Endpoint connections!',
] as const

export function createVpcEndpointServiceConfiguration(
  tx: Tx,
  caller: Caller,
  input: CreateVpcEndpointServiceConfigurationRequest,
): CreateVpcEndpointServiceConfigurationResult {
  const call = { action: 'CreateVpcEndpointServiceConfiguration', input }
  const made = tx.endpointServices.get(findMadeBefore(tx, caller, call) ?? '')
  if (made) return { ServiceConfiguration: toServiceConfiguration(tx, made), ClientToken: input.ClientToken }
  const { type, arns } = requireBacking(input)
  const balancers = requireLoadBalancers(tx, caller, type, arns)
  const id = tx.newId('vpce-svc')
  const service = tx.endpointServices.insert({
    ...ownedBy(caller, tagsFor('vpc-endpoint-service', input.TagSpecifications)),
    id,
    type,
    state: 'Available',
    loadBalancerIds: balancers.map((balancer) => balancer.id),
    acceptanceRequired: input.AcceptanceRequired ?? true,
    supportedIpAddressTypes: requireIpAddressTypes(input.SupportedIpAddressTypes ?? ['ipv4'], balancers),
    supportedRegions: requireRegions(type, [caller.region, ...(input.SupportedRegions ?? [])]),
    ...(input.PrivateDnsName ? { privateDnsName: requirePrivateDnsName(tx, type, input.PrivateDnsName) } : {}),
  })
  bindLoadBalancers(tx, service, balancers)
  rememberMade(tx, caller, call, id)
  return { ServiceConfiguration: toServiceConfiguration(tx, service), ClientToken: input.ClientToken }
}

export function describeVpcEndpointServiceConfigurations(
  records: Records,
  caller: Caller,
  input: DescribeVpcEndpointServiceConfigurationsRequest,
): DescribeVpcEndpointServiceConfigurationsResult {
  const named = requireNamed(records.endpointServices, caller, 'EndpointServiceConfiguration', input.ServiceIds)
  const { items, nextToken } = pageOf(applyFilters(named, input.Filters, FILTERS), input, (service) => service.id)
  return {
    ServiceConfigurations: items.map((service) => toServiceConfiguration(records, service)),
    NextToken: nextToken,
  }
}

/** Each service by itself: one that cannot go is reported, and the others go. */
export function deleteVpcEndpointServiceConfigurations(
  tx: Tx,
  caller: Caller,
  input: DeleteVpcEndpointServiceConfigurationsRequest,
): DeleteVpcEndpointServiceConfigurationsResult {
  const ids = input.ServiceIds ?? []
  if (ids.length === 0) throw missingParameter('serviceId')
  for (const id of ids) requireId('EndpointServiceConfiguration', id)
  return { Unsuccessful: [...new Set(ids)].flatMap((id) => deleteEndpointService(tx, caller, id) ?? []) }
}

/** It cannot be undone, so there is one value. */
export function modifyVpcEndpointServicePayerResponsibility(
  tx: Tx,
  caller: Caller,
  input: ModifyVpcEndpointServicePayerResponsibilityRequest,
): ModifyVpcEndpointServicePayerResponsibilityResult {
  const service = requireEndpointService(tx, caller, input.ServiceId)
  const payerResponsibility = parseChoice('payerResponsibility', input.PayerResponsibility, ['ServiceOwner'])
  if (!payerResponsibility) throw missingParameter('payerResponsibility')
  tx.endpointServices.update(service.id, { payerResponsibility })
  return { ReturnValue: true }
}

/** IPv6 needs load balancers that have it. */
export function requireIpAddressTypes(
  types: readonly string[],
  balancers: readonly LoadBalancer[],
): EndpointService['supportedIpAddressTypes'] {
  const choices = ['ipv4', 'ipv6'] as const
  const wanted = new Set(types.flatMap((type) => parseChoice('supportedIpAddressType', type, choices) ?? []))
  if (wanted.size === 0) throw invalidParameter('An endpoint service must support at least one IP address type.')
  const narrow = wanted.has('ipv6') && balancers.find(({ ipAddressType }) => ipAddressType !== 'dualstack')
  if (narrow) {
    throw invalidParameter(
      `The IP address type ipv6 is not supported by the load balancer ${narrow.id}; make it dualstack first.`,
    )
  }
  return choices.filter((type) => wanted.has(type))
}

/** Each once, the service's own first. */
export function requireRegions(type: EndpointServiceType, regions: readonly Region[]): Region[] {
  const wanted = [...new Set(regions)]
  const unknown = wanted.find((region) => !isRegion(region))
  if (unknown !== undefined)
    throw invalidParameter(`'${unknown}' is not a Region that an endpoint service can support.`)
  if (wanted.length > 1 && type === 'GatewayLoadBalancer') {
    throw invalidParameter('Cross-region access is only supported for endpoint services with Network Load Balancers.')
  }
  return wanted
}

export function requirePrivateDnsName(tx: Tx, type: EndpointServiceType, name: string) {
  if (type === 'GatewayLoadBalancer') {
    throw invalidParameter('Private DNS names are not supported for Gateway Load Balancer endpoint services.')
  }
  return newPrivateDnsName(name, tx.newId('vpce-dns'))
}

function requireBacking(input: CreateVpcEndpointServiceConfigurationRequest): {
  readonly type: EndpointServiceType
  readonly arns: readonly string[]
} {
  const { NetworkLoadBalancerArns: network = [], GatewayLoadBalancerArns: gateway = [] } = input
  if (network.length > 0 === gateway.length > 0) {
    throw invalidParameter('exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member')
  }
  return network.length > 0 ? { type: 'Interface', arns: network } : { type: 'GatewayLoadBalancer', arns: gateway }
}

/** Endpoints that it rejected stay for their owners to delete. */
function deleteEndpointService(tx: Tx, caller: Caller, id: string): UnsuccessfulItem | undefined {
  const service = tx.endpointServices.get(id)
  if (!service || service.owner !== caller.account || service.region !== caller.region) {
    const { message } = notFound('EndpointServiceConfiguration', id)
    return { ResourceId: id, Error: { Code: 'InvalidVpcEndpointService.NotFound', Message: message } }
  }
  if (liveEndpoints(tx, service).length > 0) {
    const [Code, Message] = STILL_CONNECTED
    return { ResourceId: id, Error: { Code, Message } }
  }
  for (const arn of service.loadBalancerIds) freeLoadBalancer(tx, arn)
  for (const permission of tx.endpointServicePermissions.where('serviceId', service.id)) {
    tx.endpointServicePermissions.delete(permission.id)
  }
  for (const notification of tx.connectionNotifications.where('serviceId', service.id)) {
    tx.connectionNotifications.delete(notification.id)
  }
  tx.endpointServices.delete(id)
  forgetMade(tx, id)
  return undefined
}

const FILTERS: FilterFields<EndpointService> = {
  'service-id': (service) => service.id,
  'service-name': endpointServiceName,
  'service-state': (service) => service.state,
  'supported-ip-address-types': (service) => service.supportedIpAddressTypes,
}
