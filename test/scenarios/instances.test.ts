// Instances from launch to termination, in the default VPC and in one of their own.
// Address plan: VPC 10.1.0.0/16, subnet 10.1.1.0/24; default VPC 172.31.0.0/16.

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type EC2Client,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { census, expectEmptied, expectInvariants } from './invariants.ts'
import { known, ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld
let ec2: EC2Client
let imageId: string
beforeEach(async () => {
  world = await ScenarioWorld.start()
  ec2 = world.ec2()
  const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))
  imageId = known(Images?.[0]?.ImageId)
})
afterEach(() => world.stop())

async function run(input: Partial<RunInstancesCommand['input']> = {}): Promise<string[]> {
  const { Instances } = await ec2.send(
    new RunInstancesCommand({ ImageId: imageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...input }),
  )
  return known(Instances).map(({ InstanceId, State }) => {
    expect(State?.Name).toBe('pending')
    return known(InstanceId)
  })
}

/** State and private address of each, once the data plane has what was asked for. */
async function settled(ids: string[]): Promise<[string | undefined, string | undefined][]> {
  await world.daemon.settle()
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: ids }))
  return (Reservations ?? [])
    .flatMap(({ Instances }) => Instances ?? [])
    .map(({ State, PrivateIpAddress }) => [State?.Name, PrivateIpAddress])
}

it('StopInstances and StartInstances keep the address, RebootInstances keeps it running, TerminateInstances gives it back', async () => {
  const vpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }))).Vpc?.VpcId)
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.1.1.0/24' }))
  const subnetId = known(Subnet?.SubnetId)
  const atStart = census(world.records)
  const ids = await run({ SubnetId: subnetId, PrivateIpAddress: '10.1.1.10' })
  expect(await settled(ids)).toEqual([['running', '10.1.1.10']])
  await ec2.send(new StopInstancesCommand({ InstanceIds: ids }))
  expect(await settled(ids)).toEqual([['stopped', '10.1.1.10']])
  await expectInvariants(world)
  ec2 = world.ec2()
  await ec2.send(new StartInstancesCommand({ InstanceIds: ids }))
  expect(await settled(ids)).toEqual([['running', '10.1.1.10']])
  await ec2.send(new RebootInstancesCommand({ InstanceIds: ids }))
  expect(await settled(ids)).toEqual([['running', '10.1.1.10']])
  await expectInvariants(world)
  ec2 = world.ec2()
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }))
  expect(await settled(ids)).toEqual([['terminated', undefined]])
  await expectEmptied(world, atStart)
  expect(await settled(await run({ SubnetId: subnetId, PrivateIpAddress: '10.1.1.10' }))).toEqual([
    ['running', '10.1.1.10'],
  ])
  await expectInvariants(world)
})

it('RunInstances without a subnet uses the default VPC, one address each', async () => {
  const ids = await run({ MinCount: 5, MaxCount: 5 })
  const states = await settled(ids)
  expect(states.map(([state]) => state)).toEqual(Array(5).fill('running'))
  const addresses = states.map(([, address]) => address)
  expect(new Set(addresses).size).toBe(5)
  for (const address of addresses) expect(address).toMatch(/^172\.31\./)
  await expectInvariants(world)
})

it('a VPC with an instance in it is not deleted, and is once it is terminated', async () => {
  const atStart = census(world.records)
  const vpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.1.0.0/16' }))).Vpc?.VpcId)
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: vpcId, CidrBlock: '10.1.1.0/24' }))
  const subnetId = known(Subnet?.SubnetId)
  const ids = await run({ SubnetId: subnetId })
  const deleteSubnet = () => ec2.send(new DeleteSubnetCommand({ SubnetId: subnetId }))
  await expect(deleteSubnet()).rejects.toMatchObject({ name: 'DependencyViolation' })
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }))
  await world.daemon.settle()
  await deleteSubnet()
  await ec2.send(new DeleteVpcCommand({ VpcId: vpcId }))
  await expectEmptied(world, atStart)
  await expectInvariants(world)
})
