// Zones: who answers for which names. A VPC's resolver has layers of them, and the first layer that has a zone for a
// name answers for good, also when the answer is "no such name".

export type ResourceRecord =
  | {
      readonly name: string
      readonly ttl: number
      readonly type: 'A' | 'AAAA' | 'PTR' | 'NS' | 'CNAME'
      /** An address or a name, as text. */
      readonly data: string
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
  /** The zone's own name in lower case without the final dot; the root is ''. */
  readonly apex: string
  /** What a name of this zone holds: nothing when the name exists only because names below it do; undefined when there
   * is no such name. */
  find(name: string): readonly ResourceRecord[] | undefined
}

/** Asked in order; within a layer the zone with the longest apex answers. */
export type ZoneLayers = readonly (readonly Zone[])[]

/** The zone that answers for `name`; undefined when no layer has one. */
export function findZone(layers: ZoneLayers, name: string): Zone | undefined {
  for (const layer of layers) {
    let best: Zone | undefined
    for (const zone of layer) {
      if (isWithin(name, zone.apex) && (!best || zone.apex.length > best.apex.length)) best = zone
    }
    if (best) return best
  }
  return undefined
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
