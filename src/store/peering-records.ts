// The record of a VPC peering connection: one for both sides, of which each sees it from its own account and region.

import type { AccountId, Instant, Region, Tags, VpcId } from './records.ts'

export type VpcPeeringConnectionId = `pcx-${string}`

/** `expired` is derived from `expiresAt`. */
export type PeeringState = 'pending-acceptance' | 'active' | 'rejected' | 'failed' | 'deleted'

/** `owner` and `region` are the requester's, and `tags` what the requester put there. */
export interface VpcPeeringConnection {
  readonly id: VpcPeeringConnectionId
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  readonly createdAt: Instant
  readonly requesterVpcId: VpcId
  readonly accepter: AccountId
  readonly accepterRegion: Region
  /** Of a request that failed there may be no such VPC. */
  readonly accepterVpcId: VpcId
  readonly accepterTags: Tags
  readonly state: PeeringState
  /** When it came into its state. */
  readonly changedAt: Instant
  /** When a request that nobody answers ends. */
  readonly expiresAt: Instant
  /** Who rejected or deleted it. */
  readonly endedBy?: AccountId
  /** `AllowDnsResolutionFromRemoteVpc` of each side: public names of that side's instances mean their private addresses to
   * the other. */
  readonly requesterAllowsDns: boolean
  readonly accepterAllowsDns: boolean
}
