// What a client may send with an object, checked and put into the shape that is kept.

import type { ChecksumMembers } from './checksum.ts'
import type { ObjectMeta, Tag } from './object-records.ts'
import { s3Error } from './s3-error.ts'

interface ObjectInput extends ChecksumMembers {
  readonly CacheControl?: string | undefined
  readonly ContentDisposition?: string | undefined
  readonly ContentEncoding?: string | undefined
  readonly ContentLanguage?: string | undefined
  readonly ContentType?: string | undefined
  readonly Expires?: Date | undefined
  readonly Metadata?: Readonly<Record<string, string>> | undefined
  readonly StorageClass?: string | undefined
  readonly WebsiteRedirectLocation?: string | undefined
  readonly ServerSideEncryption?: string | undefined
  readonly SSEKMSKeyId?: string | undefined
  readonly BucketKeyEnabled?: boolean | undefined
  readonly SSECustomerAlgorithm?: string | undefined
  readonly ObjectLockMode?: string | undefined
  readonly ObjectLockLegalHoldStatus?: string | undefined
}

const HEADERS = [
  'CacheControl',
  'ContentDisposition',
  'ContentLanguage',
  'ContentType',
  'WebsiteRedirectLocation',
  'ServerSideEncryption',
  'SSEKMSKeyId',
] as const
const STORAGE_CLASSES = new Set(
  'STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER DEEP_ARCHIVE GLACIER_IR'.split(' '),
)
/** Octets of names and values together. */
const MAX_METADATA = 2048

export function objectMeta(input: ObjectInput, tags: readonly Tag[]): ObjectMeta {
  requireServed(input)
  const headers: Record<string, string> = {}
  for (const name of HEADERS) {
    const value = input[name]
    if (value !== undefined) headers[name] = value
  }
  // `aws-chunked` is how the body travelled, not what it is.
  const encoding = input.ContentEncoding?.split(',')
    .filter((coding) => coding.trim() !== 'aws-chunked')
    .join(',')
  if (encoding) headers.ContentEncoding = encoding
  if (input.Expires) headers.Expires = input.Expires.toISOString()
  const storageClass = input.StorageClass ?? 'STANDARD'
  if (!STORAGE_CLASSES.has(storageClass))
    throw s3Error('InvalidStorageClass', { fields: { StorageClassRequested: storageClass } })
  return { headers, metadata: requireMetadata(input.Metadata), storageClass, tags }
}

function requireMetadata(metadata: Readonly<Record<string, string>> = {}): Record<string, string> {
  const kept: Record<string, string> = {}
  let size = 0
  for (const [name, value] of Object.entries(metadata)) {
    size += Buffer.byteLength(name) + Buffer.byteLength(value)
    kept[name.toLowerCase()] = value
  }
  if (size > MAX_METADATA) {
    throw s3Error('MetadataTooLarge', { fields: { Size: String(size), MaxSizeAllowed: String(MAX_METADATA) } })
  }
  return kept
}

/** Refuses what would be promised and not kept. */
function requireServed(input: ObjectInput): void {
  if (input.SSECustomerAlgorithm !== undefined) {
    throw s3Error('NotImplemented', {
      message: 'Encryption with a customer key (SSE-C) is not served; send the object without it',
    })
  }
  if (input.ObjectLockMode !== undefined || input.ObjectLockLegalHoldStatus !== undefined) {
    throw s3Error('InvalidRequest', { message: 'Bucket is missing Object Lock Configuration' })
  }
}

/** The members of an answer to a write that say how the object is encrypted. */
export function encryptionMembers(meta: ObjectMeta): Record<string, string> {
  const { ServerSideEncryption = 'AES256', SSEKMSKeyId } = meta.headers
  return { ServerSideEncryption, ...(SSEKMSKeyId === undefined ? {} : { SSEKMSKeyId }) }
}
