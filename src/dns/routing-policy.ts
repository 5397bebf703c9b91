// Which of several sets of one name and type are answered. Unhealthy ones are passed over, unless all are.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html

import { distanceBetween, placeOfRegion } from '../catalogue/region-places.ts'
import type { Region } from '../store/records.ts'
import type { GeoLocation, ResourceRecordSet } from '../store/route53-records.ts'
import type { Turn } from './zone.ts'

type Sets = readonly ResourceRecordSet[]
type IsHealthy = (set: ResourceRecordSet) => boolean

/** AWS answers with so many healthy ones at most. */
const MOST_VALUES = 8

/** Of all sets of a name those that are answered, type by type. */
export function chosen(sets: Sets, turn: Turn, isHealthy: IsHealthy): Sets {
  const routed = sets.filter(({ setIdentifier }) => setIdentifier !== undefined)
  if (routed.length === 0) return sets
  const types = [...new Set(routed.map(({ type }) => type))]
  return [
    ...sets.filter(({ setIdentifier }) => setIdentifier === undefined),
    ...types.flatMap((type) =>
      choose(
        routed.filter((set) => set.type === type),
        turn,
        isHealthy,
      ),
    ),
  ]
}

/** All have the one policy. */
function choose(sets: Sets, turn: Turn, isHealthy: IsHealthy): Sets {
  const [first] = sets
  const healthy = sets.filter(isHealthy)
  const usable = healthy.length > 0 ? healthy : sets
  if (first?.failover) return primary(usable)
  if (first?.geoLocation) return forPlace(sets, turn.region, isHealthy)
  if (first?.region) return nearest(usable, turn.region)
  if (!first?.multiValueAnswer) return byWeight(usable, turn)
  if (usable.length <= MOST_VALUES) return usable
  const start = turn.take(usable.length)
  return [...usable.slice(start), ...usable.slice(0, start)].slice(0, MOST_VALUES)
}

function primary(sets: Sets): Sets {
  const found = sets.find(({ failover }) => failover === 'PRIMARY')
  return found ? [found] : sets.slice(0, 1)
}

/** As often as its weight says; all zero are all alike. */
function byWeight(sets: Sets, turn: Turn): Sets {
  const weights = sets.map(({ weight = 0 }) => weight)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return sets.slice(turn.take(sets.length)).slice(0, 1)
  let left = turn.take(total)
  const found = sets.find((_, index) => {
    left -= weights[index] ?? 0
    return left < 0
  })
  return found ? [found] : []
}

/** Latency here is distance. */
function nearest(sets: Sets, from: Region | undefined): Sets {
  if (from === undefined) return sets.slice(0, 1)
  const far = ({ region = from }: ResourceRecordSet) => distanceBetween(from, region)
  return sets.toSorted((a, b) => far(a) - far(b)).slice(0, 1)
}

/** The smallest place around the asker, or around that the next when it is unhealthy; none when no set is for the asker. */
function forPlace(sets: Sets, from: Region | undefined, isHealthy: IsHealthy): Sets {
  const { continent, country, subdivision } = placeOfRegion(from)
  const covers = (place: GeoLocation = {}): number | undefined => {
    if (place.country === '*') return 0
    if (place.continent !== undefined) return place.continent === continent ? 1 : undefined
    if (place.country !== country) return undefined
    if (place.subdivision === undefined) return 2
    return place.subdivision === subdivision ? 3 : undefined
  }
  const around = sets
    .filter(({ geoLocation }) => covers(geoLocation) !== undefined)
    .toSorted((a, b) => (covers(b.geoLocation) ?? 0) - (covers(a.geoLocation) ?? 0))
  const found = around.find(isHealthy) ?? around[0]
  return found ? [found] : []
}
