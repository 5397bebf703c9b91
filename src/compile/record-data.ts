// What DNS records hold: the text that Route 53 takes, read into the bytes that the resolver sends. One reader, so that
// what is accepted can be answered. https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html

import { addressBits, addressFamily, familyWidth, parseAddress } from '../ip/address.ts'
import { encodeDomainName, parseDomainName } from './domain-name.ts'
import { encodeServiceBinding } from './service-binding.ts'

/** Number by name: the types that Route 53 has. */
export const RECORD_TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  SSHFP: 44,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  CAA: 257,
} as const

export type RecordType = keyof typeof RECORD_TYPES

export function isRecordType(name: string): name is RecordType {
  return Object.hasOwn(RECORD_TYPES, name)
}

/** A text that is no value of its type: Route 53's name for the fault, and its sentence. */
export class RecordDataError extends Error {
  readonly fault: string

  constructor(fault: string, sentence: string) {
    super(sentence)
    this.fault = fault
  }
}

/** The bytes of one value; throws RecordDataError. */
export function encodeRecordData(type: RecordType, text: string): Uint8Array {
  return READERS[type](new Fields(type, text))
}

const READERS: Readonly<Record<RecordType, (fields: Fields) => Uint8Array>> = {
  A: (fields) => address(fields, 4),
  AAAA: (fields) => address(fields, 6),
  NS: (fields) => join(fields.exactly(1).name()),
  CNAME: (fields) => join(fields.exactly(1).name()),
  PTR: (fields) => join(fields.exactly(1).name()),
  MX: (fields) => join(fields.exactly(2).number(2), fields.name()),
  SRV: (fields) => join(fields.exactly(4).number(2), fields.number(2), fields.number(2), fields.name()),
  SOA: (fields) => join(fields.exactly(7).name(), fields.name(), ...[1, 2, 3, 4, 5].map(() => fields.number(4))),
  TXT: characterStrings,
  SPF: characterStrings,
  CAA: (fields) => join(fields.exactly(3).number(1), lengthFirst(bytesOf(fields.next())), fields.quoted()),
  NAPTR: (fields) =>
    join(
      fields.exactly(6).number(2),
      fields.number(2),
      ...[1, 2, 3].map(() => lengthFirst(fields.quoted())),
      fields.name(),
    ),
  DS: (fields) => join(fields.exactly(4).number(2), fields.number(1), fields.number(1), fields.hex()),
  SSHFP: (fields) => join(fields.exactly(3).number(1), fields.number(1), fields.hex()),
  TLSA: (fields) => join(fields.exactly(4).number(1), fields.number(1), fields.number(1), fields.hex()),
  SVCB: serviceBinding,
  HTTPS: serviceBinding,
}

/** The fields of a value, which spaces part; a quoted one may hold spaces. */
class Fields {
  readonly type: RecordType
  readonly all: readonly string[]
  #at = 0

  constructor(type: RecordType, text: string) {
    this.type = type
    this.all = text.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []
    if (this.all.length === 0) throw new RecordDataError(`${type}RRDATAEmpty`, 'Value is empty')
  }

  exactly(count: number): this {
    if (this.all.length === count) return this
    if (count === 1) throw new RecordDataError('ARRDATANotSingleField', 'Value contains spaces')
    throw new RecordDataError(`${this.type}RRDATANot${count}Fields`, `${this.type} record doesn't have ${count} fields`)
  }

  next(): string {
    return this.all[this.#at++] ?? ''
  }

  rest(): readonly string[] {
    return this.all.slice(this.#at)
  }

  name(): Uint8Array {
    return encodeName(this.next())
  }

  /** An unsigned decimal number in so many bytes. */
  number(bytes: 1 | 2 | 4): Uint8Array {
    const text = this.next()
    const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN
    if (!(value < 2 ** (8 * bytes))) {
      throw new RecordDataError(`${this.type}RRDATAIllegalNumber`, `Value is not a number of ${8 * bytes} bits`)
    }
    return Uint8Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** (bytes - 1 - index)) % 256)
  }

  hex(): Uint8Array {
    const text = this.next()
    if (text.length % 2 > 0 || !/^[0-9a-fA-F]+$/.test(text)) {
      throw new RecordDataError(`${this.type}RRDATAIllegalHex`, 'Value is not hexadecimal')
    }
    return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  }

  quoted(): number[] {
    return quotedBytes(this.next())
  }
}

function address({ type, all }: Fields, family: 4 | 6): Uint8Array {
  const [text = ''] = all
  const parsed = all.length === 1 ? parseAddress(text) : undefined
  if (!parsed || addressFamily(parsed) !== family) {
    throw new RecordDataError(`${type}RRDATAIllegalIPv${family}Address`, `Value is not a valid IPv${family} address`)
  }
  const { bits } = addressBits(parsed)
  const length = familyWidth(family) / 8
  return Uint8Array.from({ length }, (_, index) => Number((bits >> BigInt(8 * (length - 1 - index))) & 0xffn))
}

/** Quoted strings of at most 255 bytes each. */
function characterStrings({ all }: Fields): Uint8Array {
  return join(...all.map((text) => lengthFirst(quotedBytes(text))))
}

function serviceBinding(fields: Fields): Uint8Array {
  if (fields.all.length < 2) throw new RecordDataError(`${fields.type}RRDATATooFewFields`, 'A target name is missing')
  const priority = fields.number(2)
  const target = fields.name()
  const parameters = encodeServiceBinding(fields.rest())
  if (!parameters) throw new RecordDataError(`${fields.type}RRDATAIllegalSvcParams`, 'Service parameters are invalid')
  return join(priority, target, parameters)
}

function encodeName(text: string): Uint8Array {
  const parsed = parseDomainName(text)
  if ('name' in parsed) return encodeDomainName(parsed.name)
  switch (parsed.problem) {
    case 'empty label':
      throw new RecordDataError('DomainLabelEmpty', 'Domain label is empty')
    case 'label too long':
      throw new RecordDataError('DomainLabelTooLong', 'Domain label is too long')
    case 'name too long':
      throw new RecordDataError('DomainNameTooLong', 'Domain name is too long')
    case 'bad character':
      throw new RecordDataError('UnsupportedCharacter', 'Value contains unsupported characters')
    default:
      throw parsed.problem satisfies never
  }
}

function quotedBytes(text: string): number[] {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) {
    throw new RecordDataError('InvalidCharacterString', 'Value should be enclosed in quotation marks')
  }
  return bytesOf(text.slice(1, -1))
}

/** Bytes above ASCII, and quotation marks, are written \OOO in octal, or after a backslash. */
function bytesOf(text: string): number[] {
  const bytes: number[] = []
  for (const [piece, octal, escaped] of text.matchAll(/\\([0-3][0-7]{2})|\\(.)|./gsu)) {
    const code = octal === undefined ? (escaped ?? piece).charCodeAt(0) : Number.parseInt(octal, 8)
    if (octal === undefined && (code < 0x20 || code > 0x7e)) {
      throw new RecordDataError('UnsupportedCharacter', 'Value contains unsupported characters')
    }
    bytes.push(code)
  }
  return bytes
}

function lengthFirst(bytes: ArrayLike<number>): Uint8Array {
  if (bytes.length > 255) throw new RecordDataError('CharacterStringTooLong', 'Value is too long')
  return Uint8Array.from([bytes.length, ...Array.from(bytes)])
}

function join(...parts: readonly ArrayLike<number>[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => Array.from(part)))
}
