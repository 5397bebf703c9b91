// GENEVE: byte for byte as RFC 8926 and Amazon's options have it, back again, and cut short or turned over anywhere.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeGeneve, encodeGeneve, endpointNumber, type GenevePacket, MalformedGeneve } from './geneve.ts'

const packet: GenevePacket = {
  endpoint: 0x123456789abcdef0n,
  attachment: 0n,
  flowCookie: 0xdeadbeef,
  payload: Buffer.from('payload'),
}
const HEADER = '0800080000000000'
const OPTIONS = '01080102123456789abcdef0' + '010802020000000000000000' + '01080301deadbeef'
const bytes = Buffer.from(`${HEADER}${OPTIONS}${packet.payload.toString('hex')}`, 'hex')

describe('GENEVE', () => {
  test('a packet has the three options, then the payload', () => {
    expect(encodeGeneve(packet).toString('hex')).toBe(bytes.toString('hex'))
    expect(decodeGeneve(bytes)).toEqual(packet)
  })

  test('any packet is read back', () => {
    const made = fc.record({
      endpoint: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      attachment: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      flowCookie: fc.nat(0xffffffff),
      payload: fc.uint8Array().map((array) => Buffer.from(array)),
    })
    fc.assert(fc.property(made, (one) => void expect(decodeGeneve(encodeGeneve(one))).toEqual(one)))
  })

  test('cut short within header or options it is refused', () => {
    for (let length = 0; length < bytes.length - packet.payload.length; length++) {
      expect(() => decodeGeneve(bytes.subarray(0, length)), `${length} bytes`).toThrow(MalformedGeneve)
    }
  })

  test('whatever comes is read or refused, and nothing else', () => {
    const turned = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)).map(([at, value]) => {
      const copy = Buffer.from(bytes)
      copy[at] = value
      return copy
    })
    const anything = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array))
    const read = (datagram: Buffer) => {
      try {
        return decodeGeneve(datagram)
      } catch (error) {
        if (!(error instanceof MalformedGeneve)) throw error
        return undefined
      }
    }
    fc.assert(fc.property(fc.oneof(turned, anything), (datagram) => void read(datagram)))
  })

  test.each([
    ['another version', { 0: 0x48 }],
    ['a control packet', { 1: 0x80 }],
    ['Ethernet inside', { 2: 0x65, 3: 0x58 }],
    ['options beyond the end', { 0: 0x3f }],
    ['an option beyond the others', { 11: 0x1f }],
    ["another's option that is critical", { 20: 0x02, 22: 0x82 }],
    ['no endpoint', { 8: 0x02 }],
    ['no flow cookie', { 32: 0x02 }],
    ['a flow cookie of another length', { 35: 0 }],
  ])('%s is refused', (_, changes) => {
    const copy = Buffer.from(bytes)
    for (const [at, value] of Object.entries(changes)) copy[Number(at)] = value
    expect(() => decodeGeneve(copy)).toThrow(MalformedGeneve)
  })

  test("another's option is passed over, and no attachment is none", () => {
    const copy = Buffer.from(bytes)
    copy[20] = 0x02
    expect(decodeGeneve(copy)).toEqual(packet)
  })

  test("an endpoint's number is its last 16 hex digits", () => {
    expect(endpointNumber('vpce-0123456789abcdef0')).toBe(0x123456789abcdef0n)
  })
})
