// The packets of a VPC's interfaces, counted by flow, while the VPC has a flow log: a table of its own, so that rules which
// are replaced lose nothing, and one that other VPCs do not have. A packet is counted twice on its way in and twice on its
// way out of an interface: before anybody has judged it (`offered`) and after the network ACL and the groups have let it
// pass (`accepted`). What is missing in the second was rejected there. Counters are never set back: whoever reads them takes
// differences, and a flow that is idle for longer than the time between two readings is forgotten.

import { type CountedFlow, type Flow, type FlowCount, flowKey } from '../ip/counted-flow.ts'
import { TCP, UDP } from '../ip/protocol.ts'

/** `inet`: one table for both families, beside the rules' own tables of one family each. */
export const FLOW_TABLE = 'inet postern-flows'

/** Seconds; more than twice the time between two readings, so that the last packets of a flow are seen. */
export const FLOW_TIMEOUT = 150
/** Flows of a kind beyond this are not counted. */
export const MOST_FLOWS = 65_535

/** `out` is out of the instance, and into the network. */
const POINTS = [
  { name: 'offered-out', link: 'iifname', hook: 'prerouting', priority: -151 },
  { name: 'offered-in', link: 'oifname', hook: 'postrouting', priority: 108 },
  { name: 'accepted-out', link: 'iifname', hook: 'prerouting', priority: -148 },
  { name: 'accepted-in', link: 'oifname', hook: 'postrouting', priority: 111 },
] as const

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

function renderPoint(point: (typeof POINTS)[number]): string {
  const kinds = FAMILIES.flatMap((family) => kindsOf(point, family))
  return [
    ...kinds.map(
      ({ set, type }) =>
        `  set ${set} {\n    type ${type}\n    size ${MOST_FLOWS}\n    flags dynamic,timeout\n    timeout ${FLOW_TIMEOUT}s\n  }\n`,
    ),
    `  chain ${point.name}-count {\n${kinds.map(({ rule }) => `    ${rule}\n`).join('')}  }\n`,
    // The metadata service, the clock, AWS's resolver at its own addresses, and neighbours are nobody's business; the resolver at
    // the VPC's address is left out by who reads.
    `  chain ${point.name} {\n${UNCOUNTED.map((match) => `    ${match} return\n`).join('')}`,
    `    ${point.link} "eni-*" jump ${point.name}-count\n  }\n`,
  ].join('')
}

interface Kind {
  readonly set: string
  readonly type: string
  readonly rule: string
}

function kindsOf({ name: point, link }: (typeof POINTS)[number], family: (typeof FAMILIES)[number]): Kind[] {
  const { header, nfproto, type } = family
  const ends = `ifname . ${type} . ${type}`
  const own = `meta nfproto ${nfproto}`
  const key = `${link} . ${header} saddr . ${header} daddr`
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

/** What `nft -nn -j list table` says; `interfaceIds` are by the names of links. */
export function parseFlowCounting(listing: string, interfaceIds: ReadonlyMap<string, string>): CountedFlow[] {
  const flows = new Map<string, MutableFlow>()
  const parsed: unknown = JSON.parse(listing)
  for (const item of list(field(parsed, 'nftables'))) {
    const set = field(item, 'set')
    const [, stage, way, kind] = /^(offered|accepted)-(in|out)-([a-z-]+)-[46]$/.exec(String(field(set, 'name'))) ?? []
    for (const element of kind === undefined ? [] : list(field(set, 'elem'))) {
      const read = readElement(element, kind ?? '', way === 'in' ? 'ingress' : 'egress')
      const interfaceId = interfaceIds.get(read.link)
      if (interfaceId === undefined) continue
      const flow = { interfaceId, ...read.flow }
      const known = flows.get(flowKey(flow)) ?? { ...flow, offered: NONE, accepted: NONE }
      known[stage === 'offered' ? 'offered' : 'accepted'] = read.count
      flows.set(flowKey(flow), known)
    }
  }
  return [...flows.values()]
}

type MutableFlow = { -readonly [K in keyof CountedFlow]: CountedFlow[K] }

const NONE: FlowCount = { packets: 0, bytes: 0, idle: Number.POSITIVE_INFINITY }

interface ReadElement {
  readonly link: string
  readonly flow: Omit<Flow, 'interfaceId'>
  readonly count: FlowCount
}

function readElement(element: unknown, kind: string, direction: Flow['direction']): ReadElement {
  const inner = field(element, 'elem')
  const [link, source, destination, first, second] = list(field(field(inner, 'val'), 'concat'))
  const counter = field(inner, 'counter')
  const hasPorts = kind !== 'other'
  return {
    link: String(link),
    flow: {
      direction,
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
