// An interface endpoint, made, changed and deleted, with what the Network has of it at each step.
// Address plan: VPC 10.0.0.0/16, subnets 10.0.1.0/24 in us-east-1a and 10.0.2.0/24 in us-east-1b.

import {
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  DeleteNetworkInterfaceCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  ModifyVpcAttributeCommand,
  ModifyVpcEndpointCommand,
} from '@aws-sdk/client-ec2'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { InterfaceEndpointNetwork } from '../../src/compile/network.ts'
import { census, expectEmptied, expectInvariants } from './invariants.ts'
import { known, ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld
let ec2: EC2Client
beforeEach(async () => {
  world = await ScenarioWorld.start()
  ec2 = world.ec2()
})
afterEach(() => world.stop())

async function makeSubnet(VpcId: string, CidrBlock: string, AvailabilityZone: string): Promise<string> {
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }))
  return known(Subnet?.SubnetId)
}

async function endpointState(id: string): Promise<string | undefined> {
  await world.daemon.settle()
  const Filters = [{ Name: 'vpc-endpoint-id', Values: [id] }]
  const { VpcEndpoints } = await ec2.send(new DescribeVpcEndpointsCommand({ Filters }))
  return VpcEndpoints?.[0]?.State
}

function inNetwork(id: string): InterfaceEndpointNetwork | undefined {
  for (const endpoint of world.daemon.network.vpcs.flatMap((vpc) => vpc.endpoints)) {
    if (endpoint.id === id && endpoint.kind === 'interface') return endpoint
  }
  return undefined
}

it('CreateVpcEndpoint puts its interfaces and names in the Network, ModifyVpcEndpoint moves them, DeleteVpcEndpoints takes them out', async () => {
  await ec2.send(new DescribeVpcsCommand())
  const atStart = census(world.records)
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const a = await makeSubnet(VpcId, '10.0.1.0/24', 'us-east-1a')
  const b = await makeSubnet(VpcId, '10.0.2.0/24', 'us-east-1b')
  const create = new CreateVpcEndpointCommand({
    VpcId,
    ServiceName: 'com.amazonaws.us-east-1.ssm',
    VpcEndpointType: 'Interface',
    SubnetIds: [a],
    PrivateDnsEnabled: true,
  })
  await expect(ec2.send(create)).rejects.toMatchObject({
    name: 'InvalidParameter',
    message: `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${VpcId}`,
  })
  await ec2.send(new ModifyVpcAttributeCommand({ VpcId, EnableDnsHostnames: { Value: true } }))

  const { VpcEndpoint } = await ec2.send(create)
  const id = known(VpcEndpoint?.VpcEndpointId)
  expect(await endpointState(id)).toBe('available')
  expect(inNetwork(id)?.interfaces).toMatchObject([{ address: '10.0.1.4', availabilityZone: 'us-east-1a' }])
  expect(inNetwork(id)?.names.private).toContain('ssm.us-east-1.amazonaws.com')
  await expectInvariants(world)
  ec2 = world.ec2()

  await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, AddSubnetIds: [b], RemoveSubnetIds: [a] }))
  expect(await endpointState(id)).toBe('available')
  expect(inNetwork(id)?.interfaces.map((one) => one.address)).toEqual(['10.0.2.4'])
  await ec2.send(new ModifyVpcEndpointCommand({ VpcEndpointId: id, PrivateDnsEnabled: false }))
  expect(await endpointState(id)).toBe('available')
  expect(inNetwork(id)?.names.private).toEqual([])
  const { NetworkInterfaces } = await ec2.send(new DescribeNetworkInterfacesCommand({}))
  const NetworkInterfaceId = known(NetworkInterfaces?.[0]?.NetworkInterfaceId)
  await expect(ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }))).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  })
  await expectInvariants(world)
  ec2 = world.ec2()

  await ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }))
  expect(await endpointState(id)).toBeUndefined()
  expect(inNetwork(id)).toBeUndefined()
  for (const SubnetId of [a, b]) await ec2.send(new DeleteSubnetCommand({ SubnetId }))
  await ec2.send(new DeleteVpcCommand({ VpcId }))
  await expectEmptied(world, atStart)
  await expectInvariants(world)
})

it('a dry run says that it would work and makes nothing', async () => {
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const before = census(world.records)
  const request = {
    VpcId,
    ServiceName: 'com.amazonaws.us-east-1.ssm',
    VpcEndpointType: 'Interface' as const,
    PrivateDnsEnabled: false,
    DryRun: true,
  }
  await expect(ec2.send(new CreateVpcEndpointCommand(request))).rejects.toMatchObject({ name: 'DryRunOperation' })
  await expect(ec2.send(new CreateVpcEndpointCommand({ ...request, PrivateDnsEnabled: true }))).rejects.toMatchObject({
    name: 'InvalidParameter',
  })
  expect(census(world.records)).toEqual(before)
})

it('a policy may say for which services endpoints are made and deleted', async () => {
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const Condition = { StringNotEquals: { 'ec2:VpceServiceName': ['com.amazonaws.us-east-1.ssm'] } }
  const Action = ['ec2:CreateVpcEndpoint', 'ec2:DeleteVpcEndpoints']
  // The VPC is asked about too, and has no service.
  const Resource = 'arn:aws:ec2:*:*:vpc-endpoint/*'
  const anna = await makeUser([
    { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
    { Effect: 'Deny', Action, Resource, Condition },
  ])
  const make = async (client: EC2Client, service: string) => {
    const ServiceName = `com.amazonaws.us-east-1.${service}`
    const request = { VpcId, ServiceName, VpcEndpointType: 'Interface' as const, PrivateDnsEnabled: false }
    return known((await client.send(new CreateVpcEndpointCommand(request))).VpcEndpoint?.VpcEndpointId)
  }
  const refused = { name: 'UnauthorizedOperation' }
  const logs = await make(ec2, 'logs')
  const ssm = await make(anna, 'ssm')
  await expect(make(anna, 'logs')).rejects.toMatchObject(refused)
  const both = new DeleteVpcEndpointsCommand({ VpcEndpointIds: [ssm, logs] })
  await expect(anna.send(both)).rejects.toMatchObject(refused)
  expect(await endpointState(ssm)).toBe('available')
  await anna.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [ssm] }))
})

async function makeUser(Statement: readonly object[]): Promise<EC2Client> {
  const iam = world.iam()
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new CreateUserCommand({ UserName: 'anna' }))
  await iam.send(new PutUserPolicyCommand({ UserName: 'anna', PolicyName: 'own', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'anna' }))
  return world.ec2({ accessKeyId: known(AccessKey?.AccessKeyId), secretAccessKey: known(AccessKey?.SecretAccessKey) })
}
