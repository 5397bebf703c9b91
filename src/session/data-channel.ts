// A session's data channel, the same for both its ends: a stream each way over a WebSocket that may be replaced while
// the session goes on. What the bytes of the streams mean is not known here.

import {
  type AgentMessage,
  AgentMessageError,
  decodeAgentMessage,
  encodeAgentMessage,
  PAYLOAD_TYPE,
} from '../wire/agent-message.ts'
import { IncomingStream } from './incoming-stream.ts'
import { newAcknowledgement, newMessage, readJson } from './message.ts'
import { OutgoingStream } from './outgoing-stream.ts'

/** The part of a WebSocket that a data channel needs. */
export interface Socket {
  readonly readyState: number
  send(bytes: Uint8Array): void
}

export interface DataChannelOptions {
  /** The agent sends output, the user's side input. */
  readonly sends: 'output_stream_data' | 'input_stream_data'
  readonly deliver: (payloadType: number, payload: Uint8Array) => Promise<void> | void
  /** Messages outside the two streams, such as `channel_closed`. */
  readonly notice: (message: AgentMessage) => void
  /** The channel can go on no more: nobody acknowledges, or a payload could not be taken. */
  readonly failed: (why: string) => void
}

const OPEN = 1
const RESEND_CHECK = 100
/** Bytes of output in one message. */
export const CHUNK = 1024

export class DataChannel {
  readonly #options: DataChannelOptions
  readonly #outgoing: OutgoingStream
  readonly #incoming: IncomingStream
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: DataChannelOptions) {
    this.#options = options
    this.#outgoing = new OutgoingStream({ messageType: options.sends, transmit: (message) => this.#transmit(message) })
    this.#incoming = new IncomingStream({
      deliver: ({ payloadType, payload }) => options.deliver(payloadType, payload),
      acknowledge: (message) => this.#transmit(newAcknowledgement(message)),
    })
  }

  /** Sends by this socket from now on; what it receives must be given to `receive`. */
  attach(socket: Socket): void {
    this.#socket = socket
    this.#outgoing.resume(performance.now())
  }

  /** Resolves when more may be sent. */
  async send(payloadType: number, payload: Uint8Array | string | object): Promise<void> {
    if (this.#closed) return
    this.#outgoing.send(payloadType, payload, performance.now())
    this.#timer ??= setInterval(() => this.#check(), RESEND_CHECK)
    await this.#outgoing.room()
  }

  /** Output, cut into messages as large as they may be. */
  async sendOutput(bytes: Uint8Array, payloadType: number = PAYLOAD_TYPE.output): Promise<void> {
    for (let from = 0; from < bytes.length; from += CHUNK)
      await this.send(payloadType, bytes.subarray(from, from + CHUNK))
  }

  /** A message outside the streams; it is lost when the socket is. */
  notify(messageType: string, payload: object): void {
    this.#transmit(newMessage(messageType, payload))
  }

  /** A binary frame that came. One that is no message is dropped, as on any lossy channel. */
  receive(frame: Uint8Array): void {
    const message = decode(frame)
    if (!message || this.#closed) return
    if (message.messageType === 'acknowledge') this.#acknowledged(message)
    else if (message.messageType === 'pause_publication') this.#outgoing.pause()
    else if (message.messageType === 'start_publication') this.#outgoing.resume(performance.now())
    else if (message.messageType !== this.#takes()) this.#options.notice(message)
    else this.#incoming.receive(message).catch((error: unknown) => this.#fail(String(error)))
  }

  /** Resolves once all that was sent is acknowledged, or the channel is closed. */
  async sent(): Promise<void> {
    await this.#outgoing.room(1)
  }

  close(): void {
    this.#closed = true
    clearInterval(this.#timer)
    this.#outgoing.close()
  }

  #takes(): string {
    return this.#options.sends === 'output_stream_data' ? 'input_stream_data' : 'output_stream_data'
  }

  #acknowledged({ payload }: AgentMessage): void {
    const number = readJson(payload).AcknowledgedMessageSequenceNumber
    if (typeof number === 'number') this.#outgoing.acknowledged(number, performance.now())
  }

  #check(): void {
    if (this.#socket?.readyState === OPEN && !this.#outgoing.resendLate(performance.now())) {
      this.#fail('the other side does not acknowledge')
    }
    if (!this.#outgoing.idle) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #transmit(message: AgentMessage): void {
    if (this.#socket?.readyState === OPEN) this.#socket.send(encodeAgentMessage(message))
  }

  #fail(why: string): void {
    if (this.#closed) return
    this.close()
    this.#options.failed(why)
  }
}

function decode(frame: Uint8Array): AgentMessage | undefined {
  try {
    return decodeAgentMessage(frame)
  } catch (error) {
    if (error instanceof AgentMessageError) return undefined
    throw error
  }
}
