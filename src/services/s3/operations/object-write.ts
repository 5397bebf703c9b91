// Writing objects: put, copied, and put in the place of others or beside them by the bucket's versioning.

import { randomBytes } from 'node:crypto'
import type { CopyObjectOutput, CopyObjectRequest, PutObjectOutput, PutObjectRequest } from '@aws-sdk/client-s3'
import type { Call } from '../../../edge/adapter.ts'
import { requireKey } from '../bucket-name.ts'
import { checksumMembers, DEFAULT_ALGORITHM, parseAlgorithm } from '../checksum.ts'
import { requireCopyConditions, requireWriteConditions } from '../conditions.ts'
import { parseCopySource } from '../copy-source.ts'
import { encryptionMembers, objectMeta } from '../object-input.ts'
import type { Bucket, ObjectMeta, ObjectVersion } from '../object-records.ts'
import { MAX_BODY, type Received, receiveBody, receiveCopy } from '../receive.ts'
import { quoted, requireBucket, requireVersion, shownVersionId, wholeSeconds } from '../require.ts'
import { noSuchBucket, s3Error } from '../s3-error.ts'
import { requireObjectAcl } from '../settings.ts'
import type { S3Storage } from '../storage.ts'
import { parseTagging } from '../tags.ts'

export async function putObject(s3: S3Storage, input: PutObjectRequest, call: Call): Promise<PutObjectOutput> {
  const bucket = requireBucket(s3, input, call)
  const key = requireKey(input.Key)
  requireObjectAcl(s3.index, bucket.name, input.ACL)
  const meta = objectMeta(input, parseTagging(input.Tagging))
  // Before the body, so that a write that cannot be is refused early; and again with it, in `store`.
  requireWriteConditions(input, key, s3.index.findLatest(bucket.name, key))
  const received = await receiveBody(s3, input, call)
  const version = store(s3, { bucket, key, meta, received, conditions: input, now: call.now })
  return {
    ETag: quoted(version.etag),
    ...checksumMembers(version.checksum),
    ...encryptionMembers(meta),
    ...shownVersionId(bucket, version.versionId),
  }
}

export async function copyObject(s3: S3Storage, input: CopyObjectRequest, call: Call): Promise<CopyObjectOutput> {
  const bucket = requireBucket(s3, input, call)
  const key = requireKey(input.Key)
  requireObjectAcl(s3.index, bucket.name, input.ACL)
  const source = findSource(s3, input)
  requireCopyConditions(sourceConditions(input), source)
  requireChange(input, source, bucket, key)
  requireWriteConditions(input, key, s3.index.findLatest(bucket.name, key))
  const meta = copiedMeta(input, source)
  const algorithm = parseAlgorithm(input.ChecksumAlgorithm) ?? source.checksum?.algorithm ?? DEFAULT_ALGORITHM
  const received = await receiveCopy(s3, s3.blobs.read(source.segments), algorithm)
  const version = store(s3, { bucket, key, meta, received, conditions: input, now: call.now })
  const sourceBucket = s3.index.findBucket(source.bucket)
  return {
    CopyObjectResult: {
      ETag: quoted(version.etag),
      LastModified: new Date(version.modifiedAt),
      ...checksumMembers(version.checksum),
    },
    ...(sourceBucket?.versioning === undefined ? {} : { CopySourceVersionId: source.versionId }),
    ...shownVersionId(bucket, version.versionId),
    ...encryptionMembers(meta),
  }
}

/** The version that `x-amz-copy-source` names. */
export function findSource(s3: S3Storage, input: { readonly CopySource?: string | undefined }): ObjectVersion {
  const { bucket: name, key, versionId } = parseCopySource(input.CopySource)
  const bucket = s3.index.findBucket(name)
  if (!bucket) throw noSuchBucket(name)
  const source = requireVersion(s3, bucket, key, versionId)
  if (source.size > MAX_BODY) {
    throw s3Error('InvalidRequest', {
      message: `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_BODY}`,
    })
  }
  return source
}

export function sourceConditions(input: Partial<CopyObjectRequest>) {
  return {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  }
}

export interface Write {
  readonly bucket: Bucket
  readonly key: string
  readonly meta: ObjectMeta
  readonly received: Received
  readonly conditions: { readonly IfMatch?: string | undefined; readonly IfNoneMatch?: string | undefined }
  readonly now: Date
}

/** Commits an object whose bytes are stored; when it may not be, the bytes go again. */
function store(s3: S3Storage, write: Write): ObjectVersion {
  const { bucket, key, meta, received, now } = write
  const { segment, md5, checksum } = received
  try {
    return s3.index.transact(() => {
      const present = s3.index.findBucket(bucket.name)
      // The bucket may have gone, or its versioning changed, while the body came in.
      if (!present) throw noSuchBucket(bucket.name)
      requireWriteConditions(write.conditions, key, s3.index.findLatest(bucket.name, key))
      const version: ObjectVersion = {
        bucket: bucket.name,
        key,
        versionId: newVersionId(present),
        deleteMarker: false,
        size: segment.size,
        etag: md5,
        modifiedAt: wholeSeconds(now),
        meta,
        segments: segment.size > 0 ? [segment] : [],
        checksum,
      }
      s3.index.putVersion(version)
      if (segment.size === 0) s3.blobs.remove([segment.blob])
      return version
    })
  } catch (error) {
    s3.blobs.remove([segment.blob])
    throw error
  }
}

/** The id that a new version has: its own while versioning is enabled, else `null`, which replaces the one before. */
export function newVersionId(bucket: Bucket): string {
  return bucket.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : 'null'
}

function copiedMeta(input: CopyObjectRequest, source: ObjectVersion): ObjectMeta {
  const tags = input.TaggingDirective === 'REPLACE' ? parseTagging(input.Tagging) : source.meta.tags
  const sent = objectMeta(input, tags)
  if (input.MetadataDirective === 'REPLACE') return sent
  const { WebsiteRedirectLocation: _, ServerSideEncryption: __, SSEKMSKeyId: ___, ...headers } = source.meta.headers
  const { WebsiteRedirectLocation, ServerSideEncryption, SSEKMSKeyId } = sent.headers
  return {
    headers: {
      ...headers,
      ...(WebsiteRedirectLocation === undefined ? {} : { WebsiteRedirectLocation }),
      ...(ServerSideEncryption === undefined ? {} : { ServerSideEncryption }),
      ...(SSEKMSKeyId === undefined ? {} : { SSEKMSKeyId }),
    },
    metadata: source.meta.metadata,
    storageClass: sent.storageClass,
    tags,
  }
}

/** A copy onto itself must change something. */
function requireChange(input: CopyObjectRequest, source: ObjectVersion, bucket: Bucket, key: string): void {
  if (source.bucket !== bucket.name || source.key !== key) return
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.StorageClass !== undefined ||
    input.WebsiteRedirectLocation !== undefined ||
    input.ServerSideEncryption !== undefined ||
    source.versionId !== 'null' ||
    input.ChecksumAlgorithm !== undefined
  if (changes) return
  throw s3Error('InvalidRequest', {
    message:
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  })
}
