// What CloudWatch Logs keeps, as plain immutable values.

import type { LogGroupClass, StandardUnit } from '@aws-sdk/client-cloudwatch-logs'

/** What is asked and kept by account and region. */
export interface Place {
  readonly account: string
  readonly region: string
}

export interface LogGroup extends Place {
  /** The row of the database; never used again for another group. */
  readonly id: number
  readonly name: string
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number
  readonly class: LogGroupClass
  /** Absent: events are kept for ever. */
  readonly retentionInDays?: number
  readonly deletionProtected: boolean
  readonly tags: Readonly<Record<string, string>>
}

export interface LogStream {
  readonly id: number
  readonly groupId: number
  readonly name: string
  readonly createdAt: number
  /** Absent while it had no event. */
  readonly firstEventAt?: number
  readonly lastEventAt?: number
  readonly lastIngestionAt?: number
}

export interface NewEvent {
  readonly timestamp: number
  readonly message: string
}

/** Where an event stands in its group: by time, and within a millisecond as they came. */
export interface Position {
  readonly timestamp: number
  /** Grows with every event of the world. */
  readonly number: number
}

export interface LogEvent extends Position, NewEvent {
  readonly streamId: number
  readonly ingestedAt: number
}

/** Of one log group. */
export interface MetricFilter {
  readonly name: string
  readonly pattern: string
  readonly createdAt: number
  readonly transformation: {
    readonly metricName: string
    readonly metricNamespace: string
    /** A number, `$.member` or `$field`. */
    readonly metricValue: string
    readonly defaultValue?: number
    /** Selectors by name. */
    readonly dimensions?: Record<string, string>
    readonly unit?: StandardUnit
  }
}

export interface ResourcePolicy extends Place {
  readonly name: string
  readonly document: string
  readonly updatedAt: number
  /** Of a policy on one log group; absent for a policy of the account. */
  readonly resourceArn?: string
  /** Changes with every change; only policies on a log group have one. */
  readonly revisionId?: string
}

/** What each event costs beside its message. */
export const EVENT_OVERHEAD = 26
const DAY = 86_400_000

/** The time before which a group's events are gone. */
export function expiryOf({ retentionInDays }: Pick<LogGroup, 'retentionInDays'>, now: number): number {
  return retentionInDays === undefined ? Number.NEGATIVE_INFINITY : now - retentionInDays * DAY
}
