// How one endpoint of a health check is, from one look to the next: it changes only after so many looks that say otherwise.

import type { HealthCheck, HealthObservation } from '../../store/health-check-records.ts'

/** What one look found, and AWS's words for it. */
export interface Look {
  readonly isHealthy: boolean
  readonly status: string
}

export class EndpointHealth {
  /** Looks in a row that found another health than the one that counts. */
  #against = 0

  /** What counts from now on; undefined: as before. A first look that is good counts at once. */
  take(
    { observed, config }: HealthCheck,
    { isHealthy, status }: Look,
    checkedAt: string,
  ): HealthObservation | undefined {
    const { FailureThreshold: threshold = 3 } = config
    const counts = observed?.isHealthy ?? true
    if (isHealthy === counts) {
      this.#against = 0
      return observed?.status === status ? undefined : { isHealthy, status, checkedAt }
    }
    this.#against++
    if (this.#against < threshold) return undefined
    this.#against = 0
    return { isHealthy, status, checkedAt }
  }
}
