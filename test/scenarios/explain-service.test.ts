// `postern explain` of an endpoint service in a running daemon, from the consumer's and the provider's account: each step on
// the way from "there is no such service" to a packet that a target would see.
// Address plan: both VPCs are 10.0.0.0/16. The provider's load balancer has nodes in 10.0.1.0/24 (use1-az6) and 10.0.2.0/24
// (use1-az1), its target is in the first; the consumer's instance and endpoint are in 10.0.1.0/24 (use1-az6).

import {
  AcceptVpcEndpointConnectionsCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
  RejectVpcEndpointConnectionsCommand,
  RevokeSecurityGroupIngressCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  ElasticLoadBalancingV2Client,
  RegisterTargetsCommand,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { askDaemon } from '../../src/cli/daemon-client.ts'
import type { Step } from '../../src/explain/trace.ts'
import { ACCOUNT, known, OTHER_ACCOUNT, ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld
let consumer: EC2Client
let provider: EC2Client
let client: string
let consumerVpc: string
let consumerSubnet: string
let serviceId: string
let serviceName: string
let balancer: string
let targetGroup: string
let targets: string
let endpoint: string

beforeAll(async () => {
  world = await ScenarioWorld.start()
  consumer = world.ec2()
  provider = world.ec2(OTHER_ACCOUNT)
  await makeProvider()
  consumerVpc = await makeVpc(consumer)
  consumerSubnet = await makeSubnet(consumer, consumerVpc, '10.0.1.0/24', 'use1-az6')
  client = await launch(consumer, consumerSubnet)
  await world.daemon.settle()
})

afterAll(() => world.stop())

async function makeProvider(): Promise<void> {
  const vpc = await makeVpc(provider)
  const subnets = [
    await makeSubnet(provider, vpc, '10.0.1.0/24', 'use1-az6'),
    await makeSubnet(provider, vpc, '10.0.2.0/24', 'use1-az1'),
  ]
  const group = new CreateSecurityGroupCommand({ VpcId: vpc, GroupName: 'targets', Description: 'targets' })
  targets = known((await provider.send(group)).GroupId)
  const target = await launch(provider, known(subnets[0]), targets)
  const elb = new ElasticLoadBalancingV2Client({
    endpoint: world.daemon.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: OTHER_ACCOUNT, secretAccessKey: 'unused' },
  })
  const made = await elb.send(new CreateTargetGroupCommand({ Name: 'tg', Protocol: 'TCP', Port: 80, VpcId: vpc }))
  targetGroup = known(made.TargetGroups?.[0]?.TargetGroupArn)
  await elb.send(new RegisterTargetsCommand({ TargetGroupArn: targetGroup, Targets: [{ Id: target }] }))
  const create = new CreateLoadBalancerCommand({ Name: 'lb', Type: 'network', Scheme: 'internal', Subnets: subnets })
  balancer = known((await elb.send(create)).LoadBalancers?.[0]?.LoadBalancerArn)
  await elb.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer,
      Protocol: 'TCP',
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: targetGroup }],
    }),
  )
  const service = new CreateVpcEndpointServiceConfigurationCommand({ NetworkLoadBalancerArns: [balancer] })
  const { ServiceConfiguration } = await provider.send(service)
  serviceId = known(ServiceConfiguration?.ServiceId)
  serviceName = known(ServiceConfiguration?.ServiceName)
}

async function makeVpc(ec2: EC2Client): Promise<string> {
  return known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
}

async function makeSubnet(
  ec2: EC2Client,
  VpcId: string,
  CidrBlock: string,
  AvailabilityZoneId: string,
): Promise<string> {
  return known((await ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZoneId }))).Subnet?.SubnetId)
}

let image: string | undefined

async function launch(ec2: EC2Client, SubnetId: string, groupId?: string): Promise<string> {
  image ??= known((await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }))).Images?.[0]?.ImageId)
  const groups = groupId === undefined ? {} : { SecurityGroupIds: [groupId] }
  const run = new RunInstancesCommand({
    ImageId: image,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    SubnetId,
    ...groups,
  })
  const id = known((await ec2.send(run)).Instances?.[0]?.InstanceId)
  await world.daemon.settle()
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))
  expect(Reservations?.[0]?.Instances?.[0]?.State?.Name).toBe('running')
  return id
}

interface Explained {
  readonly text: string
  readonly trace: {
    readonly verdict: string
    readonly blockers: readonly Step[]
    readonly remedies?: readonly string[]
  }
}

async function ask(from: string, to?: string, more: object = {}): Promise<Explained> {
  await world.daemon.settle()
  const daemon = { endpoint: world.daemon.endpoint, token: undefined }
  return (await askDaemon(daemon, 'POST', 'explain', { from, to, protocol: 'tcp', ...more })) as Explained
}

function outcome({ trace: { verdict, blockers } }: Explained): string {
  return blockers.length === 0 ? verdict : blockers.map(({ stage, by }) => `${stage} ${by}`).join(', ')
}

const asConsumer = { as: ACCOUNT }
const asProvider = { as: OTHER_ACCOUNT }

it('does not exist for who is not allowed, and says so to the owner alone', async () => {
  const seen = await ask(client, serviceId, asConsumer)
  expect(outcome(seen)).toBe(`endpoint-service ${serviceId}`)
  const missing = await ask(client, 'vpce-svc-00000000000000000', asConsumer)
  const same = (text: string) => text.replaceAll(/vpce-svc-\w+/g, 'vpce-svc')
  expect(same(seen.text)).toBe(same(missing.text))
  expect((await ask(client, serviceId)).text).toContain('--add-allowed-principals')
  await expect(ask(serviceId, undefined, asConsumer)).rejects.toThrow('does not exist')
  await expect(ask(balancer, undefined, asConsumer)).rejects.toThrow('not found')
  await expect(ask(client, serviceId, asProvider)).rejects.toThrow(`account ${OTHER_ACCOUNT} has no ${client}`)
})

it('takes an instance or an interface for its address', async () => {
  const { Reservations } = await consumer.send(new DescribeInstancesCommand({ InstanceIds: [client] }))
  const eni = known(Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces?.[0])
  for (const id of [client, known(eni.NetworkInterfaceId)]) {
    expect((await ask(client, id, { port: 8080 })).text).toContain(`to ${known(eni.PrivateIpAddress)} tcp/8080`)
    await expect(ask(client, id, asProvider)).rejects.toThrow(`'${id}' does not exist`)
  }
  await expect(ask(client, 'i-00000000000000000')).rejects.toThrow('does not exist')
})

it('is there once it is allowed, and wants an endpoint', async () => {
  const AddAllowedPrincipals = [`arn:aws:iam::${ACCOUNT}:root`]
  await provider.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId: serviceId, AddAllowedPrincipals }))
  expect(outcome(await ask(client, serviceName, asConsumer))).toBe(`endpoint-state ${consumerVpc}`)
})

it('waits to be accepted, on both sides', async () => {
  const create = new CreateVpcEndpointCommand({
    VpcId: consumerVpc,
    VpcEndpointType: 'Interface',
    ServiceName: serviceName,
    SubnetIds: [consumerSubnet],
  })
  endpoint = known((await consumer.send(create)).VpcEndpoint?.VpcEndpointId)
  const seen = await ask(client, serviceId, asConsumer)
  expect(outcome(seen)).toBe(`endpoint-state ${endpoint}`)
  expect(seen.text).toContain('waits until the owner')
  const own = await ask(serviceId, endpoint, asProvider)
  expect(own.trace.remedies).toContain(
    `accept it: aws ec2 accept-vpc-endpoint-connections --service-id ${serviceId} --vpc-endpoint-ids ${endpoint}`,
  )
  await expect(ask(serviceId, 'vpce-00000000000000000')).rejects.toThrow(`is no connection of ${serviceId}`)
})

it('accepted, it stops at the group of the targets, of which only the provider is told', async () => {
  await provider.send(new AcceptVpcEndpointConnectionsCommand({ ServiceId: serviceId, VpcEndpointIds: [endpoint] }))
  const seen = await ask(client, serviceId, { ...asConsumer, port: 80 })
  expect(outcome(seen)).toBe(`endpoint-service ${serviceId}`)
  expect(seen.trace.blockers[0]?.why).toBe(`${serviceId} does not answer tcp/80: ask its owner, ${OTHER_ACCOUNT}`)
  expect(JSON.stringify(seen)).not.toContain(targets)
  expect(outcome(await ask(client, serviceId))).toContain(`sg-ingress ${targets}`)
  expect(outcome(await ask(serviceId, undefined, asProvider))).toContain(`sg-ingress ${targets}`)
  expect(outcome(await ask(balancer))).toContain(`sg-ingress ${targets}`)
  expect(outcome(await ask(targetGroup))).toContain(`sg-ingress ${targets}`)
})

it('passes once the nodes are let in', async () => {
  const rule = {
    GroupId: targets,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [{ CidrIp: '10.0.0.0/16' }] }],
  }
  await provider.send(new AuthorizeSecurityGroupIngressCommand(rule))
  expect(outcome(await ask(client, serviceId))).toBe('reachable')
  expect(outcome(await ask(client, endpoint))).toBe('reachable')
  expect(outcome(await ask(client, endpoint, { port: 81 }))).toContain('listener')
  await expect(ask(client, 'vpce-00000000000000000')).rejects.toThrow('does not exist')
  expect(outcome(await ask(client, serviceId, { ...asConsumer, port: 80 }))).toBe('reachable')
  await provider.send(new RevokeSecurityGroupIngressCommand(rule))
  expect(outcome(await ask(client, serviceId))).toBe(`sg-ingress ${targets}`)
})

it('rejected, it is out of force on both sides', async () => {
  await provider.send(new RejectVpcEndpointConnectionsCommand({ ServiceId: serviceId, VpcEndpointIds: [endpoint] }))
  const seen = await ask(client, serviceId, asConsumer)
  expect(outcome(seen)).toBe(`endpoint-state ${endpoint}`)
  expect(seen.text).toContain('rejected')
  expect(outcome(await ask(serviceId, endpoint, asProvider))).toContain(`endpoint-state ${endpoint}`)
})

it.each<[string, string, string | undefined, object, string]>([
  ['an account', 'i-0', 'x', { as: '12' }, '12 is no account: an account is 12 digits'],
  ['what explains nothing', 'vpc-1', 'x', {}, 'is neither an instance'],
  ['no destination', 'i-0', undefined, {}, 'to is missing'],
])('refuses %s', async (_, from, to, more, message) => {
  await expect(ask(from === 'i-0' ? client : from, to, more)).rejects.toThrow(message)
})
