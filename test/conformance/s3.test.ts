// S3 as the AWS SDK for JavaScript sees it: the whole path from HTTP request to file and back.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FrontDoor } from '../../src/edge/front-door.ts'
import { S3Adapter } from '../../src/services/s3/s3-adapter.ts'

const Bucket = 'company-confidential-data'
const MiB = 1024 ** 2
let directory: string
let adapter: S3Adapter
let server: Server
let endpoint: string
let s3: S3Client
const logged: string[] = []

function clientOf(account: string, region = 'us-east-1'): S3Client {
  return new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId: account, secretAccessKey: 'anything' },
    maxAttempts: 1,
  })
}

/** The name and status of the error that a call ends with. */
async function failure(call: Promise<unknown>): Promise<string> {
  try {
    await call
    return 'it passed'
  } catch (error) {
    const { name, $metadata } = Object(error)
    return `${$metadata?.httpStatusCode} ${name}`
  }
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-s3-'))
  adapter = new S3Adapter(directory)
  const frontDoor = new FrontDoor({
    adapters: [adapter],
    identify: () => undefined,
    mode: 'open',
    endpointPolicy: () => undefined,
    now: () => new Date(),
    log: (line) => logged.push(line),
  })
  server = createServer((request, response) => {
    frontDoor
      .answer(request, response, { kind: 'public', sourceIp: '127.0.0.1', secure: false })
      .catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  s3 = clientOf('123456789012')
  await s3.send(new CreateBucketCommand({ Bucket }))
})
afterAll(async () => {
  s3.destroy()
  server.closeAllConnections()
  server.close()
  await adapter.close()
  rmSync(directory, { recursive: true, force: true })
  expect(logged).toEqual([])
})

describe('the AWS SDK for JavaScript', () => {
  it('buckets', async () => {
    await s3.send(
      new CreateBucketCommand({ Bucket: 'in-ireland', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }),
    )
    const { Buckets } = await s3.send(new ListBucketsCommand({}))
    expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket, 'in-ireland'])
    expect((await s3.send(new GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined()
    expect((await s3.send(new GetBucketLocationCommand({ Bucket: 'in-ireland' }))).LocationConstraint).toBe('eu-west-1')
    expect((await s3.send(new HeadBucketCommand({ Bucket }))).BucketRegion).toBe('us-east-1')
    expect(await failure(s3.send(new HeadBucketCommand({ Bucket: 'nobody-has-this' })))).toBe('404 NotFound')
    expect(await failure(s3.send(new CreateBucketCommand({ Bucket: 'UPPER' })))).toBe('400 InvalidBucketName')
    expect(await failure(clientOf('210987654321').send(new CreateBucketCommand({ Bucket })))).toBe(
      '409 BucketAlreadyExists',
    )
    expect(await failure(s3.send(new GetBucketPolicyCommand({ Bucket })))).toBe('404 NoSuchBucketPolicy')
    expect(await failure(s3.send(new HeadBucketCommand({ Bucket: 'in-ireland' })))).toMatch(/^301/)
    await clientOf('123456789012', 'eu-west-1').send(new DeleteBucketCommand({ Bucket: 'in-ireland' }))
  })

  it('objects, with every header', async () => {
    const Key = 'a folder/ü+&=?#%.txt'
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key,
        Body: 'secret',
        ContentType: 'text/plain',
        CacheControl: 'no-store',
        Metadata: { owner: 'me' },
        Expires: new Date('2030-01-01T00:00:00Z'),
        Tagging: 'team=a',
      }),
    )
    expect(put.ETag).toBe(`"${createHash('md5').update('secret').digest('hex')}"`)
    expect(put.ChecksumCRC32).toBeDefined()
    const read = await s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }))
    expect(await read.Body?.transformToString()).toBe('secret')
    expect(read).toMatchObject({
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      Metadata: { owner: 'me' },
      TagCount: 1,
      ServerSideEncryption: 'AES256',
    })
    expect(read.ExpiresString).toBe('Tue, 01 Jan 2030 00:00:00 GMT')
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({ ContentLength: 6, ETag: put.ETag })
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'a folder/' }))
    expect(Contents).toMatchObject([{ Key, Size: 6, ETag: put.ETag, StorageClass: 'STANDARD' }])
    expect((await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet).toEqual([{ Key: 'team', Value: 'a' }])
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent(Key)}` }))
    const range = await s3.send(new GetObjectCommand({ Bucket, Key: 'copy', Range: 'bytes=1-3' }))
    expect([range.$metadata.httpStatusCode, range.ContentRange, await range.Body?.transformToString()]).toEqual([
      206,
      'bytes 1-3/6',
      'ecr',
    ])
    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: 'copy' }] } }),
    )
    expect(Deleted).toEqual([{ Key }, { Key: 'copy' }])
  })

  it('errors', async () => {
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).toBe('404 NoSuchKey')
    expect(await failure(s3.send(new HeadObjectCommand({ Bucket, Key: 'none' })))).toBe('404 NotFound')
    expect(await failure(s3.send(new GetObjectCommand({ Bucket: 'nobody-has-this', Key: 'k' })))).toBe(
      '404 NoSuchBucket',
    )
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'v' }))
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'k', IfNoneMatch: ETag })))).toMatch(/^304/)
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'k', IfMatch: '"x"' })))).toBe(
      '412 PreconditionFailed',
    )
    expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=9-' })))).toBe(
      '416 InvalidRange',
    )
    expect(await failure(s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'v', IfNoneMatch: '*' })))).toBe(
      '412 PreconditionFailed',
    )
    expect(
      await failure(
        s3.send(
          new PutObjectCommand({ Bucket, Key: 'k', Body: 'v', ChecksumSHA256: createHash('sha256').digest('base64') }),
        ),
      ),
    ).toBe('400 BadDigest')
    expect(await failure(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('409 BucketNotEmpty')
    expect(await failure(clientOf('210987654321').send(new GetObjectCommand({ Bucket, Key: 'k' })))).toBe(
      '403 AccessDenied',
    )
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
  })

  it('a stream of 64 MB in chunks with a trailing checksum', async () => {
    const piece = Buffer.alloc(64 * 1024, 7)
    const Body = Readable.from(
      (function* () {
        for (let at = 0; at < 1024; at++) yield piece
      })(),
    )
    await s3.send(new PutObjectCommand({ Bucket, Key: 'big', Body, ContentLength: 64 * MiB }))
    const read = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', ChecksumMode: 'ENABLED' }))
    let size = 0
    if (read.Body instanceof Readable) for await (const chunk of read.Body) size += chunk.length
    expect(size).toBe(64 * MiB)
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'big' }))
  })

  it('multipart uploads', async () => {
    const Key = 'parts'
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/plain' }))
    const Parts = []
    for (const [at, Body] of [Buffer.alloc(5 * MiB, 1), Buffer.from('tail')].entries()) {
      const PartNumber = at + 1
      const part = await s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }))
      Parts.push({ PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 })
    }
    expect((await s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).Parts).toHaveLength(2)
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toMatchObject([{ Key, UploadId }])
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }),
    )
    expect(done.ETag).toMatch(/-2"$/)
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
      ContentLength: 5 * MiB + 4,
      ContentType: 'text/plain',
    })
    expect(await failure(s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })))).toBe('404 NoSuchUpload')
    await s3.send(new DeleteObjectCommand({ Bucket, Key }))
  })

  it('settings, tags, policies and versions', async () => {
    const name = 'with-versions'
    const arn = `arn:aws:s3:::${name}`
    await s3.send(new CreateBucketCommand({ Bucket: name }))
    await s3.send(new PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }))
    expect((await s3.send(new GetBucketTaggingCommand({ Bucket: name }))).TagSet).toEqual([{ Key: 'a', Value: 'b' }])
    const Rules = [{ ID: 'r', Status: 'Enabled' as const, Filter: { Prefix: 'x/' }, Expiration: { Days: 3 } }]
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket: name, LifecycleConfiguration: { Rules } }))
    expect((await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket: name }))).Rules).toEqual(Rules)
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket: name }))
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ])
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::210987654321:root' },
          Action: 's3:GetObject',
          Resource: `${arn}/*`,
        },
      ],
    })
    await s3.send(new PutBucketPolicyCommand({ Bucket: name, Policy }))
    expect((await s3.send(new GetBucketPolicyCommand({ Bucket: name }))).Policy).toBe(Policy)
    await s3.send(new PutBucketVersioningCommand({ Bucket: name, VersioningConfiguration: { Status: 'Enabled' } }))
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: name }))).Status).toBe('Enabled')
    const { VersionId } = await s3.send(new PutObjectCommand({ Bucket: name, Key: 'k', Body: 'one' }))
    expect(
      await (
        await clientOf('210987654321').send(new GetObjectCommand({ Bucket: name, Key: 'k' }))
      ).Body?.transformToString(),
    ).toBe('one')
    const marker = await s3.send(new DeleteObjectCommand({ Bucket: name, Key: 'k' }))
    expect(marker.DeleteMarker).toBe(true)
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: name }))
    expect([listed.Versions?.[0]?.VersionId, listed.DeleteMarkers?.[0]?.VersionId]).toEqual([
      VersionId,
      marker.VersionId,
    ])
    for (const version of [VersionId, marker.VersionId])
      await s3.send(new DeleteObjectCommand({ Bucket: name, Key: 'k', VersionId: version }))
    await s3.send(new DeleteBucketCommand({ Bucket: name }))
  })

  it('presigned URLs, and the header of a refusal', async () => {
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'signed' }), { expiresIn: 60 })
    expect((await fetch(url, { method: 'PUT', body: 'by hand' })).status).toBe(200)
    const get = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'signed' }), { expiresIn: 60 })
    expect(await (await fetch(get)).text()).toBe('by hand')
    const anonymous = await fetch(`${endpoint}/${Bucket}/signed`)
    expect([anonymous.status, await anonymous.text()]).toEqual([
      403,
      expect.stringContaining('<Code>AccessDenied</Code><Message>Access Denied</Message>'),
    ])
    const marker = await fetch(`${endpoint}/${Bucket}/signed`, { method: 'HEAD' })
    expect([marker.status, await marker.text()]).toEqual([403, ''])
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'signed' }))
  })
})
