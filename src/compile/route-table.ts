// Route tables, resolved: local routes, the user's routes, and what gateway endpoints add, cut so that an endpoint's
// entries are exactly the addresses that it takes. Order of preference:
// https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html

import { awsPrefixLists } from '../catalogue/prefix-lists.ts'
import { type Cidr, cidrCovers, cidrRange } from '../ip/cidr.ts'
import { rangeToCidrs, subtractRanges } from '../ip/range.ts'
import type { Route, RouteTable, Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { gatewayEndpointsOf } from './gateway-endpoint.ts'
import { shouldRun } from './instance.ts'
import type { NextHop, RouteEntry, RouteTableNetwork } from './network.ts'
import { byId } from './order.ts'
import { prefixListCidrs } from './prefix-list.ts'
import { bySpecificity } from './specificity.ts'
import { compileTransitGatewayHop } from './transit-gateway.ts'
import { vpcBlocks } from './vpc-blocks.ts'
import { learntRoutes, vpnGatewayOf } from './vpn-gateway.ts'

export function compileRouteTables(records: Records, vpc: Vpc): RouteTableNetwork[] {
  return records.routeTables
    .where('vpcId', vpc.id)
    .map((table) => ({ id: table.id, number: table.number, entries: compileEntries(records, vpc, table) }))
    .sort(byId)
}

function compileEntries(records: Records, vpc: Vpc, table: RouteTable): RouteEntry[] {
  const own = new Set(
    table.routes.map(({ destination }) => (destination.kind === 'cidr' ? destination.cidr : undefined)),
  )
  // A route for a whole block stands in for the block's local route.
  const blocks = vpcBlocks(vpc).filter((cidr) => !own.has(cidr))
  const local = blocks.map((cidr) => entry(table, cidr, { kind: 'local' }))
  const routes = table.routes.flatMap((route) => compileCidrRoute(records, table, route))
  const plain = withPropagated(records, vpc, table, withPrefixLists(records, vpc, table, [...local, ...routes]))
  return [...plain, ...endpointEntries(records, table, plain)].sort(bySpecificity)
}

function compileCidrRoute(records: Records, table: RouteTable, route: Route): RouteEntry[] {
  const { destination } = route
  return destination.kind === 'cidr' ? [entry(table, destination.cidr, compileTarget(records, table, route))] : []
}

/** The routes with those of prefix lists, which lose to an equal CIDR route and never lead what is the VPC's own out of
 * it. Where two lists have the same block, AWS takes either and stays with it; here it is the older route. */
function withPrefixLists(records: Records, vpc: Vpc, table: RouteTable, plain: readonly RouteEntry[]): RouteEntry[] {
  const entries = new Map(plain.map((one) => [one.cidr, one]))
  const own = vpcBlocks(vpc)
  for (const route of table.routes) {
    const { destination } = route
    if (destination.kind !== 'prefixList') continue
    const nextHop = compileTarget(records, table, route)
    for (const cidr of prefixListCidrs(records, table.region, destination.prefixListId)) {
      if (entries.has(cidr) || own.some((block) => cidrCovers(block, cidr))) continue
      entries.set(cidr, entry(table, cidr, nextHop, destination.prefixListId))
    }
  }
  return [...entries.values()]
}

/** What the VPC's virtual private gateway learnt, where the table takes it: any other route of a block comes before. */
function withPropagated(records: Records, vpc: Vpc, table: RouteTable, others: readonly RouteEntry[]): RouteEntry[] {
  const gateway = vpnGatewayOf(records, vpc)
  if (!gateway || !table.propagatingVpnGatewayIds?.includes(gateway.id)) return [...others]
  const taken = new Set(others.map(({ cidr }) => cidr))
  const propagated = learntRoutes(records, vpc, gateway)
    .filter(({ cidr }) => !taken.has(cidr))
    .map(({ cidr }) => entry(table, cidr, { kind: 'vpnGateway', gatewayId: gateway.id }))
  return [...others, ...propagated]
}

function compileTarget(records: Records, table: RouteTable, { target }: Route): NextHop {
  switch (target.kind) {
    case 'networkInterface': {
      const eni = records.networkInterfaces.get(target.id)
      if (!eni || eni.vpcId !== table.vpcId) return { kind: 'blackhole', why: `${target.id} does not exist` }
      const instance = eni.attachment && records.instances.get(eni.attachment.instanceId)
      if (!instance || !shouldRun(instance)) return { kind: 'blackhole', why: `${target.id} has no running instance` }
      return { kind: 'networkInterface', interfaceId: target.id }
    }
    case 'internetGateway': {
      const gateway = records.internetGateways.get(target.id)
      if (gateway?.vpcId !== table.vpcId)
        return { kind: 'blackhole', why: `${target.id} is not attached to ${table.vpcId}` }
      return { kind: 'internetGateway', gatewayId: gateway.id }
    }
    case 'natGateway': {
      const gateway = records.natGateways.get(target.id)
      if (!gateway || gateway.vpcId !== table.vpcId) return { kind: 'blackhole', why: `${target.id} does not exist` }
      if (gateway.state !== 'available' && gateway.state !== 'pending') {
        return { kind: 'blackhole', why: `${target.id} is ${gateway.state}` }
      }
      return { kind: 'natGateway', natGatewayId: gateway.id }
    }
    case 'vpcEndpoint': {
      const endpoint = records.vpcEndpoints.get(target.id)
      if (!endpoint || endpoint.vpcId !== table.vpcId) return { kind: 'blackhole', why: `${target.id} does not exist` }
      if (endpoint.state !== 'available' && endpoint.state !== 'pending') {
        return { kind: 'blackhole', why: `${target.id} is ${endpoint.state}` }
      }
      if (endpoint.type !== 'GatewayLoadBalancer') {
        return { kind: 'blackhole', why: `${target.id} is of type ${endpoint.type}, to which no route leads` }
      }
      return { kind: 'gatewayLoadBalancerEndpoint', endpointId: endpoint.id }
    }
    case 'peering': {
      const peering = records.vpcPeeringConnections.get(target.id)
      if (!peering) return { kind: 'blackhole', why: `${target.id} does not exist` }
      if (peering.state !== 'active') return { kind: 'blackhole', why: `${target.id} is ${peering.state}` }
      return { kind: 'peering', peeringId: peering.id }
    }
    case 'vpnGateway': {
      const gateway = records.vpnGateways.get(target.id)
      if (gateway?.vpcId !== table.vpcId)
        return { kind: 'blackhole', why: `${target.id} is not attached to ${table.vpcId}` }
      return { kind: 'vpnGateway', gatewayId: gateway.id }
    }
    case 'transitGateway':
      return compileTransitGatewayHop(records, table, target.id)
    case 'egressOnlyInternetGateway': {
      const gateway = records.egressOnlyInternetGateways.get(target.id)
      if (gateway?.vpcId !== table.vpcId) return { kind: 'blackhole', why: `${target.id} does not exist` }
      return { kind: 'egressOnlyInternetGateway', gatewayId: gateway.id }
    }
    case 'other':
      return { kind: 'blackhole', why: `${target.id} is stored and carries no packets yet` }
    default:
      return target satisfies never
  }
}

/** A prefix list's routes lose to a CIDR route that is equal or more specific, so those addresses are cut out. */
function endpointEntries(records: Records, table: RouteTable, others: readonly RouteEntry[]): RouteEntry[] {
  return gatewayEndpointsOf(records, table).flatMap((endpoint) => {
    const list = awsPrefixLists(table.region).find((candidate) => candidate.name === endpoint.serviceName)
    if (!list) return []
    const nextHop: NextHop = { kind: 'vpcEndpoint', endpointId: endpoint.id, backboneAddress: endpoint.backboneAddress }
    return list.cidrs.flatMap((cidr) => {
      const stronger = others.filter((other) => cidrCovers(cidr, other.cidr))
      return subtractRanges(
        cidrRange(cidr),
        stronger.map((other) => cidrRange(other.cidr)),
      )
        .flatMap(rangeToCidrs)
        .map((rest) => entry(table, rest, nextHop, list.id))
    })
  })
}

function entry(table: RouteTable, cidr: Cidr, nextHop: NextHop, destination: string = cidr): RouteEntry {
  return { cidr, nextHop, by: `${table.id} ${destination}` }
}
