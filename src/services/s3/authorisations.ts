// What each operation asks the policies: its IAM action, on which ARN, with which of S3's own condition keys.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html

import type { PublicAccessBlockConfiguration } from '@aws-sdk/client-s3'
import type { Call } from '../../edge/adapter.ts'
import { parseArn } from '../../iam/arn.ts'
import { parsePolicyCached } from '../../iam/policy.ts'
import type { Principal } from '../../iam/principal.ts'
import { type Authorisation, EVERYONE } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import { isPublic } from './bucket-policy.ts'
import { findCopySource } from './copy-source.ts'
import type { ObjectIndex } from './object-index.ts'
import type { Bucket, Tag } from './object-records.ts'
import { callerAccount } from './require.ts'
import { findSetting } from './settings.ts'

/** Operations on the bucket itself whose action is not `s3:` and their own name. */
const BUCKET_ACTIONS: Readonly<Record<string, string>> = {
  CreateBucket: 'CreateBucket',
  DeleteBucket: 'DeleteBucket',
  HeadBucket: 'ListBucket',
  GetBucketLocation: 'GetBucketLocation',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  GetBucketPolicy: 'GetBucketPolicy',
  PutBucketPolicy: 'PutBucketPolicy',
  DeleteBucketPolicy: 'DeleteBucketPolicy',
  GetBucketPolicyStatus: 'GetBucketPolicyStatus',
  GetBucketAcl: 'GetBucketAcl',
  PutBucketAcl: 'PutBucketAcl',
  GetBucketCors: 'GetBucketCORS',
  PutBucketCors: 'PutBucketCORS',
  DeleteBucketCors: 'PutBucketCORS',
  GetBucketWebsite: 'GetBucketWebsite',
  PutBucketWebsite: 'PutBucketWebsite',
  DeleteBucketWebsite: 'DeleteBucketWebsite',
  GetBucketVersioning: 'GetBucketVersioning',
  PutBucketVersioning: 'PutBucketVersioning',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  PutBucketAccelerateConfiguration: 'PutAccelerateConfiguration',
  GetBucketRequestPayment: 'GetBucketRequestPayment',
  PutBucketRequestPayment: 'PutBucketRequestPayment',
  GetBucketLogging: 'GetBucketLogging',
  PutBucketLogging: 'PutBucketLogging',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  GetBucketReplication: 'GetReplicationConfiguration',
  PutBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketReplication: 'PutReplicationConfiguration',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  GetBucketTagging: 'GetBucketTagging',
  PutBucketTagging: 'PutBucketTagging',
  DeleteBucketTagging: 'PutBucketTagging',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetBucketOwnershipControls: 'GetBucketOwnershipControls',
  PutBucketOwnershipControls: 'PutBucketOwnershipControls',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
}

/** Operations on one object: the action, and the one that a version id makes of it. */
const OBJECT_ACTIONS: Readonly<Record<string, readonly [action: string, ofVersion?: string]>> = {
  GetObject: ['GetObject', 'GetObjectVersion'],
  HeadObject: ['GetObject', 'GetObjectVersion'],
  GetObjectAttributes: ['GetObjectAttributes', 'GetObjectVersionAttributes'],
  PutObject: ['PutObject'],
  DeleteObject: ['DeleteObject', 'DeleteObjectVersion'],
  GetObjectTagging: ['GetObjectTagging', 'GetObjectVersionTagging'],
  PutObjectTagging: ['PutObjectTagging', 'PutObjectVersionTagging'],
  DeleteObjectTagging: ['DeleteObjectTagging', 'DeleteObjectVersionTagging'],
  GetObjectAcl: ['GetObjectAcl', 'GetObjectVersionAcl'],
  PutObjectAcl: ['PutObjectAcl', 'PutObjectVersionAcl'],
  CreateMultipartUpload: ['PutObject'],
  UploadPart: ['PutObject'],
  CompleteMultipartUpload: ['PutObject'],
  AbortMultipartUpload: ['AbortMultipartUpload'],
  ListParts: ['ListMultipartUploadParts'],
}

const POLICY_OPERATIONS = new Set(['GetBucketPolicy', 'PutBucketPolicy', 'DeleteBucketPolicy'])

/** Reads that answer "not found" only to who may list the bucket; to others a missing key is a refusal. */
const REVEALING = new Set(['GetObject', 'HeadObject', 'GetObjectAttributes', 'GetObjectTagging', 'GetObjectAcl'])

/** Headers that are condition keys by their own name. */
const HEADER_KEYS = [
  'x-amz-acl',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
  'x-amz-metadata-directive',
  'x-amz-object-ownership',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
]

/** Headers of a write that are condition keys by another name, or on writes alone. */
const WRITE_HEADER_KEYS: Readonly<Record<string, string>> = {
  'if-match': 's3:if-match',
  'if-none-match': 's3:if-none-match',
  'x-amz-object-lock-legal-hold': 's3:object-lock-legal-hold',
  'x-amz-object-lock-mode': 's3:object-lock-mode',
  'x-amz-object-lock-retain-until-date': 's3:object-lock-retain-until-date',
}

/** Of the operations that ask for s3:PutObject, those after which there is an object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html */
const CREATING = new Set(['PutObject', 'CompleteMultipartUpload', 'CopyObject'])

/** What of a call its authorisations depend on. */
type Asking = Pick<Call, 'operation' | 'input' | 'headers' | 'region' | 'principal'>

/** What must be known of buckets and objects to say what a call asks. */
export interface Resources {
  readonly index: Pick<ObjectIndex, 'findBucket' | 'findSetting'> & {
    findLatest(bucket: string, key: string): KnownVersion | undefined
    findVersion(bucket: string, key: string, versionId: string): KnownVersion | undefined
  }
}

interface KnownVersion {
  readonly deleteMarker: boolean
  readonly meta: { readonly tags: readonly Tag[] }
}

/** Every authorisation that a call needs. */
export function authorisationsOf(s3: Resources, call: Asking): Authorisation[] {
  const { operation, input } = call
  if (operation === 'ListBuckets') return [listAllMyBuckets(call)]
  const bucketAction = BUCKET_ACTIONS[operation]
  const bucket = text(input.Bucket)
  if (bucketAction !== undefined) return [onBucket(s3, call, bucket, bucketAction)]
  if (operation === 'DeleteObjects') return deletions(s3, call, bucket)
  if (operation === 'CopyObject' || operation === 'UploadPartCopy') return copy(s3, call, bucket)
  const actions = OBJECT_ACTIONS[operation]
  if (!actions) throw new Error(`no action is known for ${operation}`)
  const versionId = optionalText(input.VersionId)
  const action = (versionId !== undefined && actions[1]) || actions[0]
  const asked = [onObject(s3, call, { bucket, key: text(input.Key), versionId, action })]
  if (operation === 'PutObject' && input.Tagging)
    asked.push(onObject(s3, call, { bucket, key: text(input.Key), versionId, action: 'PutObjectTagging' }))
  if (operation === 'PutObject' && input.ACL)
    asked.push(onObject(s3, call, { bucket, key: text(input.Key), versionId, action: 'PutObjectAcl' }))
  if (REVEALING.has(operation) && isMissing(s3, bucket, text(input.Key), versionId))
    asked.push(onBucket(s3, call, bucket, 'ListBucket'))
  return asked
}

/** What a request with nothing special about it asks; its resource need not exist. `explain` has no request to read. */
export function plainAuthorisation(
  s3: Resources,
  principal: Principal,
  action: string,
  resource: string,
): Authorisation {
  const headers: Record<string, string> = principal.kind === 'anonymous' ? {} : { authorization: '' }
  const call: Asking = { operation: '', input: {}, headers, region: '', principal }
  if (action.toLowerCase() === 's3:listallmybuckets') return listAllMyBuckets(call)
  const parsed = parseArn(resource)
  if (parsed?.service !== 's3') return { action, resource, keys: {} }
  const [bucket = '', ...key] = parsed.resource.split('/')
  const question = { bucket, key: key.join('/'), versionId: undefined, action: action.replace(/^s3:/i, '') }
  const known = key.length === 0 ? onBucket(s3, call, bucket, '') : onObject(s3, call, question)
  return { ...known, action, resource }
}

/** It has no resource; S3 still says whose buckets are asked for. */
function listAllMyBuckets(call: Asking): Authorisation {
  const keys = { ...requestKeys(call), 's3:resourceaccount': callerAccount(call) }
  return { action: 's3:ListAllMyBuckets', resource: '*', keys }
}

function onBucket(s3: Resources, call: Asking, bucket: string, action: string): Authorisation {
  const { input, operation } = call
  const keys: Record<string, string | readonly string[]> = { ...requestKeys(call) }
  if (action === 'ListBucket' || action === 'ListBucketVersions') {
    if (typeof input.Prefix === 'string') keys['s3:prefix'] = input.Prefix
    if (typeof input.Delimiter === 'string') keys['s3:delimiter'] = input.Delimiter
    if (typeof input.MaxKeys === 'number') keys['s3:max-keys'] = String(input.MaxKeys)
  }
  if (operation === 'CreateBucket') {
    keys['s3:locationconstraint'] = call.region
    const configuration: unknown = input.CreateBucketConfiguration
    Object.assign(keys, requestTagKeys(isRecord(configuration) && configuration.Tags))
  }
  return {
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${bucket}`,
    ...(canUnlock(s3, call, bucket) ? { resourceAccount: callerAccount(call) } : ownership(s3, call, bucket)),
    keys,
  }
}

/**
 * A bucket's policy cannot lock out the root user of its own account: that may always read, replace and delete the policy.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html
 */
function canUnlock({ index }: Resources, { operation, principal }: Asking, bucket: string): boolean {
  return (
    POLICY_OPERATIONS.has(operation) &&
    principal.kind === 'root' &&
    principal.account === index.findBucket(bucket)?.account
  )
}

/** Actions whose policies see the tags that the object has; writing and deleting it are not among them. */
const READS_STORED_TAGS = /^(GetObject|PutObject(Version)?(Acl|Tagging)|DeleteObject(Version)?Tagging)/i

/** Actions that may bring tags for an object: of a copy that is the writing, not the reading. */
const WITH_REQUEST_TAGS = new Set(['PutObject', 'PutObjectTagging', 'PutObjectVersionTagging'])

interface ObjectQuestion {
  readonly bucket: string
  readonly key: string
  readonly versionId: string | undefined
  readonly action: string
}

function onObject(s3: Resources, call: Asking, question: ObjectQuestion): Authorisation {
  const { bucket, key, versionId } = question
  const brought = WITH_REQUEST_TAGS.has(question.action) ? objectTagKeys(call) : {}
  const written = question.action === 'PutObject' ? writeKeys(call) : {}
  const keys: Record<string, string | readonly string[]> = { ...requestKeys(call), ...brought, ...written }
  if (versionId !== undefined) keys['s3:versionid'] = versionId
  const stored =
    versionId === undefined ? s3.index.findLatest(bucket, key) : s3.index.findVersion(bucket, key, versionId)
  const tags = READS_STORED_TAGS.test(question.action) ? (stored?.meta.tags ?? []) : []
  for (const tag of tags) keys[`s3:existingobjecttag/${tag.Key.toLowerCase()}`] = tag.Value
  return {
    action: `s3:${question.action}`,
    resource: `arn:aws:s3:::${bucket}/${key}`,
    ...ownership(s3, call, bucket),
    keys,
  }
}

function deletions(s3: Resources, call: Asking, bucket: string): Authorisation[] {
  const objects: unknown = isRecord(call.input.Delete) ? call.input.Delete.Objects : undefined
  const named = Array.isArray(objects) ? objects.filter(isRecord) : []
  return named.map((object) => {
    const versionId = optionalText(object.VersionId)
    const action = versionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion'
    return onObject(s3, call, { bucket, key: text(object.Key), versionId, action })
  })
}

/** A copy reads one object and writes another. A source that cannot be read is named when the copy is done. */
function copy(s3: Resources, call: Asking, bucket: string): Authorisation[] {
  const target = onObject(s3, call, { bucket, key: text(call.input.Key), versionId: undefined, action: 'PutObject' })
  const source = findCopySource(optionalText(call.input.CopySource))
  if (!source) return [target]
  const action = source.versionId === undefined ? 'GetObject' : 'GetObjectVersion'
  const asked = [onObject(s3, call, { ...source, action }), target]
  if (isMissing(s3, source.bucket, source.key, source.versionId))
    asked.push(onBucket(s3, call, source.bucket, 'ListBucket'))
  return asked
}

function isMissing(s3: Resources, bucket: string, key: string, versionId: string | undefined): boolean {
  if (!s3.index.findBucket(bucket)) return false
  if (versionId !== undefined) return s3.index.findVersion(bucket, key, versionId) === undefined
  return s3.index.findLatest(bucket, key)?.deleteMarker ?? true
}

const NO_BUCKET = { name: 'no such bucket', document: EVERYONE }

/** Whose the bucket is and what its policy says. A bucket that is not there yet will be the caller's. */
function ownership(
  s3: Resources,
  call: Asking,
  name: string,
): Pick<Authorisation, 'resourceAccount' | 'resourcePolicy'> {
  const bucket = s3.index.findBucket(name)
  // Making a bucket that another has is refused by its name, not by its owner's policy.
  if (call.operation === 'CreateBucket') return { resourceAccount: callerAccount(call) }
  // That there is no such bucket is told to everybody.
  if (!bucket) return call.principal.kind === 'anonymous' ? { resourcePolicy: NO_BUCKET } : {}
  const document = s3.index.findSetting(name, 'policy')
  if (document === undefined || isRestricted(s3, call, bucket, document)) return { resourceAccount: bucket.account }
  return { resourceAccount: bucket.account, resourcePolicy: { name: `arn:aws:s3:::${name}`, document } }
}

/** With RestrictPublicBuckets a public policy lets nobody in from other accounts. */
function isRestricted(s3: Resources, call: Asking, bucket: Bucket, document: string): boolean {
  if (callerAccount(call) === bucket.account) return false
  const block = findSetting<PublicAccessBlockConfiguration>(s3.index, bucket.name, 'publicAccessBlock')
  if (!block?.RestrictPublicBuckets) return false
  const parsed = parsePolicyCached(document)
  return parsed.kind === 'policy' && isPublic(parsed.policy)
}

/** Keys that every request to S3 has. */
function requestKeys(call: Asking): Record<string, string> {
  const keys: Record<string, string> = {}
  for (const header of HEADER_KEYS) {
    const value = call.headers[header]
    if (value !== undefined) keys[`s3:${header}`] = value
  }
  if (call.principal.kind !== 'anonymous') {
    keys['s3:signatureversion'] = 'AWS4-HMAC-SHA256'
    keys['s3:authtype'] = call.headers.authorization === undefined ? 'REST-QUERY-STRING' : 'REST-HEADER'
  }
  return keys
}

function writeKeys({ operation, headers }: Asking): Record<string, string> {
  const keys: Record<string, string> = { 's3:objectcreationoperation': String(CREATING.has(operation)) }
  for (const [header, key] of Object.entries(WRITE_HEADER_KEYS)) {
    const value = headers[header]
    if (value !== undefined) keys[key] = value
  }
  return keys
}

/** The tags that the request would put. */
function objectTagKeys(call: Asking): Record<string, string | readonly string[]> {
  const header = optionalText(call.input.Tagging)
  if (header === undefined) return {}
  const tags = [...new URLSearchParams(header)]
  const keys: Record<string, string | readonly string[]> = { 's3:requestobjecttagkeys': tags.map(([name]) => name) }
  for (const [name, value] of tags) keys[`s3:requestobjecttag/${name.toLowerCase()}`] = value
  return keys
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
