// Zones: who answers for which names. A VPC's resolver has layers of them, and the first layer that has a zone for a
// name answers for good, also when the answer is "no such name".

export type ResourceRecord =
  | {
      readonly name: string
      readonly ttl: number
      readonly type: 'A' | 'AAAA' | 'PTR' | 'NS' | 'CNAME'
      /** An address or a name, as text. */
      readonly data: string
      /** The zone that the address is in, where that matters: who asks from there gets it first. */
      readonly availabilityZone?: string
    }
  | { readonly name: string; readonly ttl: number; readonly type: 'SOA'; readonly data: Soa }

export interface Soa {
  readonly mname: string
  readonly rname: string
  readonly serial: number
  readonly refresh: number
  readonly retry: number
  readonly expire: number
  /** How long a negative answer may be kept, in seconds (RFC 2308 section 4). */
  readonly minimum: number
}

export interface Zone {
  /** The zone's own name in lower case without the final dot; the root is ''. In a hidden zone of an endpoint one label
   * may have a `*`, which stands for any characters. */
  readonly apex: string
  /** The record that the zone comes from: `Z…`, `vpce-…`. Absent: nobody made it. */
  readonly by?: string
  /** What a name of this zone holds: nothing when the name exists only because names below it do; undefined when there
   * is no such name. */
  find(name: string): readonly ResourceRecord[] | undefined
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

/** The SOA that a negative answer carries; the values are those that Amazon's resolver gives for its own zones. */
export function soaRecord(zone: Zone): ResourceRecord {
  const data = {
    mname: `ns0.${zone.apex}`,
    rname: 'hostmaster.amazon.com',
    serial: 2012103107,
    refresh: 3600,
    retry: 3600,
    expire: 3600,
    minimum: 60,
  }
  return { name: zone.apex, ttl: 60, type: 'SOA', data }
}
