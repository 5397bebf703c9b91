// The service's clock on sessions: their idle time, their longest time, and the instance that goes.

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { SsmSession } from '../../../store/ssm-records.ts'
import { ACCOUNT, REGION, TestSsm } from '../testing.ts'

const WEB = 'i-0aaaaaaaaaaaaaaaa'
const MINUTE = 60

let ssm: TestSsm
beforeEach(async () => {
  ssm = await TestSsm.open()
  await ssm.managed(WEB)
})
afterEach(() => ssm.close())

function begin(over: Partial<SsmSession> = {}): void {
  ssm.store.transact((tx) =>
    tx.ssmSessions.insert({
      ...{ id: 'root-0123', owner: ACCOUNT, region: REGION, target: WEB, documentName: 'd', parameters: {} },
      ...{ startedBy: 'arn', startedByUserId: ACCOUNT, status: 'Connected', startedAt: ssm.now.toISOString() },
      ...{ idleTimeout: 20, ...over },
    }),
  )
}

const history = async () => (await ssm.ask('DescribeSessions', { State: 'History' })).Sessions

it.each([
  ['the default', {}, 20],
  ['a shorter idle time', { idleTimeout: 1 }, 1],
  ['a longest time', { idleTimeout: 60, maxDuration: 5 }, 5],
])('a session in which nothing is said ends after %s', async (_name, over, minutes) => {
  begin(over)
  await ssm.pass(minutes * MINUTE)
  expect(await history()).toEqual([])
  await ssm.pass(1)
  expect(await history()).toMatchObject([{ SessionId: 'root-0123', Status: 'Terminated' }])
})

it('a session ends with its instance', async () => {
  begin()
  ssm.store.transact((tx) => tx.instances.update(WEB, { state: 'terminated' }))
  await ssm.pass(1)
  expect(await history()).toMatchObject([{ Status: 'Terminated' }])
})

it.each([
  [{ key: 'Owner', value: 'arn' }, 1],
  [{ key: 'Owner', value: 'other' }, 0],
  [{ key: 'Target', value: WEB }, 1],
  [{ key: 'Status', value: 'Disconnected' }, 1],
  [{ key: 'InvokedAfter', value: '2026-01-01T00:00:00Z' }, 1],
  [{ key: 'InvokedBefore', value: '2026-01-01T00:00:00Z' }, 0],
])('DescribeSessions by %j', async (filter, count) => {
  begin()
  expect((await ssm.ask('DescribeSessions', { State: 'Active', Filters: [filter] })).Sessions).toHaveLength(count)
})
