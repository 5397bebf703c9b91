// A Route 53 hosted zone as the resolver reads it: exact names, names that only have names below them, wildcards, sets of
// which a weight chooses one. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/rrsets-working-with.html

import type { HostedZoneNetwork } from '../compile/network.ts'
import { isRecordType } from '../compile/record-data.ts'
import type { ResourceRecordSet } from '../store/route53-records.ts'
import { type Held, isWithin, type ResourceRecord, type Turn, type Zone } from './zone.ts'

/** AWS answers an alias of its own endpoints with their TTL. */
const ALIAS_TTL = 60
/** Of a negative answer, when the zone's SOA says nothing less. */
const MAX_NEGATIVE_TTL = 900

const zones = new WeakMap<HostedZoneNetwork, Zone>()

/** The same zone again while nothing in it has changed. */
export function hostedZone(compiled: HostedZoneNetwork): Zone {
  const known = zones.get(compiled)
  if (known) return known
  const zone = makeZone(compiled)
  zones.set(compiled, zone)
  return zone
}

function makeZone({ id, name: apex, recordSets }: HostedZoneNetwork): Zone {
  const names = namesOf(apex, recordSets)
  const soa = names.get(apex)?.find(({ type }) => type === 'SOA')
  return {
    apex,
    by: id,
    ...(soa && { soa: negativeSoa(soa) }),
    find: (name, turn) => {
      const sets = setsOf(names, apex, name)
      const isHealthy = (set: ResourceRecordSet) => isSetHealthy({ id, names, apex, turn }, set)
      return sets && chosen(sets, turn, isHealthy).flatMap((set) => held(set, name, id))
    },
  }
}

type SetsByName = ReadonlyMap<string, readonly ResourceRecordSet[]>

/** With all names between the apex and those that have records. */
function namesOf(apex: string, recordSets: readonly ResourceRecordSet[]): SetsByName {
  const names = new Map<string, ResourceRecordSet[]>([[apex, []]])
  for (const set of recordSets) {
    const there = names.get(set.name)
    if (there) there.push(set)
    else names.set(set.name, [set])
    for (let above = parent(set.name); isWithin(above, apex) && !names.has(above); above = parent(above)) {
      names.set(above, [])
    }
  }
  return names
}

/** Those of the name, else those of the wildcard beside its closest ancestor that exists (RFC 4592 section 3.3.1). */
function setsOf(names: SetsByName, apex: string, name: string): readonly ResourceRecordSet[] | undefined {
  const exact = names.get(name)
  if (exact) return exact
  let above = parent(name)
  while (isWithin(above, apex) && above !== apex && !names.has(above)) above = parent(above)
  return names.get(`*.${above}`)
}

/** Of the sets of one type that have weights, one: as often as its weight says; all zero are all alike. Unhealthy ones are
 * passed over, unless all are. */
function chosen(
  sets: readonly ResourceRecordSet[],
  turn: Turn,
  isHealthy: (set: ResourceRecordSet) => boolean,
): readonly ResourceRecordSet[] {
  const weighted = sets.filter(({ weight }) => weight !== undefined)
  if (weighted.length === 0) return sets
  const types = [...new Set(weighted.map(({ type }) => type))]
  const simple = sets.filter(({ weight }) => weight === undefined)
  return [
    ...simple,
    ...types.flatMap((type) => {
      const ofType = weighted.filter((set) => set.type === type)
      const healthy = ofType.filter(isHealthy)
      return chooseOne(healthy.length > 0 ? healthy : ofType, turn) ?? []
    }),
  ]
}

interface HealthQuestion {
  /** The zone's. */
  readonly id: string
  readonly names: SetsByName
  readonly apex: string
  readonly turn: Turn
}

/** Aliases within a zone that lead on to others; deeper ones are not followed for their health. */
const MOST_HEALTH_LINKS = 8

/** A set has no health of its own here, so it is healthy but for an alias that asks its target. */
function isSetHealthy(question: HealthQuestion, { type, alias }: ResourceRecordSet, links = 0): boolean {
  if (!alias?.evaluateTargetHealth || links >= MOST_HEALTH_LINKS) return true
  const { id, names, apex, turn } = question
  if (alias.hostedZoneId !== id) return turn.isHealthy(alias.dnsName)
  const targets = setsOf(names, apex, alias.dnsName)?.filter((set) => set.type === type) ?? []
  return targets.some((set) => isSetHealthy(question, set, links + 1))
}

function chooseOne(sets: readonly ResourceRecordSet[], turn: Turn): ResourceRecordSet | undefined {
  const weights = sets.map(({ weight = 0 }) => weight)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return sets[turn.take(sets.length)]
  let left = turn.take(total)
  return sets.find((_, index) => {
    left -= weights[index] ?? 0
    return left < 0
  })
}

function held({ type, alias, ttl = ALIAS_TTL, values }: ResourceRecordSet, name: string, zoneId: string): Held[] {
  if (!isRecordType(type)) return []
  if (alias) return [{ name, type, alias: { name: alias.dnsName, isOwn: alias.hostedZoneId === zoneId } }]
  return values.map((data) => ({ name, ttl, type, data }))
}

function negativeSoa({ name, ttl = MAX_NEGATIVE_TTL, values: [data = ''] }: ResourceRecordSet): ResourceRecord {
  const minimum = Number(data.split(/\s+/).at(-1))
  return { name, ttl: Math.min(ttl, minimum, MAX_NEGATIVE_TTL), type: 'SOA', data }
}

function parent(name: string): string {
  const dot = name.indexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1)
}
