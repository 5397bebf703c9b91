// Runs the health checks of a desired state, each by its own clock, and says what changed. What is known of a target is
// kept while its registration is the same.

import {
  afterCheck,
  afterRound,
  type CheckState,
  initialState,
  NODE_ROUND,
  type NodeState,
  nextCheckIn,
} from './check-state.ts'
import type { HealthChange, NodeCheck, Probe, TargetCheck } from './messages.ts'

export interface CheckerOptions {
  /** What was wrong, or undefined. */
  readonly check: (probe: Probe) => Promise<string | undefined>
  readonly onHealth: (change: HealthChange) => void
  /** Is told of all nodes through which nothing answers, when they are others than before. */
  readonly onWithdrawn: (nodeIds: readonly NodeCheck['nodeId'][]) => void
}

interface Watched<Wanted, State> {
  wanted: Wanted
  state: State
  timer: NodeJS.Timeout | undefined
}

interface WatchedTarget extends Watched<TargetCheck, CheckState> {
  /** What the last check that failed met. */
  failure?: string
}

/** A look through a node must be over well before the next. Seconds. */
const LONGEST_LOOK = 5

export class Checker {
  readonly #options: CheckerOptions
  readonly #targets = new Map<string, WatchedTarget>()
  readonly #nodes = new Map<string, Watched<NodeCheck, NodeState>>()

  constructor(options: CheckerOptions) {
    this.#options = options
  }

  /** From now on exactly these are checked. */
  want(targetChecks: readonly TargetCheck[], nodeChecks: readonly NodeCheck[]): void {
    forgetOthers(this.#targets, new Set(targetChecks.map(({ target }) => target)))
    for (const wanted of targetChecks) this.#wantTarget(wanted)
    forgetOthers(this.#nodes, new Set(nodeChecks.map(({ nodeId }) => nodeId)))
    for (const wanted of nodeChecks) this.#wantNode(wanted)
    const known = [...this.#nodes.values()]
    if (known.some(({ wanted, state }) => wanted.withdrawn !== state.withdrawn)) this.#tellWithdrawn()
  }

  stop(): void {
    this.want([], [])
  }

  #wantTarget(wanted: TargetCheck): void {
    const known = this.#targets.get(wanted.target)
    if (known && known.wanted.registration === wanted.registration) {
      known.wanted = wanted
      // What was told may have been lost on its way to the disk.
      if (wanted.health !== known.state.health) this.#tellHealth(known)
      return
    }
    clearTimeout(known?.timer)
    const watched: WatchedTarget = { wanted, state: initialState(wanted.health), timer: undefined }
    this.#targets.set(wanted.target, watched)
    void this.#checkTarget(watched)
  }

  async #checkTarget(watched: WatchedTarget): Promise<void> {
    const { target, probe } = watched.wanted
    const began = performance.now()
    const failure = await this.#options.check(probe)
    if (this.#targets.get(target) !== watched) return
    const { health } = watched.state
    watched.state = afterCheck(watched.state, failure, watched.wanted, began)
    if (failure !== undefined) watched.failure = failure
    if (watched.state.health !== health) this.#tellHealth(watched)
    const due = began + nextCheckIn(watched.state, watched.wanted)
    watched.timer = setTimeout(() => void this.#checkTarget(watched), Math.max(0, due - performance.now()))
  }

  #tellHealth({ wanted: { target, registration }, state: { health }, failure }: WatchedTarget): void {
    if (health === 'initial') return
    const isIll = health === 'unhealthy' && failure !== undefined
    this.#options.onHealth({ target, registration, health, ...(isIll && { failure }) })
  }

  #wantNode(wanted: NodeCheck): void {
    const known = this.#nodes.get(wanted.nodeId)
    if (known) {
      known.wanted = wanted
      return
    }
    const watched = { wanted, state: { withdrawn: wanted.withdrawn, missed: 0 }, timer: undefined }
    this.#nodes.set(wanted.nodeId, watched)
    this.#lookLater(watched, 0)
  }

  #lookLater(watched: Watched<NodeCheck, NodeState>, delay: number): void {
    watched.timer = setTimeout(() => void this.#lookThrough(watched), delay)
  }

  async #lookThrough(watched: Watched<NodeCheck, NodeState>): Promise<void> {
    const { nodeId, probes } = watched.wanted
    const began = performance.now()
    const looks = probes.map(async (probe) => {
      const timeoutSeconds = Math.min(probe.timeoutSeconds, LONGEST_LOOK)
      if ((await this.#options.check({ ...probe, timeoutSeconds })) !== undefined) throw new Error('no answer')
    })
    const passed = await Promise.any(looks).then(
      () => true,
      () => false,
    )
    if (this.#nodes.get(nodeId) !== watched) return
    const before = watched.state.withdrawn
    watched.state = afterRound(watched.state, passed)
    if (watched.state.withdrawn !== before) this.#tellWithdrawn()
    this.#lookLater(watched, Math.max(0, began + NODE_ROUND - performance.now()))
  }

  #tellWithdrawn(): void {
    const nodes = [...this.#nodes.values()].filter(({ state }) => state.withdrawn)
    this.#options.onWithdrawn(nodes.map(({ wanted }) => wanted.nodeId))
  }
}

function forgetOthers(watched: Map<string, Watched<unknown, unknown>>, kept: ReadonlySet<string>): void {
  for (const [id, { timer }] of watched) {
    if (kept.has(id)) continue
    clearTimeout(timer)
    watched.delete(id)
  }
}
