// DNS messages: reads a query, writes its response. The package dns-packet reads the sections and writes records; the
// header, the question (which must go back byte for byte, 0x20 case and all), EDNS and compression are ours.

import { type DecodedPacket, decode, type OptAnswer } from 'dns-packet'
import { encodeDomainName } from '../compile/domain-name.ts'
import { encodeRecordData, RECORD_TYPES } from '../compile/record-data.ts'
import { readName, suffixOffset } from './name.ts'
import type { ExtendedError, Question, ResponseCode, Answer as WholeAnswer } from './resolve.ts'
import type { ResourceRecord } from './zone.ts'

export interface Edns {
  /** The largest UDP response the asker takes, in bytes. */
  readonly udpPayloadSize: number
  readonly version: number
  readonly dnssecOk: boolean
}

export interface Query {
  readonly id: number
  readonly opcode: number
  readonly recursionDesired: boolean
  readonly checkingDisabled: boolean
  /** The question section as it came; empty when it could not be read. */
  readonly wireQuestion: Uint8Array
  /** Absent when the message is broken or asks for what cannot be asked; `problem` then says with which code to answer. */
  readonly question?: Question
  readonly problem?: ResponseCode
  readonly edns?: Edns
}

/** What a response says of an answer. */
export type Answer = Pick<WholeAnswer, 'code' | 'answers' | 'authorities' | 'extendedError'>

const HEADER = 12
const QUESTION_OFFSET = HEADER
const CLASS_IN = 1
const MIN_UDP = 512
const MAX_UDP = 4096
const EXTENDED_ERROR_OPTION = 15

const CODES: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  BADVERS: 16,
}

/** Types that ask for something other than records. */
const META_TYPES = new Set(['AXFR', 'IXFR', 'TKEY', 'TSIG', 'OPT'])

const TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries({ ...RECORD_TYPES, OPT: 41, TKEY: 249, TSIG: 250, IXFR: 251, AXFR: 252, ANY: 255 }).map(
    ([name, number]) => [number, name],
  ),
)

/** Reads a query; undefined for what must not be answered: fragments of a header, and responses. Never throws. */
export function decodeQuery(message: Buffer): Query | undefined {
  if (message.length < HEADER) return undefined
  const flags = message.readUInt16BE(2)
  if (flags & 0x8000) return undefined
  const head = {
    id: message.readUInt16BE(0),
    opcode: (flags >> 11) & 0xf,
    recursionDesired: Boolean(flags & 0x0100),
    checkingDisabled: Boolean(flags & 0x0010),
    wireQuestion: new Uint8Array(),
  }
  if (head.opcode !== 0) return { ...head, problem: 'NOTIMP' }
  const packet = decodeSections(message)
  const name = readName(message, QUESTION_OFFSET)
  if (!packet || !name || packet.questions?.length !== 1) return { ...head, problem: 'FORMERR' }
  const number = message.readUInt16BE(name.end)
  const type = TYPE_NAMES.get(number) ?? `UNKNOWN_${number}`
  const wireQuestion = message.subarray(QUESTION_OFFSET, name.end + 4)
  const edns = (packet.additionals ?? []).filter((record): record is OptAnswer => record.type === 'OPT')
  if (edns.length > 1) return { ...head, wireQuestion, problem: 'FORMERR' }
  const query = { ...head, wireQuestion, ...(edns[0] && { edns: readEdns(edns[0]) }) }
  const problem = problemOf(query, type, message.readUInt16BE(name.end + 2))
  return problem ? { ...query, problem } : { ...query, question: { name: name.text, type } }
}

function decodeSections(message: Buffer): DecodedPacket | undefined {
  try {
    return decode(message)
  } catch {
    // The package throws on every malformed message; which way it is malformed changes nothing in the answer.
    return undefined
  }
}

function readEdns(record: OptAnswer): Edns {
  return {
    udpPayloadSize: record.udpPayloadSize,
    version: record.ednsVersion,
    dnssecOk: record.flag_do,
  }
}

function problemOf(query: Omit<Query, 'question'>, type: string, questionClass: number): ResponseCode | undefined {
  if (query.edns && query.edns.version !== 0) return 'BADVERS'
  if (type === 'OPT') return 'FORMERR'
  if (questionClass !== CLASS_IN || META_TYPES.has(type)) return 'REFUSED'
  // The Amazon-provided resolver serves recursive queries only.
  return query.recursionDesired ? undefined : 'REFUSED'
}

/** The largest response that may go back over UDP, in bytes. */
export function udpLimit(query: Query): number {
  return Math.min(MAX_UDP, Math.max(MIN_UDP, query.edns?.udpPayloadSize ?? MIN_UDP))
}

/** Writes the response. When it is longer than `limit`, only the header, the question and EDNS go, with the TC bit. */
export function encodeResponse(query: Query, answer: Answer, limit: number): Buffer {
  const answers = answer.answers.map((record) => encodeRecord(record, query))
  const authorities = answer.authorities.map((record) => encodeRecord(record, query))
  const edns = query.edns ? encodeEdns(query.edns, answer.code, answer.extendedError) : undefined
  const whole = assemble(query, answer.code, { answers, authorities, edns, truncated: false })
  if (whole.length <= limit) return whole
  const short = query.edns && encodeEdns(query.edns, answer.code)
  return assemble(query, answer.code, { answers: [], authorities: [], edns: short, truncated: true })
}

interface Sections {
  readonly answers: readonly Buffer[]
  readonly authorities: readonly Buffer[]
  readonly edns: Buffer | undefined
  readonly truncated: boolean
}

function assemble(query: Query, code: ResponseCode, { answers, authorities, edns, truncated }: Sections): Buffer {
  const header = Buffer.alloc(HEADER)
  const flags =
    0x8000 |
    (query.opcode << 11) |
    (truncated ? 0x0200 : 0) |
    (query.recursionDesired ? 0x0100 : 0) |
    0x0080 |
    (query.checkingDisabled ? 0x0010 : 0) |
    (CODES[code] & 0xf)
  header.writeUInt16BE(query.id, 0)
  header.writeUInt16BE(flags, 2)
  header.writeUInt16BE(query.wireQuestion.length > 0 ? 1 : 0, 4)
  header.writeUInt16BE(answers.length, 6)
  header.writeUInt16BE(authorities.length, 8)
  header.writeUInt16BE(edns ? 1 : 0, 10)
  return Buffer.concat([header, query.wireQuestion, ...answers, ...authorities, ...(edns ? [edns] : [])])
}

/** A record whose owner is the question's name, or the end of it, points there (RFC 1035 section 4.1.4). */
function encodeRecord({ name, type, ttl, data }: ResourceRecord, query: Query): Buffer {
  const owner = encodeOwner(name, query.question?.name ?? '')
  const content = encodeRecordData(type, data)
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(RECORD_TYPES[type], 0)
  fixed.writeUInt16BE(CLASS_IN, 2)
  fixed.writeUInt32BE(ttl, 4)
  fixed.writeUInt16BE(content.length, 8)
  return Buffer.concat([owner, fixed, content])
}

function encodeOwner(name: string, asked: string): Uint8Array {
  const offset = name === '' ? undefined : suffixOffset(asked, name)
  if (offset === undefined) return encodeDomainName(name)
  const pointer = Buffer.alloc(2)
  pointer.writeUInt16BE(0xc000 | (QUESTION_OFFSET + offset), 0)
  return pointer
}

/** RFC 6891 section 6.1.2. */
function encodeEdns(edns: Edns, code: ResponseCode, extendedError?: ExtendedError): Buffer {
  const option = extendedError ? encodeExtendedError(extendedError) : Buffer.alloc(0)
  const fixed = Buffer.alloc(11)
  fixed.writeUInt16BE(41, 1)
  fixed.writeUInt16BE(MAX_UDP, 3)
  fixed.writeUInt8(CODES[code] >> 4, 5)
  fixed.writeUInt16BE(edns.dnssecOk ? 0x8000 : 0, 7)
  fixed.writeUInt16BE(option.length, 9)
  return Buffer.concat([fixed, option])
}

/** RFC 8914 section 2. */
function encodeExtendedError({ code, text }: ExtendedError): Buffer {
  const words = Buffer.from(text)
  const head = Buffer.alloc(6)
  head.writeUInt16BE(EXTENDED_ERROR_OPTION, 0)
  head.writeUInt16BE(2 + words.length, 2)
  head.writeUInt16BE(code, 4)
  return Buffer.concat([head, words])
}
