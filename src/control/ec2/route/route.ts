// The routes that users make, and a local route's other target, which is kept as a route for the VPC's block. Local routes
// and gateway endpoints' routes are derived (route-shape.ts) and refused here.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html

import type {
  CreateRouteRequest,
  CreateRouteResult,
  DeleteRouteRequest,
  ReplaceRouteRequest,
} from '@aws-sdk/client-ec2'
import { vpcBlocks } from '../../../compile/vpc-blocks.ts'
import { ApiError, notFound } from '../../../errors.ts'
import { type Cidr, cidr, cidrCovers } from '../../../ip/cidr.ts'
import type { Instance, Route, RouteDestination, RouteTable, RouteTarget } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { requirePeering, stateOf } from '../peering/peering-side.ts'
import { requirePrefixList } from '../prefix-list/find.ts'
import { routeWeight } from '../prefix-list/references.ts'
import { requireIpv4Cidr, requireIpv6Cidr } from '../request/cidr-parameter.ts'
import { requireInstance, requireNetworkInterface, requireRouteTable, requireVpcEndpoint } from '../request/require.ts'
import { transitGatewayTarget } from '../transit-gateway/route-target.ts'
import { findVpnGateway } from '../vpn/vpn-gateway.ts'
import { checkGatewayRoute, isGatewayTable } from './gateway-association.ts'
import { checkTargetFamily, egressOnlyTarget } from './ipv6-route.ts'
import { endpointRoutes } from './route-shape.ts'

/** Where the resolver and the metadata service are. */
const LINK_LOCAL_SERVICES = cidr('169.254.168.0/22')

export function createRoute(tx: Tx, caller: Caller, input: CreateRouteRequest): CreateRouteResult {
  const table = requireRouteTable(tx, caller, input.RouteTableId)
  const destination = requireDestination(tx, caller, input)
  const target = requireTarget(tx, caller, table, input)
  checkDestination(tx, table, destination, target)
  if (isTaken(tx, table, destination)) {
    throw new ApiError('RouteAlreadyExists', `The route identified by ${nameOf(destination)} already exists.`)
  }
  const routes = [...table.routes, { destination, target }]
  if (routeWeight(tx, routes) > quotaFor(tx, table, 'routesPerTable')) {
    throw new ApiError('RouteLimitExceeded', 'The maximum number of routes has been reached.')
  }
  tx.routeTables.update(table.id, { routes })
  return { Return: true }
}

export function replaceRoute(tx: Tx, caller: Caller, input: ReplaceRouteRequest): Record<string, never> {
  const table = requireRouteTable(tx, caller, input.RouteTableId)
  const destination = requireDestination(tx, caller, input)
  if (isLocal(tx, table, destination)) return replaceLocalRoute(tx, caller, { table, destination, input })
  if (input.LocalTarget) {
    throw new ApiError(
      'InvalidParameterValue',
      `The destination ${nameOf(destination)} has no local route to put back.`,
    )
  }
  refuseEndpointRoute(tx, table, destination, 'replace')
  const existing = findRoute(table, destination)
  if (!existing) {
    throw new ApiError(
      'InvalidParameterValue',
      `There is no route defined for '${nameOf(destination)}' in the route table. Use CreateRoute instead.`,
    )
  }
  const target = requireTarget(tx, caller, table, input)
  checkDestination(tx, table, destination, target)
  const routes = table.routes.map((route) => (route === existing ? { destination, target } : route))
  tx.routeTables.update(table.id, { routes })
  return {}
}

interface LocalReplacement {
  readonly table: RouteTable
  readonly destination: RouteDestination
  readonly input: ReplaceRouteRequest
}

/** An appliance may stand in for the local route, and the local route take its place again. */
function replaceLocalRoute(
  tx: Tx,
  caller: Caller,
  { table, destination, input }: LocalReplacement,
): Record<string, never> {
  const others = table.routes.filter((route) => nameOf(route.destination) !== nameOf(destination))
  if (input.LocalTarget) {
    tx.routeTables.update(table.id, { routes: others })
    return {}
  }
  const target = requireTarget(tx, caller, table, input)
  if (!isAppliance(target)) throw noAppliance()
  checkTargetFamily(tx, destination, target)
  if (isGatewayTable(table)) checkGatewayRoute(tx, table, destination, target)
  tx.routeTables.update(table.id, { routes: [...others, { destination, target }] })
  return {}
}

export function deleteRoute(tx: Tx, caller: Caller, input: DeleteRouteRequest): Record<string, never> {
  const table = requireRouteTable(tx, caller, input.RouteTableId)
  const destination = requireDestination(tx, caller, input)
  if (isLocal(tx, table, destination)) {
    throw new ApiError(
      'InvalidParameterValue',
      `cannot remove local route ${nameOf(destination)} in route table ${table.id}`,
    )
  }
  refuseEndpointRoute(tx, table, destination, 'remove')
  const existing = findRoute(table, destination)
  if (!existing) {
    const parameter = destination.kind === 'cidr' ? 'destination-cidr-block' : 'destination-prefix-list-id'
    throw new ApiError(
      'InvalidRoute.NotFound',
      `no route with ${parameter} ${nameOf(destination)} in route table ${table.id}`,
    )
  }
  tx.routeTables.update(table.id, { routes: table.routes.filter((route) => route !== existing) })
  return {}
}

type DestinationInput = Pick<
  CreateRouteRequest,
  'DestinationCidrBlock' | 'DestinationIpv6CidrBlock' | 'DestinationPrefixListId'
>

function requireDestination(records: Records, caller: Caller, input: DestinationInput): RouteDestination {
  const { DestinationCidrBlock: v4, DestinationIpv6CidrBlock: v6, DestinationPrefixListId: prefixList } = input
  requireOne('destination', {
    destinationCidrBlock: v4,
    destinationIpv6CidrBlock: v6,
    destinationPrefixListId: prefixList,
  })
  if (v4 !== undefined) return { kind: 'cidr', cidr: requireIpv4Cidr(v4, 'destinationCidrBlock') }
  if (v6 !== undefined) return { kind: 'cidr', cidr: requireIpv6Cidr(v6, 'destinationIpv6CidrBlock') }
  return { kind: 'prefixList', prefixListId: requirePrefixList(records, caller, prefixList).list.id }
}

/** Targets of kinds that do not exist here, and how AWS says that one of them is not there. */
const ABSENT_TARGETS = {
  LocalGatewayId: ['InvalidLocalGatewayID.NotFound', 'localGateway'],
  CarrierGatewayId: ['InvalidCarrierGatewayID.NotFound', 'carrierGateway'],
  CoreNetworkArn: ['InvalidCoreNetworkArn.NotFound', 'coreNetwork'],
  OdbNetworkArn: ['InvalidOdbNetworkArn.NotFound', 'odbNetwork'],
} as const satisfies Partial<Record<keyof CreateRouteRequest, readonly [code: string, noun: string]>>

type TargetInput = Omit<CreateRouteRequest, 'RouteTableId'>

function requireTarget(records: Records, caller: Caller, table: RouteTable, input: TargetInput): RouteTarget {
  const absent = Object.entries(ABSENT_TARGETS).map(([member, [code, noun]]) => {
    return { code, noun, id: input[member as keyof typeof ABSENT_TARGETS] }
  })
  requireOne('target', {
    gatewayId: input.GatewayId,
    instanceId: input.InstanceId,
    networkInterfaceId: input.NetworkInterfaceId,
    natGatewayId: input.NatGatewayId,
    vpcEndpointId: input.VpcEndpointId,
    vpcPeeringConnectionId: input.VpcPeeringConnectionId,
    egressOnlyInternetGatewayId: input.EgressOnlyInternetGatewayId,
    transitGatewayId: input.TransitGatewayId,
    ...Object.fromEntries(absent.map(({ noun, id }) => [`${noun}Id`, id])),
  })
  for (const { code, noun, id } of absent) {
    if (id !== undefined) throw new ApiError(code, `The ${noun} ID '${id}' does not exist`)
  }
  if (input.EgressOnlyInternetGatewayId !== undefined) {
    return egressOnlyTarget(records, caller, table, input.EgressOnlyInternetGatewayId)
  }
  if (input.NatGatewayId !== undefined) return natGatewayTarget(records, caller, table, input.NatGatewayId)
  if (input.VpcEndpointId !== undefined) return endpointTarget(records, caller, table, input.VpcEndpointId)
  if (input.VpcPeeringConnectionId !== undefined) {
    return peeringTarget(records, caller, table, input.VpcPeeringConnectionId)
  }
  if (input.TransitGatewayId !== undefined) {
    return transitGatewayTarget(records, table, input.TransitGatewayId)
  }
  if (input.GatewayId !== undefined) return gatewayTarget(records, caller, table, input.GatewayId)
  return input.NetworkInterfaceId === undefined
    ? interfaceTarget(
        records,
        caller,
        table,
        soleInterface(records, requireInstance(records, caller, input.InstanceId)),
      )
    : interfaceTarget(records, caller, table, input.NetworkInterfaceId)
}

/** Only a Gateway Load Balancer endpoint can be a target. */
function endpointTarget(records: Records, caller: Caller, table: RouteTable, id: string): RouteTarget {
  const endpoint = requireVpcEndpoint(records, caller, id)
  if (endpoint.type !== 'GatewayLoadBalancer') {
    throw new ApiError(
      'RouteNotSupported',
      `Route table contains unsupported route target: ${endpoint.id}. VPC Endpoints of this type cannot be used as route targets.`,
    )
  }
  if (endpoint.vpcId !== table.vpcId) throw differentNetworks(table, `VPC endpoint ${endpoint.id}`)
  return { kind: 'vpcEndpoint', id: endpoint.id }
}

function gatewayTarget(records: Records, caller: Caller, table: RouteTable, id: string): RouteTarget {
  if (id.startsWith('vpce-')) return endpointTarget(records, caller, table, id)
  if (id.startsWith('vgw-')) {
    const gateway = findVpnGateway(records, caller, id)
    if (!gateway) throw new ApiError('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`)
    if (gateway.vpcId !== table.vpcId) throw differentNetworks(table, `network gateway ${gateway.id}`)
    return { kind: 'vpnGateway', id: gateway.id }
  }
  const gateway = records.internetGateways.get(id)
  if (!gateway || gateway.owner !== caller.account || gateway.region !== caller.region) {
    throw new ApiError('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`)
  }
  if (gateway.vpcId !== table.vpcId) throw differentNetworks(table, `network gateway ${gateway.id}`)
  return { kind: 'internetGateway', id: gateway.id }
}

/** A request that waits will do: its routes lead nowhere until it is accepted. */
function peeringTarget(records: Records, caller: Caller, table: RouteTable, id: string): RouteTarget {
  const peering = requirePeering(records, caller, id)
  const state = stateOf(peering, caller.now)
  if (state !== 'active' && state !== 'pending-acceptance') throw notFound('VpcPeeringConnection', peering.id)
  if (peering.requesterVpcId !== table.vpcId && peering.accepterVpcId !== table.vpcId) {
    throw differentNetworks(table, `VPC peering connection ${peering.id}`)
  }
  return { kind: 'peering', id: peering.id }
}

function natGatewayTarget(records: Records, caller: Caller, table: RouteTable, id: string): RouteTarget {
  const gateway = records.natGateways.get(id)
  const isThere = gateway?.owner === caller.account && gateway.region === caller.region
  if (!isThere || gateway.state === 'deleting' || gateway.state === 'deleted') {
    throw new ApiError('InvalidNatGatewayID.NotFound', `The natGateway ID '${id}' does not exist`)
  }
  if (gateway.vpcId !== table.vpcId) throw differentNetworks(table, `NAT gateway ${gateway.id}`)
  return { kind: 'natGateway', id: gateway.id }
}

function interfaceTarget(records: Records, caller: Caller, table: RouteTable, id: string): RouteTarget {
  const eni = requireNetworkInterface(records, caller, id)
  if (eni.vpcId !== table.vpcId) throw differentNetworks(table, `interface ${eni.id}`)
  return { kind: 'networkInterface', id: eni.id }
}

function soleInterface(records: Records, instance: Instance): string {
  const attached = records.networkInterfaces
    .where('vpcId', instance.vpcId)
    .filter((eni) => eni.attachment?.instanceId === instance.id)
  const [only] = attached
  if (!only) throw notFound('Instance', instance.id)
  if (attached.length > 1) {
    throw new ApiError(
      'InvalidInstanceID',
      `There are multiple interfaces attached to instance '${instance.id}'. Please specify an interface ID for the operation instead.`,
    )
  }
  return only.id
}

function differentNetworks(table: RouteTable, other: string): ApiError {
  return new ApiError('InvalidParameterValue', `route table ${table.id} and ${other} belong to different networks`)
}

/** What no route may take away: link-local services, and the inside of the VPC but for a whole subnet by an appliance. */
function checkDestination(records: Records, table: RouteTable, to: RouteDestination, target: RouteTarget): void {
  if (isGatewayTable(table)) checkGatewayRoute(records, table, to, target)
  checkTargetFamily(records, to, target)
  if (to.kind !== 'cidr') return
  if (cidrCovers(LINK_LOCAL_SERVICES, to.cidr)) {
    throw new ApiError(
      'InvalidParameterValue',
      `The destination CIDR block ${to.cidr} is within ${LINK_LOCAL_SERVICES}, which no route can target.`,
    )
  }
  const inside = localBlocks(records, table).some((block) => block !== to.cidr && cidrCovers(block, to.cidr))
  if (!inside) return
  const isSubnet = records.subnets
    .where('vpcId', table.vpcId)
    .some(({ cidr, ipv6Cidr }) => to.cidr === cidr || to.cidr === ipv6Cidr?.cidr)
  if (!isSubnet) throw new ApiError('InvalidParameterValue', "Route destination doesn't match any subnet CIDR blocks.")
  if (!isAppliance(target)) throw noAppliance()
}

/** What may stand between the subnets of a VPC. */
function isAppliance({ kind }: RouteTarget): boolean {
  return kind === 'networkInterface' || kind === 'vpcEndpoint' || kind === 'natGateway'
}

function noAppliance(): ApiError {
  return new ApiError(
    'InvalidParameterValue',
    'Route target is not supported. This route only supports interface, instance, NAT gateway and Gateway Load Balancer endpoint targets.',
  )
}

function isTaken(records: Records, table: RouteTable, destination: RouteDestination): boolean {
  return (
    findRoute(table, destination) !== undefined ||
    isLocal(records, table, destination) ||
    hasEndpointRoute(records, table, destination)
  )
}

function isLocal(records: Records, table: RouteTable, destination: RouteDestination): boolean {
  return destination.kind === 'cidr' && localBlocks(records, table).includes(destination.cidr)
}

function localBlocks(records: Records, table: RouteTable): Cidr[] {
  const vpc = records.vpcs.get(table.vpcId)
  return vpc ? vpcBlocks(vpc) : []
}

function hasEndpointRoute(records: Records, table: RouteTable, destination: RouteDestination): boolean {
  return (
    destination.kind === 'prefixList' &&
    endpointRoutes(records, table).some((route) => route.prefixListId === destination.prefixListId)
  )
}

function refuseEndpointRoute(records: Records, table: RouteTable, to: RouteDestination, verb: 'remove' | 'replace') {
  if (!hasEndpointRoute(records, table, to)) return
  throw new ApiError(
    'InvalidParameterValue',
    `cannot ${verb} VPC endpoint route ${nameOf(to)} in route table ${table.id}`,
  )
}

function findRoute(table: RouteTable, destination: RouteDestination): Route | undefined {
  return table.routes.find((route) => nameOf(route.destination) === nameOf(destination))
}

function nameOf(destination: RouteDestination): string {
  return destination.kind === 'cidr' ? destination.cidr : destination.prefixListId
}

function requireOne(what: string, candidates: Readonly<Record<string, string | undefined>>): void {
  const given = Object.keys(candidates).filter((name) => candidates[name] !== undefined)
  if (given.length === 1) return
  const names = Object.keys(candidates).join(', ')
  throw given.length === 0
    ? new ApiError('MissingParameter', `The request must contain one ${what}: one of ${names}`)
    : new ApiError('InvalidParameterCombination', `Exactly one ${what} can be given; found ${given.join(', ')}`)
}
