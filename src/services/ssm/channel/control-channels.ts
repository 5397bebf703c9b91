// The control channels: one WebSocket from each agent, by which the service reaches its instance. All of it is in
// memory; after a restart the agents come back by themselves.

import type { WebSocket } from 'ws'
import type { InstanceId } from '../../../store/records.ts'
import type { AgentMessage } from '../../../wire/agent-message.ts'
import { CLOSE, onAgentMessage } from './channel-socket.ts'

export interface ControlChannelEvents {
  readonly connected: (instanceId: InstanceId) => void
  readonly received: (instanceId: InstanceId, message: AgentMessage) => void
}

/** An agent that answers no ping for this long is gone, whatever TCP believes. Milliseconds. */
const HEARTBEAT = 30_000

export class ControlChannels {
  readonly #sockets = new Map<string, WebSocket>()
  readonly #events: ControlChannelEvents

  constructor(events: ControlChannelEvents) {
    this.#events = events
  }

  /** Takes an agent's socket, in the place of an older one of the same instance. */
  attach(instanceId: InstanceId, socket: WebSocket): void {
    const older = this.#sockets.get(instanceId)
    this.#sockets.set(instanceId, socket)
    older?.close(CLOSE.normal, 'another control channel took its place')
    socket.on('close', () => {
      if (this.#sockets.get(instanceId) === socket) this.#sockets.delete(instanceId)
    })
    onAgentMessage(socket, (message) => this.#events.received(instanceId, message))
    keepAlive(socket)
    this.#events.connected(instanceId)
  }

  isConnected(instanceId: string): boolean {
    return this.#sockets.get(instanceId)?.readyState === OPEN
  }

  /** Sends a frame; false when nobody is there. */
  send(instanceId: string, frame: Uint8Array): boolean {
    const socket = this.#sockets.get(instanceId)
    if (socket?.readyState !== OPEN) return false
    socket.send(frame)
    return true
  }

  /** Ends the channel of an instance that is no more. */
  drop(instanceId: string): void {
    this.#sockets.get(instanceId)?.close(CLOSE.normal, 'the instance was terminated')
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.close(CLOSE.goingAway)
    this.#sockets.clear()
  }
}

/** `WebSocket.OPEN` of ws, which is only loaded where sockets are made. */
const OPEN = 1

/** Ends a socket whose other end is gone: a lost network says nothing by itself. */
export function keepAlive(socket: WebSocket): void {
  let alive = true
  const timer = setInterval(() => {
    // One that is not read just now answers nothing, and is not gone for it.
    if (socket.isPaused) return
    if (!alive) return socket.terminate()
    alive = false
    socket.ping()
  }, HEARTBEAT)
  timer.unref()
  const seen = () => {
    alive = true
  }
  for (const event of ['pong', 'ping', 'message']) socket.on(event, seen)
  socket.on('close', () => clearInterval(timer))
}
