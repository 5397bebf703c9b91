import { describe, expect, it } from 'vitest'
import { ApiError } from '../../../errors.ts'
import { requireSchedule } from './schedule.ts'

/** A Thursday. */
const NOW = new Date('2026-01-01T00:10:00Z')

describe('the next time of', () => {
  it.each([
    ['rate(30 minutes)', undefined, '2026-01-01T00:40'],
    ['rate(1 hour)', undefined, '2026-01-01T01:10'],
    ['rate(2 days)', undefined, '2026-01-03T00:10'],
    ['at(2026-12-24T18:00:00)', undefined, '2026-12-24T18:00'],
    ['cron(0 2 ? * SUN *)', undefined, '2026-01-04T02:00'],
    ['cron(0 2 ? * 1 *)', undefined, '2026-01-04T02:00'],
    ['cron(0/30 * * * ? *)', undefined, '2026-01-01T00:30'],
    ['cron(15 10 ? * MON-FRI 2027)', undefined, '2027-01-01T10:15'],
    ['cron(0 16 ? * TUE#3 *)', undefined, '2026-01-20T16:00'],
    ['cron(0 16 ? * TUE#3 *)', 2, '2026-01-22T16:00'],
    ['cron(0 0 L * ? *)', undefined, '2026-01-31T00:00'],
  ])('%s, %s days later, is %s', (expression, offset, next) => {
    expect(requireSchedule(expression, offset)(NOW)?.toISOString()).toBe(`${next}:00.000Z`)
  })

  it('a time that is past is none', () => {
    expect(requireSchedule('at(2025-12-24T18:00:00)')(NOW)).toBeUndefined()
    expect(requireSchedule('cron(15 10 ? * * 2025)')(NOW)).toBeUndefined()
  })
})

it.each([
  ['rate(5 minutes)', undefined],
  ['rate(1 week)', undefined],
  ['rate(0 minutes)', undefined],
  ['at(tomorrow)', undefined],
  ['cron(0 2 * * * *)', undefined],
  ['cron(0 2 ? * SUN)', undefined],
  ['cron(0 25 ? * SUN *)', undefined],
  ['every day', undefined],
  ['rate(1 day)', 2],
  ['cron(0 16 ? * TUE#3 *)', 7],
])('%s with %s is InvalidSchedule', (expression, offset) => {
  expect(() => requireSchedule(expression, offset)).toThrow(ApiError)
})
