// WebSockets through the front door, over a loopback server: who gets one, what the others hear, and how they end.

import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { ApiError } from '../errors.ts'
import type { Connection } from '../iam/connection.ts'
import { rootPrincipal } from '../iam/principal.ts'
import { EVERYONE } from '../iam/request.ts'
import { sha256Hex, signRequest } from '../iam/sigv4.ts'
import type { Codec } from '../wire/codec.ts'
import type { Adapter } from './adapter.ts'
import { FrontDoor } from './front-door.ts'
import { asksForWebSocket, MESSAGE_LIMIT } from './web-socket.ts'

const PUBLIC: Connection = { kind: 'public', sourceIp: '127.0.0.1', secure: false }
const POLICY_FOR = (action: string) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: action, Resource: '*' }] })

/** Reads the operation from the last part of the path; writes JSON. */
const codec: Codec = {
  begin: ({ path }) => ({
    streams: false,
    decode: () => ({ operation: path.slice(path.lastIndexOf('/') + 1), input: { path } }),
  }),
  encode: () => ({ status: 200, headers: {}, body: 'plain' }),
  encodeError: ({ code, status }) => ({ status, headers: { 'content-type': 'application/json' }, body: `"${code}"` }),
}

const talker: Adapter = {
  service: 'ssmmessages',
  operations: new Set(),
  codec,
  authorisations: async ({ operation }) => {
    const asked = { action: `ssmmessages:${operation}`, resource: '*', keys: {} }
    const byToken = { resourcePolicy: { name: 'the token', document: EVERYONE } }
    return [{ ...asked, ...(operation === 'OpenWithToken' && byToken) }]
  },
  refusal: (_call, _authorisation, decision) => new ApiError('AccessDeniedException', decision.message ?? ''),
  takesAnonymous: new Set(['OpenWithToken']),
  run: async () => ({}),
  upgrade: async ({ operation }, open) => {
    if (operation === 'Refuse') throw new ApiError('ResourceNotFoundException', 'no such channel', { status: 404 })
    const socket = await open()
    if (operation === 'Break') throw new Error('broken')
    socket.on('message', (message) => socket.send(`echo ${message}`))
  },
}
const { upgrade: _, ...silent } = talker
const deaf: Adapter = { ...silent, service: 'logs' }

let server: Server
let door: FrontDoor
let connection: Connection
let log: string[]

beforeEach(async () => {
  connection = PUBLIC
  log = []
  door = new FrontDoor({
    adapters: [talker, deaf],
    identify: (id) => (id === 'AKIAKNOWN' ? { secret: 'secret', principal: rootPrincipal('123456789012') } : undefined),
    mode: 'strict',
    endpointPolicy: () => ({ name: 'vpce-1', document: POLICY_FOR('ssmmessages:Open*') }),
    now: () => new Date(),
    log: (line) => log.push(line),
  })
  server = createServer({ shouldUpgradeCallback: asksForWebSocket }, (req, res) => door.answer(req, res, connection))
  server.on('upgrade', (req, socket, early) => void door.upgrade(req, { socket, early }, connection))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterEach(() => {
  door.close()
  server.closeAllConnections()
  server.close()
})

function authority(): string {
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

function signed(
  path: string,
  { service = 'ssmmessages', secret = 'secret', host = authority() } = {},
): Record<string, string> {
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const headers = { host, 'x-amz-date': timestamp }
  const scope = { date: timestamp.slice(0, 8), region: 'us-east-1', service }
  const signer = { accessKeyId: 'AKIAKNOWN', secret, scope, timestamp, payloadHash: sha256Hex('') }
  return { ...headers, authorization: signRequest({ method: 'GET', path, query: '', headers }, signer) }
}

function dial(path: string, headers = signed(path)): WebSocket {
  return new WebSocket(`ws://${authority()}${path}`, { headers, agent: false })
}

/** `open`, or status and body of the refusal. */
async function outcome(socket: WebSocket): Promise<string> {
  const opened = once(socket, 'open').then(() => 'open')
  const refused = new Promise<string>((resolve) =>
    socket.once('unexpected-response', async (_req, res) => resolve(`${res.statusCode} ${await text(res)}`)),
  )
  const result = await Promise.race([opened, refused])
  socket.on('error', () => undefined)
  return result
}

const ENDPOINT: Connection = {
  kind: 'endpoint',
  endpointId: 'vpce-1',
  endpointAccount: '123456789012',
  endpointType: 'Interface',
  serviceName: 'com.amazonaws.us-east-1.ssmmessages',
  vpcId: 'vpc-1',
  region: 'us-east-1',
  vpcSourceIp: '10.0.1.9',
  interfaceId: 'eni-1',
  secure: true,
}

describe('a request for a WebSocket', () => {
  it('that is signed and allowed gets one, which speaks', async () => {
    const socket = dial('/v1/OpenControlChannel')
    expect(await outcome(socket)).toBe('open')
    socket.send('hello')
    expect(String((await once(socket, 'message'))[0])).toBe('echo hello')
    socket.close()
  })

  it.each([
    [
      'unsigned, for an operation that wants a signature,',
      () => dial('/v1/Open', { host: authority() }),
      '403 "MissingAuthenticationToken"',
    ],
    [
      'signed with another secret',
      () => dial('/v1/Open', signed('/v1/Open', { secret: 'no' })),
      '403 "SignatureDoesNotMatch"',
    ],
    ['refused by its service', () => dial('/v1/Refuse'), '404 "ResourceNotFoundException"'],
    [
      'of a service without WebSockets',
      () => dial('/v1/Open', signed('/v1/Open', { service: 'logs' })),
      '400 "BadRequestException"',
    ],
  ])('%s is refused as any request', async (_rule, begin, expected) => {
    expect(await outcome(begin())).toBe(expected)
  })

  it('may be unsigned where its operation says so', async () => {
    expect(await outcome(dial('/v1/OpenWithToken', { host: authority() }))).toBe('open')
  })

  it('meets the policy of its endpoint', async () => {
    connection = ENDPOINT
    const through = (path: string) => dial(path, signed(path, { host: 'ssmmessages.us-east-1.amazonaws.com' }))
    expect(await outcome(through('/v1/OpenDataChannel'))).toBe('open')
    expect(await outcome(through('/v1/CloseDataChannel'))).toBe('403 "AccessDeniedException"')
  })

  it('with a broken handshake is told what is wrong', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    const headers = { ...signed('/v1/Open'), connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-key': 'short' }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`GET /v1/Open HTTP/1.1\r\n${lines.join('')}\r\n`)
    expect(await text(socket)).toMatch(/^HTTP\/1.1 400 .*"BadRequestException"/s)
  })
})

describe('a WebSocket', () => {
  it.each([
    ['when its service fails', (socket: WebSocket) => socket, '/v1/Break', 1011],
    [
      'when a message is over the limit',
      (socket: WebSocket) => socket.send('x'.repeat(MESSAGE_LIMIT + 1)),
      '/v1/O',
      1009,
    ],
    ['when the door closes', () => door.close(), '/v1/O', 1001],
  ])('ends %s', async (_rule, act, path, code) => {
    const socket = dial(path)
    const closed = once(socket, 'close')
    expect(await outcome(socket)).toBe('open')
    act(socket)
    expect((await closed)[0]).toBe(code)
    expect(log.length).toBe(code === 1011 ? 1 : 0)
  })
})
