// Messages out of a queue, at once or as soon as one comes. What was received too often goes to the dead-letter queue.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html

import type { Message as MessageOutput, ReceiveMessageRequest, ReceiveMessageResult } from '@aws-sdk/client-sqs'
import type { Call } from '../../../edge/adapter.ts'
import type { SqsQueue } from '../../../store/messaging-records.ts'
import { type Message, type MessageAttributes, md5, md5OfAttributes, shownMessageAttributes } from '../message.ts'
import { numberOf, redrivePolicyOf } from '../queue-attributes.ts'
import { formatHandle, newReceipt } from '../receipt-handle.ts'
import { requireQueue, type Sqs } from '../sqs.ts'
import { invalidValue } from '../sqs-error.ts'
import { viewOf } from './queue.ts'
import { sequenceNumber } from './send-message.ts'

/** Messages that go to a dead-letter queue make room for others; more than so many in one call leave some for the next. */
const MOST_ROUNDS = 10

interface Wanted {
  readonly count: number
  /** Milliseconds. */
  readonly visibility: number
  readonly wait: number
}

export async function receiveMessage(
  sqs: Sqs,
  input: ReceiveMessageRequest,
  call: Call,
): Promise<ReceiveMessageResult> {
  const queue = requireQueue(sqs, call, input)
  const wanted = requireWanted(queue, input)
  const until = call.now.getTime() + wanted.wait
  let received = take(sqs, queue, wanted)
  while (received.length === 0 && sqs.now().getTime() < until && !sqs.waits.isClosed) {
    await sqs.waits.wait(queue.messagesId, nextLook(sqs, queue, until))
    // What is given out to nobody would be hidden from everybody.
    if (call.isGone?.()) break
    // Somebody may have deleted, purged or changed it meanwhile.
    const present = sqs.store.records.sqsQueues.get(queue.id)
    if (present?.messagesId !== queue.messagesId) break
    received = take(sqs, present, wanted)
  }
  await sqs.messages.durable()
  const Messages = received.map((one) => shown(queue, one, input))
  return Messages.length > 0 ? { Messages } : {}
}

/** Milliseconds until the wait ends, or a message becomes visible. */
function nextLook(sqs: Sqs, queue: SqsQueue, until: number): number {
  const now = sqs.now().getTime()
  const next = sqs.messages.nextVisibleAt(viewOf(queue, now))
  return Math.max(1, Math.min(until, next ?? until) - now)
}

interface Received {
  readonly message: Message
  readonly handle: string
}

function take(sqs: Sqs, queue: SqsQueue, wanted: Wanted): Received[] {
  const received: Received[] = []
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const moved = sqs.messages.transact(() => takeOnce(sqs, queue, wanted, received))
    for (const target of moved) sqs.waits.wake(target)
    if (moved.size === 0 || received.length >= wanted.count) break
  }
  return received
}

/** Adds what can be received; the queues to which it moved messages instead. */
function takeOnce(sqs: Sqs, queue: SqsQueue, { count, visibility }: Wanted, received: Received[]): Set<string> {
  const now = sqs.now().getTime()
  const view = viewOf(queue, now)
  const limit = count - received.length
  const candidates = queue.fifo ? sqs.messages.receivableInOrder(view, limit) : sqs.messages.receivable(view, limit)
  const { target, most } = deadLettersOf(sqs, queue)
  const moved = new Set<string>()
  for (const message of candidates) {
    if (target && message.receiveCount >= most) {
      sqs.messages.moveTo(target.messagesId, message, queue.id, now)
      moved.add(target.messagesId)
      continue
    }
    const receipt = newReceipt()
    sqs.messages.markReceived(message, receipt, now, now + visibility)
    const { receiveCount, firstReceivedAt = now } = message
    received.push({
      message: { ...message, receiveCount: receiveCount + 1, firstReceivedAt },
      handle: formatHandle(queue.messagesId, { number: message.number, receipt }),
    })
  }
  return moved
}

/** A dead-letter queue that was deleted takes nothing: its messages stay. */
function deadLettersOf({ store }: Sqs, queue: SqsQueue): { readonly target?: SqsQueue; readonly most: number } {
  const policy = redrivePolicyOf(queue)
  const target = policy && store.records.sqsQueues.get(policy.deadLetterTargetArn)
  return { ...(target && { target }), most: policy?.maxReceiveCount ?? 0 }
}

function requireWanted(queue: SqsQueue, input: ReceiveMessageRequest): Wanted {
  const count = input.MaxNumberOfMessages ?? 1
  if (!isWhole(count, 1, 10)) {
    throw invalidValue('MaxNumberOfMessages', count, 'Must be between 1 and 10, if provided.')
  }
  const wait = input.WaitTimeSeconds ?? numberOf(queue, 'ReceiveMessageWaitTimeSeconds')
  if (!isWhole(wait, 0, 20)) throw invalidValue('WaitTimeSeconds', wait, 'Must be >= 0 and <= 20, if provided.')
  const visibility = requireVisibility(input.VisibilityTimeout ?? numberOf(queue, 'VisibilityTimeout'))
  return { count, wait: wait * 1000, visibility: visibility * 1000 }
}

export function requireVisibility(seconds: number | undefined): number {
  if (seconds !== undefined && isWhole(seconds, 0, 43_200)) return seconds
  throw invalidValue('VisibilityTimeout', seconds ?? '', 'VisibilityTimeout must be an integer between 0 and 43200')
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most
}

function shown({ fifo }: SqsQueue, { message, handle }: Received, input: ReceiveMessageRequest): MessageOutput {
  const names = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])].map(String)
  const all = Object.entries(systemAttributes(message, fifo))
  const system = names.includes('All') ? all : all.filter(([name]) => names.includes(name))
  const attributes = wantedAttributes(message.attributes, input.MessageAttributeNames ?? [])
  const ofAttributes = md5OfAttributes(attributes)
  return {
    MessageId: message.id,
    ReceiptHandle: handle,
    MD5OfBody: md5(message.body),
    Body: message.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(ofAttributes !== undefined && {
      MD5OfMessageAttributes: ofAttributes,
      MessageAttributes: shownMessageAttributes(attributes),
    }),
  }
}

function systemAttributes(message: Message, fifo: boolean): Record<string, string> {
  const { senderId, sentAt, receiveCount, firstReceivedAt = 0, groupId, deduplicationId, traceHeader } = message
  return {
    SenderId: senderId,
    SentTimestamp: String(sentAt),
    ApproximateReceiveCount: String(receiveCount),
    ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
    ...(groupId !== undefined && { MessageGroupId: groupId }),
    ...(deduplicationId !== undefined && { MessageDeduplicationId: deduplicationId }),
    ...(fifo && { SequenceNumber: sequenceNumber(message.number) }),
    ...(traceHeader !== undefined && { AWSTraceHeader: traceHeader }),
    ...(message.sourceArn !== undefined && { DeadLetterQueueSourceArn: message.sourceArn }),
  }
}

/** By their names, by `All`, or by how they begin: `foo.*`. */
function wantedAttributes(attributes: MessageAttributes, names: readonly string[]): MessageAttributes {
  const isWanted = (attribute: string) =>
    names.some((name) => name === 'All' || name === attribute || (name.endsWith('.*') && covers(name, attribute)))
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => isWanted(name)))
}

function covers(pattern: string, attribute: string): boolean {
  return attribute.startsWith(pattern.slice(0, -2))
}
