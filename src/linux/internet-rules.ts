// What nft knows of a VPC's ways to the internet. A route to the internet gateway has a next hop of its own on the link to
// the backbone, so a packet on that way is known by its route: its source becomes the public address that stands for it, or
// it is dropped. A NAT gateway is an address without an interface: what a route table leads to it gets the mark of its subnet
// and goes on by that subnet's routes; on the way out its one entry in conntrack also makes its source the gateway's. The
// flow's mark in conntrack is the backbone address of the gateway's interface as a number, as with load balancers' nodes.

import { BACKBONE } from '../compile/backbone.ts'
import { addressesOf } from '../compile/internet.ts'
import { familyOf } from '../compile/ipv6-view.ts'
import type {
  NatGatewayNetwork,
  PublicAddressNetwork,
  RouteTableNetwork,
  SubnetNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import { isBlocked } from '../compile/public-access.ts'
import { type Address, addressBits } from '../ip/address.ts'
import { cidr, cidrFamily, cidrRange } from '../ip/cidr.ts'
import { rangeToCidrs, subtractRanges } from '../ip/range.ts'
import type { NatGatewayId } from '../store/internet-records.ts'
import { MID_FLOW } from './balancer-rules.ts'
import type { Balancers } from './balancers.ts'
import { ENDPOINT_TIMEOUT } from './endpoint-rules.ts'
import {
  admitIpv6Internet,
  dropStrangeSources,
  findIpv6Internet,
  IPV6_TOO_BIG,
  leaveByIpv6Internet,
  toIpv6Internet,
} from './ipv6-internet-rules.ts'
import { BACKBONE_LINK } from './names.ts'
import { anyOf, type Chain, hex, type MapElement, type NftMap, type NftSet, quoted, type Rule } from './nft.ts'
import { INTERNET_MTU, INTERNET_NEXT_HOP } from './plan.ts'
import {
  admitShadows,
  askPublicReplies,
  publicNodeMaps,
  publicNodeSets,
  publicNodes,
  renameCheckers,
} from './public-nodes.ts'
import { askAcl } from './traffic-rules.ts'
import { marksOf } from './transit-gateways.ts'
import type { PlugIn } from './vpc-plan.ts'

/** A NAT gateway and where it is. */
export interface Nat extends NatGatewayNetwork {
  readonly subnet: SubnetNetwork
}

/** A VPC's public addresses and NAT gateways, as far as the kernel has a use for them. */
export interface Internet {
  /** Empty without an internet gateway. */
  readonly hosts: readonly PublicAddressNetwork[]
  /** By id. */
  readonly nats: readonly Nat[]
  /** The addresses of NAT gateways, as the internet gateway knows them: what they sent to it through an appliance. */
  readonly natSources?: readonly PublicAddressNetwork[]
  /** Of internet-facing load balancers. Absent: none. */
  readonly nodes?: ReturnType<typeof publicNodes>
  /** All public addresses that are the VPC's; empty without an internet gateway. */
  readonly addresses: readonly Address[]
  /** Of `addresses`, those that no internet gateway carries and an egress-only one does. Absent: none. */
  readonly egressOnly?: readonly Address[]
  /** IPv6's addresses are public as they are. Absent: addresses are translated. */
  readonly isTranslated?: false
}

export function findInternet(
  vpc: VpcNetwork,
  plugIns: readonly PlugIn[],
  balancers: Pick<Balancers, 'nodes'>,
): Internet {
  const subnets = new Map(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  if (familyOf(vpc) === 6) return findIpv6Internet(vpc, plugIns)
  const hosts = vpc.internetGatewayId
    ? plugIns.flatMap(({ networkInterface: { subnetId, publicAddresses = [] } }) =>
        isBlocked(vpc, subnetId, 'own') ? [] : publicAddresses,
      )
    : []
  const nats = (vpc.natGateways ?? []).flatMap((gateway): Nat[] => {
    const subnet = subnets.get(gateway.subnetId)
    if (!subnet) return []
    return [{ ...(isBlocked(vpc, subnet.id, 'translated') ? withoutPublic(gateway) : gateway), subnet }]
  })
  const natSources = vpc.internetGatewayId ? nats.flatMap(publicSource) : []
  const online = publicNodes(balancers)
  const addresses = [...hosts, ...natSources, ...online].map(({ publicAddress }) => publicAddress)
  return { hosts, nats, natSources, addresses, ...(online.length > 0 && { nodes: online }) }
}

/** What it sends to the internet gateway gets no further; what it sends elsewhere does. */
function withoutPublic({ publicAddress: _, secondaryAddresses, ...gateway }: NatGatewayNetwork): NatGatewayNetwork {
  const others = secondaryAddresses?.map(({ address }) => ({ address }))
  return { ...gateway, ...(others && { secondaryAddresses: others }) }
}

function publicSource(nat: Nat): PublicAddressNetwork[] {
  return addressesOf(nat).flatMap(({ address, publicAddress }) =>
    publicAddress ? [{ privateAddress: address, publicAddress, by: nat.id }] : [],
  )
}

export function hasInternet({ addresses, nats }: Internet): boolean {
  return addresses.length > 0 || nats.length > 0
}

export function internetSets(internet: Internet): NftSet[] {
  if (!hasInternet(internet)) return []
  return [
    { name: 'public-addresses', type: 'ipv4_addr', elements: internet.addresses },
    ...publicNodeSets(internet.nodes ?? []),
  ]
}

export function internetMaps(vpc: VpcNetwork, internet: Internet): NftMap[] {
  if (!hasInternet(internet) || internet.isTranslated === false) return []
  const { hosts, nats, natSources = [], nodes = [] } = internet
  const addressMap = (name: string, elements: readonly MapElement[]): NftMap => ({
    name,
    type: 'ipv4_addr',
    value: 'ipv4_addr',
    elements,
  })
  const ofHosts = [
    addressMap(
      'public-sources',
      [...hosts, ...natSources].map(({ privateAddress, publicAddress, by }) => ({
        key: privateAddress,
        value: publicAddress,
        by,
      })),
    ),
    addressMap(
      'public-hosts',
      hosts.map(({ privateAddress, publicAddress, by }) => ({ key: publicAddress, value: privateAddress, by })),
    ),
    ...publicNodeMaps(nodes),
  ]
  if (nats.length === 0) return ofHosts
  const known = new Set<NatGatewayId>(nats.map(({ id }) => id))
  return [
    ...ofHosts,
    {
      name: 'nat-flows',
      type: 'mark',
      value: 'verdict',
      elements: nats.map((nat) => ({ key: markOf(nat), value: `goto ${nat.id}-flow`, by: nat.id })),
    },
    {
      name: 'nat-routes',
      type: 'mark . ipv4_addr',
      value: 'verdict',
      interval: true,
      elements: vpc.routeTables.flatMap((table) => natRoutes(table, marksOf(vpc, table), known)),
    },
  ]
}

/** Resolver and metadata, and what has already been sent to the backbone. */
export const NEVER_TRANSLATED = [cidr('169.254.0.0/16'), BACKBONE]

/** The addresses that a table leads to a NAT gateway, less those that a more specific route takes. */
function natRoutes(
  { entries }: RouteTableNetwork,
  marks: readonly number[],
  known: ReadonlySet<NatGatewayId>,
): MapElement[] {
  return entries.flatMap(({ cidr: block, nextHop }, index) => {
    if (nextHop.kind !== 'natGateway' || !known.has(nextHop.natGatewayId) || cidrFamily(block) !== 4) return []
    const stronger = [...entries.slice(0, index).map((entry) => entry.cidr), ...NEVER_TRANSLATED]
    const rest = subtractRanges(
      cidrRange(block),
      stronger.filter((one) => cidrFamily(one) === 4).map((one) => cidrRange(one)),
    )
    return rest.flatMap(rangeToCidrs).flatMap((one) =>
      marks.map((mark) => ({
        key: `${mark} . ${one}`,
        value: `goto ${nextHop.natGatewayId}`,
        by: nextHop.natGatewayId,
      })),
    )
  })
}

const BY_INTERNET_GATEWAY = `rt ip nexthop ${INTERNET_NEXT_HOP}`
const ON_THE_WAY_OUT = [`oifname ${quoted(BACKBONE_LINK)}`, BY_INTERNET_GATEWAY]

/** In the nat chain of prerouting. */
export function fromInternet(internet: Internet): Rule[] {
  if (internet.hosts.length === 0 || internet.isTranslated === false) return []
  return [{ match: [`iifname ${quoted(BACKBONE_LINK)}`], verdict: 'dnat ip to ip daddr map @public-hosts' }]
}

/** At forward, of what goes to the backbone's link. */
export function leaveByInternet(internet: Internet): Rule[] {
  if (!hasInternet(internet)) return []
  if (internet.isTranslated === false) return leaveByIpv6Internet()
  return [{ match: [BY_INTERNET_GATEWAY], verdict: 'accept' }, ...admitShadows(internet.nodes ?? [])]
}

/** At forward, before all that keeps the backbone out. */
export function admitInternet(internet: Internet): Rule[] {
  if (!hasInternet(internet)) return []
  if (internet.isTranslated === false) return admitIpv6Internet(internet)
  if (internet.hosts.length === 0 && !internet.nodes) return []
  const match = [`iifname ${quoted(BACKBONE_LINK)}`, `ip saddr != ${BACKBONE}`, 'ct status dnat']
  return [{ match, verdict: 'accept' }]
}

/** In the nat chain of postrouting: 55,000 flows at a time to one destination.
 * https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html */
export function toInternet(vpc: VpcNetwork, internet: Internet): Rule[] {
  if (!hasInternet(internet)) return []
  if (internet.isTranslated === false) return toIpv6Internet()
  const isAttached = vpc.internetGatewayId !== undefined
  return [
    ...internet.nats.flatMap((nat) => [
      ...(isAttached ? leaveByGateway(nat) : []),
      ...translate(nat, privatesOf(nat), [`oifname != ${quoted(BACKBONE_LINK)}`]),
    ]),
    { match: ON_THE_WAY_OUT, verdict: 'snat ip to ip saddr map @public-sources' },
    ...renameCheckers(internet.nodes ?? []),
  ]
}

/** Without a public address nothing of it gets out, not even by the client's own. */
function leaveByGateway(nat: Nat): Rule[] {
  const addresses = publicsOf(nat)
  if (addresses.length > 0) return translate(nat, addresses, ON_THE_WAY_OUT)
  return [{ match: [`ct mark ${markOf(nat)}`, ...ON_THE_WAY_OUT], verdict: 'drop', by: nat.id }]
}

/** Of each address, for each destination. */
export const NAT_PORTS = { from: 10_240, to: 65_239 } as const

/** Each of several addresses is taken as often as any other: by chance, so that a client whose packet met one without a free
 * port has better luck when it tries again. */
function translate(nat: Nat, addresses: readonly Address[], way: readonly string[]): Rule[] {
  const { from, to } = NAT_PORTS
  return addresses.flatMap((address, index) => {
    const left = addresses.length - index
    const turn = left > 1 ? [`numgen random mod ${left} 0`] : []
    const match = [`ct mark ${markOf(nat)}`, ...way]
    return [
      {
        match: [...match, 'meta l4proto { tcp, udp }', ...turn],
        verdict: `snat ip to ${address}:${from}-${to}`,
        by: nat.id,
      },
      { match: [...match, 'meta l4proto != { tcp, udp }', ...turn], verdict: `snat ip to ${address}`, by: nat.id },
    ]
  })
}

function publicsOf(nat: Nat): Address[] {
  return addressesOf(nat).flatMap(({ publicAddress }) => publicAddress ?? [])
}

function privatesOf(nat: Nat): Address[] {
  return addressesOf(nat).map(({ address }) => address)
}

/** What the router says of a packet that is too large for the internet. It says nothing else. */
export function pathMtuRules(internet: Internet): Rule[] {
  if (!hasInternet(internet)) return []
  if (internet.isTranslated === false) return [IPV6_TOO_BIG]
  return [{ match: [`icmp code frag-needed icmp mtu ${INTERNET_MTU}`], verdict: 'accept' }]
}

/** NAT gateways carry fragments of UDP alone, so those of others must be seen before conntrack joins them.
 * https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html */
function fragmentChain(vpc: VpcNetwork, nats: readonly Nat[]): Chain {
  const isFragment = ['meta l4proto { tcp, icmp }']
  const known = new Set<NatGatewayId>(nats.map(({ id }) => id))
  const outwards = vpc.routeTables.flatMap((table): Rule[] => {
    const sources = vpc.subnets.filter(({ routeTableId }) => routeTableId === table.id).map((subnet) => subnet.cidr)
    const led = natRoutes(table, [0], known).map(({ key }) => key.split(' . ')[1] ?? '')
    if (sources.length === 0 || led.length === 0) return []
    return [{ match: [...isFragment, `ip saddr ${anyOf(sources)}`, `ip daddr ${anyOf(led)}`], verdict: 'drop' }]
  })
  const publics = nats.flatMap(publicsOf)
  const inwards: Rule = { match: [...isFragment, `ip daddr ${anyOf(publics)}`], verdict: 'drop' }
  return {
    name: 'nat-fragments',
    hook: { type: 'filter', hook: 'prerouting', priority: BEFORE_FRAGMENTS_ARE_JOINED, policy: 'accept' },
    rules: [WHOLE, ...outwards, ...(publics.length > 0 ? [inwards] : [])],
  }
}

const BEFORE_FRAGMENTS_ARE_JOINED = -450
/** Nearly every packet. */
const WHOLE: Rule = { match: ['ip frag-off & 0x3fff == 0'], verdict: 'accept' }

/** At the end of postrouting, of what goes to the backbone's link: nobody leaves by an address that is not the VPC's. */
export function dropPrivate(internet: Internet): Rule[] {
  if (!hasInternet(internet)) return []
  if (internet.isTranslated === false) return dropStrangeSources(internet)
  // What is for the backbone itself has its address there; to ask for the next hop would cost more.
  const strangers: Rule = { match: [`ip daddr != ${BACKBONE}`, 'ip saddr != @public-addresses'], verdict: 'drop' }
  return [strangers, ...askPublicReplies(internet.nodes ?? [])]
}

/** Prerouting once addresses are known: after the mark for the backbone, before the route is looked up. All packets of a flow
 * that passes a NAT gateway have its mark. */
export function toNatGateways({ nats }: Internet): Rule[] {
  if (nats.length === 0) return []
  return [
    { match: ['ct mark != 0'], verdict: 'ct mark vmap @nat-flows' },
    { match: ['ct state new'], verdict: 'meta mark . ip daddr vmap @nat-routes' },
  ]
}

export function natChains(vpc: VpcNetwork, { nats }: Internet): Chain[] {
  if (nats.length === 0) return []
  const numbers = new Map(vpc.routeTables.map((table) => [table.id, table.number]))
  return [
    fragmentChain(vpc, nats),
    ...nats.flatMap((nat) => chainsOf(vpc, nat, numbers.get(nat.subnet.routeTableId) ?? 0)),
  ]
}

function chainsOf(vpc: VpcNetwork, nat: Nat, table: number): Chain[] {
  const { id, subnet } = nat
  const { cidr: own, networkAclId, routeTableId } = subnet
  return [
    {
      name: id,
      rules: [
        { match: [MID_FLOW], verdict: 'reject with tcp reset' },
        { match: [], verdict: `ct mark set ${markOf(nat)}`, by: id },
        { match: ['meta l4proto tcp'], verdict: `ct timeout set ${quoted(ENDPOINT_TIMEOUT.name)}` },
        { match: [], verdict: `goto ${id}-out` },
      ],
    },
    {
      name: `${id}-out`,
      rules: [
        ...askAcl(vpc, networkAclId, 'ingress', { match: [`ip saddr != ${own}`] }),
        ...askAcl(vpc, networkAclId, 'egress'),
        { match: [], verdict: `meta mark set ${table}`, by: routeTableId },
      ],
    },
    {
      name: `${id}-flow`,
      rules: [
        { match: ['ct direction original'], verdict: `goto ${id}-out` },
        // From here the answer is routed as what the gateway's subnet sends.
        { match: [], verdict: `meta mark set ${table}`, by: routeTableId },
        ...askAcl(vpc, networkAclId, 'ingress', { match: [`ip saddr != ${own}`] }),
        ...askAcl(vpc, networkAclId, 'egress', { match: [`ip daddr != ${own}`] }),
      ],
    },
  ]
}

export function markOf({ backboneAddress }: Nat): string {
  return hex(Number(addressBits(backboneAddress).bits))
}
