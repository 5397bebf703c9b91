// Deleting objects: gone for good, or hidden by a delete marker where the bucket keeps versions.

import type {
  DeletedObject,
  DeleteObjectOutput,
  DeleteObjectRequest,
  DeleteObjectsOutput,
  DeleteObjectsRequest,
  ObjectIdentifier,
  _Error as S3Error,
} from '@aws-sdk/client-s3'
import type { Call } from '../../../edge/adapter.ts'
import { requireKey } from '../bucket-name.ts'
import { requireWriteConditions } from '../conditions.ts'
import type { Bucket } from '../object-records.ts'
import { requireBucket, wholeSeconds } from '../require.ts'
import { s3Error } from '../s3-error.ts'
import type { S3Storage } from '../storage.ts'
import { newVersionId } from './object-write.ts'

const MAX_KEYS = 1000

export function deleteObject(s3: S3Storage, input: DeleteObjectRequest, call: Call): DeleteObjectOutput {
  const bucket = requireBucket(s3, input, call)
  const key = requireKey(input.Key)
  return s3.index.transact(() => {
    if (input.IfMatch !== undefined) {
      requireWriteConditions({ IfMatch: input.IfMatch }, key, s3.index.findLatest(bucket.name, key))
    }
    const { versionId, deleteMarker } = remove(s3, bucket, key, input.VersionId, call.now)
    return {
      ...(versionId === undefined ? {} : { VersionId: versionId }),
      ...(deleteMarker ? { DeleteMarker: true } : {}),
    }
  })
}

export function deleteObjects(s3: S3Storage, input: DeleteObjectsRequest, call: Call): DeleteObjectsOutput {
  const bucket = requireBucket(s3, input, call)
  const objects = input.Delete?.Objects ?? []
  if (objects.length === 0 || objects.length > MAX_KEYS) throw s3Error('MalformedXML')
  const allowed = objects.filter((_, index) => !call.refusals?.[index])
  const deleted = s3.index.transact(() =>
    allowed.map(({ Key, VersionId }): DeletedObject => {
      const { versionId, deleteMarker } = remove(s3, bucket, Key ?? '', VersionId, call.now)
      if (deleteMarker)
        return { Key, ...(VersionId ? { VersionId } : {}), DeleteMarker: true, DeleteMarkerVersionId: versionId }
      return { Key, ...(VersionId ? { VersionId } : {}) }
    }),
  )
  const Errors = objects.flatMap((object, index) => refusedDelete(object, call.refusals?.[index]))
  return { ...(Errors.length > 0 && { Errors }), ...(!input.Delete?.Quiet && { Deleted: deleted }) }
}

interface Removed {
  /** The version that was removed, or the delete marker that was made; absent in a bucket that never had versions. */
  readonly versionId?: string
  /** True when it is a delete marker that was removed or made. */
  readonly deleteMarker: boolean
}

function remove(s3: S3Storage, bucket: Bucket, key: string, versionId: string | undefined, now: Date): Removed {
  if (versionId !== undefined) {
    const version = s3.index.findVersion(bucket.name, key, versionId)
    if (version) s3.index.removeVersion(bucket.name, key, versionId)
    return { versionId, deleteMarker: version?.deleteMarker ?? false }
  }
  if (bucket.versioning === undefined) {
    s3.index.removeVersion(bucket.name, key, 'null')
    return { deleteMarker: false }
  }
  const marker = newVersionId(bucket)
  s3.index.putVersion({
    bucket: bucket.name,
    key,
    versionId: marker,
    deleteMarker: true,
    size: 0,
    etag: '',
    modifiedAt: wholeSeconds(now),
    meta: { headers: {}, metadata: {}, storageClass: 'STANDARD', tags: [] },
    segments: [],
  })
  return { versionId: marker, deleteMarker: true }
}

/** One key that the policies keep does not keep the others. */
function refusedDelete({ Key, VersionId }: ObjectIdentifier, refusal: Error | undefined): S3Error[] {
  if (!refusal) return []
  return [{ Key, ...(VersionId ? { VersionId } : {}), Code: 'AccessDenied', Message: refusal.message }]
}
