// Query logs by questions that the test asks, and a destination that it is.

import { beforeEach, expect, test } from 'vitest'
import { smallVpc } from '../../compile/small-network.ts'
import { openWorld, type World } from '../../control/ec2/request/testing.ts'
import type { QueryLogConfigAssociation } from '../../store/query-log-records.ts'
import { QueryLogs } from './query-logs.ts'

const vpc = smallVpc()
const owned = { owner: '123456789012', region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }
const asked = {
  vpc,
  interfaceId: 'eni-1',
  sourcePort: 1,
  transport: 'UDP',
  type: 'A',
  code: 'NOERROR',
  answers: [],
} as const

let world: World
let logs: QueryLogs
let delivered: string[]
let failure: QueryLogConfigAssociation['error']
beforeEach(async () => {
  world = await openWorld()
  ;[delivered, failure] = [[], undefined]
  logs = new QueryLogs({
    store: world.store,
    deliver: async ({ id }, _vpcId, lines) => {
      delivered.push(...lines.map(({ text }) => `${id} ${JSON.parse(text).query_name}`))
      return failure
    },
    now: () => new Date('2026-01-01T00:00:00.000Z'),
    log: (line) => expect.unreachable(line),
  })
  for (const number of [1, 2]) associate(number)
})

function associate(number: number): void {
  const destination = { kind: 'cloud-watch-logs', logGroupName: 'dns' } as const
  const config = { ...owned, creatorRequestId: '', name: '', destinationArn: '', destination }
  const configId = `rslvr-rqlc-${number}` as const
  world.store.transact((tx) => {
    tx.queryLogConfigs.insert({ ...config, id: configId })
    tx.queryLogConfigAssociations.insert({ ...owned, id: `rslvr-rqlca-${number}`, configId, vpcId: vpc.id })
  })
}

test('each configuration of the VPC gets all lines, once', async () => {
  logs.note({ ...asked, name: 'a.' })
  logs.note({ ...asked, name: 'b.' })
  await logs.deliverNow()
  await logs.deliverNow()
  expect(delivered.sort()).toEqual(['rslvr-rqlc-1 a.', 'rslvr-rqlc-1 b.', 'rslvr-rqlc-2 a.', 'rslvr-rqlc-2 b.'])
})

test('what failed is seen at the association until it works again', async () => {
  const error = () => world.store.records.queryLogConfigAssociations.get('rslvr-rqlca-1')?.error
  for (const expected of ['DESTINATION_NOT_FOUND', undefined] as const) {
    failure = expected
    logs.note({ ...asked, name: 'a.' })
    await logs.deliverNow()
    expect(error()).toBe(expected)
  }
})
