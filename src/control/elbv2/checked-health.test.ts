// What is written of targets, nodes and zones, and what is not.

import { beforeEach, describe, expect, test } from 'vitest'
import { MemoryJournal } from '../../store/journal.ts'
import type { Target } from '../../store/load-balancing-records.ts'
import { Store, type Tx } from '../../store/store.ts'
import { forgetHealth, recordHealth, recordWithdrawnNodes } from './checked-health.ts'
import { followFailedZones, hasZoneToFollow } from './withdrawn-zone.ts'

const REGISTERED = '2026-01-01T00:00:00.000Z'
const NOW = new Date('2026-01-01T00:01:00.000Z')
const GROUP = 'arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/tg/0123456789abcdef'

let store: Store
beforeEach(async () => {
  store = await Store.open(new MemoryJournal())
})

function write<T>(change: (tx: Tx) => T): T {
  return store.transact(change).result
}

function target(more: Partial<Target> = {}): Target {
  const record: Target = {
    id: `${GROUP} i-1:80`,
    targetGroupId: GROUP,
    target: 'i-1',
    port: 80,
    registeredAt: REGISTERED,
    health: 'initial',
    ...more,
  }
  return write((tx) => tx.targets.insert(record))
}

const found = (health: 'healthy' | 'unhealthy', registration = REGISTERED) => ({
  target: `${GROUP} i-1:80`,
  registration,
  health,
  ...(health === 'unhealthy' && { failure: 'Health checks failed: connection refused' }),
})

describe('targets', () => {
  test('what was found stands with its time and reason, and goes when the target is well', () => {
    const made = target()
    write((tx) => recordHealth(tx, [found('unhealthy')], NOW))
    expect(store.records.targets.get(made.id)).toEqual({
      ...made,
      health: 'unhealthy',
      failure: 'Health checks failed: connection refused',
      unhealthySince: NOW.toISOString(),
    })
    write((tx) => recordHealth(tx, [found('healthy')], NOW))
    expect(store.records.targets.get(made.id)).toEqual({ ...made, health: 'healthy' })
  })

  test.each([
    { name: 'another registration', record: {}, registration: '2025-12-31T00:00:00.000Z' },
    { name: 'a draining target', record: { deregisteredAt: REGISTERED }, registration: REGISTERED },
    { name: 'what is known already', record: { health: 'healthy' }, registration: REGISTERED },
  ] as const)('nothing is written of $name', ({ record, registration }) => {
    target(record)
    const { revision } = store
    write((tx) => recordHealth(tx, [found('healthy', registration)], NOW))
    expect(store.revision).toBe(revision)
  })

  test('one that is checked no more begins anew', () => {
    const { id } = target({ health: 'unhealthy', failure: 'x', unhealthySince: REGISTERED })
    write((tx) => forgetHealth(tx, () => true))
    expect(store.records.targets.get(id)?.health).toBe('unhealthy')
    write((tx) => forgetHealth(tx, () => false))
    expect(store.records.targets.get(id)).toEqual({ ...target({ id: 'other' }), id })
  })
})

describe('nodes', () => {
  test('one that is gone is not withdrawn, and one that is back no longer', () => {
    write((tx) => tx.withdrawnNodes.insert({ id: 'eni-old', loadBalancerId: 'lb', since: REGISTERED }))
    write((tx) => recordWithdrawnNodes(tx, ['eni-gone'], NOW))
    expect([...store.records.withdrawnNodes.all()]).toEqual([])
  })
})

describe('zones', () => {
  test('a failed zone leaves after thirty seconds and is back in the round after it was restored', () => {
    const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000)
    const withdrawn = () => [...store.records.withdrawnZones.all()].map(({ id }) => id)
    expect(hasZoneToFollow(store.records)).toBe(false)
    write((tx) => tx.failedZones.insert({ id: 'use1-az1', since: NOW.toISOString() }))
    for (const [seconds, expected] of [
      [10, []],
      [20, []],
      [30, ['use1-az1']],
      [40, ['use1-az1']],
    ] as const) {
      write((tx) => followFailedZones(tx, at(seconds)))
      expect(withdrawn()).toEqual(expected)
    }
    write((tx) => tx.failedZones.delete('use1-az1'))
    expect(hasZoneToFollow(store.records)).toBe(true)
    write((tx) => followFailedZones(tx, at(50)))
    expect(withdrawn()).toEqual([])
    expect(hasZoneToFollow(store.records)).toBe(false)
  })
})
