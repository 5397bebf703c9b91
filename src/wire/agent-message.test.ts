// AgentMessages: every field at its place, back and forth, and what is cut or changed is refused.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AgentMessage,
  AgentMessageError,
  decodeAgentMessage,
  encodeAgentMessage,
  MESSAGE_TYPES,
} from './agent-message.ts'

const SAMPLE: AgentMessage = {
  messageType: 'output_stream_data',
  schemaVersion: 1,
  createdDate: 1_767_225_600_000,
  sequenceNumber: 7,
  flags: 3,
  messageId: 'dd01e56b-ff48-483e-a508-b5f073f31b16',
  payloadType: 1,
  payload: Buffer.from('hello'),
}

const anyMessage: fc.Arbitrary<AgentMessage> = fc.record({
  messageType: fc.oneof(fc.constantFrom(...MESSAGE_TYPES), fc.stringMatching(/^[a-z_]{1,32}$/)),
  schemaVersion: fc.nat({ max: 0xffffffff }),
  createdDate: fc.maxSafeNat(),
  sequenceNumber: fc.maxSafeInteger(),
  flags: fc.nat(),
  messageId: fc.uuid(),
  payloadType: fc.nat({ max: 0xffffffff }),
  payload: fc.uint8Array({ maxLength: 2048 }).map((bytes) => Buffer.from(bytes)),
})

describe('the layout', () => {
  const bytes = encodeAgentMessage(SAMPLE)

  it.each([
    ['header length', 0, '00000074'],
    ['type, padded with spaces', 4, Buffer.from('output_stream_data'.padEnd(32)).toString('hex')],
    ['schema version', 36, '00000001'],
    ['date', 40, '0000019b76daa800'],
    ['sequence number', 48, '0000000000000007'],
    ['flags', 56, '0000000000000003'],
    ['id, its second half first', 64, 'a508b5f073f31b16dd01e56bff48483e'],
    ['digest of the payload', 80, '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'],
    ['payload type', 112, '00000001'],
    ['payload length', 116, '00000005'],
    ['payload', 120, '68656c6c6f'],
  ])('%s at %i', (_, offset, hex) => expect(bytes.toString('hex', offset, offset + hex.length / 2)).toBe(hex))

  it('is as long as its parts', () => expect(bytes).toHaveLength(125))
})

describe('reading', () => {
  it('gives back what was written', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decodeAgentMessage(encodeAgentMessage(message))).toEqual(message)
      }),
    )
  })

  it('takes a type that is padded with NULs', () => {
    const bytes = encodeAgentMessage(SAMPLE)
    bytes.fill(0, 4 + SAMPLE.messageType.length, 36)
    expect(decodeAgentMessage(bytes)).toEqual(SAMPLE)
  })

  it('takes a longer header, and leaves out what it adds', () => {
    const bytes = encodeAgentMessage(SAMPLE)
    const longer = Buffer.concat([bytes.subarray(0, 116), Buffer.alloc(8), bytes.subarray(116)])
    longer.writeUInt32BE(124, 0)
    expect(decodeAgentMessage(longer)).toEqual(SAMPLE)
  })

  it('takes an empty payload whatever the digest', () => {
    const bytes = encodeAgentMessage({ ...SAMPLE, payload: Buffer.alloc(0) })
    bytes.fill(0, 80, 112)
    expect(decodeAgentMessage(bytes).payload).toHaveLength(0)
  })

  it('refuses every truncation', () => {
    const bytes = encodeAgentMessage(SAMPLE)
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeAgentMessage(bytes.subarray(0, length))).toThrow(AgentMessageError)
    }
  })

  it('never throws anything else, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          decodeAgentMessage(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(AgentMessageError)
        }
      }),
    )
  })

  it.each([
    ['a changed payload', (bytes: Buffer) => bytes.write('j', 120)],
    ['a changed digest', (bytes: Buffer) => bytes.fill(0, 80, 112)],
    ['a short header', (bytes: Buffer) => bytes.writeUInt32BE(115, 0)],
    ['a header past the end', (bytes: Buffer) => bytes.writeUInt32BE(0xffffffff, 0)],
    ['a payload length that is too small', (bytes: Buffer) => bytes.writeUInt32BE(4, 116)],
    ['a payload length that is too large', (bytes: Buffer) => bytes.writeUInt32BE(6, 116)],
    ['no type', (bytes: Buffer) => bytes.fill(' ', 4, 36)],
    ['a date beyond all dates', (bytes: Buffer) => bytes.fill(0xff, 40, 48)],
  ])('refuses %s', (_, change) => {
    const bytes = encodeAgentMessage(SAMPLE)
    change(bytes)
    expect(() => decodeAgentMessage(bytes)).toThrow(AgentMessageError)
  })
})

describe('writing refuses', () => {
  it.each([
    ['a type that is too long', { messageType: 'x'.repeat(33) }],
    ['no type', { messageType: '' }],
    ['an id that is no UUID', { messageId: 'dd01e56b' }],
  ])('%s', (_, change) => expect(() => encodeAgentMessage({ ...SAMPLE, ...change })).toThrow(AgentMessageError))
})
