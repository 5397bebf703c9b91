// SNS by AWS's own client over loopback, with queues and an HTTP server as subscribers.

import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import * as sns from '@aws-sdk/client-sns'
import { CreateQueueCommand, type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { ACCOUNT, OTHER_ACCOUNT, TestTopics } from './testing.ts'

let topics: TestTopics
let client: sns.SNSClient
let topic: string

beforeEach(async () => {
  topics = await TestTopics.start()
  client = topics.topics()
  topic = await create('news')
})
afterEach(() => topics.stop())

async function create(Name: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await client.send(new sns.CreateTopicCommand({ Name, Attributes }))).TopicArn ?? ''
}

const queueArn = (name: string, account = ACCOUNT) => `arn:aws:sqs:us-east-1:${account}:${name}`

/** A queue that takes what the topic publishes. */
async function createQueue(name: string, account = ACCOUNT): Promise<string> {
  const Policy = JSON.stringify({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { Service: 'sns.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn(name, account),
        Condition: { ArnEquals: { 'aws:SourceArn': topic } },
      },
    ],
  })
  await topics.queues(account).send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }))
  return queueArn(name, account)
}

async function subscribe(Protocol: string, Endpoint: string, Attributes: Record<string, string> = {}): Promise<string> {
  const command = new sns.SubscribeCommand({ TopicArn: topic, Protocol, Endpoint, Attributes })
  return (await client.send(command)).SubscriptionArn ?? ''
}

function publish(Message: string, input: Partial<sns.PublishCommandInput> = {}) {
  return client.send(new sns.PublishCommand({ TopicArn: topic, Message, ...input }))
}

async function received(name: string, account = ACCOUNT): Promise<readonly Message[]> {
  const QueueUrl = `${topics.endpoint}/${account}/${name}`
  const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] })
  return (await topics.queues(account).send(command)).Messages ?? []
}

const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body)

async function refusal(asked: Promise<unknown>): Promise<string> {
  try {
    await asked
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`
  }
  return 'it passed'
}

function follow(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, (answer) => void text(answer).then(resolve, reject)).on('error', reject)
  })
}

describe('topics', () => {
  it('are made once, shown, changed, listed and deleted', async () => {
    expect(topic).toBe(`arn:aws:sns:us-east-1:${ACCOUNT}:news`)
    expect(await create('news')).toBe(topic)
    expect(await refusal(create('news', { DisplayName: 'other' }))).toBe(
      'InvalidParameterException: Invalid parameter: Attributes Reason: Topic already exists with different attributes',
    )
    const set = { TopicArn: topic, AttributeName: 'DisplayName', AttributeValue: 'News' }
    await client.send(new sns.SetTopicAttributesCommand(set))
    const { Attributes } = await client.send(new sns.GetTopicAttributesCommand({ TopicArn: topic }))
    expect(Attributes).toMatchObject({
      TopicArn: topic,
      Owner: ACCOUNT,
      DisplayName: 'News',
      SubscriptionsConfirmed: '0',
      Policy: expect.stringContaining('"AWS:SourceOwner":"123456789012"'),
      EffectiveDeliveryPolicy: expect.stringContaining('numRetries'),
    })
    const names = Array.from({ length: 105 }, (_, at) => `t${at}`)
    for (const name of names) await create(name)
    const found: (string | undefined)[] = []
    for await (const { Topics = [] } of sns.paginateListTopics({ client }, {})) {
      found.push(...Topics.map(({ TopicArn }) => TopicArn))
    }
    expect(found).toHaveLength(106)
    await client.send(new sns.DeleteTopicCommand({ TopicArn: topic }))
    expect(await refusal(publish('x'))).toBe('NotFoundException: Topic does not exist')
  })

  it('have tags', async () => {
    const Tags = [{ Key: 'a', Value: '1' }]
    const { TopicArn } = await client.send(new sns.CreateTopicCommand({ Name: 'tagged', Tags }))
    await client.send(new sns.TagResourceCommand({ ResourceArn: TopicArn, Tags: [{ Key: 'b', Value: '2' }] }))
    await client.send(new sns.UntagResourceCommand({ ResourceArn: TopicArn, TagKeys: ['a'] }))
    const listed = await client.send(new sns.ListTagsForResourceCommand({ ResourceArn: TopicArn }))
    expect(listed.Tags).toEqual([{ Key: 'b', Value: '2' }])
  })

  test.each([
    ['a name', 'no spaces', {}, /Invalid parameter: Topic Name/],
    ['FIFO', 'news.fifo', { FifoTopic: 'true' }, /Postern does not serve FIFO topics/],
    ['an attribute', 'x', { Colour: 'red' }, /Invalid parameter: AttributeName/],
    ['a policy', 'x', { Policy: '{}' }, /Invalid parameter: Policy Error/],
    ['a delivery policy', 'x', { DeliveryPolicy: '[]' }, /DeliveryPolicy: is not a JSON object/],
  ])('%s that cannot be is refused', async (_, name, attributes, why) => {
    expect(await refusal(create(name, attributes))).toMatch(why)
  })
})

describe('queues as subscribers', () => {
  it('of the own account are subscribed at once, and get the message in SNS’s JSON', async () => {
    const arn = await subscribe('sqs', await createQueue('inbox'))
    expect(arn).toMatch(new RegExp(`^${topic}:[0-9a-f-]{36}$`))
    const MessageAttributes = { kind: { DataType: 'String', StringValue: 'greeting' } }
    const { MessageId } = await publish('hello', { Subject: 'Hi', MessageAttributes })
    const [message] = await received('inbox')
    expect(JSON.parse(message?.Body ?? '')).toEqual({
      Type: 'Notification',
      MessageId,
      TopicArn: topic,
      Subject: 'Hi',
      Message: 'hello',
      Timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      UnsubscribeURL: expect.stringContaining('Action=Unsubscribe'),
      MessageAttributes: { kind: { Type: 'String', Value: 'greeting' } },
    })
    expect(message?.MessageAttributes).toBeUndefined()
  })

  it('get the bare message with its attributes by raw delivery, and their own text', async () => {
    await subscribe('sqs', await createQueue('inbox'), { RawMessageDelivery: 'true' })
    const MessageAttributes = { n: { DataType: 'Number', StringValue: '7' } }
    const structured = JSON.stringify({ default: 'to all', sqs: 'to queues' })
    await publish(structured, { MessageStructure: 'json', MessageAttributes })
    expect(await received('inbox')).toMatchObject([{ Body: 'to queues', MessageAttributes }])
  })

  it('get only what their filter takes', async () => {
    const raw = { RawMessageDelivery: 'true' }
    await subscribe('sqs', await createQueue('high'), { ...raw, FilterPolicy: '{"level":[{"numeric":[">",5]}]}' })
    const FilterPolicy = '{"order":{"kind":["book"]}}'
    await subscribe('sqs', await createQueue('books'), { ...raw, FilterPolicy, FilterPolicyScope: 'MessageBody' })
    await publish('low', { MessageAttributes: { level: { DataType: 'Number', StringValue: '5' } } })
    await publish('high', { MessageAttributes: { level: { DataType: 'Number', StringValue: '6' } } })
    await publish('{"order":{"kind":"book"}}')
    expect(bodies(await received('high'))).toEqual(['high'])
    expect(bodies(await received('books'))).toEqual(['{"order":{"kind":"book"}}'])
  })

  it('get nothing unless their policy lets the topic, which the log says', async () => {
    await topics.queues().send(new CreateQueueCommand({ QueueName: 'closed' }))
    const dead = JSON.stringify({ deadLetterTargetArn: await createQueue('dead') })
    await subscribe('sqs', queueArn('closed'), { RedrivePolicy: dead })
    await publish('lost')
    expect(await received('closed')).toEqual([])
    expect(topics.log).toEqual([
      `sns: Notification of ${topic} did not reach ${queueArn('closed')}: sns.amazonaws.com may not sqs:SendMessage on ${queueArn('closed')}: it has no policy`,
    ])
    expect(JSON.parse((await received('dead'))[0]?.Body ?? '')).toMatchObject({ Message: 'lost' })
  })

  it('that the disk could not take it for are not said to have it', async () => {
    await subscribe('sqs', await createQueue('inbox'))
    topics.sqs.sqs.messages.transact = () => {
      throw new Error('the disk is full')
    }
    expect(await refusal(publish('x'))).toMatch('InternalError')
    expect(topics.log).toEqual([expect.stringContaining('the disk is full')])
  })

  it('of another account confirm with the token that they got', async () => {
    expect(await subscribe('sqs', await createQueue('inbox', OTHER_ACCOUNT))).toBe('pending confirmation')
    await publish('too early')
    await expect.poll(() => topics.sqs.sqs.messages.queues()).toHaveLength(1)
    const messages = await received('inbox', OTHER_ACCOUNT)
    const { Type, Token } = JSON.parse(messages[0]?.Body ?? '')
    expect([messages.length, Type]).toEqual([1, 'SubscriptionConfirmation'])
    await client.send(new sns.ConfirmSubscriptionCommand({ TopicArn: topic, Token }))
    await publish('now')
    expect(await received('inbox', OTHER_ACCOUNT)).toHaveLength(1)
  })

  it('are there once, shown, changed and unsubscribed', async () => {
    const endpoint = await createQueue('inbox')
    const SubscriptionArn = await subscribe('sqs', endpoint)
    expect(await subscribe('sqs', endpoint)).toBe(SubscriptionArn)
    expect(await refusal(subscribe('sqs', endpoint, { RawMessageDelivery: 'true' }))).toMatch('already exists')
    const set = { SubscriptionArn, AttributeName: 'FilterPolicy', AttributeValue: '{"a":["x"]}' }
    await client.send(new sns.SetSubscriptionAttributesCommand(set))
    const { Attributes } = await client.send(new sns.GetSubscriptionAttributesCommand({ SubscriptionArn }))
    expect(Attributes).toMatchObject({
      Protocol: 'sqs',
      Endpoint: endpoint,
      PendingConfirmation: 'false',
      ConfirmationWasAuthenticated: 'true',
      RawMessageDelivery: 'false',
      FilterPolicy: '{"a":["x"]}',
      FilterPolicyScope: 'MessageAttributes',
    })
    const shown = [{ SubscriptionArn, Owner: ACCOUNT, Protocol: 'sqs', Endpoint: endpoint, TopicArn: topic }]
    expect((await client.send(new sns.ListSubscriptionsCommand({}))).Subscriptions).toEqual(shown)
    const ofTopic = await client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }))
    expect(ofTopic.Subscriptions).toEqual(shown)
    await client.send(new sns.UnsubscribeCommand({ SubscriptionArn }))
    expect(await refusal(client.send(new sns.GetSubscriptionAttributesCommand({ SubscriptionArn })))).toBe(
      'NotFoundException: Subscription does not exist',
    )
  })
})

describe('servers as subscribers', () => {
  async function confirmed(attributes: Record<string, string> = {}): Promise<void> {
    await subscribe('http', topics.subscriberUrl, attributes)
    await expect.poll(() => topics.posted).toHaveLength(1)
    await follow(JSON.parse(topics.posted.shift()?.body ?? '').SubscribeURL)
  }

  it('confirm by the link, get what is published, and leave by the link', async () => {
    expect(await subscribe('http', topics.subscriberUrl)).toBe('pending confirmation')
    await expect.poll(() => topics.posted).toHaveLength(1)
    const [asked] = topics.posted.splice(0)
    expect(asked?.headers).toMatchObject({
      'x-amz-sns-message-type': 'SubscriptionConfirmation',
      'x-amz-sns-topic-arn': topic,
      'content-type': 'text/plain; charset=UTF-8',
      'user-agent': 'Amazon Simple Notification Service Agent',
    })
    await publish('too early')
    const answer = await follow(JSON.parse(asked?.body ?? '').SubscribeURL)
    const arn = /<SubscriptionArn>(.*)<\/SubscriptionArn>/.exec(answer)?.[1]
    await publish('hello')
    await expect.poll(() => topics.posted).toHaveLength(1)
    const [heard] = topics.posted.splice(0)
    expect(heard?.headers).toMatchObject({
      'x-amz-sns-message-type': 'Notification',
      'x-amz-sns-subscription-arn': arn,
    })
    const { Message, UnsubscribeURL } = JSON.parse(heard?.body ?? '')
    expect(Message).toBe('hello')
    await follow(UnsubscribeURL)
    const left = await client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn: topic }))
    expect(left.Subscriptions).toEqual([])
  })

  it('confirm by the link in any region', async () => {
    client = topics.topics(ACCOUNT, 'eu-west-1')
    topic = await create('news')
    await confirmed()
    const { Attributes } = await client.send(new sns.GetTopicAttributesCommand({ TopicArn: topic }))
    expect(Attributes).toMatchObject({ TopicArn: `arn:aws:sns:eu-west-1:${ACCOUNT}:news`, SubscriptionsConfirmed: '1' })
  })

  it('that fail are asked again, and then given up with a line in the log', async () => {
    await confirmed({ RawMessageDelivery: 'true' })
    topics.answers = [500, 503, 200]
    await publish('again')
    await expect.poll(() => topics.posted.map(({ body }) => body)).toEqual(['again', 'again', 'again'])
    expect(topics.posted[0]?.headers).toMatchObject({ 'x-amz-sns-rawdelivery': 'true' })
    topics.answers = [500]
    await publish('lost')
    await expect.poll(() => topics.log).toEqual([expect.stringMatching(/did not reach .*: it answered 500$/)])
    expect(topics.posted).toHaveLength(6)
    topics.answers = [404]
    await publish('refused')
    await expect.poll(() => topics.log).toHaveLength(2)
    expect(topics.posted).toHaveLength(7)
  })

  it('cannot be the daemon itself', async () => {
    await subscribe('http', `${topics.endpoint}/_postern/shutdown`)
    await expect.poll(() => topics.log).toEqual([expect.stringMatching(/SubscriptionConfirmation .* did not reach/)])
  })

  test.each([
    ['email', 'ann@example.com', /Postern does not serve subscriptions by email/],
    ['sms', '+4912345', /Postern does not serve subscriptions by sms/],
    ['lambda', 'arn:aws:lambda:us-east-1:123456789012:function:f', /by lambda/],
    ['ftp', 'ftp://x', /does not support this protocol string: ftp/],
    ['https', 'http://x', /Endpoint must match the specified protocol/],
    ['sqs', 'http://x', /SQS endpoint ARN/],
    ['sqs', `${queueArn('q')}.fifo`, /FIFO SQS Queues can not be subscribed to standard SNS topics/],
  ])('%s at %s is refused', async (protocol, endpoint, why) => {
    expect(await refusal(subscribe(protocol, endpoint))).toMatch(why)
  })
})

describe('what is published', () => {
  test.each<[string, string, Partial<sns.PublishCommandInput>, RegExp]>([
    ['nothing', '', {}, /Invalid parameter: Empty message/],
    ['too much', 'x'.repeat(262_145), {}, /Message too long/],
    ['a subject in lines', 'x', { Subject: 'a\nb' }, /Invalid parameter: Subject/],
    ['no structure', 'x', { MessageStructure: 'json' }, /JSON message body failed to parse/],
    ['a structure without default', '{"sqs":"x"}', { MessageStructure: 'json' }, /No default entry/],
    [
      'an attribute without value',
      'x',
      { MessageAttributes: { a: { DataType: 'String' } } },
      /must contain non-empty message attribute value/,
    ],
    ['to a phone', 'x', { TopicArn: undefined, PhoneNumber: '+4912345' }, /does not serve messages to phones/],
  ])('cannot be %s', async (_, message, input, why) => {
    expect(await refusal(publish(message, input))).toMatch(why)
  })

  it('may be a batch', async () => {
    await subscribe('sqs', await createQueue('inbox'), { RawMessageDelivery: 'true' })
    const PublishBatchRequestEntries = [
      { Id: 'a', Message: 'one' },
      { Id: 'b', Message: 'two', Subject: 'not\nallowed' },
    ]
    const published = await client.send(new sns.PublishBatchCommand({ TopicArn: topic, PublishBatchRequestEntries }))
    expect(published).toMatchObject({
      Successful: [{ Id: 'a' }],
      Failed: [{ Id: 'b', Code: 'InvalidParameter', SenderFault: true }],
    })
    expect(bodies(await received('inbox'))).toEqual(['one'])
  })
})

describe('who may', () => {
  it("the topic's policy lets another account in, for what it names", async () => {
    const stranger = topics.topics(OTHER_ACCOUNT)
    const publishing = () => stranger.send(new sns.PublishCommand({ TopicArn: topic, Message: 'x' }))
    expect(await refusal(publishing())).toBe(
      `AuthorizationErrorException: User: arn:aws:iam::${OTHER_ACCOUNT}:root is not authorized to perform: SNS:Publish on resource: ${topic} because no resource-based policy allows the SNS:Publish action`,
    )
    const permission = { TopicArn: topic, Label: 'them', AWSAccountId: [OTHER_ACCOUNT], ActionName: ['Publish'] }
    await client.send(new sns.AddPermissionCommand(permission))
    await publishing()
    expect(await refusal(stranger.send(new sns.DeleteTopicCommand({ TopicArn: topic })))).toMatch('SNS:DeleteTopic')
    await client.send(new sns.RemovePermissionCommand({ TopicArn: topic, Label: 'them' }))
    expect(await refusal(publishing())).toMatch('AuthorizationError')
  })
})
