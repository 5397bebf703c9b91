// What S3 keeps of buckets, objects, versions and uploads, as plain immutable values.

import type { Segment } from './blobs.ts'
import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksum.ts'

export interface Bucket {
  readonly name: string
  readonly account: string
  readonly region: string
  /** RFC 3339 in UTC. */
  readonly createdAt: string
  /** Absent until versioning was set for the first time. */
  readonly versioning?: 'Enabled' | 'Suspended'
}

export interface Tag {
  readonly Key: string
  readonly Value: string
}

/** What a client sends with an object and gets back with it. */
export interface ObjectMeta {
  /** `ContentType`, `CacheControl` and the like, by the SDK's member names. */
  readonly headers: Readonly<Record<string, string>>
  /** User metadata; names in lower case. */
  readonly metadata: Readonly<Record<string, string>>
  readonly storageClass: string
  readonly tags: readonly Tag[]
}

/** A part of a completed multipart object. */
export interface ObjectPart extends Segment {
  /** Absent in an object that was put whole. */
  readonly number?: number
  readonly checksum?: string
}

export interface ObjectVersion {
  readonly bucket: string
  readonly key: string
  /** `null` for what was written while versioning was not enabled. */
  readonly versionId: string
  readonly deleteMarker: boolean
  readonly size: number
  /** Without quotes; empty for a delete marker. */
  readonly etag: string
  /** Whole seconds, as HTTP dates have them. */
  readonly modifiedAt: string
  readonly meta: ObjectMeta
  readonly segments: readonly ObjectPart[]
  readonly checksum?: Checksum
}

/** A version as lists show it. */
export interface ListedVersion {
  readonly key: string
  readonly versionId: string
  readonly latest: boolean
  readonly deleteMarker: boolean
  readonly size: number
  readonly etag: string
  readonly modifiedAt: string
  readonly storageClass: string
  readonly checksum?: Checksum
}

export interface Upload {
  readonly id: string
  readonly bucket: string
  readonly key: string
  readonly initiatedAt: string
  readonly initiatorArn: string
  readonly meta: ObjectMeta
  readonly algorithm?: ChecksumAlgorithm
  readonly checksumType?: ChecksumType
}

export interface Part extends Segment {
  readonly number: number
  readonly etag: string
  readonly modifiedAt: string
  readonly checksum?: Checksum
}
