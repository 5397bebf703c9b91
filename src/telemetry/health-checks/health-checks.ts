// Route 53's health checks at work: looks at each endpoint every ten or thirty seconds, and tells CloudWatch once a minute how
// each check is. It is made with the first health check of a world.

import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import { isHealthCheckHealthy } from '../../compile/health-check.ts'
import type { HealthCheck } from '../../store/health-check-records.ts'
import type { Store } from '../../store/store.ts'
import { EndpointHealth, type Look } from './endpoint-health.ts'

/** Seconds: the shorter of AWS's two intervals. */
const ROUND = 10
const ROUNDS_IN_A_MINUTE = 6

export interface HealthChecksOptions {
  readonly store: Store
  /** Undefined: nobody can look there. */
  readonly look: (check: HealthCheck) => Promise<Look | undefined>
  /** Tells CloudWatch, of all checks that there are. */
  readonly tell: (checks: readonly { readonly check: HealthCheck; readonly isHealthy: boolean }[]) => Promise<void>
  readonly now: () => Date
  readonly log: (line: string) => void
}

export class HealthChecks {
  readonly #options: HealthChecksOptions
  readonly #healths = new Map<string, EndpointHealth>()
  readonly #looking = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined
  #rounds = 0

  constructor(options: HealthChecksOptions) {
    this.#options = options
  }

  /** Looks at once at those that are new; with the first of all the clock begins to run, and with the last it ends. */
  follow(): void {
    const { healthChecks } = this.#options.store.records
    for (const id of this.#healths.keys()) if (!healthChecks.has(id)) this.#healths.delete(id)
    if (healthChecks.size === 0) {
      clearInterval(this.#timer)
      this.#timer = undefined
      return
    }
    const fresh = [...healthChecks.all()].filter((check) => isOfEndpoint(check.config) && !this.#healths.has(check.id))
    for (const check of fresh) this.#begin(check)
    this.#timer ??= setInterval(() => this.#round(), ROUND * 1000).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await Promise.all(this.#looking)
  }

  #round(): void {
    this.#rounds++
    const { records } = this.#options.store
    const all = [...records.healthChecks.all()]
    for (const check of all.filter(({ config }) => isOfEndpoint(config) && !config.Disabled)) {
      const { RequestInterval: interval = 30 } = check.config
      if (this.#rounds % Math.round(interval / ROUND) === 0) this.#begin(check)
    }
    if (this.#rounds % ROUNDS_IN_A_MINUTE !== 0) return
    const states = all.map((check) => ({ check, isHealthy: isHealthCheckHealthy(records, check.id) }))
    this.#keep(this.#options.tell(states))
  }

  #begin(check: HealthCheck): void {
    if (!this.#healths.has(check.id)) this.#healths.set(check.id, new EndpointHealth())
    this.#keep(this.#look(check))
  }

  #keep(work: Promise<void>): void {
    const { log } = this.#options
    const kept = work
      .catch((error: unknown) => log(`health checks: ${String(error)}`))
      .finally(() => this.#looking.delete(kept))
    this.#looking.add(kept)
  }

  async #look({ id, version }: HealthCheck): Promise<void> {
    const { store, look, now } = this.#options
    const asked = store.records.healthChecks.get(id)
    const found = asked && (await look(asked))
    const check = store.records.healthChecks.get(id)
    // Deleted or changed meanwhile: what was found is of something else.
    if (!found || !check || check.version !== version) return
    const observed = this.#healths.get(id)?.take(check, found, now().toISOString())
    if (!observed) return
    const lastFailure = check.observed && !check.observed.isHealthy ? check.observed : check.lastFailure
    store.transact((tx) => tx.healthChecks.update(id, { observed, ...(lastFailure && { lastFailure }) }))
  }
}

function isOfEndpoint({ Type: type }: HealthCheckConfig): boolean {
  return type !== 'CALCULATED' && type !== 'CLOUDWATCH_METRIC' && type !== 'RECOVERY_CONTROL'
}
