// How one of several sets of a name and type is chosen: the members of a set that say so, and its health check.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html

import type {
  GeoLocation as GeoLocationShape,
  ResourceRecordSet as ResourceRecordSetShape,
} from '@aws-sdk/client-route-53'
import { CONTINENTS } from '../../catalogue/region-places.ts'
import { isRegion } from '../../catalogue/regions.ts'
import type { GeoLocation, ResourceRecordSet } from '../../store/route53-records.ts'
import { invalidInput } from './errors.ts'

const MOST_WEIGHT = 255

/** In AWS's order; a set with an identifier has one of them. */
const POLICIES = ['Weight', 'Region', 'Failover', 'GeoLocation', 'MultiValueAnswer'] as const

export type Routing = Pick<
  ResourceRecordSet,
  'weight' | 'failover' | 'region' | 'geoLocation' | 'multiValueAnswer' | 'healthCheckId'
>

/** Throws what the model forbids. */
export function readRouting(input: ResourceRecordSetShape, where: string): Routing {
  const { Weight: weight, Region: region, Failover: failover, GeoLocation: place, HealthCheckId: healthCheckId } = input
  // False is what an absent one means.
  const multiValueAnswer = input.MultiValueAnswer || undefined
  const named = POLICIES.filter((member) => input[member] !== undefined && input[member] !== false)
  if (named.length > 0 && input.SetIdentifier === undefined) {
    throw invalidInput(`Invalid request: Missing field 'SetIdentifier' ${where}`)
  }
  if (named.length !== 1 && input.SetIdentifier !== undefined) {
    const found = named.length === 0 ? 'none' : 'more than one'
    throw invalidInput(`Invalid request: Expected exactly one of [${POLICIES.join(', ')}], but found ${found} ${where}`)
  }
  checkRange('Weight', weight, MOST_WEIGHT, where)
  if (region !== undefined && !isRegion(region)) {
    throw invalidInput(`Invalid request: '${region}' is no Region ${where}`)
  }
  if (failover !== undefined && failover !== 'PRIMARY' && failover !== 'SECONDARY') {
    throw invalidInput(`Invalid request: 'Failover' must be PRIMARY or SECONDARY ${where}`)
  }
  if (multiValueAnswer && input.AliasTarget) {
    throw invalidInput(`Invalid request: an alias cannot be a multivalue answer ${where}`)
  }
  return {
    ...(weight !== undefined && { weight }),
    ...(region !== undefined && { region }),
    ...(failover !== undefined && { failover }),
    ...(place && { geoLocation: readPlace(place, where) }),
    ...(multiValueAnswer && { multiValueAnswer }),
    ...(healthCheckId !== undefined && { healthCheckId }),
  }
}

function readPlace(given: GeoLocationShape, where: string): GeoLocation {
  const { ContinentCode: continent, CountryCode: country, SubdivisionCode: subdivision } = given
  if ((continent === undefined) === (country === undefined)) {
    throw invalidInput(`Invalid request: 'GeoLocation' has either a ContinentCode or a CountryCode ${where}`)
  }
  if (continent !== undefined && !CONTINENTS.has(continent)) {
    throw invalidInput(`Invalid request: '${continent}' is no continent ${where}`)
  }
  if (country !== undefined && !/^([A-Z]{2}|\*)$/.test(country)) {
    throw invalidInput(`Invalid request: '${country}' is no country ${where}`)
  }
  if (subdivision !== undefined && country !== 'US' && country !== 'UA') {
    throw invalidInput(`Invalid request: 'SubdivisionCode' is only of the US and UA ${where}`)
  }
  return {
    ...(continent !== undefined && { continent }),
    ...(country !== undefined && { country }),
    ...(subdivision !== undefined && { subdivision }),
  }
}

export function toRouting(set: Routing): Partial<ResourceRecordSetShape> {
  const { weight, region, failover, geoLocation: place, multiValueAnswer, healthCheckId } = set
  return {
    ...(weight !== undefined && { Weight: weight }),
    // The SDK lists the regions that it knew.
    ...(region !== undefined && { Region: region as NonNullable<ResourceRecordSetShape['Region']> }),
    ...(place && {
      GeoLocation: {
        ...(place.continent !== undefined && { ContinentCode: place.continent }),
        ...(place.country !== undefined && { CountryCode: place.country }),
        ...(place.subdivision !== undefined && { SubdivisionCode: place.subdivision }),
      },
    }),
    ...(failover !== undefined && { Failover: failover }),
    ...(multiValueAnswer && { MultiValueAnswer: multiValueAnswer }),
    ...(healthCheckId !== undefined && { HealthCheckId: healthCheckId }),
  }
}

/** What becomes of the name, in AWS's word before `RRSet`. */
export function policyOf({ weight, region, failover, geoLocation, multiValueAnswer }: Routing): string | undefined {
  if (weight !== undefined) return 'weighted'
  if (region !== undefined) return 'latency'
  if (failover !== undefined) return 'failover'
  if (geoLocation) return 'geolocation'
  return multiValueAnswer ? 'multivalue' : undefined
}

/** Why `set` cannot be beside others of its name and type. */
export function routingProblems(
  set: ResourceRecordSet,
  alike: readonly ResourceRecordSet[],
  dnsName: string,
): string[] {
  const identifier = set.setIdentifier === undefined ? '' : `, SetIdentifier ${set.setIdentifier}`
  const refused = `RRSet with DNS name ${dnsName}, type ${set.type}${identifier} cannot be created because a`
  const policy = policyOf(set)
  const other = alike.map(policyOf).find((one) => one !== policy)
  if (alike.some((one) => policyOf(one) !== policy)) {
    const word = other ?? (policy === undefined ? 'routed' : `non-${policy}`)
    return [`${refused} ${word} RRSet exists with the same name and type.`]
  }
  const place = placeOf(set)
  if (place === undefined || !alike.some((one) => placeOf(one) === place)) return []
  return [`${refused}nother ${policy} RRSet exists with the same name, type and ${place}.`]
}

/** What only one set of a name and type may have. */
function placeOf({ region, failover, geoLocation: place }: Routing): string | undefined {
  return region ?? failover ?? (place && [place.continent, place.country, place.subdivision].filter(Boolean).join('/'))
}

export function checkRange(member: string, value: number | undefined, most: number, where: string): void {
  if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= most)) return
  throw invalidInput(`Invalid request: '${member}' must be between 0 and ${most} ${where}`)
}
