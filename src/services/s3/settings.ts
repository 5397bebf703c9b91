// The settings of a bucket, kept as JSON in the SDK's shape: what was put is what is read.

import type { OwnershipControls, PublicAccessBlockConfiguration } from '@aws-sdk/client-s3'
import type { ObjectIndex } from './object-index.ts'
import { s3Error } from './s3-error.ts'

export type SettingName =
  | 'accelerate'
  | 'acl'
  | 'cors'
  | 'encryption'
  | 'lifecycle'
  | 'logging'
  | 'notification'
  | 'ownershipControls'
  | 'policy'
  | 'publicAccessBlock'
  | 'replication'
  | 'requestPayment'
  | 'tagging'
  | 'website'

/** What AWS gives a new bucket since April 2023. */
export const DEFAULT_PUBLIC_ACCESS_BLOCK: PublicAccessBlockConfiguration = {
  BlockPublicAcls: true,
  IgnorePublicAcls: true,
  BlockPublicPolicy: true,
  RestrictPublicBuckets: true,
}

/** Members that hold a time; JSON keeps them as text. */
const DATE_MEMBERS = new Set(['Date'])

/** The setting, whose shape is that of what was written under its name. */
export function findSetting<T>(
  index: Pick<ObjectIndex, 'findSetting'>,
  bucket: string,
  name: SettingName,
): T | undefined {
  const text = index.findSetting(bucket, name)
  if (text === undefined) return undefined
  return JSON.parse(text, (member, value) => (DATE_MEMBERS.has(member) ? new Date(value) : value))
}

export function writeSetting(index: ObjectIndex, bucket: string, name: SettingName, value: object): void {
  index.putSetting(bucket, name, JSON.stringify(value))
}

/** True when access control lists are switched off, which is AWS's default. */
export function aclsDisabled(index: ObjectIndex, bucket: string): boolean {
  const controls = findSetting<OwnershipControls>(index, bucket, 'ownershipControls')
  return controls?.Rules?.[0]?.ObjectOwnership === 'BucketOwnerEnforced'
}

/** Throws for an ACL on an object that its bucket would not take. */
export function requireObjectAcl(index: ObjectIndex, bucket: string, acl: string | undefined): void {
  if (acl === undefined || acl === 'bucket-owner-full-control') return
  if (aclsDisabled(index, bucket)) throw s3Error('AccessControlListNotSupported')
}
