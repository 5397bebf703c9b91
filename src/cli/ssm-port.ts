// `postern ssm i-… --port N`: a local port whose connections are carried to a port of the instance. Each has a session of
// its own, because a session without multiplexing carries one at a time.

import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { DataChannel } from '../session/data-channel.ts'
import { readJson } from '../session/message.ts'
import { PAYLOAD_TYPE } from '../wire/agent-message.ts'
import { CliError } from './daemon-client.ts'
import { answerHandshake, openSocket, type SessionAccess } from './ssm-session.ts'

export interface PortForward {
  /** 0: any. */
  readonly localPort: number
  readonly begin: () => Promise<SessionAccess>
  readonly end: (sessionId: string) => Promise<void>
  readonly say: (line: string) => void
}

/** Forwards until the signal. A connection whose session cannot begin is closed, and why is said. */
export async function forwardPort(forward: PortForward, signal: AbortSignal): Promise<void> {
  const { localPort, say } = forward
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    carry(forward, socket).catch((error: unknown) => {
      say(error instanceof Error ? error.message : String(error))
      socket.destroy()
    })
  })
  signal.addEventListener('abort', () => {
    for (const socket of open) socket.destroy()
  })
  server.listen({ host: '127.0.0.1', port: localPort, signal })
  await once(server, 'listening').catch((error: unknown) => {
    throw new CliError(`port ${localPort} cannot be listened on: ${error instanceof Error ? error.message : error}`)
  })
  // A server that listens on TCP has such an address.
  say(`Port ${(server.address() as AddressInfo).port} opened. Waiting for connections...`)
  await once(server, 'close')
}

async function carry({ begin, end }: PortForward, local: Socket): Promise<void> {
  local.pause()
  local.on('error', () => undefined)
  const access = await begin()
  try {
    await carrySession(access, local)
  } finally {
    local.destroy()
    await end(access.sessionId)
  }
}

/** Resolves when either end of the connection is over; throws CliError when the session broke off. */
export async function carrySession(access: SessionAccess, local: Socket): Promise<void> {
  const over = Promise.withResolvers<void>()
  const channel: DataChannel = new DataChannel({
    sends: 'input_stream_data',
    deliver: async (payloadType, payload) => {
      if (payloadType === PAYLOAD_TYPE.handshakeRequest) await answerHandshake(channel, payload)
      else if (payloadType === PAYLOAD_TYPE.handshakeComplete) void sendInput(channel, local)
      else if (payloadType === PAYLOAD_TYPE.output && !local.write(payload)) {
        await Promise.race([once(local, 'drain'), over.promise])
      }
    },
    notice: ({ messageType, payload }) => {
      if (messageType !== 'channel_closed') return
      const { Output } = readJson(payload)
      if (Output) over.reject(new CliError(String(Output)))
      local.end(() => over.resolve())
    },
    failed: (why) => over.reject(new CliError(why)),
  })
  local.once('close', () => over.resolve())
  try {
    const socket = await openSocket(access, channel)
    socket.once('close', () => over.reject(new CliError(`the connection of session ${access.sessionId} was lost`)))
    await over.promise
    socket.close()
  } finally {
    channel.close()
  }
}

async function sendInput(channel: DataChannel, local: Socket): Promise<void> {
  try {
    for await (const bytes of local.iterator({ destroyOnReturn: false })) await channel.sendOutput(Buffer.from(bytes))
  } catch {
    // The connection was broken off; its 'close' ends the session.
  }
}
