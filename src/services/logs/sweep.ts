// Takes from the disk what nobody can read any more: events older than their group's retention, and those of deleted
// streams. A batch at a time, with room for others between two.

import { setImmediate } from 'node:timers/promises'
import { expiryOf } from './log-records.ts'
import type { LogStore } from './log-store.ts'

const BATCH = 1000
const MINUTE = 60_000

export class Sweeper {
  #store: LogStore
  #now: () => Date
  #log: (line: string) => void
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> | undefined
  #closed = false

  constructor(store: LogStore, { now, log }: { readonly now: () => Date; readonly log: (line: string) => void }) {
    this.#store = store
    this.#now = now
    this.#log = log
  }

  /** Sweeps now, and once in a while from then on. */
  start(): void {
    this.#timer = setInterval(() => this.wake(), 10 * MINUTE).unref()
    this.wake()
  }

  /** Sweeps unless it does already. */
  wake(): void {
    if (this.#closed) return
    this.#sweeping ??= this.#sweep()
      .catch((error: unknown) => this.#log(`logs: the sweep failed: ${String(error)}`))
      .finally(() => {
        this.#sweeping = undefined
      })
  }

  /** Resolves when the sweep that runs has ended. */
  async settle(): Promise<void> {
    await this.#sweeping
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #sweep(): Promise<void> {
    await this.#repeat(() => this.#store.deleteOrphans(BATCH))
    const now = this.#now().getTime()
    for (const group of this.#store.allGroups()) {
      if (group.retentionInDays === undefined) continue
      const before = expiryOf(group, now)
      await this.#repeat(() => this.#store.deleteExpired(group.id, before, BATCH))
    }
    await this.#store.durable()
  }

  /** Until a batch finds nothing. */
  async #repeat(deleteBatch: () => number): Promise<void> {
    while (!this.#closed && this.#store.transact(deleteBatch) > 0) await setImmediate()
  }
}
