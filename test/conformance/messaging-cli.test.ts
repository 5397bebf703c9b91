// SNS and SQS as the AWS CLI and boto3 see them, and what a daemon that was killed still has. The clients are not part of
// the set-up: without them this says so and skips what needs them.

import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { awsClis } from './aws-clis.ts'

const clis = awsClis('SNS and SQS')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so SNS and SQS are not tried with it')

const QUEUE = 'arn:aws:sqs:us-east-1:123456789012:inbox'
const POLICY = JSON.stringify({
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: QUEUE },
  ],
})

const BOTO3 = `
import boto3, json
sns, sqs = boto3.client('sns'), boto3.resource('sqs')
queue = sqs.create_queue(QueueName='boto3', tags={'a': 'b'})
policy = {'Statement': [{'Effect': 'Allow', 'Principal': '*', 'Action': 'sqs:SendMessage', 'Resource': queue.attributes['QueueArn']}]}
queue.set_attributes(Attributes={'Policy': json.dumps(policy)})
topic = boto3.resource('sns').create_topic(Name='boto3')
subscription = topic.subscribe(Protocol='sqs', Endpoint=queue.attributes['QueueArn'], ReturnSubscriptionArn=True)
subscription.set_attributes(AttributeName='FilterPolicy', AttributeValue=json.dumps({'kind': ['good']}))
kinds = [{'kind': {'DataType': 'String', 'StringValue': kind}} for kind in ['bad', 'good']]
for kind in kinds:
    topic.publish(Message='published', Subject='test', MessageAttributes=kind)
messages = queue.receive_messages(MaxNumberOfMessages=10, WaitTimeSeconds=5)
assert [json.loads(m.body)['Message'] for m in messages] == ['published'], messages
messages[0].delete()
sent = queue.send_messages(Entries=[{'Id': str(at), 'MessageBody': f'body {at}'} for at in range(3)])
assert len(sent['Successful']) == 3 and not sent.get('Failed'), sent
found = queue.receive_messages(MaxNumberOfMessages=10, MessageSystemAttributeNames=['All'], WaitTimeSeconds=5)
assert sorted(m.body for m in found) == ['body 0', 'body 1', 'body 2'], found
assert found[0].attributes['ApproximateReceiveCount'] == '1'
client = sqs.meta.client
try:
    client.get_queue_url(QueueName='none')
    raise SystemExit('a queue that is not there')
except client.exceptions.QueueDoesNotExist as error:
    assert error.response['Error']['Code'] == 'AWS.SimpleQueueService.NonExistentQueue', error.response
try:
    sns.publish(TopicArn=topic.arn + 'x', Message='x')
    raise SystemExit('a topic that is not there')
except sns.exceptions.NotFoundException as error:
    assert error.response['Error']['Message'] == 'Topic does not exist', error.response
assert [t['TopicArn'] for page in sns.get_paginator('list_topics').paginate() for t in page['Topics']] == [topic.arn]
topic.delete()
queue.delete()
`

let world: LabWorld
beforeAll(async () => {
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(() => world?.stop())

describe.skipIf(!hasBoto3)('boto3', () => {
  it('publishes, receives, and gets the exceptions it knows', async () => {
    await mustRun('python3', ['-c', BOTO3], { env: world.clientEnvironment() })
  })
})

describe.each(clis)('the AWS CLI, $name', (cli) => {
  /** Version 1 asks SQS by a name of its own, whatever AWS_ENDPOINT_URL says, unless it is told on the command line. */
  async function aws(...words: string[]): Promise<string[]> {
    const where = ['--endpoint-url', world.endpoint, '--output', 'text']
    const { stdout } = await cli.mustRun([...words, ...where], { env: world.clientEnvironment() })
    return stdout.split(/\s+/).filter(Boolean)
  }

  it('subscribes a queue, publishes, receives and deletes', async () => {
    const attributes = ['--attributes', JSON.stringify({ Policy: POLICY })]
    const [url = ''] = await aws('sqs', 'create-queue', '--queue-name', 'inbox', ...attributes)
    const [topic = ''] = await aws('sns', 'create-topic', '--name', 'news', '--tags', 'Key=team,Value=web')
    const to = ['--topic-arn', topic, '--protocol', 'sqs', '--notification-endpoint', QUEUE]
    const [subscription = ''] = await aws('sns', 'subscribe', ...to, '--attributes', 'RawMessageDelivery=true')
    expect(subscription).toMatch(`${topic}:`)
    await aws('sns', 'publish', '--topic-arn', topic, '--message', 'hello')
    const received = ['--queue-url', url, '--query', 'Messages[0].[Body,ReceiptHandle]', '--wait-time-seconds', '5']
    const [body, handle = ''] = await aws('sqs', 'receive-message', ...received)
    expect(body).toBe('hello')
    await aws('sqs', 'delete-message', '--queue-url', url, '--receipt-handle', handle)
    const counts = ['--attribute-names', 'ApproximateNumberOfMessagesNotVisible', '--query', 'Attributes.*']
    expect(await aws('sqs', 'get-queue-attributes', '--queue-url', url, ...counts)).toEqual(['0'])
    await expect(aws('sqs', 'get-queue-url', '--queue-name', 'none')).rejects.toThrow(
      'An error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: The specified queue does not exist.',
    )
  })
})

describe('a daemon that is killed', () => {
  const client = () =>
    new SQSClient({
      endpoint: world.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: '123456789012', secretAccessKey: 'unused' },
    })
  const QueueName = 'killed'

  it('has every message that it acknowledged', async () => {
    const before = client()
    const { QueueUrl } = await before.send(new CreateQueueCommand({ QueueName }))
    const bodies = Array.from({ length: 50 }, (_, at) => `body ${at}`)
    await Promise.all(bodies.map((MessageBody) => before.send(new SendMessageCommand({ QueueUrl, MessageBody }))))
    await world.signal('SIGKILL')
    await world.up()
    // The URL is another's by now, as the daemon's port is; what counts in it is the account and the name.
    const found: (string | undefined)[] = []
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 })
    for (let more = true; more; ) {
      const { Messages = [] } = await client().send(receive)
      found.push(...Messages.map(({ Body }) => Body))
      more = Messages.length > 0
    }
    expect(found.sort()).toEqual([...bodies].sort())
  })
})
