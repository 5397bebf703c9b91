// Turns the kernel's counts, which grow, into what came between two readings. What was offered and not accepted was
// rejected. The two are not read in the same moment, so a packet on its way may be in one of them only: rejections are
// reckoned from the sums of both since the flow was first seen, and told when they are sure.

import { type CountedFlow, type Flow, type FlowCount, flowKey } from '../../ip/counted-flow.ts'

/** What came of a flow between two readings. */
export interface FlowChange {
  readonly flow: Flow
  readonly accepted: Amount
  readonly rejected: Amount
  /** Milliseconds since 1970: not before, and the last packet. */
  readonly since: number
  readonly last: number
}

export interface Amount {
  readonly packets: number
  readonly bytes: number
}

interface Known {
  readonly offered: Amount
  readonly accepted: Amount
  /** Sums since the flow was first seen: offered less accepted less what was told as rejected. */
  readonly owed: Amount
}

const NONE: Amount = { packets: 0, bytes: 0 }

export class FlowLedger {
  #known = new Map<string, Known>()
  #readAt: number

  /** `startedAt`: when counting began. */
  constructor(startedAt: number) {
    this.#readAt = startedAt
  }

  /** What is new since the last reading. */
  take(flows: readonly CountedFlow[], readAt: number): FlowChange[] {
    const since = this.#readAt
    const known = new Map<string, Known>()
    const changes = flows.flatMap((flow): FlowChange[] => {
      const key = flowKey(flow)
      const before = this.#known.get(key) ?? { offered: NONE, accepted: NONE, owed: NONE }
      const accepted = growth(before.accepted, flow.accepted)
      const owed = add(before.owed, less(growth(before.offered, flow.offered), accepted))
      const rejected = owed.packets > 0 ? owed : NONE
      known.set(key, { offered: flow.offered, accepted: flow.accepted, owed: less(owed, rejected) })
      if (accepted.packets + rejected.packets === 0) return []
      const idle = Math.min(flow.offered.idle, flow.accepted.idle)
      return [{ flow, accepted, rejected, since, last: Math.max(since, readAt - idle * 1000) }]
    })
    this.#known = known
    this.#readAt = readAt
    return changes
  }
}

/** A flow that was forgotten and came back counts from nothing. */
function growth(before: Amount, now: FlowCount): Amount {
  return now.packets < before.packets ? now : less(now, before)
}

function less(a: Amount, b: Amount): Amount {
  return { packets: a.packets - b.packets, bytes: a.bytes - b.bytes }
}

function add(a: Amount, b: Amount): Amount {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes }
}
