// Buckets themselves: created, listed, found, deleted.

import type {
  CreateBucketOutput,
  CreateBucketRequest,
  DeleteBucketRequest,
  GetBucketLocationOutput,
  GetBucketLocationRequest,
  HeadBucketOutput,
  HeadBucketRequest,
  ListBucketsOutput,
  ListBucketsRequest,
} from '@aws-sdk/client-s3'
import { DEFAULT_REGION, isRegion } from '../../../catalogue/regions.ts'
import type { Call } from '../../../edge/adapter.ts'
import { requireBucketName } from '../bucket-name.ts'
import type { Bucket } from '../object-records.ts'
import { callerAccount, canonicalUserId, requireBucket, wholeSeconds } from '../require.ts'
import { invalidArgument, noSuchBucket, s3Error } from '../s3-error.ts'
import { DEFAULT_PUBLIC_ACCESS_BLOCK, writeSetting } from '../settings.ts'
import type { S3Storage } from '../storage.ts'
import { MAX_BUCKET_TAGS, requireTags } from '../tags.ts'

const MAX_BUCKETS_PER_PAGE = 10_000

export function createBucket(s3: S3Storage, input: CreateBucketRequest, call: Call): CreateBucketOutput {
  const name = requireBucketName(input.Bucket)
  const region = requireLocation(input.CreateBucketConfiguration?.LocationConstraint, call.region)
  const tags = requireTags(input.CreateBucketConfiguration?.Tags, MAX_BUCKET_TAGS)
  const ownership = input.ObjectOwnership ?? 'BucketOwnerEnforced'
  if (input.ACL !== undefined && input.ACL !== 'private' && ownership === 'BucketOwnerEnforced') {
    throw s3Error('InvalidBucketAclWithObjectOwnership')
  }
  if (input.ObjectLockEnabledForBucket)
    throw s3Error('NotImplemented', { message: 'Object Lock is not served; create the bucket without it' })
  const output = {
    Location: region === DEFAULT_REGION ? `/${name}` : `http://${name}.s3.amazonaws.com/`,
    BucketArn: `arn:aws:s3:::${name}`,
  }
  const existing = s3.index.findBucket(name)
  if (existing && existing.account !== callerAccount(call))
    throw s3Error('BucketAlreadyExists', { fields: { BucketName: name } })
  if (existing) {
    // In us-east-1 alone, making what one has already is no error.
    if (existing.region === DEFAULT_REGION && call.region === DEFAULT_REGION) return output
    throw s3Error('BucketAlreadyOwnedByYou', { fields: { BucketName: name } })
  }
  s3.index.transact(() => {
    s3.index.putBucket({ name, account: callerAccount(call), region, createdAt: wholeSeconds(call.now) })
    writeSetting(s3.index, name, 'publicAccessBlock', DEFAULT_PUBLIC_ACCESS_BLOCK)
    writeSetting(s3.index, name, 'ownershipControls', { Rules: [{ ObjectOwnership: ownership }] })
    if (tags.length > 0) writeSetting(s3.index, name, 'tagging', { TagSet: tags })
  })
  return output
}

export function deleteBucket(s3: S3Storage, input: DeleteBucketRequest, call: Call): object {
  const bucket = requireBucket(s3, input, call)
  if (s3.index.hasVersions(bucket.name)) {
    const versioned = bucket.versioning !== undefined
    throw s3Error('BucketNotEmpty', {
      fields: { BucketName: bucket.name },
      ...(versioned
        ? { message: 'The bucket you tried to delete is not empty. You must delete all versions in the bucket.' }
        : {}),
    })
  }
  s3.index.transact(() => s3.index.deleteBucket(bucket.name))
  return {}
}

export function headBucket(s3: S3Storage, input: HeadBucketRequest, call: Call): HeadBucketOutput {
  const bucket = requireBucket(s3, input, call)
  return { BucketRegion: bucket.region, BucketArn: `arn:aws:s3:::${bucket.name}`, AccessPointAlias: false }
}

/** Answers in any region, because callers ask it to learn which to use. A bucket of us-east-1 has no constraint. */
export function getBucketLocation(s3: S3Storage, input: GetBucketLocationRequest): GetBucketLocationOutput {
  const bucket = s3.index.findBucket(input.Bucket ?? '')
  if (!bucket) throw noSuchBucket(input.Bucket ?? '')
  if (bucket.region === DEFAULT_REGION) return {}
  // The SDK's type is a list of the regions that it knew of.
  return { LocationConstraint: bucket.region as GetBucketLocationOutput['LocationConstraint'] }
}

export function listBuckets(s3: S3Storage, input: ListBucketsRequest, call: Call): ListBucketsOutput {
  const account = callerAccount(call)
  const after = input.ContinuationToken === undefined ? '' : decodeToken(input.ContinuationToken)
  const limit = Math.min(input.MaxBuckets ?? MAX_BUCKETS_PER_PAGE, MAX_BUCKETS_PER_PAGE)
  const matching = s3.index
    .bucketsOf(account)
    .filter(
      ({ name, region }) =>
        name > after && name.startsWith(input.Prefix ?? '') && (input.BucketRegion ?? region) === region,
    )
  const page = matching.slice(0, limit)
  const last = page.at(-1)
  // Only answers that a page was asked for carry the region.
  const detailed = input.MaxBuckets !== undefined || input.BucketRegion !== undefined || input.Prefix !== undefined
  return {
    Owner: { ID: canonicalUserId(account) },
    Buckets: page.map((bucket) => listed(bucket, detailed)),
    ...(input.Prefix === undefined ? {} : { Prefix: input.Prefix }),
    ...(matching.length > page.length && last ? { ContinuationToken: encodeToken(last.name) } : {}),
  }
}

function listed(bucket: Bucket, detailed: boolean) {
  return {
    Name: bucket.name,
    CreationDate: new Date(bucket.createdAt),
    ...(detailed ? { BucketRegion: bucket.region, BucketArn: `arn:aws:s3:::${bucket.name}` } : {}),
  }
}

/** The region that a new bucket is for. */
function requireLocation(constraint: string | undefined, endpoint: string): string {
  if (constraint === undefined || constraint === '') {
    if (endpoint === DEFAULT_REGION) return DEFAULT_REGION
    throw s3Error('IllegalLocationConstraintException')
  }
  const region = constraint === 'EU' ? 'eu-west-1' : constraint
  // us-east-1 is asked for by saying nothing.
  if (!isRegion(region) || region === DEFAULT_REGION) {
    throw s3Error('InvalidLocationConstraint', { fields: { LocationConstraint: constraint } })
  }
  if (endpoint === DEFAULT_REGION || endpoint === region) return region
  throw s3Error('IllegalLocationConstraintException', {
    message: `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  })
}

function encodeToken(name: string): string {
  return Buffer.from(name).toString('base64url')
}

function decodeToken(token: string): string {
  const name = Buffer.from(token, 'base64url').toString()
  if (encodeToken(name) === token) return name
  throw invalidArgument('continuation-token', token, 'The continuation token provided is incorrect')
}
