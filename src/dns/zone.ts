// Zones: who answers for which names. A VPC's resolver has layers of them, and the first layer that has a zone for a
// name answers for good, also when the answer is "no such name".

import type { RecordType } from '../compile/record-data.ts'
import type { Region } from '../store/records.ts'

export interface ResourceRecord {
  readonly name: string
  /** Seconds. */
  readonly ttl: number
  readonly type: RecordType
  /** As in a zone file: an address, a name, a quoted text. */
  readonly data: string
  /** The id of the zone that the address is in, where that matters: who asks from there gets it first. */
  readonly availabilityZoneId?: string
}

/** Stands for the records of its type that another name has. */
export interface AliasRecord {
  readonly name: string
  readonly type: RecordType
  /** `isOwn`: the other name is in the same zone; else it is public. */
  readonly alias: { readonly name: string; readonly isOwn: boolean }
}

/** What a name of a zone holds. */
export type Held = ResourceRecord | AliasRecord

/** How an answer that may be one of several is chosen: in turn, so that it can be repeated, and counted how often. */
export interface Turn {
  /** A number from 0 to below `count`. */
  take(count: number): number
  /** Whether the load balancer or endpoint of this name is healthy, for aliases that ask. */
  isHealthy(name: string): boolean
  /** Where the asker is; absent: it does not matter. */
  readonly region?: Region
}

export interface Zone {
  /** The zone's own name in lower case without the final dot; the root is ''. In a hidden zone of an endpoint one label
   * may have a `*`, which stands for any characters. */
  readonly apex: string
  /** The record that the zone comes from: `Z…`, `vpce-…`. Absent: nobody made it. */
  readonly by?: string
  /** What a name of this zone holds: nothing when the name exists only because names below it do; undefined when there
   * is no such name. */
  find(name: string, turn: Turn): readonly Held[] | undefined
  /** What a negative answer carries; absent: `soaRecord` makes one. */
  readonly soa?: ResourceRecord
}

/** Zones among which the one with the longest apex answers. */
export interface ZoneLayer {
  readonly byApex: ReadonlyMap<string, Zone>
  /** Zones whose apex has a `*`. */
  readonly patterns: readonly { readonly covers: RegExp; readonly zone: Zone }[]
}

/** Of several zones with one apex the first is taken. */
export function zoneLayer(zones: readonly Zone[]): ZoneLayer {
  const byApex = new Map<string, Zone>()
  for (const zone of zones) if (!byApex.has(zone.apex)) byApex.set(zone.apex, zone)
  const patterns = zones
    .filter(({ apex }) => apex.includes('*'))
    .map((zone) => ({ covers: new RegExp(`^(.+\\.)?${labelPattern(zone.apex)}$`), zone }))
  return { byApex, patterns }
}

/** A pattern for names in which a `*` stands for characters of one label. */
export function labelPattern(name: string): string {
  return name.replaceAll('.', '\\.').replaceAll('*', '[^.]+')
}

/** The zone that answers for `name`: of the first layer that has one, the longest. */
export function findZone(layers: readonly ZoneLayer[], name: string): Zone | undefined {
  for (const layer of layers) {
    const zone = longestWithin(layer, name)
    if (zone) return zone
  }
  return undefined
}

function longestWithin({ byApex, patterns }: ZoneLayer, name: string): Zone | undefined {
  const pattern = patterns.find(({ covers }) => covers.test(name))?.zone
  if (pattern) return pattern
  for (let start = 0; ; ) {
    const zone = byApex.get(name.slice(start))
    if (zone) return zone
    const dot = name.indexOf('.', start)
    if (dot < 0) return name === '' ? undefined : byApex.get('')
    start = dot + 1
  }
}

/** True when `name` is `apex` or below it. */
export function isWithin(name: string, apex: string): boolean {
  return apex === '' || name === apex || name.endsWith(`.${apex}`)
}

/** The SOA that a negative answer carries; where the zone has none, with the values of Amazon's resolver's own zones. */
export function soaRecord({ apex, soa }: Zone): ResourceRecord {
  if (soa) return soa
  const data = `ns0.${apex}. hostmaster.amazon.com. 2012103107 3600 3600 3600 60`
  return { name: apex, ttl: 60, type: 'SOA', data }
}
