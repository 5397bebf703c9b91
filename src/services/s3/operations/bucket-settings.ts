// The sub-resources of a bucket that are put, read and deleted whole. Postern keeps them and gives them back; of all of
// them only versioning, tags, policy, public access block and ownership change what it does.

import type {
  GetBucketAclOutput,
  GetBucketVersioningOutput,
  PutBucketAclRequest,
  PutBucketVersioningRequest,
} from '@aws-sdk/client-s3'
import type { Call, Output } from '../../../edge/adapter.ts'
import { canonicalUserId, requireBucket } from '../require.ts'
import { type S3ErrorCode, s3Error } from '../s3-error.ts'
import { aclsDisabled, findSetting, type SettingName, writeSetting } from '../settings.ts'
import type { S3Storage } from '../storage.ts'
import { MAX_BUCKET_TAGS, requireTags } from '../tags.ts'

type SettingInput = Readonly<Record<string, unknown>> & { readonly Bucket?: string | undefined }
type SettingOperation = (s3: S3Storage, input: SettingInput, call: Call) => Output

/** How one sub-resource is put and read. */
interface Setting {
  readonly name: SettingName
  /** The input's member that holds the document. */
  readonly member: string
  /** The output's member; absent when the document's members are the output's own. */
  readonly output?: string
  /** What a read answers while nothing is set: an error, or a document. */
  readonly absent: S3ErrorCode | object
  /** Throws when the document cannot be. */
  readonly check?: (document: Readonly<Record<string, unknown>>) => void
  /** Members that stand in the headers, beside the document, and are kept with it. */
  readonly beside?: (input: SettingInput) => Output
  readonly put?: string
  readonly get?: string
  readonly delete?: string
}

/** AWS's default since January 2023. */
const DEFAULT_ENCRYPTION = {
  Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
}

const SETTINGS: readonly Setting[] = [
  {
    name: 'cors',
    member: 'CORSConfiguration',
    absent: 'NoSuchCORSConfiguration',
    check: requireList('CORSRules'),
    put: 'PutBucketCors',
    get: 'GetBucketCors',
    delete: 'DeleteBucketCors',
  },
  {
    name: 'website',
    member: 'WebsiteConfiguration',
    absent: 'NoSuchWebsiteConfiguration',
    put: 'PutBucketWebsite',
    get: 'GetBucketWebsite',
    delete: 'DeleteBucketWebsite',
  },
  {
    name: 'lifecycle',
    member: 'LifecycleConfiguration',
    absent: 'NoSuchLifecycleConfiguration',
    check: requireList('Rules'),
    beside: ({ TransitionDefaultMinimumObjectSize: size = 'all_storage_classes_128K' }) => ({
      TransitionDefaultMinimumObjectSize: size,
    }),
    put: 'PutBucketLifecycleConfiguration',
    get: 'GetBucketLifecycleConfiguration',
    delete: 'DeleteBucketLifecycle',
  },
  {
    name: 'replication',
    member: 'ReplicationConfiguration',
    output: 'ReplicationConfiguration',
    absent: 'ReplicationConfigurationNotFoundError',
    check: requireList('Rules'),
    put: 'PutBucketReplication',
    get: 'GetBucketReplication',
    delete: 'DeleteBucketReplication',
  },
  {
    name: 'encryption',
    member: 'ServerSideEncryptionConfiguration',
    output: 'ServerSideEncryptionConfiguration',
    absent: DEFAULT_ENCRYPTION,
    check: requireList('Rules'),
    put: 'PutBucketEncryption',
    get: 'GetBucketEncryption',
    delete: 'DeleteBucketEncryption',
  },
  {
    name: 'publicAccessBlock',
    member: 'PublicAccessBlockConfiguration',
    output: 'PublicAccessBlockConfiguration',
    absent: 'NoSuchPublicAccessBlockConfiguration',
    put: 'PutPublicAccessBlock',
    get: 'GetPublicAccessBlock',
    delete: 'DeletePublicAccessBlock',
  },
  {
    name: 'ownershipControls',
    member: 'OwnershipControls',
    output: 'OwnershipControls',
    absent: 'OwnershipControlsNotFoundError',
    check: requireList('Rules'),
    put: 'PutBucketOwnershipControls',
    get: 'GetBucketOwnershipControls',
    delete: 'DeleteBucketOwnershipControls',
  },
  { name: 'logging', member: 'BucketLoggingStatus', absent: {}, put: 'PutBucketLogging', get: 'GetBucketLogging' },
  {
    name: 'accelerate',
    member: 'AccelerateConfiguration',
    absent: {},
    put: 'PutBucketAccelerateConfiguration',
    get: 'GetBucketAccelerateConfiguration',
  },
  {
    name: 'requestPayment',
    member: 'RequestPaymentConfiguration',
    absent: { Payer: 'BucketOwner' },
    put: 'PutBucketRequestPayment',
    get: 'GetBucketRequestPayment',
  },
  {
    name: 'notification',
    member: 'NotificationConfiguration',
    absent: {},
    put: 'PutBucketNotificationConfiguration',
    get: 'GetBucketNotificationConfiguration',
  },
  {
    name: 'tagging',
    member: 'Tagging',
    absent: 'NoSuchTagSet',
    check: requireBucketTags,
    put: 'PutBucketTagging',
    get: 'GetBucketTagging',
    delete: 'DeleteBucketTagging',
  },
]

/** Every operation on a sub-resource by its AWS name. */
export const bucketSettingOperations: Readonly<Record<string, SettingOperation>> = Object.fromEntries(
  SETTINGS.flatMap((setting) => [
    ...(setting.put ? [[setting.put, putSetting(setting)] as const] : []),
    ...(setting.get ? [[setting.get, getSetting(setting)] as const] : []),
    ...(setting.delete ? [[setting.delete, deleteSetting(setting)] as const] : []),
  ]),
)

function putSetting(setting: Setting): SettingOperation {
  return (s3, input, call) => {
    const bucket = requireBucket(s3, input, call)
    const document = input[setting.member]
    if (!isDocument(document)) throw s3Error('MalformedXML')
    setting.check?.(document)
    const beside = setting.beside?.(input) ?? {}
    s3.index.transact(() => writeSetting(s3.index, bucket.name, setting.name, { ...document, ...beside }))
    return beside
  }
}

function getSetting(setting: Setting): SettingOperation {
  return (s3, input, call) => {
    const bucket = requireBucket(s3, input, call)
    const document = findSetting<Output>(s3.index, bucket.name, setting.name) ?? setting.absent
    if (typeof document === 'string') throw s3Error(document, { fields: { BucketName: bucket.name } })
    return setting.output ? { [setting.output]: document } : { ...document }
  }
}

function deleteSetting(setting: Setting): SettingOperation {
  return (s3, input, call) => {
    const bucket = requireBucket(s3, input, call)
    s3.index.transact(() => s3.index.deleteSetting(bucket.name, setting.name))
    return {}
  }
}

export function getBucketVersioning(s3: S3Storage, input: SettingInput, call: Call): GetBucketVersioningOutput {
  const { versioning } = requireBucket(s3, input, call)
  return versioning ? { Status: versioning } : {}
}

export function putBucketVersioning(s3: S3Storage, input: PutBucketVersioningRequest, call: Call): object {
  const bucket = requireBucket(s3, input, call)
  const status = input.VersioningConfiguration?.Status
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw s3Error('IllegalVersioningConfigurationException')
  }
  if (input.VersioningConfiguration?.MFADelete === 'Enabled') {
    throw s3Error('NotImplemented', { message: 'MFA Delete is not served; set versioning without it' })
  }
  s3.index.transact(() => s3.index.putBucket({ ...bucket, versioning: status }))
  return {}
}

/** Object Lock is not served, so no bucket has it. */
export function getObjectLockConfiguration(s3: S3Storage, input: SettingInput, call: Call): never {
  const { name } = requireBucket(s3, input, call)
  throw s3Error('ObjectLockConfigurationNotFoundError', { fields: { BucketName: name } })
}

/** Buckets have no list but the owner's own; what else is put is kept and shown, and grants nothing. */
export function getBucketAcl(s3: S3Storage, input: SettingInput, call: Call): GetBucketAclOutput {
  const bucket = requireBucket(s3, input, call)
  return findSetting<GetBucketAclOutput>(s3.index, bucket.name, 'acl') ?? ownersAcl(bucket.account)
}

export function putBucketAcl(s3: S3Storage, input: PutBucketAclRequest, call: Call): object {
  const bucket = requireBucket(s3, input, call)
  if (aclsDisabled(s3.index, bucket.name)) throw s3Error('AccessControlListNotSupported')
  const policy = input.AccessControlPolicy
  const acl = policy
    ? { Owner: policy.Owner, Grants: policy.Grants }
    : {
        ...ownersAcl(bucket.account),
        Grants: [...(ownersAcl(bucket.account).Grants ?? []), ...cannedGrants(input.ACL)],
      }
  s3.index.transact(() => writeSetting(s3.index, bucket.name, 'acl', acl))
  return {}
}

export function ownersAcl(account: string): GetBucketAclOutput {
  const owner = { ID: canonicalUserId(account) }
  return { Owner: owner, Grants: [{ Grantee: { ...owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }] }
}

function cannedGrants(acl: string | undefined): NonNullable<GetBucketAclOutput['Grants']> {
  const group = (name: string, Permission: 'READ' | 'WRITE') => ({
    Grantee: { Type: 'Group' as const, URI: `http://acs.amazonaws.com/groups/${name}` },
    Permission,
  })
  switch (acl) {
    case 'public-read':
      return [group('global/AllUsers', 'READ')]
    case 'public-read-write':
      return [group('global/AllUsers', 'READ'), group('global/AllUsers', 'WRITE')]
    case 'authenticated-read':
      return [group('global/AuthenticatedUsers', 'READ')]
    default:
      return []
  }
}

function requireList(member: string): (document: Readonly<Record<string, unknown>>) => void {
  return (document) => {
    const list = document[member]
    if (!Array.isArray(list) || list.length === 0) throw s3Error('MalformedXML')
  }
}

function requireBucketTags(document: Readonly<Record<string, unknown>>): void {
  requireTags(Array.isArray(document.TagSet) ? document.TagSet : [], MAX_BUCKET_TAGS)
}

function isDocument(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
