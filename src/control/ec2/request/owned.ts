// What every EC2 record begins with, and its ARN.

import type { AccountId, Region, Tags } from '../../../store/records.ts'

/** Where and when a record is made; a Caller is one. */
export interface Place {
  readonly account: AccountId
  readonly region: Region
  readonly now: Date
}

export function ownedBy(place: Place, tags: Tags = {}) {
  return { owner: place.account, region: place.region, tags, createdAt: place.now.toISOString() }
}

/** `arn:aws:ec2:REGION:ACCOUNT:subnet/subnet-…` */
export function ec2Arn(type: string, record: { id: string; owner: AccountId; region: Region }): string {
  return `arn:aws:ec2:${record.region}:${record.owner}:${type}/${record.id}`
}
