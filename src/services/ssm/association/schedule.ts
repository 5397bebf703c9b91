// When an association runs again: `rate(30 minutes)`, `cron(0 2 ? * SUN *)` and `at(2026-12-24T18:00:00)`, all in UTC.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/reference-cron-and-rate-expressions.html

import { Cron } from 'croner'
import { ApiError } from '../../../errors.ts'

/** The first time after `after`, or undefined when there is none any more. */
export type Schedule = (after: Date) => Date | undefined

const MINUTE = 60_000
const UNITS: Readonly<Record<string, number>> = { minute: MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE }
/** Of associations: AWS has none that run more often. */
const SHORTEST_RATE = 30 * MINUTE
const DAY = 24 * 60 * MINUTE

/** Throws InvalidSchedule. `offset`: days after the time that a cron expression names. */
export function requireSchedule(expression: string, offset?: number): Schedule {
  const [, kind, inner = ''] = /^(rate|cron|at)\((.+)\)$/.exec(expression.trim()) ?? []
  if (offset !== undefined && (kind !== 'cron' || !Number.isInteger(offset) || offset < 1 || offset > 6)) {
    throw invalid('ScheduleOffset is 1 to 6 days after a cron expression')
  }
  if (kind === 'rate') return rate(inner)
  if (kind === 'at') return once(inner)
  if (kind === 'cron') return later(cron(inner), offset ?? 0)
  throw invalid(`'${expression}' is neither rate(…), cron(…) nor at(…)`)
}

function rate(inner: string): Schedule {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5}) (minute|hour|day)s?$/.exec(inner) ?? []
  const every = Number(count) * (UNITS[unit] ?? 0)
  if (every < SHORTEST_RATE)
    throw invalid(`rate(${inner}) is not a number of minutes, hours or days of at least 30 minutes`)
  return (after) => new Date(after.getTime() + every)
}

function once(inner: string): Schedule {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?$/.test(inner) ? new Date(`${inner}Z`) : undefined
  if (!at || Number.isNaN(at.getTime())) throw invalid(`at(${inner}) is not a time such as 2026-12-24T18:00:00`)
  return (after) => (at > after ? at : undefined)
}

/** Six fields: minutes, hours, day of month, month, day of week with 1 for Sunday, year. */
function cron(inner: string): Schedule {
  const fields = inner.trim().split(/\s+/)
  if (fields.length !== 6) throw invalid(`cron(${inner}) has not six fields: minutes hours day month weekday year`)
  if (fields[2] !== '?' && fields[4] !== '?') throw invalid(`cron(${inner}): the day of month or of week must be ?`)
  const pattern = ['0', ...fields.map((field) => (field === '?' ? '*' : field))].join(' ')
  try {
    const found = new Cron(pattern, { timezone: 'UTC', paused: true, alternativeWeekdays: true, sloppyRanges: true })
    return (after) => found.nextRun(after) ?? undefined
  } catch (error) {
    throw invalid(`cron(${inner}): ${error instanceof Error ? error.message : String(error)}`)
  }
}

function later(schedule: Schedule, days: number): Schedule {
  return (after) => {
    const base = schedule(new Date(after.getTime() - days * DAY))
    return base && new Date(base.getTime() + days * DAY)
  }
}

function invalid(why: string): ApiError {
  return new ApiError(
    'InvalidSchedule',
    `The schedule is invalid. Verify your cron or rate expression and try again: ${why}.`,
  )
}
