// The record of a CloudWatch alarm. Metrics have a database of their own.

import type { Instant, Owned } from './records.ts'

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA'

export interface MetricAlarm extends Owned {
  /** The ARN. */
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly actionsEnabled: boolean
  /** ARNs of topics, by the state that is entered. */
  readonly actions: Readonly<Record<AlarmState, readonly string[]>>
  readonly namespace: string
  readonly metricName: string
  readonly dimensions: readonly MetricDimension[]
  /** `Average`, or a percentile: `p99`. */
  readonly statistic: string
  readonly unit?: string
  /** Seconds. */
  readonly period: number
  readonly evaluationPeriods: number
  /** Absent: as many as there are evaluation periods. */
  readonly datapointsToAlarm?: number
  readonly threshold: number
  readonly comparison: AlarmComparison
  readonly missingData: 'missing' | 'ignore' | 'breaching' | 'notBreaching'
  /** Whether `missingData` was said, and not the default. */
  readonly saysMissingData: boolean
  readonly lowSamplePercentile?: string
  readonly configuredAt: Instant
  readonly state: AlarmState
  readonly stateReason: string
  /** JSON. */
  readonly stateReasonData?: string
  readonly stateUpdatedAt: Instant
  /** When it came into its state. */
  readonly stateChangedAt: Instant
}

export type AlarmComparison =
  | 'GreaterThanOrEqualToThreshold'
  | 'GreaterThanThreshold'
  | 'LessThanThreshold'
  | 'LessThanOrEqualToThreshold'

export interface MetricDimension {
  readonly name: string
  readonly value: string
}
