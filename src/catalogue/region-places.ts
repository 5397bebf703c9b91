// Where AWS's regions are: continent, country and, in the United States, the state; and about where on the globe.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html

import type { Region } from '../store/records.ts'

export interface RegionPlace {
  /** As Route 53 has it: `EU`. */
  readonly continent?: string
  /** ISO 3166: `IE`. */
  readonly country?: string
  readonly subdivision?: string
}

export const CONTINENTS: ReadonlySet<string> = new Set(['AF', 'AN', 'AS', 'EU', 'NA', 'OC', 'SA'])

/** `continent country[-state] latitude longitude`, whole degrees. */
const PLACES: Readonly<Record<string, string>> = {
  'af-south-1': 'AF ZA -34 18',
  'ap-east-1': 'AS HK 22 114',
  'ap-east-2': 'AS TW 25 122',
  'ap-northeast-1': 'AS JP 36 140',
  'ap-northeast-2': 'AS KR 38 127',
  'ap-northeast-3': 'AS JP 35 136',
  'ap-south-1': 'AS IN 19 73',
  'ap-south-2': 'AS IN 17 78',
  'ap-southeast-1': 'AS SG 1 104',
  'ap-southeast-2': 'OC AU -34 151',
  'ap-southeast-3': 'AS ID -6 107',
  'ap-southeast-4': 'OC AU -38 145',
  'ap-southeast-5': 'AS MY 3 102',
  'ap-southeast-6': 'OC NZ -37 175',
  'ap-southeast-7': 'AS TH 14 101',
  'ca-central-1': 'NA CA 45 -74',
  'ca-west-1': 'NA CA 51 -114',
  'eu-central-1': 'EU DE 50 9',
  'eu-central-2': 'EU CH 47 9',
  'eu-north-1': 'EU SE 59 18',
  'eu-south-1': 'EU IT 45 9',
  'eu-south-2': 'EU ES 42 -1',
  'eu-west-1': 'EU IE 53 -6',
  'eu-west-2': 'EU GB 52 0',
  'eu-west-3': 'EU FR 49 2',
  'il-central-1': 'AS IL 32 35',
  'me-central-1': 'AS AE 24 54',
  'me-south-1': 'AS BH 26 51',
  'mx-central-1': 'NA MX 21 -100',
  'sa-east-1': 'SA BR -24 -47',
  'us-east-1': 'NA US-VA 39 -77',
  'us-east-2': 'NA US-OH 40 -83',
  'us-west-1': 'NA US-CA 37 -122',
  'us-west-2': 'NA US-OR 46 -119',
}

/** Nowhere known for a region that is not in the list. */
export function placeOfRegion(region: Region | undefined): RegionPlace {
  const [continent, where = ''] = PLACES[region ?? '']?.split(' ') ?? []
  if (continent === undefined) return {}
  const [country = '', subdivision] = where.split('-')
  return { continent, country, ...(subdivision !== undefined && { subdivision }) }
}

/** The angle between two regions, for comparison; an unknown one is the farthest of all but from itself. */
export function distanceBetween(a: Region, b: Region): number {
  if (a === b) return 0
  const [from, to] = [positionOf(a), positionOf(b)]
  if (!from || !to) return Number.POSITIVE_INFINITY
  const [dLatitude, dLongitude] = [to.latitude - from.latitude, to.longitude - from.longitude]
  const half = Math.sin(dLatitude / 2) ** 2
  const around = Math.cos(from.latitude) * Math.cos(to.latitude) * Math.sin(dLongitude / 2) ** 2
  return 2 * Math.asin(Math.sqrt(half + around))
}

function positionOf(region: Region): { readonly latitude: number; readonly longitude: number } | undefined {
  const [, , latitude, longitude] = PLACES[region]?.split(' ') ?? []
  if (latitude === undefined || longitude === undefined) return undefined
  return { latitude: (Number(latitude) * Math.PI) / 180, longitude: (Number(longitude) * Math.PI) / 180 }
}
