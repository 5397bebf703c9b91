// Route 53: hosted zones, the VPCs they belong to, and their record sets.

import type { AccountId, Instant, Region, Tags, VpcId } from './records.ts'

/** A Route 53 hosted zone. It belongs to no region. */
export interface HostedZone {
  /** `Z` and 20 capital letters and digits. */
  readonly id: string
  readonly owner: AccountId
  /** Lower case, without the final dot. */
  readonly name: string
  readonly callerReference: string
  readonly comment: string
  readonly isPrivate: boolean
  /** Of its delegation set, without the final dot; a private zone's are nobody's. */
  readonly nameServers: readonly string[]
  readonly tags: Tags
  readonly createdAt: Instant
}

/** A private zone answers in the VPCs that it is associated with. */
export interface HostedZoneAssociation {
  /** `Z…/vpc-…` */
  readonly id: string
  readonly hostedZoneId: string
  readonly vpcId: VpcId
  readonly region: Region
}

/** A zone's owner lets another account associate its VPC. */
export interface VpcAssociationAuthorization {
  /** `Z…/vpc-…` */
  readonly id: string
  readonly hostedZoneId: string
  readonly vpcId: VpcId
  readonly region: Region
}

/** All records of one name and type in a hosted zone. */
export interface ResourceRecordSet {
  /** `Z…/name/TYPE`, and `/set identifier` where there is one. */
  readonly id: string
  readonly hostedZoneId: string
  /** Lower case, without the final dot; `*` stands for itself. */
  readonly name: string
  readonly type: string
  /** Seconds; absent for an alias. */
  readonly ttl?: number
  /** As in a zone file: an address, a name, a quoted text. */
  readonly values: readonly string[]
  readonly alias?: {
    readonly hostedZoneId: string
    /** Lower case, without the final dot. */
    readonly dnsName: string
    readonly evaluateTargetHealth: boolean
  }
  /** Names one of several sets of a name and type, which have one of the members below, all the same. */
  readonly setIdentifier?: string
  readonly weight?: number
  readonly failover?: 'PRIMARY' | 'SECONDARY'
  /** Answered where this is the nearest. */
  readonly region?: Region
  readonly geoLocation?: GeoLocation
  readonly multiValueAnswer?: true
  /** Not answered while this check fails. */
  readonly healthCheckId?: string
}

/** Who is asking: a continent, or a country (`*`: whoever no other set is for), or a state of it. */
export interface GeoLocation {
  readonly continent?: string
  readonly country?: string
  readonly subdivision?: string
}
