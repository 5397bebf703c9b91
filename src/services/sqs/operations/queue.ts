// Queues: made, found, listed, changed, emptied and deleted.

import { randomUUID } from 'node:crypto'
import type {
  CreateQueueRequest,
  CreateQueueResult,
  DeleteQueueRequest,
  GetQueueAttributesRequest,
  GetQueueAttributesResult,
  GetQueueUrlRequest,
  GetQueueUrlResult,
  ListDeadLetterSourceQueuesRequest,
  ListDeadLetterSourceQueuesResult,
  ListQueuesRequest,
  ListQueuesResult,
  PurgeQueueRequest,
  SetQueueAttributesRequest,
} from '@aws-sdk/client-sqs'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SqsQueue } from '../../../store/messaging-records.ts'
import { queueArn, queueUrl } from '../queue-address.ts'
import { numberOf, redrivePolicyOf, requireAttributes, shownAttributes, withAttributes } from '../queue-attributes.ts'
import { placeOf, requireQueue, type Sqs, write } from '../sqs.ts'
import { invalidValue, missing, queueDoesNotExist } from '../sqs-error.ts'
import { requireTags } from './tags.ts'

const NAME = /^[A-Za-z0-9_-]{1,80}$/
const FIFO_NAME = /^[A-Za-z0-9_-]{1,75}\.fifo$/
const MOST_LISTED = 1000

/** A queue that is there already is answered again, unless it is another than the one asked for. */
export async function createQueue(sqs: Sqs, input: CreateQueueRequest, call: Call): Promise<CreateQueueResult> {
  const { Attributes: attributes = {}, tags = {} } = input
  const { name, fifo } = requireName(input.QueueName, attributes.FifoQueue)
  const place = placeOf(call)
  const id = queueArn(place, name)
  requireTags(tags)
  await write(sqs, (tx) => {
    requireAttributes(tx, { id, fifo }, attributes)
    const old = tx.sqsQueues.get(id)
    if (old) return requireSame(old, attributes)
    const at = call.now.toISOString()
    tx.sqsQueues.insert({
      id,
      owner: place.account,
      region: place.region,
      tags,
      createdAt: at,
      modifiedAt: at,
      name,
      messagesId: randomUUID(),
      fifo,
      attributes: withAttributes({}, attributes),
    })
  })
  return { QueueUrl: queueUrl(call, place.account, name) }
}

/** Its messages are out of reach at once; the sweep takes them from the disk. */
export async function deleteQueue(sqs: Sqs, input: DeleteQueueRequest, call: Call): Promise<object> {
  const { id, messagesId } = requireQueue(sqs, call, input)
  await write(sqs, (tx) => tx.sqsQueues.delete(id))
  sqs.waits.wake(messagesId)
  return {}
}

export async function purgeQueue(sqs: Sqs, input: PurgeQueueRequest, call: Call): Promise<object> {
  const { id } = requireQueue(sqs, call, input)
  // Under another id it is empty at once, whatever it held.
  await write(sqs, (tx) => tx.sqsQueues.update(id, { messagesId: randomUUID() }))
  return {}
}

export async function getQueueUrl(sqs: Sqs, input: GetQueueUrlRequest, call: Call): Promise<GetQueueUrlResult> {
  const { QueueName: name } = input
  if (!name) throw missing('QueueName')
  const place = placeOf(call)
  const account = input.QueueOwnerAWSAccountId ?? place.account
  if (!sqs.store.records.sqsQueues.has(queueArn({ ...place, account }, name))) throw queueDoesNotExist()
  return { QueueUrl: queueUrl(call, account, name) }
}

export async function listQueues(sqs: Sqs, input: ListQueuesRequest, call: Call): Promise<ListQueuesResult> {
  const { QueueNamePrefix: prefix = '' } = input
  const { region, account } = placeOf(call)
  const queues = sqs.store.records.sqsQueues
    .where('owner', account)
    .filter((queue) => queue.region === region && queue.name.startsWith(prefix))
  const { page, NextToken } = pageOf(queues, input)
  const QueueUrls = page.map(({ name }) => queueUrl(call, account, name))
  return { ...(QueueUrls.length > 0 && { QueueUrls }), ...(NextToken !== undefined && { NextToken }) }
}

export async function listDeadLetterSourceQueues(
  sqs: Sqs,
  input: ListDeadLetterSourceQueuesRequest,
  call: Call,
): Promise<ListDeadLetterSourceQueuesResult> {
  const { id, owner } = requireQueue(sqs, call, input)
  const sources = sqs.store.records.sqsQueues
    .where('owner', owner)
    .filter((queue) => redrivePolicyOf(queue)?.deadLetterTargetArn === id)
  const { page, NextToken } = pageOf(sources, input)
  const queueUrls = page.map(({ name }) => queueUrl(call, owner, name))
  return { queueUrls, ...(NextToken !== undefined && { NextToken }) }
}

export async function getQueueAttributes(
  sqs: Sqs,
  input: GetQueueAttributesRequest,
  call: Call,
): Promise<GetQueueAttributesResult> {
  const queue = requireQueue(sqs, call, input)
  const { AttributeNames: names = [] } = input
  const counts = sqs.messages.counts(viewOf(queue, call.now.getTime()))
  const all = Object.entries(shownAttributes(queue, counts))
  const wanted = names.includes('All') ? all : all.filter(([name]) => names.some((one) => one === name))
  return wanted.length > 0 ? { Attributes: Object.fromEntries(wanted) } : {}
}

export async function setQueueAttributes(sqs: Sqs, input: SetQueueAttributesRequest, call: Call): Promise<object> {
  const queue = requireQueue(sqs, call, input)
  const { Attributes: attributes } = input
  if (!attributes || Object.keys(attributes).length === 0) throw missing('Attribute.Name')
  if (attributes.FifoQueue !== undefined) {
    throw invalidValue('FifoQueue', attributes.FifoQueue, 'Modifying queue type is not supported.')
  }
  await write(sqs, (tx) => {
    requireAttributes(tx, queue, attributes)
    tx.sqsQueues.update(queue.id, {
      attributes: withAttributes(queue.attributes, attributes),
      modifiedAt: call.now.toISOString(),
    })
  })
  sqs.waits.wake(queue.messagesId)
  return {}
}

/** The messages of a queue that are still there. */
export function viewOf(queue: SqsQueue, now: number) {
  return { queue: queue.messagesId, now, oldest: now - numberOf(queue, 'MessageRetentionPeriod') * 1000 }
}

function requireName(
  name: string | undefined,
  fifoAttribute: string | undefined,
): { readonly name: string; readonly fifo: boolean } {
  if (!name) throw missing('QueueName')
  if (fifoAttribute === 'true') {
    if (FIFO_NAME.test(name)) return { name, fifo: true }
    throw new ApiError(
      'InvalidParameterValue',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    )
  }
  if (NAME.test(name)) return { name, fifo: false }
  throw new ApiError(
    'InvalidParameterValue',
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  )
}

function requireSame(old: SqsQueue, given: Readonly<Record<string, string>>): void {
  const shown = shownAttributes(old, { visible: 0, inFlight: 0, delayed: 0 })
  const other = Object.entries(given).find(([name, value]) => value !== (shown[name] ?? ''))
  if (!other) return
  throw new ApiError(
    'QueueNameExists',
    `A queue already exists with the same name and a different value for attribute ${other[0]}`,
  )
}

/** In the order of names; the token is the last one shown. Without MaxResults AWS gives up to 1,000 and no token. */
function pageOf(
  queues: readonly SqsQueue[],
  { MaxResults, NextToken }: Pick<ListQueuesRequest, 'MaxResults' | 'NextToken'>,
): { readonly page: readonly SqsQueue[]; readonly NextToken?: string } {
  const size = MaxResults ?? MOST_LISTED
  if (!Number.isInteger(size) || size < 1 || size > MOST_LISTED) {
    throw invalidValue('MaxResults', size, `MaxResults must be an integer between 1 and ${MOST_LISTED}`)
  }
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64url').toString()
  const rest = queues.filter(({ name }) => name > after).sort((a, b) => (a.name < b.name ? -1 : 1))
  const page = rest.slice(0, size)
  const last = page.at(-1)
  if (!last || MaxResults === undefined || rest.length <= size) return { page }
  return { page, NextToken: Buffer.from(last.name).toString('base64url') }
}
