// VPC Block Public Access: what an account keeps from the internet in a Region, and what it leaves out of that.

import type { AccountId, Instant, Region, SubnetId, Tags, VpcId } from './records.ts'

export type PublicAccessMode = 'off' | 'block-bidirectional' | 'block-ingress'

/** Of an account that set it once; absent for all others, and off. */
export interface PublicAccessOptions {
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly mode: PublicAccessMode
  readonly state: 'update-in-progress' | 'update-complete'
  readonly updatedAt: Instant
}

export type PublicAccessExclusionId = `vpcbpa-exclude-${string}`

export interface PublicAccessExclusion {
  readonly id: PublicAccessExclusionId
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  readonly createdAt: Instant
  readonly resourceId: VpcId | SubnetId
  readonly mode: 'allow-bidirectional' | 'allow-egress'
  readonly state:
    | 'create-in-progress'
    | 'create-complete'
    | 'update-in-progress'
    | 'update-complete'
    | 'delete-in-progress'
  readonly updatedAt: Instant
}

/** There is one for an account and Region. */
export function publicAccessOptionsId(owner: AccountId, region: Region): string {
  return `${owner}/${region}`
}
