// On-premises networks as the kernel meets them: a namespace with one host, and a link to the router of each VPC that it is
// connected to. What comes by a link must be from the host and for the VPC's own blocks, so that nothing passes through a
// VPC to the internet, a peer or a gateway endpoint, and carries no mark, as with peering. A route to the virtual private
// gateway goes on to the main table (`throw`), which knows what the gateway knows.
// https://docs.aws.amazon.com/vpn/latest/s2svpn/how_it_works.html

import { familyOf, ipv6Network, viewOnPremises } from '../compile/ipv6-view.ts'
import type {
  Network,
  OnPremisesClientNetwork,
  OnPremisesRouteNetwork,
  OnPremisesRouterNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { addressFamily, familyWidth } from '../ip/address.ts'
import { type Cidr, cidrBase, cidrFamily, cidrLength } from '../ip/cidr.ts'
import type { TransitGatewayAttachmentId } from '../store/transit-gateway-records.ts'
import { ASK_ENDPOINT_ACL, ASK_REPLY_ACL, ENDPOINT_GROUPS } from './endpoint-rules.ts'
import { ipv6Plan } from './ipv6-words.ts'
import {
  onPremisesLink,
  onPremisesNamespace,
  transitGatewayNamespace,
  transitLink,
  vpcLink,
  vpcNamespace,
} from './names.ts'
import { anyOf, type Chain, type MapElement, type NftMap, quoted } from './nft.ts'
import {
  LAST_METRIC,
  LINK_NEXT_HOP,
  MAIN_RULE,
  type NamespacePlan,
  type Neighbour,
  type Route,
  TRANSIT_MAC,
  type VethPair,
} from './plan.ts'

/** Each end knows the other's address, so that the link needs no ARP. */
const ROUTER_MAC = '02:00:00:00:00:07'
const HOST_MAC = '02:00:00:00:00:08'

function networksBehind({ vpnGateway }: VpcNetwork): readonly OnPremisesClientNetwork[] {
  return vpnGateway?.networks ?? []
}

export function onPremisesLinks(vpc: VpcNetwork): string[] {
  return networksBehind(vpc).map(({ name }) => onPremisesLink(name))
}

export function onPremisesNeighbours(vpc: VpcNetwork): Neighbour[] {
  return onPremisesLinks(vpc).map((device) => ({ device, address: LINK_NEXT_HOP, macAddress: HOST_MAC }))
}

/** Of the main table: what the gateway knows. */
export function onPremisesRoutes(vpc: VpcNetwork): Route[] {
  if (networksBehind(vpc).length === 0) return []
  const family = familyOf(vpc)
  return (vpc.vpnGateway?.routes ?? [])
    .filter(({ cidr }) => cidrFamily(cidr) === family)
    .map(({ cidr, name }): Route => {
      const destination = destinationOf(cidr)
      return name === undefined
        ? { type: 'blackhole', destination }
        : { type: 'unicast', destination, via: LINK_NEXT_HOP, device: onPremisesLink(name) }
    })
}

/** The links of a Network. The VPC's end is the near one. */
export function onPremisesPairs(world: string, { inhabited }: Pick<Network, 'inhabited'>): VethPair[] {
  return inhabited.flatMap((vpc) =>
    networksBehind(vpc).map(({ name }) => ({
      near: { namespace: vpcNamespace(world, vpc.id), name: onPremisesLink(name), macAddress: ROUTER_MAC },
      far: { namespace: onPremisesNamespace(world, name), name: vpcLink(vpc.id), macAddress: HOST_MAC },
    })),
  )
}

/** The links to transit gateways. The gateway's end is the near one. */
export function onPremisesTransitPairs(
  world: string,
  { transitGateways = [], onPremises = [] }: Pick<Network, 'transitGateways' | 'onPremises'>,
): VethPair[] {
  const there = new Set(onPremises.map(({ name }) => name))
  return transitGateways.flatMap((gateway) =>
    gateway.attachments.flatMap(({ id, resource }): VethPair[] => {
      if (resource.kind !== 'onPremises' || !there.has(resource.name)) return []
      const near = { namespace: transitGatewayNamespace(world, gateway.id), name: transitLink(id) }
      const far = { namespace: onPremisesNamespace(world, resource.name), name: transitLink(id) }
      return [{ near: { ...near, macAddress: TRANSIT_MAC.gateway }, far: { ...far, macAddress: TRANSIT_MAC.attached } }]
    }),
  )
}

type Surroundings = Pick<Network, 'inhabited' | 'transitGateways' | 'onPremises'>

/** A network's own namespace. Links and routes to VPCs that are not in the kernel are left out. */
export function planOnPremises(world: string, router: OnPremisesRouterNetwork, network: Surroundings): NamespacePlan {
  const plan = planFamily(world, router, network)
  const [view] = viewOnPremises(router)
  if (!view) return plan
  const seen = ipv6Network({ vpcs: [], publicZones: [], ...network })
  return { ...plan, ipv6: ipv6Plan(planFamily(world, view, seen)) }
}

function planFamily(
  world: string,
  { name, address, vpcIds, routes }: OnPremisesRouterNetwork,
  network: Surroundings,
): NamespacePlan {
  const family = addressFamily(address)
  const { inhabited } = network
  const there = new Set(
    inhabited.filter((vpc) => networksBehind(vpc).some((one) => one.name === name)).map(({ id }) => id),
  )
  const devices = vpcIds.filter((id) => there.has(id)).map(vpcLink)
  const transit = onPremisesTransitPairs(world, network)
    .filter(({ far }) => far.namespace === onPremisesNamespace(world, name))
    .map(({ far }) => far.name)
  const deviceOf = ({ vpcId, via }: OnPremisesRouteNetwork): string | undefined => {
    if (vpcId) return there.has(vpcId) ? vpcLink(vpcId) : undefined
    return transit.find((link) => isAttachment(via) && link === transitLink(via))
  }
  return {
    name: onPremisesNamespace(world, name),
    up: ['lo', ...devices, ...transit],
    addresses: [{ device: 'lo', address, length: familyWidth(family) }],
    neighbours: [
      ...devices.map((device) => ({ device, address: LINK_NEXT_HOP, macAddress: ROUTER_MAC })),
      ...transit.map((device) => ({ device, address: LINK_NEXT_HOP, macAddress: TRANSIT_MAC.gateway })),
    ],
    routes: [
      ...routes.flatMap((route): Route[] => {
        const device = deviceOf(route)
        if (!device || cidrFamily(route.cidr) !== family) return []
        return [{ type: 'unicast', destination: destinationOf(route.cidr), via: LINK_NEXT_HOP, device }]
      }),
      // What it has not learnt is lost, as behind a real gateway.
      { type: 'blackhole', destination: 'default', metric: LAST_METRIC },
    ],
    rules: [MAIN_RULE],
  }
}

function isAttachment(via: OnPremisesRouteNetwork['via']): via is TransitGatewayAttachmentId {
  return via.startsWith('tgw-attach-')
}

/** What comes by a link, for the map of who may send without being an interface. */
export function onPremisesSenders(vpc: VpcNetwork): MapElement[] {
  return toChains(vpc, arrivals)
}

/** What leaves by a link, for the map of who may receive without being an interface. */
export function onPremisesReceivers(vpc: VpcNetwork): MapElement[] {
  return toChains(vpc, departures)
}

/** A link has no groups. */
export function onPremisesVerdicts(vpc: VpcNetwork): MapElement[] {
  return onPremisesLinks(vpc).map((link) => ({ key: quoted(link), value: 'accept' }))
}

export function onPremisesChains(vpc: VpcNetwork): Chain[] {
  const family = familyOf(vpc)
  const blocks = anyOf(vpc.cidrs.filter((block) => cidrFamily(block) === family))
  const by = vpc.vpnGateway?.id ?? vpc.id
  return networksBehind(vpc).flatMap(({ name, address }): Chain[] => [
    {
      name: arrivals(onPremisesLink(name)),
      rules: [
        { match: [`ip saddr != ${address}`], verdict: 'drop', by },
        { match: [`ip daddr != ${blocks}`], verdict: 'drop', by },
        // The resolver answers its own VPC only.
        { match: ['ip daddr @unfiltered'], verdict: 'drop', by },
        ASK_ENDPOINT_ACL,
        { match: [], verdict: `goto ${ENDPOINT_GROUPS}` },
      ],
    },
    { name: departures(onPremisesLink(name)), rules: [ASK_REPLY_ACL, { match: [], verdict: 'accept' }] },
  ])
}

/** Whose address a host has: endpoints here know by it who asks. */
export function onPremisesIdentities(vpc: VpcNetwork): NftMap['elements'] {
  return networksBehind(vpc).map(({ address, backboneAddress }) => ({ key: address, value: backboneAddress }))
}

function toChains(vpc: VpcNetwork, chainOf: (link: string) => string): MapElement[] {
  const by = vpc.vpnGateway?.id ?? vpc.id
  return onPremisesLinks(vpc).map((link) => ({ key: quoted(link), value: `goto ${chainOf(link)}`, by }))
}

function arrivals(link: string): string {
  return `${link}-arrivals`
}

function departures(link: string): string {
  return `${link}-departures`
}

/** As the kernel prints it. */
function destinationOf(block: Cidr): string {
  if (cidrLength(block) === 0) return 'default'
  return cidrLength(block) === familyWidth(cidrFamily(block)) ? cidrBase(block) : block
}
