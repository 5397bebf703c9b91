// The clock of the machine jumps, by a day or a year, forwards and back.
// Address plan: default VPC 172.31.0.0/16.

import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { expectInvariants } from './invariants.ts'
import { ACCOUNT, known, ScenarioWorld } from './scenario-world.ts'

const HOUR = 3_600_000

let world: ScenarioWorld
beforeEach(async () => {
  // The clients' clock is the same, as on one machine.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 0, 1) })
  world = await ScenarioWorld.start()
})
afterEach(async () => {
  vi.useRealTimers()
  await world.stop()
})

function jump(milliseconds: number): void {
  vi.setSystemTime(Date.now() + milliseconds)
}

async function instanceStates(): Promise<(string | undefined)[]> {
  await world.daemon.settle()
  const { Reservations } = await world.ec2().send(new DescribeInstancesCommand())
  return (Reservations ?? []).flatMap(({ Instances }) => (Instances ?? []).map(({ State }) => State?.Name))
}

it.each([
  ['a day forwards', 24 * HOUR],
  ['a year forwards', 365 * 24 * HOUR],
  ['a day back', -24 * HOUR],
  ['a year back', -365 * 24 * HOUR],
])('instances are launched and terminated across a jump %s', async (_name, by) => {
  const { Images } = await world.ec2().send(new DescribeImagesCommand({ Owners: ['amazon'] }))
  const launch = async () => {
    const image = { ImageId: known(Images?.[0]?.ImageId), MinCount: 1, MaxCount: 1 }
    const { Instances } = await world.ec2().send(new RunInstancesCommand(image))
    return known(Instances?.[0]?.InstanceId)
  }
  const first = await launch()
  expect(await instanceStates()).toEqual(['running'])
  jump(by)
  await launch()
  expect(await instanceStates()).toEqual(['running', 'running'])
  await world.ec2().send(new TerminateInstancesCommand({ InstanceIds: [first] }))
  expect((await instanceStates()).sort()).toEqual(['running', 'terminated'])
  jump(-by)
  expect(await instanceStates()).toContain('running')
  await expectInvariants(world)
})

it('a session ends when the clock says so, and a restart does not bring it back', async () => {
  const policy = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  const assume = { Effect: 'Allow', Action: 'sts:AssumeRole' }
  const iam = world.iam()
  const trust = policy({ ...assume, Principal: { AWS: ACCOUNT } })
  await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument: trust }))
  await iam.send(new CreateUserCommand({ UserName: 'anna' }))
  const PolicyDocument = policy({ ...assume, Resource: '*' })
  await iam.send(new PutUserPolicyCommand({ UserName: 'anna', PolicyName: 'assume', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'anna' }))
  const key = { accessKeyId: known(AccessKey?.AccessKeyId), secretAccessKey: known(AccessKey?.SecretAccessKey) }
  const role = { RoleArn: `arn:aws:iam::${ACCOUNT}:role/app`, RoleSessionName: 'story' }
  const assumed = await world.sts(key).send(new AssumeRoleCommand(role))
  const { AccessKeyId, SecretAccessKey, SessionToken } = known(assumed.Credentials)
  const session = {
    accessKeyId: known(AccessKeyId),
    secretAccessKey: known(SecretAccessKey),
    sessionToken: known(SessionToken),
  }
  const ask = () => world.sts(session).send(new GetCallerIdentityCommand())
  await ask()
  jump(2 * HOUR)
  await expect(ask()).rejects.toMatchObject({ name: 'ExpiredToken' })
  await world.restart()
  await expect(ask()).rejects.toMatchObject({ name: 'ExpiredToken' })
})
