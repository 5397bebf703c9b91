// A VPC as IPv6 sees it: the same value with IPv6's blocks and addresses in the places of IPv4's. Whatever reads a VPC, the
// kernel's rules and explain's walk among it, reads this for IPv6, so that both families have one path. Addresses of the
// backbone stay as they are: they are who somebody is, not what a packet has.

import { type Address, addressFamily, type Family } from '../ip/address.ts'
import { cidrFamily } from '../ip/cidr.ts'
import { IPV6_RESOLVER } from './backbone.ts'
import { IPV6_ROUTER } from './ipv6.ts'
import type {
  EndpointNetwork,
  InboundResolverNetwork,
  InterfaceNetwork,
  ListenerNetwork,
  LoadBalancerNetwork,
  LoadBalancerNodeNetwork,
  Network,
  NextHop,
  OnPremisesRouterNetwork,
  PeeringNetwork,
  ProviderNetwork,
  ResolverForwardNetwork,
  RouteTableNetwork,
  SecurityGroupNetwork,
  SecurityGroupRuleNetwork,
  SubnetNetwork,
  TransitGatewayLinkNetwork,
  TransitGatewayNetwork,
  VpcNetwork,
  VpnGatewayNetwork,
} from './network.ts'
import { byId } from './order.ts'
import { allSubnets } from './subnet.ts'

const views = new WeakMap<VpcNetwork, VpcNetwork>()
/** The VPCs of which views are. */
const originals = new WeakMap<VpcNetwork, VpcNetwork>()

/** Undefined when the VPC has no IPv6. Equal for the same VPC, so that what is made of it can be kept. */
export function ipv6View(vpc: VpcNetwork): VpcNetwork | undefined {
  if (!vpc.ipv6Cidrs?.length) return undefined
  const known = views.get(vpc)
  if (known) return known
  const made = makeView(vpc, vpc.ipv6Cidrs)
  views.set(vpc, made)
  originals.set(made, vpc)
  return made
}

/** A VPC, or a view of one, as the family sees it; undefined when it has nothing of that family. */
export function seenIn(vpc: VpcNetwork, family: Family): VpcNetwork | undefined {
  const original = originals.get(vpc) ?? vpc
  return family === 4 ? original : ipv6View(original)
}

const networks = new WeakMap<Network, Network>()
/** The Networks of which those are. */
const originalNetworks = new WeakMap<Network, Network>()

/** The VPCs that have IPv6, as IPv6 sees them, and what is between and beyond them. */
export function ipv6Network(network: Network): Network {
  const known = networks.get(network)
  if (known) return known
  const viewsOf = (vpcs: readonly VpcNetwork[]) => vpcs.flatMap((vpc) => ipv6View(vpc) ?? [])
  const made: Network = {
    vpcs: viewsOf(network.vpcs),
    inhabited: viewsOf(network.inhabited),
    publicZones: network.publicZones,
    ...(network.sites && { sites: network.sites }),
    ...(network.transitGateways && { transitGateways: network.transitGateways.map(viewTransitGateway) }),
    ...(network.onPremises && { onPremises: network.onPremises.flatMap(viewOnPremises) }),
  }
  networks.set(network, made)
  originalNetworks.set(made, network)
  return made
}

/** The Network as IPv4 sees it, of one that IPv6 sees. */
export function ipv4Network(network: Network): Network {
  return originalNetworks.get(network) ?? network
}

/** Which family a VPC, or a view of one, is seen in. */
export function familyOf({ cidrs: [primary] }: Pick<VpcNetwork, 'cidrs'>): Family {
  return primary === undefined ? 4 : cidrFamily(primary)
}

function makeView(vpc: VpcNetwork, cidrs: VpcNetwork['cidrs']): VpcNetwork {
  const peerings = vpc.peerings?.flatMap(viewPeering) ?? []
  const links = vpc.transitGatewayLinks?.flatMap(viewLink) ?? []
  const appliances = vpc.gatewayLoadBalancerEndpoints?.filter(({ ipv6 }) => ipv6) ?? []
  const ways: WayIds = new Set([...links, ...appliances].map(({ id }) => id))
  // Each thing by its name: what is not here carries IPv4 only, as resources do.
  return {
    id: vpc.id,
    owner: vpc.owner,
    region: vpc.region,
    cidrs,
    resolver: { ...vpc.resolver, addresses: [IPV6_RESOLVER] },
    subnets: allSubnets(vpc).flatMap(viewSubnet).sort(byId),
    interfaces: vpc.interfaces.flatMap((one) => viewInterface(vpc, one)),
    routeTables: vpc.routeTables.map((table) => viewTable(table, ways)),
    securityGroups: vpc.securityGroups.map(viewGroup),
    networkAcls: vpc.networkAcls.map((acl) => ({
      ...acl,
      ingress: acl.ingress.filter(({ cidr }) => cidrFamily(cidr) === 6),
      egress: acl.egress.filter(({ cidr }) => cidrFamily(cidr) === 6),
    })),
    instances: vpc.instances,
    endpoints: vpc.endpoints.map(viewEndpoint),
    privateZones: vpc.privateZones,
    loadBalancers: vpc.loadBalancers.flatMap(viewLoadBalancer),
    targetGroups: vpc.targetGroups,
    connections: vpc.connections.filter(({ ipv6 }) => ipv6),
    ...(peerings.length > 0 && { peerings }),
    ...(links.length > 0 && { transitGatewayLinks: links }),
    ...(appliances.length > 0 && { gatewayLoadBalancerEndpoints: appliances }),
    ...(vpc.inboundResolvers && { inboundResolvers: vpc.inboundResolvers.map(viewInbound) }),
    ...(vpc.resolverForwards && { resolverForwards: vpc.resolverForwards.flatMap(viewForward) }),
    ...(vpc.resolverRules && { resolverRules: vpc.resolverRules }),
    ...(vpc.dnsFirewall && { dnsFirewall: vpc.dnsFirewall }),
    ...(vpc.vpnGateway && { vpnGateway: viewVpnGateway(vpc.vpnGateway) }),
    ...(vpc.nat64GatewayIds && { nat64GatewayIds: vpc.nat64GatewayIds }),
    ...(vpc.internetGatewayId && { internetGatewayId: vpc.internetGatewayId }),
    ...(vpc.blockedSubnets && { blockedSubnets: vpc.blockedSubnets }),
    ...(vpc.egressOnlyInternetGatewayIds && { egressOnlyInternetGatewayIds: vpc.egressOnlyInternetGatewayIds }),
    failedZoneIds: vpc.failedZoneIds,
  }
}

function viewSubnet(subnet: SubnetNetwork): SubnetNetwork[] {
  return subnet.ipv6Cidr ? [{ ...subnet, cidr: subnet.ipv6Cidr, router: IPV6_ROUTER }] : []
}

/** An internet gateway knows an IPv6 address by itself, but leads nothing to endpoints and load balancers' nodes. */
function viewInterface(vpc: VpcNetwork, { publicAddresses: _, ...eni }: InterfaceNetwork): InterfaceNetwork[] {
  const addresses = eni.ipv6Addresses ?? []
  if (addresses.length === 0) return []
  if (!vpc.internetGatewayId || eni.endpointId || eni.loadBalancerId) return [{ ...eni, addresses }]
  const publicAddresses = addresses.map((one) => ({ privateAddress: one, publicAddress: one, by: eni.id }))
  return [{ ...eni, addresses, publicAddresses }]
}

/** Of attachments to transit gateways, and of endpoints of appliances. */
type WayIds = ReadonlySet<string>

function viewTable(table: RouteTableNetwork, ways: WayIds): RouteTableNetwork {
  return {
    ...table,
    entries: table.entries
      .filter(({ cidr }) => cidrFamily(cidr) === 6)
      .map((entry) => ({ ...entry, nextHop: viewNextHop(entry.nextHop, ways) })),
  }
}

/** Where no IPv6 is carried on, it is dropped. */
function viewNextHop(nextHop: NextHop, ways: WayIds): NextHop {
  switch (nextHop.kind) {
    case 'gatewayLoadBalancerEndpoint':
      if (ways.has(nextHop.endpointId)) return nextHop
      return { kind: 'blackhole', why: `${nextHop.endpointId} carries IPv4 only` }
    case 'transitGateway':
      if (ways.has(nextHop.attachmentId)) return nextHop
      return { kind: 'blackhole', why: `${nextHop.attachmentId} has Ipv6Support off: it carries IPv4 only` }
    default:
      return nextHop
  }
}

function viewGroup({ ipv6Members = [], ...group }: SecurityGroupNetwork): SecurityGroupNetwork {
  return {
    ...group,
    members: ipv6Members,
    ingress: group.ingress.map(viewRule),
    egress: group.egress.map(viewRule),
  }
}

function viewRule({ peer, ...rule }: SecurityGroupRuleNetwork): SecurityGroupRuleNetwork {
  if (peer.kind === 'cidrs') {
    return { ...rule, peer: { ...peer, cidrs: peer.cidrs.filter((block) => cidrFamily(block) === 6) } }
  }
  return { ...rule, peer: peer.members ? { ...peer, members: peer.members.filter(isIpv6) } : peer }
}

function isIpv6(address: Address): boolean {
  return addressFamily(address) === 6
}

function viewEndpoint(endpoint: EndpointNetwork): EndpointNetwork {
  if (endpoint.kind !== 'interface') return endpoint
  const { service } = endpoint
  return {
    ...endpoint,
    interfaces: endpoint.interfaces.flatMap(viewPlace),
    ...(service && { service: viewProvider(service) }),
  }
}

function viewProvider({ listeners, ingress, ...service }: ProviderNetwork): ProviderNetwork {
  return { ...service, listeners: listeners.flatMap(viewListener), ...(ingress && { ingress: ingress.map(viewRule) }) }
}

/** Where something answers over IPv6 too; a place that has no such address is not there. */
function viewPlace<P extends { readonly address?: Address; readonly ipv6Address?: Address }>(place: P): P[] {
  return place.ipv6Address ? [{ ...place, address: place.ipv6Address }] : []
}

/** A Gateway Load Balancer's nodes meet appliances over IPv4, whatever they pass on. */
function viewLoadBalancer(balancer: LoadBalancerNetwork): LoadBalancerNetwork[] {
  const nodes = balancer.kind === 'network' ? balancer.nodes.flatMap(viewNode) : []
  return nodes.length > 0 ? [{ ...balancer, nodes, listeners: balancer.listeners.flatMap(viewListener) }] : []
}

function viewNode({ publicAddress: _, ...node }: LoadBalancerNodeNetwork): LoadBalancerNodeNetwork[] {
  return viewPlace(node)
}

function viewListener({ ipv6Way, ...listener }: ListenerNetwork): ListenerNetwork[] {
  return ipv6Way ? [{ ...listener, way: ipv6Way }] : []
}

function viewLink({ ipv6, ipv6Clients = [], ...link }: TransitGatewayLinkNetwork): TransitGatewayLinkNetwork[] {
  return ipv6 ? [{ ...link, clients: ipv6Clients }] : []
}

function viewTransitGateway(gateway: TransitGatewayNetwork): TransitGatewayNetwork {
  const routeTables = gateway.routeTables.map((table) => ({
    ...table,
    entries: table.entries.filter(({ cidr }) => cidrFamily(cidr) === 6),
  }))
  const attachments = gateway.attachments.filter(({ resource }) => resource.kind !== 'onPremises' || resource.ipv6)
  return { ...gateway, attachments, routeTables }
}

type ResolverInterface = InboundResolverNetwork['interfaces'][number]

function viewResolverInterface({ address: _, ipv6Address, ...one }: ResolverInterface): ResolverInterface[] {
  return ipv6Address ? [{ ...one, address: ipv6Address }] : []
}

function viewInbound({ id, interfaces }: InboundResolverNetwork): InboundResolverNetwork {
  return { id, interfaces: interfaces.flatMap(viewResolverInterface) }
}

function viewForward(forward: ResolverForwardNetwork): ResolverForwardNetwork[] {
  if (!isIpv6(forward.target)) return []
  return viewResolverInterface(forward.source).map((source) => ({ ...forward, source }))
}

/** By Direct Connect alone: a VPN connection of a virtual private gateway carries no IPv6. */
function viewVpnGateway({ networks, routes, ...gateway }: VpnGatewayNetwork): VpnGatewayNetwork {
  return {
    ...gateway,
    networks: networks.flatMap(({ ipv6Address, ...one }) => (ipv6Address ? [{ ...one, address: ipv6Address }] : [])),
    routes: routes.filter(({ cidr }) => cidrFamily(cidr) === 6),
  }
}

/** A network on premises as IPv6 sees it; none where it has no IPv6. */
export function viewOnPremises({ ipv6, ...network }: OnPremisesRouterNetwork): OnPremisesRouterNetwork[] {
  if (!ipv6) return []
  return [{ ...network, ...ipv6, routes: network.routes.filter(({ cidr }) => cidrFamily(cidr) === 6) }]
}

function viewPeering({ ipv6Cidrs = [], ipv6Clients = [], ...peering }: PeeringNetwork): PeeringNetwork[] {
  return ipv6Cidrs.length > 0 ? [{ ...peering, cidrs: ipv6Cidrs, clients: ipv6Clients }] : []
}
