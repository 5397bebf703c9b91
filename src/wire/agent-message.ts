// AgentMessages: the binary frames that Session Manager's agent, service and plugin exchange over WebSockets. Fixed
// fields, big-endian, then the payload.
// The layout is that of amazon-ssm-agent's and session-manager-plugin's message contracts.

import { createHash } from 'node:crypto'

/** What a message is about; a receiver must let one pass that it does not know. */
export const MESSAGE_TYPES = [
  ...['interactive_shell', 'agent_task_acknowledge', 'agent_task_reply', 'agent_task_complete', 'agent_session_state'],
  ...['channel_closed', 'output_stream_data', 'input_stream_data', 'acknowledge'],
  ...['pause_publication', 'start_publication'],
  ...['agent_job', 'agent_job_ack', 'agent_job_reply', 'agent_job_reply_ack'],
] as const

/** What the payload of a stream message is. */
export const PAYLOAD_TYPE = {
  output: 1,
  error: 2,
  size: 3,
  parameter: 4,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  encChallengeRequest: 8,
  encChallengeResponse: 9,
  flag: 10,
  stdErr: 11,
  exitCode: 12,
} as const

/** The payload, four bytes, of a message whose payload type is `flag`. */
export const FLAG_PAYLOAD = { disconnectToPort: 1, terminateSession: 2, connectToPortError: 3 } as const

/** Bits of the field `flags`; an acknowledgement has both. */
export const SYN = 1
export const FIN = 2

export interface AgentMessage {
  /** One of MESSAGE_TYPES, or one that is newer. */
  readonly messageType: string
  readonly schemaVersion: number
  /** Milliseconds since 1970. */
  readonly createdDate: number
  readonly sequenceNumber: number
  readonly flags: number
  /** A UUID in lower case. */
  readonly messageId: string
  /** One of PAYLOAD_TYPE; 0 where it means nothing. */
  readonly payloadType: number
  readonly payload: Uint8Array
}

/** The bytes are no AgentMessage. */
export class AgentMessageError extends Error {}

const HEADER = 116
const PAYLOAD = HEADER + 4
/** The largest frame that is read: a run command's document is at most 64 KiB, its reply 120,000 bytes. */
export const MAX_MESSAGE_BYTES = 1024 * 1024
const TYPE_BYTES = 32
const DIGEST = { from: 80, end: 112 } as const
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Writes a message. Throws AgentMessageError when a field does not fit its place. */
export function encodeAgentMessage(message: AgentMessage): Buffer {
  const bytes = Buffer.alloc(PAYLOAD + message.payload.length)
  bytes.writeUInt32BE(HEADER, 0)
  writeType(bytes, message.messageType)
  bytes.writeUInt32BE(message.schemaVersion, 36)
  bytes.writeBigUInt64BE(BigInt(message.createdDate), 40)
  bytes.writeBigInt64BE(BigInt(message.sequenceNumber), 48)
  bytes.writeBigUInt64BE(BigInt(message.flags), 56)
  writeMessageId(bytes, message.messageId)
  digest(message.payload).copy(bytes, DIGEST.from)
  bytes.writeUInt32BE(message.payloadType, 112)
  bytes.writeUInt32BE(message.payload.length, HEADER)
  bytes.set(message.payload, PAYLOAD)
  return bytes
}

/** Reads a message. Throws AgentMessageError when it is cut, too long, or its digest is wrong. */
export function decodeAgentMessage(frame: Uint8Array): AgentMessage {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength)
  if (bytes.length > MAX_MESSAGE_BYTES) throw new AgentMessageError(`longer than ${MAX_MESSAGE_BYTES} bytes`)
  const payload = readPayload(bytes)
  // As the real ends do: a message without a payload may leave the digest empty.
  if (payload.length > 0 && !digest(payload).equals(bytes.subarray(DIGEST.from, DIGEST.end))) {
    throw new AgentMessageError('the payload is not that of the digest')
  }
  return {
    messageType: readType(bytes),
    schemaVersion: bytes.readUInt32BE(36),
    createdDate: safe(bytes.readBigUInt64BE(40)),
    sequenceNumber: safe(bytes.readBigInt64BE(48)),
    flags: safe(bytes.readBigUInt64BE(56)),
    messageId: readMessageId(bytes),
    payloadType: bytes.readUInt32BE(112),
    payload,
  }
}

/** The header says its own length, so that a later one may be longer; what is added comes after the known fields. */
function readPayload(bytes: Buffer): Buffer {
  if (bytes.length < PAYLOAD) throw new AgentMessageError(`shorter than ${PAYLOAD} bytes`)
  const header = bytes.readUInt32BE(0)
  if (header < HEADER || header + 4 > bytes.length) throw new AgentMessageError(`a header of ${header} bytes`)
  const payload = bytes.subarray(header + 4)
  const length = bytes.readUInt32BE(header)
  if (length !== payload.length) throw new AgentMessageError(`${payload.length} bytes of payload instead of ${length}`)
  return payload
}

/** The agent pads with spaces, others with NULs. */
function readType(bytes: Buffer): string {
  const type = bytes.toString('latin1', 4, 4 + TYPE_BYTES).replace(/^[\0 ]+|[\0 ]+$/g, '')
  if (type === '') throw new AgentMessageError('no message type')
  return type
}

function writeType(bytes: Buffer, type: string): void {
  if (!/^[!-~]{1,32}$/.test(type)) throw new AgentMessageError(`'${type}' cannot be a message type`)
  bytes.fill(' ', 4, 4 + TYPE_BYTES)
  bytes.write(type, 4, 'latin1')
}

/** The two halves of the UUID are swapped on the wire. */
function readMessageId(bytes: Buffer): string {
  const hex = bytes.toString('hex', 72, 80) + bytes.toString('hex', 64, 72)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function writeMessageId(bytes: Buffer, messageId: string): void {
  const id = messageId.toLowerCase()
  if (!UUID.test(id)) throw new AgentMessageError(`'${messageId}' is no UUID`)
  const hex = id.replaceAll('-', '')
  bytes.write(hex.slice(16), 64, 'hex')
  bytes.write(hex.slice(0, 16), 72, 'hex')
}

/** Dates and sequence numbers that a number cannot hold are nobody's. */
function safe(value: bigint): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new AgentMessageError(`${value} is out of range`)
  return number
}

function digest(payload: Uint8Array): Buffer {
  return createHash('sha256').update(payload).digest()
}
