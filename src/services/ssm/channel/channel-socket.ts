// A WebSocket of an agent or a plugin, once its first frame has shown a token: how it is greeted, how its frames are
// read, and how it ends.

import type { RawData, WebSocket } from 'ws'
import { type AgentMessage, AgentMessageError, decodeAgentMessage } from '../../../wire/agent-message.ts'

/** Close codes of RFC 6455, section 7.4.1. */
export const CLOSE = { normal: 1000, goingAway: 1001, malformed: 1007, refused: 1008 } as const

/** The first frame must come within this. Milliseconds. */
const GREETING_TIME = 10_000
const GREETING_BYTES = 8 * 1024

/** What the first frame says, beside what nobody here reads. */
export interface Greeting {
  readonly token: string
  readonly clientId: string
}

/** Calls `accept` with the first frame, before the next is read; a socket whose first frame is no greeting is closed. */
export function onGreeting(socket: WebSocket, accept: (socket: WebSocket, greeting: Greeting) => void): void {
  const timer = setTimeout(() => socket.close(CLOSE.refused, 'the first frame did not come'), GREETING_TIME)
  timer.unref()
  socket.on('error', () => socket.terminate())
  socket.on('close', () => clearTimeout(timer))
  socket.once('message', (data, isBinary) => {
    clearTimeout(timer)
    const greeting = isBinary ? undefined : parseGreeting(toBuffer(data))
    if (greeting) accept(socket, greeting)
    else socket.close(CLOSE.refused, 'the first frame is not an open channel input')
  })
}

/** Calls `receive` with every AgentMessage and the frame that it came in; a frame that is none ends the socket. */
export function onAgentMessage(socket: WebSocket, receive: (message: AgentMessage, frame: Buffer) => void): void {
  socket.on('message', (data, isBinary) => {
    if (!isBinary) return socket.close(CLOSE.malformed, 'frames after the first are binary')
    const frame = toBuffer(data)
    try {
      receive(decodeAgentMessage(frame), frame)
    } catch (error) {
      if (!(error instanceof AgentMessageError)) throw error
      socket.close(CLOSE.malformed, error.message.slice(0, 120))
    }
  })
}

function parseGreeting(frame: Buffer): Greeting | undefined {
  if (frame.length > GREETING_BYTES) return undefined
  try {
    const { TokenValue, ClientId } = JSON.parse(frame.toString())
    if (typeof TokenValue !== 'string') return undefined
    return { token: TokenValue, clientId: typeof ClientId === 'string' ? ClientId : '' }
  } catch {
    return undefined
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
