// Listing objects and versions: in the order of their keys' octets, with common prefixes rolled up, in pages.

import type {
  ListObjectsOutput,
  ListObjectsRequest,
  ListObjectsV2Output,
  ListObjectsV2Request,
  ListObjectVersionsOutput,
  ListObjectVersionsRequest,
  ObjectStorageClass,
} from '@aws-sdk/client-s3'
import type { Call } from '../../../edge/adapter.ts'
import type { ListedVersion } from '../object-records.ts'
import { canonicalUserId, quoted, requireBucket } from '../require.ts'
import { invalidArgument } from '../s3-error.ts'
import type { S3Storage } from '../storage.ts'

const MAX_KEYS = 1000
/** Rows read from the index at once. */
const CHUNK = 500
/** After every key that begins with what stands before it: the last code point there is. */
const AFTER_ALL = '\u{10ffff}'

export function listObjectsV2(s3: S3Storage, input: ListObjectsV2Request, call: Call): ListObjectsV2Output {
  const bucket = requireBucket(s3, input, call)
  const encode = keyEncoder(input.EncodingType)
  const after = input.ContinuationToken === undefined ? (input.StartAfter ?? '') : decodeToken(input.ContinuationToken)
  const page = readPage(s3, { bucket: bucket.name, after, ...options(input) })
  const owner = input.FetchOwner ? bucket.account : undefined
  return {
    Name: bucket.name,
    Prefix: encode(input.Prefix ?? ''),
    ...echo(input, encode),
    ...(input.StartAfter === undefined ? {} : { StartAfter: encode(input.StartAfter) }),
    ...(input.ContinuationToken === undefined ? {} : { ContinuationToken: input.ContinuationToken }),
    ...(page.next === undefined ? {} : { NextContinuationToken: encodeToken(page.next.after) }),
    MaxKeys: maxKeys(input.MaxKeys),
    KeyCount: page.versions.length + page.prefixes.length,
    IsTruncated: page.next !== undefined,
    Contents: page.versions.map((version) => listed(version, encode, owner)),
    CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
  }
}

export function listObjects(s3: S3Storage, input: ListObjectsRequest, call: Call): ListObjectsOutput {
  const bucket = requireBucket(s3, input, call)
  const encode = keyEncoder(input.EncodingType)
  const { Delimiter, Prefix = '', Marker = '' } = input
  // A marker that is a common prefix means: after all that it stands for.
  const isPrefix =
    Delimiter !== undefined &&
    Delimiter !== '' &&
    Marker.endsWith(Delimiter) &&
    Marker.startsWith(Prefix) &&
    Marker !== Prefix
  const page = readPage(s3, { bucket: bucket.name, after: isPrefix ? Marker + AFTER_ALL : Marker, ...options(input) })
  return {
    Name: bucket.name,
    Prefix: encode(Prefix),
    Marker: encode(Marker),
    ...echo(input, encode),
    // Without a delimiter the client continues from the last key itself.
    ...(page.next !== undefined && Delimiter ? { NextMarker: encode(page.next.last) } : {}),
    MaxKeys: maxKeys(input.MaxKeys),
    IsTruncated: page.next !== undefined,
    Contents: page.versions.map((version) => listed(version, encode, bucket.account)),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  }
}

export function listObjectVersions(
  s3: S3Storage,
  input: ListObjectVersionsRequest,
  call: Call,
): ListObjectVersionsOutput {
  const bucket = requireBucket(s3, input, call)
  const encode = keyEncoder(input.EncodingType)
  const { KeyMarker = '', VersionIdMarker } = input
  if (VersionIdMarker !== undefined && KeyMarker === '') {
    throw invalidArgument(
      'version-id-marker',
      VersionIdMarker,
      'A version-id marker cannot be specified without a key marker.',
    )
  }
  const page = readPage(s3, {
    bucket: bucket.name,
    after: KeyMarker,
    ...(VersionIdMarker === undefined ? {} : { versionIdAfter: VersionIdMarker }),
    everyVersion: true,
    ...options(input),
  })
  const entries = page.versions.map((version) => ({
    ...listed(version, encode, bucket.account),
    VersionId: version.versionId,
    IsLatest: version.latest,
  }))
  return {
    Name: bucket.name,
    Prefix: encode(input.Prefix ?? ''),
    KeyMarker: encode(KeyMarker),
    VersionIdMarker: VersionIdMarker ?? '',
    ...echo(input, encode),
    MaxKeys: maxKeys(input.MaxKeys),
    IsTruncated: page.next !== undefined,
    ...(page.next === undefined ? {} : { NextKeyMarker: encode(page.next.after) }),
    ...(page.next?.versionId === undefined ? {} : { NextVersionIdMarker: page.next.versionId }),
    Versions: entries
      .filter((_, at) => !page.versions[at]?.deleteMarker)
      .map((entry) => ({ ...entry, StorageClass: 'STANDARD' })),
    DeleteMarkers: entries
      .filter((_, at) => page.versions[at]?.deleteMarker)
      .map(({ Key, LastModified, Owner, VersionId, IsLatest }) => ({ Key, LastModified, Owner, VersionId, IsLatest })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  }
}

interface PageQuestion {
  readonly bucket: string
  readonly prefix: string
  /** Empty: no roll-up. */
  readonly delimiter: string
  /** Keys after this one only. */
  readonly after: string
  /** With `everyVersion`: of the key `after`, the versions older than this one. */
  readonly versionIdAfter?: string
  readonly everyVersion?: boolean
  readonly limit: number
}

interface Page {
  readonly versions: readonly ListedVersion[]
  readonly prefixes: readonly string[]
  /** Absent on the last page. */
  readonly next?: PageEnd
}

interface PageEnd {
  /** The last key or common prefix on the page. */
  readonly last: string
  /** What the next page comes after. */
  readonly after: string
  readonly versionId?: string
}

function readPage(s3: S3Storage, question: PageQuestion): Page {
  const { prefix, delimiter, limit } = question
  const versions: ListedVersion[] = []
  const prefixes: string[] = []
  let end: PageEnd = { last: '', after: '' }
  let from = startOf(question)
  if (limit === 0) return { versions, prefixes }
  scan: for (;;) {
    const rows = readRows(s3, question, from)
    for (const row of rows) {
      if (!row.key.startsWith(prefix)) break scan
      from = { key: row.key, versionId: row.versionId, inclusive: false }
      if (row.deleteMarker && !question.everyVersion) continue
      const rolled = commonPrefix(row.key, prefix, delimiter)
      if (versions.length + prefixes.length === limit) return { versions, prefixes, next: end }
      if (rolled === undefined) {
        versions.push(row)
        end = { last: row.key, after: row.key, versionId: row.versionId }
        continue
      }
      prefixes.push(rolled)
      end = { last: rolled, after: rolled + AFTER_ALL }
      // All that the prefix stands for is passed over by a new search, not row by row.
      from = { key: rolled + AFTER_ALL, inclusive: false }
      continue scan
    }
    if (rows.length < CHUNK) break
  }
  return { versions, prefixes }
}

interface Position {
  readonly key: string
  readonly versionId?: string
  readonly inclusive: boolean
}

/** The later of the prefix itself and what the page comes after, in the order of their octets. */
function startOf({ prefix, after, versionIdAfter }: PageQuestion): Position {
  if (Buffer.compare(Buffer.from(after), Buffer.from(prefix)) < 0) return { key: prefix, inclusive: true }
  if (after === '') return { key: '', inclusive: true }
  return { key: after, inclusive: false, ...(versionIdAfter === undefined ? {} : { versionId: versionIdAfter }) }
}

function readRows(s3: S3Storage, question: PageQuestion, from: Position): ListedVersion[] {
  if (question.everyVersion) return s3.index.allVersions(question.bucket, from, from.inclusive, CHUNK)
  return s3.index.currentVersions(question.bucket, from.key, from.inclusive, CHUNK)
}

/** What a key is rolled up to: all of it up to the first delimiter after the prefix. */
function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

interface ListInput {
  readonly Prefix?: string | undefined
  readonly Delimiter?: string | undefined
  readonly MaxKeys?: number | undefined
  readonly EncodingType?: 'url' | undefined
}

function options(input: ListInput): { prefix: string; delimiter: string; limit: number } {
  return { prefix: input.Prefix ?? '', delimiter: input.Delimiter ?? '', limit: maxKeys(input.MaxKeys) }
}

/** What the answer repeats of the question. */
function echo(input: ListInput, encode: (key: string) => string) {
  return {
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
  }
}

export function maxKeys(asked: number | undefined, name = 'maxKeys'): number {
  if (asked === undefined) return MAX_KEYS
  if (!Number.isInteger(asked) || asked < 0) {
    throw invalidArgument(name, String(asked), `Argument ${name} must be an integer between 0 and 2147483647`)
  }
  return Math.min(asked, MAX_KEYS)
}

/** With `encoding-type=url` keys come percent-encoded, because XML cannot hold every character. */
export function keyEncoder(encoding: string | undefined): (key: string) => string {
  if (encoding === undefined) return (key) => key
  if (encoding !== 'url')
    throw invalidArgument('encoding-type', encoding, 'Invalid Encoding Method specified in Request')
  return (key) => encodeURIComponent(key).replaceAll('%2F', '/')
}

function listed(version: ListedVersion, encode: (key: string) => string, owner: string | undefined) {
  return {
    Key: encode(version.key),
    LastModified: new Date(version.modifiedAt),
    ETag: quoted(version.etag),
    Size: version.size,
    // Only classes from S3's own list are ever stored.
    StorageClass: version.storageClass as ObjectStorageClass,
    ...(version.checksum
      ? { ChecksumAlgorithm: [version.checksum.algorithm], ChecksumType: version.checksum.type }
      : {}),
    ...(owner === undefined ? {} : { Owner: { ID: canonicalUserId(owner) } }),
  }
}

function encodeToken(after: string): string {
  return Buffer.from(`1${after}`).toString('base64url')
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString()
  if (text.startsWith('1') && Buffer.from(text).toString('base64url') === token) return text.slice(1)
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect')
}
