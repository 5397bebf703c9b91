// The tags of one object, and its access control list, which is the owner's own.

import type {
  DeleteObjectTaggingRequest,
  GetObjectAclOutput,
  GetObjectAclRequest,
  GetObjectTaggingOutput,
  GetObjectTaggingRequest,
  PutObjectAclRequest,
  PutObjectTaggingRequest,
} from '@aws-sdk/client-s3'
import type { Call } from '../../../edge/adapter.ts'
import { requireKey } from '../bucket-name.ts'
import type { Tag } from '../object-records.ts'
import { requireBucket, requireVersion, shownVersionId } from '../require.ts'
import { requireObjectAcl } from '../settings.ts'
import type { S3Storage } from '../storage.ts'
import { MAX_OBJECT_TAGS, requireTags } from '../tags.ts'
import { ownersAcl } from './bucket-settings.ts'

interface ObjectInput {
  readonly Bucket?: string | undefined
  readonly Key?: string | undefined
  readonly VersionId?: string | undefined
  readonly ExpectedBucketOwner?: string | undefined
}

export function getObjectTagging(s3: S3Storage, input: GetObjectTaggingRequest, call: Call): GetObjectTaggingOutput {
  const bucket = requireBucket(s3, input, call)
  const version = requireVersion(s3, bucket, requireKey(input.Key), input.VersionId)
  return { TagSet: [...version.meta.tags], ...shownVersionId(bucket, version.versionId) }
}

export function putObjectTagging(s3: S3Storage, input: PutObjectTaggingRequest, call: Call): object {
  return retag(s3, input, call, requireTags(input.Tagging?.TagSet, MAX_OBJECT_TAGS))
}

export function deleteObjectTagging(s3: S3Storage, input: DeleteObjectTaggingRequest, call: Call): object {
  return retag(s3, input, call, [])
}

export function getObjectAcl(s3: S3Storage, input: GetObjectAclRequest, call: Call): GetObjectAclOutput {
  const bucket = requireBucket(s3, input, call)
  requireVersion(s3, bucket, requireKey(input.Key), input.VersionId)
  return ownersAcl(bucket.account)
}

/** An object's list is its owner's own: others are refused, or accepted without effect where the bucket allows lists. */
export function putObjectAcl(s3: S3Storage, input: PutObjectAclRequest, call: Call): object {
  const bucket = requireBucket(s3, input, call)
  requireVersion(s3, bucket, requireKey(input.Key), input.VersionId)
  requireObjectAcl(s3.index, bucket.name, input.ACL ?? 'custom')
  return {}
}

function retag(s3: S3Storage, input: ObjectInput, call: Call, tags: readonly Tag[]): object {
  const bucket = requireBucket(s3, input, call)
  return s3.index.transact(() => {
    const version = requireVersion(s3, bucket, requireKey(input.Key), input.VersionId)
    s3.index.updateVersion({ ...version, meta: { ...version.meta, tags } })
    return shownVersionId(bucket, version.versionId)
  })
}
