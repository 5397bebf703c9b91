// When flow logs read and deliver, and what they leave out: what was before them, and what is gone.

import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { smallVpc } from '../../compile/small-network.ts'
import { createFlowLogs, deleteFlowLogs } from '../../control/ec2/flow-log/flow-log.ts'
import { CALLER } from '../../control/ec2/request/testing.ts'
import { createVpc, deleteVpc } from '../../control/ec2/vpc/vpc.ts'
import type { CountedFlow } from '../../ip/counted-flow.ts'
import { MemoryJournal } from '../../store/journal.ts'
import { Store } from '../../store/store.ts'
import { FlowLogs } from './flow-logs.ts'

const MINUTE = 60_000

let store: Store
let flowLogs: FlowLogs
let VpcId: string
/** What the kernel would say. */
let packets: number
let delivered: string[]
let failure: string | undefined

beforeEach(async () => {
  vi.useFakeTimers({ now: new Date('2026-01-02T03:00:00Z') })
  store = await Store.open(new MemoryJournal())
  VpcId = store.transact((tx) => createVpc(tx, CALLER, { CidrBlock: '10.0.0.0/16' })).result.Vpc?.VpcId ?? ''
  packets = 0
  delivered = []
  failure = undefined
  flowLogs = new FlowLogs({
    store,
    findVpc: (id) => (store.records.vpcs.has(id) ? smallVpc({ id }) : undefined),
    countFlows: async (ids) => new Map(ids.map((id) => [id, [flow()]])),
    settle: async () => undefined,
    deliver: async ({ id }, lines) => {
      const busy = lines.filter(({ text }) => text.endsWith('OK'))
      delivered.push(...busy.map(({ text }) => `${id} ${text.split(' ')[8]}`))
      return failure
    },
    now: () => new Date(),
    log: (line) => expect.unreachable(line),
  })
})
afterEach(async () => {
  await flowLogs.stop()
  vi.useRealTimers()
})

function flow(): CountedFlow {
  const count = { packets, bytes: packets * 100, idle: 0 }
  return {
    ...{ interfaceId: 'eni-1', direction: 'egress', source: '10.0.1.5', destination: '10.0.2.5' },
    ...{ sourcePort: 1, destinationPort: 2, protocol: 17, flag: 0, offered: count, accepted: count },
  }
}

async function create(MaxAggregationInterval: number): Promise<string> {
  const input = {
    ...{ ResourceType: 'VPC' as const, ResourceIds: [VpcId], TrafficType: 'ALL' as const, MaxAggregationInterval },
    ...{ LogDestinationType: 's3' as const, LogDestination: `arn:aws:s3:::b/${MaxAggregationInterval}` },
  }
  const { result, durable } = store.transact((tx) => createFlowLogs(tx, CALLER, input))
  await durable
  await vi.advanceTimersByTimeAsync(0)
  return result.FlowLogIds?.[0] ?? ''
}

test('each is delivered when its interval ends, and has nothing of the time before it', async () => {
  flowLogs.start()
  const first = await create(60)
  packets = 5
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(delivered).toEqual([`${first} 5`])
  packets = 7
  const second = await create(600)
  packets = 10
  await vi.advanceTimersByTimeAsync(10 * MINUTE)
  expect(delivered).toEqual([`${first} 5`, `${first} 5`, `${second} 3`])
})

test('what another daemon counted is left out', async () => {
  packets = 100
  await create(60)
  flowLogs.start()
  await vi.advanceTimersByTimeAsync(0)
  packets = 101
  await flowLogs.deliverNow()
  expect(delivered).toEqual([expect.stringMatching(/ 1$/)])
})

test('what became of the last delivery is on the record', async () => {
  flowLogs.start()
  const id = await create(60)
  const told = () => [store.records.flowLogs.get(id)?.delivery, store.records.flowLogs.get(id)?.deliveryError]
  await flowLogs.deliverNow()
  expect(told()).toEqual(['SUCCESS', undefined])
  failure = 'Access error'
  await flowLogs.deliverNow()
  expect(told()).toEqual(['FAILED', 'Access error'])
  failure = undefined
  await flowLogs.deliverNow()
  expect(told()).toEqual(['SUCCESS', undefined])
})

test('a flow log goes with its VPC, and no clock runs for none', async () => {
  flowLogs.start()
  expect(vi.getTimerCount()).toBe(0)
  const id = await create(60)
  store.transact((tx) => deleteVpc(tx, CALLER, { VpcId }))
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(store.records.flowLogs.size).toBe(0)
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(vi.getTimerCount()).toBe(0)
  expect(() => store.transact((tx) => deleteFlowLogs(tx, CALLER, { FlowLogIds: [id] }))).toThrow(id)
})
