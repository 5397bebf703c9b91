// S3, embedded: buckets and objects on this disk behind the front door.

import type { Adapter, Call, Output } from '../../edge/adapter.ts'
import type { Principal } from '../../iam/principal.ts'
import type { Authorisation, PolicyDecision } from '../../iam/request.ts'
import { authorisationsOf, plainAuthorisation } from './authorisations.ts'
import type { ObjectIndex } from './object-index.ts'
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './operations/bucket.ts'
import {
  deleteBucketPolicy,
  getBucketPolicy,
  getBucketPolicyStatus,
  putBucketPolicy,
} from './operations/bucket-policy.ts'
import {
  bucketSettingOperations,
  getBucketAcl,
  getBucketVersioning,
  getObjectLockConfiguration,
  putBucketAcl,
  putBucketVersioning,
} from './operations/bucket-settings.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './operations/multipart.ts'
import { listMultipartUploads, listParts } from './operations/multipart-list.ts'
import { deleteObject, deleteObjects } from './operations/object-delete.ts'
import { listObjects, listObjectsV2, listObjectVersions } from './operations/object-list.ts'
import { getObject, getObjectAttributes, headObject } from './operations/object-read.ts'
import {
  deleteObjectTagging,
  getObjectAcl,
  getObjectTagging,
  putObjectAcl,
  putObjectTagging,
} from './operations/object-tagging.ts'
import { copyObject, putObject } from './operations/object-write.ts'
import { refusalOf } from './refusal.ts'
import { openS3Storage, type S3Storage } from './storage.ts'

/** Answers one operation. The codec decoded `input` by the operation's own table, so it has the operation's shape. */
type S3Operation = (s3: S3Storage, input: never, call: Call) => object | Promise<object>

const OPERATIONS: Readonly<Record<string, S3Operation>> = {
  ...bucketSettingOperations,
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateBucket: createBucket,
  CreateMultipartUpload: createMultipartUpload,
  DeleteBucket: deleteBucket,
  DeleteBucketPolicy: deleteBucketPolicy,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  DeleteObjectTagging: deleteObjectTagging,
  GetBucketAcl: getBucketAcl,
  GetBucketLocation: getBucketLocation,
  GetBucketPolicy: getBucketPolicy,
  GetBucketPolicyStatus: getBucketPolicyStatus,
  GetBucketVersioning: getBucketVersioning,
  GetObject: getObject,
  GetObjectAcl: getObjectAcl,
  GetObjectAttributes: getObjectAttributes,
  GetObjectLockConfiguration: getObjectLockConfiguration,
  GetObjectTagging: getObjectTagging,
  HeadBucket: headBucket,
  HeadObject: headObject,
  ListBuckets: listBuckets,
  ListMultipartUploads: listMultipartUploads,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
  ListParts: listParts,
  PutBucketAcl: putBucketAcl,
  PutBucketPolicy: putBucketPolicy,
  PutBucketVersioning: putBucketVersioning,
  PutObject: putObject,
  PutObjectAcl: putObjectAcl,
  PutObjectTagging: putObjectTagging,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
}

/** The operations of S3 that are served, by their AWS names. */
export const S3_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(OPERATIONS))

export class S3Adapter implements Adapter {
  readonly service = 's3'
  readonly operations = S3_OPERATIONS
  readonly answersRefusals: ReadonlySet<string> = new Set(['DeleteObjects'])
  #storage: S3Storage

  /** Keeps everything under `directory`, which is made when missing. */
  constructor(directory: string) {
    this.#storage = openS3Storage(directory)
  }

  async authorisations(call: Call): Promise<readonly Authorisation[]> {
    return authorisationsOf(this.#storage, call)
  }

  refusal(call: Call, authorisation: Authorisation, decision: PolicyDecision): Error {
    return refusalOf(call, authorisation, decision)
  }

  async run(call: Call): Promise<Output> {
    const operation = OPERATIONS[call.operation]
    if (!operation) throw new Error(`S3 does not serve ${call.operation}`)
    // See S3Operation: the table of operations pairs each name with the function for its input.
    const output = await operation(this.#storage, call.input as never, call)
    await this.#storage.index.durable()
    return { ...output }
  }

  /** A request of `principal` on the bucket or object, as explain asks for it. */
  describeRequest(principal: Principal, action: string, arn: string): Authorisation {
    return plainAuthorisation(this.#storage, principal, action, arn)
  }

  /** What is known of buckets and objects. */
  get index(): ObjectIndex {
    return this.#storage.index
  }

  /** How many buckets there are, for `status`. */
  get bucketCount(): number {
    return this.#storage.index.allBuckets().length
  }

  /** Forgets every bucket and object: an empty world. */
  async reset(): Promise<void> {
    this.#storage.index.clear()
    await this.#storage.index.durable()
  }

  /** Lets go of the disk, once what was committed is on it. */
  async close(): Promise<void> {
    await this.#storage.index.durable()
    this.#storage.close()
  }
}
