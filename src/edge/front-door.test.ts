// The front door with adapters that answer at once: who gets in, by which signature, and what refusals look like to the
// real SDK clients. No addresses but a loopback server's.

import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetUserCommand, IAMClient } from '@aws-sdk/client-iam'
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import type { Connection } from '../iam/connection.ts'
import type { Identity, OrphanedKey } from '../iam/identity.ts'
import { rootPrincipal } from '../iam/principal.ts'
import { StoreUnavailable } from '../store/store.ts'
import type { Adapter, Call, Output } from './adapter.ts'
import { FrontDoor } from './front-door.ts'

const KNOWN = 'AKIAKNOWN'
const INACTIVE = 'AKIAINACTIVE'
const ORPHANED = 'ASIAORPHANED'
const TEMPORARY = 'ASIATEMPORARY'
const SECRET = 'secret'
const ENDPOINT: Connection = {
  kind: 'endpoint',
  endpointId: 'vpce-1',
  endpointAccount: '123456789012',
  endpointType: 'Gateway',
  serviceName: 'com.amazonaws.us-east-1.s3',
  vpcId: 'vpc-1',
  region: 'us-east-1',
  vpcSourceIp: '10.0.1.9',
  interfaceId: 'eni-1',
  secure: true,
}
const PUBLIC: Connection = { kind: 'public', sourceIp: '127.0.0.1', secure: false }

let server: Server
let endpoint: string
let connection: Connection
let mode: 'open' | 'strict'
let run: (call: Call) => Output | Promise<Output>
let call: Call | undefined
let now: () => Date
let endpointPolicy: string | undefined
const log: string[] = []

function identify(accessKeyId: string, sessionToken: string | undefined): Identity | OrphanedKey | undefined {
  const principal = rootPrincipal('123456789012')
  if (accessKeyId === KNOWN) return { secret: SECRET, principal }
  if (accessKeyId === ORPHANED) return { orphaned: true }
  if (accessKeyId === INACTIVE) return { secret: SECRET, principal, inactive: true }
  if (accessKeyId === TEMPORARY && sessionToken === 'token') {
    return { secret: SECRET, principal, expiresAt: '2026-01-01T00:00:00Z' }
  }
  return undefined
}

function adapter(service: string, operations: readonly string[]): Adapter {
  return {
    service,
    operations: new Set(operations),
    authorisations: async ({ operation }) =>
      operation === 'GetObject'
        ? [{ action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', resourceAccount: '123456789012', keys: {} }]
        : [],
    refusal: (_call, _authorisation, decision) => new ApiError('AccessDenied', decision.message ?? ''),
    run: async (received) => {
      call = received
      return run(received)
    },
  }
}

const ADAPTERS = [
  adapter('ec2', ['DescribeVpcs']),
  adapter('iam', ['GetUser']),
  adapter('sts', ['GetCallerIdentity', 'AssumeRoleWithWebIdentity']),
  adapter('s3', ['GetObject', 'HeadObject', 'PutObject', 'PutBucketTagging']),
]

beforeAll(async () => {
  const door = () =>
    new FrontDoor({
      adapters: ADAPTERS,
      identify,
      mode,
      endpointPolicy: () => (endpointPolicy === undefined ? undefined : { name: 'vpce-1', document: endpointPolicy }),
      now: () => now(),
      log: (line) => log.push(line),
    })
  const doors = new Map<string, FrontDoor>()
  server = createServer((req, res) => {
    const chosen = doors.get(mode) ?? door()
    doors.set(mode, chosen)
    chosen.answer(req, res, connection).catch(() => res.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

beforeEach(() => {
  connection = PUBLIC
  mode = 'open'
  run = () => ({})
  call = undefined
  now = () => new Date()
  endpointPolicy = undefined
  log.length = 0
})

function config(accessKeyId = KNOWN, secretAccessKey = SECRET, sessionToken?: string) {
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }
  return { endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
}

/** Unsigned, in the clear. */
function getWithHost(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    httpRequest(endpoint, { headers: { host } }, (res) => resolve(text(res)))
      .on('error', reject)
      .end()
  })
}

const s3 = (...key: Parameters<typeof config>) => new S3Client({ ...config(...key), forcePathStyle: true })

describe('who gets in', () => {
  it('a known key with its secret, as itself', async () => {
    await new EC2Client(config()).send(new DescribeVpcsCommand({ VpcIds: ['vpc-1'] }))
    expect(call).toMatchObject({
      operation: 'DescribeVpcs',
      input: { VpcIds: ['vpc-1'] },
      region: 'us-east-1',
      principal: { account: '123456789012' },
    })
  })

  it.each([
    ['twelve digits are that account', '210987654321', '210987654321'],
    ['any other unknown key is account 000000000000', 'test', '000000000000'],
  ])('open: %s', async (_rule, key, account) => {
    await new STSClient(config(key, 'whatever')).send(new GetCallerIdentityCommand({}))
    expect(call?.principal).toMatchObject({ kind: 'root', account })
  })

  it.each([
    ['ec2', () => new EC2Client(config(KNOWN, 'wrong')).send(new DescribeVpcsCommand({})), 'AuthFailure', 401],
    ['iam', () => new IAMClient(config(KNOWN, 'wrong')).send(new GetUserCommand({})), 'SignatureDoesNotMatch', 403],
    [
      's3',
      () => s3(KNOWN, 'wrong').send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
      'SignatureDoesNotMatch',
      403,
    ],
  ])('a known key with a wrong secret is refused also in open mode: %s', async (_service, send, name, status) => {
    await expect(send()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } })
    expect(call).toBeUndefined()
  })

  it.each([
    ['strict', PUBLIC],
    ['open', ENDPOINT],
    ['open', { ...PUBLIC, from: 'internet' as const }],
  ] as const)('%s mode over %j refuses unknown keys', async (chosen, path) => {
    mode = chosen
    connection = path
    const send = s3('123456789012', 'x').send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }), {})
    await expect(send).rejects.toMatchObject({ name: path.kind === 'public' ? 'InvalidAccessKeyId' : 'InvalidRequest' })
  })

  it.each(['open', 'strict'] as const)('%s mode refuses a deactivated key as if nobody had it', async (chosen) => {
    mode = chosen
    const send = s3(INACTIVE, SECRET).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
    await expect(send).rejects.toMatchObject({ name: 'InvalidAccessKeyId', $metadata: { httpStatusCode: 403 } })
    expect(call).toBeUndefined()
  })

  describe.each(['open', 'strict'] as const)('%s mode refuses a session whose role is gone', (chosen) => {
    const orphaned = [ORPHANED, SECRET, 'token'] as const
    it.each([
      ['ec2', () => new EC2Client(config(...orphaned)).send(new DescribeVpcsCommand({})), 'AuthFailure'],
      ['iam', () => new IAMClient(config(...orphaned)).send(new GetUserCommand({})), 'InvalidClientTokenId'],
      ['s3', () => s3(...orphaned).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })), 'InvalidAccessKeyId'],
    ])('%s', async (_service, send, name) => {
      mode = chosen
      await expect(send()).rejects.toMatchObject({ name })
      expect(call).toBeUndefined()
    })
  })

  it.each([
    ['another service', 'sts.us-east-1.amazonaws.com', /carries s3 only, and sts\.us-east-1.* is a name of sts/],
    ['no name of AWS’s', 'example.com', /carries s3 only, and 'example.com' is no name/],
    ['S3 Control', 's3-control.us-east-1.amazonaws.com', /<Code>NotImplemented</],
    ['an access point', 'p-1.s3-accesspoint.us-east-1.amazonaws.com', /<Code>NoSuchAccessPoint</],
  ])('an endpoint for S3 does not carry %s', async (_what, host, answer) => {
    connection = ENDPOINT
    expect(await getWithHost(host)).toMatch(answer)
    expect(call).toBeUndefined()
  })

  it('temporary credentials end', async () => {
    const send = () => new IAMClient(config(TEMPORARY, SECRET, 'token')).send(new GetUserCommand({}))
    await expect(send()).rejects.toMatchObject({ name: 'ExpiredToken' })
  })

  it('a session token of another key is refused', async () => {
    mode = 'strict'
    const send = s3(TEMPORARY, SECRET, 'other').send(new HeadObjectCommand({ Bucket: 'b', Key: 'k' }))
    await expect(send).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } })
  })

  it.each([
    ['ec2', () => new EC2Client(config()).send(new DescribeVpcsCommand({})), 'RequestExpired', 6],
    ['iam', () => new IAMClient(config()).send(new GetUserCommand({})), 'SignatureDoesNotMatch', 6],
    ['s3', () => s3().send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })), 'RequestTimeTooSkewed', 16],
  ])('%s refuses a clock that is too far off', async (_service, send, name, minutes) => {
    now = () => new Date(Date.now() + minutes * 60_000)
    await expect(send()).rejects.toMatchObject({ name })
    now = () => new Date(Date.now() - minutes * 60_000)
    await expect(send()).rejects.toMatchObject({ name })
  })

  it('nobody asks S3 and STS with a token of the web, and nothing else', async () => {
    await fetch(`${endpoint}/b/k`, { method: 'HEAD' })
    expect(call).toMatchObject({ operation: 'HeadObject', principal: { kind: 'anonymous' } })
    const web = { RoleArn: 'arn:aws:iam::1:role/r', RoleSessionName: 's', WebIdentityToken: 't' }
    await new STSClient(config()).send(new AssumeRoleWithWebIdentityCommand(web))
    expect(call).toMatchObject({ operation: 'AssumeRoleWithWebIdentity', principal: { kind: 'anonymous' } })
    for (const action of ['GetCallerIdentity', 'DescribeVpcs']) {
      const answer = await fetch(`${endpoint}/?Action=${action}`)
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('MissingAuthenticationToken')])
    }
  })
})

describe('S3 bodies', () => {
  const contents: Buffer[] = []
  beforeEach(() => {
    contents.length = 0
    run = async ({ input }) => {
      if (input.Body instanceof Readable) contents.push(await buffer(input.Body))
      return { ETag: '"e"' }
    }
  })

  it('a plain body streams to the adapter', async () => {
    await s3().send(new PutObjectCommand({ Bucket: 'b', Key: 'a b/ü', Body: 'hello', Metadata: { colour: 'red' } }))
    expect(contents).toEqual([Buffer.from('hello')])
    expect(call?.input).toMatchObject({ Key: 'a b/ü', Metadata: { colour: 'red' } })
  })

  it('a stream of unknown parts comes in chunks with a trailer', async () => {
    const pieces = Array.from({ length: 40 }, (_, at) => Buffer.alloc(10_007, at))
    let trailers: unknown
    run = async ({ input }) => {
      if (input.Body instanceof Readable) contents.push(await buffer(input.Body))
      trailers = input.Body && 'trailers' in Object(input.Body) ? Object(input.Body).trailers : undefined
      return {}
    }
    const body = Readable.from(pieces)
    await s3().send(new PutObjectCommand({ Bucket: 'b', Key: 'k', Body: body, ContentLength: 400_280 }))
    expect(contents).toEqual([Buffer.concat(pieces)])
    expect(trailers).toEqual({ 'x-amz-checksum-crc32': expect.any(String) })
    expect(call?.input.ContentEncoding).toBeUndefined()
    expect(call?.input.ContentLength).toBe(400_280)
  })

  it('a body that is not the signed one is refused', async () => {
    const client = s3()
    client.middlewareStack.add(
      (next) => (args) => {
        Object(args.request).body = Object(args.request).body.replace('Key', 'Kex')
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low' },
    )
    const send = client.send(
      new PutBucketTaggingCommand({ Bucket: 'b', Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }),
    )
    await expect(send).rejects.toMatchObject({ name: 'XAmzContentSHA256Mismatch' })
  })

  it('a presigned URL works until it ends, for its own key only', async () => {
    run = () => ({ Body: Readable.from(['hi']), ContentLength: 2 })
    const url = await getSignedUrl(s3(), new GetObjectCommand({ Bucket: 'b', Key: 'x/y +ä' }), { expiresIn: 60 })
    const answer = await fetch(url)
    expect([answer.status, await answer.text()]).toEqual([200, 'hi'])
    expect(call).toMatchObject({ input: { Bucket: 'b', Key: 'x/y +ä' }, principal: { account: '123456789012' } })
    expect(await (await fetch(url.replace('/b/x', '/b/z'))).text()).toContain('<Code>SignatureDoesNotMatch</Code>')
    now = () => new Date(Date.now() + 61_000)
    expect(await (await fetch(url)).text()).toContain('<Message>Request has expired</Message>')
  })

  it('a presigned URL for over a week is refused', async () => {
    const url = await getSignedUrl(s3(), new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
    const answer = await fetch(url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=604801'))
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('<Code>AuthorizationQueryParametersError</Code>'),
    ])
  })

  it('a presigned PUT takes a body', async () => {
    const url = await getSignedUrl(s3(), new PutObjectCommand({ Bucket: 'b', Key: 'k' }))
    const answer = await fetch(url, { method: 'PUT', body: 'content' })
    expect([answer.status, contents]).toEqual([200, [Buffer.from('content')]])
  })

  it('a header that the signature does not cover is refused', async () => {
    const url = await getSignedUrl(s3(), new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
    const answer = await fetch(url, { headers: { 'x-amz-expected-bucket-owner': '1' } })
    expect(await answer.text()).toContain('<HeadersNotSigned>x-amz-expected-bucket-owner</HeadersNotSigned>')
  })

  it('a host may name the bucket', async () => {
    const { port } = new URL(endpoint)
    const asked = await new Promise<string>((resolve, reject) => {
      const options = { port, path: '/k', method: 'HEAD', headers: { host: 'my-bucket.s3.eu-west-1.amazonaws.com' } }
      httpRequest(options, (res) => resolve(text(res)))
        .on('error', reject)
        .end()
    })
    expect(asked).toBe('')
    expect(call).toMatchObject({ input: { Bucket: 'my-bucket', Key: 'k' }, region: 'eu-west-1' })
  })
})

describe('policies and paths', () => {
  it('a refusal is the adapter’s, with the sentence of the policies', async () => {
    endpointPolicy = '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}'
    connection = ENDPOINT
    const client = new S3Client({ ...config(), forcePathStyle: true })
    const { hostname } = new URL(endpoint)
    client.middlewareStack.add(
      (next) => (args) => {
        Object(args.request).headers.host = 's3.us-east-1.amazonaws.com'
        return next(args)
      },
      { step: 'build', priority: 'low' },
    )
    expect(hostname).toBe('127.0.0.1')
    const send = client.send(new GetObjectCommand({ Bucket: 'b', Key: 'k' }))
    await expect(send).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('explicit deny in a VPC endpoint policy'),
    })
  })

  it('a credential for another service does not lead out of the endpoint', async () => {
    connection = ENDPOINT
    const client = new EC2Client(config())
    client.middlewareStack.add(
      (next) => (args) => {
        Object(args.request).headers.host = 's3.us-east-1.amazonaws.com'
        return next(args)
      },
      { step: 'build', priority: 'low' },
    )
    await expect(client.send(new DescribeVpcsCommand({}))).rejects.toThrow()
    expect(call).toBeUndefined()
  })
})

describe('faults', () => {
  it('a service that is not here is said in the protocol of the request, and not to be retried', async () => {
    const send = new SSMClient(config()).send(new GetParameterCommand({ Name: 'p' }))
    await expect(send).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'Postern serves nothing for ssm: it has ec2, iam, sts, s3',
      $metadata: { httpStatusCode: 400 },
    })
  })

  it('an unexpected error is logged under the request’s id and says nothing else', async () => {
    run = () => {
      throw new TypeError('a secret detail')
    }
    const refused = await new EC2Client(config()).send(new DescribeVpcsCommand({})).catch((error: unknown) => error)
    expect(refused).toMatchObject({ name: 'InternalError', $metadata: { httpStatusCode: 500 } })
    const { requestId } = Object(refused).$metadata
    expect(log).toEqual([expect.stringMatching(new RegExp(`^${requestId} DescribeVpcs: TypeError: a secret detail`))])
    expect(String(refused)).not.toContain('secret')
  })

  it('a disk that cannot be written is said', async () => {
    run = () => {
      throw new StoreUnavailable('ENOSPC')
    }
    await expect(new EC2Client(config()).send(new DescribeVpcsCommand({}))).rejects.toMatchObject({
      name: 'ServiceUnavailable',
      message: expect.stringContaining('disk could not be written'),
      $metadata: { httpStatusCode: 503 },
    })
  })

  it('what is not served is logged once', async () => {
    const gap = () => s3().send(new PutBucketTaggingCommand({ Bucket: 'b', Tagging: { TagSet: [] } }))
    await gap()
    const missing = await fetch(`${endpoint}/b?cors`)
    expect([missing.status, await missing.text()]).toEqual([501, expect.stringContaining('GetBucketCors')])
    await (await fetch(`${endpoint}/b?cors`)).text()
    expect(log).toHaveLength(1)
  })

  it('a body over the limit is refused, and the connection lives on', async () => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `Action=GetCallerIdentity&x=${'x'.repeat(11 * 1024 * 1024)}`,
    })
    expect(answer.status).toBe(413)
    expect(await answer.text()).toContain('<Code>RequestEntityTooLarge</Code>')
  })

  it('an Authorization header of any text is a 4xx', async () => {
    const headers = ['', 'Basic abc', 'AWS4-HMAC-SHA256', 'AWS4-HMAC-SHA256 Credential=a/b,SignedHeaders=,Signature=']
    for (const authorization of headers) {
      const { status } = await fetch(`${endpoint}/b/k`, { headers: { authorization } })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
  })
})
