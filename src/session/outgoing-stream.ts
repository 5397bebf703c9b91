// One direction of a session as its sender sees it: messages are numbered, kept until they are acknowledged, and sent
// again when that takes too long. The estimate of the round trip is TCP's (RFC 6298), with Session Manager's limits.

import { type AgentMessage, SYN } from '../wire/agent-message.ts'
import { newMessage } from './message.ts'

export interface OutgoingOptions {
  readonly messageType: 'output_stream_data' | 'input_stream_data'
  /** Puts it on the wire now, or loses it. */
  readonly transmit: (message: AgentMessage) => void
}

interface Unacknowledged {
  readonly message: AgentMessage
  readonly sentFirst: number
  sentLast: number
  resent: number
}

const FIRST_TIMEOUT = 200
const LONGEST_TIMEOUT = 1_000
/** Of one message, after which the other side is taken for gone: five minutes. */
const MOST_RESENDS = 3_000
/** Unacknowledged messages that may be under way; the real ends take 10,000, each of which may be sent again. */
const WINDOW = 256

/** All times are milliseconds of one clock that only goes forward. */
export class OutgoingStream {
  readonly #options: OutgoingOptions
  readonly #unacknowledged = new Map<number, Unacknowledged>()
  #next = 0
  #paused = false
  #roundTrip: { smoothed: number; variation: number } | undefined
  #waiting: (() => void)[] = []

  constructor(options: OutgoingOptions) {
    this.#options = options
  }

  send(payloadType: number, payload: Uint8Array | string | object, now: number): void {
    const sequenceNumber = this.#next++
    const flags = sequenceNumber === 0 ? SYN : 0
    const message = newMessage(this.#options.messageType, payload, { sequenceNumber, flags, payloadType })
    this.#unacknowledged.set(sequenceNumber, { message, sentFirst: now, sentLast: now, resent: 0 })
    if (!this.#paused) this.#options.transmit(message)
  }

  /** Resolves once fewer than `limit` messages wait for their acknowledgement. */
  async room(limit = WINDOW): Promise<void> {
    while (this.#unacknowledged.size >= limit) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  acknowledged(sequenceNumber: number, now: number): void {
    const entry = this.#unacknowledged.get(sequenceNumber)
    if (!entry) return
    this.#unacknowledged.delete(sequenceNumber)
    // Of a message that was sent twice nobody knows which one is acknowledged.
    if (entry.resent === 0) this.#measure(now - entry.sentFirst)
    this.#wake()
  }

  /** The other side is away: nothing is sent until `resume`. */
  pause(): void {
    this.#paused = true
  }

  resume(now: number): void {
    this.#paused = false
    for (const entry of this.#unacknowledged.values()) this.#resend(entry, now)
  }

  /** Sends again what has waited too long. False when the other side must be taken for gone. */
  resendLate(now: number): boolean {
    if (this.#paused) return true
    const timeout = this.#timeout()
    for (const entry of this.#unacknowledged.values()) {
      if (entry.resent >= MOST_RESENDS) return false
      if (now - entry.sentLast >= timeout) this.#resend(entry, now)
    }
    return true
  }

  get idle(): boolean {
    return this.#unacknowledged.size === 0
  }

  /** Forgets what was not acknowledged. */
  close(): void {
    this.#unacknowledged.clear()
    this.#wake()
  }

  #resend(entry: Unacknowledged, now: number): void {
    entry.sentLast = now
    entry.resent += 1
    this.#options.transmit(entry.message)
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #measure(sample: number): void {
    const known = this.#roundTrip
    this.#roundTrip = known
      ? {
          variation: 0.75 * known.variation + 0.25 * Math.abs(known.smoothed - sample),
          smoothed: 0.875 * known.smoothed + 0.125 * sample,
        }
      : { smoothed: sample, variation: sample / 2 }
  }

  #timeout(): number {
    if (!this.#roundTrip) return FIRST_TIMEOUT
    const { smoothed, variation } = this.#roundTrip
    return Math.min(LONGEST_TIMEOUT, Math.max(FIRST_TIMEOUT, smoothed + 4 * variation))
  }
}
