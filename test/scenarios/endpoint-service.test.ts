// A service of one account and its consumer in another, through the API: who sees it, who is let in, and what the Network
// has of it at each step. Address plan: both VPCs are 10.0.0.0/16 with 10.0.1.0/24 in use1-az6; the consumer has
// 10.0.3.0/24 in use1-az2 too, where the service is not.

import {
  AcceptVpcEndpointConnectionsCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DeleteVpcEndpointServiceConfigurationsCommand,
  DeleteVpcEndpointsCommand,
  DescribeVpcEndpointConnectionsCommand,
  DescribeVpcEndpointServicesCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
  RejectVpcEndpointConnectionsCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateLoadBalancerCommand,
  DeleteLoadBalancerCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateAccessKeyCommand, CreateUserCommand, PutUserPolicyCommand } from '@aws-sdk/client-iam'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { census, expectEmptied, expectInvariants } from './invariants.ts'
import { ACCOUNT, known, OTHER_ACCOUNT, ScenarioWorld } from './scenario-world.ts'

interface Side {
  readonly ec2: EC2Client
  readonly VpcId: string
  readonly SubnetIds: string[]
}

let world: ScenarioWorld
let provider: Side
let consumer: Side
let atStart: ReturnType<typeof census>
let balancer: string
beforeEach(async () => {
  world = await ScenarioWorld.start()
  for (const account of [ACCOUNT, OTHER_ACCOUNT]) await world.ec2(account).send(new DescribeVpcsCommand())
  atStart = census(world.records)
  provider = await makeSide(ACCOUNT, { 'use1-az6': '10.0.1.0/24' })
  consumer = await makeSide(OTHER_ACCOUNT, { 'use1-az6': '10.0.1.0/24', 'use1-az2': '10.0.3.0/24' })
  const create = { Name: 'orders', Type: 'network', Scheme: 'internal', Subnets: provider.SubnetIds } as const
  balancer = known((await elb().send(new CreateLoadBalancerCommand(create))).LoadBalancers?.[0]?.LoadBalancerArn)
})
afterEach(() => world.stop())

function elb(): ElasticLoadBalancingV2Client {
  const credentials = { accessKeyId: ACCOUNT, secretAccessKey: 'unused' }
  return new ElasticLoadBalancingV2Client({ endpoint: world.daemon.endpoint, region: 'us-east-1', credentials })
}

async function makeSide(account: string, subnets: Record<string, string>): Promise<Side> {
  const ec2 = world.ec2(account)
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const SubnetIds: string[] = []
  for (const [AvailabilityZoneId, CidrBlock] of Object.entries(subnets)) {
    const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZoneId }))
    SubnetIds.push(known(Subnet?.SubnetId))
  }
  return { ec2, VpcId, SubnetIds }
}

/** After a restart the daemon answers elsewhere. */
function reconnect(): void {
  provider = { ...provider, ec2: world.ec2(ACCOUNT) }
  consumer = { ...consumer, ec2: world.ec2(OTHER_ACCOUNT) }
}

async function makeService(AcceptanceRequired: boolean): Promise<{ ServiceId: string; ServiceName: string }> {
  const create = { NetworkLoadBalancerArns: [balancer], AcceptanceRequired }
  const made = await provider.ec2.send(new CreateVpcEndpointServiceConfigurationCommand(create))
  const { ServiceId, ServiceName } = known(made.ServiceConfiguration)
  return { ServiceId: known(ServiceId), ServiceName: known(ServiceName) }
}

function connect(ServiceName: string, SubnetIds = consumer.SubnetIds.slice(0, 1)) {
  const create = { VpcId: consumer.VpcId, ServiceName, SubnetIds, VpcEndpointType: 'Interface' as const }
  return consumer.ec2.send(new CreateVpcEndpointCommand(create))
}

/** As both sides see it. */
async function states(
  endpointId: string,
): Promise<readonly [consumer: string | undefined, provider: string | undefined]> {
  await world.daemon.settle()
  const Filters = [{ Name: 'vpc-endpoint-id', Values: [endpointId] }]
  const { VpcEndpoints } = await consumer.ec2.send(new DescribeVpcEndpointsCommand({ Filters }))
  const { VpcEndpointConnections } = await provider.ec2.send(new DescribeVpcEndpointConnectionsCommand({}))
  const connection = VpcEndpointConnections?.find((one) => one.VpcEndpointId === endpointId)
  return [VpcEndpoints?.[0]?.State, connection?.VpcEndpointState]
}

function inNetwork(endpointId: string): boolean {
  return world.daemon.network.vpcs.flatMap((vpc) => vpc.endpoints).some(({ id }) => id === endpointId)
}

it('a consumer is allowed, asks, is accepted, rejected and gone; then the service can go', async () => {
  const { ServiceId, ServiceName } = await makeService(true)
  const missing = `The Vpc Endpoint Service '${ServiceName}' does not exist`
  await expect(connect(ServiceName)).rejects.toMatchObject({ name: 'InvalidServiceName', message: missing })
  const list = new DescribeVpcEndpointServicesCommand({ ServiceNames: [ServiceName] })
  await expect(consumer.ec2.send(list)).rejects.toMatchObject({ name: 'InvalidServiceName' })

  const AddAllowedPrincipals = [`arn:aws:iam::${OTHER_ACCOUNT}:root`]
  await provider.ec2.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, AddAllowedPrincipals }))
  expect((await consumer.ec2.send(list)).ServiceDetails).toMatchObject([{ AvailabilityZoneIds: ['use1-az6'] }])
  await expect(connect(ServiceName, consumer.SubnetIds)).rejects.toMatchObject({
    name: 'InvalidParameter',
    message: `The VPC endpoint service ${ServiceName} does not support the availability zone of the subnet: ${consumer.SubnetIds[1]}.`,
  })

  const made = await connect(ServiceName)
  const id = known(made.VpcEndpoint?.VpcEndpointId)
  expect(await states(id)).toEqual(['pendingAcceptance', 'pendingAcceptance'])
  expect(inNetwork(id)).toBe(false)
  await expectInvariants(world)
  reconnect()

  const decide = { ServiceId, VpcEndpointIds: [id] }
  const accepted = await provider.ec2.send(new AcceptVpcEndpointConnectionsCommand(decide))
  expect(accepted.Unsuccessful).toEqual([])
  expect(await states(id)).toEqual(['available', 'available'])
  expect(inNetwork(id)).toBe(true)
  const again = await provider.ec2.send(new AcceptVpcEndpointConnectionsCommand(decide))
  expect(again.Unsuccessful).toMatchObject([{ ResourceId: id, Error: { Code: 'InvalidState' } }])
  await expectInvariants(world)
  reconnect()

  const remove = new DeleteVpcEndpointServiceConfigurationsCommand({ ServiceIds: [ServiceId] })
  expect((await provider.ec2.send(remove)).Unsuccessful).toEqual([
    {
      ResourceId: ServiceId,
      Error: {
        Code: 'ExistingVpcEndpointConnections',
        Message: 'Service has existing active VPC Endpoint connections!',
      },
    },
  ])
  await expect(elb().send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }))).rejects.toMatchObject({
    name: 'ResourceInUseException',
  })

  await provider.ec2.send(new RejectVpcEndpointConnectionsCommand(decide))
  expect(await states(id)).toEqual(['rejected', 'rejected'])
  expect(inNetwork(id)).toBe(false)
  expect((await provider.ec2.send(remove)).Unsuccessful).toEqual([])
  expect(await states(id)).toEqual(['rejected', undefined])
  await expectInvariants(world)
  reconnect()

  await consumer.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }))
  expect(await states(id)).toEqual([undefined, undefined])
  await elb().send(new DeleteLoadBalancerCommand({ LoadBalancerArn: balancer }))
  await world.daemon.settle()
  for (const { ec2, VpcId, SubnetIds } of [provider, consumer]) {
    for (const SubnetId of SubnetIds) await ec2.send(new DeleteSubnetCommand({ SubnetId }))
    await ec2.send(new DeleteVpcCommand({ VpcId }))
  }
  await expectEmptied(world, atStart)
})

it('a rejection stays, also one that comes before the kernel has the endpoint', async () => {
  const { ServiceId, ServiceName } = await makeService(false)
  const AddAllowedPrincipals = ['*']
  await provider.ec2.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, AddAllowedPrincipals }))
  const made = await connect(ServiceName)
  const id = known(made.VpcEndpoint?.VpcEndpointId)
  await provider.ec2.send(new RejectVpcEndpointConnectionsCommand({ ServiceId, VpcEndpointIds: [id] }))
  expect(await states(id)).toEqual(['rejected', 'rejected'])
})

it('policies decide by the service and its owner, and a dry run makes nothing', async () => {
  const { ServiceId, ServiceName } = await makeService(false)
  await provider.ec2.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, AddAllowedPrincipals: ['*'] }))
  const dry = { NetworkLoadBalancerArns: [balancer], DryRun: true }
  await expect(provider.ec2.send(new CreateVpcEndpointServiceConfigurationCommand(dry))).rejects.toMatchObject({
    name: 'InvalidParameter',
  })
  await expect(
    provider.ec2.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, DryRun: true })),
  ).rejects.toMatchObject({ name: 'DryRunOperation' })

  const iam = world.iam(OTHER_ACCOUNT)
  await iam.send(new CreateUserCommand({ UserName: 'ann' }))
  const allowed = { 'ec2:VpceServiceOwner': ACCOUNT }
  const Statement = [
    { Effect: 'Allow', Action: 'ec2:*', Resource: '*' },
    {
      Effect: 'Deny',
      Action: 'ec2:CreateVpcEndpoint',
      Resource: 'arn:aws:ec2:*:*:vpc-endpoint/*',
      Condition: { StringNotEquals: allowed },
    },
  ]
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement })
  await iam.send(new PutUserPolicyCommand({ UserName: 'ann', PolicyName: 'own', PolicyDocument }))
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }))
  const keys = { accessKeyId: known(AccessKey?.AccessKeyId), secretAccessKey: known(AccessKey?.SecretAccessKey) }
  consumer = { ...consumer, ec2: world.ec2(keys) }
  await expect(connect('com.amazonaws.us-east-1.ssm')).rejects.toMatchObject({ name: 'UnauthorizedOperation' })
  expect((await connect(ServiceName)).VpcEndpoint?.State).toBe('pending')
})
