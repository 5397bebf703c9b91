// Questions that a rule sends elsewhere, over UDP: from the resolver's own sockets to a target's address of the backbone, whose
// router sends them on (linux/resolver-forwards.ts) in the family of the target. A target that does not answer has the next one asked after a while.

import { randomInt } from 'node:crypto'
import type { Socket } from 'node:dgram'
import { unembed } from '../compile/backbone.ts'
import { type Address, addressFamily, parseAddress } from '../ip/address.ts'

/** Milliseconds that one target has. */
const PATIENCE = 1500
/** Rules may lead in a circle, which AWS leaves to the user: what is beyond is lost. */
const MOST_WAITING = 512
const PORT = 53
const HEADER = 12

interface Waiting {
  readonly question: Buffer
  readonly timer: NodeJS.Timeout
  answer(response: Buffer | undefined): void
}

export class Forwarder {
  readonly #socket: Socket
  readonly #ipv6Socket: Socket | undefined
  readonly #waiting = new Map<string, Waiting>()

  /** A host without IPv6 has one socket. */
  constructor(socket: Socket, ipv6Socket?: Socket) {
    this.#socket = socket
    this.#ipv6Socket = ipv6Socket
  }

  /** The answer of the first target that gives one, undefined when none does. It may be one of failure. `aliases` are in the
   * family in which they are to be asked. */
  ask(question: Buffer, aliases: readonly Address[]): Promise<Buffer | undefined> {
    return new Promise((answer) => this.#send(question, aliases, answer))
  }

  /** True when the datagram is what a target said. */
  take(message: Buffer, from: string): boolean {
    if (message.length < HEADER || (message.readUInt16BE(2) & 0x8000) === 0) return false
    const sender = parseAddress(from)
    const key = sender && keyOf(sender, message.readUInt16BE(0))
    const waiting = key && this.#waiting.get(key)
    if (!key || !waiting) return false
    clearTimeout(waiting.timer)
    this.#waiting.delete(key)
    waiting.answer(withId(message, waiting.question.readUInt16BE(0)))
    return true
  }

  #send(question: Buffer, aliases: readonly Address[], answer: Waiting['answer']): void {
    const [alias, ...others] = aliases
    if (alias === undefined || this.#waiting.size >= MOST_WAITING) {
      answer(undefined)
      return
    }
    const socket = addressFamily(alias) === 6 ? this.#ipv6Socket : this.#socket
    if (!socket) {
      this.#send(question, others, answer)
      return
    }
    const id = this.#freeId(alias)
    const key = keyOf(alias, id)
    const timer = setTimeout(() => {
      this.#waiting.delete(key)
      this.#send(question, others, answer)
    }, PATIENCE)
    timer.unref()
    this.#waiting.set(key, { question, timer, answer })
    socket.send(withId(question, id), PORT, alias)
  }

  #freeId(alias: Address): number {
    for (;;) {
      const id = randomInt(0x10000)
      if (!this.#waiting.has(keyOf(alias, id))) return id
    }
  }
}

function keyOf(alias: Address, id: number): string {
  return `${unembed(alias)} ${id}`
}

function withId(message: Buffer, id: number): Buffer {
  const copy = Buffer.from(message)
  copy.writeUInt16BE(id, 0)
  return copy
}
