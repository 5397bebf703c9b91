// Launch templates and their versions, and placement groups.

import type { RequestLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { Instant, Owned } from './records.ts'

export type LaunchTemplateId = `lt-${string}`
export type PlacementGroupId = `pg-${string}`

export interface LaunchTemplate extends Owned {
  readonly id: LaunchTemplateId
  /** One of its owner's in the region. */
  readonly name: string
  /** The ARN of who made it. */
  readonly createdBy: string
  readonly defaultVersion: number
  /** The highest number that was ever given; versions below it may be gone. */
  readonly latestVersion: number
}

export interface LaunchTemplateVersion {
  /** `lt-…/NUMBER` */
  readonly id: string
  readonly launchTemplateId: LaunchTemplateId
  readonly number: number
  /** Empty: none. */
  readonly description: string
  readonly createdBy: string
  readonly createdAt: Instant
  /** As sent: what of it a launch cannot have shows at the launch. */
  readonly parameters: RequestLaunchTemplateData
}

/** Kept and shown: all instances are on one host, whatever the strategy. */
export interface PlacementGroup extends Owned {
  readonly id: PlacementGroupId
  /** One of its owner's in the region. */
  readonly name: string
  readonly strategy: 'cluster' | 'spread' | 'partition'
  /** Of `partition` alone. */
  readonly partitionCount?: number
  /** Of `spread` alone. */
  readonly spreadLevel?: 'host' | 'rack'
}
