// VPC endpoints of type Gateway. An endpoint is `pending` until the kernel has it and `deleting` until the kernel has
// lost it: both second steps are the reconciler's.
// https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html

import type {
  CreateVpcEndpointRequest,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeVpcEndpointsRequest,
  ModifyVpcEndpointRequest,
  ModifyVpcEndpointResult,
} from '@aws-sdk/client-ec2'
import { type EndpointService, findEndpointService } from '../../../catalogue/endpoint-services.ts'
import { ApiError, missingParameter, notFound } from '../../../errors.ts'
import type { RouteTable, RouteTableId, Vpc, VpcEndpoint } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { notServed, refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireId, requireNamed, requireRouteTable, requireVpc, requireVpcEndpoint } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { findAwsPrefixListByName } from '../route/prefix-list.ts'
import { endpointRoutes } from '../route/route-shape.ts'
import { allocateBackboneAddress } from './backbone-address.ts'
import { DEFAULT_GATEWAY_POLICY, requireEndpointPolicy } from './endpoint-policy.ts'
import { type ShownVpcEndpoint, toVpcEndpoint } from './vpc-endpoint-shape.ts'

const ENDPOINTS_PER_VPC = 255

export interface CreateVpcEndpointOutput {
  VpcEndpoint: ShownVpcEndpoint
  ClientToken?: string | undefined
}

export function createVpcEndpoint(tx: Tx, caller: Caller, input: CreateVpcEndpointRequest): CreateVpcEndpointOutput {
  const call = { action: 'CreateVpcEndpoint', input }
  const made = tx.vpcEndpoints.get(findMadeBefore(tx, caller, call) ?? '')
  if (made) return { VpcEndpoint: toVpcEndpoint(made), ClientToken: input.ClientToken }
  const vpc = requireVpc(tx, caller, input.VpcId)
  const service = requireGatewayService(caller, input)
  checkGatewayParameters(input)
  const tables = requireRouteTablesIn(tx, caller, vpc, input.RouteTableIds)
  checkRoutesFree(tx, caller, service.name, tables)
  const policyDocument = input.PolicyDocument ? requireEndpointPolicy(input.PolicyDocument) : DEFAULT_GATEWAY_POLICY
  const tags = tagsFor('vpc-endpoint', input.TagSpecifications)
  if (tx.vpcEndpoints.where('vpcId', vpc.id).length >= ENDPOINTS_PER_VPC) {
    throw new ApiError('VpcEndpointLimitExceeded', 'The maximum number of VPC endpoints has been reached.')
  }
  const endpoint = tx.vpcEndpoints.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('vpce'),
    type: 'Gateway',
    vpcId: vpc.id,
    serviceName: service.name,
    state: 'pending',
    policyDocument,
    routeTableIds: tables.map((table) => table.id),
    groupIds: [],
    ipAddressType: 'ipv4',
    dnsRecordIpType: requireDnsRecordIpType(input.DnsOptions?.DnsRecordIpType) ?? 'service-defined',
    privateDnsEnabled: false,
    privateDnsOnlyForInboundResolverEndpoint: false,
    backboneAddress: allocateBackboneAddress(tx),
  })
  rememberMade(tx, caller, call, endpoint.id)
  return { VpcEndpoint: toVpcEndpoint(endpoint), ClientToken: input.ClientToken }
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
  return { VpcEndpoints: items.map(toVpcEndpoint), NextToken: nextToken }
}

/** The state stays: the change is in force with the next revision that the kernel has. */
export function modifyVpcEndpoint(tx: Tx, caller: Caller, input: ModifyVpcEndpointRequest): ModifyVpcEndpointResult {
  const endpoint = requireVpcEndpoint(tx, caller, input.VpcEndpointId)
  if (endpoint.state === 'deleting') {
    throw new ApiError('IncorrectState', `The VPC endpoint ${endpoint.id} is being deleted and cannot be modified`)
  }
  checkGatewayParameters({
    SubnetIds: [...(input.AddSubnetIds ?? []), ...(input.RemoveSubnetIds ?? [])],
    SubnetConfigurations: input.SubnetConfigurations,
    SecurityGroupIds: [...(input.AddSecurityGroupIds ?? []), ...(input.RemoveSecurityGroupIds ?? [])],
    PrivateDnsEnabled: input.PrivateDnsEnabled,
    DnsOptions: input.DnsOptions,
    IpAddressType: input.IpAddressType,
  })
  const dnsRecordIpType = requireDnsRecordIpType(input.DnsOptions?.DnsRecordIpType)
  tx.vpcEndpoints.update(endpoint.id, {
    routeTableIds: requireNewRouteTableIds(tx, caller, endpoint, input),
    policyDocument: requireNewPolicy(endpoint, input),
    ...(dnsRecordIpType ? { dnsRecordIpType } : {}),
  })
  return { Return: true }
}

/** Each endpoint by itself: one that is not there is reported, and the others go. */
export function deleteVpcEndpoints(tx: Tx, caller: Caller, input: DeleteVpcEndpointsRequest): DeleteVpcEndpointsResult {
  const ids = input.VpcEndpointIds ?? []
  if (ids.length === 0) throw missingParameter('vpcEndpointId')
  for (const id of ids) requireId('VpcEndpoint', id)
  const unsuccessful = [...new Set(ids)].flatMap((id) => {
    const endpoint = tx.vpcEndpoints.get(id)
    if (!endpoint || endpoint.owner !== caller.account || endpoint.region !== caller.region) {
      const { message } = notFound('VpcEndpoint', id)
      return [{ ResourceId: id, Error: { Code: 'InvalidVpcEndpoint.NotFound', Message: message } }]
    }
    tx.vpcEndpoints.update(id, { state: 'deleting' })
    forgetMade(tx, id)
    return []
  })
  return { Unsuccessful: unsuccessful }
}

function requireGatewayService(caller: Caller, input: CreateVpcEndpointRequest): EndpointService {
  refuseUnserved({
    serviceNetworkArn: input.ServiceNetworkArn,
    resourceConfigurationArn: input.ResourceConfigurationArn,
  })
  const type = input.VpcEndpointType ?? 'Gateway'
  if (!['Gateway', 'Interface', 'GatewayLoadBalancer', 'Resource', 'ServiceNetwork'].includes(type)) {
    throw new ApiError('InvalidParameter', `Unknown VPC endpoint type '${type}'; use Gateway or Interface.`)
  }
  if (input.ServiceName === undefined) throw missingParameter('serviceName')
  const service = findEndpointService(caller.region, input.ServiceName)
  if (!service) throw notFound('VpcEndpointService', input.ServiceName)
  if (!service.types.some((offered) => offered === type)) {
    throw new ApiError(
      'InvalidParameter',
      `Endpoint type (${type}) does not match available service types ([${service.types.join(', ')}]).`,
    )
  }
  if (type !== 'Gateway') throw notServed(`A VPC endpoint of type ${type}`)
  if (input.ServiceRegion !== undefined && input.ServiceRegion !== caller.region) {
    throw new ApiError('InvalidParameter', 'Cross-region access is only supported for Interface type VPC Endpoints.')
  }
  if (!findAwsPrefixListByName(caller.region, service.name)) throw notServed(`The service ${service.name}`)
  return service
}

type GatewayParameters = Pick<
  CreateVpcEndpointRequest,
  'SubnetIds' | 'SubnetConfigurations' | 'SecurityGroupIds' | 'PrivateDnsEnabled' | 'DnsOptions' | 'IpAddressType'
>

/** What a gateway endpoint has not: interfaces, groups and private names. */
function checkGatewayParameters(input: GatewayParameters): void {
  if ((input.SubnetIds ?? []).length > 0 || (input.SubnetConfigurations ?? []).length > 0) {
    throw invalidParameter('Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.')
  }
  if ((input.SecurityGroupIds ?? []).length > 0) {
    throw invalidParameter('Security group IDs are only supported for Interface type VPC Endpoint.')
  }
  if (input.PrivateDnsEnabled) {
    throw invalidParameter('Private DNS can only be enabled for Interface type VPC Endpoints.')
  }
  if (input.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint) {
    throw invalidParameter(
      'PrivateDnsOnlyForInboundResolverEndpoint is only supported for Interface type VPC Endpoints.',
    )
  }
  if (input.IpAddressType !== undefined && input.IpAddressType !== 'ipv4') {
    throw invalidParameter(`The IP address type ${input.IpAddressType} is not supported here; use ipv4.`)
  }
}

/** An ipv4 endpoint has A records, or what the service says. */
function requireDnsRecordIpType(type: string | undefined): 'ipv4' | 'service-defined' | undefined {
  if (type === undefined || type === 'ipv4' || type === 'service-defined') return type
  throw invalidParameter(
    `The DNS record IP type ${type} does not go with the IP address type ipv4; use ipv4 or service-defined.`,
  )
}

function requireRouteTablesIn(
  records: Records,
  caller: Caller,
  vpc: Pick<Vpc, 'id'>,
  ids: readonly string[] | undefined,
): RouteTable[] {
  return [...new Set(ids)].map((id) => {
    const table = requireRouteTable(records, caller, id)
    if (table.vpcId !== vpc.id) throw invalidParameter(`Route table ${table.id} does not belong to VPC ${vpc.id}.`)
    return table
  })
}

/** A table can have one endpoint for a service: its route is to the service's prefix list. */
function checkRoutesFree(records: Records, caller: Caller, serviceName: string, tables: readonly RouteTable[]): void {
  const list = findAwsPrefixListByName(caller.region, serviceName)
  for (const table of tables) {
    const isTaken =
      endpointRoutes(records, table).some((route) => route.prefixListId === list?.id) ||
      table.routes.some(({ destination }) => destination.kind === 'prefixList' && destination.prefixListId === list?.id)
    if (isTaken) {
      throw new ApiError(
        'RouteAlreadyExists',
        `route table ${table.id} already has a route with destination-prefix-list-id ${list?.id}`,
      )
    }
  }
}

function requireNewRouteTableIds(
  tx: Tx,
  caller: Caller,
  endpoint: VpcEndpoint,
  input: ModifyVpcEndpointRequest,
): RouteTableId[] {
  const removed = new Set((input.RemoveRouteTableIds ?? []).map((id): string => requireRouteTable(tx, caller, id).id))
  const kept = endpoint.routeTableIds.filter((id) => !removed.has(id))
  const added = requireRouteTablesIn(tx, caller, { id: endpoint.vpcId }, input.AddRouteTableIds).filter(
    (table) => !endpoint.routeTableIds.includes(table.id),
  )
  checkRoutesFree(tx, caller, endpoint.serviceName, added)
  return [...kept, ...added.map((table) => table.id)]
}

function requireNewPolicy(endpoint: VpcEndpoint, input: ModifyVpcEndpointRequest): string {
  if (input.ResetPolicy && input.PolicyDocument) {
    throw new ApiError('InvalidParameterCombination', 'Send policyDocument or resetPolicy, not both')
  }
  if (input.ResetPolicy) return DEFAULT_GATEWAY_POLICY
  return input.PolicyDocument ? requireEndpointPolicy(input.PolicyDocument) : endpoint.policyDocument
}

function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameter', message)
}

const FILTERS: FilterFields<VpcEndpoint> = {
  'ip-address-type': (endpoint) => endpoint.ipAddressType,
  'service-name': (endpoint) => endpoint.serviceName,
  'service-region': (endpoint) => endpoint.region,
  'vpc-endpoint-id': (endpoint) => endpoint.id,
  'vpc-endpoint-state': (endpoint) => endpoint.state,
  'vpc-endpoint-type': (endpoint) => endpoint.type,
  'vpc-id': (endpoint) => endpoint.vpcId,
}
