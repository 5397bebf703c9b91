// Two accounts in one world, and two worlds on one machine: neither sees the other.
// Address plan: everybody's VPC is 10.0.0.0/16, on purpose.

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteVpcCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2'
import { CreateRoleCommand, GetRoleCommand } from '@aws-sdk/client-iam'
import { CreateBucketCommand, GetObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { expectInvariants } from './invariants.ts'
import { ACCOUNT, known, OTHER_ACCOUNT, ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld
beforeEach(async () => {
  world = await ScenarioWorld.start()
})
afterEach(() => world.stop())

async function createVpc(account = ACCOUNT, inWorld = world): Promise<string> {
  const { Vpc } = await inWorld.ec2(account).send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
  return known(Vpc?.VpcId)
}

async function vpcIds(account = ACCOUNT, inWorld = world): Promise<(string | undefined)[]> {
  const notDefault = [{ Name: 'is-default', Values: ['false'] }]
  const { Vpcs } = await inWorld.ec2(account).send(new DescribeVpcsCommand({ Filters: notDefault }))
  return (Vpcs ?? []).map(({ VpcId }) => VpcId)
}

it('another account’s resources are not listed, and their ids are as unknown as any', async () => {
  const mine = await createVpc(ACCOUNT)
  const theirs = await createVpc(OTHER_ACCOUNT)
  expect(await vpcIds(ACCOUNT)).toEqual([mine])
  expect(await vpcIds(OTHER_ACCOUNT)).toEqual([theirs])
  const ec2 = world.ec2(ACCOUNT)
  const notFound = { name: 'InvalidVpcID.NotFound' }
  const subnet = { VpcId: theirs, CidrBlock: '10.0.1.0/24' }
  await expect(ec2.send(new DescribeVpcsCommand({ VpcIds: [theirs] }))).rejects.toMatchObject(notFound)
  await expect(ec2.send(new CreateSubnetCommand(subnet))).rejects.toMatchObject(notFound)
  await expect(ec2.send(new DeleteVpcCommand({ VpcId: theirs }))).rejects.toMatchObject(notFound)
  const endpoint = { VpcId: theirs, ServiceName: 'com.amazonaws.us-east-1.s3' }
  await expect(ec2.send(new CreateVpcEndpointCommand(endpoint))).rejects.toMatchObject({
    name: expect.stringMatching(/NotFound$/),
  })
  expect(
    (await ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [theirs] }] }))).Subnets,
  ).toEqual([])
  await expectInvariants(world)
})

it('roles have names of their own in each account, buckets share theirs', async () => {
  const trust = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  })
  const role = { RoleName: 'app', AssumeRolePolicyDocument: trust }
  await world.iam(ACCOUNT).send(new CreateRoleCommand(role))
  const missing = world.iam(OTHER_ACCOUNT).send(new GetRoleCommand({ RoleName: 'app' }))
  await expect(missing).rejects.toMatchObject({ name: 'NoSuchEntityException' })
  await world.iam(OTHER_ACCOUNT).send(new CreateRoleCommand(role))

  const bucket = { Bucket: 'one-name-in-the-world' }
  await world.s3(ACCOUNT).send(new CreateBucketCommand(bucket))
  await world.s3(ACCOUNT).send(new PutObjectCommand({ ...bucket, Key: 'report.txt', Body: 'mine' }))
  const again = world.s3(OTHER_ACCOUNT).send(new CreateBucketCommand(bucket))
  await expect(again).rejects.toMatchObject({ name: 'BucketAlreadyExists' })
  expect((await world.s3(OTHER_ACCOUNT).send(new ListBucketsCommand())).Buckets ?? []).toEqual([])
  const object = { ...bucket, Key: 'report.txt' }
  await expect(world.s3(OTHER_ACCOUNT).send(new GetObjectCommand(object))).rejects.toMatchObject({
    name: 'AccessDenied',
  })
  await world.restart()
  const { Body } = await world.s3(ACCOUNT).send(new GetObjectCommand(object))
  expect(await Body?.transformToString()).toBe('mine')
  await expectInvariants(world)
})

it('two daemons side by side have a world each', async () => {
  const second = await ScenarioWorld.start()
  try {
    const here = await createVpc()
    const there = await createVpc(ACCOUNT, second)
    await second.s3().send(new CreateBucketCommand({ Bucket: 'there' }))
    expect(await vpcIds()).toEqual([here])
    expect(await vpcIds(ACCOUNT, second)).toEqual([there])
    expect((await world.s3().send(new ListBucketsCommand())).Buckets ?? []).toEqual([])
    await world.restart()
    expect(await vpcIds(ACCOUNT, second)).toEqual([there])
    await expectInvariants(second)
  } finally {
    await second.stop()
  }
})
