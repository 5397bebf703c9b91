// Messages into a queue, one or up to ten at a time.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html

import { createHash, randomUUID } from 'node:crypto'
import type {
  SendMessageBatchRequest,
  SendMessageBatchRequestEntry,
  SendMessageBatchResult,
  SendMessageRequest,
  SendMessageResult,
} from '@aws-sdk/client-sqs'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SqsQueue } from '../../../store/messaging-records.ts'
import { doEach, requireEntries } from '../batch.ts'
import { md5, md5OfAttributes, type NewMessage, requireBody, requireMessageAttributes, sizeOf } from '../message.ts'
import type { Deduplication, Sent } from '../message-store.ts'
import { numberOf } from '../queue-attributes.ts'
import { requireQueue, type Sqs } from '../sqs.ts'
import { invalidParameters, invalidValue, missing } from '../sqs-error.ts'

/** What one message of either operation brings. */
type MessageInput = Omit<SendMessageBatchRequestEntry, 'Id'>

/** A message that may be sent, and how. */
interface Checked {
  readonly message: NewMessage
  /** Seconds. */
  readonly delay: number
  readonly once?: Deduplication
}

export async function sendMessage(sqs: Sqs, input: SendMessageRequest, call: Call): Promise<SendMessageResult> {
  const queue = requireQueue(sqs, call, input)
  const checked = requireMessage(queue, input, call)
  const sent = sqs.messages.transact(() => put(sqs, queue, checked, call.now.getTime()))
  await announce(sqs, queue)
  return shownSent(queue, checked.message, sent)
}

export async function sendMessageBatch(
  sqs: Sqs,
  input: SendMessageBatchRequest,
  call: Call,
): Promise<SendMessageBatchResult> {
  const queue = requireQueue(sqs, call, input)
  const entries = requireEntries(input.Entries)
  requireBatchSize(queue, entries)
  const result = sqs.messages.transact(() =>
    doEach(entries, (entry) => {
      const checked = requireMessage(queue, entry, call)
      return shownSent(queue, checked.message, put(sqs, queue, checked, call.now.getTime()))
    }),
  )
  await announce(sqs, queue)
  return result
}

/** A message of another service's, such as SNS; resolves when it is on disk. Throws what SendMessage would. */
export async function deliver(sqs: Sqs, queue: SqsQueue, message: Omit<NewMessage, 'id'>): Promise<void> {
  const whole = { ...message, id: randomUUID() }
  requireSize(queue, whole)
  const delay = numberOf(queue, 'DelaySeconds')
  if (queue.fifo && whole.groupId === undefined) throw missing('MessageGroupId')
  const once = queue.fifo ? deduplicationOf(queue, whole) : undefined
  sqs.messages.transact(() => put(sqs, queue, { message: whole, delay, ...(once && { once }) }, sqs.now().getTime()))
  await announce(sqs, queue)
}

function put({ messages }: Sqs, queue: SqsQueue, { message, delay, once }: Checked, now: number): Sent {
  return messages.send(queue.messagesId, message, { now, visibleAt: now + delay * 1000 }, once)
}

async function announce(sqs: Sqs, queue: SqsQueue): Promise<void> {
  await sqs.messages.durable()
  sqs.waits.wake(queue.messagesId)
}

function requireMessage(queue: SqsQueue, input: MessageInput, call: Call): Checked {
  const { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId, DelaySeconds } = input
  const traceHeader = input.MessageSystemAttributes?.AWSTraceHeader?.StringValue
  const message: NewMessage = {
    id: randomUUID(),
    body: requireBody(input.MessageBody),
    attributes: requireMessageAttributes(input.MessageAttributes),
    senderId: call.principal.kind === 'anonymous' ? 'anonymous' : call.principal.userId,
    ...(traceHeader !== undefined && { traceHeader }),
    ...(groupId !== undefined && { groupId: requireFifoId('MessageGroupId', groupId) }),
    ...(deduplicationId !== undefined && {
      deduplicationId: requireFifoId('MessageDeduplicationId', deduplicationId),
    }),
  }
  requireSize(queue, message)
  const delay = DelaySeconds ?? numberOf(queue, 'DelaySeconds')
  if (!Number.isInteger(delay) || delay < 0 || delay > 900) {
    throw invalidValue('DelaySeconds', delay, 'DelaySeconds must be >= 0 and <= 900.')
  }
  if (!queue.fifo) {
    if (deduplicationId !== undefined) throw invalidValue('MessageDeduplicationId', deduplicationId, WRONG_TYPE)
    return { message, delay }
  }
  if (groupId === undefined) throw missing('MessageGroupId')
  if (DelaySeconds) throw invalidValue('DelaySeconds', DelaySeconds, WRONG_TYPE)
  const once = deduplicationOf(queue, message)
  return { message: { ...message, deduplicationId: once.id }, delay, once }
}

const WRONG_TYPE = 'The request include parameter that is not valid for this queue type.'

/** What makes a second sending of a message the first one's. */
function deduplicationOf({ attributes }: SqsQueue, { deduplicationId, body, groupId = '' }: NewMessage): Deduplication {
  const scope = attributes.DeduplicationScope === 'messageGroup' ? groupId : ''
  if (deduplicationId !== undefined) return { scope, id: deduplicationId }
  if (attributes.ContentBasedDeduplication !== 'true') {
    throw new ApiError(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  }
  return { scope, id: createHash('sha256').update(body).digest('hex') }
}

function requireFifoId(name: string, id: string): string {
  if (/^[\w!"#$%&'()*+,\-./:;<=>?@[\\\]^`{|}~]{1,128}$/.test(id)) return id
  throw invalidValue(name, id, `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`)
}

function requireSize(queue: SqsQueue, message: NewMessage): void {
  const most = numberOf(queue, 'MaximumMessageSize')
  if (sizeOf(message) > most) throw invalidParameters(`Message must be shorter than ${most} bytes.`)
}

/** All messages of a batch together may be as large as one. */
function requireBatchSize(queue: SqsQueue, entries: readonly MessageInput[]): void {
  const most = Math.max(numberOf(queue, 'MaximumMessageSize'), 262_144)
  const size = entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0)
  if (size <= most) return
  const message = `Batch requests cannot be longer than ${most} bytes. You have sent ${size} bytes.`
  throw new ApiError('BatchRequestTooLong', message)
}

function shownSent({ fifo }: SqsQueue, { body, attributes, traceHeader }: NewMessage, { id, number }: Sent) {
  const ofAttributes = md5OfAttributes(attributes)
  const ofSystem =
    traceHeader === undefined
      ? undefined
      : md5OfAttributes({ AWSTraceHeader: { dataType: 'String', text: traceHeader } })
  return {
    MessageId: id,
    MD5OfMessageBody: md5(body),
    ...(ofAttributes !== undefined && { MD5OfMessageAttributes: ofAttributes }),
    ...(ofSystem !== undefined && { MD5OfMessageSystemAttributes: ofSystem }),
    ...(fifo && { SequenceNumber: sequenceNumber(number) }),
  }
}

/** 20 digits that grow. */
export function sequenceNumber(number: number): string {
  return `1${String(number).padStart(19, '0')}`
}
