// Route tables and which subnets use them.
// https://docs.aws.amazon.com/vpc/latest/userguide/RouteTables.html

import type {
  AssociateRouteTableRequest,
  AssociateRouteTableResult,
  CreateRouteTableRequest,
  CreateRouteTableResult,
  DeleteRouteTableRequest,
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DisassociateRouteTableRequest,
  ReplaceRouteTableAssociationRequest,
  ReplaceRouteTableAssociationResult,
} from '@aws-sdk/client-ec2'
import { ApiError, dependencyViolation, notFound } from '../../../errors.ts'
import type { RouteTable, RouteTableAssociation, VpcId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { applyFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireId, requireNamed, requireRouteTable, requireSubnet, requireVpc } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { checkGatewayTable, requireGatewayFor } from './gateway-association.ts'
import { shownRoutes, toRouteTable } from './route-shape.ts'

export function createRouteTable(tx: Tx, caller: Caller, input: CreateRouteTableRequest): CreateRouteTableResult {
  const call = { action: 'CreateRouteTable', input }
  const made = tx.routeTables.get(findMadeBefore(tx, caller, call) ?? '')
  if (made) return { RouteTable: toRouteTable(tx, made), ClientToken: input.ClientToken }
  const vpc = requireVpc(tx, caller, input.VpcId)
  const most = quotaFor(tx, vpc, 'tablesPerVpc')
  if (tx.routeTables.where('vpcId', vpc.id).length >= most) {
    throw new ApiError('RouteTableLimitExceeded', `${vpc.id} has ${most} route tables, the most that a VPC can have.`)
  }
  const table = tx.routeTables.insert({
    ...ownedBy(caller, tagsFor('route-table', input.TagSpecifications)),
    id: tx.newId('rtb'),
    vpcId: vpc.id,
    number: nextNumber(tx, vpc.id),
    routes: [],
    associations: [],
  })
  rememberMade(tx, caller, call, table.id)
  return { RouteTable: toRouteTable(tx, table), ClientToken: input.ClientToken }
}

export function describeRouteTables(
  records: Records,
  caller: Caller,
  input: DescribeRouteTablesRequest,
): DescribeRouteTablesResult {
  const named = requireNamed(records.routeTables, caller, 'RouteTable', input.RouteTableIds)
  const found = applyFilters(named, input.Filters, filters(records))
  const { items, nextToken } = pageOf(found, input, (table) => table.id, { min: 5, max: 100 })
  return { RouteTables: items.map((table) => toRouteTable(records, table)), NextToken: nextToken }
}

export function deleteRouteTable(tx: Tx, caller: Caller, input: DeleteRouteTableRequest): Record<string, never> {
  const table = requireRouteTable(tx, caller, input.RouteTableId)
  if (table.associations.length > 0) {
    throw dependencyViolation(`The routeTable '${table.id}' has dependencies and cannot be deleted.`)
  }
  // A gateway endpoint does not keep the table: it loses it.
  for (const endpoint of tx.vpcEndpoints.where('vpcId', table.vpcId)) {
    const routeTableIds = endpoint.routeTableIds.filter((id) => id !== table.id)
    if (routeTableIds.length < endpoint.routeTableIds.length) tx.vpcEndpoints.update(endpoint.id, { routeTableIds })
  }
  forgetMade(tx, table.id)
  tx.routeTables.delete(table.id)
  return {}
}

export function associateRouteTable(
  tx: Tx,
  caller: Caller,
  input: AssociateRouteTableRequest,
): AssociateRouteTableResult {
  refuseUnserved({ publicIpv4Pool: input.PublicIpv4Pool })
  const table = requireRouteTable(tx, caller, input.RouteTableId)
  const place = requirePlace(tx, caller, table, input)
  for (const other of tx.routeTables.where('vpcId', table.vpcId)) {
    const association = other.associations.find(
      (one) => (one.gatewayId ?? one.subnetId) === (place.gatewayId ?? place.subnetId),
    )
    if (!association) continue
    if (other.id === table.id) return associated(association)
    throw new ApiError(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${table.id} conflicts with an existing association`,
    )
  }
  const association = { id: tx.newId('rtbassoc'), ...place, main: false }
  tx.routeTables.update(table.id, { associations: [...table.associations, association] })
  return associated(association)
}

/** The subnet or the gateway that is to have the table. */
function requirePlace(
  records: Records,
  caller: Caller,
  table: RouteTable,
  { GatewayId, SubnetId }: AssociateRouteTableRequest,
): Pick<RouteTableAssociation, 'subnetId' | 'gatewayId'> {
  if (GatewayId !== undefined && SubnetId !== undefined) {
    throw new ApiError('InvalidParameterCombination', 'Exactly one of subnetId and gatewayId can be given')
  }
  if (GatewayId !== undefined) return { gatewayId: requireGatewayFor(records, caller, table, GatewayId) }
  const subnet = requireSubnet(records, caller, SubnetId)
  if (subnet.vpcId === table.vpcId) return { subnetId: subnet.id }
  throw new ApiError(
    'InvalidParameterValue',
    `Route table ${table.id} and subnet ${subnet.id} belong to different networks`,
  )
}

export function disassociateRouteTable(
  tx: Tx,
  caller: Caller,
  input: DisassociateRouteTableRequest,
): Record<string, never> {
  const { table, association } = requireAssociation(tx, caller, input.AssociationId)
  if (association.main) {
    throw new ApiError(
      'InvalidParameterValue',
      `cannot disassociate the main route table association ${association.id}`,
    )
  }
  removeAssociation(tx, table, association)
  return {}
}

/** Moves a subnet, or the part of main table, to another table of the VPC. */
export function replaceRouteTableAssociation(
  tx: Tx,
  caller: Caller,
  input: ReplaceRouteTableAssociationRequest,
): ReplaceRouteTableAssociationResult {
  const { table: old, association } = requireAssociation(tx, caller, input.AssociationId)
  const table = requireRouteTable(tx, caller, input.RouteTableId)
  if (table.vpcId !== old.vpcId) {
    throw new ApiError(
      'InvalidParameterValue',
      `Route table ${table.id} and association ${association.id} belong to different networks`,
    )
  }
  if (association.gatewayId !== undefined) checkGatewayTable(tx, table)
  const moved = { ...association, id: tx.newId('rtbassoc') }
  removeAssociation(tx, old, association)
  const { associations } = requireRouteTable(tx, caller, table.id)
  tx.routeTables.update(table.id, { associations: [...associations, moved] })
  return { NewAssociationId: moved.id, AssociationState: { State: 'associated' } }
}

function removeAssociation(tx: Tx, table: RouteTable, association: RouteTableAssociation): void {
  tx.routeTables.update(table.id, { associations: table.associations.filter((one) => one !== association) })
}

function requireAssociation(records: Records, caller: Caller, id: string | undefined) {
  const wanted = requireId('RouteTableAssociation', id)
  for (const table of findAll(records.routeTables, caller)) {
    const association = table.associations.find((one) => one.id === wanted)
    if (association) return { table, association }
  }
  throw notFound('RouteTableAssociation', wanted)
}

function associated(association: RouteTableAssociation): AssociateRouteTableResult {
  return { AssociationId: association.id, AssociationState: { State: 'associated' } }
}

const LARGEST_NUMBER = 65_535

/** The lowest number that no other table of the VPC has. */
function nextNumber(records: Records, vpcId: VpcId): number {
  const used = new Set(records.routeTables.where('vpcId', vpcId).map((table) => table.number))
  for (let number = 1; number <= LARGEST_NUMBER; number++) if (!used.has(number)) return number
  throw new ApiError('RouteTableLimitExceeded', `${vpcId} has the most route tables that a VPC can have`)
}

function filters(records: Records): FilterFields<RouteTable> {
  const route = (member: keyof ReturnType<typeof shownRoutes>[number]) => (table: RouteTable) =>
    shownRoutes(records, table).map((one) => one[member])
  return {
    'association.gateway-id': (table) => table.associations.map((one) => one.gatewayId),
    'association.main': (table) => table.associations.map((one) => one.main),
    'association.route-table-association-id': (table) => table.associations.map((one) => one.id),
    'association.route-table-id': (table) => (table.associations.length > 0 ? table.id : undefined),
    'association.subnet-id': (table) => table.associations.map((one) => one.subnetId),
    'owner-id': (table) => table.owner,
    'route-table-id': (table) => table.id,
    'route.destination-cidr-block': route('DestinationCidrBlock'),
    'route.destination-ipv6-cidr-block': route('DestinationIpv6CidrBlock'),
    'route.destination-prefix-list-id': route('DestinationPrefixListId'),
    'route.egress-only-internet-gateway-id': route('EgressOnlyInternetGatewayId'),
    'route.gateway-id': route('GatewayId'),
    'route.instance-id': route('InstanceId'),
    'route.nat-gateway-id': route('NatGatewayId'),
    'route.origin': route('Origin'),
    'route.state': route('State'),
    'route.transit-gateway-id': route('TransitGatewayId'),
    'route.vpc-peering-connection-id': route('VpcPeeringConnectionId'),
    'vpc-id': (table) => table.vpcId,
  }
}
