// Thresholds, as tables: p is a check that passes, f one that fails, and what stands after each.

import { describe, expect, test } from 'vitest'
import { afterCheck, afterRound, type CheckState, initialState, nextCheckIn } from './check-state.ts'

const THRESHOLDS = { intervalSeconds: 10, healthyThreshold: 3, unhealthyThreshold: 2 }

/** Initials of the health after each result, at the times at which the checks would really be. */
function run(start: CheckState['health'], results: string): string {
  let state = initialState(start)
  let now = 0
  return [...results]
    .map((result) => {
      state = afterCheck(state, result === 'p' ? undefined : 'Health checks failed', THRESHOLDS, now)
      now += nextCheckIn(state, THRESHOLDS)
      return state.health[0]
    })
    .join('')
}

describe('a target', () => {
  test.each([
    { name: 'one pass makes a new target healthy', start: 'initial', results: 'p', health: 'h' },
    { name: 'a new target may fail its extra checks', start: 'initial', results: 'ffffp', health: 'iiiih' },
    {
      name: 'failures an interval apart make a new target unhealthy',
      start: 'initial',
      results: 'ffffff',
      health: 'iiiiiu',
    },
    { name: 'as many failures as the threshold', start: 'healthy', results: 'ff', health: 'hu' },
    { name: 'a pass between them counts anew', start: 'healthy', results: 'fpff', health: 'hhhu' },
    { name: 'as many passes as the threshold', start: 'unhealthy', results: 'ppp', health: 'uuh' },
    { name: 'a failure between them counts anew', start: 'unhealthy', results: 'ppfppp', health: 'uuuuuh' },
  ] as const)('$name', ({ start, results, health }) => expect(run(start, results)).toBe(health))

  test('is asked every two seconds until something is known, then by its interval', () => {
    expect(nextCheckIn(initialState('initial'), THRESHOLDS)).toBe(2_000)
    expect(nextCheckIn(initialState('healthy'), THRESHOLDS)).toBe(10_000)
    expect(nextCheckIn(initialState('unhealthy'), THRESHOLDS)).toBe(10_000)
  })
})

describe('a node', () => {
  test.each([
    { name: 'three missed rounds', results: 'fff', withdrawn: '..w' },
    { name: 'a good one between them', results: 'ffpff', withdrawn: '.....' },
    { name: 'one good round brings it back', results: 'ffffpf', withdrawn: '..ww..' },
  ])('$name', ({ results, withdrawn }) => {
    let state = { withdrawn: false, missed: 0 }
    const seen = [...results].map((result) => {
      state = afterRound(state, result === 'p')
      return state.withdrawn ? 'w' : '.'
    })
    expect(seen.join('')).toBe(withdrawn)
  })
})
