// What the kernel counts for metrics, once CloudWatch has been asked for anything: in a table of its own beside the rules, so
// that rules which are replaced lose nothing. In a VPC's router flows through a NAT gateway or a load balancer's node have its
// mark, and packets on their way to an endpoint the endpoint's address. What is counted is found by that alone, so the table is
// always the same. In a transit gateway's router what arrived and did not go on was dropped.

import { BACKBONE, shadowed } from '../compile/backbone.ts'
import { type Address, formatAddress, parseAddress } from '../ip/address.ts'
import type {
  Amount,
  CountedAttachment,
  CountedDestination,
  CountedPassage,
  PassageCount,
} from '../ip/counted-traffic.ts'

export const METRIC_TABLE = 'inet postern-metrics'

/** Places of a kind beyond this are not counted. */
const MOST_PLACES = 65_535
/** Seconds after which a destination is forgotten; more than twice the time between two readings. */
const DESTINATION_TIMEOUT = 150

const HOOKS = {
  /** Once the rules have marked the flow, and translated its destination. */
  entered: 'hook prerouting priority -60',
  left: 'hook postrouting priority 120',
} as const

/** What a packet's place is known by. Original sources in the backbone tell what a load balancer's process does itself. */
const SUBJECTS = {
  marked: { match: `ct mark != 0 ct original ip saddr != ${BACKBONE}`, type: 'mark' },
  linked: { match: `ct mark != 0 ct original ip saddr ${BACKBONE}`, type: 'mark . ipv4_addr' },
  endpoint: { match: 'ct mark 0', type: 'ipv4_addr' },
} as const
type Subject = keyof typeof SUBJECTS

const KEYS: Readonly<Record<Subject, Readonly<Record<'original' | 'reply', string>>>> = {
  marked: { original: 'ct mark', reply: 'ct mark' },
  linked: { original: 'ct mark . ct original ip saddr', reply: 'ct mark . ct original ip saddr' },
  endpoint: { original: 'ip daddr', reply: 'ip saddr' },
}

interface Counting {
  readonly count: PassageCount
  readonly hook: keyof typeof HOOKS
  readonly direction: 'original' | 'reply'
  readonly match: string
  /** Absent: all. */
  readonly subjects?: readonly Subject[]
}

/** Of the first packet of a flow: one that is sent again is not. */
const FIRST = 'ct status & confirmed == 0'
const NATS: readonly Subject[] = ['marked']

const COUNTINGS: readonly Counting[] = [
  { count: 'inOriginal', hook: 'entered', direction: 'original', match: '' },
  { count: 'opened', hook: 'entered', direction: 'original', match: FIRST },
  { count: 'openedTcp', hook: 'entered', direction: 'original', match: `meta l4proto tcp ${FIRST}` },
  { count: 'resetsOriginal', hook: 'entered', direction: 'original', match: 'tcp flags & rst == rst' },
  { count: 'inReply', hook: 'entered', direction: 'reply', match: '' },
  { count: 'synAcks', hook: 'entered', direction: 'reply', match: 'tcp flags & (syn | ack) == (syn | ack)' },
  { count: 'resetsReply', hook: 'entered', direction: 'reply', match: 'tcp flags & rst == rst' },
  { count: 'outOriginal', hook: 'left', direction: 'original', match: '', subjects: NATS },
  { count: 'outReply', hook: 'left', direction: 'reply', match: '', subjects: NATS },
]

function subjectsOf({ subjects }: Counting): readonly Subject[] {
  return subjects ?? ['marked', 'linked', 'endpoint']
}

/** For a VPC's router. Rules are put in anew, sets are left as they are. */
export function renderPassageCounting(): string {
  const sets = COUNTINGS.flatMap((counting) =>
    subjectsOf(counting).map((subject) => renderSet(`${subject}-${counting.count}`, SUBJECTS[subject].type)),
  )
  const hooks = Object.entries(HOOKS).map(([name, hook]) => ({
    name,
    hook,
    rules: COUNTINGS.filter((counting) => counting.hook === name).flatMap((counting) =>
      subjectsOf(counting).map((subject) => renderCounting(counting, subject)),
    ),
  }))
  return renderTable(sets, hooks)
}

function renderCounting({ count, direction, match }: Counting, subject: Subject): string {
  const key = KEYS[subject][direction]
  const inBackbone = subject === 'endpoint' ? `${key} ${BACKBONE}` : ''
  const words = ['meta nfproto ipv4', SUBJECTS[subject].match, `ct direction ${direction}`, inBackbone, match]
  return `${words.filter((word) => word !== '').join(' ')} update @${subject}-${count} { ${key} counter }`
}

/** For a transit gateway's. Nothing here asks for a connection, so none is tracked. */
export function renderAttachmentCounting(): string {
  const families = [
    { family: 4, nfproto: 'ipv4', header: 'ip', type: 'ipv4_addr' },
    { family: 6, nfproto: 'ipv6', header: 'ip6', type: 'ipv6_addr' },
  ]
  const points = [
    { name: 'arrived', hook: 'hook prerouting priority -100', total: 'iifname' },
    { name: 'wentOn', hook: 'hook forward priority 0', total: 'oifname' },
  ]
  const sets = points.flatMap(({ name }) => [
    renderSet(`${name}-total`, 'ifname'),
    ...families.map(({ family, type }) => renderSet(`${name}-${family}`, `ifname . ${type}`, DESTINATION_TIMEOUT)),
  ])
  const hooks = points.map(({ name, hook, total }) => ({
    name,
    hook,
    rules: [
      `ip6 daddr { ${NEARBY} } return`,
      `update @${name}-total { ${total} counter }`,
      ...families.map(
        ({ family, nfproto, header }) =>
          `meta nfproto ${nfproto} update @${name}-${family} { iifname . ${header} daddr counter }`,
      ),
    ],
  }))
  return renderTable(sets, hooks)
}

/** What routers say to each other by a link. */
const NEARBY = 'fe80::/10, ff00::/8'

interface CountingHook {
  readonly name: string
  readonly hook: string
  readonly rules: readonly string[]
}

function renderSet(name: string, type: string, timeout?: number): string {
  const flags = timeout === undefined ? 'flags dynamic' : `flags dynamic,timeout\n    timeout ${timeout}s`
  return `  set ${name} {\n    type ${type}\n    size ${MOST_PLACES}\n    ${flags}\n  }\n`
}

function renderTable(sets: readonly string[], hooks: readonly CountingHook[]): string {
  return [
    `add table ${METRIC_TABLE}\n`,
    ...hooks.map(({ name, hook }) => `add chain ${METRIC_TABLE} ${name} { type filter ${hook}; policy accept; }\n`),
    ...hooks.map(({ name }) => `flush chain ${METRIC_TABLE} ${name}\n`),
    `table ${METRIC_TABLE} {\n${sets.join('')}`,
    ...hooks.map(({ name, rules }) => `  chain ${name} {\n${rules.map((rule) => `    ${rule}\n`).join('')}  }\n`),
    '}\n',
  ].join('')
}

type Counts = Partial<Record<PassageCount, Amount>>
interface Active {
  all: number
  tcp: number
}

/** What `nft -nn -j list table` says, and `conntrack -L` of the flows. */
export function parsePassages(listing: string, flows: string): CountedPassage[] {
  const counts = new Map<Address, Counts>()
  for (const { set, key, amount } of elementsOf(listing)) {
    const [subject, count] = set.split('-')
    const address = addressOf(subject, key)
    if (!address || !isCount(count)) continue
    const known = counts.get(address) ?? {}
    known[count] = sum(known[count], amount)
    counts.set(address, known)
  }
  const active = parseActive(flows)
  return [...counts].map(([address, counted]) => {
    const { all = 0, tcp = 0 } = active.get(address) ?? {}
    return { address, counts: counted, active: all, activeTcp: tcp }
  })
}

/** Undefined: what a node's own process does, which is nobody's traffic. */
function addressOf(subject: string | undefined, [first, source]: readonly string[]): Address | undefined {
  const place = subject === 'endpoint' ? parseAddress(first ?? '') : markedAddress(Number(first))
  const own = place && (shadowed(place) ?? place)
  return own !== undefined && own === source ? undefined : own
}

function markedAddress(mark: number): Address {
  return formatAddress({ family: 4, bits: BigInt(mark) })
}

function isCount(text: string | undefined): text is PassageCount {
  return COUNTINGS.some(({ count }) => count === text)
}

const FLOW = /^(\w+) .*?src=(\S+) dst=\S+ .*? src=(\S+) dst=.* mark=(\d+)/
const OPEN_STATE = / (SYN_SENT|SYN_RECV|ESTABLISHED) /

/** By the place that a flow passes: its mark, or where its answers come from. */
function parseActive(flows: string): Map<Address, Active> {
  const active = new Map<Address, Active>()
  for (const line of flows.split('\n')) {
    const [, protocol, source = '', answerer = '', mark = ''] = FLOW.exec(line) ?? []
    const isTcp = protocol === 'tcp'
    if (protocol === undefined || (isTcp && !OPEN_STATE.test(line))) continue
    const address = mark === '0' ? addressOf('endpoint', [answerer]) : addressOf('linked', [mark, source])
    if (!address) continue
    const known = active.get(address) ?? { all: 0, tcp: 0 }
    known.all++
    if (isTcp) known.tcp++
    active.set(address, known)
  }
  return active
}

/** What came and went by a link of a transit gateway. */
export type LinkCounts = Omit<CountedAttachment, 'id'>

/** By link. */
export function parseLinks(listing: string): Map<string, LinkCounts> {
  const links = new Map<string, Map<string, CountedDestination>>()
  const totals = new Map<string, Pick<LinkCounts, 'in' | 'out'>>()
  for (const { set, key, amount } of elementsOf(listing)) {
    const [link = '', to] = key
    const isArrival = set.startsWith('arrived')
    if (to === undefined) {
      totals.set(link, { ...(totals.get(link) ?? { in: NONE, out: NONE }), [isArrival ? 'in' : 'out']: amount })
      continue
    }
    const destination = parseAddress(to)
    if (!destination) continue
    const destinations = links.get(link) ?? new Map<string, CountedDestination>()
    const known = destinations.get(to) ?? { destination, arrived: NONE, wentOn: NONE }
    links.set(link, destinations.set(to, { ...known, [isArrival ? 'arrived' : 'wentOn']: amount }))
  }
  return new Map(
    [...totals].map(([link, total]) => [link, { ...total, destinations: [...(links.get(link)?.values() ?? [])] }]),
  )
}

const NONE: Amount = { packets: 0, bytes: 0 }

function sum(a: Amount = NONE, b: Amount): Amount {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes }
}

interface Element {
  readonly set: string
  readonly key: readonly string[]
  readonly amount: Amount
}

function elementsOf(listing: string): Element[] {
  const parsed: unknown = JSON.parse(listing)
  return list(field(parsed, 'nftables')).flatMap((item) => {
    const set = field(item, 'set')
    return list(field(set, 'elem')).map((element): Element => {
      const inner = field(element, 'elem')
      const value = field(inner, 'val')
      const counter = field(inner, 'counter')
      return {
        set: String(field(set, 'name')),
        key: (field(value, 'concat') === undefined ? [value] : list(field(value, 'concat'))).map(String),
        amount: { packets: Number(field(counter, 'packets')), bytes: Number(field(counter, 'bytes')) },
      }
    })
  })
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
