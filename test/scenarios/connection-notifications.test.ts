// An endpoint service whose owner wants to hear of connections: from the consumer's call to the provider's queue, and to a
// server that was not there when the daemon ended. Address plan: both VPCs are 10.0.0.0/16 with 10.0.1.0/24 in use1-az6.

import { createServer, get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import {
  AcceptVpcEndpointConnectionsCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  CreateVpcEndpointCommand,
  CreateVpcEndpointConnectionNotificationCommand,
  CreateVpcEndpointServiceConfigurationCommand,
  DeleteVpcEndpointsCommand,
  type EC2Client,
  ModifyVpcEndpointServicePermissionsCommand,
} from '@aws-sdk/client-ec2'
import { CreateLoadBalancerCommand } from '@aws-sdk/client-elastic-load-balancing-v2'
import { CreateTopicCommand, SetTopicAttributesCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ACCOUNT, known, OTHER_ACCOUNT, ScenarioWorld } from './scenario-world.ts'

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:connections`
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:inbox`

let world: ScenarioWorld
let subscriber: Server
/** Bodies that the subscribing server was sent. */
let posted: string[]
let answers: boolean
let ServiceId: string
let ServiceName: string
let consumer: { readonly VpcId: string; readonly SubnetIds: string[] }

beforeEach(async () => {
  world = await ScenarioWorld.start()
  posted = []
  answers = true
  subscriber = createServer(async (req, res) => {
    posted.push(await text(req))
    res.writeHead(answers ? 200 : 503).end()
  })
  await new Promise<void>((resolve) => subscriber.listen(0, '127.0.0.1', resolve))
  const provider = world.ec2()
  const Subnets = (await makeVpc(provider)).SubnetIds
  consumer = await makeVpc(world.ec2(OTHER_ACCOUNT))
  const create = { Name: 'orders', Type: 'network', Scheme: 'internal', Subnets } as const
  const { LoadBalancers } = await world.elb().send(new CreateLoadBalancerCommand(create))
  const NetworkLoadBalancerArns = [known(LoadBalancers?.[0]?.LoadBalancerArn)]
  const made = await provider.send(
    new CreateVpcEndpointServiceConfigurationCommand({ NetworkLoadBalancerArns, AcceptanceRequired: true }),
  )
  ServiceId = known(made.ServiceConfiguration?.ServiceId)
  ServiceName = known(made.ServiceConfiguration?.ServiceName)
  const AddAllowedPrincipals = [`arn:aws:iam::${OTHER_ACCOUNT}:root`]
  await provider.send(new ModifyVpcEndpointServicePermissionsCommand({ ServiceId, AddAllowedPrincipals }))
  await sns().send(new CreateTopicCommand({ Name: 'connections' }))
})
afterEach(async () => {
  subscriber.closeAllConnections()
  subscriber.close()
  await world.stop()
})

async function makeVpc(ec2: EC2Client): Promise<{ VpcId: string; SubnetIds: string[] }> {
  const VpcId = known((await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))).Vpc?.VpcId)
  const subnet = { VpcId, CidrBlock: '10.0.1.0/24', AvailabilityZoneId: 'use1-az6' }
  return { VpcId, SubnetIds: [known((await ec2.send(new CreateSubnetCommand(subnet))).Subnet?.SubnetId)] }
}

function client() {
  const credentials = { accessKeyId: ACCOUNT, secretAccessKey: 'unused' }
  return { endpoint: world.daemon.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
}

function sns(): SNSClient {
  return new SNSClient(client())
}

function allowing(service: string, Action: string, Resource: string, source: string): string {
  const Condition = { ArnLike: { 'aws:SourceArn': source } }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action, Resource, Condition }],
  })
}

/** The provider wants to hear of all events; the topic lets only this service of the provider's. */
async function notify(): Promise<void> {
  const source = `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc-endpoint-service/${ServiceId}`
  const AttributeValue = allowing('vpce.amazonaws.com', 'SNS:Publish', TOPIC, source)
  await sns().send(new SetTopicAttributesCommand({ TopicArn: TOPIC, AttributeName: 'Policy', AttributeValue }))
  const ConnectionEvents = ['Accept', 'Connect', 'Delete', 'Reject']
  const create = { ServiceId, ConnectionNotificationArn: TOPIC, ConnectionEvents }
  await world.ec2().send(new CreateVpcEndpointConnectionNotificationCommand(create))
}

async function connect(): Promise<string> {
  const create = { ...consumer, ServiceName, VpcEndpointType: 'Interface' as const }
  const { VpcEndpoint } = await world.ec2(OTHER_ACCOUNT).send(new CreateVpcEndpointCommand(create))
  return known(VpcEndpoint?.VpcEndpointId)
}

it('a consumer asks, is accepted and leaves: the provider reads it from a queue', async () => {
  const Attributes = { Policy: allowing('sns.amazonaws.com', 'sqs:SendMessage', QUEUE, TOPIC) }
  const sqs = new SQSClient(client())
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'inbox', Attributes }))
  const raw = { Attributes: { RawMessageDelivery: 'true' } }
  await sns().send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'sqs', Endpoint: QUEUE, ...raw }))
  await notify()
  const endpointId = await connect()
  const decide = { ServiceId, VpcEndpointIds: [endpointId] }
  await world.ec2().send(new AcceptVpcEndpointConnectionsCommand(decide))
  await world.daemon.settle()
  await world.ec2(OTHER_ACCOUNT).send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [endpointId] }))
  const heard: object[] = []
  while (heard.length < 3) {
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 10 })
    const { Messages } = await sqs.send(receive)
    expect(Messages).toBeDefined()
    heard.push(...(Messages ?? []).map(({ Body = '' }) => JSON.parse(Body)))
  }
  const about = { serviceId: ServiceId, vpcEndpointId: endpointId, vpcEndpointOwner: OTHER_ACCOUNT }
  expect(heard).toMatchObject(['Connect', 'Accept', 'Delete'].map((eventType) => ({ ...about, eventType })))
  await expect.poll(() => world.records.pendingNotifications.size).toBe(0)
})

it('what nobody took yet is told again by the next daemon', async () => {
  const { port } = subscriber.address() as AddressInfo
  const subscription = { TopicArn: TOPIC, Protocol: 'http', Endpoint: `http://127.0.0.1:${port}/` }
  await sns().send(new SubscribeCommand(subscription))
  await expect.poll(() => posted).toHaveLength(1)
  const { SubscribeURL } = JSON.parse(posted.splice(0)[0] ?? '')
  await new Promise((resolve, reject) => get(SubscribeURL, resolve).on('error', reject))
  await notify()
  answers = false
  const endpointId = await connect()
  await expect.poll(() => posted).toHaveLength(1)
  expect(world.records.pendingNotifications.size).toBe(1)
  answers = true
  await world.restart()
  await expect.poll(() => world.records.pendingNotifications.size).toBe(0)
  expect(posted.map((body) => JSON.parse(JSON.parse(body).Message))).toMatchObject([
    { eventType: 'Connect', vpcEndpointId: endpointId },
    { eventType: 'Connect', vpcEndpointId: endpointId },
  ])
})
