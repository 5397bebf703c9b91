// How long the agent waits before it tries again.

import { expect, it } from 'vitest'
import { Retry } from './retry.ts'

const HOUR = 3_600_000

it('waits 5 s, then 8 s for an hour, then twice as long each time up to 40 minutes', () => {
  const retry = new Retry()
  expect([0, 10, 20].map((now) => retry.failed(now))).toEqual([5_000, 8_000, 8_000])
  const later = Array.from({ length: 12 }, (_, turn) => retry.failed(HOUR + turn) / 1000)
  expect(later).toEqual([16, 32, 64, 128, 256, 512, 1024, 2048, 2400, 2400, 2400, 2400])
})

it('begins anew after a success', () => {
  const retry = new Retry()
  for (const now of [0, 1, 2 * HOUR]) retry.failed(now)
  retry.succeeded()
  expect(retry.failed(3 * HOUR)).toBe(5_000)
})
