// Responses to queries that came before. All that a response depends on, beside its id and the rotation, is the Network and
// the query's bytes, so whoever sends the same bytes again while the Network is the same is answered by a copy.

import type { Response } from './respond.ts'

/** Responses kept; when there are more all are dropped: a cache of names that nobody asks twice is worth nothing. */
const MOST_RESPONSES = 4096
/** Longer queries, and answers of which there are more, are not kept. */
const LONGEST_QUERY = 300
const LONGEST_PERIOD = 64

interface Kept {
  readonly period: number
  /** By rotation; a hole where none was made yet. */
  readonly responses: (Buffer | undefined)[]
  /** The next one. Each question has its own: a client that asks for A and AAAA by turns gets both in turn. */
  rotation: number
}

/** The responses to those who are answered alike: in one VPC, and in one zone of it. */
export class AnswerCache {
  readonly #kept = new Map<string, Kept>()
  #count = 0
  #rotation = 0

  /** The next response to these bytes, with this query's id; `respond` makes what is not kept. */
  respond(message: Buffer, respond: (rotation: number) => Response | undefined): Buffer | undefined {
    if (message.length > LONGEST_QUERY) return respond(this.#rotation++)?.bytes
    const query = message.toString('latin1', 2)
    const kept = this.#kept.get(query)
    const rotation = kept ? kept.rotation : this.#rotation++
    if (kept) kept.rotation = (rotation + 1) % kept.period
    const known = kept?.responses[rotation]
    if (known) return withId(known, message)
    const made = respond(rotation)
    if (made && made.period <= LONGEST_PERIOD) this.#keep(query, rotation % made.period, made)
    return made?.bytes
  }

  #keep(query: string, rotation: number, { bytes, period }: Response): void {
    if (this.#count >= MOST_RESPONSES) {
      this.#kept.clear()
      this.#count = 0
    }
    const kept = this.#kept.get(query) ?? { period, responses: [], rotation: (rotation + 1) % period }
    kept.responses[rotation] = bytes
    this.#kept.set(query, kept)
    this.#count++
  }
}

/** A copy: the one that is kept may still wait in a socket's queue. */
function withId(response: Buffer, message: Buffer): Buffer {
  const copy = Buffer.allocUnsafe(response.length)
  response.copy(copy)
  copy[0] = message[0] ?? 0
  copy[1] = message[1] ?? 0
  return copy
}
