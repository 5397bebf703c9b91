// The AWS-managed prefix lists of the services that have gateway endpoints: AWS's ids, and a sample of its ranges.
// Ids are unique per region only. Where AWS's id or ranges are not known here they are made up, stable per region.

import { type Cidr, cidr } from '../ip/cidr.ts'
import type { PrefixListId, Region } from '../store/records.ts'
import { REGIONS } from './regions.ts'

export interface AwsPrefixList {
  readonly id: PrefixListId
  /** `com.amazonaws.us-east-1.s3`, which is also the name of the endpoint service. */
  readonly name: string
  readonly cidrs: readonly Cidr[]
}

const S3_IDS: Readonly<Record<string, string>> = {
  'us-east-1': '63a5400a',
  'us-east-2': '7ba54012',
  'us-west-1': '6ba54002',
  'us-west-2': '68a54001',
  'eu-west-1': '6da54004',
  'eu-west-2': '7ca54015',
  'eu-west-3': '23ad484a',
  'eu-central-1': '6ea54007',
  'eu-north-1': 'c3aa4faa',
  'ap-south-1': '78a54011',
  'ap-northeast-1': '61a54008',
  'ap-northeast-2': '78a54011',
  'ap-southeast-1': '6fa54006',
  'ap-southeast-2': '6ca54005',
  'ca-central-1': '7da54014',
  'sa-east-1': '6aa54003',
}

const DYNAMODB_IDS: Readonly<Record<string, string>> = {
  'us-east-1': '02cd2c6b',
  'us-east-2': '4ca54025',
  'us-west-1': '6ea54007',
  'us-west-2': '00a54069',
  'eu-west-1': '6fa54006',
  'eu-central-1': '66a5400f',
  'ap-southeast-2': '62a5400b',
  'ap-northeast-1': '78a54011',
}

const S3_CIDRS: Readonly<Record<string, readonly string[]>> = {
  'us-east-1': ['54.231.0.0/16', '52.216.0.0/15', '3.5.0.0/19', '16.182.0.0/16', '18.34.0.0/19'],
  'eu-west-1': ['52.218.0.0/17', '54.231.128.0/19'],
}

const DYNAMODB_CIDRS: Readonly<Record<string, readonly string[]>> = {
  'us-east-1': ['52.94.0.0/22', '52.119.224.0/20'],
  'eu-west-1': ['52.94.5.0/24', '52.119.240.0/21', '52.94.24.0/23'],
}

const byRegion = new Map<Region, readonly AwsPrefixList[]>()

/** The region's lists, by name; none for a name that is no region. */
export function awsPrefixLists(region: Region): readonly AwsPrefixList[] {
  const index = REGIONS.indexOf(region)
  if (index < 0) return []
  const known = byRegion.get(region)
  if (known) return known
  const lists = [
    prefixList(region, 'dynamodb', DYNAMODB_IDS, DYNAMODB_CIDRS[region] ?? [`52.94.${64 + index}.0/24`]),
    prefixList(region, 's3', S3_IDS, S3_CIDRS[region] ?? [`52.219.${4 * index}.0/22`]),
  ]
  byRegion.set(region, lists)
  return lists
}

/** The ranges of a prefix list; empty when there is no such list. */
export function prefixListCidrs(region: Region, id: PrefixListId): readonly Cidr[] {
  return awsPrefixLists(region).find((list) => list.id === id)?.cidrs ?? []
}

function prefixList(
  region: Region,
  service: string,
  ids: Readonly<Record<string, string>>,
  cidrs: readonly string[],
): AwsPrefixList {
  const made = (REGIONS.indexOf(region) + (service === 's3' ? 0 : 0x100)).toString(16).padStart(4, '0')
  return {
    id: `pl-${ids[region] ?? `50a5${made}`}`,
    name: `com.amazonaws.${region}.${service}`,
    cidrs: cidrs.map(cidr),
  }
}
