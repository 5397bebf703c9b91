// Multipart uploads. A completed object is the list of its parts' files: completing copies nothing.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html

import { createHash, randomBytes } from 'node:crypto'
import type {
  AbortMultipartUploadRequest,
  CompletedPart,
  CompleteMultipartUploadOutput,
  CompleteMultipartUploadRequest,
  CreateMultipartUploadOutput,
  CreateMultipartUploadRequest,
  UploadPartCopyOutput,
  UploadPartCopyRequest,
  UploadPartOutput,
  UploadPartRequest,
} from '@aws-sdk/client-s3'
import type { Call } from '../../../edge/adapter.ts'
import type { ByteRange } from '../blobs.ts'
import { requireKey } from '../bucket-name.ts'
import {
  type Checksum,
  checksumMembers,
  combineChecksums,
  DEFAULT_ALGORITHM,
  defaultType,
  isCrc,
  parseAlgorithm,
  requireChecksum,
  sentChecksum,
} from '../checksum.ts'
import { requireCopyConditions, requireWriteConditions } from '../conditions.ts'
import { encryptionMembers, objectMeta } from '../object-input.ts'
import type { Bucket, ObjectVersion, Part, Upload } from '../object-records.ts'
import { MAX_BODY, type Received, receiveBody, receiveCopy } from '../receive.ts'
import { callerArn, quoted, requireBucket, shownVersionId, unquoted, wholeSeconds } from '../require.ts'
import { invalidArgument, s3Error } from '../s3-error.ts'
import { requireObjectAcl } from '../settings.ts'
import type { S3Storage } from '../storage.ts'
import { parseTagging } from '../tags.ts'
import { findSource, newVersionId, sourceConditions } from './object-write.ts'

const MAX_PARTS = 10_000
/** Of every part but the last. */
export const MIN_PART_SIZE = 5 * 1024 ** 2

export function createMultipartUpload(
  s3: S3Storage,
  input: CreateMultipartUploadRequest,
  call: Call,
): CreateMultipartUploadOutput {
  const bucket = requireBucket(s3, input, call)
  const key = requireKey(input.Key)
  requireObjectAcl(s3.index, bucket.name, input.ACL)
  const algorithm = parseAlgorithm(input.ChecksumAlgorithm)
  const type = input.ChecksumType ?? (algorithm && defaultType(algorithm))
  if (algorithm && type && !(type === 'FULL_OBJECT' ? isCrc(algorithm) : algorithm !== 'CRC64NVME')) {
    throw s3Error('InvalidRequest', {
      message: `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    })
  }
  const upload: Upload = {
    id: randomBytes(48).toString('base64url'),
    bucket: bucket.name,
    key,
    initiatedAt: wholeSeconds(call.now),
    initiatorArn: callerArn(call),
    meta: objectMeta(input, parseTagging(input.Tagging)),
    ...(algorithm ? { algorithm } : {}),
    ...(type ? { checksumType: type } : {}),
  }
  s3.index.transact(() => s3.index.putUpload(upload))
  return {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.id,
    ...encryptionMembers(upload.meta),
    ...(algorithm ? { ChecksumAlgorithm: algorithm, ChecksumType: type } : {}),
  }
}

export async function uploadPart(s3: S3Storage, input: UploadPartRequest, call: Call): Promise<UploadPartOutput> {
  const bucket = requireBucket(s3, input, call)
  const number = requirePartNumber(input.PartNumber)
  const upload = requireUpload(s3, bucket, input)
  const received = await receiveBody(s3, input, call, upload.algorithm)
  const part = storePart(s3, upload, number, received, call.now)
  return { ETag: quoted(part.etag), ...partChecksum(part), ...encryptionMembers(upload.meta) }
}

export async function uploadPartCopy(
  s3: S3Storage,
  input: UploadPartCopyRequest,
  call: Call,
): Promise<UploadPartCopyOutput> {
  const bucket = requireBucket(s3, input, call)
  const number = requirePartNumber(input.PartNumber)
  const upload = requireUpload(s3, bucket, input)
  const source = findSource(s3, input)
  requireCopyConditions(sourceConditions(input), source)
  const range = requireSourceRange(input.CopySourceRange, source)
  const received = await receiveCopy(s3, s3.blobs.read(source.segments, range), upload.algorithm ?? DEFAULT_ALGORITHM)
  const part = storePart(s3, upload, number, received, call.now)
  return {
    CopyPartResult: { ETag: quoted(part.etag), LastModified: new Date(part.modifiedAt), ...partChecksum(part) },
    ...(source.versionId === 'null' ? {} : { CopySourceVersionId: source.versionId }),
    ...encryptionMembers(upload.meta),
  }
}

export function completeMultipartUpload(
  s3: S3Storage,
  input: CompleteMultipartUploadRequest,
  call: Call,
): CompleteMultipartUploadOutput {
  const bucket = requireBucket(s3, input, call)
  const version = s3.index.transact(() => {
    const upload = requireUpload(s3, bucket, input)
    requireWriteConditions(input, upload.key, s3.index.findLatest(bucket.name, upload.key))
    const parts = requireParts(s3.index.partsOf(upload.id), upload, input)
    const checksum = wholeChecksum(upload, parts)
    const sent = sentChecksum(input)
    if (sent && checksum && sent.algorithm === checksum.algorithm && !sent.value.includes('-')) {
      requireChecksum(checksum.algorithm, sent.value, checksum.value.replace(/-\d+$/, ''))
    }
    const made = assemble(bucket, upload, parts, checksum, call.now)
    s3.index.putVersion(made)
    s3.index.deleteUpload(upload.id, new Set(parts.map(({ blob }) => blob)))
    return made
  })
  return {
    Location: `https://${bucket.name}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(version.key)}`,
    Bucket: bucket.name,
    Key: version.key,
    ETag: quoted(version.etag),
    ...checksumMembers(version.checksum),
    ...encryptionMembers(version.meta),
    ...shownVersionId(bucket, version.versionId),
  }
}

export function abortMultipartUpload(s3: S3Storage, input: AbortMultipartUploadRequest, call: Call): object {
  const bucket = requireBucket(s3, input, call)
  s3.index.transact(() => s3.index.deleteUpload(requireUpload(s3, bucket, input).id))
  return {}
}

interface UploadInput {
  readonly Key?: string | undefined
  readonly UploadId?: string | undefined
}

export function requireUpload(s3: S3Storage, bucket: Bucket, input: UploadInput): Upload {
  const upload = s3.index.findUpload(input.UploadId ?? '')
  if (upload && upload.bucket === bucket.name && upload.key === input.Key) return upload
  throw s3Error('NoSuchUpload', { fields: { UploadId: input.UploadId ?? '' } })
}

/** The checksum that answers show of a part. */
export function partChecksum(part: Part): Record<string, string> {
  return part.checksum ? { [`Checksum${part.checksum.algorithm}`]: part.checksum.value } : {}
}

function storePart(s3: S3Storage, upload: Upload, number: number, received: Received, now: Date): Part {
  const { segment, md5, checksum } = received
  const part: Part = { ...segment, number, etag: md5, modifiedAt: wholeSeconds(now), checksum }
  try {
    s3.index.transact(() => {
      // It may have been completed or aborted while the body came in.
      if (!s3.index.findUpload(upload.id)) throw s3Error('NoSuchUpload', { fields: { UploadId: upload.id } })
      s3.index.putPart(upload.id, part)
    })
  } catch (error) {
    s3.blobs.remove([segment.blob])
    throw error
  }
  return part
}

function requirePartNumber(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= MAX_PARTS) return number
  throw invalidArgument('partNumber', String(number), 'Part number must be an integer between 1 and 10000, inclusive')
}

/** The parts that the client names, in its order, which must be ascending. */
function requireParts(stored: readonly Part[], upload: Upload, input: CompleteMultipartUploadRequest): Part[] {
  const named = input.MultipartUpload?.Parts ?? []
  if (named.length === 0) throw s3Error('MalformedXML')
  const byNumber = new Map(stored.map((part) => [part.number, part]))
  const parts = named.map((name) => requirePart(byNumber.get(name.PartNumber ?? 0), name, upload))
  const isAscending = parts.every((part, at) => part.number > (parts[at - 1]?.number ?? 0))
  if (!isAscending) throw s3Error('InvalidPartOrder', { fields: { UploadId: upload.id } })
  for (const [at, part] of parts.entries()) {
    if (at < parts.length - 1 && part.size < MIN_PART_SIZE) {
      throw s3Error('EntityTooSmall', {
        fields: {
          ProposedSize: String(part.size),
          MinSizeAllowed: String(MIN_PART_SIZE),
          PartNumber: String(part.number),
          ETag: part.etag,
        },
      })
    }
  }
  return parts
}

function requirePart(part: Part | undefined, name: CompletedPart, upload: Upload): Part {
  const sent = sentChecksum(name)
  const checksumFits = !sent || part?.checksum?.algorithm !== sent.algorithm || part.checksum.value === sent.value
  if (part && part.etag === unquoted(name.ETag ?? '') && checksumFits) return part
  throw s3Error('InvalidPart', {
    fields: { UploadId: upload.id, PartNumber: String(name.PartNumber), ETag: unquoted(name.ETag ?? '') },
  })
}

/** Of the upload's own kind; without one S3 knows the CRC-64/NVME of every part, and so of the whole. */
function wholeChecksum(upload: Upload, parts: readonly Part[]): Checksum | undefined {
  const algorithm = upload.algorithm ?? parts[0]?.checksum?.algorithm ?? DEFAULT_ALGORITHM
  const type = upload.checksumType ?? defaultType(algorithm)
  const values: { checksum: string; size: number }[] = []
  for (const { checksum, size } of parts) {
    // Parts of different kinds have no common checksum.
    if (checksum?.algorithm !== algorithm) return undefined
    values.push({ checksum: checksum.value, size })
  }
  return combineChecksums(algorithm, type, values)
}

function assemble(
  bucket: Bucket,
  upload: Upload,
  parts: readonly Part[],
  checksum: Checksum | undefined,
  now: Date,
): ObjectVersion {
  const md5 = createHash('md5')
  for (const part of parts) md5.update(Buffer.from(part.etag, 'hex'))
  return {
    bucket: bucket.name,
    key: upload.key,
    versionId: newVersionId(bucket),
    deleteMarker: false,
    size: parts.reduce((sum, { size }) => sum + size, 0),
    etag: `${md5.digest('hex')}-${parts.length}`,
    modifiedAt: wholeSeconds(now),
    meta: upload.meta,
    segments: parts.map((part, at) => ({ blob: part.blob, size: part.size, number: at + 1 })),
    ...(checksum ? { checksum } : {}),
  }
}

function requireSourceRange(header: string | undefined, source: ObjectVersion): ByteRange | undefined {
  if (header === undefined) return undefined
  const { first, last } = /^bytes=(?<first>\d+)-(?<last>\d+)$/.exec(header)?.groups ?? {}
  if (first === undefined || last === undefined || Number(first) > Number(last)) {
    throw invalidArgument(
      'x-amz-copy-source-range',
      header,
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    )
  }
  const range = { start: Number(first), end: Number(last) }
  if (range.end >= source.size) {
    throw invalidArgument(
      'x-amz-copy-source-range',
      header,
      `Range specified is not valid for source object of size: ${source.size}`,
    )
  }
  if (range.end - range.start >= MAX_BODY)
    throw s3Error('InvalidRequest', { message: 'The specified copy range is larger than 5 GB' })
  return range
}
