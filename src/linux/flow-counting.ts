// The packets of a VPC's interfaces, counted by flow, while the VPC has a flow log: a table of its own, so that rules which
// are replaced lose nothing, and one that other VPCs do not have. A packet is counted twice on its way in and twice on its
// way out of an interface: before anybody has judged it (`offered`) and after the network ACL and the groups have let it
// pass (`accepted`). What is missing in the second was rejected there. What comes and goes by a link from another network is
// counted just so, for the sake of the interfaces that are addresses only: endpoints' and load balancers'. A NAT gateway's
// flows have its mark, and are counted where they come to it and where they leave it, on both sides. Counters are never set
// back: whoever reads them takes differences, and a flow that is idle for longer than the time between two readings is forgotten.

import { type CountedFlow, type Flow, type FlowCount, flowKey } from '../ip/counted-flow.ts'
import { TCP, UDP } from '../ip/protocol.ts'

/** `inet`: one table for both families, beside the rules' own tables of one family each. */
export const FLOW_TABLE = 'inet postern-flows'

/** Seconds; more than twice the time between two readings, so that the last packets of a flow are seen. */
export const FLOW_TIMEOUT = 150
/** Flows of a kind beyond this are not counted. */
export const MOST_FLOWS = 65_535

interface Point {
  readonly name: string
  readonly hook: 'prerouting' | 'postrouting'
  readonly priority: number
  /** What tells at which interface; its type. */
  readonly place: 'iifname' | 'oifname' | 'ct mark'
  readonly type: 'ifname' | 'mark'
  /** Each matches packets that are counted. */
  readonly matches: readonly string[]
  readonly families: readonly (4 | 6)[]
}

const LINKS = ['eni-*', 'pcx-*', 'tga-*', 'op-*']

function atLinks(name: string, place: 'iifname' | 'oifname', priority: number): Point {
  const hook = place === 'iifname' ? 'prerouting' : 'postrouting'
  const matches = LINKS.map((link) => `${place} "${link}"`)
  return { name, hook, priority, place, type: 'ifname', matches, families: [4, 6] }
}

function atNatGateways(name: string, direction: 'original' | 'reply', point: Pick<Point, 'hook' | 'priority'>): Point {
  const matches = [`ct mark != 0 ct direction ${direction}`]
  return { name, ...point, place: 'ct mark', type: 'mark', matches, families: [4] }
}

/** Once the gateway's ACL has let it in, and before an answer's address is the client's again. */
const [TAKEN, UNTRANSLATED] = [-60, -148]
const TRANSLATED = 120

/** `out` is out of the instance, and into the network. */
const POINTS: readonly Point[] = [
  atLinks('offered-out', 'iifname', -151),
  atLinks('offered-in', 'oifname', 108),
  atLinks('accepted-out', 'iifname', -148),
  atLinks('accepted-in', 'oifname', 111),
  atNatGateways('nat-in-source', 'original', { hook: 'prerouting', priority: TAKEN }),
  atNatGateways('nat-out-destination', 'original', { hook: 'postrouting', priority: TRANSLATED }),
  atNatGateways('nat-in-destination', 'reply', { hook: 'prerouting', priority: UNTRANSLATED }),
  atNatGateways('nat-out-source', 'reply', { hook: 'postrouting', priority: TRANSLATED }),
]

/** TCP is counted by the flags that a flow log tells, each packet once. The first that matches counts it. */
const TCP_KINDS = [
  { name: 'tcp', match: 'tcp flags & (fin | syn | rst) == 0', flag: 0 },
  { name: 'tcp-rst', match: 'tcp flags & rst == rst', flag: 4 },
  { name: 'tcp-synack', match: 'tcp flags & (syn | ack) == (syn | ack)', flag: 18 },
  { name: 'tcp-syn', match: 'tcp flags & syn == syn', flag: 2 },
  { name: 'tcp-fin', match: 'tcp flags & fin == fin', flag: 1 },
] as const

const NEARBY = 'fe80::/10, ff00::/8, fd00:ec2::/32'
const UNCOUNTED = [
  'ip daddr 169.254.0.0/16',
  'ip saddr 169.254.0.0/16',
  `ip6 daddr { ${NEARBY} }`,
  `ip6 saddr { ${NEARBY} }`,
]

const FAMILIES = [
  { family: 4, nfproto: 'ipv4', header: 'ip', type: 'ipv4_addr' },
  { family: 6, nfproto: 'ipv6', header: 'ip6', type: 'ipv6_addr' },
] as const

/** Text of a transaction that makes the kernel count or not. Undefined `have`: unknown. What is counted already stays. */
export function diffFlowCounting(have: boolean | undefined, want: boolean): string {
  if (have === want) return ''
  return want ? renderFlowCounting() : `add table ${FLOW_TABLE}\ndelete table ${FLOW_TABLE}\n`
}

/** Rules are put in anew, sets are left as they are. */
function renderFlowCounting(): string {
  const chains = POINTS.flatMap(({ name }) => [name, `${name}-count`])
  return [
    `add table ${FLOW_TABLE}\n`,
    ...POINTS.map(
      ({ name, hook, priority }) =>
        `add chain ${FLOW_TABLE} ${name} { type filter hook ${hook} priority ${priority}; policy accept; }\n`,
    ),
    ...POINTS.map(({ name }) => `add chain ${FLOW_TABLE} ${name}-count\n`),
    ...chains.map((chain) => `flush chain ${FLOW_TABLE} ${chain}\n`),
    `table ${FLOW_TABLE} {\n${POINTS.map(renderPoint).join('')}}\n`,
  ].join('')
}

function renderPoint(point: Point): string {
  const kinds = FAMILIES.filter(({ family }) => point.families.includes(family)).flatMap((one) => kindsOf(point, one))
  return [
    ...kinds.map(
      ({ set, type }) =>
        `  set ${set} {\n    type ${type}\n    size ${MOST_FLOWS}\n    flags dynamic,timeout\n    timeout ${FLOW_TIMEOUT}s\n  }\n`,
    ),
    `  chain ${point.name}-count {\n${kinds.map(({ rule }) => `    ${rule}\n`).join('')}  }\n`,
    // The metadata service, the clock, AWS's resolver at its own addresses, and neighbours are nobody's business; the resolver at
    // the VPC's address is left out by who reads.
    `  chain ${point.name} {\n${UNCOUNTED.map((match) => `    ${match} return\n`).join('')}`,
    ...point.matches.map((match) => `    ${match} jump ${point.name}-count\n`),
    '  }\n',
  ].join('')
}

interface Kind {
  readonly set: string
  readonly type: string
  readonly rule: string
}

function kindsOf({ name: point, place, type: placeType }: Point, family: (typeof FAMILIES)[number]): Kind[] {
  const { header, nfproto, type } = family
  const ends = `${placeType} . ${type} . ${type}`
  const own = `meta nfproto ${nfproto}`
  const key = `${place} . ${header} saddr . ${header} daddr`
  const kind = (name: string, match: string, ports: string, portTypes: string): Kind => {
    const set = `${point}-${name}-${family.family}`
    return {
      set,
      type: `${ends} . ${portTypes}`,
      rule: `${own} ${match} update @${set} { ${key} . ${ports} counter } return`,
    }
  }
  const two = 'inet_service . inet_service'
  return [
    ...TCP_KINDS.map(({ name, match }) => kind(name, `meta l4proto tcp ${match}`, 'tcp sport . tcp dport', two)),
    kind('udp', 'meta l4proto udp', 'udp sport . udp dport', two),
    kind('other', '', 'meta l4proto', 'inet_proto'),
  ]
}

/** Whose the places are at which the kernel counts. */
export interface FlowOwners {
  /** Interfaces' ids by the names of their links, and NAT gateways' by the marks of their flows. */
  readonly byPlace: ReadonlyMap<string, string>
  /** By address: interfaces that no link leads to, for what comes by a link from another network. */
  readonly byAddress: ReadonlyMap<string, string>
}

/** What `nft -nn -j list table` says. */
export function parseFlowCounting(listing: string, owners: FlowOwners): CountedFlow[] {
  const flows = new Map<string, MutableFlow>()
  const parsed: unknown = JSON.parse(listing)
  for (const item of list(field(parsed, 'nftables'))) {
    const set = field(item, 'set')
    const [, stage, way, kind] = SET_NAME.exec(String(field(set, 'name'))) ?? []
    for (const element of kind === undefined ? [] : list(field(set, 'elem'))) {
      const read = readElement(element, kind ?? '')
      const owner = ownerOf(owners, read, { isNat: stage === 'nat', way: way === 'in' ? 'in' : 'out' })
      if (!owner) continue
      const flow = { ...owner, ...read.flow }
      const known = flows.get(flowKey(flow)) ?? { ...flow, offered: NONE, accepted: NONE }
      if (stage !== 'accepted') known.offered = sum(known.offered, read.count)
      if (stage !== 'offered') known.accepted = sum(known.accepted, read.count)
      flows.set(flowKey(flow), known)
    }
  }
  return [...flows.values()]
}

const SET_NAME = /^(offered|accepted|nat)-(in|out)-(?:source-|destination-)?([a-z-]+)-[46]$/

/** What comes by a link from another network is into an interface of this one. */
function ownerOf(
  { byPlace, byAddress }: FlowOwners,
  { place, flow }: ReadElement,
  { isNat, way }: { readonly isNat: boolean; readonly way: 'in' | 'out' },
): Pick<Flow, 'interfaceId' | 'direction'> | undefined {
  const own = byPlace.get(place)
  if (own !== undefined) return { interfaceId: own, direction: way === 'in' ? 'ingress' : 'egress' }
  const interfaceId = isNat ? undefined : byAddress.get(way === 'out' ? flow.destination : flow.source)
  return interfaceId === undefined ? undefined : { interfaceId, direction: way === 'out' ? 'ingress' : 'egress' }
}

/** One flow may come by two links. */
function sum(a: FlowCount, b: FlowCount): FlowCount {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes, idle: Math.min(a.idle, b.idle) }
}

type MutableFlow = { -readonly [K in keyof CountedFlow]: CountedFlow[K] }

const NONE: FlowCount = { packets: 0, bytes: 0, idle: Number.POSITIVE_INFINITY }

interface ReadElement {
  readonly place: string
  readonly flow: Omit<Flow, 'interfaceId' | 'direction'>
  readonly count: FlowCount
}

function readElement(element: unknown, kind: string): ReadElement {
  const inner = field(element, 'elem')
  const [place, source, destination, first, second] = list(field(field(inner, 'val'), 'concat'))
  const counter = field(inner, 'counter')
  const hasPorts = kind !== 'other'
  return {
    place: String(place),
    flow: {
      source: String(source),
      destination: String(destination),
      sourcePort: hasPorts ? Number(first) : 0,
      destinationPort: hasPorts ? Number(second) : 0,
      protocol: hasPorts ? (kind === 'udp' ? UDP : TCP) : Number(first),
      flag: TCP_KINDS.find(({ name }) => name === kind)?.flag ?? 0,
    },
    count: {
      packets: Number(field(counter, 'packets')),
      bytes: Number(field(counter, 'bytes')),
      idle: FLOW_TIMEOUT - Number(field(inner, 'expires') ?? FLOW_TIMEOUT),
    },
  }
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
