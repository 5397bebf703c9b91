// The record of a VPC flow log: whose traffic is written where, in which words.

import type { AccountId, Instant, NetworkInterfaceId, Region, SubnetId, Tags, VpcId } from './records.ts'

export type FlowLogId = `fl-${string}`

export type FlowLogDestination =
  | { readonly kind: 'cloud-watch-logs'; readonly logGroupName: string }
  | {
      readonly kind: 's3'
      readonly bucket: string
      /** Folders below the bucket, without slashes at the ends; empty: none. */
      readonly prefix: string
      readonly hiveCompatible: boolean
      readonly perHour: boolean
    }

export interface FlowLog {
  readonly id: FlowLogId
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  readonly createdAt: Instant
  readonly resourceId: VpcId | SubnetId | NetworkInterfaceId
  /** The VPC that the resource is or is in. */
  readonly vpcId: VpcId
  readonly trafficType: 'ACCEPT' | 'REJECT' | 'ALL'
  readonly destination: FlowLogDestination
  /** The role that writes to CloudWatch Logs. */
  readonly roleArn?: string
  /** `${version} ${account-id} …` */
  readonly logFormat: string
  /** Seconds. */
  readonly maxAggregationInterval: 60 | 600
  /** What became of the last delivery; absent: there was none. */
  readonly delivery?: 'SUCCESS' | 'FAILED'
  /** Why it failed, in AWS's words. */
  readonly deliveryError?: string
}
