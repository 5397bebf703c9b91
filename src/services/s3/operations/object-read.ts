// Reading objects: whole, in ranges, by part, or only what is known of them.

import type { GetObjectAttributesRequest, GetObjectRequest } from '@aws-sdk/client-s3'
import type { Call, Output } from '../../../edge/adapter.ts'
import type { ByteRange } from '../blobs.ts'
import { requireKey } from '../bucket-name.ts'
import { checksumMembers } from '../checksum.ts'
import { requireReadConditions } from '../conditions.ts'
import type { Bucket, ObjectVersion } from '../object-records.ts'
import { quoted, requireBucket, requireVersion, shownVersionId } from '../require.ts'
import { invalidArgument, s3Error } from '../s3-error.ts'
import type { S3Storage } from '../storage.ts'

/** The type of an object that was put without one. */
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream'

const OVERRIDES = {
  ResponseCacheControl: 'CacheControl',
  ResponseContentDisposition: 'ContentDisposition',
  ResponseContentEncoding: 'ContentEncoding',
  ResponseContentLanguage: 'ContentLanguage',
  ResponseContentType: 'ContentType',
  ResponseExpires: 'Expires',
} as const

export async function getObject(s3: S3Storage, input: GetObjectRequest, call: Call): Promise<Output> {
  const { version, range, output } = describe(s3, input, call)
  return { ...output, Body: await s3.blobs.content(version.segments, range) }
}

export function headObject(s3: S3Storage, input: GetObjectRequest, call: Call): Output {
  return describe(s3, input, call).output
}

export function getObjectAttributes(s3: S3Storage, input: GetObjectAttributesRequest, call: Call): Output {
  const bucket = requireBucket(s3, input, call)
  const version = requireVersion(s3, bucket, requireKey(input.Key), input.VersionId)
  const asked = new Set(input.ObjectAttributes ?? [])
  if (asked.size === 0)
    throw invalidArgument(
      'x-amz-object-attributes',
      '',
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    )
  const parts = version.segments.filter((segment) => segment.number !== undefined)
  return {
    LastModified: new Date(version.modifiedAt),
    ...shownVersionId(bucket, version.versionId),
    ...(asked.has('ETag') ? { ETag: version.etag } : {}),
    ...(asked.has('Checksum') ? { Checksum: checksumMembers(version.checksum) } : {}),
    ...(asked.has('ObjectParts') && parts.length > 0 ? { ObjectParts: { TotalPartsCount: parts.length } } : {}),
    ...(asked.has('StorageClass') ? { StorageClass: storageClass(version) ?? 'STANDARD' } : {}),
    ...(asked.has('ObjectSize') ? { ObjectSize: version.size } : {}),
  }
}

interface Described {
  readonly version: ObjectVersion
  /** Absent: the whole. */
  readonly range: ByteRange | undefined
  readonly output: Output
}

function describe(s3: S3Storage, input: GetObjectRequest, call: Call): Described {
  const bucket = requireBucket(s3, input, call)
  const version = requireVersion(s3, bucket, requireKey(input.Key), input.VersionId)
  requireReadConditions(input, version)
  const range = input.PartNumber === undefined ? parseRange(input.Range, version.size) : partRange(version, input)
  const length = range ? range.end - range.start + 1 : version.size
  const output = {
    ...objectMembers(bucket, version),
    ...overrides(input, call),
    AcceptRanges: 'bytes',
    ContentLength: length,
    ...(range && { ContentRange: `bytes ${range.start}-${range.end}/${version.size}` }),
    ...(input.PartNumber === undefined ? {} : partsCount(version)),
    ...(input.ChecksumMode?.toUpperCase() === 'ENABLED' && length === version.size
      ? checksumMembers(version.checksum)
      : {}),
  }
  return { version, range, output }
}

/** What reads show of an object besides its bytes. */
function objectMembers(bucket: Bucket, version: ObjectVersion): Output {
  const { Expires, ...headers } = version.meta.headers
  return {
    ContentType: DEFAULT_CONTENT_TYPE,
    ServerSideEncryption: 'AES256',
    ...headers,
    ...(Expires === undefined ? {} : { Expires: new Date(Expires), ExpiresString: new Date(Expires).toUTCString() }),
    ETag: quoted(version.etag),
    LastModified: new Date(version.modifiedAt),
    Metadata: version.meta.metadata,
    ...storageClassMember(version),
    ...shownVersionId(bucket, version.versionId),
    ...(version.meta.tags.length > 0 ? { TagCount: version.meta.tags.length } : {}),
  }
}

function storageClass(version: ObjectVersion): string | undefined {
  return version.meta.storageClass === 'STANDARD' ? undefined : version.meta.storageClass
}

/** STANDARD goes without saying. */
function storageClassMember(version: ObjectVersion): Output {
  const named = storageClass(version)
  return named === undefined ? {} : { StorageClass: named }
}

function partsCount(version: ObjectVersion): Output {
  const parts = version.segments.filter((segment) => segment.number !== undefined)
  return parts.length > 0 ? { PartsCount: parts.length } : {}
}

function overrides(input: GetObjectRequest, call: Call): Output {
  const sent = Object.entries(OVERRIDES).flatMap(([member, target]) => {
    const value = input[member as keyof typeof OVERRIDES]
    return value === undefined ? [] : [[target, value] as const]
  })
  if (sent.length > 0 && call.principal.kind === 'anonymous') {
    throw s3Error('InvalidRequest', {
      message: 'Request specific response headers cannot be used for anonymous GET requests.',
    })
  }
  return Object.fromEntries(sent)
}

/** A range as S3 reads it: one only, and what is no range is as if it was not sent. */
function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(?<first>\d*)-(?<last>\d*)$/.exec(header?.trim() ?? '')
  const { first, last } = match?.groups ?? {}
  if (!header || !match || (first === '' && last === '')) return undefined
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
  if (start > end || start >= size) {
    throw s3Error('InvalidRange', {
      fields: { RangeRequested: header, ActualObjectSize: String(size) },
      headers: { 'content-range': `bytes */${size}` },
    })
  }
  return { start, end }
}

function partRange(version: ObjectVersion, input: GetObjectRequest): ByteRange | undefined {
  if (input.Range !== undefined) {
    throw s3Error('InvalidRequest', { message: 'Cannot specify both Range header and partNumber query parameter' })
  }
  const number = input.PartNumber ?? 1
  let start = 0
  for (const [at, segment] of version.segments.entries()) {
    if ((segment.number ?? at + 1) === number)
      return segment.size > 0 ? { start, end: start + segment.size - 1 } : undefined
    start += segment.size
  }
  if (number === 1 && version.size === 0) return undefined
  throw s3Error('InvalidPartNumber', {
    fields: { PartNumberRequested: String(number), ActualPartCount: String(version.segments.length) },
  })
}
