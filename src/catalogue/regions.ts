// AWS's regions and Availability Zones. Which zone a name means is another thing in each account.
// https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html

import type { AccountId, Region } from '../store/records.ts'

export interface AvailabilityZone {
  /** `us-east-1a`, of one account. */
  readonly name: string
  /** `use1-az6`, the same zone in every account. */
  readonly id: string
}

/** Zone letters and ids by region; regions that are not named have a=az1, b=az2, c=az3. */
const ZONES: Readonly<Record<string, string>> = {
  'us-east-1': 'a6 b1 c2 d4 e3 f5',
  'us-west-1': 'a3 b1',
  'us-west-2': 'a2 b1 c3 d4',
  'eu-west-1': 'a3 b1 c2',
  'eu-west-2': 'a2 b3 c1',
  'ap-south-1': 'a1 b3 c2',
  'ap-northeast-1': 'a4 c1 d2',
  'ap-southeast-2': 'a1 b3 c2',
  'ca-central-1': 'a1 b2 d4',
}

/** Region name to the prefix of its zone ids. */
const ID_PREFIXES: Readonly<Record<string, string>> = {
  'af-south-1': 'afs1',
  'ap-east-1': 'ape1',
  'ap-east-2': 'ape2',
  'ap-northeast-1': 'apne1',
  'ap-northeast-2': 'apne2',
  'ap-northeast-3': 'apne3',
  'ap-south-1': 'aps1',
  'ap-south-2': 'aps2',
  'ap-southeast-1': 'apse1',
  'ap-southeast-2': 'apse2',
  'ap-southeast-3': 'apse3',
  'ap-southeast-4': 'apse4',
  'ap-southeast-5': 'apse5',
  'ap-southeast-6': 'apse6',
  'ap-southeast-7': 'apse7',
  'ca-central-1': 'cac1',
  'ca-west-1': 'caw1',
  'eu-central-1': 'euc1',
  'eu-central-2': 'euc2',
  'eu-north-1': 'eun1',
  'eu-south-1': 'eus1',
  'eu-south-2': 'eus2',
  'eu-west-1': 'euw1',
  'eu-west-2': 'euw2',
  'eu-west-3': 'euw3',
  'il-central-1': 'ilc1',
  'me-central-1': 'mec1',
  'me-south-1': 'mes1',
  'mx-central-1': 'mxc1',
  'sa-east-1': 'sae1',
  'us-east-1': 'use1',
  'us-east-2': 'use2',
  'us-west-1': 'usw1',
  'us-west-2': 'usw2',
}

export const REGIONS: readonly Region[] = Object.keys(ID_PREFIXES)

export const DEFAULT_REGION: Region = 'us-east-1'

export function isRegion(name: string): boolean {
  return name in ID_PREFIXES
}

/** Accounts that documents, labs and an empty world begin with: their names mean the zones in `ZONES`. */
const PLAIN_ACCOUNTS: readonly AccountId[] = ['123456789012', '000000000000']

/** The region's zones by the names that this account has for them, which never change. */
export function accountZones(account: AccountId, region: Region): AvailabilityZone[] {
  const zones = availabilityZones(region)
  if (!/^[0-9]{12}$/.test(account) || PLAIN_ACCOUNTS.includes(account)) return zones
  const ids = zones.map(({ id }) => id).sort((a, b) => rankOf(account, a) - rankOf(account, b))
  return zones.map(({ name }, index) => ({ name, id: ids[index]! }))
}

/** What the account calls the zone; undefined when its region has no such zone. */
export function zoneNameIn(account: AccountId, region: Region, zoneId: string): string | undefined {
  return accountZones(account, region).find(({ id }) => id === zoneId)?.name
}

/** FNV-1a, which is even enough to shuffle with and the same everywhere. */
function rankOf(account: AccountId, zoneId: string): number {
  let hash = 0x811c9dc5
  for (const character of `${account} ${zoneId}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193) >>> 0
  }
  // The last characters count for too little without this.
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0
}

/** The region's zones by the name that a plain account has for them; empty for a name that is no region. */
export function availabilityZones(region: Region): AvailabilityZone[] {
  const prefix = ID_PREFIXES[region]
  if (!prefix) return []
  return (ZONES[region] ?? 'a1 b2 c3')
    .split(' ')
    .map((zone) => ({ name: region + zone[0], id: `${prefix}-az${zone.slice(1)}` }))
}

/** The suffix of private host names: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html */
export function privateDomain(region: Region): string {
  return region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`
}
