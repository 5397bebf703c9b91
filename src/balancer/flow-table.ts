// The flows of one Gateway Load Balancer endpoint, each with the appliance that it keeps. An endpoint has a table of its own:
// consumers may have the same addresses, and nobody's flood makes another's flows forgotten. https://docs.aws.amazon.com/elasticloadbalancing/latest/gateway/target-groups.html

import type { FlowKey } from './flow-key.ts'
import type { FrontTarget, Passage } from './messages.ts'

export interface Flow {
  readonly key: FlowKey
  /** What the appliance sends back to say which flow it means. */
  readonly cookie: number
  target: FrontTarget
  lastSeen: number
}

interface FlowTableOptions {
  /** Milliseconds, of any epoch. */
  readonly now: () => number
  /** 32 random bits. */
  readonly random: () => number
}

/** Of more the oldest go. */
const MOST_FLOWS = 50_000
const OTHERS_IDLE_SECONDS = 120

export class FlowTable {
  readonly #options: FlowTableOptions
  readonly #byKey = new Map<string, Flow>()
  readonly #byCookie = new Map<number, Flow>()

  constructor(options: FlowTableOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#byKey.size
  }

  /** The flow that a packet belongs to, begun when it is the first; undefined when nobody takes it. */
  take(passage: Passage, key: FlowKey): Flow | undefined {
    const id = key.text
    const known = this.#byKey.get(id)
    const now = this.#options.now()
    if (known && !isOver(known, passage, now)) {
      if (passage.staying && !passage.staying.includes(known.target.id)) {
        known.target = choose(passage.targets, key.chosenBy) ?? known.target
      }
      known.lastSeen = now
      return known
    }
    if (known) this.#forget(id, known)
    const target = choose(passage.targets, key.chosenBy)
    if (!target) return undefined
    if (this.#byKey.size >= MOST_FLOWS) this.#forgetOldest()
    const flow: Flow = { key, cookie: this.#newCookie(), target, lastSeen: now }
    this.#byKey.set(id, flow)
    this.#byCookie.set(flow.cookie, flow)
    return flow
  }

  /** The flow that an appliance means. */
  find(cookie: number): Flow | undefined {
    return this.#byCookie.get(cookie)
  }

  /** Forgets what is idle. */
  sweep(passage: Passage): void {
    const now = this.#options.now()
    for (const [id, flow] of this.#byKey) if (isOver(flow, passage, now)) this.#forget(id, flow)
  }

  #newCookie(): number {
    let cookie = this.#options.random() >>> 0
    while (this.#byCookie.has(cookie)) cookie = (cookie + 1) >>> 0
    return cookie
  }

  #forgetOldest(): void {
    const [oldest] = this.#byKey
    if (oldest) this.#forget(...oldest)
  }

  #forget(id: string, flow: Flow): void {
    this.#byKey.delete(id)
    this.#byCookie.delete(flow.cookie)
  }
}

function isOver({ key, lastSeen }: Flow, { idleTimeout }: Passage, now: number): boolean {
  return now - lastSeen > 1000 * (key.isTcp ? idleTimeout : OTHERS_IDLE_SECONDS)
}

/** The target with the highest number for this flow: when others come or go, only their own flows move. */
function choose(targets: readonly FrontTarget[], flow: string): FrontTarget | undefined {
  let best: { readonly target: FrontTarget; readonly weight: number } | undefined
  for (const target of targets) {
    const weight = hashOf(`${target.id} ${flow}`)
    if (!best || weight > best.weight) best = { target, weight }
  }
  return best?.target
}

/** FNV-1a, stirred at the end, since texts that differ in the last letter would else differ little. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  return (hash ^ (hash >>> 16)) >>> 0
}
