// The user's end of a session against an agent's end on loopback.

import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { DataChannel } from '../session/data-channel.ts'
import { newMessage, readJson } from '../session/message.ts'
import { encodeAgentMessage, PAYLOAD_TYPE } from '../wire/agent-message.ts'
import { runSession } from './ssm-session.ts'

let server: WebSocketServer
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
})
afterEach(() => server.close())

type Reply = (channel: DataChannel, socket: WebSocket, payloadType: number, payload: Uint8Array) => Promise<void>

/** Shakes hands as the agent does, then does `reply` for each payload. */
function agent(reply: Reply): void {
  server.once('connection', (socket) => {
    const channel: DataChannel = new DataChannel({
      sends: 'output_stream_data',
      deliver: (payloadType, payload) => reply(channel, socket, payloadType, payload),
      notice: () => undefined,
      failed: () => undefined,
    })
    socket.once('message', (greeting) => {
      expect(readJson(String(greeting))).toMatchObject({ MessageSchemaVersion: '1.0', TokenValue: 'token' })
      channel.attach(socket)
      socket.on('message', (frame) => channel.receive(frame instanceof Buffer ? frame : Buffer.alloc(0)))
      const RequestedClientActions = [{ ActionType: 'SessionType' }, { ActionType: 'KMSEncryption' }]
      void channel.send(PAYLOAD_TYPE.handshakeRequest, { RequestedClientActions })
    })
    socket.once('close', () => channel.close())
  })
}

function start(interactive: boolean) {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() }
  const access = { sessionId: 's', token: 'token', url: `ws://127.0.0.1:${port}/v1/data-channel/s` }
  return { ...streams, ended: runSession(access, streams, { interactive }) }
}

const closed = (Output = '') => encodeAgentMessage(newMessage('channel_closed', { SessionId: 's', Output }))

it('gives output, errors and exit code of a command', async () => {
  agent(async (channel, socket, payloadType, payload) => {
    if (payloadType !== PAYLOAD_TYPE.handshakeResponse) return
    expect(readJson(payload).ProcessedClientActions).toMatchObject([{ ActionStatus: 1 }, { ActionStatus: 3 }])
    await channel.send(PAYLOAD_TYPE.handshakeComplete, {})
    await channel.send(PAYLOAD_TYPE.output, 'out')
    await channel.send(PAYLOAD_TYPE.stdErr, 'err')
    await channel.send(PAYLOAD_TYPE.exitCode, '7')
    await channel.sent()
    socket.send(closed())
  })
  const { stdout, stderr, ended } = start(false)
  expect(await ended).toBe(7)
  expect([await text(stdout.end()), await text(stderr.end())]).toEqual(['out', 'err'])
})

it('types what comes on stdin, and its end', async () => {
  let typed = ''
  agent(async (channel, socket, payloadType, payload) => {
    if (payloadType === PAYLOAD_TYPE.handshakeResponse) void channel.send(PAYLOAD_TYPE.handshakeComplete, {})
    if (payloadType === PAYLOAD_TYPE.output) typed += Buffer.from(payload).toString()
    if (typed.endsWith('\u0004')) socket.send(closed())
  })
  const { stdin, ended } = start(true)
  stdin.end('ls\n')
  expect(await ended).toBe(0)
  expect(typed).toBe('ls\n\u0004')
})

it.each([
  ['why the session ended', (socket: WebSocket) => socket.send(closed('no shell')), /no shell/],
  ['that the connection was lost', (socket: WebSocket) => socket.terminate(), /connection of session s was lost/],
])('says %s', async (_, end, says) => {
  agent(async (_channel, socket) => end(socket))
  await expect(start(false).ended).rejects.toThrow(says)
})
