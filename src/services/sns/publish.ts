// Publishing: to every confirmed subscriber that wants the message. The answer waits until queues have it on disk; who is
// reached by HTTP hears of it on the side.
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html

import { randomUUID } from 'node:crypto'
import type {
  MessageAttributeValue,
  PublishBatchInput,
  PublishBatchRequestEntry,
  PublishBatchResponse,
  PublishInput,
  PublishResponse,
} from '@aws-sdk/client-sns'
import type { Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { SnsTopic } from '../../store/messaging-records.ts'
import type { MessageAttribute, MessageAttributes } from '../sqs/message.ts'
import type { Notification } from './notice.ts'
import { requireTopic, type Sns } from './sns.ts'
import { invalidParameter, notServed } from './sns-error.ts'
import { filterOf, scopeOf } from './subscription-attributes.ts'

const LARGEST_MESSAGE = 262_144
const MOST_ENTRIES = 10

/** What one message brings. */
type MessageInput = Omit<PublishBatchRequestEntry, 'Id'>
type Content = Pick<Notification, 'subject' | 'messages' | 'attributes'>

export async function publish(sns: Sns, input: PublishInput, call: Call): Promise<PublishResponse> {
  if (input.PhoneNumber !== undefined) throw notServed('messages to phones')
  const topic = requireTopic(sns.store.records, call, input.TopicArn ?? input.TargetArn)
  const { messageId, queued } = publishTo(sns, topic, requireContent(input))
  await queued
  return { MessageId: messageId }
}

export async function publishBatch(sns: Sns, input: PublishBatchInput, call: Call): Promise<PublishBatchResponse> {
  const topic = requireTopic(sns.store.records, call, input.TopicArn)
  const entries = requireEntries(input.PublishBatchRequestEntries)
  const Successful: NonNullable<PublishBatchResponse['Successful']> = []
  const Failed: NonNullable<PublishBatchResponse['Failed']> = []
  const queued: Promise<void>[] = []
  for (const entry of entries) {
    const Id = entry.Id ?? ''
    try {
      const published = publishTo(sns, topic, requireContent(entry))
      queued.push(published.queued)
      Successful.push({ Id, MessageId: published.messageId })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true })
    }
  }
  await Promise.all(queued)
  return { Successful, Failed }
}

export interface Published {
  readonly messageId: string
  /** Every queue has it on disk, or will not; rejects when the disk could not take it. */
  readonly queued: Promise<void>
  /** The same of every subscriber. */
  readonly settled: () => Promise<void>
}

export function publishTo({ store, deliveries, now }: Sns, topic: SnsTopic, content: Content): Published {
  const messageId = randomUUID()
  const notice: Notification = {
    type: 'Notification',
    messageId,
    topicArn: topic.id,
    at: now().toISOString(),
    ...content,
  }
  const wanting = store.records.snsSubscriptions
    .where('topicArn', topic.id)
    .filter(({ token, attributes }) => token === undefined && wants(attributes, notice))
  const deliver = (protocols: readonly string[]) =>
    wanting.filter(({ protocol }) => protocols.includes(protocol)).map((one) => deliveries.deliver(one, notice))
  const queued = Promise.all(deliver(['sqs'])).then(() => undefined)
  // Whoever published awaits it; an unobserved copy must not end the daemon.
  queued.catch(() => undefined)
  const posted = deliver(['http', 'https'])
  return { messageId, queued, settled: () => Promise.all([queued, ...posted]).then(() => undefined) }
}

/** A message that is no JSON is none that a filter on its body takes. */
function wants(attributes: SnsTopic['attributes'], notice: Notification): boolean {
  const filter = filterOf(attributes)
  if (!filter) return true
  if (scopeOf(attributes) === 'MessageAttributes') return filter(valuesOf(notice.attributes))
  try {
    return filter(JSON.parse(notice.messages.default))
  } catch {
    return false
  }
}

/** Attributes as filters see them: numbers as numbers, lists as lists, no bytes. */
function valuesOf(attributes: MessageAttributes): Readonly<Record<string, unknown>> {
  const entries = Object.entries(attributes).flatMap(([name, { dataType, text }]): [string, unknown][] => {
    if (text === undefined) return []
    if (dataType.startsWith('Number')) return [[name, Number(text)]]
    return [[name, dataType === 'String.Array' ? JSON.parse(text) : text]]
  })
  return Object.fromEntries(entries)
}

function requireContent(input: MessageInput): Content {
  const { Message: message = '', Subject: subject } = input
  if (message === '') throw invalidParameter('Empty message')
  if (subject !== undefined && !/^[\u0020-\u007e]{1,100}$/.test(subject)) throw invalidParameter('Subject')
  if (input.MessageGroupId !== undefined || input.MessageDeduplicationId !== undefined) {
    throw invalidParameter(
      'MessageGroupId Reason: The request includes MessageGroupId parameter that is not valid for this topic type',
    )
  }
  const attributes = requireAttributes(input.MessageAttributes ?? {})
  if (Buffer.byteLength(message) + Buffer.byteLength(JSON.stringify(attributes)) > LARGEST_MESSAGE) {
    throw invalidParameter('Message too long')
  }
  return {
    ...(subject !== undefined && { subject }),
    messages: requireMessages(message, input.MessageStructure),
    attributes,
  }
}

function requireMessages(message: string, structure: string | undefined): Notification['messages'] {
  if (structure === undefined || structure === '') return { default: message, byProtocol: {} }
  if (structure !== 'json') throw invalidParameter('MessageStructure')
  const refused = (why: string) => invalidParameter(`Message Structure - ${why}`)
  let parsed: unknown
  try {
    parsed = JSON.parse(message)
  } catch {
    throw refused('JSON message body failed to parse')
  }
  const given = typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : []
  const texts = given.filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const byProtocol = Object.fromEntries(texts)
  if (byProtocol.default === undefined) throw refused('No default entry in JSON message body')
  return { default: byProtocol.default, byProtocol }
}

function requireAttributes(given: Readonly<Record<string, MessageAttributeValue>>): MessageAttributes {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, requireAttribute(name, value)]))
}

function requireAttribute(name: string, value: MessageAttributeValue): MessageAttribute {
  const { DataType: dataType = '', StringValue: text, BinaryValue: binary } = value
  const refused = (why: string) =>
    new ApiError('ParameterValueInvalid', `The message attribute '${name.slice(0, 260)}' ${why}`)
  if (!/^(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/.test(name)) throw refused('has an invalid name.')
  if (!/^(?:String|Number|Binary)(?:\..+)?$/.test(dataType)) {
    throw refused(
      'has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.',
    )
  }
  if (dataType.startsWith('Binary')) {
    if (!binary || binary.length === 0) throw refused("must contain a non-empty value of field 'Binary'.")
    return { dataType, binary: Buffer.from(binary).toString('base64') }
  }
  if (!text) throw refused(`must contain non-empty message attribute value for message attribute type '${dataType}'.`)
  if (dataType.startsWith('Number') && !Number.isFinite(Number(text))) throw refused('holds no number.')
  if (dataType === 'String.Array' && !isArray(text)) throw refused('holds no JSON array.')
  return { dataType, text }
}

function isArray(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text))
  } catch {
    return false
  }
}

function requireEntries(entries: readonly PublishBatchRequestEntry[] = []): readonly PublishBatchRequestEntry[] {
  if (entries.length === 0) throw new ApiError('EmptyBatchRequest', "The batch request doesn't contain any entries.")
  if (entries.length > MOST_ENTRIES) {
    throw new ApiError(
      'TooManyEntriesInBatchRequest',
      'The batch request contains more entries than permissible (more than 10).',
    )
  }
  const ids = entries.map(({ Id = '' }) => Id)
  if (!ids.every((id) => /^[\w-]{1,80}$/.test(id))) {
    throw new ApiError(
      'InvalidBatchEntryId',
      "The Id of a batch entry in a batch request doesn't abide by the specification.",
    )
  }
  if (new Set(ids).size < ids.length) {
    throw new ApiError('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.')
  }
  const size = entries.reduce((sum, { Message = '' }) => sum + Buffer.byteLength(Message), 0)
  if (size > LARGEST_MESSAGE) {
    throw new ApiError(
      'BatchRequestTooLong',
      'The length of all the batch messages put together is more than the limit.',
    )
  }
  return entries
}
