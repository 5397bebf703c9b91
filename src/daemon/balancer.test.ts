// Targets and zones where no packet moves, by a clock of the test's own. Address plan: compile/small-service.ts.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { compile } from '../compile/compile.ts'
import type { Network } from '../compile/network.ts'
import { serviceStore, targetId } from '../compile/small-service.ts'
import type { Store } from '../store/store.ts'
import { Balancing } from './balancer.ts'

let store: Store
let network: Network
let balancing: Balancing

beforeEach(async () => {
  store = await serviceStore()
  network = compile(store.records)
  const settle = async () => {
    network = compile(store.records)
  }
  const log = (line: string) => console.error(line)
  balancing = new Balancing({ store, network: () => network, settle, now: () => new Date(), log })
})
afterEach(async () => {
  await balancing.stop()
  vi.useRealTimers()
})

function health(): (string | undefined)[] {
  return ['i-p1', 'i-p2'].map((id) => store.records.targets.get(targetId(id, 8080))?.health)
}

test('a target whose instance runs is well, and one that stopped begins anew', async () => {
  store.transact((tx) => {
    for (const id of ['i-p1', 'i-p2']) tx.targets.update(targetId(id, 8080), { health: 'initial' })
    tx.instances.update('i-p2', { state: 'stopped' })
  })
  balancing.start()
  await expect.poll(() => health()).toEqual(['healthy', 'initial'])
  store.transact((tx) => tx.instances.update('i-p2', { state: 'running' }))
  await expect.poll(() => health()).toEqual(['healthy', 'healthy'])
  store.transact((tx) => tx.instances.update('i-p1', { state: 'stopped' }))
  await expect.poll(() => health()).toEqual(['initial', 'healthy'])
})

test('targets of a group that no listener uses are nobody’s to know', async () => {
  balancing.start()
  store.transact((tx) => {
    for (const { id } of [...tx.listeners.all()]) tx.listeners.delete(id)
  })
  await expect.poll(() => health()).toEqual(['initial', 'initial'])
})

test('a failed zone leaves DNS after thirty seconds, and is back ten after it was restored', async () => {
  vi.useFakeTimers()
  balancing.start()
  const withdrawn = () => [...store.records.withdrawnZones.all()].map(({ id }) => id)
  store.transact((tx) => tx.failedZones.insert({ id: 'use1-az1', since: new Date().toISOString() }))
  await vi.advanceTimersByTimeAsync(29_000)
  expect(withdrawn()).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(withdrawn()).toEqual(['use1-az1'])
  store.transact((tx) => tx.failedZones.delete('use1-az1'))
  await vi.advanceTimersByTimeAsync(10_000)
  expect(withdrawn()).toEqual([])
  expect(vi.getTimerCount()).toBe(0)
})
