// Proxy protocol headers: byte for byte as a Network Load Balancer sends them, back again, and cut short anywhere.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Address, formatAddress } from '../ip/address.ts'
import { decodeProxyHeader, encodeProxyHeader, MalformedHeader, type ProxyHeader } from './proxy-protocol.ts'

/** Captured from a Network Load Balancer; AWS's elastic-load-balancing-tools has it among its tests. */
const CAPTURED =
  '0d0a0d0a000d0a515549540a21110054ac1f0771ac1f0a1fc8f20050030004e8d6892dea001701' +
  `${Buffer.from('vpce-08d2bf15fac5001c9').toString('hex')}040024${'00'.repeat(36)}`

const header: ProxyHeader = {
  client: { address: '172.31.7.113' as Address, port: 51442 },
  destination: { address: '172.31.10.31' as Address, port: 80 },
  vpcEndpointId: 'vpce-08d2bf15fac5001c9',
}

describe('proxy protocol version 2', () => {
  test('a header is what a Network Load Balancer sends', () => {
    expect(encodeProxyHeader(header).toString('hex')).toBe(CAPTURED)
    expect(decodeProxyHeader(Buffer.from(CAPTURED, 'hex'))).toEqual({ header, length: 100 })
  })

  test('without an endpoint it has the same size', () => {
    const { vpcEndpointId: _, ...direct } = header
    const bytes = encodeProxyHeader(direct)
    expect(bytes.length).toBe(100)
    expect(decodeProxyHeader(bytes).header).toEqual(direct)
  })

  test('a health check says that it is no client', () => {
    expect(encodeProxyHeader({}).toString('hex')).toBe('0d0a0d0a000d0a515549540a20000000')
    expect(decodeProxyHeader(encodeProxyHeader({}))).toEqual({ header: {}, length: 16 })
  })

  test('any header is read back, whatever follows it', () => {
    const address = (family: 4 | 6) =>
      fc.bigInt({ min: 0n, max: 2n ** (family === 4 ? 32n : 128n) - 1n }).map((bits) => formatAddress({ family, bits }))
    const endpoint = (family: 4 | 6) => fc.record({ address: address(family), port: fc.nat(65535) })
    const one = (family: 4 | 6) =>
      fc.record(
        {
          client: endpoint(family),
          destination: endpoint(family),
          vpcEndpointId: fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
        },
        { requiredKeys: ['client', 'destination'] },
      )
    fc.assert(
      fc.property(fc.oneof(one(4), one(6)), fc.uint8Array(), (made, rest) => {
        const bytes = encodeProxyHeader(made)
        expect(decodeProxyHeader(Buffer.concat([bytes, rest]))).toEqual({ header: made, length: bytes.length })
      }),
    )
  })

  test('cut short anywhere, or with a bit turned over, it is refused', () => {
    const bytes = Buffer.from(CAPTURED, 'hex')
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeProxyHeader(bytes.subarray(0, length)), `${length} bytes`).toThrow(MalformedHeader)
    }
    for (let at = 0; at < bytes.length; at++) {
      // Without its type the checksum is another field, and a header needs none.
      if (at === 28) continue
      const wrong = Buffer.from(bytes)
      wrong[at] = (wrong[at] ?? 0) ^ 0x04
      expect(() => decodeProxyHeader(wrong), `byte ${at}`).toThrow(MalformedHeader)
    }
  })

  test('any bytes are read or refused', () => {
    const signature = Buffer.from(CAPTURED, 'hex').subarray(0, 12)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeProxyHeader(Buffer.concat([signature, bytes]))
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedHeader)
        }
      }),
    )
  })
})
