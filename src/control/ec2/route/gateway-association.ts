// Route tables of gateways: what comes into a VPC by its internet gateway, or by its virtual private gateway, is routed by
// one, to an appliance first. https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html

import { ApiError, notFound } from '../../../errors.ts'
import { cidrCovers } from '../../../ip/cidr.ts'
import type { RouteDestination, RouteTable, RouteTableAssociation, RouteTarget, VpcId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'

export type GatewayId = NonNullable<RouteTableAssociation['gatewayId']>

/** The gateway that a table is to be associated with: one of the table's own VPC, all of whose routes it may have. */
export function requireGatewayFor(records: Records, caller: Caller, table: RouteTable, id: string): GatewayId {
  const gateway = findGateway(records, id)
  if (!gateway || gateway.owner !== caller.account || gateway.region !== caller.region) {
    throw new ApiError('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`)
  }
  if (gateway.vpcId !== table.vpcId) {
    throw new ApiError(
      'InvalidParameterValue',
      `Route table ${table.id} and network gateway ${gateway.id} belong to different networks`,
    )
  }
  checkGatewayTable(records, table)
  return gateway.id
}

/** What a table must not have to be a gateway's. */
export function checkGatewayTable(records: Records, table: RouteTable): void {
  if ((table.propagatingVpnGatewayIds ?? []).length > 0) {
    throw new ApiError(
      'InvalidParameterValue',
      `Route table ${table.id} takes routes from a virtual private gateway, and cannot be associated with a gateway.`,
    )
  }
  for (const { destination, target } of table.routes) checkGatewayRoute(records, table, destination, target)
  const endpoint = records.vpcEndpoints
    .where('vpcId', table.vpcId)
    .find(({ routeTableIds }) => routeTableIds.includes(table.id))
  if (endpoint) throw unsupportedTarget(table, endpoint.id)
}

/** A gateway's table leads blocks of the VPC, or whole subnets, to appliances, and nothing else anywhere. */
export function checkGatewayRoute(
  records: Records,
  table: RouteTable,
  to: RouteDestination,
  target: RouteTarget,
): void {
  if (target.kind !== 'networkInterface' && target.kind !== 'vpcEndpoint') throw unsupportedTarget(table, target.id)
  if (to.kind === 'prefixList') {
    throw new ApiError(
      'InvalidParameterValue',
      `Route table ${table.id} is associated with a gateway, and cannot have a route to prefix list ${to.prefixListId}.`,
    )
  }
  const vpc = records.vpcs.get(table.vpcId)
  const blocks = (vpc?.cidrBlocks ?? []).map(({ cidr }) => cidr)
  const own = [...blocks, ...(vpc?.ipv6CidrBlocks ?? []).map(({ cidr }) => cidr)]
  if (own.includes(to.cidr)) return
  const isSubnet = records.subnets
    .where('vpcId', table.vpcId)
    .some((subnet) => subnet.cidr === to.cidr || subnet.ipv6Cidr?.cidr === to.cidr)
  if (isSubnet) return
  throw new ApiError(
    'InvalidParameterValue',
    own.some((block) => cidrCovers(block, to.cidr))
      ? "Route destination doesn't match any subnet CIDR blocks."
      : `The destination CIDR block ${to.cidr} is not within the VPC, and route table ${table.id} is associated with a gateway.`,
  )
}

export function isGatewayTable({ associations }: RouteTable): boolean {
  return associations.some(({ gatewayId }) => gatewayId !== undefined)
}

/** A gateway that leaves its VPC leaves its route table. */
export function dropGatewayAssociation(tx: Tx, vpcId: VpcId, gatewayId: GatewayId): void {
  for (const table of tx.routeTables.where('vpcId', vpcId)) {
    const associations = table.associations.filter((one) => one.gatewayId !== gatewayId)
    if (associations.length < table.associations.length) tx.routeTables.update(table.id, { associations })
  }
}

interface Gateway {
  readonly id: GatewayId
  readonly owner: string
  readonly region: string
  readonly vpcId?: string | undefined
}

function findGateway(records: Records, id: string): Gateway | undefined {
  if (id.startsWith('igw-')) return records.internetGateways.get(id)
  if (!id.startsWith('vgw-')) throw notFound('InternetGateway', id)
  return records.vpnGateways.get(id)
}

function unsupportedTarget(table: RouteTable, id: string): ApiError {
  return new ApiError(
    'InvalidParameterValue',
    `Route table ${table.id} contains unsupported route target ${id}: a gateway's route table leads to interfaces and Gateway Load Balancer endpoints only.`,
  )
}
