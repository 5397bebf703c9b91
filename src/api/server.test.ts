// The control port: what goes where, and which callers Postern's own API refuses. No addresses but the loopback's.

import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Connection } from '../iam/connection.ts'
import { ApiServer } from './server.ts'

let server: ApiServer
let port: number
let connection: Connection | undefined

beforeEach(async () => {
  connection = undefined
  server = new ApiServer({
    frontDoor: {
      answer: async (_req, res, asked) => {
        connection = asked
        res.end('aws')
      },
      upgrade: async (_req, { socket }, asked) => {
        connection = asked
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      },
    },
    admin: (_req, res) => res.end('postern'),
    onUpgrade: (_req, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  })
  port = await server.listen(0)
})

afterEach(() => server.close())

function ask(path: string, headers: Record<string, string> = {}): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path, headers }, async (res) =>
      resolve({ status: res.statusCode ?? 0, body: await text(res) }),
    )
      .on('error', reject)
      .end()
  })
}

it('AWS’s API is answered on every path but one, as a public connection', async () => {
  expect(await ask('/')).toEqual({ status: 200, body: 'aws' })
  expect(connection).toEqual({ kind: 'public', sourceIp: '127.0.0.1', secure: false })
  expect((await ask('/_posternx')).body).toBe('aws')
  expect((await ask('/_postern/status')).body).toBe('postern')
})

it.each([
  ['an Origin', { origin: 'http://evil.example' }],
  ['an Origin of null', { origin: 'null' }],
  ['a host of another name', { host: 'evil.example' }],
  ['a host that begins like ours', { host: 'localhost.evil.example:4566' }],
  ['a request that the browser marks', { 'sec-fetch-site': 'cross-site' }],
])('Postern’s own API refuses %s', async (_name, headers) => {
  expect((await ask('/_postern/status', headers)).status).toBe(403)
})

it.each(['localhost', 'localhost:4566', '127.0.0.1:1', '[::1]:80'])('and takes Host %s', async (host) => {
  expect((await ask('/_postern/status', { host })).status).toBe(200)
})

it.each([
  ['/_postern/exec', 'localhost', 'x', '101'],
  ['/_postern/exec', 'evil.example', 'x', '403'],
  ['/', 'localhost', 'websocket', '101'],
  ['/ (an offer that nobody takes)', 'localhost', 'h2c', '200'],
])('an upgrade of %s for %s to %s is %s', async (path, host, protocol, status) => {
  const socket = connect(port, '127.0.0.1')
  const [target] = path.split(' ')
  socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`)
  const [head] = await once(socket, 'data')
  socket.destroy()
  expect(String(head)).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
})

it('a taken port is the system’s own error', async () => {
  const second = new ApiServer({ frontDoor: { answer: async () => undefined, upgrade: async () => undefined } })
  await expect(second.listen(port)).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

it.each([
  ['without a token', '', '401'],
  ['with another', 'Authorization: Bearer other\r\n', '401'],
  ['with the token', 'Authorization: Bearer secret\r\n', '101'],
])('where a token is asked for, an upgrade %s', async (_name, header, status) => {
  const guarded = new ApiServer({
    frontDoor: { answer: async () => undefined, upgrade: async () => undefined },
    adminToken: 'secret',
    onUpgrade: (_req, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'),
  })
  const socket = connect(await guarded.listen(0), '127.0.0.1')
  socket.write(`GET /_postern/exec HTTP/1.1\r\nHost: localhost\r\n${header}Connection: Upgrade\r\nUpgrade: x\r\n\r\n`)
  expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
  await guarded.close()
})
