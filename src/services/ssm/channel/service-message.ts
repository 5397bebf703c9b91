// The AgentMessages that the service itself sends.

import { randomUUID } from 'node:crypto'
import { type AgentMessage, encodeAgentMessage } from '../../../wire/agent-message.ts'

const SCHEMA_VERSION = 1

/** A frame with `payload` as JSON. */
export function serviceFrame(
  messageType: string,
  payload: object,
  now: Date,
  messageId: string = randomUUID(),
): Buffer {
  return encodeAgentMessage({
    messageType,
    schemaVersion: SCHEMA_VERSION,
    createdDate: now.getTime(),
    sequenceNumber: 0,
    flags: 0,
    messageId,
    payloadType: 0,
    payload: Buffer.from(JSON.stringify(payload)),
  })
}

/** Says to either end that a session is over. */
export function channelClosed(sessionId: string, destinationId: string, output: string, now: Date): Buffer {
  const messageId = randomUUID()
  const payload = {
    MessageId: messageId,
    CreatedDate: now.toISOString(),
    DestinationId: destinationId,
    SessionId: sessionId,
    MessageType: 'channel_closed',
    SchemaVersion: SCHEMA_VERSION,
    Output: output,
  }
  return serviceFrame('channel_closed', payload, now, messageId)
}

/** The payload as an object; an empty one where it is not JSON or none. */
export function payloadOf({ payload }: AgentMessage): Readonly<Record<string, unknown>> {
  return parseObject(Buffer.from(payload).toString())
}

/** The object that a text holds; an empty one where it holds none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  } catch {
    return {}
  }
}

/** A text member by name without regard to case: agents of several ages write it differently. */
export function textMember(value: Readonly<Record<string, unknown>>, name: string): string {
  const key = Object.keys(value).find((one) => one.toLowerCase() === name.toLowerCase())
  const found = key === undefined ? undefined : value[key]
  return typeof found === 'string' ? found : ''
}
