// When a target's health changes, and when a node leaves DNS. Pure: the result of a check and the time go in, the next
// state comes out. https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html

import type { TargetHealth } from './messages.ts'

export interface CheckState {
  readonly health: TargetHealth
  /** Results in a row that speak against `health`. */
  readonly streak: number
  /** When the last of them was a failure; milliseconds. */
  readonly countedAt?: number
}

/** What a check met, in words; undefined: it passed. */
export type Failure = string | undefined

export interface Thresholds {
  readonly intervalSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

/** While nothing is known of a target it is asked more often than its interval says, so that it serves soon after it
 * can. Milliseconds. */
const FIRST_CHECKS = 2_000
/** Timers may fire a little early. Milliseconds. */
const SLACK = 50

/** A target as the records have it, before this process has asked it anything. */
export function initialState(health: TargetHealth): CheckState {
  return { health, streak: 0 }
}

export function afterCheck(state: CheckState, failure: Failure, thresholds: Thresholds, now: number): CheckState {
  return failure === undefined ? afterPass(state, thresholds) : afterFailure(state, thresholds, now)
}

/** One check that passes makes a new target healthy; one that was unhealthy needs as many as its group says. */
function afterPass({ health, streak }: CheckState, { healthyThreshold }: Thresholds): CheckState {
  if (health === 'unhealthy' && streak + 1 < healthyThreshold) return { health, streak: streak + 1 }
  return { health: 'healthy', streak: 0 }
}

function afterFailure(state: CheckState, thresholds: Thresholds, now: number): CheckState {
  const { health, streak, countedAt } = state
  if (health === 'unhealthy') return { health, streak: 0 }
  // The checks of a new target between its intervals are extra: they can only find it healthy.
  const isExtra = countedAt !== undefined && now - countedAt < thresholds.intervalSeconds * 1000 - SLACK
  if (health === 'initial' && isExtra) return state
  return streak + 1 < thresholds.unhealthyThreshold
    ? { health, streak: streak + 1, countedAt: now }
    : { health: 'unhealthy', streak: 0 }
}

/** Milliseconds from the beginning of one check to that of the next. */
export function nextCheckIn({ health }: CheckState, { intervalSeconds }: Thresholds): number {
  const interval = intervalSeconds * 1000
  return health === 'initial' ? Math.min(interval, FIRST_CHECKS) : interval
}

/** Milliseconds between two looks through a node. */
export const NODE_ROUND = 10_000
/** After so many rounds in which nothing answered through a node its address leaves DNS; one good round brings it back. */
export const MISSED_ROUNDS = 3

export interface NodeState {
  readonly withdrawn: boolean
  readonly missed: number
}

export function afterRound({ withdrawn, missed }: NodeState, passed: boolean): NodeState {
  if (passed) return { withdrawn: false, missed: 0 }
  return { withdrawn: withdrawn || missed + 1 >= MISSED_ROUNDS, missed: missed + 1 }
}
