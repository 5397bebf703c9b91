// A service without an adapter of its own, over loopback: what is read of its requests, who may ask, and what comes of
// them with an upstream, with one that fails, and without one.

import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FrontDoor } from '../../edge/front-door.ts'
import type { Connection } from '../../iam/connection.ts'
import { type IdentifiedPrincipal, rootPrincipal } from '../../iam/principal.ts'
import { sha256Hex, signRequest, UNSIGNED_PAYLOAD } from '../../iam/sigv4.ts'
import { anyServices } from './any-adapter.ts'

const PUBLIC: Connection = { kind: 'public', sourceIp: '127.0.0.1', secure: false }
const ACCOUNT = '123456789012'

let server: Server
let upstream: Server
let answerUpstream: (req: IncomingMessage, res: ServerResponse) => unknown
let upstreams: Map<string, URL>
let connection: Connection
let allowed: string
let identity: object | undefined
let log: string[]

const user = (): IdentifiedPrincipal => ({
  ...rootPrincipal(ACCOUNT),
  kind: 'user',
  arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
  userName: 'ann',
  identityPolicies: [
    {
      name: 'inline',
      document: JSON.stringify(identity ?? { Statement: { Effect: 'Allow', Action: allowed, Resource: '*' } }),
    },
  ],
})

beforeEach(async () => {
  answerUpstream = (_req, res) => res.end()
  upstream = await listening((req, res) => answerUpstream(req, res))
  upstreams = new Map(['dynamodb', 'lambda', 'sqs'].map((service) => [service, new URL(urlOf(upstream))]))
  connection = PUBLIC
  allowed = '*'
  identity = undefined
  log = []
  const door = new FrontDoor({
    adapters: [],
    otherAdapter: anyServices(upstreams),
    identify: (id) => (id === 'AKIAKNOWN' ? { secret: 'secret', principal: user() } : undefined),
    mode: 'strict',
    endpointPolicy: () => ({
      name: 'vpce-1',
      document: JSON.stringify({
        Statement: { Effect: 'Allow', Principal: '*', Action: 'dynamodb:Get*', Resource: '*' },
      }),
    }),
    now: () => new Date(),
    log: (line) => log.push(line),
  })
  server = await listening((req, res) => door.answer(req, res, connection))
})

afterEach(() => {
  for (const one of [server, upstream]) {
    one.closeAllConnections()
    one.close()
  }
})

function listening(handler: (req: IncomingMessage, res: ServerResponse) => unknown): Promise<Server> {
  return new Promise((resolve) => {
    const made = createServer((req, res) => void handler(req, res)).listen(0, '127.0.0.1', () => resolve(made))
  })
}

function urlOf(one: Server): string {
  return `http://127.0.0.1:${(one.address() as AddressInfo).port}`
}

interface Ask {
  readonly service?: string
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly unsignedPayload?: boolean
}

interface Heard {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

function ask({
  service = 'dynamodb',
  method = 'POST',
  path = '/',
  headers = {},
  body = '',
  unsignedPayload,
}: Ask): Promise<Heard> {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const payloadHash = unsignedPayload ? UNSIGNED_PAYLOAD : sha256Hex(body)
  const signed = {
    ...headers,
    host: new URL(urlOf(server)).host,
    'x-amz-date': timestamp,
    ...(unsignedPayload && { 'x-amz-content-sha256': payloadHash }),
  }
  const scope = { date: timestamp.slice(0, 8), region: 'us-east-1', service }
  const [bare = '/', query = ''] = path.split('?')
  const signer = { accessKeyId: 'AKIAKNOWN', secret: 'secret', scope, timestamp, payloadHash }
  const authorization = signRequest({ method, path: bare, query, headers: signed }, signer)
  return new Promise((resolve, reject) => {
    const sent = httpRequest(urlOf(server), { method, path, headers: { ...signed, authorization } }, async (res) => {
      resolve({ status: res.statusCode ?? 0, headers: res.headers, body: await buffer(res) })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const TARGET = { 'x-amz-target': 'DynamoDB_20120810.GetItem', 'content-type': 'application/x-amz-json-1.0' }
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const CBOR = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' }
const CBOR_PATH = '/service/GraniteServiceVersion20100801/operation/PutMetricData'

describe('with an upstream', () => {
  it('passes a request on as it was signed, but for the hop and the host', async () => {
    let seen: IncomingMessage | undefined
    let body = ''
    answerUpstream = async (req, res) => {
      seen = req
      body = await text(req)
      res.writeHead(202, { 'x-own': 'yes', 'keep-alive': 'timeout=9', 'x-amzn-requestid': 'theirs' }).end('{"Item":{}}')
    }
    const headers = { ...TARGET, connection: 'x-hop', 'x-hop': '1' }
    const heard = await ask({ headers, body: '{"TableName":"t"}', path: '/?a=b' })
    expect(heard).toMatchObject({ status: 202, headers: { 'x-own': 'yes', 'x-amzn-requestid': 'theirs' } })
    expect(heard.body.toString()).toBe('{"Item":{}}')
    expect(body).toBe('{"TableName":"t"}')
    expect(seen).toMatchObject({ method: 'POST', url: '/?a=b' })
    expect(seen?.headers).toMatchObject({ ...TARGET, host: new URL(urlOf(upstream)).host })
    expect(seen?.headers.authorization).toMatch(/Credential=AKIAKNOWN\/.*\/us-east-1\/dynamodb\//)
    expect(seen?.headers).not.toHaveProperty('x-hop')
  })

  it('streams a body that is not signed, and the answer, at the same time', async () => {
    answerUpstream = (req, res) => req.pipe(res)
    const body = 'x'.repeat(3_000_000)
    const heard = await ask({
      service: 'lambda',
      path: '/2015-03-31/functions/f/invocations',
      body,
      unsignedPayload: true,
    })
    expect(heard.status).toBe(200)
    expect(heard.body.length).toBe(body.length)
  })

  it.each([
    ['that is not there', () => upstream.close(), 502, /"BadGateway".*refuses connections: is it running\?/s],
    [
      'that breaks off',
      () => {
        answerUpstream = (req) => req.socket.destroy()
      },
      502,
      /"BadGateway".*cannot be asked: socket hang up/s,
    ],
  ])('%s: says so', async (_what, spoil, status, words) => {
    spoil()
    const heard = await ask({ headers: TARGET })
    expect(heard.status).toBe(status)
    expect(heard.body.toString()).toMatch(words)
  })

  it('asks again where a kept connection was closed just then', async () => {
    let answered = 0
    answerUpstream = (req, res) => {
      if (answered++ === 1) req.socket.destroy()
      else res.end('ok')
    }
    expect((await ask({ headers: TARGET })).body.toString()).toBe('ok')
    expect((await ask({ headers: TARGET })).body.toString()).toBe('ok')
    expect(answered).toBe(3)
  })
})

describe('a table with two keys', () => {
  const Key = { date: { S: '2026' }, user: { S: 'ann' } }
  const table = {
    KeySchema: [
      { AttributeName: 'user', KeyType: 'HASH' },
      { AttributeName: 'date', KeyType: 'RANGE' },
    ],
  }
  let targets: string[]

  beforeEach(() => {
    targets = []
    identity = {
      Statement: {
        Effect: 'Allow',
        Action: 'dynamodb:GetItem',
        Resource: '*',
        Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'ann' } },
      },
    }
    answerUpstream = async (req, res) => {
      const target = String(req.headers['x-amz-target'])
      targets.push(`${target} ${await text(req)}`)
      res.end(target.endsWith('DescribeTable') ? JSON.stringify({ Table: table }) : '{"Item":{}}')
    }
  })

  it('is asked about once, and then known by its leading one', async () => {
    const body = JSON.stringify({ TableName: 't', Key })
    for (const expected of [200, 200]) expect((await ask({ headers: TARGET, body })).status).toBe(expected)
    const bob = JSON.stringify({ TableName: 't', Key: { ...Key, user: { S: 'bob' } } })
    expect((await ask({ headers: TARGET, body: bob })).body.toString()).toContain('AccessDenied')
    expect(targets).toEqual([
      'DynamoDB_20120810.DescribeTable {"TableName":"t"}',
      `DynamoDB_20120810.GetItem ${body}`,
      `DynamoDB_20120810.GetItem ${body}`,
    ])
  })

  it('lets less pass, never more, where its server does not tell', async () => {
    answerUpstream = (_req, res) => res.end('{"__type":"ResourceNotFoundException"}')
    const heard = await ask({ headers: TARGET, body: JSON.stringify({ TableName: 't', Key }) })
    expect(heard.body.toString()).toContain('AccessDenied')
  })
})

describe('who may', () => {
  it.each([
    ['JSON by its target', { headers: TARGET }, 'dynamodb:GetItem'],
    ['a form by its action', { service: 'sqs', headers: FORM, body: 'Action=SendMessage' }, 'sqs:SendMessage'],
    ['a query by its action', { service: 'sqs', method: 'GET', path: '/?Action=ListQueues' }, 'sqs:ListQueues'],
    [
      'CBOR by its path, by the prefix of its actions',
      { service: 'monitoring', headers: CBOR, path: CBOR_PATH },
      'cloudwatch:PutMetricData',
    ],
    [
      'REST by its method alone',
      { service: 'lambda', method: 'DELETE', path: '/2015-03-31/functions/f' },
      'lambda:DELETE',
    ],
  ])('reads %s', async (_how, question, action) => {
    allowed = 'nothing:*'
    const refused = await ask(question)
    expect(refused.body.toString()).toContain(`is not authorized to perform: ${action} `)
    allowed = action
    expect([200, 501]).toContain((await ask(question)).status)
  })

  it.each([
    ['JSON', { headers: TARGET }, 400, 'application/x-amz-json-1.0', /^\{"__type":"AccessDeniedException","Message"/],
    [
      'query',
      { service: 'sqs', headers: FORM, body: 'Action=SendMessage' },
      403,
      'text/xml',
      /^<ErrorResponse.*<Code>AccessDenied</s,
    ],
    ['REST', { service: 'lambda', method: 'GET', path: '/x' }, 403, 'application/json', /^\{"Message":"User/],
    [
      'CBOR',
      { service: 'monitoring', headers: CBOR, path: CBOR_PATH },
      403,
      'application/cbor',
      /__type.*AccessDeniedException/s,
    ],
  ])('is refused in the shape of %s', async (_protocol, question, status, type, body) => {
    allowed = 'nothing:*'
    const refused = await ask(question)
    expect(refused).toMatchObject({ status, headers: { 'content-type': expect.stringContaining(type) } })
    expect(refused.body.toString('latin1')).toMatch(body)
  })

  it('passes an endpoint only as its policy and its service allow', async () => {
    connection = {
      kind: 'endpoint',
      endpointId: 'vpce-1',
      endpointAccount: ACCOUNT,
      endpointType: 'Interface',
      serviceName: 'com.amazonaws.us-east-1.dynamodb',
      vpcId: 'vpc-1',
      region: 'us-east-1',
      vpcSourceIp: '10.0.1.9',
      interfaceId: 'eni-1',
      secure: true,
    }
    expect((await ask({ headers: TARGET })).status).toBe(200)
    const put = await ask({ headers: { ...TARGET, 'x-amz-target': 'DynamoDB_20120810.PutItem' } })
    expect(put.body.toString()).toContain('because no VPC endpoint policy allows the dynamodb:PutItem action')
    const other = await ask({ service: 'sqs', headers: FORM, body: 'Action=ListQueues' })
    expect(other.body.toString()).toContain("Credential should be scoped to correct service: 'dynamodb'.")
    upstreams.set('dynamodb-streams', new URL('http://127.0.0.1:1'))
    connection = { ...connection, serviceName: 'com.amazonaws.us-east-1.dynamodb-streams' }
    expect((await ask({ headers: TARGET })).body.toString()).toContain('http://127.0.0.1:1, refuses connections')
  })
})

describe('without an upstream', () => {
  it('says how to name one, once in the log', async () => {
    for (let count = 0; count < 2; count++) {
      const heard = await ask({ service: 'kms', headers: { ...TARGET, 'x-amz-target': 'TrentService.ListKeys' } })
      expect(heard.status).toBe(501)
      expect(heard.body.toString()).toContain('--upstream kms=http://127.0.0.1:8000')
    }
    expect(log).toEqual([expect.stringContaining('Nothing stands behind kms')])
  })

  it('an SDK hears it, and does not ask again', async () => {
    const credentials = { accessKeyId: 'AKIAKNOWN', secretAccessKey: 'secret' }
    const client = new SSMClient({ endpoint: urlOf(server), region: 'us-east-1', credentials })
    await expect(client.send(new DescribeParametersCommand({}))).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('Nothing stands behind ssm'),
      $metadata: { httpStatusCode: 501, attempts: 1 },
    })
  })

  it('a name of no service is said to be none', async () => {
    expect((await ask({ service: 'nonsense', headers: TARGET })).body.toString()).toContain(
      'serves nothing for nonsense',
    )
  })

  it('a request that names no operation is refused', async () => {
    const heard = await ask({ headers: { ...TARGET, 'x-amz-target': 'DynamoDB_20120810.Get Item' } })
    expect(heard).toMatchObject({ status: 400 })
    expect(heard.body.toString()).toContain('UnknownOperationException')
  })
})
