// The rules of one namespace as typed values, and their text. Tables are ours alone and named `postern`: one of IPv4, and one
// of IPv6 where a VPC has it. In a table for both each rule would ask each packet which of them it is.

import type { Family } from '../ip/address.ts'

const TABLES: Readonly<Record<Family, string>> = { 4: 'ip postern', 6: 'ip6 postern' }

/** The table of a ruleset. */
export function tableOf({ family = 4 }: Pick<Ruleset, 'family'>): string {
  return TABLES[family]
}

/** What worlds made before have instead. */
const OLD_TABLE = 'inet postern'

export interface Ruleset {
  /** Absent: 4. */
  readonly family?: Family
  readonly chains: readonly Chain[]
  readonly sets: readonly NftSet[]
  readonly maps: readonly NftMap[]
  readonly timeouts?: readonly Timeout[]
}

/** How long a flow of a kind is remembered while it is idle; of TCP an established connection. */
export interface Timeout {
  readonly name: string
  readonly protocol: 'tcp' | 'udp'
  readonly seconds: number
}

export interface Chain {
  readonly name: string
  /** Present on base chains only. */
  readonly hook?: Hook
  readonly rules: readonly Rule[]
}

export interface Hook {
  readonly type: 'filter' | 'nat'
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting'
  readonly priority: number
  readonly policy: 'accept' | 'drop'
}

export interface Rule {
  /** Expressions that must all hold; none means every packet. */
  readonly match: readonly string[]
  /** The statement that ends the rule: `accept`, `drop`, `jump CHAIN`, `dnat ip to …`. */
  readonly verdict: string
  /** The AWS id that caused the rule; becomes its comment. */
  readonly by?: string
}

export interface NftSet {
  readonly name: string
  readonly type: string
  readonly interval?: boolean
  /** Rules add its elements, and none is given here. */
  readonly dynamic?: boolean
  readonly elements: readonly string[]
}

export interface NftMap {
  readonly name: string
  readonly type: string
  readonly value: string
  readonly interval?: boolean
  readonly elements: readonly MapElement[]
}

export interface MapElement {
  readonly key: string
  readonly value: string
  /** The AWS id that caused the element; becomes its comment. */
  readonly by?: string
}

/** A transaction that puts exactly this table in the place of whatever is there. */
export function renderReplace(ruleset: Ruleset): string {
  const own = tableOf(ruleset)
  const gone = own === TABLES[4] ? [OLD_TABLE, own] : [own]
  return `${gone.map(renderGone).join('')}${renderRuleset(ruleset)}`
}

/** Takes a table of IPv6 away, whether or not it is there. */
export function renderRemoveIpv6(): string {
  return renderGone(TABLES[6])
}

function renderGone(table: string): string {
  return `add table ${table}\ndelete table ${table}\n`
}

/** The table as one block, as `nft list` would show it. */
export function renderRuleset(ruleset: Ruleset): string {
  const blocks = [
    ...(ruleset.timeouts ?? []).map((timeout) =>
      renderBlock('ct timeout', timeout.name, timeoutLines(timeout, ruleset.family)),
    ),
    ...ruleset.sets.map((set) => renderBlock('set', set.name, [...declaration(set), ...elementLines(set.elements)])),
    ...ruleset.maps.map((map) =>
      renderBlock('map', map.name, [...declaration(map), ...elementLines(map.elements.map(renderMapElement))]),
    ),
    // A rule may jump to any chain of the same block, whatever their order.
    ...ruleset.chains.map((chain) =>
      renderBlock('chain', chain.name, [...hookLines(chain), ...chain.rules.map(renderRule)]),
    ),
  ]
  return `table ${tableOf(ruleset)} {\n${blocks.join('\n')}}\n`
}

/** Seconds for which an ended connection is remembered, by how it ended. Both ends wait by themselves; at the kernel's two
 * minutes the connections of 2,000 a second would fill its table, which makes no room by what was once answered. */
export const ENDED = { time_wait: 10, close: 2 } as const

export function timeoutLines({ protocol, seconds }: Timeout, family: Family = 4): string[] {
  const states = protocol === 'tcp' ? { established: seconds, ...ENDED } : { unreplied: seconds, replied: seconds }
  const policy = Object.entries(states).map(([state, value]) => `${state} : ${value}`)
  return [`protocol ${protocol}`, `l3proto ${family === 6 ? 'ip6' : 'ip'}`, `policy = { ${policy.join(', ')} }`]
}

/** The lines that declare a set or a map, without elements; two that differ in these are different things. */
export function declaration(set: NftSet | NftMap): string[] {
  const type = 'value' in set ? `type ${set.type} : ${set.value}` : `type ${set.type}`
  if ('dynamic' in set && set.dynamic) return [type, 'size 65535', 'flags dynamic']
  return set.interval ? [type, 'flags interval'] : [type]
}

/** The line that makes a chain a base chain; none for the others. */
export function hookLines({ hook }: Chain): string[] {
  if (!hook) return []
  return [`type ${hook.type} hook ${hook.hook} priority ${hook.priority}; policy ${hook.policy};`]
}

export function renderRule({ match, verdict, by }: Rule): string {
  return [...match, verdict, ...comment(by)].join(' ')
}

export function renderMapElement({ key, value, by }: MapElement): string {
  return [key, ...comment(by), ':', value].join(' ')
}

/** An interface's name as a value. */
export function quoted(name: string): string {
  return `"${name}"`
}

/** A packet mark. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`
}

/** An anonymous set. */
export function anyOf(values: readonly string[]): string {
  return `{ ${values.join(', ')} }`
}

function comment(by: string | undefined): string[] {
  return by === undefined ? [] : [`comment "${by}"`]
}

function elementLines(elements: readonly string[]): string[] {
  // nft 1.0.6 wants a newline before a closing brace.
  return elements.length === 0 ? [] : [`elements = {\n      ${elements.join(',\n      ')}\n    }`]
}

function renderBlock(kind: string, name: string, lines: readonly string[]): string {
  return `  ${kind} ${name} {\n${lines.map((line) => `    ${line}\n`).join('')}  }\n`
}
