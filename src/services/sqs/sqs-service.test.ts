// SQS by AWS's own client over loopback, and by the older query protocol. The client checks every MD5.

import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import * as sqs from '@aws-sdk/client-sqs'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { rootPrincipal } from '../../iam/principal.ts'
import { sha256Hex, signRequest } from '../../iam/sigv4.ts'
import { ACCOUNT, OTHER_ACCOUNT, TestQueues } from './testing.ts'

let queues: TestQueues
let client: sqs.SQSClient

beforeEach(async () => {
  queues = await TestQueues.start()
  client = queues.client()
})
afterEach(() => queues.stop())

async function create(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  const { QueueUrl = '' } = await client.send(new sqs.CreateQueueCommand({ QueueName, Attributes }))
  return QueueUrl
}

function arn(name: string): string {
  return `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`
}

async function send(QueueUrl: string, ...bodies: readonly string[]): Promise<void> {
  for (const MessageBody of bodies) await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody }))
}

async function receive(
  QueueUrl: string,
  input: Partial<sqs.ReceiveMessageCommandInput> = {},
): Promise<readonly sqs.Message[]> {
  const command = new sqs.ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...input })
  return (await client.send(command)).Messages ?? []
}

const bodies = (messages: readonly sqs.Message[]) => messages.map(({ Body }) => Body)

async function attributesOf(QueueUrl: string): Promise<Record<string, string>> {
  const command = new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })
  return { ...(await client.send(command)).Attributes }
}

/** Code and message of the error. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  try {
    await asked
  } catch (error) {
    if (error instanceof Error) return `${error.name}: ${error.message}`
  }
  return 'it passed'
}

describe('queues', () => {
  it('are made once, shown with all attributes, changed and deleted', async () => {
    const url = await create('jobs', { VisibilityTimeout: '5' })
    expect(url).toBe(`${queues.endpoint}/${ACCOUNT}/jobs`)
    expect(await create('jobs', { VisibilityTimeout: '5' })).toBe(url)
    expect(await refusal(create('jobs', { VisibilityTimeout: '6' }))).toBe(
      'QueueNameExists: A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    )
    expect(await attributesOf(url)).toMatchObject({
      QueueArn: arn('jobs'),
      ApproximateNumberOfMessages: '0',
      VisibilityTimeout: '5',
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      SqsManagedSseEnabled: 'true',
    })
    await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: '7' } }))
    expect(await attributesOf(url)).toMatchObject({ DelaySeconds: '7', VisibilityTimeout: '5' })
    await client.send(new sqs.DeleteQueueCommand({ QueueUrl: url }))
    expect(await refusal(attributesOf(url))).toBe('QueueDoesNotExist: The specified queue does not exist.')
  })

  it('are listed in pages, by prefix, and found by name', async () => {
    for (const name of ['b', 'a', 'c', 'other']) await create(name === 'other' ? name : `q-${name}`)
    const pages = sqs.paginateListQueues({ client, pageSize: 2 }, { QueueNamePrefix: 'q-' })
    const found: string[] = []
    for await (const { QueueUrls = [] } of pages) found.push(...QueueUrls)
    expect(found.map((url) => url.split('/').at(-1))).toEqual(['q-a', 'q-b', 'q-c'])
    const { QueueUrl } = await client.send(new sqs.GetQueueUrlCommand({ QueueName: 'other' }))
    expect(QueueUrl).toBe(`${queues.endpoint}/${ACCOUNT}/other`)
    expect(await refusal(client.send(new sqs.GetQueueUrlCommand({ QueueName: 'none' })))).toMatch('QueueDoesNotExist')
  })

  it('have tags', async () => {
    const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: 'tagged', tags: { a: '1' } }))
    await client.send(new sqs.TagQueueCommand({ QueueUrl, Tags: { b: '2' } }))
    await client.send(new sqs.UntagQueueCommand({ QueueUrl, TagKeys: ['a'] }))
    expect((await client.send(new sqs.ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ b: '2' })
  })

  test.each([
    ['a name', 'no spaces', {}, /InvalidParameterValue: Can only include alphanumeric/],
    ['a FIFO name', 'plain', { FifoQueue: 'true' }, /must end with .fifo/],
    ['an attribute', 'q', { Colour: 'red' }, /InvalidAttributeName: Unknown Attribute Colour/],
    ['an attribute that is only shown', 'q', { QueueArn: 'x' }, /InvalidAttributeName/],
    ['a number', 'q', { VisibilityTimeout: '43201' }, /InvalidAttributeValue: .*VisibilityTimeout.*0 to 43200/],
    ['a policy', 'q', { Policy: '{}' }, /InvalidAttributeValue: Invalid value for the parameter Policy/],
    ['a redrive policy', 'q', { RedrivePolicy: '[]' }, /InvalidParameterValue: .*not a valid JSON map/],
    [
      'a dead-letter queue',
      'q',
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arn('none'), maxReceiveCount: 3 }) },
      /Dead letter target does not exist/,
    ],
    ['a redrive permission', 'q', { RedriveAllowPolicy: '{"redrivePermission":"byQueue"}' }, /sourceQueueArns/],
    ['FIFO of a plain queue', 'q', { ContentBasedDeduplication: 'true' }, /Unknown Attribute/],
  ])('%s that cannot be is refused', async (_, name, attributes, why) => {
    expect(await refusal(create(name, attributes))).toMatch(why)
    expect((await client.send(new sqs.ListQueuesCommand({}))).QueueUrls).toBeUndefined()
  })
})

describe('messages', () => {
  it('are sent with attributes, received, hidden, deleted', async () => {
    const url = await create('jobs')
    const MessageAttributes = {
      colour: { DataType: 'String', StringValue: 'blau ü' },
      count: { DataType: 'Number.int', StringValue: '3' },
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255]) },
    }
    const sent = await client.send(
      new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: 'häuser', MessageAttributes }),
    )
    const asked = {
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['c*', 'co.*', 'colour', 'raw'],
    } as const
    const [message] = await receive(url, {
      MessageSystemAttributeNames: [...asked.MessageSystemAttributeNames],
      MessageAttributeNames: [...asked.MessageAttributeNames],
    })
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'häuser',
      Attributes: { SenderId: ACCOUNT, ApproximateReceiveCount: '1' },
      MessageAttributes,
    })
    expect(await receive(url)).toEqual([])
    expect(await attributesOf(url)).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    })
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }))
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle }))
    expect(await attributesOf(url)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' })
  })

  it('come again when their time is up, and an old handle deletes nothing', async () => {
    const url = await create('jobs')
    await send(url, 'one')
    const [first] = await receive(url)
    queues.wait(30)
    const [second] = await receive(url, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] })
    expect(second).toMatchObject({ Body: 'one', Attributes: { ApproximateReceiveCount: '2' } })
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }))
    await client.send(
      new sqs.ChangeMessageVisibilityCommand({
        QueueUrl: url,
        ReceiptHandle: second?.ReceiptHandle,
        VisibilityTimeout: 0,
      }),
    )
    expect(bodies(await receive(url))).toEqual(['one'])
    const change = { QueueUrl: url, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 1 }
    expect(await refusal(client.send(new sqs.ChangeMessageVisibilityCommand(change)))).toMatch('MessageNotInflight')
    const wrong = { QueueUrl: url, ReceiptHandle: 'wrong' }
    expect(await refusal(client.send(new sqs.DeleteMessageCommand(wrong)))).toMatch('ReceiptHandleIsInvalid')
  })

  it('wait for their delay, and leave after their retention', async () => {
    const url = await create('jobs', { MessageRetentionPeriod: '60' })
    await client.send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: 'late', DelaySeconds: 10 }))
    expect(await receive(url)).toEqual([])
    expect(await attributesOf(url)).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1' })
    queues.wait(10)
    expect(bodies(await receive(url, { VisibilityTimeout: 0 }))).toEqual(['late'])
    queues.wait(50)
    expect(await receive(url)).toEqual([])
    await queues.service.sweep()
    expect(queues.service.sqs.messages.queues()).toEqual([])
  })

  it('are awaited: sent meanwhile, or visible meanwhile', async () => {
    const url = await create('jobs', { ReceiveMessageWaitTimeSeconds: '20' })
    const waiting = receive(url)
    await expect.poll(() => queues.service.sqs.waits.count).toBe(1)
    await send(url, 'now')
    expect(bodies(await waiting)).toEqual(['now'])
    await client.send(new sqs.SendMessageCommand({ QueueUrl: url, MessageBody: 'soon', DelaySeconds: 1 }))
    expect(bodies(await receive(url))).toEqual(['soon'])
  })

  it('are not given to who hung up', async () => {
    const url = await create('jobs')
    const gone = new AbortController()
    const command = new sqs.ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 })
    const hung = client.send(command, { abortSignal: gone.signal }).catch(({ name }: Error) => name)
    await expect.poll(() => queues.service.sqs.waits.count).toBe(1)
    gone.abort()
    expect(await hung).toBe('AbortError')
    await send(url, 'one')
    expect(bodies(await receive(url))).toEqual(['one'])
  })

  it('are gone when the queue is purged or made again', async () => {
    const url = await create('jobs')
    await send(url, 'one', 'two')
    await client.send(new sqs.PurgeQueueCommand({ QueueUrl: url }))
    expect(await receive(url)).toEqual([])
    await send(url, 'three')
    await client.send(new sqs.DeleteQueueCommand({ QueueUrl: url }))
    await create('jobs')
    expect(await receive(url)).toEqual([])
    await queues.service.sweep()
    expect(queues.service.sqs.messages.queues()).toEqual([])
  })

  it('survive a restart, in flight or not', async () => {
    const url = await create('jobs')
    await send(url, 'one', 'two')
    const [first] = await receive(url, { MaxNumberOfMessages: 1 })
    await queues.restart()
    expect(bodies(await receive(url))).toEqual(['two'])
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }))
    expect(await attributesOf(url)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '1' })
  })

  it('received too often go to the dead-letter queue', async () => {
    const dead = await create('dead')
    const redrive = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 })
    const url = await create('jobs', { RedrivePolicy: redrive, VisibilityTimeout: '0' })
    await send(url, 'poison')
    for (const _ of [1, 2]) expect(bodies(await receive(url))).toEqual(['poison'])
    expect(await receive(url)).toEqual([])
    const [message] = await receive(dead, { MessageSystemAttributeNames: ['All'] })
    expect(message).toMatchObject({ Body: 'poison', Attributes: { DeadLetterQueueSourceArn: arn('jobs') } })
    const sources = await client.send(new sqs.ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }))
    expect(sources.queueUrls).toEqual([url])
  })

  it('are sent and deleted in batches, each with its own result', async () => {
    const url = await create('jobs')
    const Entries = [
      { Id: 'a', MessageBody: 'one' },
      { Id: 'b', MessageBody: 'not \u0000 allowed' },
      { Id: 'c', MessageBody: 'three' },
    ]
    const sent = await client.send(new sqs.SendMessageBatchCommand({ QueueUrl: url, Entries }))
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c'])
    expect(sent.Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'InvalidMessageContents' }])
    const received = await receive(url)
    const handles = received.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle }))
    const hidden = handles.map((one) => ({ ...one, VisibilityTimeout: 60 }))
    await client.send(new sqs.ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries: hidden }))
    const deleted = await client.send(new sqs.DeleteMessageBatchCommand({ QueueUrl: url, Entries: handles }))
    expect(deleted.Successful).toHaveLength(2)
    const twice = [Entries[0]!, Entries[0]!]
    expect(await refusal(client.send(new sqs.SendMessageBatchCommand({ QueueUrl: url, Entries: twice })))).toBe(
      'BatchEntryIdsNotDistinct: Id a repeated.',
    )
  })

  test.each([
    ['an empty body', { MessageBody: '' }, /MissingParameter/],
    ['a body too long', { MessageBody: 'x'.repeat(1025) }, /Message must be shorter than 1024 bytes/],
    ['a delay', { MessageBody: 'x', DelaySeconds: 901 }, /DelaySeconds must be >= 0 and <= 900/],
    ['a group and an id', { MessageBody: 'x', MessageDeduplicationId: 'x' }, /not valid for this queue type/],
    [
      'an attribute without type',
      { MessageBody: 'x', MessageAttributes: { a: { DataType: 'Text', StringValue: 'x' } } },
      /invalid message attribute type/,
    ],
    [
      'a number that is none',
      { MessageBody: 'x', MessageAttributes: { a: { DataType: 'Number', StringValue: 'x' } } },
      /no number/,
    ],
  ])('%s that cannot be is refused', async (_, input, why) => {
    const QueueUrl = await create('jobs', { MaximumMessageSize: '1024' })
    expect(await refusal(client.send(new sqs.SendMessageCommand({ QueueUrl, ...input })))).toMatch(why)
    expect(await receive(QueueUrl)).toEqual([])
  })
})

describe('FIFO queues', () => {
  const sendTo = (QueueUrl: string, MessageGroupId: string, MessageBody: string) =>
    client.send(new sqs.SendMessageCommand({ QueueUrl, MessageGroupId, MessageBody }))

  it('keep the order of a group, and hold it while one is in flight', async () => {
    const url = await create('jobs.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' })
    for (const [group, body] of [
      ['g', '1'],
      ['g', '2'],
      ['h', '3'],
    ] as const)
      await sendTo(url, group, body)
    const first = await receive(url, { MaxNumberOfMessages: 1, MessageSystemAttributeNames: ['All'] })
    expect(first).toMatchObject([{ Body: '1', Attributes: { MessageGroupId: 'g' } }])
    expect(bodies(await receive(url))).toEqual(['3'])
    expect(await receive(url)).toEqual([])
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first[0]?.ReceiptHandle }))
    expect(bodies(await receive(url))).toEqual(['2'])
  })

  it('take a message once in five minutes', async () => {
    const url = await create('jobs.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' })
    const first = await sendTo(url, 'g', 'same')
    const again = await sendTo(url, 'h', 'same')
    expect([again.MessageId, again.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber])
    queues.wait(300)
    expect((await sendTo(url, 'h', 'same')).MessageId).not.toBe(first.MessageId)
    expect(await receive(url)).toHaveLength(2)
  })

  it('want a group and an id', async () => {
    const QueueUrl = await create('jobs.fifo', { FifoQueue: 'true' })
    expect(await refusal(client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: 'x' })))).toMatch(
      'The request must contain the parameter MessageGroupId',
    )
    expect(await refusal(sendTo(QueueUrl, 'g', 'x'))).toMatch('ContentBasedDeduplication enabled')
  })
})

describe('who may', () => {
  const stranger = () => queues.client(OTHER_ACCOUNT)

  it("the queue's policy lets another account in, for what it names", async () => {
    const QueueUrl = await create('jobs')
    const message = { QueueUrl, MessageBody: 'from outside' }
    const denied = await refusal(stranger().send(new sqs.SendMessageCommand(message)))
    expect(denied).toBe(
      `AccessDenied: User: arn:aws:iam::${OTHER_ACCOUNT}:root is not authorized to perform: sqs:SendMessage on resource: ${arn('jobs')} because no resource-based policy allows the sqs:SendMessage action`,
    )
    const permission = { QueueUrl, Label: 'them', AWSAccountIds: [OTHER_ACCOUNT], Actions: ['SendMessage'] }
    await client.send(new sqs.AddPermissionCommand(permission))
    await stranger().send(new sqs.SendMessageCommand(message))
    expect(bodies(await receive(QueueUrl))).toEqual(['from outside'])
    expect(await refusal(stranger().send(new sqs.ReceiveMessageCommand({ QueueUrl })))).toMatch('AccessDenied')
    await client.send(new sqs.RemovePermissionCommand({ QueueUrl, Label: 'them' }))
    expect(await refusal(stranger().send(new sqs.SendMessageCommand(message)))).toMatch('AccessDenied')
    expect(await attributesOf(QueueUrl)).not.toHaveProperty('Policy')
  })

  it('no policy lets another account delete the queue', async () => {
    const Policy = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sqs:*', Resource: arn('jobs') }],
    })
    const QueueUrl = await create('jobs', { Policy })
    await stranger().send(new sqs.PurgeQueueCommand({ QueueUrl }))
    expect(await refusal(stranger().send(new sqs.DeleteQueueCommand({ QueueUrl })))).toMatch('AccessDenied')
  })

  it('a user needs the action on the queue, and tags count', async () => {
    const QueueUrl = await create('jobs')
    await client.send(new sqs.TagQueueCommand({ QueueUrl, Tags: { team: 'web' } }))
    const Statement = {
      Effect: 'Allow',
      Action: ['sqs:SendMessage'],
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'web' } },
    }
    queues.identify = (id) =>
      id === 'AKIAUSER'
        ? {
            secret: 'secret',
            principal: {
              ...rootPrincipal(ACCOUNT),
              kind: 'user',
              userName: 'ann',
              arn: `arn:aws:iam::${ACCOUNT}:user/ann`,
              identityPolicies: [{ name: 'inline', document: JSON.stringify({ Statement }) }],
            },
          }
        : undefined
    const ann = queues.client('AKIAUSER')
    const Entries = [{ Id: 'a', MessageBody: 'one' }]
    await ann.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }))
    expect(await refusal(ann.send(new sqs.ReceiveMessageCommand({ QueueUrl })))).toMatch('sqs:ReceiveMessage')
    const other = await create('other')
    expect(await refusal(ann.send(new sqs.SendMessageBatchCommand({ QueueUrl: other, Entries })))).toMatch(
      'AccessDenied',
    )
  })
})

describe('the query protocol', () => {
  async function query(path: string, body: string): Promise<{ status: number; body: string }> {
    const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
    const headers = {
      host: new URL(queues.endpoint).host,
      'x-amz-date': timestamp,
      'content-type': 'application/x-www-form-urlencoded',
    }
    const payloadHash = sha256Hex(body)
    const scope = { date: timestamp.slice(0, 8), region: 'us-east-1', service: 'sqs' }
    const signer = { accessKeyId: ACCOUNT, secret: 'secret', scope, timestamp, payloadHash }
    const authorization = signRequest({ method: 'POST', path, query: '', headers }, signer)
    return new Promise((resolve, reject) => {
      const sent = httpRequest(`${queues.endpoint}${path}`, { method: 'POST', headers: { ...headers, authorization } })
      sent.on('response', async (res) => resolve({ status: res.statusCode ?? 0, body: await text(res) }))
      sent.on('error', reject)
      sent.end(body)
    })
  }

  it('sends and receives, also to the URL of the queue', async () => {
    const created = await query(
      '/',
      'Action=CreateQueue&QueueName=old&Attribute.1.Name=DelaySeconds&Attribute.1.Value=0',
    )
    const url = /<QueueUrl>(.*)<\/QueueUrl>/.exec(created.body)?.[1] ?? ''
    expect(url).toBe(`${queues.endpoint}/${ACCOUNT}/old`)
    const message = 'MessageBody=hello&MessageAttribute.1.Name=a&MessageAttribute.1.Value.DataType=String'
    const value = 'MessageAttribute.1.Value.StringValue=b'
    const sent = await query(new URL(url).pathname, `Action=SendMessage&${message}&${value}`)
    expect(sent.body).toContain('<MD5OfMessageBody>5d41402abc4b2a76b9719d911017c592</MD5OfMessageBody>')
    const received = await query(
      '/',
      `Action=ReceiveMessage&QueueUrl=${encodeURIComponent(url)}&MessageAttributeName.1=All`,
    )
    expect(received.body).toContain('<Body>hello</Body>')
    expect(received.body).toContain(
      '<MessageAttribute><Name>a</Name><Value><DataType>String</DataType><StringValue>b</StringValue></Value></MessageAttribute>',
    )
    expect(received.body).toContain('xmlns="http://queue.amazonaws.com/doc/2012-11-05/"')
  })

  it('has its own error codes', async () => {
    const refused = await query('/', `Action=SendMessage&MessageBody=x&QueueUrl=${queues.endpoint}/${ACCOUNT}/none`)
    expect(refused.status).toBe(400)
    expect(refused.body).toContain('<Code>AWS.SimpleQueueService.NonExistentQueue</Code>')
  })
})
