// A message as it is kept, what it may be, and the digests that SDKs check.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html

import { createHash } from 'node:crypto'
import type { MessageAttributeValue } from '@aws-sdk/client-sqs'
import { ApiError } from '../../errors.ts'
import { invalidParameters } from './sqs-error.ts'

/** One of the two values. */
export interface MessageAttribute {
  readonly dataType: string
  readonly text?: string
  /** Base64. */
  readonly binary?: string
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>

/** What is sent: all of a message that the queue does not give it. */
export interface NewMessage {
  readonly id: string
  readonly body: string
  readonly attributes: MessageAttributes
  readonly traceHeader?: string
  readonly groupId?: string
  readonly deduplicationId?: string
  /** Who sent it: an account, or the id of a user or a role's session. */
  readonly senderId: string
}

/** A message in a queue. Times are milliseconds since 1970. */
export interface Message extends NewMessage {
  /** Grows with every message that is sent. */
  readonly number: number
  readonly sentAt: number
  /** Absent until it was received. */
  readonly firstReceivedAt?: number
  readonly receiveCount: number
  /** Where it was before it was moved to a dead-letter queue. */
  readonly sourceArn?: string
}

const MOST_ATTRIBUTES = 10
const ATTRIBUTE_NAME = /^(?!AWS\.|Amazon\.)(?!\.)[\w.-]{1,256}(?<!\.)$/i
const DATA_TYPE = /^(?:String|Number|Binary)(?:\..+)?$/
/** XML 1.0 has no others. https://www.w3.org/TR/REC-xml/#charsets */
const TEXT = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u

/** Throws what AWS says of a body that cannot be one. */
export function requireBody(body: string | undefined): string {
  if (body === undefined || body === '') {
    throw new ApiError('MissingParameter', 'The request must contain the parameter MessageBody.')
  }
  if (!TEXT.test(body)) {
    throw new ApiError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF',
    )
  }
  return body
}

export function requireMessageAttributes(
  given: Readonly<Record<string, MessageAttributeValue>> = {},
): MessageAttributes {
  const entries = Object.entries(given)
  if (entries.length > MOST_ATTRIBUTES) {
    throw invalidParameters(`Number of message attributes [${entries.length}] exceeds the allowed maximum [10].`)
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, requireAttribute(name, value)]))
}

function requireAttribute(name: string, value: MessageAttributeValue): MessageAttribute {
  const { DataType: dataType = '', StringValue: text, BinaryValue: binary } = value
  const refused = (why: string) => invalidParameters(`The message attribute '${name.slice(0, 300)}' ${why}`)
  if (!ATTRIBUTE_NAME.test(name) || name.includes('..')) throw refused('has an invalid name.')
  if (!DATA_TYPE.test(dataType)) {
    throw refused(
      `has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
    )
  }
  if (value.StringListValues?.length || value.BinaryListValues?.length)
    throw refused('has a list: it is not supported.')
  if (dataType.startsWith('Binary')) {
    if (!binary || binary.length === 0 || text !== undefined) {
      throw refused(`with type 'Binary' must use field 'Binary' and hold a value.`)
    }
    return { dataType, binary: Buffer.from(binary).toString('base64') }
  }
  if (!text || binary !== undefined) {
    throw refused(`must contain a non-empty value of field 'String' for type '${dataType}'.`)
  }
  if (!TEXT.test(text)) throw refused('contains characters that are not allowed.')
  if (dataType.startsWith('Number') && !Number.isFinite(Number(text))) {
    throw refused(`has the value '${text.slice(0, 100)}', which is no number.`)
  }
  return { dataType, text }
}

/** Bytes that count against the queue's maximum. */
export function sizeOf({ body, attributes }: Pick<NewMessage, 'body' | 'attributes'>): number {
  return Object.entries(attributes).reduce(
    (size, [name, { dataType, ...value }]) => size + byteLength(name) + byteLength(dataType) + bytesOf(value).length,
    byteLength(body),
  )
}

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

/** Of the names in order, each with its type and value, and lengths before them; undefined without attributes. */
export function md5OfAttributes(attributes: MessageAttributes): string | undefined {
  const names = Object.keys(attributes).sort()
  if (names.length === 0) return undefined
  const hash = createHash('md5')
  const put = (bytes: Buffer) => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(bytes.length)
    hash.update(length).update(bytes)
  }
  for (const name of names) {
    const { dataType, ...value } = attributes[name]! // `name` is a key of it
    put(Buffer.from(name))
    put(Buffer.from(dataType))
    hash.update(Buffer.from([value.binary === undefined ? 1 : 2]))
    put(bytesOf(value))
  }
  return hash.digest('hex')
}

/** In the SDK's shape. */
export function shownMessageAttributes(attributes: MessageAttributes): Record<string, MessageAttributeValue> {
  const entries = Object.entries(attributes).map(([name, { dataType, text, binary }]) => [
    name,
    {
      DataType: dataType,
      ...(text !== undefined && { StringValue: text }),
      ...(binary !== undefined && { BinaryValue: new Uint8Array(Buffer.from(binary, 'base64')) }),
    },
  ])
  return Object.fromEntries(entries)
}

function bytesOf({ text, binary }: Omit<MessageAttribute, 'dataType'>): Buffer {
  return binary === undefined ? Buffer.from(text ?? '') : Buffer.from(binary, 'base64')
}

function byteLength(text: string): number {
  return Buffer.byteLength(text)
}
