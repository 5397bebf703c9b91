// The records of IPAM: address space in scopes and pools, and what was taken of it.

import type { Cidr } from '../ip/cidr.ts'
import type { AccountId, Owned, Region, Tags } from './records.ts'

/** In its home Region. */
export interface Ipam extends Owned {
  readonly id: `ipam-${string}`
  readonly description?: string
  /** The home Region first. */
  readonly operatingRegions: readonly Region[]
  readonly tier: 'free' | 'advanced'
  /** Whether it was ever modified, which its state says from then on. */
  readonly isModified?: true
}

export interface IpamScope extends Owned {
  readonly id: `ipam-scope-${string}`
  readonly ipamId: Ipam['id']
  readonly type: 'public' | 'private'
  readonly isDefault: boolean
  readonly description?: string
  /** Whether it was ever modified, which its state says from then on. */
  readonly isModified?: true
}

/** Of IPv4. */
export interface IpamPool extends Owned {
  readonly id: `ipam-pool-${string}`
  readonly scopeId: IpamScope['id']
  /** Where VPCs may take from it; absent: nowhere, only pools may. */
  readonly locale?: Region
  /** Out of which its blocks come; absent: it is at the top. */
  readonly sourcePoolId?: IpamPool['id']
  readonly description?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly defaultLength?: number
  /** What a resource must be tagged with to take from it. */
  readonly resourceTags: Tags
  /** Whether it was ever modified, which its state says from then on. */
  readonly isModified?: true
}

/** A block that is in a pool. */
export interface IpamPoolCidr {
  readonly id: `ipam-pool-cidr-${string}`
  readonly owner: AccountId
  readonly poolId: IpamPool['id']
  readonly cidr: Cidr
}

/** A block that was taken out of one. */
export interface IpamPoolAllocation {
  readonly id: `ipam-pool-alloc-${string}`
  readonly owner: AccountId
  readonly poolId: IpamPool['id']
  readonly cidr: Cidr
  readonly description?: string
  readonly resourceType: 'vpc' | 'ipam-pool' | 'custom'
  /** The VPC or the pool; of a custom one its own id. */
  readonly resourceId: string
  readonly resourceRegion: Region
}
