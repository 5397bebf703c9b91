// The record of a Route 53 health check. It is kept and shown; nothing is checked.

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
}
