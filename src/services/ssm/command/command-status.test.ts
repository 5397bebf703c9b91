// The status of a command from those of its invocations.

import { expect, it } from 'vitest'
import { concurrencyOf, progressOf } from './command-status.ts'

const OUTCOMES = {
  pending: { status: 'Pending', statusDetails: 'Pending' },
  runs: { status: 'InProgress', statusDetails: 'InProgress' },
  good: { status: 'Success', statusDetails: 'Success' },
  bad: { status: 'Failed', statusDetails: 'Failed' },
  late: { status: 'TimedOut', statusDetails: 'Delivery Timed Out' },
  slow: { status: 'TimedOut', statusDetails: 'Execution Timed Out' },
  cancelled: { status: 'Cancelled', statusDetails: 'Cancelled' },
} as const

type Case = readonly [
  of: readonly (keyof typeof OUTCOMES)[],
  command: { readonly cancelled?: boolean; readonly maxErrors?: string },
  status: string,
  details: string,
]

const CASES: readonly Case[] = [
  [['pending', 'pending'], {}, 'Pending', 'Pending'],
  [['pending', 'good'], {}, 'InProgress', 'InProgress'],
  [['runs', 'bad'], { cancelled: true }, 'Cancelling', 'Cancelling'],
  [['good', 'good'], {}, 'Success', 'Success'],
  [['good', 'good'], { cancelled: true }, 'Success', 'Success'],
  [['good', 'cancelled'], { cancelled: true }, 'Cancelled', 'Cancelled'],
  [['good', 'bad'], {}, 'Failed', 'Failed'],
  [['good', 'bad'], { maxErrors: '1' }, 'Failed', 'Incomplete'],
  [['good', 'bad'], { maxErrors: '50%' }, 'Failed', 'Incomplete'],
  [['late', 'late'], {}, 'TimedOut', 'Delivery Timed Out'],
  [['slow'], {}, 'TimedOut', 'Execution Timed Out'],
  [[], {}, 'Success', 'NoInstancesInTag'],
]

it.each(CASES)('%j of %j is %s, %s', (of, command, status, statusDetails) => {
  const progress = progressOf(
    { cancelled: false, maxErrors: '0', ...command },
    of.map((name) => OUTCOMES[name]),
  )
  expect(progress).toMatchObject({ status, statusDetails })
})

it.each([
  ['50', 10, 50],
  ['10%', 30, 3],
  ['10%', 3, 1],
  ['100%', 7, 7],
])('MaxConcurrency %s of %i instances is %i at once', (maxConcurrency, targets, wanted) => {
  expect(concurrencyOf({ maxConcurrency }, targets)).toBe(wanted)
})
