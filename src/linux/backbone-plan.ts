// The backbone namespace: where the resolver, the metadata service, the endpoints and the forwarder listen, joined to every
// VPC's router by a link. It forwards one thing: what goes by PrivateLink, from an endpoint's VPC to its load balancer's,
// and the answers. Nothing here may ask for the state of a connection: conntrack in a third namespace would cost more than
// all the rules do.

import { BACKBONE, GENEVE_PORT, METADATA_BACKBONE, RESOLVER_BACKBONE, SHADOWS } from '../compile/backbone.ts'
import { HEALTH_CHECKERS, INTERNET } from '../compile/internet.ts'
import { ipv6Ruleset, twinOf } from './ipv6-words.ts'
import { backboneNamespace } from './names.ts'
import { type NftSet, quoted, type Rule, type Ruleset } from './nft.ts'
import { type BackbonePart, type FamilyPlan, LAST_METRIC, MAIN_RULE, type NamespacePlan, type Route } from './plan.ts'
import { UPLINK, UPLINK_PART } from './uplink.ts'

export interface BackbonePlan {
  readonly namespace: NamespacePlan
  readonly rules: Ruleset
  /** Absent: no VPC has IPv6. */
  readonly ipv6Rules?: Ruleset
}

/** The backbone as these VPCs together need it. */
export function planBackbone(
  world: string,
  parts: readonly BackbonePart[],
  { isUplinked = false, checksHealth = false } = {},
): BackbonePlan {
  const uplink = isUplinked ? UPLINK_PART : { up: [], neighbours: [], routes: [] }
  const hasInternet = parts.some(({ publics = [] }) => publics.length > 0)
  const own = [
    ...[RESOLVER_BACKBONE, METADATA_BACKBONE, SHADOWS],
    ...(hasInternet ? INTERNET : []),
    ...(hasInternet && checksHealth ? [HEALTH_CHECKERS] : []),
  ].map((destination): Route => ({ type: 'local', destination, device: 'lo' }))
  const ipv6 = parts.flatMap((part) => part.ipv6 ?? [])
  return {
    namespace: {
      name: backboneNamespace(world),
      ...(ipv6.length > 0 && { ipv6: planIpv6(parts, ipv6) }),
      up: ['lo', ...parts.flatMap((part) => part.namespace.up), ...uplink.up],
      addresses: [],
      neighbours: [...parts.flatMap((part) => part.namespace.neighbours), ...uplink.neighbours],
      routes: [...own, ...parts.flatMap((part) => part.namespace.routes), ...uplink.routes, NOWHERE],
      rules: [...parts.flatMap((part) => part.namespace.rules), MAIN_RULE],
    },
    rules: backboneRules(parts, { isUplinked, checksHealth }),
    ...(ipv6.length > 0 && { ipv6Rules: ipv6Ruleset(backboneRules(ipv6)) }),
  }
}

type PartRules = NonNullable<BackbonePart['ipv6']>

function planIpv6(parts: readonly BackbonePart[], ipv6: readonly PartRules[]): FamilyPlan {
  const hasInternet = ipv6.some(({ publics = [] }) => publics.length > 0)
  const families = parts.flatMap(({ namespace }) => namespace.ipv6 ?? [])
  const local = (destination: string): Route => ({ type: 'local', destination, device: 'lo' })
  const own = [RESOLVER_BACKBONE, METADATA_BACKBONE, SHADOWS].map((address) => local(twinOf(address)))
  return {
    addresses: [],
    neighbours: families.flatMap(({ neighbours }) => neighbours),
    routes: [
      ...own,
      ...(hasInternet ? INTERNET.map((block) => local(twinOf(block))) : []),
      ...families.flatMap(({ routes }) => routes),
      NOWHERE,
    ],
    rules: [...families.flatMap(({ rules }) => rules), MAIN_RULE],
  }
}

function backboneRules(parts: readonly PartRules[], { isUplinked = false, checksHealth = false } = {}): Ruleset {
  const set = (name: 'sources' | 'consumers' | 'providers' | 'nodes') => ({
    name,
    type: 'ifname . ipv4_addr',
    elements: parts.flatMap((part) => part[name]),
  })
  const endpoints = parts.flatMap((part) => part.endpoints)
  const gateways = parts.flatMap((part) => part.gateways ?? [])
  const ofGateways: NftSet[] =
    gateways.length > 0 ? [{ name: 'gateways', type: 'ifname . ipv4_addr', elements: gateways }] : []
  const publics = parts.flatMap((part) => part.publics ?? [])
  const ofInternet: NftSet[] =
    publics.length > 0 ? [{ name: 'publics', type: 'ifname . ipv4_addr', elements: publics }] : []
  const fronts = parts.flatMap((part) => part.fronts ?? [])
  const ofFronts: NftSet[] =
    fronts.length > 0 ? [{ name: 'fronts', type: 'ifname . ipv4_addr . inet_service', elements: fronts }] : []
  return {
    sets: [
      set('sources'),
      { name: 'endpoints', type: 'ifname . ipv4_addr . inet_service', elements: endpoints },
      set('consumers'),
      set('providers'),
      set('nodes'),
      ...ofGateways,
      ...ofInternet,
      ...ofFronts,
    ],
    maps: [],
    chains: [
      {
        name: 'input',
        hook: { type: 'filter', hook: 'input', priority: 0, policy: 'drop' },
        rules: [
          ...(publics.length > 0 && checksHealth ? OF_HEALTH_CHECKERS : []),
          ...(parts.some(({ chained }) => chained) ? [BETWEEN_BALANCERS] : []),
          ...(publics.length > 0 ? [TO_SITES] : []),
          ...(fronts.length > 0 ? [TO_FRONTS] : []),
          ...INPUT,
          ...(gateways.length > 0 ? [FROM_APPLIANCES] : []),
        ],
      },
      {
        name: 'forward',
        hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'drop' },
        rules: publics.length > 0 ? [...FORWARD, BETWEEN_PUBLICS, ...(isUplinked ? [FROM_UPLINK] : [])] : FORWARD,
      },
    ],
  }
}

/** A load balancer's VPC may not be in the kernel, and then nobody says so. */
const NOWHERE: Route = { type: 'blackhole', destination: 'default', metric: LAST_METRIC }

const INPUT: readonly Rule[] = [
  // An interface's backbone address is who it is; nobody else may use it.
  { match: ['iifname . ip saddr != @sources'], verdict: 'drop' },
  { match: [`ip daddr ${RESOLVER_BACKBONE}`, 'meta l4proto { tcp, udp }', 'th dport 53'], verdict: 'accept' },
  { match: [`ip daddr ${METADATA_BACKBONE}`, 'tcp dport 80'], verdict: 'accept' },
  { match: ['iifname . ip daddr . tcp dport @endpoints'], verdict: 'accept' },
  // Answers to what was dialled from here as a node. No instance can send to a backbone address of its own accord.
  { match: ['iifname . ip daddr @nodes'], verdict: 'accept' },
]

/** From one load balancer to another, both of them here: whether they may was asked before they do (compile/balancer-leg.ts). */
const BETWEEN_BALANCERS: Rule = {
  match: ['iifname "lo"', `ip saddr ${BACKBONE}`, `ip daddr ${BACKBONE}`],
  verdict: 'accept',
}

/** What appliances send back, there only with a Gateway Load Balancer. */
const FROM_APPLIANCES: Rule = {
  match: ['iifname . ip daddr @gateways', `udp dport ${GENEVE_PORT}`],
  verdict: 'accept',
}

/** What the router of an internet-facing load balancer passes on. There only with one. */
const TO_FRONTS: Rule = {
  match: [`ip saddr != ${BACKBONE}`, 'iifname . ip daddr . tcp dport @fronts'],
  verdict: 'accept',
}

/** Only an endpoint's VPC sends what opens a flow; from the other side comes nothing but what its router knows as an
 * answer. */
const FORWARD: readonly Rule[] = [
  { match: ['iifname . ip saddr @providers'], verdict: 'accept' },
  { match: ['iifname . ip saddr @sources', 'iifname . ip daddr @consumers'], verdict: 'accept' },
]

/** The internet's own addresses, each VPC by its public ones alone. There only with a public address. */
const FROM_PUBLIC = ['iifname . ip saddr @publics', `ip daddr != ${BACKBONE}`]
const TO_SITES: Rule = { match: [...FROM_PUBLIC, 'tcp dport { 80, 443 }'], verdict: 'accept' }
/** Route 53's health checkers ask sites, and are answered by public addresses; nobody asks them. */
const OF_HEALTH_CHECKERS: readonly Rule[] = [
  { match: ['iifname lo', `ip saddr ${HEALTH_CHECKERS}`], verdict: 'accept' },
  { match: ['iifname lo', `ip daddr ${HEALTH_CHECKERS}`], verdict: 'accept' },
  { match: [...FROM_PUBLIC, `ip daddr ${HEALTH_CHECKERS}`, 'tcp flags & (syn | ack) != syn'], verdict: 'accept' },
  { match: [...FROM_PUBLIC, `ip daddr ${HEALTH_CHECKERS}`], verdict: 'drop' },
]

/** What the world asked of the host's network comes back. */
const FROM_UPLINK: Rule = { match: [`iifname ${quoted(UPLINK)}`, 'oifname . ip daddr @publics'], verdict: 'accept' }
/** Whoever has the address has the route. */
const BETWEEN_PUBLICS: Rule = { match: FROM_PUBLIC, verdict: 'accept' }
