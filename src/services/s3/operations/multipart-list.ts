// Listing uploads in progress, and the parts of one.

import type {
  ListMultipartUploadsOutput,
  ListMultipartUploadsRequest,
  ListPartsOutput,
  ListPartsRequest,
  StorageClass,
} from '@aws-sdk/client-s3'
import type { Call } from '../../../edge/adapter.ts'
import type { Upload } from '../object-records.ts'
import { canonicalUserId, quoted, requireBucket } from '../require.ts'
import type { S3Storage } from '../storage.ts'
import { partChecksum, requireUpload } from './multipart.ts'
import { keyEncoder, maxKeys } from './object-list.ts'

export function listParts(s3: S3Storage, input: ListPartsRequest, call: Call): ListPartsOutput {
  const bucket = requireBucket(s3, input, call)
  const upload = requireUpload(s3, bucket, input)
  const limit = maxKeys(input.MaxParts, 'max-parts')
  const marker = Number(input.PartNumberMarker ?? 0)
  const rest = s3.index.partsOf(upload.id).filter((part) => part.number > marker)
  const page = rest.slice(0, limit)
  return {
    Bucket: bucket.name,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: limit,
    IsTruncated: rest.length > page.length,
    Parts: page.map((part) => ({
      PartNumber: part.number,
      LastModified: new Date(part.modifiedAt),
      ETag: quoted(part.etag),
      Size: part.size,
      ...partChecksum(part),
    })),
    ...owners(bucket.account, upload),
    ...(upload.algorithm ? { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType } : {}),
  }
}

export function listMultipartUploads(
  s3: S3Storage,
  input: ListMultipartUploadsRequest,
  call: Call,
): ListMultipartUploadsOutput {
  const bucket = requireBucket(s3, input, call)
  const encode = keyEncoder(input.EncodingType)
  const limit = maxKeys(input.MaxUploads, 'max-uploads')
  const prefix = input.Prefix ?? ''
  const uploads: Upload[] = []
  const prefixes = new Set<string>()
  let truncated = false
  const after = { key: input.KeyMarker ?? '', id: input.UploadIdMarker ?? (input.KeyMarker ? '\u{10ffff}' : '') }
  for (const upload of s3.index.uploadsOf(bucket.name, after, -1)) {
    if (!upload.key.startsWith(prefix)) continue
    const at = input.Delimiter ? upload.key.indexOf(input.Delimiter, prefix.length) : -1
    const rolled = at < 0 ? undefined : upload.key.slice(0, at + (input.Delimiter ?? '').length)
    if (rolled !== undefined && prefixes.has(rolled)) continue
    if (uploads.length + prefixes.size === limit) {
      truncated = true
      break
    }
    if (rolled === undefined) uploads.push(upload)
    else prefixes.add(rolled)
  }
  const last = uploads.at(-1)
  return {
    Bucket: bucket.name,
    KeyMarker: encode(input.KeyMarker ?? ''),
    UploadIdMarker: input.UploadIdMarker ?? '',
    ...(truncated && last ? { NextKeyMarker: encode(last.key), NextUploadIdMarker: last.id } : {}),
    ...(input.Prefix === undefined ? {} : { Prefix: encode(prefix) }),
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    ...(input.EncodingType === undefined ? {} : { EncodingType: input.EncodingType }),
    MaxUploads: limit,
    IsTruncated: truncated,
    Uploads: uploads.map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiated: new Date(upload.initiatedAt),
      ...owners(bucket.account, upload),
      ...(upload.algorithm ? { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType } : {}),
    })),
    CommonPrefixes: [...prefixes].map((Prefix) => ({ Prefix: encode(Prefix) })),
  }
}

function owners(account: string, upload: Upload) {
  return {
    Owner: { ID: canonicalUserId(account) },
    Initiator: { ID: upload.initiatorArn },
    // Only classes from S3's own list are ever stored.
    StorageClass: upload.meta.storageClass as StorageClass,
  }
}
