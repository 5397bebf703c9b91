// The record of a Route 53 health check: what is to be checked, and what was found last.

import type { HealthCheckConfig } from '@aws-sdk/client-route-53'
import type { AccountId, Instant, Tags } from './records.ts'

export interface HealthCheck {
  /** A UUID. */
  readonly id: string
  readonly owner: AccountId
  readonly callerReference: string
  /** Grows with every change. */
  readonly version: number
  readonly config: HealthCheckConfig
  readonly tags: Tags
  readonly createdAt: Instant
  /** Of a check of an endpoint, once it was made so often that it counts. */
  readonly observed?: HealthObservation
  /** Of before it became healthy again. */
  readonly lastFailure?: HealthObservation
}

export interface HealthObservation {
  readonly isHealthy: boolean
  /** As GetHealthCheckStatus shows it: `Success: HTTP Status Code 200, OK`. */
  readonly status: string
  readonly checkedAt: Instant
}
