import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { callerOf, callOf, TestS3 } from './testing.ts'

let s3: TestS3
beforeEach(() => {
  s3 = new TestS3()
})
afterEach(() => s3.dispose())

const Bucket = 'company-confidential-data'
const md5 = (text: string) => `"${createHash('md5').update(text).digest('hex')}"`
const put = (Key: string, text: string, more: Record<string, unknown> = {}) =>
  s3.ask('PutObject', { Bucket, Key, Body: Buffer.from(text), ...more })
const keysOf = (output: Record<string, unknown>, member = 'Contents', key = 'Key') =>
  Array.isArray(output[member]) ? output[member].map((entry) => entry[key]) : []

describe('CreateBucket', () => {
  it.each([
    ['ab', '400 InvalidBucketName'],
    ['Upper', '400 InvalidBucketName'],
    ['a..b', '400 InvalidBucketName'],
    ['10.0.0.1', '400 InvalidBucketName'],
    ['xn--bucket', '400 InvalidBucketName'],
    ['bucket-s3alias', '400 InvalidBucketName'],
    ['under_score', '400 InvalidBucketName'],
    ['my.dotted.bucket', 'it passed'],
  ])('names: %s', async (name, answer) => {
    expect(await s3.fails('CreateBucket', { Bucket: name })).toBe(answer)
  })

  it('names are global: another account cannot have it, and in us-east-1 the owner may repeat', async () => {
    await s3.ask('CreateBucket', { Bucket })
    expect(await s3.fails('CreateBucket', { Bucket }, callerOf('210987654321'))).toBe('409 BucketAlreadyExists')
    expect(await s3.ask('CreateBucket', { Bucket })).toMatchObject({ Location: `/${Bucket}` })
    const ireland = { CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }
    expect(await s3.fails('CreateBucket', { Bucket, ...ireland }, { region: 'eu-west-1' })).toBe(
      '409 BucketAlreadyOwnedByYou',
    )
  })

  it.each([
    ['us-east-1 without a constraint', undefined, 'us-east-1', 'it passed'],
    ['another region without a constraint', undefined, 'eu-west-1', '400 IllegalLocationConstraintException'],
    ['its own region', 'eu-west-1', 'eu-west-1', 'it passed'],
    ['another region asked of us-east-1', 'eu-west-1', 'us-east-1', 'it passed'],
    ['another region asked elsewhere', 'eu-west-1', 'eu-central-1', '400 IllegalLocationConstraintException'],
    ['us-east-1 by name', 'us-east-1', 'us-east-1', '400 InvalidLocationConstraint'],
    ['no region', 'mars-1', 'us-east-1', '400 InvalidLocationConstraint'],
  ])('location: %s', async (_rule, LocationConstraint, region, answer) => {
    const input = { Bucket, ...(LocationConstraint ? { CreateBucketConfiguration: { LocationConstraint } } : {}) }
    expect(await s3.fails('CreateBucket', input, { region })).toBe(answer)
  })

  it('a bucket of another region redirects, and says where it is', async () => {
    await s3.ask('CreateBucket', { Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } })
    expect(await s3.fails('HeadBucket', { Bucket })).toBe('301 PermanentRedirect')
    await expect(s3.ask('HeadBucket', { Bucket })).rejects.toMatchObject({
      fields: { 'x-amz-bucket-region': 'eu-west-1' },
    })
    expect(await s3.ask('GetBucketLocation', { Bucket })).toEqual({ LocationConstraint: 'eu-west-1' })
    expect(await s3.ask('HeadBucket', { Bucket }, { region: 'eu-west-1' })).toMatchObject({ BucketRegion: 'eu-west-1' })
  })
})

describe('buckets', () => {
  beforeEach(() => s3.ask('CreateBucket', { Bucket }))

  it('ListBuckets shows the caller its own, by name', async () => {
    await s3.ask('CreateBucket', { Bucket: 'another' })
    await s3.ask('CreateBucket', { Bucket: 'foreign' }, callerOf('210987654321'))
    expect(keysOf(await s3.ask('ListBuckets'), 'Buckets', 'Name')).toEqual(['another', Bucket])
    const page = await s3.ask('ListBuckets', { MaxBuckets: 1 })
    expect(
      keysOf(await s3.ask('ListBuckets', { ContinuationToken: page.ContinuationToken }), 'Buckets', 'Name'),
    ).toEqual([Bucket])
  })

  it('DeleteBucket wants it empty, then it is gone', async () => {
    await put('k', 'v')
    expect(await s3.fails('DeleteBucket', { Bucket })).toBe('409 BucketNotEmpty')
    await s3.ask('DeleteObject', { Bucket, Key: 'k' })
    await s3.ask('DeleteBucket', { Bucket })
    expect(await s3.fails('HeadBucket', { Bucket })).toBe('404 NoSuchBucket')
    expect(await s3.fails('GetObject', { Bucket, Key: 'k' })).toBe('404 NoSuchBucket')
  })

  // What Terraform's aws_s3_bucket reads of every bucket, and what a new one answers.
  it.each([
    ['GetBucketPolicy', '404 NoSuchBucketPolicy'],
    ['GetBucketCors', '404 NoSuchCORSConfiguration'],
    ['GetBucketWebsite', '404 NoSuchWebsiteConfiguration'],
    ['GetBucketLifecycleConfiguration', '404 NoSuchLifecycleConfiguration'],
    ['GetBucketReplication', '404 ReplicationConfigurationNotFoundError'],
    ['GetObjectLockConfiguration', '404 ObjectLockConfigurationNotFoundError'],
    ['GetBucketTagging', '404 NoSuchTagSet'],
  ])('%s of a new bucket: %s', async (operation, answer) => {
    expect(await s3.fails(operation, { Bucket })).toBe(answer)
  })

  it.each([
    ['GetBucketVersioning', {}],
    ['GetBucketAccelerateConfiguration', {}],
    ['GetBucketLogging', {}],
    ['GetBucketRequestPayment', { Payer: 'BucketOwner' }],
    [
      'GetBucketEncryption',
      {
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
        },
      },
    ],
    [
      'GetPublicAccessBlock',
      {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
      },
    ],
    ['GetBucketOwnershipControls', { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } }],
  ])('%s of a new bucket', async (operation, answer) => {
    expect(await s3.ask(operation, { Bucket })).toEqual(answer)
  })

  it('a setting is read as it was put, times too, and is gone after its delete', async () => {
    const Rules = [{ ID: 'r', Status: 'Enabled', Filter: {}, Expiration: { Date: new Date('2030-01-01') } }]
    await s3.ask('PutBucketLifecycleConfiguration', { Bucket, LifecycleConfiguration: { Rules } })
    await s3.restart()
    expect(await s3.ask('GetBucketLifecycleConfiguration', { Bucket })).toEqual({
      Rules,
      TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K',
    })
    await s3.ask('DeleteBucketLifecycle', { Bucket })
    expect(await s3.fails('GetBucketLifecycleConfiguration', { Bucket })).toBe('404 NoSuchLifecycleConfiguration')
    await s3.ask('DeletePublicAccessBlock', { Bucket })
    expect(await s3.fails('GetPublicAccessBlock', { Bucket })).toBe('404 NoSuchPublicAccessBlockConfiguration')
  })

  it('bucket tags are whole or refused', async () => {
    const TagSet = [{ Key: 'team', Value: 'a' }]
    await s3.ask('PutBucketTagging', { Bucket, Tagging: { TagSet } })
    expect(await s3.ask('GetBucketTagging', { Bucket })).toEqual({ TagSet })
    const twice = { TagSet: [...TagSet, ...TagSet] }
    expect(await s3.fails('PutBucketTagging', { Bucket, Tagging: twice })).toBe('400 InvalidTag')
  })

  it('access control lists are off, as AWS has it', async () => {
    expect(await s3.fails('PutBucketAcl', { Bucket, ACL: 'public-read' })).toBe('400 AccessControlListNotSupported')
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', ACL: 'public-read' })).toBe(
      '400 AccessControlListNotSupported',
    )
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', ACL: 'bucket-owner-full-control' })).toBe('it passed')
  })
})

describe('bucket policy', () => {
  const arn = `arn:aws:s3:::${Bucket}`
  const policy = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] })
  const other = { Principal: { AWS: 'arn:aws:iam::210987654321:root' } }
  beforeEach(() => s3.ask('CreateBucket', { Bucket }))

  it.each([
    ['a whole one', policy({ ...other, Action: 's3:GetObject', Resource: `${arn}/*` }), 'it passed'],
    ['no JSON', 'allow all', '400 MalformedPolicy'],
    ['no principal', policy({ Action: 's3:GetObject', Resource: `${arn}/*` }), '400 MalformedPolicy'],
    [
      'another bucket',
      policy({ ...other, Action: 's3:GetObject', Resource: 'arn:aws:s3:::other/*' }),
      '400 MalformedPolicy',
    ],
    ['another service', policy({ ...other, Action: 'sqs:SendMessage', Resource: `${arn}/*` }), '400 MalformedPolicy'],
    [
      'an object action on the bucket',
      policy({ ...other, Action: 's3:GetObject', Resource: arn }),
      '400 MalformedPolicy',
    ],
    [
      'a bucket action on objects',
      policy({ ...other, Action: 's3:ListBucket', Resource: `${arn}/*` }),
      '400 MalformedPolicy',
    ],
    [
      'over 20 kB',
      policy({ ...other, Sid: 'x'.repeat(21_000), Action: 's3:GetObject', Resource: `${arn}/*` }),
      '400 MalformedPolicy',
    ],
    ['a public one', policy({ Principal: '*', Action: 's3:GetObject', Resource: `${arn}/*` }), '403 AccessDenied'],
    [
      'everyone by one endpoint',
      policy({
        Principal: '*',
        Action: 's3:GetObject',
        Resource: `${arn}/*`,
        Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
      }),
      'it passed',
    ],
  ])('PutBucketPolicy: %s', async (_rule, Policy, answer) => {
    expect(await s3.fails('PutBucketPolicy', { Bucket, Policy })).toBe(answer)
  })

  it('is read as it was put, and says whether it is public', async () => {
    const Policy = policy({ Principal: '*', Action: 's3:GetObject', Resource: `${arn}/*` })
    await s3.ask('DeletePublicAccessBlock', { Bucket })
    await s3.ask('PutBucketPolicy', { Bucket, Policy })
    expect(await s3.ask('GetBucketPolicy', { Bucket })).toEqual({ Policy })
    expect(await s3.ask('GetBucketPolicyStatus', { Bucket })).toEqual({ PolicyStatus: { IsPublic: true } })
    await s3.ask('DeleteBucketPolicy', { Bucket })
    expect(await s3.fails('GetBucketPolicy', { Bucket })).toBe('404 NoSuchBucketPolicy')
  })
})

describe('objects', () => {
  beforeEach(() => s3.ask('CreateBucket', { Bucket }))

  it('PutObject and GetObject: the bytes, the headers and the metadata', async () => {
    const written = await put('a/report.txt', 'secret', {
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ContentEncoding: 'aws-chunked,gzip',
      Metadata: { Owner: 'me' },
      Tagging: 'team=a&cost%20centre=7',
    })
    expect(written).toMatchObject({ ETag: md5('secret'), ServerSideEncryption: 'AES256', ChecksumType: 'FULL_OBJECT' })
    const read = await s3.ask('HeadObject', { Bucket, Key: 'a/report.txt' })
    expect(read).toMatchObject({
      ContentLength: 6,
      ContentType: 'text/plain',
      ContentEncoding: 'gzip',
      CacheControl: 'no-store',
      Metadata: { owner: 'me' },
      TagCount: 2,
      ETag: md5('secret'),
      LastModified: new Date('2026-11-21T10:00:00.000Z'),
      AcceptRanges: 'bytes',
    })
    expect(read).not.toHaveProperty('VersionId')
    expect(read).not.toHaveProperty('StorageClass')
    expect(await s3.text({ Bucket, Key: 'a/report.txt' })).toBe('secret')
  })

  it('survive a restart, empty ones too', async () => {
    await put('k', 'v')
    await put('empty', '')
    await s3.restart()
    expect(await s3.text({ Bucket, Key: 'k' })).toBe('v')
    expect(await s3.text({ Bucket, Key: 'empty' })).toBe('')
  })

  it.each([
    ['the first bytes', 'bytes=0-3', '0123', 'bytes 0-3/10'],
    ['from one on', 'bytes=7-', '789', 'bytes 7-9/10'],
    ['the last bytes', 'bytes=-2', '89', 'bytes 8-9/10'],
    ['more than there is', 'bytes=5-99', '56789', 'bytes 5-9/10'],
    ['more than all from the end', 'bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['backwards is no range', 'bytes=5-2', '0123456789', undefined],
    ['two ranges are none', 'bytes=0-1,3-4', '0123456789', undefined],
    ['another unit is none', 'lines=0-1', '0123456789', undefined],
  ])('range: %s', async (_rule, Range, text, ContentRange) => {
    await put('k', '0123456789')
    expect(await s3.text({ Bucket, Key: 'k', Range })).toBe(text)
    const head = await s3.ask('HeadObject', { Bucket, Key: 'k', Range })
    expect(head.ContentRange).toBe(ContentRange)
  })

  it('a range past the end is 416', async () => {
    await put('k', '0123456789')
    expect(await s3.fails('GetObject', { Bucket, Key: 'k', Range: 'bytes=10-' })).toBe('416 InvalidRange')
    await put('empty', '')
    expect(await s3.fails('GetObject', { Bucket, Key: 'empty', Range: 'bytes=0-0' })).toBe('416 InvalidRange')
  })

  const now = new Date('2026-11-21T10:00:00Z')
  const before = new Date('2026-11-21T09:00:00Z')
  it.each([
    ['If-Match of its ETag', { IfMatch: md5('v') }, 'it passed'],
    ['If-Match of another', { IfMatch: '"x"' }, '412 PreconditionFailed'],
    ['If-None-Match of its ETag', { IfNoneMatch: md5('v') }, '304 NotModified'],
    ['If-None-Match of another', { IfNoneMatch: '"x"' }, 'it passed'],
    ['If-Modified-Since its time', { IfModifiedSince: now }, '304 NotModified'],
    ['If-Modified-Since before', { IfModifiedSince: before }, 'it passed'],
    ['If-Unmodified-Since before', { IfUnmodifiedSince: before }, '412 PreconditionFailed'],
    ['If-Match makes If-Unmodified-Since moot', { IfMatch: md5('v'), IfUnmodifiedSince: before }, 'it passed'],
    ['If-None-Match makes If-Modified-Since moot', { IfNoneMatch: '"x"', IfModifiedSince: now }, 'it passed'],
  ])('GetObject: %s', async (_rule, condition, answer) => {
    await put('k', 'v')
    expect(await s3.fails('GetObject', { Bucket, Key: 'k', ...condition })).toBe(answer)
  })

  it('conditional writes', async () => {
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', IfMatch: '"x"' })).toBe('404 NoSuchKey')
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', IfNoneMatch: '*' })).toBe('it passed')
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', IfNoneMatch: '*' })).toBe('412 PreconditionFailed')
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', IfMatch: '"x"' })).toBe('412 PreconditionFailed')
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', IfMatch: md5('') })).toBe('it passed')
  })

  it('of two writers with If-None-Match one wins', async () => {
    const slow = new Readable({ read() {} })
    const first = s3.fails('PutObject', { Bucket, Key: 'k', Body: slow, IfNoneMatch: '*' })
    await put('k', 'fast', { IfNoneMatch: '*' })
    slow.push('slow')
    slow.push(null)
    expect(await first).toBe('412 PreconditionFailed')
    expect(await s3.text({ Bucket, Key: 'k' })).toBe('fast')
  })

  it.each([
    ['the MD5 of the body', { ContentMD5: createHash('md5').update('v').digest('base64') }, {}, 'it passed'],
    ['the MD5 of another', { ContentMD5: createHash('md5').update('w').digest('base64') }, {}, '400 BadDigest'],
    ['no MD5', { ContentMD5: 'short' }, {}, '400 InvalidDigest'],
    ['the CRC32', { ChecksumCRC32: '62nJdg==' }, {}, '400 BadDigest'],
    ['the SHA-256', { ChecksumSHA256: createHash('sha256').update('v').digest('base64') }, {}, 'it passed'],
    ['a payload hash of another', {}, { 'x-amz-content-sha256': '0'.repeat(64) }, '400 XAmzContentSHA256Mismatch'],
    ['fewer bytes than announced', {}, { 'content-length': '5' }, '400 IncompleteBody'],
    ['an unknown algorithm', { ChecksumAlgorithm: 'CRC16' }, {}, '400 InvalidRequest'],
    ['too much', {}, { 'content-length': String(6 * 1024 ** 3) }, '400 EntityTooLarge'],
    ['too much metadata', { Metadata: { a: 'x'.repeat(2048) } }, {}, '400 MetadataTooLarge'],
    ['a customer key', { SSECustomerAlgorithm: 'AES256' }, {}, '501 NotImplemented'],
    ['an unknown class', { StorageClass: 'SHELF' }, {}, '400 InvalidStorageClass'],
    ['a key of 1025 octets', { Key: 'é'.repeat(513) }, {}, '400 KeyTooLongError'],
  ])('PutObject with %s', async (_rule, more, headers, answer) => {
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', Body: Buffer.from('v'), ...more }, { headers })).toBe(answer)
    if (answer !== 'it passed') expect(await s3.fails('GetObject', { Bucket, Key: 'k' })).toBe('404 NoSuchKey')
  })

  it('checks a checksum that comes after the body', async () => {
    const body = (crc: string) =>
      Object.assign(Readable.from([Buffer.from('123456789')]), { trailers: { 'x-amz-checksum-crc32': crc } })
    const headers = { 'x-amz-trailer': 'x-amz-checksum-crc32' }
    expect(await s3.ask('PutObject', { Bucket, Key: 'k', Body: body('y/Q5Jg==') }, { headers })).toMatchObject({
      ChecksumCRC32: 'y/Q5Jg==',
    })
    expect(await s3.fails('PutObject', { Bucket, Key: 'k', Body: body('AAAAAA==') }, { headers })).toBe('400 BadDigest')
    expect(await s3.ask('HeadObject', { Bucket, Key: 'k', ChecksumMode: 'ENABLED' })).toMatchObject({
      ChecksumCRC32: 'y/Q5Jg==',
    })
    expect(await s3.ask('HeadObject', { Bucket, Key: 'k' })).not.toHaveProperty('ChecksumCRC32')
  })

  it('an upload that breaks off leaves nothing', async () => {
    const broken = new Readable({ read() {} })
    const asked = s3.ask('PutObject', { Bucket, Key: 'k', Body: broken })
    broken.push('half')
    broken.destroy(new Error('the client went away'))
    await expect(asked).rejects.toThrow('the client went away')
    expect(await s3.fails('GetObject', { Bucket, Key: 'k' })).toBe('404 NoSuchKey')
  })

  it('a reader keeps the object that it began, when it is overwritten meanwhile', async () => {
    const old = 'old'.repeat(100_000)
    await put('k', old)
    const { Body } = await s3.ask('GetObject', { Bucket, Key: 'k' })
    await put('k', 'new')
    const chunks: Buffer[] = []
    if (Body instanceof Readable) for await (const chunk of Body) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe(old)
    expect(await s3.text({ Bucket, Key: 'k' })).toBe('new')
  })

  it('a small object is right when it is read again, in a range, overwritten and deleted', async () => {
    await put('k', 'first')
    expect([await s3.text({ Bucket, Key: 'k' }), await s3.text({ Bucket, Key: 'k' })]).toEqual(['first', 'first'])
    expect(await s3.text({ Bucket, Key: 'k', Range: 'bytes=1-2' })).toBe('ir')
    await put('k', 'second')
    expect(await s3.text({ Bucket, Key: 'k' })).toBe('second')
    await s3.ask('DeleteObject', { Bucket, Key: 'k' })
    await expect(s3.text({ Bucket, Key: 'k' })).rejects.toMatchObject({ code: 'NoSuchKey' })
  })

  it('CopyObject takes headers and tags along, or replaces them', async () => {
    await put('a b', 'v', { ContentType: 'text/plain', Metadata: { m: '1' }, Tagging: 't=1' })
    const CopySource = `/${Bucket}/a%20b`
    const copied = await s3.ask('CopyObject', { Bucket, Key: 'copy', CopySource })
    expect(copied).toMatchObject({ CopyObjectResult: { ETag: md5('v') } })
    expect(await s3.ask('HeadObject', { Bucket, Key: 'copy' })).toMatchObject({
      ContentType: 'text/plain',
      Metadata: { m: '1' },
      TagCount: 1,
    })
    await s3.ask('CopyObject', {
      Bucket,
      Key: 'copy',
      CopySource,
      MetadataDirective: 'REPLACE',
      TaggingDirective: 'REPLACE',
    })
    expect(await s3.ask('HeadObject', { Bucket, Key: 'copy' })).toMatchObject({
      ContentType: 'binary/octet-stream',
      Metadata: {},
    })
  })

  it.each([
    ['a source that is not there', { CopySource: `${Bucket}/none` }, '404 NoSuchKey'],
    ['a bucket that is not there', { CopySource: 'nobody-has-this/k' }, '404 NoSuchBucket'],
    ['no source', { CopySource: 'k' }, '400 InvalidArgument'],
    ['itself unchanged', { CopySource: `${Bucket}/k` }, '400 InvalidRequest'],
    ['itself with new metadata', { CopySource: `${Bucket}/k`, MetadataDirective: 'REPLACE' }, 'it passed'],
    [
      'a source of another ETag',
      { CopySource: `${Bucket}/k`, Key: 'to', CopySourceIfMatch: '"x"' },
      '412 PreconditionFailed',
    ],
    [
      'an unmodified source',
      { CopySource: `${Bucket}/k`, Key: 'to', CopySourceIfNoneMatch: md5('v') },
      '412 PreconditionFailed',
    ],
  ])('CopyObject of %s', async (_rule, more, answer) => {
    await put('k', 'v')
    expect(await s3.fails('CopyObject', { Bucket, Key: 'k', ...more })).toBe(answer)
  })

  it('DeleteObject is silent about what is not there, DeleteObjects names each', async () => {
    expect(await s3.ask('DeleteObject', { Bucket, Key: 'none' })).toEqual({})
    await put('a', '1')
    await put('b', '2')
    const Objects = [{ Key: 'a' }, { Key: 'none' }]
    expect(await s3.ask('DeleteObjects', { Bucket, Delete: { Objects } })).toEqual({ Deleted: Objects })
    expect(await s3.ask('DeleteObjects', { Bucket, Delete: { Objects, Quiet: true } })).toEqual({})
    expect(await s3.fails('DeleteObjects', { Bucket, Delete: { Objects: [] } })).toBe('400 MalformedXML')
    expect(keysOf(await s3.ask('ListObjectsV2', { Bucket }))).toEqual(['b'])
  })

  it('DeleteObjects: a key that the policies keep does not keep the others', async () => {
    await put('kept', '1')
    await put('gone', '2')
    const Objects = [{ Key: 'kept' }, { Key: 'gone' }]
    const refusals = [new Error('no policy allows it'), undefined]
    const input = { Bucket, Delete: { Objects } }
    expect(await s3.adapter.run(callOf('DeleteObjects', input, { refusals }))).toEqual({
      Deleted: [{ Key: 'gone' }],
      Errors: [{ Key: 'kept', Code: 'AccessDenied', Message: 'no policy allows it' }],
    })
    expect(await s3.fails('HeadObject', { Bucket, Key: 'gone' })).toMatch(/^404/)
    await s3.ask('HeadObject', { Bucket, Key: 'kept' })
  })

  it('object tags are put, read and deleted', async () => {
    await put('k', 'v')
    const TagSet = [{ Key: 'team', Value: 'a' }]
    await s3.ask('PutObjectTagging', { Bucket, Key: 'k', Tagging: { TagSet } })
    expect(await s3.ask('GetObjectTagging', { Bucket, Key: 'k' })).toEqual({ TagSet })
    const eleven = Array.from({ length: 11 }, (_, at) => ({ Key: `k${at}`, Value: '' }))
    expect(await s3.fails('PutObjectTagging', { Bucket, Key: 'k', Tagging: { TagSet: eleven } })).toBe('400 InvalidTag')
    await s3.ask('DeleteObjectTagging', { Bucket, Key: 'k' })
    expect(await s3.ask('GetObjectTagging', { Bucket, Key: 'k' })).toEqual({ TagSet: [] })
  })

  it('GetObjectAttributes says what is asked', async () => {
    await put('k', 'v')
    const output = await s3.ask('GetObjectAttributes', {
      Bucket,
      Key: 'k',
      ObjectAttributes: ['ETag', 'ObjectSize', 'StorageClass'],
    })
    expect(output).toMatchObject({ ObjectSize: 1, StorageClass: 'STANDARD' })
  })
})

describe('lists', () => {
  beforeEach(async () => {
    await s3.ask('CreateBucket', { Bucket })
    for (const key of ['a', 'b/1', 'b/2', 'b/c/3', 'é', 'z z', '\u{1f600}', '\uffee']) await put(key, key)
  })

  it('are in the order of octets', async () => {
    expect(keysOf(await s3.ask('ListObjectsV2', { Bucket }))).toEqual([
      'a',
      'b/1',
      'b/2',
      'b/c/3',
      'z z',
      'é',
      '\uffee',
      '\u{1f600}',
    ])
  })

  it.each([
    ['prefix', { Prefix: 'b/' }, ['b/1', 'b/2', 'b/c/3'], []],
    ['delimiter', { Delimiter: '/' }, ['a', 'z z', 'é', '\uffee', '\u{1f600}'], ['b/']],
    ['prefix and delimiter', { Prefix: 'b/', Delimiter: '/' }, ['b/1', 'b/2'], ['b/c/']],
    ['start-after', { StartAfter: 'b/2', Prefix: 'b' }, ['b/c/3'], []],
    ['none', { MaxKeys: 0 }, [], []],
    ['a prefix that nothing has', { Prefix: 'q' }, [], []],
  ])('ListObjectsV2: %s', async (_rule, input, keys, prefixes) => {
    const output = await s3.ask('ListObjectsV2', { Bucket, ...input })
    expect([keysOf(output), keysOf(output, 'CommonPrefixes', 'Prefix')]).toEqual([keys, prefixes])
    expect(output.KeyCount).toBe(keys.length + prefixes.length)
    expect(output.IsTruncated).toBe(false)
  })

  it.each([1, 2, 3, 100])('ListObjectsV2: pages of %i with a delimiter make the whole', async (MaxKeys) => {
    const seen: unknown[] = []
    let ContinuationToken: unknown
    do {
      const page: Record<string, unknown> = await s3.ask('ListObjectsV2', {
        Bucket,
        Delimiter: '/',
        MaxKeys,
        ContinuationToken,
      })
      seen.push(...keysOf(page), ...keysOf(page, 'CommonPrefixes', 'Prefix'))
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken)
    expect(seen.sort()).toEqual(['a', 'b/', 'z z', 'é', '\uffee', '\u{1f600}'].sort())
  })

  it('ListObjects: a marker that is a common prefix passes over it', async () => {
    const first = await s3.ask('ListObjects', { Bucket, Delimiter: '/', MaxKeys: 2 })
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'b/' })
    const second = await s3.ask('ListObjects', { Bucket, Delimiter: '/', MaxKeys: 2, Marker: first.NextMarker })
    expect(keysOf(second)).toEqual(['z z', 'é'])
  })

  it('encoding-type url', async () => {
    const output = await s3.ask('ListObjectsV2', { Bucket, EncodingType: 'url', Prefix: 'z' })
    expect(keysOf(output)).toEqual(['z%20z'])
  })

  it('refuses a token that is none of its own', async () => {
    expect(await s3.fails('ListObjectsV2', { Bucket, ContinuationToken: '!' })).toBe('400 InvalidArgument')
    expect(await s3.fails('ListObjectsV2', { Bucket, MaxKeys: -1 })).toBe('400 InvalidArgument')
  })
})

describe('versions', () => {
  const enable = (Status: string) => s3.ask('PutBucketVersioning', { Bucket, VersioningConfiguration: { Status } })
  beforeEach(() => s3.ask('CreateBucket', { Bucket }))

  it('an overwritten and a deleted object are still there by their version', async () => {
    await put('k', 'before')
    await enable('Enabled')
    expect(await s3.ask('GetBucketVersioning', { Bucket })).toEqual({ Status: 'Enabled' })
    const { VersionId: first } = await put('k', 'one')
    const { VersionId: second } = await put('k', 'two')
    const { VersionId: marker, DeleteMarker } = await s3.ask('DeleteObject', { Bucket, Key: 'k' })
    expect(DeleteMarker).toBe(true)
    expect(await s3.fails('GetObject', { Bucket, Key: 'k' })).toBe('404 NoSuchKey')
    await expect(s3.ask('GetObject', { Bucket, Key: 'k' })).rejects.toMatchObject({
      fields: { 'x-amz-delete-marker': 'true' },
    })
    expect(await s3.fails('GetObject', { Bucket, Key: 'k', VersionId: marker })).toBe('405 MethodNotAllowed')
    expect(await s3.fails('GetObject', { Bucket, Key: 'k', VersionId: 'unknown' })).toBe('404 NoSuchVersion')
    expect(await s3.text({ Bucket, Key: 'k', VersionId: first })).toBe('one')
    expect(await s3.text({ Bucket, Key: 'k', VersionId: 'null' })).toBe('before')
    const listed = await s3.ask('ListObjectVersions', { Bucket })
    expect(keysOf(listed, 'Versions', 'VersionId')).toEqual([second, first, 'null'])
    expect(keysOf(listed, 'DeleteMarkers', 'VersionId')).toEqual([marker])
    expect(await s3.fails('DeleteBucket', { Bucket })).toBe('409 BucketNotEmpty')
    await s3.ask('DeleteObject', { Bucket, Key: 'k', VersionId: marker })
    expect(await s3.text({ Bucket, Key: 'k' })).toBe('two')
  })

  it('suspended: the null version is replaced, the others stay', async () => {
    await enable('Enabled')
    const { VersionId } = await put('k', 'kept')
    await enable('Suspended')
    expect(await put('k', 'one')).toMatchObject({ VersionId: 'null' })
    await put('k', 'two')
    expect(await s3.ask('DeleteObject', { Bucket, Key: 'k' })).toEqual({ VersionId: 'null', DeleteMarker: true })
    const listed = await s3.ask('ListObjectVersions', { Bucket })
    expect(keysOf(listed, 'Versions', 'VersionId')).toEqual([VersionId])
    expect(keysOf(listed, 'DeleteMarkers', 'VersionId')).toEqual(['null'])
  })

  it.each([1, 2, 3])('ListObjectVersions: pages of %i make the whole', async (MaxKeys) => {
    await enable('Enabled')
    for (const key of ['a', 'b', 'b', 'c']) await put(key, key)
    await s3.ask('DeleteObject', { Bucket, Key: 'b' })
    const seen: unknown[] = []
    let markers: Record<string, unknown> = {}
    for (;;) {
      const page = await s3.ask('ListObjectVersions', { Bucket, MaxKeys, ...markers })
      seen.push(...keysOf(page, 'Versions'), ...keysOf(page, 'DeleteMarkers'))
      if (!page.IsTruncated) break
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
    }
    expect(seen.sort()).toEqual(['a', 'b', 'b', 'b', 'c'])
  })
})

describe('multipart uploads', () => {
  const Key = 'big'
  const MiB = 1024 ** 2
  const part = (fill: number, size = 5 * MiB) => Buffer.alloc(size, fill)
  const begin = async (more: Record<string, unknown> = {}) =>
    (await s3.ask('CreateMultipartUpload', { Bucket, Key, ...more })).UploadId
  const upload = async (UploadId: unknown, PartNumber: number, Body: Buffer, more: Record<string, unknown> = {}) => {
    const { ETag } = await s3.ask('UploadPart', { Bucket, Key, UploadId, PartNumber, Body, ...more })
    return { PartNumber, ETag }
  }
  beforeEach(() => s3.ask('CreateBucket', { Bucket }))

  it('parts make one object, whose ETag says how many they were', async () => {
    const UploadId = await begin({ ContentType: 'text/plain', Metadata: { m: '1' } })
    const Parts = [await upload(UploadId, 2, part(1)), await upload(UploadId, 7, Buffer.from('tail'))]
    expect(keysOf(await s3.ask('ListParts', { Bucket, Key, UploadId }), 'Parts', 'PartNumber')).toEqual([2, 7])
    expect(keysOf(await s3.ask('ListMultipartUploads', { Bucket }), 'Uploads')).toEqual([Key])
    expect(await s3.fails('GetObject', { Bucket, Key })).toBe('404 NoSuchKey')
    const done = await s3.ask('CompleteMultipartUpload', { Bucket, Key, UploadId, MultipartUpload: { Parts } })
    const sums = [part(1), Buffer.from('tail')].map((bytes) => createHash('md5').update(bytes).digest())
    expect(done.ETag).toBe(`"${createHash('md5').update(Buffer.concat(sums)).digest('hex')}-2"`)
    expect(done).toMatchObject({ ChecksumType: 'FULL_OBJECT' })
    await s3.restart()
    expect(await s3.text({ Bucket, Key, Range: `bytes=${5 * MiB - 1}-` })).toBe('\u0001tail')
    expect(await s3.text({ Bucket, Key, PartNumber: 2 })).toBe('tail')
    expect(await s3.ask('HeadObject', { Bucket, Key, PartNumber: 1 })).toMatchObject({
      PartsCount: 2,
      ContentLength: 5 * MiB,
      Metadata: { m: '1' },
    })
    expect(await s3.fails('ListParts', { Bucket, Key, UploadId })).toBe('404 NoSuchUpload')
  })

  it('the whole checksum of parts is that of the bytes', async () => {
    const whole = await s3.ask('PutObject', {
      Bucket,
      Key: 'whole',
      Body: Buffer.concat([part(1), part(2, 100)]),
      ChecksumAlgorithm: 'CRC64NVME',
    })
    const UploadId = await begin()
    const Parts = [await upload(UploadId, 1, part(1)), await upload(UploadId, 2, part(2, 100))]
    const done = await s3.ask('CompleteMultipartUpload', { Bucket, Key, UploadId, MultipartUpload: { Parts } })
    expect(done.ChecksumCRC64NVME).toBe(whole.ChecksumCRC64NVME)
  })

  it('errors of completing', async () => {
    const UploadId = await begin()
    const [small, last] = [
      await upload(UploadId, 1, Buffer.from('small')),
      await upload(UploadId, 2, Buffer.from('last')),
    ]
    const complete = (Parts: object[]) =>
      s3.fails('CompleteMultipartUpload', { Bucket, Key, UploadId, MultipartUpload: { Parts } })
    expect(await complete([small, last])).toBe('400 EntityTooSmall')
    expect(await complete([last, small])).toBe('400 InvalidPartOrder')
    expect(await complete([{ PartNumber: 3, ETag: last.ETag }])).toBe('400 InvalidPart')
    expect(await complete([{ PartNumber: 2, ETag: small.ETag }])).toBe('400 InvalidPart')
    expect(await complete([])).toBe('400 MalformedXML')
    expect(await complete([last])).toBe('it passed')
    expect(await s3.text({ Bucket, Key })).toBe('last')
  })

  it('UploadPart: numbers from 1 to 10000, of an upload that is', async () => {
    const UploadId = await begin()
    expect(await s3.fails('UploadPart', { Bucket, Key, UploadId, PartNumber: 10_001 })).toBe('400 InvalidArgument')
    expect(await s3.fails('UploadPart', { Bucket, Key, UploadId, PartNumber: 0 })).toBe('400 InvalidArgument')
    expect(await s3.fails('UploadPart', { Bucket, Key, UploadId: 'none', PartNumber: 1 })).toBe('404 NoSuchUpload')
    await s3.ask('AbortMultipartUpload', { Bucket, Key, UploadId })
    expect(await s3.fails('AbortMultipartUpload', { Bucket, Key, UploadId })).toBe('404 NoSuchUpload')
  })

  it('UploadPartCopy takes a range of an object', async () => {
    await put('source', '0123456789')
    const UploadId = await begin()
    const copy = (CopySourceRange: string) => ({
      Bucket,
      Key,
      UploadId,
      PartNumber: 1,
      CopySource: `${Bucket}/source`,
      CopySourceRange,
    })
    expect(await s3.fails('UploadPartCopy', copy('bytes=5-10'))).toBe('400 InvalidArgument')
    const { CopyPartResult } = await s3.ask('UploadPartCopy', copy('bytes=2-4'))
    expect(CopyPartResult).toMatchObject({ ETag: md5('234') })
    await s3.ask('CompleteMultipartUpload', {
      Bucket,
      Key,
      UploadId,
      MultipartUpload: { Parts: [{ PartNumber: 1, ETag: md5('234') }] },
    })
    expect(await s3.text({ Bucket, Key })).toBe('234')
  })
})
