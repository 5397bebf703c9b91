import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type AddressBits, addressBits, addressPlus, compareAddresses, formatAddress, parseAddress } from './address.ts'
import { cidr, cidrContains, cidrCovers, cidrRange, cidrsOverlap, parseCidr } from './cidr.ts'
import { formatProtocol, parseProtocol } from './protocol.ts'
import { type AddressRange, mergeRanges, rangeToCidrs, subtractRanges } from './range.ts'

const v4Bits = fc.bigInt({ min: 0n, max: (1n << 32n) - 1n }).map((bits): AddressBits => ({ family: 4, bits }))
const v6Bits = fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((bits): AddressBits => ({ family: 6, bits }))

describe('parseAddress', () => {
  test.each([
    ['10.0.0.1', '10.0.0.1'],
    ['255.255.255.255', '255.255.255.255'],
    ['2001:DB8::0:1', '2001:db8::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
    ['fd00:ec2::254', 'fd00:ec2::254'],
  ])('%s is %s', (text, canonical) => expect(parseAddress(text)).toBe(canonical))

  test.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.01',
    '10.0.0.1 ',
    '1::2::3',
    '1:2:3:4:5:6:7',
    ':::',
    '12345::',
    'g::',
    '1:2:3:4:5:6:7:8:9',
  ])('%j is no address', (text) => expect(parseAddress(text)).toBeUndefined())

  test('what is formatted parses back to the same number', () => {
    fc.assert(
      fc.property(fc.oneof(v4Bits, v6Bits), (bits) => {
        const address = formatAddress(bits)
        expect(parseAddress(address)).toBe(address)
        expect(addressBits(address)).toEqual(bits)
      }),
    )
  })
})

test('addressPlus counts, and refuses to leave the space', () => {
  const last = formatAddress({ family: 4, bits: (1n << 32n) - 1n })
  expect(addressPlus(formatAddress({ family: 4, bits: 0x0a0000ffn }), 1)).toBe('10.0.1.0')
  expect(() => addressPlus(last, 1)).toThrow(RangeError)
})

test('compareAddresses orders by number, not by text', () => {
  const sorted = ['10.0.0.10', '10.0.0.9', '9.0.0.1'].map((text) => parseAddress(text)!).sort(compareAddresses)
  expect(sorted).toEqual(['9.0.0.1', '10.0.0.9', '10.0.0.10'])
})

describe('cidrs', () => {
  test.each([
    ['100.68.0.18/18', '100.68.0.0/18'],
    ['10.0.0.1/32', '10.0.0.1/32'],
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['2001:db8::1/64', '2001:db8::/64'],
  ])('%s is canonicalised to %s, as AWS does', (text, canonical) => expect(parseCidr(text)).toBe(canonical))

  test.each(['10.0.0.0', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/', '10.0.0.0/08', 'x/8', '::/129'])(
    '%j is no CIDR',
    (text) => expect(parseCidr(text)).toBeUndefined(),
  )

  test('covers, contains, overlaps', () => {
    expect(cidrCovers(cidr('10.0.0.0/8'), cidr('10.1.0.0/16'))).toBe(true)
    expect(cidrCovers(cidr('10.1.0.0/16'), cidr('10.0.0.0/8'))).toBe(false)
    expect(cidrsOverlap(cidr('10.1.0.0/16'), cidr('10.0.0.0/8'))).toBe(true)
    expect(cidrsOverlap(cidr('10.1.0.0/16'), cidr('10.2.0.0/16'))).toBe(false)
    expect(cidrContains(cidr('0.0.0.0/0'), parseAddress('::1')!)).toBe(false)
  })
})

describe('ranges', () => {
  const small = fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 255 }))
    .map(([a, b]): AddressRange => ({ family: 4, first: BigInt(Math.min(a, b)), last: BigInt(Math.max(a, b)) }))
  const members = (ranges: readonly AddressRange[]) =>
    new Set(
      ranges.flatMap(({ first, last }) =>
        Array.from({ length: Number(last - first) + 1 }, (_, i) => Number(first) + i),
      ),
    )

  test('subtractRanges leaves exactly the members that no hole has', () => {
    fc.assert(
      fc.property(small, fc.array(small, { maxLength: 4 }), (range, holes) => {
        const expected = [...members([range])].filter((member) => !members(holes).has(member))
        expect([...members(subtractRanges(range, holes))].sort((a, b) => a - b)).toEqual(expected)
      }),
    )
  })

  test('mergeRanges keeps the members, and no two ranges touch', () => {
    fc.assert(
      fc.property(fc.array(small, { maxLength: 6 }), (ranges) => {
        const merged = mergeRanges(ranges)
        expect(members(merged)).toEqual(members(ranges))
        for (const [i, range] of merged.slice(1).entries()) expect(range.first).toBeGreaterThan(merged[i]!.last + 1n)
      }),
    )
  })

  test('rangeToCidrs covers the range exactly and in order', () => {
    fc.assert(
      fc.property(small, (range) => {
        expect(mergeRanges(rangeToCidrs(range).map(cidrRange))).toEqual([range])
      }),
    )
    expect(rangeToCidrs(cidrRange(cidr('52.216.0.0/15')))).toEqual(['52.216.0.0/15'])
    expect(rangeToCidrs(cidrRange(cidr('0.0.0.0/0')))).toEqual(['0.0.0.0/0'])
  })
})

test.each([
  ['tcp', 6],
  ['TCP', 6],
  ['-1', -1],
  ['all', -1],
  ['50', 50],
  ['256', undefined],
  ['sctp', undefined],
])('protocol %s is %s', (text, number) => expect(parseProtocol(text)).toBe(number))

test.each([
  [6, 'tcp'],
  [-1, '-1'],
  [50, '50'],
])('protocol %s is written %s', (number, text) => expect(formatProtocol(number)).toBe(text))
