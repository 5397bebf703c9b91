// One VPC's part of the kernel: its router namespace, a namespace per running instance, the veths between them, and what
// the backbone must know of it.

import { BACKBONE, LINK_LOCAL_METADATA, LINK_LOCAL_RESOLVER, shadowOf } from '../compile/backbone.ts'
import { portsOf } from '../compile/endpoint-ports.ts'
import { familyOf, ipv6View } from '../compile/ipv6-view.ts'
import { backboneAddresses } from '../compile/lookup.ts'
import type { InterfaceNetwork, RouteEntry, RouteTableNetwork, SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, type Family, familyWidth } from '../ip/address.ts'
import { type Cidr, cidr, cidrBase, cidrFamily, cidrLength } from '../ip/cidr.ts'
import type { InstanceId, NetworkInterfaceId, SubnetId } from '../store/records.ts'
import { nodeDoors } from './balancer-rules.ts'
import { balancedFlows, chainsBalancers, findBalancers, takesDatagramsBack } from './balancers.ts'
import type { Bandwidth } from './bandwidth.ts'
import { withIpv6 } from './dual-stack.ts'
import { behindDoor, type Door, findDetours, findDoors, planDetours, planDoors } from './endpoint-doors.ts'
import { findInternet, hasInternet } from './internet-rules.ts'
import {
  BACKBONE_LINK,
  backboneNamespace,
  instanceLink,
  instanceNamespace,
  interfaceLink,
  natLink,
  peeringLink,
  tunnelLink,
  vpcLink,
  vpcNamespace,
} from './names.ts'
import { nat64Links, nat64Routes, nat64TableRoutes } from './nat64.ts'
import { quoted } from './nft.ts'
import { onPremisesLinks, onPremisesNeighbours, onPremisesRoutes } from './on-premises.ts'
import { clientIdentities, peeringLinks, peeringNeighbours, wayBackToClients } from './peerings.ts'
import {
  BACKBONE_MARK,
  BACKBONE_SIDE_MAC,
  BACKBONE_TABLE,
  type BackbonePart,
  EGRESS_ONLY_NEXT_HOP,
  ENDPOINT_MTU,
  type GatewayMapping,
  type GatewayPath,
  INTERNET_MTU,
  INTERNET_NEXT_HOP,
  type InstancePlan,
  kernelTable,
  LAST_METRIC,
  LINK_NEXT_HOP,
  MAIN_RULE,
  type NamespacePlan,
  type PolicyRule,
  ROUTE_TABLE_MASK,
  type Route,
  type VethPair,
  VPC_SIDE_MAC,
  type VpcPlan,
} from './plan.ts'
import { publicFronts } from './public-nodes.ts'
import { forwardsOf } from './resolver-forwards.ts'
import { forwardedAtDoors, isThrough } from './service-rules.ts'
import { shadowsOf } from './shadows.ts'
import { routeToTransitGateway, transitLinkNames, transitNeighbours } from './transit-gateways.ts'
import { findTunnels } from './tunnels.ts'
import { type RuleSources, vpcRules } from './vpc-rules.ts'

/** Rules are asked in order of priority; 0 is the kernel's own, for local addresses. */
const BACKBONE_PRIORITY = 100
const ROUTE_TABLE_PRIORITY = 1000
const INSTANCE_PRIORITY = 1000

/** AWS forwards no packet for these by any route of the user's. */
const NEVER_ROUTED = cidr('169.254.168.0/22')

/** An interface that the kernel has: it is attached to an instance that runs. */
export interface PlugIn {
  readonly networkInterface: InterfaceNetwork
  readonly subnet: SubnetNetwork
  readonly instanceId: InstanceId
  readonly deviceIndex: number
  readonly link: string
}

export function planVpc(world: string, vpc: VpcNetwork, endpointBandwidth?: Bandwidth): VpcPlan {
  const plan = planFamily(world, vpc, endpointBandwidth)
  const view = ipv6View(vpc)
  return view ? withIpv6(plan, planFamily(world, view, endpointBandwidth)) : plan
}

/** The plan of one family; of IPv6 its addresses are still to be put in IPv6's words. */
function planFamily(world: string, vpc: VpcNetwork, endpointBandwidth: Bandwidth | undefined): VpcPlan {
  const plugIns = findPlugIns(vpc)
  const doors = findDoors(vpc)
  const balancers = findBalancers(vpc)
  const detours = findDetours(vpc, [...doors, ...balancers.nodes])
  const detourPaths = planDetours(vpc, detours)
  const internet = findInternet(vpc, plugIns, balancers)
  const gateways = [...planGateways(vpc), ...planDoors(vpc, doors, detourPaths)]
  return {
    id: vpc.id,
    router: planRouter(world, { vpc, plugIns, doors, balancers, internet }),
    instances: planInstances(world, vpc, plugIns),
    links: planLinks(world, vpc, plugIns),
    backbone: planBackbonePart({ vpc, plugIns, doors, balancers, internet }),
    rules: vpcRules({ vpc, plugIns, doors, detours, balancers, internet, endpointBandwidth }),
    gateways,
    closedGateways: findClosedGateways(vpc, doors, gateways),
    detours: detourPaths,
    balanced: balancedFlows(balancers),
    ...(vpc.countsFlows && { countsFlows: vpc.countsFlows }),
  }
}

/** A VPC as the kernel meets it. */
type Parts = Omit<RuleSources, 'detours'>

function findPlugIns(vpc: VpcNetwork): PlugIn[] {
  const running = new Set(vpc.instances.map((instance) => instance.id))
  const subnets = new Map<SubnetId, SubnetNetwork>(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  return vpc.interfaces.flatMap((networkInterface) => {
    const { id, instanceId, deviceIndex = 0, subnetId } = networkInterface
    const subnet = subnets.get(subnetId)
    if (!subnet || !instanceId || !running.has(instanceId)) return []
    return [{ networkInterface, subnet, instanceId, deviceIndex, link: interfaceLink(id) }]
  })
}

function planRouter(world: string, { vpc, plugIns, doors, balancers, internet }: Parts): NamespacePlan {
  const tunnels = [...findTunnels(vpc).map(({ link }) => link), ...nat64Links(vpc)]
  return {
    name: vpcNamespace(world, vpc.id),
    ...(tunnels.length > 0 && { tunnels }),
    up: [
      'lo',
      BACKBONE_LINK,
      ...plugIns.map((plugIn) => plugIn.link),
      ...tunnels,
      ...peeringLinks(vpc),
      ...onPremisesLinks(vpc),
      ...transitLinkNames(vpc),
    ],
    addresses: routerAddresses(vpc, plugIns),
    neighbours: [
      { device: BACKBONE_LINK, address: LINK_NEXT_HOP, macAddress: BACKBONE_SIDE_MAC },
      ...(hasInternet(internet)
        ? internetNextHops(vpc).map((address) => ({ device: BACKBONE_LINK, address, macAddress: BACKBONE_SIDE_MAC }))
        : []),
      ...peeringNeighbours(vpc),
      ...interfaceNeighbours(vpc, plugIns),
      ...onPremisesNeighbours(vpc),
      ...transitNeighbours(vpc),
    ],
    routes: [
      ...mainRoutes(vpc, plugIns),
      // The router's own resets, which have no mark, find those who came by PrivateLink.
      ...(balancers.nodes.length > 0 ? [toBackbone(BACKBONE)] : []),
      toBackbone('default', BACKBONE_TABLE),
      ...doors.flatMap((door) =>
        behindDoor(door).map((address) => ({ ...toBackbone(address, BACKBONE_TABLE), mtu: ENDPOINT_MTU })),
      ),
      ...vpc.routeTables.flatMap((table) =>
        tableRoutes(table, familyOf(vpc), {
          plugIns,
          tunnels,
          isOnline: hasInternet(internet),
          own: nat64TableRoutes(vpc, kernelTable(table.number)),
        }),
      ),
    ],
    rules: [
      {
        priority: BACKBONE_PRIORITY,
        mark: { value: BACKBONE_MARK, mask: BACKBONE_MARK },
        table: BACKBONE_TABLE,
      },
      ...vpc.routeTables.map(
        ({ number }): PolicyRule => ({
          priority: ROUTE_TABLE_PRIORITY,
          mark: { value: number, mask: ROUTE_TABLE_MASK },
          table: kernelTable(number),
        }),
      ),
      MAIN_RULE,
    ],
  }
}

/** The router of a subnet, in IPv4 an address of the subnet's that each link answers for, in IPv6 the same on each link. */
function routerAddresses(vpc: VpcNetwork, plugIns: readonly PlugIn[]): NamespacePlan['addresses'] {
  if (familyOf(vpc) === 4) return vpc.subnets.map((subnet) => ({ device: 'lo', address: subnet.router, length: 32 }))
  return plugIns.map(({ link, subnet }) => ({ device: link, address: subnet.router, length: 64 }))
}

/** In IPv6 the router asks nobody who has an address: it knows. */
function interfaceNeighbours(vpc: VpcNetwork, plugIns: readonly PlugIn[]): NamespacePlan['neighbours'] {
  if (familyOf(vpc) === 4) return []
  return plugIns.flatMap(({ link, networkInterface: { addresses, macAddress } }) =>
    addresses.map((address) => ({ device: link, address, macAddress })),
  )
}

function internetNextHops(vpc: VpcNetwork): Address[] {
  return familyOf(vpc) === 4 ? [INTERNET_NEXT_HOP] : [INTERNET_NEXT_HOP, EGRESS_ONLY_NEXT_HOP]
}

/** AWS's `local` routes. Addresses without an interface lead to the backbone's link, where nft drops them: that way
 * ARP is answered for every address of a subnet, as AWS's fabric does. */
function mainRoutes(vpc: VpcNetwork, plugIns: readonly PlugIn[]): Route[] {
  const interfaces = plugIns.flatMap(({ networkInterface, link }) =>
    networkInterface.addresses.map((address): Route => ({ type: 'unicast', destination: address, device: link })),
  )
  const family = familyOf(vpc)
  const fabric = [
    ...vpc.cidrs.filter((block) => cidrFamily(block) === family),
    LINK_LOCAL_RESOLVER,
    LINK_LOCAL_METADATA,
  ]
  const local = fabric.map((destination) => toBackbone(destination))
  return [...interfaces, ...local, ...onPremisesRoutes(vpc), ...nat64Routes(vpc), dropTheRest()]
}

/** What routes can lead to within the router. */
interface RouterLinks {
  readonly plugIns: readonly PlugIn[]
  readonly tunnels: readonly string[]
  /** Something here has a use for the internet. */
  readonly isOnline: boolean
  /** What every table has beside the user's. */
  readonly own: readonly Route[]
}

/** A route table as the user made it. `throw` goes on to the next rule, which is the main table. */
function tableRoutes({ number, entries }: RouteTableNetwork, family: Family, links: RouterLinks): Route[] {
  const table = kernelTable(number)
  const routes = new Map<string, Route>([[NEVER_ROUTED, { type: 'blackhole', destination: NEVER_ROUTED, table }]])
  for (const entry of entries) {
    const destination = destinationOf(entry.cidr)
    // Of two entries for one block the first decides.
    if (cidrFamily(entry.cidr) === family && !routes.has(destination))
      routes.set(destination, entryRoute(entry, table, links))
  }
  for (const route of links.own) if (!routes.has(route.destination)) routes.set(route.destination, route)
  return [...routes.values(), ...blackholesUnder(routes.values(), table), dropTheRest(table)]
}

/** A tunnel that somebody deletes takes its routes with it: what was to pass it must not take a wider route meanwhile. */
function blackholesUnder(routes: Iterable<Route>, table: number): Route[] {
  return [...routes]
    .filter(({ device, via, destination }) => device !== undefined && !via && destination !== 'default')
    .map(({ destination }) => ({ type: 'blackhole', destination, metric: LAST_METRIC, table }))
}

function entryRoute(
  { cidr: block, nextHop }: RouteEntry,
  table: number,
  { plugIns, tunnels, isOnline }: RouterLinks,
): Route {
  const destination = destinationOf(block)
  switch (nextHop.kind) {
    case 'local':
    // The main table has what the gateway knows.
    case 'vpnGateway':
      return { type: 'throw', destination, table }
    case 'networkInterface': {
      const target = findPlugIn(plugIns, nextHop.interfaceId)
      const via = target?.networkInterface.addresses[0]
      return target && via
        ? { type: 'unicast', destination, via, device: target.link, table }
        : { type: 'blackhole', destination, table }
    }
    case 'gatewayLoadBalancerEndpoint': {
      const device = tunnelLink(nextHop.endpointId)
      return tunnels.includes(device)
        ? { type: 'unicast', destination, device, table }
        : { type: 'blackhole', destination, table }
    }
    case 'peering':
      return { type: 'unicast', destination, via: LINK_NEXT_HOP, device: peeringLink(nextHop.peeringId), table }
    case 'internetGateway':
      return isOnline
        ? {
            type: 'unicast',
            destination,
            via: INTERNET_NEXT_HOP,
            device: BACKBONE_LINK,
            table,
            mtu: INTERNET_MTU,
          }
        : { type: 'blackhole', destination, table }
    case 'transitGateway':
      return routeToTransitGateway(nextHop.attachmentId, destination, table)
    case 'egressOnlyInternetGateway':
      return isOnline
        ? {
            type: 'unicast',
            destination,
            via: EGRESS_ONLY_NEXT_HOP,
            device: BACKBONE_LINK,
            table,
            mtu: INTERNET_MTU,
          }
        : { type: 'blackhole', destination, table }
    case 'natGateway': {
      const device = natLink(nextHop.natGatewayId)
      // Of IPv4 prerouting has sent these on already; a flow that it could not translate has nowhere to go.
      return cidrFamily(block) === 6 && tunnels.includes(device)
        ? { type: 'unicast', destination, device, table }
        : { type: 'blackhole', destination, table }
    }
    case 'vpcEndpoint':
    case 'blackhole':
      return { type: 'blackhole', destination, table }
    default:
      return nextHop satisfies never
  }
}

function findPlugIn(plugIns: readonly PlugIn[], id: NetworkInterfaceId): PlugIn | undefined {
  return plugIns.find((plugIn) => plugIn.networkInterface.id === id)
}

function toBackbone(destination: string, table?: number): Route {
  return {
    type: 'unicast',
    destination,
    via: LINK_NEXT_HOP,
    device: BACKBONE_LINK,
    ...(table !== undefined && { table }),
  }
}

/** AWS drops what has no route without a word; `unreachable` would answer. */
function dropTheRest(table?: number): Route {
  return { type: 'blackhole', destination: 'default', metric: LAST_METRIC, ...(table !== undefined && { table }) }
}

function planInstances(world: string, vpc: VpcNetwork, plugIns: readonly PlugIn[]): InstancePlan[] {
  const byInstance = new Map<InstanceId, PlugIn[]>()
  for (const plugIn of plugIns) {
    const list = byInstance.get(plugIn.instanceId)
    if (list) list.push(plugIn)
    else byInstance.set(plugIn.instanceId, [plugIn])
  }
  return vpc.instances.map((instance) => {
    const own = byInstance.get(instance.id) ?? []
    const namespace: NamespacePlan = {
      name: instanceNamespace(world, instance.id),
      up: ['lo', ...own.map((plugIn) => instanceLink(plugIn.deviceIndex))],
      addresses: own.flatMap(instanceAddresses),
      neighbours: [],
      routes: own.map(instanceRoute),
      rules: [...own.flatMap(instanceRules), MAIN_RULE],
      ...(own.some(({ networkInterface }) => !networkInterface.sourceDestCheck) && { forwards: true }),
    }
    return { namespace, instance, vpc }
  })
}

function instanceAddresses({ networkInterface, subnet, deviceIndex }: PlugIn): NamespacePlan['addresses'] {
  // Of IPv6 an instance sends all to its router, its own subnet's too.
  const length = cidrFamily(subnet.cidr) === 6 ? 128 : cidrLength(subnet.cidr)
  return networkInterface.addresses.map((address) => ({ device: instanceLink(deviceIndex), address, length }))
}

function instanceRoute({ subnet, deviceIndex }: PlugIn): Route {
  const route = {
    type: 'unicast',
    destination: 'default',
    via: subnet.router,
    device: instanceLink(deviceIndex),
  } as const
  return deviceIndex === 0 ? route : { ...route, table: kernelTable(deviceIndex) }
}

/** What has a further interface's address leaves by that interface, as Amazon Linux sets it up. */
function instanceRules({ networkInterface, deviceIndex }: PlugIn): PolicyRule[] {
  if (deviceIndex === 0) return []
  return networkInterface.addresses.map((from) => ({
    priority: INSTANCE_PRIORITY + deviceIndex,
    from,
    table: kernelTable(deviceIndex),
  }))
}

function planLinks(world: string, vpc: VpcNetwork, plugIns: readonly PlugIn[]): VethPair[] {
  const router = vpcNamespace(world, vpc.id)
  const backbone: VethPair = {
    near: { namespace: backboneNamespace(world), name: vpcLink(vpc.id), macAddress: BACKBONE_SIDE_MAC },
    far: { namespace: router, name: BACKBONE_LINK, macAddress: VPC_SIDE_MAC },
  }
  const interfaces = plugIns.map(
    ({ networkInterface, link, instanceId, deviceIndex }): VethPair => ({
      near: { namespace: router, name: link },
      far: {
        namespace: instanceNamespace(world, instanceId),
        name: instanceLink(deviceIndex),
        macAddress: networkInterface.macAddress,
      },
    }),
  )
  return [backbone, ...interfaces]
}

/** What leads to a load balancer is forwarded to its VPC; all else ends in the backbone. */
function planBackbonePart({ vpc, plugIns, doors, balancers: { nodes, connections }, internet }: Parts): BackbonePart {
  const device = vpcLink(vpc.id)
  const behind = (address: Address) => `${quoted(device)} . ${address}`
  const identities = [
    ...plugIns.map((plugIn) => plugIn.networkInterface.backboneAddress),
    // They ask the resolver, as interfaces do.
    ...doors.filter(({ isInbound }) => isInbound).map(({ backboneAddress }) => backboneAddress),
    // And what answers the resolver.
    ...forwardsOf(vpc).map(({ alias }) => alias),
  ]
  const clients = clientIdentities(vpc).map(({ value }) => value)
  const answering = clients.length > 0 ? [...doors.flatMap(behindDoor), ...shadowsOf(nodes)] : []
  const back = wayBackToClients(vpc, [...answering, ...shadowsOf(internet.nodes ?? [])])
  const own = vpc.endpoints.filter((endpoint) => endpoint.kind === 'gateway' || !endpoint.service)
  const gateways = nodes.filter(takesDatagramsBack)
  const through = doors.filter((door) => isThrough(door) && door.leadsOn)
  return {
    namespace: {
      up: [device],
      addresses: [],
      neighbours: [{ device, address: LINK_NEXT_HOP, macAddress: VPC_SIDE_MAC }],
      routes: [
        ...[...identities, ...connections.map(({ backboneAddress }) => backboneAddress)].map(
          (destination): Route => ({ type: 'unicast', destination, via: LINK_NEXT_HOP, device }),
        ),
        ...internet.addresses.map(
          (destination): Route => ({
            type: 'unicast',
            destination,
            via: LINK_NEXT_HOP,
            device,
            mtu: INTERNET_MTU,
          }),
        ),
        ...[...own.flatMap(backboneAddresses), ...nodes.map(({ backboneAddress }) => backboneAddress)].map(
          (destination): Route => ({ type: 'local', destination, device: 'lo' }),
        ),
        ...back.routes,
      ],
      rules: back.rules,
    },
    sources: [...new Set<string>([...identities, ...clients])].map((address) => `${quoted(device)} . ${address}`),
    endpoints: [
      ...own.flatMap((endpoint) =>
        portsOf(endpoint).flatMap((port) =>
          backboneAddresses(endpoint).map((address) => `${behind(address)} . ${port}`),
        ),
      ),
      ...[...forwardedAtDoors(through), ...nodeDoors.forwarded({ nodes, connections })]
        .filter(({ key }) => key.includes(' . tcp . '))
        .map(({ key, value }) => `${quoted(device)} . ${value} . ${key.split(' . ').at(-1)}`),
    ],
    ...(gateways.length > 0 && { gateways: gateways.map((node) => behind(shadowOf(node.backboneAddress))) }),
    ...publicFronts(vpc, internet.nodes ?? []),
    ...(internet.addresses.length > 0 && { publics: internet.addresses.map(behind) }),
    ...(chainsBalancers(vpc) && { chained: true as const }),
    consumers: through.map(({ backboneAddress }) => behind(backboneAddress)),
    providers: connections.map(({ backboneAddress }) => behind(backboneAddress)),
    nodes: nodes.map(({ backboneAddress }) => behind(backboneAddress)),
  }
}

function planGateways(vpc: VpcNetwork): GatewayMapping[] {
  const tables = new Map(vpc.routeTables.map((table) => [table.id, table]))
  const family = familyOf(vpc)
  return vpc.subnets.flatMap((subnet) =>
    (tables.get(subnet.routeTableId)?.entries ?? []).flatMap(({ cidr: block, nextHop }) =>
      nextHop.kind === 'vpcEndpoint' && cidrFamily(block) === family
        ? [{ subnetCidr: subnet.cidr, cidr: block, backboneAddress: nextHop.backboneAddress }]
        : [],
    ),
  )
}

function findClosedGateways(vpc: VpcNetwork, doors: readonly Door[], open: readonly GatewayMapping[]): GatewayPath[] {
  const textOf = ({ subnetCidr, backboneAddress }: GatewayPath) => `${subnetCidr} ${backboneAddress}`
  const opened = new Set(open.map(textOf))
  const behind = new Set([...vpc.endpoints.flatMap(backboneAddresses), ...doors.flatMap(behindDoor)])
  return vpc.subnets
    .flatMap(({ cidr: subnetCidr }) => [...behind].map((backboneAddress) => ({ subnetCidr, backboneAddress })))
    .filter((path) => !opened.has(textOf(path)))
}

/** As the kernel prints it: `default`, and one address without a length. */
function destinationOf(block: Cidr): string {
  if (cidrLength(block) === 0) return 'default'
  return cidrLength(block) === familyWidth(cidrFamily(block)) ? cidrBase(block) : block
}
