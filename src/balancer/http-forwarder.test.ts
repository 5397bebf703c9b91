// An Application Load Balancer's requests on their way to targets and back. Addresses of the loopback network stand for the
// backbone's (testing.ts).

import { once } from 'node:events'
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { request as requestTls } from 'node:https'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makePair } from '../control/acm/testing.ts'
import type { Address } from '../ip/address.ts'
import type { RuleAction, RuleCondition } from '../store/listener-rule-records.ts'
import { HttpForwarder } from './http-forwarder.ts'
import type { HttpFront, HttpGroup } from './messages.ts'
import { CLIENT, DOOR, ending, freePort, NODE, open, readAll, TARGETS } from './testing.ts'

const PRIVATE = '10.0.1.7' as Address

let forwarder: HttpForwarder
let port: number
let servers: Server[]
/** What targets were asked, the last one last. */
let heard: IncomingMessage[]

beforeEach(async () => {
  forwarder = new HttpForwarder({ log: () => undefined })
  port = await freePort()
  servers = []
  heard = []
})

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await forwarder.close()
})

type Answer = (message: IncomingMessage, response: ServerResponse) => void

/** A target that says who it is. */
async function target(index: 0 | 1, answer: Answer = (_, response) => void response.end(`target ${index}`)) {
  const server = createServer((message, response) => {
    heard.push(message)
    answer(message, response)
  })
  servers.push(server)
  server.listen(0, TARGETS[index])
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('the target does not listen')
  return { id: `target ${index}`, address: TARGETS[index] ?? NODE, port: address.port }
}

function group(targets: HttpGroup['targets'], changes: Partial<HttpGroup> = {}): HttpGroup {
  return { id: 'tg', tls: false, algorithm: 'round_robin', targets, ...changes }
}

const toGroup = (...ids: string[]): RuleAction => ({
  type: 'forward',
  groups: ids.map((targetGroupId) => ({ targetGroupId, weight: 1 })),
})

function rule(priority: number | undefined, action: RuleAction, ...conditions: RuleCondition[]) {
  return { id: `rule ${priority ?? 'default'}`, ...(priority && { priority }), conditions, action }
}

const HTTP: HttpFront['http'] = {
  idleTimeout: 60,
  clientKeepAlive: 60,
  http2: true,
  dropInvalidHeaderFields: false,
  preserveHostHeader: false,
  forwardedFor: 'append',
  clientPort: false,
  tlsHeaders: false,
}

async function want(groups: readonly HttpGroup[], changes: Partial<HttpFront> = {}, certificates = {}): Promise<void> {
  const front: HttpFront = {
    id: 'listener eni-node',
    listenerId: 'listener',
    port,
    doors: [{ address: DOOR }],
    node: { address: '10.0.1.20' as Address, backboneAddress: NODE },
    http: HTTP,
    answer: { server: true, headers: {} },
    rules: [rule(undefined, toGroup('tg'))],
    groups,
    ...changes,
  }
  await forwarder.want({ httpFronts: [front], clients: { [CLIENT]: PRIVATE }, certificates })
}

interface Asked {
  readonly method?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string
  readonly agent?: Agent
}

async function ask(path = '/', { headers = {}, body, ...asked }: Asked = {}) {
  const outgoing = request({
    host: DOOR,
    port,
    localAddress: CLIENT,
    path,
    headers: { host: 'a.example.com', ...headers },
    ...asked,
  })
  outgoing.end(body)
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return { status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks).toString() }
}

test('a target sees the node, and is told of the client, the scheme and the port', async () => {
  await want([group([await target(0)])])
  const answer = await ask('/cart?x=1', {
    method: 'POST',
    headers: { 'X-Forwarded-For': '198.51.100.1' },
    body: 'hello',
  })
  expect(answer).toMatchObject({ status: 200, body: 'target 0' })
  const [message] = heard
  expect([message?.method, message?.url, message?.socket.remoteAddress]).toEqual(['POST', '/cart?x=1', NODE])
  expect(message?.headers).toMatchObject({
    host: `a.example.com:${port}`,
    'x-forwarded-for': `198.51.100.1, ${PRIVATE}`,
    'x-forwarded-proto': 'http',
    'x-forwarded-port': String(port),
    'x-amzn-trace-id': expect.stringMatching(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/),
    'content-length': '5',
  })
})

test.each<[what: string, http: Partial<HttpFront['http']>, headers: object]>([
  ['remove', { forwardedFor: 'remove' }, { 'x-forwarded-for': undefined }],
  ['preserve', { forwardedFor: 'preserve' }, { 'x-forwarded-for': '198.51.100.1' }],
  [
    'the client port',
    { clientPort: true },
    { 'x-forwarded-for': expect.stringMatching(/^198.51.100.1, 10.0.1.7:\d+$/) },
  ],
  ['the Host header', { preserveHostHeader: true }, { host: 'a.example.com' }],
  ['names that are no names', { dropInvalidHeaderFields: true }, { x_y: undefined, 'x-z': '2' }],
  ['and else they stay', {}, { x_y: '1', 'x-z': '2' }],
  ['what is for one connection only', {}, { 'keep-alive': undefined, 'x-hop': undefined, connection: 'keep-alive' }],
])('attributes: %s', async (_, http, expected) => {
  await want([group([await target(0)])], { http: { ...HTTP, ...http } })
  const headers = {
    'X-Forwarded-For': '198.51.100.1',
    x_y: '1',
    'X-Z': '2',
    'X-Hop': '3',
    Connection: 'keep-alive, x-hop',
  }
  await ask('/', { headers })
  expect(heard[0]?.headers).toMatchObject(
    Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
  )
  for (const [name, value] of Object.entries(expected))
    if (value === undefined) expect(heard[0]?.headers[name]).toBeUndefined()
})

test('the rules decide: another group, a redirect, an answer of its own', async () => {
  const groups = [group([await target(0)]), group([await target(1)], { id: 'api' })]
  const answer = { server: true, headers: { 'x-frame-options': 'DENY' } }
  const redirect: RuleAction = {
    type: 'redirect',
    protocol: 'HTTPS',
    host: '#{host}',
    port: '443',
    path: '/#{path}',
    query: '#{query}',
    status: 301,
  }
  await want(groups, {
    answer,
    rules: [
      rule(1, toGroup('api'), { field: 'path-pattern', values: ['/api/*'] }),
      rule(2, redirect, { field: 'host-header', values: ['old.example.com'] }),
      rule(
        3,
        { type: 'fixed-response', status: 404, contentType: 'text/plain', body: 'no' },
        { field: 'http-request-method', values: ['DELETE'] },
      ),
      rule(undefined, toGroup('tg')),
    ],
  })
  expect(await ask('/api/x')).toMatchObject({ body: 'target 1', headers: { 'x-frame-options': 'DENY' } })
  expect(await ask('/other')).toMatchObject({ body: 'target 0' })
  expect(await ask('/a?b=c', { headers: { host: 'old.example.com' } })).toMatchObject({
    status: 301,
    headers: { location: 'https://old.example.com/a?b=c', server: 'awselb/2.0' },
  })
  expect(await ask('/', { method: 'DELETE' })).toMatchObject({ status: 404, body: 'no' })
  expect(heard).toHaveLength(2)
})

test('targets take turns, and a cookie brings a client back to its own', async () => {
  const targets = [await target(0), await target(1)]
  await want([group(targets)])
  const bodies = [await ask(), await ask(), await ask(), await ask()].map(({ body }) => body)
  expect(new Set(bodies).size).toBe(2)
  expect(bodies[0]).toBe(bodies[2])
  await want([group(targets, { cookie: { kind: 'lb_cookie', seconds: 60 } })])
  const first = await ask()
  const cookie = (first.headers['set-cookie'] ?? []).map((text) => text.split(';')[0] ?? '').join('; ')
  expect(cookie).toMatch(/^AWSALB=[\w-]+; AWSALBCORS=[\w-]+$/)
  for (let index = 0; index < 4; index++) expect((await ask('/', { headers: { cookie } })).body).toBe(first.body)
})

test.each<[status: number, what: string, answer: Answer, idleTimeout: number]>([
  [502, 'hangs up', (message) => void message.socket.destroy(), 60],
  [502, 'speaks no HTTP', (message) => void message.socket.end('hello\r\n\r\n'), 60],
  [504, 'says nothing', () => undefined, 0.3],
])('%d when a target %s', async (status, _, answer, idleTimeout) => {
  await want([group([await target(0, answer)])], { http: { ...HTTP, idleTimeout } })
  const got = await ask()
  expect([got.status, got.headers.server]).toEqual([status, 'awselb/2.0'])
  expect(got.body).toContain(`<title>${status} `)
})

test('502 when nobody listens, 503 without a target or a weight, 504 without anybody at its address', async () => {
  const gone = { id: 'gone', address: TARGETS[0] ?? NODE, port: await freePort() }
  const none: RuleAction = { type: 'forward', groups: [{ targetGroupId: 'tg', weight: 0 }] }
  const statuses: (number | undefined)[] = []
  for (const [targets, rules] of [
    [[gone], undefined],
    [[], undefined],
    [[gone], [rule(undefined, none)]],
    [[{ id: 'nowhere' }], undefined],
  ] as const) {
    await want([group(targets)], rules && { rules })
    statuses.push((await ask()).status)
  }
  expect(statuses).toEqual([502, 503, 503, 504])
})

test('a connection is kept for the next request, on both sides', async () => {
  await want([group([await target(0)])])
  const agent = new Agent({ keepAlive: true, maxSockets: 1, localAddress: CLIENT })
  await ask('/1', { agent })
  await ask('/2', { agent })
  agent.destroy()
  expect(heard.map(({ url }) => url)).toEqual(['/1', '/2'])
  expect(heard[0]?.socket).toBe(heard[1]?.socket)
})

test('what is no HTTP is answered 400', async () => {
  await want([group([await target(0)])])
  const socket = await open(port)
  socket.end('hello\r\n\r\n')
  expect(await readAll(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nServer: awselb\/2\.0\r\n/)
  expect(heard).toEqual([])
})

test('a WebSocket passes bytes both ways', async () => {
  const one = await target(0)
  servers[0]?.on('upgrade', (message, socket) => {
    heard.push(message)
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    socket.pipe(socket)
  })
  await want([group([one])])
  const outgoing = request({ host: DOOR, port, headers: { host: 'a', connection: 'Upgrade', upgrade: 'websocket' } })
  outgoing.end()
  const [answer, socket] = await once(outgoing, 'upgrade')
  expect([answer.statusCode, heard[0]?.headers.upgrade]).toEqual([101, 'websocket'])
  socket.end('hello')
  expect(await readAll(socket)).toBe('hello')
})

test('TLS ends with the certificate for the name, and HTTP/2 is spoken to who asks for it', async () => {
  const [one, two] = ['one.example.com', 'two.example.com'].map((name) => makePair({ names: [name] }))
  if (!one || !two) throw new Error('no certificates')
  const files = (pair: typeof one) => ({
    certificate: pair.certificate.toString(),
    privateKey: pair.privateKey.toString(),
  })
  const tls = {
    certificateIds: ['one', 'two'],
    alpnPolicy: 'HTTP2Preferred',
    sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
  }
  const http = { ...HTTP, tlsHeaders: true }
  await want([group([await target(0)])], { tls, http }, { one: files(one), two: files(two) })
  const outgoing = requestTls({
    host: DOOR,
    port,
    servername: 'two.example.com',
    ca: two.certificate,
    headers: { host: 'two.example.com' },
  })
  outgoing.end()
  const [answer] = await once(outgoing, 'response')
  answer.resume()
  expect(answer.statusCode).toBe(200)
  expect(heard[0]?.headers).toMatchObject({ 'x-forwarded-proto': 'https', 'x-amzn-tls-version': 'TLSv1.3' })
  const session = connectHttp2(`https://${DOOR}:${port}`, { servername: 'one.example.com', ca: one.certificate })
  const stream = session.request({ ':path': '/two', ':authority': 'one.example.com' })
  const [headers] = await once(stream, 'response')
  stream.resume()
  await once(stream, 'close')
  session.destroy()
  expect([headers[':status'], heard[1]?.url, heard[1]?.headers.host]).toEqual([200, '/two', `one.example.com:${port}`])
  expect(heard[1]?.headers['transfer-encoding']).toBeUndefined()
})

test('a front that is gone takes its connections with it', async () => {
  await want([group([await target(0)])])
  const socket = await open(port)
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(socket, 'data')
  await forwarder.want({ clients: {}, certificates: {} })
  expect(await ending(socket)).toBe('closed')
})
