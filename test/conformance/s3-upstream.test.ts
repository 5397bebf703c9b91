// S3 with another server behind it: here a second Postern that verifies every signature and knows one key.

import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Adapter } from '../../src/edge/adapter.ts'
import { FrontDoor } from '../../src/edge/front-door.ts'
import { type IdentifiedPrincipal, rootPrincipal } from '../../src/iam/principal.ts'
import { S3Adapter } from '../../src/services/s3/s3-adapter.ts'
import { S3Upstream } from '../../src/services/s3/upstream.ts'
import { parseUpstream } from '../../src/services/s3/upstream-request.ts'

const OWNER = '123456789012'
const OTHER = '210987654321'
const Bucket = 'kept-elsewhere'
const KEY = 'AKIAUPSTREAM'
const SECRET = 'a/secret+with&signs'

let directory: string
let there: { server: Server; url: string }
let here: { server: Server; url: string }
let backend: S3Adapter
let upstream: S3Upstream

function serve(
  adapter: Adapter,
  key?: { secret: string; principal: IdentifiedPrincipal },
): Promise<{ server: Server; url: string }> {
  const frontDoor = new FrontDoor({
    adapters: [adapter],
    identify: (id) => (id === KEY ? key : undefined),
    mode: key ? 'strict' : 'open',
    endpointPolicy: () => undefined,
    now: () => new Date(),
    log: (line) => expect.unreachable(line),
  })
  const server = createServer((request, response) => {
    frontDoor
      .answer(request, response, { kind: 'public', sourceIp: '127.0.0.1', secure: false })
      .catch(() => response.destroy())
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({ server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    )
  })
}

function client(endpoint: string, accessKeyId: string, secretAccessKey = 'anything'): S3Client {
  return new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  })
}

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
  directory = mkdtempSync(join(tmpdir(), 'postern-upstream-'))
  backend = new S3Adapter(join(directory, 'there'))
  there = await serve(backend, { secret: SECRET, principal: rootPrincipal(OWNER) })
  const url = there.url.replace('http://', `http://${KEY}:${encodeURIComponent(SECRET)}@`)
  upstream = new S3Upstream(join(directory, 'here'), { ...parseUpstream(url), account: OWNER })
  here = await serve(upstream)
})
afterAll(async () => {
  for (const { server } of [there, here]) {
    server.closeAllConnections()
    server.close()
  }
  await upstream.close()
  await backend.close()
  rmSync(directory, { recursive: true, force: true })
})

it('requests pass to the other server under its own key, and its answers come back', async () => {
  const s3 = client(here.url, OWNER)
  await s3.send(new CreateBucketCommand({ Bucket }))
  const Key = 'a folder/ü+&=?#%.txt'
  const { ETag } = await s3.send(
    new PutObjectCommand({ Bucket, Key, Body: 'secret', ContentType: 'text/plain', Metadata: { owner: 'me' } }),
  )
  expect(ETag).toBe(`"${createHash('md5').update('secret').digest('hex')}"`)
  expect(
    await (await client(there.url, KEY, SECRET).send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString(),
  ).toBe('secret')
  const range = await s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=1-3' }))
  expect([range.$metadata.httpStatusCode, await range.Body?.transformToString(), range.Metadata]).toEqual([
    206,
    'ecr',
    { owner: 'me' },
  ])
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength).toBe(6)
  await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${encodeURIComponent(Key)}` }))
  expect((await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }))).Contents).toMatchObject([
    { Key: 'copy' },
  ])
  const url = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'copy' }))
  expect(await (await fetch(url)).text()).toBe('secret')
  expect(await failure(s3.send(new GetObjectCommand({ Bucket, Key: 'none' })))).toBe('404 NoSuchKey')
  expect(await failure(s3.send(new DeleteBucketCommand({ Bucket })))).toBe('409 BucketNotEmpty')
  for (const name of [Key, 'copy']) await s3.send(new DeleteObjectCommand({ Bucket, Key: name }))
})

it('a stream passes, and one whose checksum is wrong is never taken for whole', async () => {
  const s3 = client(here.url, OWNER)
  const Body = () =>
    Readable.from(
      (function* () {
        for (let at = 0; at < 64; at++) yield Buffer.alloc(65_536, at)
      })(),
    )
  await s3.send(new PutObjectCommand({ Bucket, Key: 'stream', Body: Body(), ContentLength: 64 * 65_536 }))
  expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'stream' }))).ContentLength).toBe(64 * 65_536)
  const wrong = createHash('sha256').digest('base64')
  expect(await failure(s3.send(new PutObjectCommand({ Bucket, Key: 'wrong', Body: 'v', ChecksumSHA256: wrong })))).toBe(
    '400 BadDigest',
  )
  expect(await failure(s3.send(new HeadObjectCommand({ Bucket, Key: 'wrong' })))).toBe('404 NotFound')
  await s3.send(new DeleteObjectCommand({ Bucket, Key: 'stream' }))
})

it('owners and policies are kept here', async () => {
  const [mine, other] = [client(here.url, OWNER), client(here.url, OTHER)]
  await mine.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'v' }))
  expect(await failure(other.send(new GetObjectCommand({ Bucket, Key: 'k' })))).toBe('403 AccessDenied')
  expect(await failure(other.send(new CreateBucketCommand({ Bucket })))).toBe('409 BucketAlreadyExists')
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: OTHER }, Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
  ]
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement })
  await mine.send(new PutBucketPolicyCommand({ Bucket, Policy }))
  expect((await mine.send(new GetBucketPolicyCommand({ Bucket }))).Policy).toBe(Policy)
  expect(await (await other.send(new GetObjectCommand({ Bucket, Key: 'k' }))).Body?.transformToString()).toBe('v')
  expect(await failure(client(there.url, KEY, SECRET).send(new GetBucketPolicyCommand({ Bucket })))).toBe(
    '404 NoSuchBucketPolicy',
  )
  await mine.send(new DeleteObjectCommand({ Bucket, Key: 'k' }))
})

it('buckets that the other had before belong to the account that it is for', async () => {
  await client(there.url, KEY, SECRET).send(new CreateBucketCommand({ Bucket: 'from-before' }))
  const names = async (account: string) =>
    (await client(here.url, account).send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name) ?? []
  expect([await names(OWNER), await names(OTHER)]).toEqual([['from-before', Bucket], []])
  expect(await failure(client(here.url, OTHER).send(new HeadBucketCommand({ Bucket: 'from-before' })))).toMatch(/^403/)
  await client(here.url, OWNER).send(new DeleteBucketCommand({ Bucket: 'from-before' }))
  expect(await failure(client(there.url, KEY, SECRET).send(new HeadBucketCommand({ Bucket: 'from-before' })))).toMatch(
    /^404/,
  )
})

it.each(['', 'minio:9000', 'ftp://k:s@h', 'http://h:9000'])('parseUpstream refuses %j', (text) => {
  expect(() => parseUpstream(text)).toThrow('http://KEY:SECRET@HOST:PORT')
})
