// Load balancers' health and what else follows the clock: which targets are well, and which nodes and zones leave DNS. It
// costs nothing while a world has no load balancer, no NAT64 and no failed zone.

import { setTimeout as pause } from 'node:timers/promises'
import type { Balancer } from '../balancer/balancer.ts'
import type { TunnelOf } from '../balancer/passages.ts'
import { hasNat64 } from '../compile/nat64.ts'
import type { Network } from '../compile/network.ts'
import {
  type CheckedHealth,
  forgetHealth,
  recordHealth,
  recordWithdrawnNodes,
  targetsToForget,
} from '../control/elbv2/checked-health.ts'
import { followFailedZones, hasZoneToFollow, ZONE_ROUND } from '../control/elbv2/withdrawn-zone.ts'
import type { NetworkInterfaceId } from '../store/records.ts'
import type { Store, Tx } from '../store/store.ts'

export interface BalancingOptions {
  readonly store: Store
  readonly network: () => Network
  /** Waits until the kernel has what was asked for. */
  readonly settle: () => Promise<void>
  readonly now: () => Date
  readonly log: (line: string) => void
}

/** Changes that come together are looked at together, and a kernel that is long in coming is not waited for longer than
 * this. Milliseconds. */
const LONGEST_WAIT = 1_000

export class Balancing {
  readonly #options: BalancingOptions
  /** How a script is run in the backbone namespace; undefined where there is none. */
  #command: ((script: string) => readonly string[]) | undefined
  #tunnelOf: TunnelOf | undefined
  #balancer: Balancer | undefined
  #stopWatching: (() => void) | undefined
  /** What was last looked at; the Network is the same value while nothing changed in it. */
  #seen: Network | undefined
  #updating: Promise<void> | undefined
  #again = false
  #rounds: NodeJS.Timeout | undefined
  #ended = false

  constructor(options: BalancingOptions) {
    this.#options = options
  }

  /** From now on checks and connections go through the backbone namespace; said again when that was made anew. Never
   * called: no packet moves, and a target whose instance runs counts as healthy. */
  enterBackbone(command: (script: string) => readonly string[], tunnelOf?: TunnelOf): void {
    this.#command = command
    this.#tunnelOf = tunnelOf
    this.#balancer?.restart()
  }

  /** Follows the store. */
  start(): void {
    const { store } = this.#options
    store.observe(({ table }) => {
      // No Network is compiled from them.
      if (table === 'certificates') this.#seen = undefined
    })
    this.#stopWatching = store.watch(() => this.#wake())
    this.#wake()
  }

  /** Waits until what the records wanted so far is done. */
  async settle(): Promise<void> {
    await this.#updating
    await this.#balancer?.settle()
  }

  async stop(): Promise<void> {
    this.#ended = true
    this.#stopWatching?.()
    clearInterval(this.#rounds)
    this.#again = false
    await this.#updating
    this.#balancer?.close()
  }

  #wake(): void {
    const { records } = this.#options.store
    this.#followZones()
    const isUsed = records.loadBalancers.size > 0 || records.targets.size > 0 || hasNat64(records)
    if (!isUsed && !this.#balancer) return
    this.#again = true
    this.#updating ??= this.#update().finally(() => {
      this.#updating = undefined
    })
  }

  async #update(): Promise<void> {
    const { settle, log } = this.#options
    while (this.#again && !this.#ended) {
      this.#again = false
      await Promise.race([settle(), pause(LONGEST_WAIT, undefined, { ref: false })])
      try {
        await this.#adapt()
      } catch (error) {
        log(`load balancers could not be followed: ${error instanceof Error ? error.stack : error}`)
      }
    }
  }

  /** Makes the process do what the Network says, and forgets what it said of what is no longer there. */
  async #adapt(): Promise<void> {
    const { desiredState } = await import('../balancer/desired-state.ts')
    const { store } = this.#options
    const network = this.#options.network()
    if (network === this.#seen) return
    this.#seen = network
    const state = desiredState(network, store.records, this.#tunnelOf)
    const checked = new Set(state.targetChecks.map(({ target }) => target))
    const nodes = new Set<string>(state.nodeChecks.map(({ nodeId }) => nodeId))
    const isStale = [...store.records.withdrawnNodes.all()].some(({ id }) => !nodes.has(id))
    if (isStale || targetsToForget(store.records, (target) => checked.has(target)).length > 0) {
      this.#write((tx) => {
        forgetHealth(tx, (target) => checked.has(target))
        for (const { id } of [...tx.withdrawnNodes.all()]) if (!nodes.has(id)) tx.withdrawnNodes.delete(id)
      })
    }
    if (!this.#command) {
      this.#believe(network, state.targetChecks)
      return
    }
    await this.#startBalancer(this.#command)
    this.#balancer?.want(state)
  }

  async #startBalancer(command: (script: string) => readonly string[]): Promise<void> {
    if (this.#balancer || this.#ended) return
    const { Balancer } = await import('../balancer/balancer.ts')
    const { now, log } = this.#options
    this.#balancer = new Balancer({
      command: (script) => (this.#command ?? command)(script),
      onHealth: (changes) => this.#write((tx) => recordHealth(tx, changes, now())),
      onWithdrawn: (nodeIds: readonly NetworkInterfaceId[]) =>
        this.#write((tx) => recordWithdrawnNodes(tx, nodeIds, now())),
      log,
    })
  }

  /** Where nothing can be asked: a target whose instance runs is well. */
  #believe(network: Network, checks: readonly { readonly target: string; readonly registration: string }[]): void {
    const running = new Set(network.vpcs.flatMap(({ instances }) => instances.map(({ id }) => id)))
    const alive = new Set(
      network.vpcs.flatMap(({ interfaces, targetGroups }) => {
        const held = new Set(
          interfaces.filter(({ instanceId }) => instanceId && running.has(instanceId)).map(({ id }) => id),
        )
        const targets = targetGroups.flatMap((group) => group.targets)
        return targets.filter(({ interfaceId }) => interfaceId && held.has(interfaceId)).map(({ id }) => id)
      }),
    )
    const { records } = this.#options.store
    const changes = checks.flatMap(({ target, registration }): CheckedHealth[] => {
      const health = records.targets.get(target)?.health
      if (alive.has(target)) return health === 'healthy' ? [] : [{ target, registration, health: 'healthy' }]
      const failure = 'Health checks failed: no running instance has the address'
      return health === 'healthy' ? [{ target, registration, health: 'unhealthy', failure }] : []
    })
    if (changes.length > 0) this.#write((tx) => recordHealth(tx, changes, this.#options.now()))
  }

  /** The rounds go on while there is a zone to look at. */
  #followZones(): void {
    const { store, now } = this.#options
    if (this.#rounds || this.#ended || !hasZoneToFollow(store.records)) return
    this.#rounds = setInterval(() => {
      this.#write((tx) => followFailedZones(tx, now()))
      if (hasZoneToFollow(store.records)) return
      clearInterval(this.#rounds)
      this.#rounds = undefined
    }, ZONE_ROUND)
  }

  /** A disk that refuses undoes it and says so itself; the next check or round says the same again. */
  #write(change: (tx: Tx) => void): void {
    this.#options.store.transact(change).durable.catch(() => undefined)
  }
}
