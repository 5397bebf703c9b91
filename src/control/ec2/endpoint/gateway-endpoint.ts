// Endpoints of type Gateway: no interfaces, no names, a route to the service's prefix list in each of their tables.
// https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html

import type { CreateVpcEndpointRequest, ModifyVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameter } from '../../../errors.ts'
import type { RouteTable, RouteTableId, Vpc, VpcEndpoint } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { findAwsPrefixListByName } from '../prefix-list/find.ts'
import { notServed } from '../request/not-served.ts'
import { requireRouteTable } from '../request/require.ts'
import { endpointRoutes } from '../route/route-shape.ts'
import { DEFAULT_GATEWAY_POLICY, requirePolicy } from './endpoint-policy.ts'
import { checkIpAddressType, type NewVpcEndpoint, requireDnsRecordIpType } from './new-vpc-endpoint.ts'
import type { ServiceOffer } from './offer.ts'

/** What a new gateway endpoint has by its type; nothing is written. */
export function gatewayEndpointOf(
  records: Records,
  caller: Caller,
  { vpc, service, input }: NewVpcEndpoint<CreateVpcEndpointRequest>,
): Pick<VpcEndpoint, 'type' | 'policyDocument' | 'routeTableIds' | 'dnsRecordIpType'> {
  if (input.ServiceRegion !== undefined && input.ServiceRegion !== caller.region) {
    throw invalidParameter('Cross-region access is only supported for Interface type VPC Endpoints.')
  }
  if (!findAwsPrefixListByName(caller.region, service.name)) throw notServed(`The service ${service.name}`)
  checkGatewayParameters(service, input)
  const tables = requireRouteTablesIn(records, caller, vpc, input.RouteTableIds)
  checkRoutesFree(records, caller, service.name, tables)
  return {
    type: 'Gateway',
    policyDocument: requirePolicy(service, input, DEFAULT_GATEWAY_POLICY),
    routeTableIds: tables.map((table) => table.id),
    dnsRecordIpType: requireDnsRecordIpType(input.DnsOptions) ?? 'service-defined',
  }
}

/** The state stays: the change is in force with the next revision that the kernel has. */
export function modifyGatewayEndpoint(
  tx: Tx,
  caller: Caller,
  endpoint: VpcEndpoint,
  { service, input }: { readonly service: ServiceOffer; readonly input: ModifyVpcEndpointRequest },
): void {
  checkGatewayParameters(service, {
    SubnetIds: [...(input.AddSubnetIds ?? []), ...(input.RemoveSubnetIds ?? [])],
    SubnetConfigurations: input.SubnetConfigurations,
    SecurityGroupIds: [...(input.AddSecurityGroupIds ?? []), ...(input.RemoveSecurityGroupIds ?? [])],
    PrivateDnsEnabled: input.PrivateDnsEnabled,
    DnsOptions: input.DnsOptions,
    IpAddressType: input.IpAddressType,
  })
  const dnsRecordIpType = requireDnsRecordIpType(input.DnsOptions)
  tx.vpcEndpoints.update(endpoint.id, {
    routeTableIds: requireNewRouteTableIds(tx, caller, endpoint, input),
    policyDocument: requirePolicy(service, input, DEFAULT_GATEWAY_POLICY, endpoint.policyDocument),
    ...(dnsRecordIpType ? { dnsRecordIpType } : {}),
  })
}

type GatewayParameters = Pick<
  CreateVpcEndpointRequest,
  'SubnetIds' | 'SubnetConfigurations' | 'SecurityGroupIds' | 'PrivateDnsEnabled' | 'DnsOptions' | 'IpAddressType'
>

/** What a gateway endpoint has not: interfaces, groups and private names. */
function checkGatewayParameters(service: ServiceOffer, input: GatewayParameters): void {
  if ((input.SubnetIds ?? []).length > 0 || (input.SubnetConfigurations ?? []).length > 0) {
    throw invalidParameter('Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.')
  }
  if ((input.SecurityGroupIds ?? []).length > 0) {
    throw invalidParameter('Security group IDs are only supported for Interface type VPC Endpoint.')
  }
  if (input.PrivateDnsEnabled) {
    throw invalidParameter('Private DNS can only be enabled for Interface type VPC Endpoints.')
  }
  if (input.DnsOptions?.PrivateDnsOnlyForInboundResolverEndpoint !== undefined) {
    throw invalidParameter(
      'DnsOptions PrivateDnsOnlyForInboundResolverEndpoint is applicable only to Interface VPC Endpoints.',
    )
  }
  checkIpAddressType(service, input.IpAddressType)
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
