// A Route 53 hosted zone as the resolver reads it: exact names, names that only have names below them, wildcards, sets of
// which a routing policy chooses. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/rrsets-working-with.html

import type { HostedZoneNetwork } from '../compile/network.ts'
import { isRecordType } from '../compile/record-data.ts'
import type { ResourceRecordSet } from '../store/route53-records.ts'
import { chosen } from './routing-policy.ts'
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

function makeZone({ id, name: apex, recordSets, failingChecks }: HostedZoneNetwork): Zone {
  const failing = new Set(failingChecks)
  const names = namesOf(apex, recordSets)
  const soa = names.get(apex)?.find(({ type }) => type === 'SOA')
  return {
    apex,
    by: id,
    ...(soa && { soa: negativeSoa(soa) }),
    find: (name, turn) => {
      const sets = setsOf(names, apex, name)
      const isHealthy = (set: ResourceRecordSet) => isSetHealthy({ id, names, apex, turn, failing }, set)
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

interface HealthQuestion {
  /** The zone's. */
  readonly id: string
  readonly names: SetsByName
  readonly apex: string
  readonly turn: Turn
  /** The health checks that fail. */
  readonly failing: ReadonlySet<string>
}

/** Aliases within a zone that lead on to others; deeper ones are not followed for their health. */
const MOST_HEALTH_LINKS = 8

/** By its own health check, and as an alias by its target where it asks that. */
function isSetHealthy(question: HealthQuestion, set: ResourceRecordSet, links = 0): boolean {
  const { type, alias, healthCheckId } = set
  if (healthCheckId !== undefined && question.failing.has(healthCheckId)) return false
  if (!alias?.evaluateTargetHealth || links >= MOST_HEALTH_LINKS) return true
  const { id, names, apex, turn } = question
  if (alias.hostedZoneId !== id) return turn.isHealthy(alias.dnsName)
  const targets = setsOf(names, apex, alias.dnsName)?.filter((target) => target.type === type) ?? []
  return targets.some((target) => isSetHealthy(question, target, links + 1))
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
