// Health checks by looks that the test gives.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { openWorld, type World } from '../../control/ec2/request/testing.ts'
import type { HealthCheck } from '../../store/health-check-records.ts'
import { EndpointHealth } from './endpoint-health.ts'
import { HealthChecks } from './health-checks.ts'

const GOOD = { isHealthy: true, status: 'Success: HTTP Status Code 200, OK' }
const BAD = { isHealthy: false, status: 'Failure: HTTP Status Code 503, Service Unavailable' }

function check(id: string, config: Partial<HealthCheck['config']> = {}): HealthCheck {
  const made = { id, owner: '123456789012', callerReference: id, version: 1, tags: {}, createdAt: '' }
  return { ...made, config: { Type: 'HTTP', RequestInterval: 10, FailureThreshold: 2, ...config } }
}

describe('the health of an endpoint', () => {
  test.each<[string, readonly (typeof GOOD)[], readonly (boolean | undefined)[]]>([
    ['is good at the first good look', [GOOD, GOOD], [true, undefined]],
    ['is bad after as many bad looks as the threshold says', [BAD, BAD, BAD], [undefined, false, undefined]],
    ['is not bad when looks take turns', [BAD, GOOD, BAD, GOOD], [undefined, true, undefined, undefined]],
    ['is good again after as many good looks', [BAD, BAD, GOOD, GOOD], [undefined, false, undefined, true]],
    ['is told again when AWS would say other words', [GOOD, { ...GOOD, status: 'other' }], [true, true]],
  ])('%s', (_, looks, expected) => {
    const health = new EndpointHealth()
    let asked = check('one')
    const taken = looks.map((look) => {
      const observed = health.take(asked, look, '2026-01-01T00:00:00.000Z')
      if (observed) asked = { ...asked, observed }
      return observed?.isHealthy
    })
    expect(taken).toEqual(expected)
  })
})

describe('health checks', () => {
  let world: World
  let looked: string[]
  let told: string[]
  let checks: HealthChecks
  let answer: typeof GOOD

  beforeEach(async () => {
    vi.useFakeTimers()
    world = await openWorld()
    ;[looked, told, answer] = [[], [], GOOD]
    checks = new HealthChecks({
      store: world.store,
      look: async ({ id }) => {
        looked.push(id)
        return answer
      },
      tell: async (states) => {
        told.push(...states.map(({ check: { id }, isHealthy }) => `${id} ${isHealthy}`))
      },
      now: () => new Date('2026-01-01T00:00:00.000Z'),
      log: (line) => expect.unreachable(line),
    })
  })
  afterEach(async () => {
    await checks.stop()
    vi.useRealTimers()
  })

  function insert(...all: HealthCheck[]): void {
    world.store.transact((tx) => {
      for (const one of all) tx.healthChecks.insert(one)
    })
    checks.follow()
  }

  test('looks at once, then as often as each says, and tells once a minute', async () => {
    const parent = { Type: 'CALCULATED' as const, ChildHealthChecks: ['often'], HealthThreshold: 1 }
    insert(check('often'), check('seldom', { RequestInterval: 30 }), check('off', { Disabled: true }))
    insert(check('parent', parent))
    await vi.advanceTimersByTimeAsync(0)
    expect(looked).toEqual(['often', 'seldom', 'off'])
    expect(world.store.records.healthChecks.get('often')?.observed).toMatchObject(GOOD)
    answer = BAD
    await vi.advanceTimersByTimeAsync(60_000)
    expect(looked.slice(3).filter((id) => id === 'often')).toHaveLength(6)
    expect(looked.slice(3).filter((id) => id === 'seldom')).toHaveLength(2)
    expect(looked.slice(3)).not.toContain('off')
    expect(told.toSorted()).toEqual(['off true', 'often false', 'parent false', 'seldom true'])
    answer = GOOD
    await vi.advanceTimersByTimeAsync(20_000)
    const { observed, lastFailure } = world.store.records.healthChecks.get('often') ?? {}
    expect([observed?.status, lastFailure?.status]).toEqual([GOOD.status, BAD.status])
  })

  test('ends with the last, and forgets what it knew', async () => {
    insert(check('one'))
    world.store.transact((tx) => tx.healthChecks.delete('one'))
    checks.follow()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(looked).toEqual(['one'])
    expect(vi.getTimerCount()).toBe(0)
  })
})
