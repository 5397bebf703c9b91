// Which target each slot of a flow's hash leads to. Address plan: compile/small-service.ts.

import { expect, test } from 'vitest'
import { compile } from '../compile/compile.ts'
import { insertTarget, serviceStore, targetId } from '../compile/small-service.ts'
import type { Tx } from '../store/store.ts'
import { findBalancers } from './balancers.ts'

const PORTS = [1, 2, 3, 4, 5]

/** The ports of zone a's slots, with targets on five ports of one instance. */
async function slots(change: (tx: Tx) => void = () => undefined): Promise<number[]> {
  const store = await serviceStore()
  store.transact((tx) => {
    tx.targets.delete(targetId('i-p1', 8080))
    for (const port of PORTS) insertTarget(tx, 'i-p1', port)
    change(tx)
  })
  const provider = compile(store.records).vpcs.find(({ id }) => id === 'vpc-p')
  if (!provider) throw new Error('no provider')
  const [node] = findBalancers(provider).nodes
  return node?.listeners[0]?.slots.map(({ port }) => port) ?? []
}

function shares(list: readonly number[]): number[] {
  return PORTS.map((port) => list.filter((one) => one === port).length)
}

test('targets have equal shares', async () => {
  expect(shares(await slots())).toEqual([13, 13, 13, 13, 13])
})

test('a target that fails changes its own slots, and the others share them evenly', async () => {
  const before = await slots()
  const after = await slots((tx) => tx.targets.update(targetId('i-p1', 2), { health: 'unhealthy' }))
  expect(after.map((port, slot) => port === before[slot] || before[slot] === 2)).not.toContain(false)
  const [first, second, ...others] = shares(after)
  expect(second).toBe(0)
  expect(Math.max(first ?? 0, ...others) - Math.min(first ?? 0, ...others)).toBeLessThanOrEqual(1)
})

test('no target, no slot', async () => {
  expect(await slots((tx) => PORTS.forEach((port) => void tx.targets.delete(targetId('i-p1', port))))).toEqual([])
})
