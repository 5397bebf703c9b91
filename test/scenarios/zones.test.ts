// `postern az` over a running daemon without a kernel: zones that fail and come back, in the records and in the Network.

import { CreateSubnetCommand, CreateVpcCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Status } from '../../src/api/status.ts'
import type { ZoneChange, ZoneStatus } from '../../src/api/zone-status.ts'
import { askDaemon } from '../../src/cli/daemon-client.ts'
import { known, ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld
let VpcId: string

beforeAll(async () => {
  world = await ScenarioWorld.start()
})
afterAll(() => world.stop())

const access = () => ({ endpoint: world.daemon.endpoint, token: undefined })
const zones = async () => (await askDaemon(access(), 'GET', 'az')) as ZoneStatus[]
const change = async (what: 'fail' | 'restore', zone: unknown) =>
  (await askDaemon(access(), 'POST', `az/${what}`, { zone })) as ZoneChange
const failedInNetwork = () => world.daemon.network.vpcs.find(({ id }) => id === VpcId)?.failedZoneIds

it('lists the default region of an empty world', async () => {
  const listed = await zones()
  expect(listed.map(({ id }) => id)).toEqual(['use1-az1', 'use1-az2', 'use1-az3', 'use1-az4', 'use1-az5', 'use1-az6'])
  expect(listed[0]).toEqual({ id: 'use1-az1', name: 'us-east-1b', region: 'us-east-1', subnets: 0, withdrawn: [] })
})

it('takes a zone down in the Network, and brings it back', async () => {
  const ec2 = world.ec2()
  VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'us-east-1b' }))

  const failed = await change('fail', 'use1-az1')
  expect(failed).toMatchObject({ inForce: true, zone: { id: 'use1-az1', name: 'us-east-1b' } })
  expect(failed.zone.subnets).toBeGreaterThan(0)
  expect(failedInNetwork()).toEqual(['use1-az1'])
  const { health, failedZones } = (await askDaemon(access(), 'GET', 'status')) as Status
  expect({ health, failedZones }).toEqual({
    health: 'ok',
    failedZones: [{ id: 'use1-az1', since: failed.zone.failedSince }],
  })

  await world.restart()
  expect((await zones()).find(({ id }) => id === 'use1-az1')?.failedSince).toBe(failed.zone.failedSince)
  expect(failedInNetwork()).toEqual(['use1-az1'])

  expect((await change('restore', 'use1-az1')).zone).not.toHaveProperty('failedSince')
  expect(failedInNetwork()).toEqual([])
})

it('lists the zones of every region in use, and of those that are down', async () => {
  await change('fail', 'euw1-az2')
  const regions = new Set((await zones()).map(({ region }) => region))
  expect([...regions]).toEqual(['eu-west-1', 'us-east-1'])
  await change('restore', 'euw1-az2')
})

it.each<[string, unknown, string]>([
  ['another zone', 'use1-az9', 'use1-az9 is no zone of us-east-1; there are use1-az1, use1-az2, use1-az3, use1-az4'],
  [
    'a name',
    'us-east-1b',
    "us-east-1b is a zone's name; its id is use1-az1 in the account 123456789012, and may be another in others",
  ],
  ['no zone', 'moon', 'moon is no zone: the ids of zones are like use1-az1'],
  ['nothing', undefined, 'zone is missing'],
  ['a number', 1, 'zone is missing'],
])('refuses %s', async (_, zone, message) => {
  await expect(change('fail', zone)).rejects.toThrow(message)
  await expect(change('restore', zone)).rejects.toThrow(message)
})

it('refuses to take down what is down, and to bring back what is up', async () => {
  await expect(change('restore', 'use1-az2')).rejects.toThrow('use1-az2 is not down; no zone is')
  const { zone } = await change('fail', 'use1-az2')
  await expect(change('fail', 'use1-az2')).rejects.toThrow(
    `use1-az2 is down already, since ${zone.failedSince}; postern az restore use1-az2`,
  )
  await expect(change('restore', 'use1-az3')).rejects.toThrow('use1-az3 is not down; what is down is use1-az2')
})

it('a reset brings all zones back', async () => {
  await askDaemon(access(), 'POST', 'reset')
  expect((await zones()).filter(({ failedSince }) => failedSince !== undefined)).toEqual([])
})

it('says where a name leads only of an instance that runs', async () => {
  const asked = askDaemon(access(), 'POST', 'az/addresses', { instance: 'i-0', host: 'x.example' })
  await expect(asked).rejects.toThrow('i-0 is no running instance')
})
