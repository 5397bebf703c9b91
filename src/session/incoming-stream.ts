// One direction of a session as its receiver sees it: messages come late, twice and out of order, and are taken once
// each, in order, one at a time. A message is acknowledged when it was taken, so a slow receiver slows the sender.

import type { AgentMessage } from '../wire/agent-message.ts'

export interface IncomingOptions {
  /** The next message may follow once this resolves. */
  readonly deliver: (message: AgentMessage) => Promise<void> | void
  readonly acknowledge: (message: AgentMessage) => void
}

/** Messages that may be kept while an earlier one is missing; one further ahead is lost, and will be sent again. */
const AHEAD = 1_000

export class IncomingStream {
  readonly #options: IncomingOptions
  readonly #waiting = new Map<number, AgentMessage>()
  #expected = 0
  #delivering = false

  constructor(options: IncomingOptions) {
    this.#options = options
  }

  /** Rejects when `deliver` does; nothing is taken any more then. */
  async receive(message: AgentMessage): Promise<void> {
    const { sequenceNumber } = message
    // Its acknowledgement was lost.
    if (sequenceNumber < this.#expected) return this.#options.acknowledge(message)
    if (sequenceNumber >= this.#expected + AHEAD) return
    this.#waiting.set(sequenceNumber, message)
    if (!this.#delivering) await this.#deliverAll()
  }

  async #deliverAll(): Promise<void> {
    this.#delivering = true
    for (let next = this.#waiting.get(this.#expected); next; next = this.#waiting.get(this.#expected)) {
      await this.#options.deliver(next)
      this.#waiting.delete(this.#expected)
      this.#expected += 1
      this.#options.acknowledge(next)
    }
    this.#delivering = false
  }
}
