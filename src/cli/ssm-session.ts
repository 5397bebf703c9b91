// The user's end of a session: the data channel, the handshake, and the terminal or pipes on this side.

import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { WebSocket } from 'ws'
import { DataChannel } from '../session/data-channel.ts'
import { isObject, readJson } from '../session/message.ts'
import { FLAG_PAYLOAD, PAYLOAD_TYPE } from '../wire/agent-message.ts'
import { CliError } from './daemon-client.ts'

export interface SessionAccess {
  readonly sessionId: string
  readonly token: string
  /** `ws://…/v1/data-channel/SESSION?role=publish_subscribe` */
  readonly url: string
}

export interface SessionStreams {
  readonly stdin: Readable
  readonly stdout: Writable
  readonly stderr: Writable
}

const CLIENT_VERSION = '1.2.707.0'
const END_OF_INPUT = Uint8Array.of(4)
const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
const SUCCESS = 1
const UNSUPPORTED = 3

/** Resolves with the command's exit code, or 0 when a shell ended. Throws CliError when the session broke off. */
export async function runSession(
  access: SessionAccess,
  streams: SessionStreams,
  { interactive }: { readonly interactive: boolean },
): Promise<number> {
  const over = Promise.withResolvers<number>()
  let exitCode = 0
  let leave: () => void = () => undefined
  const channel: DataChannel = new DataChannel({
    sends: 'input_stream_data',
    deliver: async (payloadType, payload) => {
      if (payloadType === PAYLOAD_TYPE.handshakeRequest) await answerHandshake(channel, payload)
      else if (payloadType === PAYLOAD_TYPE.handshakeComplete && interactive) leave = passInput(channel, streams)
      else if (payloadType === PAYLOAD_TYPE.exitCode) exitCode = Number(Buffer.from(payload).toString()) || 0
      else if (payloadType === PAYLOAD_TYPE.stdErr) await writeAll(streams.stderr, payload)
      else if (payloadType === PAYLOAD_TYPE.output) await writeAll(streams.stdout, payload)
    },
    notice: ({ messageType, payload }) => {
      if (messageType !== 'channel_closed') return
      const { Output } = readJson(payload)
      if (Output) over.reject(new CliError(String(Output)))
      over.resolve(exitCode)
    },
    failed: (why) => over.reject(new CliError(why)),
  })
  const onSignal = (name: NodeJS.Signals) => {
    void channel.send(PAYLOAD_TYPE.flag, flag(FLAG_PAYLOAD.terminateSession))
    exitCode = 128 + constants.signals[name]
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  try {
    const socket = await openSocket(access, channel)
    socket.once('close', (code, reason) => {
      over.reject(new CliError(`the connection of session ${access.sessionId} was lost (${code} ${reason})`))
    })
    return await over.promise
  } finally {
    leave()
    for (const name of SIGNALS) process.off(name, onSignal)
    channel.close()
  }
}

export async function openSocket({ url, token }: SessionAccess, channel: DataChannel): Promise<WebSocket> {
  const socket = new WebSocket(url, { perMessageDeflate: false })
  await once(socket, 'open').catch((error: unknown) => {
    throw new CliError(`${url} cannot be opened: ${error instanceof Error ? error.message : error}`)
  })
  socket.on('error', () => undefined)
  socket.on('message', (bytes, isBinary) => {
    if (isBinary && bytes instanceof Buffer) channel.receive(bytes)
  })
  const ids = { RequestId: randomUUID(), ClientId: randomUUID() }
  socket.send(JSON.stringify({ MessageSchemaVersion: '1.0', ...ids, TokenValue: token, ClientVersion: CLIENT_VERSION }))
  channel.attach(socket)
  return socket
}

/** Says which of the agent's wishes this side can fulfil: the kind of session, and no encryption of its own. */
export function answerHandshake(channel: DataChannel, payload: Uint8Array): Promise<void> {
  const { RequestedClientActions } = readJson(payload)
  const actions = Array.isArray(RequestedClientActions) ? RequestedClientActions.filter(isObject) : []
  const processed = actions.map(({ ActionType }) =>
    ActionType === 'SessionType'
      ? { ActionType, ActionStatus: SUCCESS, ActionResult: null, Error: '' }
      : { ActionType, ActionStatus: UNSUPPORTED, ActionResult: null, Error: `Unsupported action ${ActionType}` },
  )
  const Errors = processed.map((action) => action.Error).filter(Boolean)
  const answer = { ClientVersion: CLIENT_VERSION, ProcessedClientActions: processed, Errors }
  return channel.send(PAYLOAD_TYPE.handshakeResponse, answer)
}

/** Sends what is typed, and the terminal's size; the result gives the terminal back. */
function passInput(channel: DataChannel, { stdin, stdout }: SessionStreams): () => void {
  const isTerminal = stdin === process.stdin && process.stdin.isTTY && stdout === process.stdout && process.stdout.isTTY
  const sendSize = () => {
    const { columns, rows } = process.stdout
    void channel.send(PAYLOAD_TYPE.size, { cols: columns || 80, rows: rows || 24 })
  }
  if (isTerminal) {
    process.stdin.setRawMode(true)
    process.stdout.on('resize', sendSize)
    sendSize()
  }
  void sendInput(channel, stdin, isTerminal)
  return () => {
    if (!isTerminal) return
    process.stdin.setRawMode(false)
    process.stdout.off('resize', sendSize)
  }
}

async function sendInput(channel: DataChannel, stdin: Readable, isTerminal: boolean): Promise<void> {
  try {
    for await (const bytes of stdin) await channel.sendOutput(Buffer.from(bytes))
    // The shell has a terminal there: the end of a pipe is what a user types at the end.
    if (!isTerminal) await channel.send(PAYLOAD_TYPE.output, END_OF_INPUT)
  } catch {
    // Our caller closed stdin because the session is over.
  }
}

async function writeAll(stream: Writable, bytes: Uint8Array): Promise<void> {
  if (!stream.write(bytes)) await once(stream, 'drain')
}

function flag(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
