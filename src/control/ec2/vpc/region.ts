// Regions, zones and what an account may do in them.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html

import type {
  DescribeAccountAttributesRequest,
  DescribeAccountAttributesResult,
  DescribeAvailabilityZonesRequest,
  DescribeAvailabilityZonesResult,
  DescribeRegionsRequest,
  DescribeRegionsResult,
  Region as RegionOutput,
  AvailabilityZone as ZoneOutput,
} from '@aws-sdk/client-ec2'
import { type AvailabilityZone, accountZones, isRegion, REGIONS } from '../../../catalogue/regions.ts'
import { ApiError, invalidParameterValue } from '../../../errors.ts'
import type { Region } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { findDefaultVpc } from './default-vpc.ts'

/** Regions that every account has; the others must be opted in to, which every account here did. */
const ALWAYS_ON = new Set([
  'ap-northeast-1',
  'ap-northeast-2',
  'ap-northeast-3',
  'ap-south-1',
  'ap-southeast-1',
  'ap-southeast-2',
  'ca-central-1',
  'eu-central-1',
  'eu-north-1',
  'eu-west-1',
  'eu-west-2',
  'eu-west-3',
  'sa-east-1',
  'us-east-1',
  'us-east-2',
  'us-west-1',
  'us-west-2',
])

export function describeRegions(
  _records: Records,
  _caller: Caller,
  input: DescribeRegionsRequest,
): DescribeRegionsResult {
  const names = input.RegionNames ?? []
  const unknown = names.find((name) => !isRegion(name))
  if (unknown !== undefined) throw invalidParameterValue('regionName', unknown, 'It is no region.')
  const wanted = names.length > 0 ? names : REGIONS
  return { Regions: [...applyPlainFilters(wanted.map(toRegion), input.Filters, REGION_FILTERS)] }
}

export function describeAvailabilityZones(
  _records: Records,
  caller: Caller,
  input: DescribeAvailabilityZonesRequest,
): DescribeAvailabilityZonesResult {
  const zones = accountZones(caller.account, caller.region)
  const names = input.ZoneNames ?? []
  const ids = input.ZoneIds ?? []
  const known = new Set(zones.flatMap((zone) => [zone.name, zone.id]))
  const unknown = [...names, ...ids].find((wanted) => !known.has(wanted))
  if (unknown !== undefined) {
    throw new ApiError('InvalidParameterValue', `Invalid availability zone: [${unknown}]`)
  }
  const isWanted = (zone: AvailabilityZone) =>
    (names.length === 0 || names.includes(zone.name)) && (ids.length === 0 || ids.includes(zone.id))
  const shown = zones.filter(isWanted).map((zone) => toZone(caller.region, zone))
  return { AvailabilityZones: [...applyPlainFilters(shown, input.Filters, ZONE_FILTERS)] }
}

export function describeAccountAttributes(
  records: Records,
  caller: Caller,
  input: DescribeAccountAttributesRequest,
): DescribeAccountAttributesResult {
  const values = {
    'supported-platforms': 'VPC',
    'default-vpc': findDefaultVpc(records, caller)?.id ?? 'none',
    'max-instances': '20',
    'vpc-max-security-groups-per-interface': '5',
    'max-elastic-ips': '5',
    'vpc-max-elastic-ips': '5',
  } as const
  const names = Object.keys(values)
  const wanted: readonly string[] = input.AttributeNames ?? []
  const unknown = wanted.find((name) => !names.includes(name))
  if (unknown !== undefined) throw invalidParameterValue('attributeName', unknown, `Use one of ${names.join(', ')}.`)
  return {
    AccountAttributes: Object.entries(values)
      .filter(([name]) => wanted.length === 0 || wanted.includes(name))
      .map(([AttributeName, value]) => ({ AttributeName, AttributeValues: [{ AttributeValue: value }] })),
  }
}

function toRegion(region: Region): RegionOutput {
  return {
    RegionName: region,
    Endpoint: `ec2.${region}.amazonaws.com`,
    OptInStatus: ALWAYS_ON.has(region) ? 'opt-in-not-required' : 'opted-in',
  }
}

function toZone(region: Region, zone: AvailabilityZone): ZoneOutput {
  return {
    ZoneName: zone.name,
    ZoneId: zone.id,
    State: 'available',
    RegionName: region,
    GroupName: `${region}-zg-1`,
    NetworkBorderGroup: region,
    ZoneType: 'availability-zone',
    OptInStatus: 'opt-in-not-required',
    Messages: [],
  }
}

const REGION_FILTERS: FilterFields<RegionOutput> = {
  endpoint: (region) => region.Endpoint,
  'opt-in-status': (region) => region.OptInStatus,
  'region-name': (region) => region.RegionName,
}

const ZONE_FILTERS: FilterFields<ZoneOutput> = {
  'group-name': (zone) => zone.GroupName,
  'group-long-name': (zone) => zone.GroupLongName,
  message: () => undefined,
  'opt-in-status': (zone) => zone.OptInStatus,
  'parent-zone-id': () => undefined,
  'parent-zone-name': () => undefined,
  'region-name': (zone) => zone.RegionName,
  state: (zone) => zone.State,
  'zone-id': (zone) => zone.ZoneId,
  'zone-name': (zone) => zone.ZoneName,
  'zone-type': (zone) => zone.ZoneType,
}
