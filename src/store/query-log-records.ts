// Records of Resolver query logging: where questions are written, and of which VPCs.

import type { Owned, VpcId } from './records.ts'

export type QueryLogConfigId = `rslvr-rqlc-${string}`
export type QueryLogConfigAssociationId = `rslvr-rqlca-${string}`

export interface QueryLogConfig extends Owned {
  readonly id: QueryLogConfigId
  readonly creatorRequestId: string
  readonly name: string
  /** As it was sent; `destination` is what it means. */
  readonly destinationArn: string
  readonly destination:
    | { readonly kind: 'cloud-watch-logs'; readonly logGroupName: string }
    | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string }
}

/** A VPC has one of a configuration. */
export interface QueryLogConfigAssociation extends Owned {
  readonly id: QueryLogConfigAssociationId
  readonly configId: QueryLogConfigId
  readonly vpcId: VpcId
  /** Why the last lines could not be written; absent: they could. */
  readonly error?: 'DESTINATION_NOT_FOUND' | 'ACCESS_DENIED'
}
