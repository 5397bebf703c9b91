// The data channels: for each session the agent's and the user's WebSocket, and what is said between them. The service
// keeps the order and looks into nothing but the kind of a message. Either end may be away for a while: what is sent to
// it then waits, up to a bound; beyond it frames are dropped, which the ends send again because nobody acknowledged them.

import type { WebSocket } from 'ws'
import type { AgentMessage } from '../../../wire/agent-message.ts'
import { CLOSE, onAgentMessage } from './channel-socket.ts'
import { keepAlive } from './control-channels.ts'
import { serviceFrame } from './service-message.ts'

export type End = 'agent' | 'client'

export interface DataChannelEvents {
  /** Both ends are there. */
  readonly joined: (sessionId: string) => void
  /** The agent says something to the service itself. */
  readonly agentSaid: (sessionId: string, message: AgentMessage) => void
}

/** Messages of the agent that are for the service and not for the user. */
const FOR_SERVICE: ReadonlySet<string> = new Set([
  'agent_session_state',
  'agent_task_complete',
  'agent_task_acknowledge',
])
/** What only moves data: it shows that a session is in use. */
const STREAM: ReadonlySet<string> = new Set(['input_stream_data', 'output_stream_data'])

/** What waits for an end that is away, in bytes. */
const WAITING_BYTES = 256 * 1024
/** When this much is on its way to a slow end, the fast one is read no further. Bytes. */
const HIGH_WATER = 1024 * 1024
const OPEN = 1

interface Side {
  socket: WebSocket | undefined
  waiting: Buffer[]
  waitingBytes: number
}

interface Channel {
  readonly agent: Side
  readonly client: Side
  /** The user has been there, now or before. */
  hadClient: boolean
  lastUsed: number
}

export class DataChannels {
  readonly #channels = new Map<string, Channel>()
  readonly #events: DataChannelEvents
  readonly #now: () => Date

  constructor(events: DataChannelEvents, now: () => Date) {
    this.#events = events
    this.#now = now
  }

  /** Takes the socket of one end, in the place of an older one. */
  attach(sessionId: string, end: End, socket: WebSocket): void {
    const channel = this.#channelOf(sessionId)
    const side = channel[end]
    const older = side.socket
    side.socket = socket
    older?.close(CLOSE.normal, 'another connection took its place')
    socket.on('close', () => {
      if (side.socket === socket) {
        side.socket = undefined
        if (end === 'client') this.#tellAgent(sessionId, channel, 'pause_publication')
      }
      // Whoever waited for this end to read may go on: what it sends now waits or is dropped.
      channel[other(end)].socket?.resume()
    })
    onAgentMessage(socket, (message, frame) => this.#receive(sessionId, channel, end, message, frame))
    keepAlive(socket)
    for (const frame of side.waiting) socket.send(frame)
    side.waiting = []
    side.waitingBytes = 0
    if (end === 'client' && channel.hadClient) this.#tellAgent(sessionId, channel, 'start_publication')
    else if (end === 'agent' && channel.hadClient && !channel.client.socket) {
      this.#tellAgent(sessionId, channel, 'pause_publication')
    }
    channel.hadClient ||= end === 'client'
    if (channel.agent.socket && channel.client.socket) this.#events.joined(sessionId)
  }

  /** Which ends are there. */
  has(sessionId: string, end: End): boolean {
    return this.#channels.get(sessionId)?.[end].socket?.readyState === OPEN
  }

  /** When something was last said in a session, in milliseconds since 1970; undefined when nobody has come yet. */
  lastUsed(sessionId: string): number | undefined {
    return this.#channels.get(sessionId)?.lastUsed
  }

  /** Ends a session for both ends; `last` is the frame that tells the user's. */
  end(sessionId: string, last: Uint8Array): void {
    const channel = this.#channels.get(sessionId)
    if (!channel) return
    this.#channels.delete(sessionId)
    if (channel.client.socket?.readyState === OPEN) channel.client.socket.send(last)
    channel.client.socket?.close(CLOSE.normal)
    channel.agent.socket?.close(CLOSE.normal)
  }

  close(): void {
    for (const { agent, client } of this.#channels.values()) {
      agent.socket?.close(CLOSE.goingAway)
      client.socket?.close(CLOSE.goingAway)
    }
    this.#channels.clear()
  }

  #receive(sessionId: string, channel: Channel, from: End, message: AgentMessage, frame: Buffer): void {
    if (STREAM.has(message.messageType)) channel.lastUsed = this.#now().getTime()
    if (from === 'agent' && FOR_SERVICE.has(message.messageType)) {
      this.#events.agentSaid(sessionId, message)
      return
    }
    const sender = channel[from].socket
    const receiver = channel[other(from)]
    if (receiver.socket?.readyState !== OPEN) {
      hold(receiver, frame)
      return
    }
    receiver.socket.send(frame, () => {
      if (sender?.isPaused && (receiver.socket?.bufferedAmount ?? 0) < HIGH_WATER) sender.resume()
    })
    if (receiver.socket.bufferedAmount > HIGH_WATER) sender?.pause()
  }

  /** While the user is away nobody acknowledges, and an agent that went on would give the session up. */
  #tellAgent(sessionId: string, { agent }: Channel, what: 'pause_publication' | 'start_publication'): void {
    if (agent.socket?.readyState !== OPEN) return
    agent.socket.send(serviceFrame(what, { SchemaVersion: 1, SessionId: sessionId }, this.#now()))
  }

  #channelOf(sessionId: string): Channel {
    const known = this.#channels.get(sessionId)
    if (known) return known
    const channel = { agent: newSide(), client: newSide(), hadClient: false, lastUsed: this.#now().getTime() }
    this.#channels.set(sessionId, channel)
    return channel
  }
}

function newSide(): Side {
  return { socket: undefined, waiting: [], waitingBytes: 0 }
}

function other(end: End): End {
  return end === 'agent' ? 'client' : 'agent'
}

function hold(side: Side, frame: Buffer): void {
  if (side.waitingBytes + frame.length > WAITING_BYTES) return
  side.waiting.push(frame)
  side.waitingBytes += frame.length
}
