// What PrivateLink has to tell, from its records to a queue.

import { CreateTopicCommand, SetTopicAttributesCommand, SubscribeCommand } from '@aws-sdk/client-sns'
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type {
  ConnectionEvent,
  ConnectionNotification,
  PendingNotification,
} from '../../store/load-balancing-records.ts'
import { ACCOUNT, OTHER_ACCOUNT, TestTopics } from './testing.ts'

const SERVICE = 'vpce-svc-0123456789abcdef0'
const ENDPOINT = 'vpce-0123456789abcdef0'
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:connections`
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:inbox`
const SERVICE_ARN = `arn:aws:ec2:us-east-1:${ACCOUNT}:vpc-endpoint-service/${SERVICE}`

const NOTIFICATION: ConnectionNotification = {
  id: 'vpce-nfn-0123456789abcdef0',
  owner: ACCOUNT,
  region: 'us-east-1',
  createdAt: '2026-01-01T00:00:00.000Z',
  serviceId: SERVICE,
  topicArn: TOPIC,
  events: ['Accept', 'Connect'],
}

let topics: TestTopics

beforeEach(async () => {
  topics = await TestTopics.start()
  await topics.topics().send(new CreateTopicCommand({ Name: 'connections' }))
  await allow({ ArnEquals: { 'aws:SourceArn': SERVICE_ARN }, StringEquals: { 'aws:SourceAccount': ACCOUNT } })
  const Statement = [
    { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: QUEUE },
  ]
  const Attributes = { Policy: JSON.stringify({ Statement }) }
  await topics.queues().send(new CreateQueueCommand({ QueueName: 'inbox', Attributes }))
  await topics.topics().send(new SubscribeCommand({ TopicArn: TOPIC, Protocol: 'sqs', Endpoint: QUEUE }))
  topics.store.transact((tx) => tx.connectionNotifications.insert(NOTIFICATION))
})
afterEach(() => topics.stop())

async function allow(Condition: object): Promise<void> {
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: 'vpce.amazonaws.com' },
      Action: 'SNS:Publish',
      Resource: TOPIC,
      Condition,
    },
  ]
  const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement })
  await topics
    .topics()
    .send(new SetTopicAttributesCommand({ TopicArn: TOPIC, AttributeName: 'Policy', AttributeValue }))
}

function happen(id: string, event: ConnectionEvent): void {
  const pending: PendingNotification = {
    id,
    notificationId: NOTIFICATION.id,
    sourceArn: SERVICE_ARN,
    topicArn: TOPIC,
    event,
    serviceId: SERVICE,
    vpcEndpointId: ENDPOINT,
    vpcEndpointOwner: OTHER_ACCOUNT,
    at: '2026-11-21T10:00:00.000Z',
  }
  topics.store.transact((tx) => tx.pendingNotifications.insert(pending))
}

async function heard(): Promise<object[]> {
  const QueueUrl = `${topics.endpoint}/${ACCOUNT}/inbox`
  const { Messages = [] } = await topics.queues().send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
  return Messages.map(({ Body = '' }) => JSON.parse(JSON.parse(Body).Message))
}

it('is published in order, once, and is then no longer pending', async () => {
  happen('one', 'Connect')
  happen('two', 'Accept')
  await Promise.all([topics.sns.publishPending(), topics.sns.publishPending()])
  expect(await heard()).toEqual(
    ['Connect', 'Accept'].map((eventType) => ({
      eventType,
      connectionNotificationId: NOTIFICATION.id,
      serviceId: SERVICE,
      vpcEndpointId: ENDPOINT,
      vpcEndpointOwner: OTHER_ACCOUNT,
      region: 'us-east-1',
      eventTime: '2026-11-21T10:00:00.000Z',
    })),
  )
  expect(topics.store.records.pendingNotifications.size).toBe(0)
  expect(topics.log).toEqual([])
})

it('needs the policy of the topic', async () => {
  await allow({ ArnEquals: { 'aws:SourceArn': `${SERVICE_ARN}2` } })
  happen('one', 'Connect')
  await topics.sns.publishPending()
  expect(await heard()).toEqual([])
  expect(topics.log).toEqual([
    `${NOTIFICATION.id}: Connect of ${ENDPOINT} was not published to ${TOPIC}: vpce.amazonaws.com may not sns:Publish on ${TOPIC}: no statement of its policy allows it`,
  ])
  expect(topics.store.records.pendingNotifications.size).toBe(0)
})

it('is told also when the notification went with what it was of', async () => {
  happen('one', 'Delete')
  topics.store.transact((tx) => tx.connectionNotifications.delete(NOTIFICATION.id))
  await topics.sns.publishPending()
  expect(await heard()).toMatchObject([{ eventType: 'Delete', region: 'us-east-1' }])
  expect(topics.store.records.pendingNotifications.size).toBe(0)
})
