// The checks by a clock of the test's own: when each target is asked, what is told, and when a node leaves.

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Address } from '../ip/address.ts'
import { Checker } from './checker.ts'
import type { HealthChange, NodeCheck, Probe, TargetCheck } from './messages.ts'

/** What each target answers now, by its address; undefined: it passes. */
let failures: Map<Address, string>
let asked: string[]
let changes: HealthChange[]
let withdrawn: (readonly string[])[]
let checker: Checker

beforeEach(() => {
  vi.useFakeTimers()
  failures = new Map()
  asked = []
  changes = []
  withdrawn = []
  checker = new Checker({
    check: async ({ to, timeoutSeconds }) => {
      asked.push(`${performance.now() / 1000} ${to} ${timeoutSeconds}`)
      return failures.get(to as Address)
    },
    onHealth: (change) => changes.push(change),
    onWithdrawn: (nodeIds) => withdrawn.push(nodeIds),
  })
})
afterEach(() => {
  checker.stop()
  vi.useRealTimers()
})

const ONE = '240.1.0.1' as Address
const TWO = '240.1.0.2' as Address

function probe(to: Address): Probe {
  const way = { from: '240.2.0.1' as Address, to, port: 80, protocol: 'TCP', path: '/', matcher: '200' } as const
  return { ...way, host: '', proxyProtocol: false, timeoutSeconds: 10 }
}

function targetCheck(to: Address, more: Partial<TargetCheck> = {}): TargetCheck {
  return {
    target: `target ${to}`,
    registration: '2026-01-01T00:00:00.000Z',
    health: 'initial',
    nodeId: 'eni-1',
    probe: probe(to),
    intervalSeconds: 30,
    healthyThreshold: 3,
    unhealthyThreshold: 2,
    ...more,
  }
}

function nodeCheck(...to: Address[]): NodeCheck {
  return { nodeId: 'eni-1', withdrawn: false, probes: to.map(probe) }
}

const seconds = (count: number) => vi.advanceTimersByTimeAsync(count * 1000)

describe('targets', () => {
  test('a new target is asked at once, and what changes is told once', async () => {
    checker.want([targetCheck(ONE)], [])
    await seconds(0)
    expect(changes).toEqual([{ target: `target ${ONE}`, registration: '2026-01-01T00:00:00.000Z', health: 'healthy' }])
    await seconds(300)
    expect(changes).toHaveLength(1)
    expect(asked).toHaveLength(11)
    failures.set(ONE, 'Health checks failed: connection refused')
    await seconds(59)
    expect(changes).toHaveLength(1)
    await seconds(1)
    expect(changes[1]).toMatchObject({ health: 'unhealthy', failure: 'Health checks failed: connection refused' })
    failures.clear()
    await seconds(90)
    expect(changes[2]).toEqual({ ...changes[0] })
  })

  test('one that is long in coming up serves within two seconds of being up', async () => {
    failures.set(ONE, 'Health checks failed: connection refused')
    checker.want([targetCheck(ONE)], [])
    await seconds(25)
    expect(changes).toEqual([])
    failures.clear()
    await seconds(2)
    expect(changes).toMatchObject([{ health: 'healthy' }])
  })

  test('the same target wanted again goes on; registered again it is new; no longer wanted it is left alone', async () => {
    checker.want([targetCheck(ONE)], [])
    await seconds(1)
    checker.want([targetCheck(ONE, { health: 'healthy' }), targetCheck(TWO)], [])
    await seconds(1)
    expect(asked.filter((line) => line.includes(ONE))).toHaveLength(1)
    const registration = '2026-02-02T00:00:00.000Z'
    checker.want([targetCheck(ONE, { registration })], [])
    await seconds(1)
    expect(changes.at(-1)).toMatchObject({ target: `target ${ONE}`, registration, health: 'healthy' })
    const before = asked.length
    checker.want([], [])
    await seconds(100)
    expect(asked).toHaveLength(before)
  })

  test('what the records did not keep is told again', async () => {
    checker.want([targetCheck(ONE)], [])
    await seconds(1)
    checker.want([targetCheck(ONE, { health: 'healthy' })], [])
    expect(changes).toHaveLength(1)
    checker.want([targetCheck(ONE)], [])
    expect(changes).toEqual([changes[0], changes[0]])
  })

  test('a process that takes over begins with what the records say', async () => {
    checker.want([targetCheck(ONE, { health: 'unhealthy' })], [])
    await seconds(59)
    expect(changes).toEqual([])
    await seconds(1)
    expect(changes).toMatchObject([{ health: 'healthy' }])
  })
})

describe('nodes', () => {
  test('a node through which nothing answers leaves after three rounds of ten seconds and comes back after one', async () => {
    checker.want([], [nodeCheck(ONE, TWO)])
    await seconds(5)
    failures.set(ONE, 'x')
    await seconds(100)
    expect(withdrawn).toEqual([])
    failures.set(TWO, 'x')
    await seconds(24)
    expect(withdrawn).toEqual([])
    await seconds(1)
    expect(withdrawn).toEqual([['eni-1']])
    failures.delete(ONE)
    await seconds(10)
    expect(withdrawn).toEqual([['eni-1'], []])
  })

  test('a look takes five seconds at most, so three are over in forty', async () => {
    checker.want([], [nodeCheck(ONE)])
    await seconds(1)
    expect(asked.map((line) => line.split(' ')[2])).toEqual(['5'])
  })

  test('a node that the records have withdrawn is told of when it is back', async () => {
    checker.want([], [{ ...nodeCheck(ONE), withdrawn: true }])
    await seconds(1)
    expect(withdrawn).toEqual([[]])
  })
})
