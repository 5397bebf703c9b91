// The control channel: by it the service tells the agent of sessions and jobs, and the agent answers.

import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'
import { type AgentMessage, AgentMessageError, decodeAgentMessage, encodeAgentMessage } from '../wire/agent-message.ts'
import type { Aws } from './aws.ts'
import { channelClosed, openChannel } from './channel.ts'
import { type Persistence, persist } from './persist.ts'
import type { Presence } from './presence.ts'
import { AGENT_VERSION } from './version.ts'

export interface ControlOptions extends Persistence {
  readonly aws: Aws
  readonly instanceId: string
  readonly presence: Presence
  readonly receive: (message: AgentMessage) => void
}

/** What is kept to be said when the channel is open again. */
const MOST_UNSENT = 100

export class ControlChannel {
  readonly #options: ControlOptions
  #socket: WebSocket | undefined
  #unsent: AgentMessage[] = []

  constructor(options: ControlOptions) {
    this.#options = options
  }

  send(message: AgentMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(encodeAgentMessage(message))
    else this.#unsent = [...this.#unsent, message].slice(-MOST_UNSENT)
  }

  /** Keeps the channel open until the signal. */
  async run(): Promise<void> {
    const { presence, log, signal } = this.#options
    signal.addEventListener('abort', () => this.#socket?.terminate())
    await persist('control channel', this.#options, async (succeeded) => {
      const socket = await this.#open()
      succeeded()
      log('INFO', 'control channel open')
      presence.set('ssmmessages', true)
      try {
        throw new Error(await channelClosed(socket))
      } finally {
        presence.set('ssmmessages', false)
      }
    })
  }

  async #open(): Promise<WebSocket> {
    const { aws, instanceId } = this.#options
    const head = { MessageSchemaVersion: '1.0', RequestId: randomUUID() }
    const socket = await openChannel(aws, {
      path: `/v1/control-channel/${instanceId}`,
      query: 'role=subscribe&stream=input',
      create: head,
      open: (TokenValue) => ({ ...head, Cookie: '', TokenValue, AgentVersion: AGENT_VERSION, PlatformType: 'linux' }),
    })
    socket.on('message', (bytes, isBinary) => {
      if (isBinary && bytes instanceof Buffer) this.#receive(bytes)
    })
    this.#socket = socket
    for (const message of this.#unsent.splice(0)) this.send(message)
    return socket
  }

  #receive(frame: Buffer): void {
    const { receive, log } = this.#options
    try {
      receive(decodeAgentMessage(frame))
    } catch (error) {
      if (!(error instanceof AgentMessageError)) throw error
      log('WARN', `control channel: not a message: ${error.message}`)
    }
  }
}
