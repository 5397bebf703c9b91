// Whatever is sent to SNS and SQS, they answer or refuse; nothing makes them throw anything else.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { Adapter, Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import { rootPrincipal } from '../../iam/principal.ts'
import { codecFor } from '../../wire/codecs.ts'
import { ServiceModel } from '../../wire/model.ts'
import { loadTables } from '../../wire/tables.ts'
import { ACCOUNT, TestTopics } from './testing.ts'

const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:news`
const QUEUE = `arn:aws:sqs:us-east-1:${ACCOUNT}:jobs`
const FIFO = `${QUEUE}.fifo`
/** What members hold, often enough something that leads further. */
const TEXTS = [
  ...['', 'x', 'true', '0', '-1', '99999999999', '{}', '[]', '{"a":["x"]}', 'null', '__proto__', 'constructor'],
  ...[TOPIC, QUEUE, FIFO, `http://h/${ACCOUNT}/jobs`, `http://h/${ACCOUNT}/jobs.fifo`, `${TOPIC}:1`, 'http://%zz/'],
  ...['sqs', 'http', 'json', 'All', 'String', 'Number', 'Binary', 'Policy', 'RedrivePolicy', 'FilterPolicy', '\ud800'],
  JSON.stringify({ deadLetterTargetArn: QUEUE, maxReceiveCount: 1 }),
]

let topics: TestTopics
beforeAll(async () => {
  topics = await TestTopics.start()
  await run(topics.sns.adapter, 'CreateTopic', { Name: 'news' })
  await run(topics.sqs.adapter, 'CreateQueue', { QueueName: 'jobs' })
  await run(topics.sqs.adapter, 'CreateQueue', { QueueName: 'jobs.fifo', Attributes: { FifoQueue: 'true' } })
})
afterAll(() => topics.stop())

async function run(adapter: Adapter, operation: string, input: Record<string, unknown>): Promise<void> {
  const call: Call = {
    operation,
    input,
    principal: rootPrincipal(ACCOUNT),
    region: 'us-east-1',
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: false },
    requestId: 'TEST',
    now: new Date(),
    headers: {},
    isGone: () => true,
  }
  await adapter.authorisations(call)
  await adapter.run(call)
}

async function onlyApiErrors(asked: () => Promise<unknown>): Promise<void> {
  try {
    await asked()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
  }
}

const text = fc.constantFrom(...TEXTS)
const value = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.integer({ min: -1, max: 20 }),
  fc.array(text, { maxLength: 3 }),
  fc.array(fc.dictionary(fc.constantFrom('Id', 'MessageBody', 'Message', 'ReceiptHandle', 'Key', 'Value'), text), {
    maxLength: 2,
  }),
  fc.dictionary(text, text, { maxKeys: 3 }),
  fc.dictionary(text, fc.dictionary(fc.constantFrom('DataType', 'StringValue', 'BinaryValue'), text), { maxKeys: 2 }),
  fc.jsonValue({ maxDepth: 2 }),
)

describe('odd input', () => {
  const members = (service: string) => {
    const { operations, shapes } = loadTables(service)
    return Object.entries(operations).flatMap(([operation, { input = '' }]) => {
      const shape = shapes[input]
      return shape?.kind === 'structure' ? [[operation, Object.keys(shape.members)] as const] : []
    })
  }

  it.each(members('sqs'))('to SQS: %s', async (operation, names) => {
    const codec = codecFor(new ServiceModel(loadTables('sqs')), topics.sqs.adapter.operations)
    const headers = { 'x-amz-target': `AmazonSQS.${operation}` }
    const some = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: names.length })
    await fc.assert(
      fc.asyncProperty(some, (input) =>
        onlyApiErrors(async () => {
          const body = Buffer.from(JSON.stringify(input))
          const decoded = codec.begin({ method: 'POST', path: '/', query: '', headers }).decode(body)
          // Nobody waits here.
          await run(topics.sqs.adapter, operation, { ...decoded.input, WaitTimeSeconds: 0 })
        }),
      ),
      { numRuns: 60 },
    )
  })

  it.each(members('sns'))('to SNS: %s', async (operation, names) => {
    const codec = codecFor(new ServiceModel(loadTables('sns')), topics.sns.adapter.operations)
    const ending = ['', '.member.1', '.entry.1.key', '.entry.1.value', '.entry.1.Name', '.entry.1.Value.DataType']
    const inner = [
      '.member.1.Key',
      '.member.1.Value',
      '.member.1.Id',
      '.member.1.Message',
      '.entry.1.Value.StringValue',
    ]
    const parameter = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...ending, ...inner), text)
    await fc.assert(
      fc.asyncProperty(fc.array(parameter, { maxLength: 8 }), (parameters) =>
        onlyApiErrors(async () => {
          const form = parameters.map(([name, end, held]) => [`${name}${end}`, held.toWellFormed()])
          const body = Buffer.from(new URLSearchParams([['Action', operation], ...form]).toString())
          const decoded = codec.begin({ method: 'POST', path: '/', query: '', headers: {} }).decode(body)
          await run(topics.sns.adapter, operation, { ...decoded.input })
        }),
      ),
      { numRuns: 60 },
    )
  })
})
