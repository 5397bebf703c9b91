// Flow logs at work: reads what the kernel has counted once a minute, gathers it for each flow log over its interval, and
// hands the lines to whoever delivers them. Where there is no flow log nothing is read. A reading is also made when a flow
// log comes, so that it tells nothing of the time before it.

import type { VpcNetwork } from '../../compile/network.ts'
import type { CountedFlow } from '../../ip/counted-flow.ts'
import type { FlowLog, FlowLogId } from '../../store/flow-log-records.ts'
import type { VpcId } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { FlowPlaces } from './attribution.ts'
import { FlowLedger } from './flow-ledger.ts'
import { type FlowLine, FlowWindow } from './flow-window.ts'

/** How often the kernel is read: the shortest interval that AWS has, and less than half of what a flow is remembered. */
const READING_MS = 60_000

export interface FlowLogOptions {
  readonly store: Store
  /** The VPC as it is in force; undefined: there is none. */
  readonly findVpc: (id: VpcId) => VpcNetwork | undefined
  readonly countFlows: (ids: readonly VpcId[]) => Promise<ReadonlyMap<VpcId, readonly CountedFlow[]>>
  /** Resolves when the kernel has what the records say. */
  readonly settle: () => Promise<void>
  /** Writes lines to the flow log's destination; gives AWS's word for what failed, or undefined. */
  readonly deliver: (log: FlowLog, lines: readonly FlowLine[], now: Date) => Promise<string | undefined>
  readonly now: () => Date
  readonly log: (line: string) => void
}

export class FlowLogs {
  readonly #options: FlowLogOptions
  readonly #windows = new Map<FlowLogId, FlowWindow>()
  readonly #ledgers = new Map<VpcId, FlowLedger>()
  /** Since when those are there that wait for their first reading. */
  readonly #fresh = new Map<FlowLogId, number>()
  #turn: Promise<void> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined
  #unwatch: () => void = () => undefined
  #closed = false

  constructor(options: FlowLogOptions) {
    this.#options = options
  }

  /** What was counted before, by another daemon, is left out. */
  start(): void {
    const { store, now } = this.#options
    const at = now().getTime()
    for (const { id } of store.records.flowLogs.all()) this.#windows.set(id, new FlowWindow(at))
    this.#enqueue(() => this.#takeHold())
    this.#unwatch = store.watch(() => this.#look())
    this.#look()
  }

  /** Reads and delivers all there is, without waiting for an interval to end. */
  deliverNow(): Promise<void> {
    return this.#enqueue(async () => {
      await this.#options.settle()
      await this.#read()
      await this.#deliver(() => true)
    })
  }

  async stop(): Promise<void> {
    this.#closed = true
    this.#unwatch()
    clearTimeout(this.#timer)
    await this.#turn
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work)
    this.#turn = turn.catch((error: unknown) => this.#options.log(`flow logs wait: ${String(error)}`))
    return turn
  }

  /** A new flow log is read for at once; with the first the clock begins to run. */
  #look(): void {
    const { store, now } = this.#options
    const { flowLogs } = store.records
    for (const id of this.#windows.keys()) if (!flowLogs.has(id)) this.#windows.delete(id)
    const fresh = [...flowLogs.all()].filter(({ id }) => !this.#windows.has(id) && !this.#fresh.has(id))
    for (const { id, vpcId } of fresh) {
      const at = now().getTime()
      this.#fresh.set(id, at)
      if (!this.#ledgers.has(vpcId)) this.#ledgers.set(vpcId, new FlowLedger(at))
    }
    // What was counted until now is the older ones' alone.
    if (fresh.length > 0) this.#enqueue(() => this.#read()).catch(() => undefined)
    if (flowLogs.size > 0 && !this.#timer && !this.#closed) this.#schedule()
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#enqueue(async () => {
        await this.#read()
        await this.#deliver((log, window) => this.#isDue(log, window))
      })
        .catch(() => undefined)
        .finally(() => this.#look())
    }, READING_MS)
    this.#timer.unref()
  }

  /** A timer is a little early now and then. */
  #isDue({ maxAggregationInterval }: FlowLog, window: FlowWindow): boolean {
    return this.#options.now().getTime() - window.startedAt >= maxAggregationInterval * 1000 - READING_MS / 10
  }

  async #takeHold(): Promise<void> {
    const flows = await this.#options.countFlows([...this.#vpcIds()])
    const at = this.#options.now().getTime()
    for (const [id, counted] of flows) this.#ledgerOf(id, at).take(counted, at)
  }

  async #read(): Promise<void> {
    const { store, findVpc, countFlows, now } = this.#options
    const flows = await countFlows([...this.#vpcIds()])
    const at = now().getTime()
    for (const [id, counted] of flows) {
      const vpc = findVpc(id)
      const changes = this.#ledgerOf(id, at).take(counted, at)
      if (!vpc || changes.length === 0) continue
      const places = new FlowPlaces(vpc)
      const entries = changes.flatMap((change) => places.attribute(change))
      for (const log of store.records.flowLogs.where('vpcId', id)) this.#windows.get(log.id)?.add(log, entries)
    }
    for (const [id, since] of this.#fresh) this.#windows.set(id, new FlowWindow(since))
    this.#fresh.clear()
    this.#forget()
  }

  /** Flow logs end with what they are of, and counts with the last flow log of a VPC. */
  #forget(): void {
    const { flowLogs, vpcs, subnets, networkInterfaces } = this.#options.store.records
    const orphans = [...flowLogs.all()].filter(({ resourceId: id }) => {
      return !vpcs.has(id) && !subnets.has(id) && !networkInterfaces.has(id)
    })
    if (orphans.length > 0) {
      this.#options.store.transact((tx) => {
        for (const { id } of orphans) tx.flowLogs.delete(id)
      })
    }
    const counted = this.#vpcIds()
    for (const id of this.#ledgers.keys()) if (!counted.has(id)) this.#ledgers.delete(id)
  }

  #vpcIds(): Set<VpcId> {
    return new Set([...this.#options.store.records.flowLogs.all()].map(({ vpcId }) => vpcId))
  }

  #ledgerOf(id: VpcId, at: number): FlowLedger {
    const known = this.#ledgers.get(id)
    if (known) return known
    const made = new FlowLedger(at)
    this.#ledgers.set(id, made)
    return made
  }

  async #deliver(isDue: (log: FlowLog, window: FlowWindow) => boolean): Promise<void> {
    const { store, findVpc } = this.#options
    for (const log of [...store.records.flowLogs.all()]) {
      const window = this.#windows.get(log.id)
      const vpc = findVpc(log.vpcId)
      if (!window || !vpc || !isDue(log, window)) continue
      const now = this.#options.now()
      const lines = window.close(log, new FlowPlaces(vpc), now.getTime())
      if (lines.length === 0) continue
      this.#note(log, await this.#options.deliver(log, lines, now))
    }
  }

  /** Only what changed is written. */
  #note({ id }: FlowLog, failure: string | undefined): void {
    const { store } = this.#options
    const log = store.records.flowLogs.get(id)
    const delivery = failure === undefined ? 'SUCCESS' : 'FAILED'
    if (!log || (log.delivery === delivery && log.deliveryError === failure)) return
    const { deliveryError: _, ...rest } = log
    store.transact((tx) => {
      tx.flowLogs.delete(id)
      tx.flowLogs.insert({ ...rest, delivery, ...(failure !== undefined && { deliveryError: failure }) })
    })
  }
}
