// A limit on what each interface of an endpoint carries, for those who want to see AWS's
// (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html) or a tighter one: off unless it is asked for,
// and the same for each interface and either way.

import type { NftSet, Rule } from './nft.ts'

/** Bits a second. */
export type Bandwidth = number

const UNITS: Readonly<Record<string, number>> = { bit: 1, kbit: 1e3, mbit: 1e6, gbit: 1e9 }
/** Less than a large packet a second would let none through. */
const LEAST = 1e6
const MOST = 1e12

/** Reads `10gbit`; undefined when it is no bandwidth between a megabit and a terabit. */
export function parseBandwidth(text: string): Bandwidth | undefined {
  const { number, unit = '' } = /^(?<number>\d+(?:\.\d+)?)(?<unit>[kmg]?bit)$/.exec(text)?.groups ?? {}
  const bits = Number(number) * (UNITS[unit] ?? Number.NaN)
  return bits >= LEAST && bits <= MOST ? Math.round(bits) : undefined
}

/** What each address has used of its share, which nft keeps by itself. */
export function bandwidthSets(bandwidth: Bandwidth | undefined): NftSet[] {
  if (bandwidth === undefined) return []
  return ['limited-to', 'limited-from'].map((name) => ({ name, type: 'ipv4_addr', dynamic: true, elements: [] }))
}

/** Drops what is too much of what goes `to` endpoints' addresses, or comes `from` them. */
export function bandwidthRules(bandwidth: Bandwidth | undefined, way: 'to' | 'from'): Rule[] {
  if (bandwidth === undefined) return []
  const address = way === 'to' ? 'ip daddr' : 'ip saddr'
  // The kernel lets what was not used in a second come at once.
  const limit = `limit rate over ${Math.ceil(bandwidth / 8 / 1024)} kbytes/second`
  return [{ match: [`${address} @endpoint-addresses`], verdict: `update @limited-${way} { ${address} ${limit} } drop` }]
}
