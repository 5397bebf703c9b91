// VPC endpoints. An endpoint is `pending` until the kernel has it and `deleting` until the kernel has lost it: both
// second steps are the reconciler's. What differs by type is in gateway-endpoint.ts and interface-endpoint.ts.
// https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html

import type {
  CreateVpcEndpointRequest,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeVpcEndpointsRequest,
  ModifyVpcEndpointRequest,
  ModifyVpcEndpointResult,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter, notFound } from '../../../errors.ts'
import type { EndpointService } from '../../../store/load-balancing-records.ts'
import type { VpcEndpoint } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { noteConnectionEvent } from '../endpoint-service/connection-event.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireId, requireNamed, requireVpc, requireVpcEndpoint } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { allocateBackboneAddress } from './backbone-address.ts'
import { removeAssociations } from './endpoint-association.ts'
import { dnsHashOf, hiddenZoneIdOf } from './endpoint-dns.ts'
import { addEndpointInterfaces, interfacesOfEndpoint } from './endpoint-interface.ts'
import { gatewayEndpointOf, modifyGatewayEndpoint } from './gateway-endpoint.ts'
import { gatewayLoadBalancerEndpointOf, modifyGatewayLoadBalancerEndpoint } from './gateway-load-balancer-endpoint.ts'
import { interfaceEndpointOf, modifyInterfaceEndpoint } from './interface-endpoint.ts'
import { checkEndpointCount, type NewVpcEndpoint, requireOffer } from './new-vpc-endpoint.ts'
import { offerBehind } from './offer.ts'
import { endpointsThatNeed, gatewayEndpoints } from './private-dns.ts'
import { insertResourceEndpoint, isLatticeType, modifyResourceEndpoint } from './resource-endpoint.ts'
import { type ShownVpcEndpoint, toVpcEndpoint } from './vpc-endpoint-shape.ts'

export interface CreateVpcEndpointOutput {
  VpcEndpoint: ShownVpcEndpoint
  ClientToken?: string | undefined
}

export function createVpcEndpoint(tx: Tx, caller: Caller, input: CreateVpcEndpointRequest): CreateVpcEndpointOutput {
  const call = { action: 'CreateVpcEndpoint', input }
  const made = tx.vpcEndpoints.get(findMadeBefore(tx, caller, call) ?? '')
  if (made) return { VpcEndpoint: toVpcEndpoint(tx, made), ClientToken: input.ClientToken }
  const vpc = requireVpc(tx, caller, input.VpcId)
  if (isLatticeType(input.VpcEndpointType)) {
    const endpoint = insertResourceEndpoint(tx, caller, vpc, input.VpcEndpointType, input)
    rememberMade(tx, caller, call, endpoint.id)
    return { VpcEndpoint: toVpcEndpoint(tx, endpoint), ClientToken: input.ClientToken }
  }
  const { service, type } = requireOffer(tx, caller, input)
  checkEndpointCount(tx, vpc, type)
  const wanted = { vpc, service, input }
  const endpoint =
    type === 'Gateway' ? insertGatewayEndpoint(tx, caller, wanted) : insertEndpointInSubnets(tx, caller, type, wanted)
  noteConnectionEvent(tx, endpoint, 'Connect', caller.now)
  if (endpoint.state === 'pending') noteConnectionEvent(tx, endpoint, 'Accept', caller.now)
  rememberMade(tx, caller, call, endpoint.id)
  return { VpcEndpoint: toVpcEndpoint(tx, endpoint), ClientToken: input.ClientToken }
}

export function describeVpcEndpoints(
  records: Records,
  caller: Caller,
  input: DescribeVpcEndpointsRequest,
): { VpcEndpoints: ShownVpcEndpoint[]; NextToken?: string | undefined } {
  const named = requireNamed(records.vpcEndpoints, caller, 'VpcEndpoint', input.VpcEndpointIds)
  const found = applyFilters(named, input.Filters, FILTERS)
  const limits = { min: 1, max: 1000, capped: true }
  const { items, nextToken } = pageOf(found, input, (endpoint) => endpoint.id, limits)
  return { VpcEndpoints: items.map((endpoint) => toVpcEndpoint(records, endpoint)), NextToken: nextToken }
}

export function modifyVpcEndpoint(tx: Tx, caller: Caller, input: ModifyVpcEndpointRequest): ModifyVpcEndpointResult {
  const endpoint = requireVpcEndpoint(tx, caller, input.VpcEndpointId)
  if (endpoint.state === 'deleting') {
    throw new ApiError('IncorrectState', `The VPC endpoint ${endpoint.id} is being deleted and cannot be modified`)
  }
  if (endpoint.state === 'rejected' || endpoint.state === 'failed') {
    throw new ApiError('IncorrectState', `The VPC endpoint ${endpoint.id} is ${endpoint.state} and cannot be modified`)
  }
  if (isLatticeType(endpoint.type)) {
    modifyResourceEndpoint(tx, caller, endpoint, input)
    return { Return: true }
  }
  const service = offerBehind(tx, endpoint)
  if (!service) throw notFound('VpcEndpointService', endpoint.serviceName)
  modifierOf(endpoint)(tx, caller, endpoint, { service, input })
  return { Return: true }
}

function modifierOf({ type }: VpcEndpoint) {
  if (type === 'Gateway') return modifyGatewayEndpoint
  return type === 'GatewayLoadBalancer' ? modifyGatewayLoadBalancerEndpoint : modifyInterfaceEndpoint
}

/** Each endpoint by itself: one that cannot go is reported, and the others go. */
export function deleteVpcEndpoints(tx: Tx, caller: Caller, input: DeleteVpcEndpointsRequest): DeleteVpcEndpointsResult {
  const ids = input.VpcEndpointIds ?? []
  if (ids.length === 0) throw missingParameter('vpcEndpointId')
  for (const id of ids) requireId('VpcEndpoint', id)
  const going = new Set(ids)
  return { Unsuccessful: [...going].flatMap((id) => deleteVpcEndpoint(tx, caller, id, going) ?? []) }
}

/** What the reconciler does when the kernel has lost an endpoint. */
export function removeVpcEndpoint(tx: Tx, endpoint: VpcEndpoint): void {
  removeAssociations(tx, endpoint)
  for (const { id } of interfacesOfEndpoint(tx, endpoint)) tx.networkInterfaces.delete(id)
  for (const { id } of tx.connectionNotifications.where('vpcEndpointId', endpoint.id)) {
    tx.connectionNotifications.delete(id)
  }
  tx.vpcEndpoints.delete(endpoint.id)
}

function insertGatewayEndpoint(tx: Tx, caller: Caller, wanted: NewVpcEndpoint<CreateVpcEndpointRequest>): VpcEndpoint {
  const fields = gatewayEndpointOf(tx, caller, wanted)
  return tx.vpcEndpoints.insert({
    ...commonFields(tx, caller, wanted),
    groupIds: [],
    privateDnsEnabled: false,
    privateDnsOnlyForInboundResolverEndpoint: false,
    ...fields,
  })
}

function insertEndpointInSubnets(
  tx: Tx,
  caller: Caller,
  type: VpcEndpoint['type'],
  wanted: NewVpcEndpoint<CreateVpcEndpointRequest>,
): VpcEndpoint {
  const isInterface = type === 'Interface'
  const { fields, placements } = (isInterface ? interfaceEndpointOf : gatewayLoadBalancerEndpointOf)(tx, caller, wanted)
  const common = commonFields(tx, caller, wanted)
  const names = isInterface && { dnsHash: dnsHashOf(common.id), hiddenZoneId: hiddenZoneIdOf(common.id) }
  const endpoint = tx.vpcEndpoints.insert({ ...common, routeTableIds: [], ...names, ...fields })
  addEndpointInterfaces(tx, caller, endpoint, placements)
  return endpoint
}

function commonFields(tx: Tx, caller: Caller, { vpc, service, input }: NewVpcEndpoint<CreateVpcEndpointRequest>) {
  return {
    ...ownedBy(caller, tagsFor('vpc-endpoint', input.TagSpecifications)),
    id: tx.newId('vpce'),
    vpcId: vpc.id,
    serviceName: service.name,
    ...(service.own && connectionTo(tx, caller, service.own)),
    state: service.own?.acceptanceRequired ? 'pendingAcceptance' : 'pending',
    ipAddressType: 'ipv4',
    backboneAddress: allocateBackboneAddress(tx),
  } as const
}

function connectionTo(tx: Tx, caller: Caller, { id, region }: EndpointService) {
  return {
    endpointServiceId: id,
    connectionId: tx.newId('vpce-con'),
    ...(region !== caller.region && { serviceRegion: region }),
  }
}

function deleteVpcEndpoint(
  tx: Tx,
  caller: Caller,
  id: string,
  going: ReadonlySet<string>,
): UnsuccessfulItem | undefined {
  const endpoint = tx.vpcEndpoints.get(id)
  if (!endpoint || endpoint.owner !== caller.account || endpoint.region !== caller.region) {
    const { message } = notFound('VpcEndpoint', id)
    return { ResourceId: id, Error: { Code: 'InvalidVpcEndpoint.NotFound', Message: message } }
  }
  if (isLastGatewayNeeded(tx, endpoint, going)) {
    const Message = `VPC endpoint ${id} cannot be deleted: an Interface endpoint for ${endpoint.serviceName} in ${endpoint.vpcId} has PrivateDnsOnlyForInboundResolverEndpoint set to true.`
    return { ResourceId: id, Error: { Code: 'InvalidParameter', Message } }
  }
  if (isRouteTarget(tx, endpoint)) {
    const Message = 'Endpoint must be removed from route table before deletion'
    return { ResourceId: id, Error: { Code: 'InvalidParameter', Message } }
  }
  if (endpoint.state !== 'deleting') noteConnectionEvent(tx, endpoint, 'Delete', caller.now)
  tx.vpcEndpoints.update(id, { state: 'deleting' })
  forgetMade(tx, id)
  return undefined
}

function isRouteTarget(records: Records, { id, vpcId }: VpcEndpoint): boolean {
  return records.routeTables.where('vpcId', vpcId).some((table) => table.routes.some(({ target }) => target.id === id))
}

/** True when an interface endpoint that stays leaves its VPC's own queries to this gateway endpoint and no other. */
function isLastGatewayNeeded(records: Records, endpoint: VpcEndpoint, going: ReadonlySet<string>): boolean {
  if (endpoint.type !== 'Gateway' || endpoint.state === 'deleting') return false
  const others = gatewayEndpoints(records, endpoint.vpcId, endpoint.serviceName).filter(({ id }) => !going.has(id))
  return others.length === 0 && endpointsThatNeed(records, endpoint).some(({ id }) => !going.has(id))
}

const FILTERS: FilterFields<VpcEndpoint> = {
  'ip-address-type': (endpoint) => endpoint.ipAddressType,
  'service-name': (endpoint) => endpoint.serviceName,
  'service-region': (endpoint) => endpoint.serviceRegion ?? endpoint.region,
  'vpc-endpoint-id': (endpoint) => endpoint.id,
  'vpc-endpoint-state': (endpoint) => endpoint.state,
  'vpc-endpoint-type': (endpoint) => endpoint.type,
  'vpc-id': (endpoint) => endpoint.vpcId,
}
