// Finding the bucket or the object of a call, or saying as S3 does that it is not there.

import { createHash } from 'node:crypto'
import type { Call } from '../../edge/adapter.ts'
import type { Bucket, ObjectVersion } from './object-records.ts'
import { noSuchBucket, noSuchKey, s3Error } from './s3-error.ts'
import type { S3Storage } from './storage.ts'

interface BucketInput {
  readonly Bucket?: string | undefined
  readonly ExpectedBucketOwner?: string | undefined
}

/** The bucket of a call. It must be of the region that the caller signed for: others are sent there by a redirect. */
export function requireBucket(s3: S3Storage, input: BucketInput, call: Call): Bucket {
  const name = input.Bucket ?? ''
  const bucket = s3.index.findBucket(name)
  if (!bucket) throw noSuchBucket(name)
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== bucket.account) {
    throw s3Error('AccessDenied')
  }
  if (call.principal.kind !== 'anonymous' && call.region !== bucket.region) throw otherRegion(bucket)
  return bucket
}

function otherRegion(bucket: Bucket): Error {
  return s3Error('PermanentRedirect', {
    fields: {
      Bucket: bucket.name,
      Endpoint: `${bucket.name}.s3.${bucket.region}.amazonaws.com`,
      Region: bucket.region,
    },
    headers: { 'x-amz-bucket-region': bucket.region },
  })
}

/** The version that a read means. */
export function requireVersion(
  s3: S3Storage,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): ObjectVersion {
  if (versionId !== undefined) return requireNamedVersion(s3, bucket, key, versionId)
  const latest = s3.index.findLatest(bucket.name, key)
  if (!latest) throw noSuchKey(key)
  if (!latest.deleteMarker) return latest
  throw s3Error('NoSuchKey', {
    fields: { Key: key },
    headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': latest.versionId },
  })
}

function requireNamedVersion(s3: S3Storage, bucket: Bucket, key: string, versionId: string): ObjectVersion {
  const version = s3.index.findVersion(bucket.name, key, versionId)
  if (!version) throw s3Error('NoSuchVersion', { fields: { Key: key, VersionId: versionId } })
  if (!version.deleteMarker) return version
  throw s3Error('MethodNotAllowed', {
    fields: { Method: 'GET', ResourceType: 'DeleteMarker' },
    headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId, allow: 'DELETE' },
  })
}

/** The account of the caller; `anonymous` without one. */
export function callerAccount(call: Pick<Call, 'principal'>): string {
  return call.principal.kind === 'anonymous' ? 'anonymous' : call.principal.account
}

export function callerArn(call: Call): string {
  return call.principal.kind === 'anonymous' ? 'anonymous' : call.principal.arn
}

/** The canonical user id of an account: 64 hex digits, always the same. */
export function canonicalUserId(account: string): string {
  return createHash('sha256').update(`postern canonical user ${account}`).digest('hex')
}

/** The version id as answers show it: absent where versioning was never on. */
export function shownVersionId(bucket: Bucket, versionId: string): { VersionId?: string } {
  return bucket.versioning === undefined ? {} : { VersionId: versionId }
}

export function quoted(etag: string): string {
  return `"${etag}"`
}

export function unquoted(etag: string): string {
  return etag.replace(/^(?:W\/)?"(.*)"$/, '$1')
}

/** HTTP dates have whole seconds, so what S3 keeps has them too. */
export function wholeSeconds(at: Date): string {
  return new Date(Math.floor(at.getTime() / 1000) * 1000).toISOString()
}
