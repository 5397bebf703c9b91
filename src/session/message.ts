// Making and reading the messages of agent, service and plugin: a new id and the time outside, JSON inside.

import { randomUUID } from 'node:crypto'
import { type AgentMessage, FIN, SYN } from '../wire/agent-message.ts'

type Places = Partial<Pick<AgentMessage, 'sequenceNumber' | 'flags' | 'payloadType'>>

/** A message of now. `payload` that is neither bytes nor text goes as JSON. */
export function newMessage(
  messageType: string,
  payload: Uint8Array | string | object,
  places: Places = {},
): AgentMessage {
  return {
    messageType,
    schemaVersion: 1,
    createdDate: Date.now(),
    sequenceNumber: 0,
    flags: 0,
    messageId: randomUUID(),
    payloadType: 0,
    payload: bytesOf(payload),
    ...places,
  }
}

/** Says that a message of a stream has come and was taken. */
export function newAcknowledgement(of: AgentMessage): AgentMessage {
  const content = {
    AcknowledgedMessageType: of.messageType,
    AcknowledgedMessageId: of.messageId,
    AcknowledgedMessageSequenceNumber: of.sequenceNumber,
    IsSequentialMessage: true,
  }
  return newMessage('acknowledge', content, { flags: SYN | FIN })
}

/** The JSON object that the payload is; empty when it is none. */
export function readJson(payload: Uint8Array | string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(typeof payload === 'string' ? payload : Buffer.from(payload).toString('utf8'))
    return isObject(value) ? value : {}
  } catch {
    // The other side's mistake: every member is missing then, which each reader must bear anyway.
    return {}
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function bytesOf(payload: Uint8Array | string | object): Uint8Array {
  if (payload instanceof Uint8Array) return payload
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
}
