// The packets are written out: a host fd00::1 and 192.0.2.1, which is 64:ff9b::c000:201.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cidr } from '../ip/cidr.ts'
import { Nat64Hosts } from './nat64-hosts.ts'
import { toIpv4, toIpv6 } from './nat64-packet.ts'

const HOST = 'fd000000000000000000000000000001'
const SERVER = '0064ff9b0000000000000000c0000201'
const POOL = cidr('198.18.0.0/19')

/** From the host to the server, with a checksum that is right. */
function ipv6(next: number, payload: Buffer, server = SERVER): Buffer {
  const header = Buffer.from(
    `60000000${payload.length.toString(16).padStart(4, '0')}${hex(next)}40${HOST}${server}`,
    'hex',
  )
  const whole = Buffer.concat([header, payload])
  const at = 40 + ({ 6: 16, 17: 6, 58: 2 }[next] ?? 0)
  whole.writeUInt16BE(0, at)
  whole.writeUInt16BE(~sum(whole.subarray(8), next + payload.length) & 0xffff, at)
  return whole
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0')
}

/** In one's complement: of a packet whose checksum is right, 0xffff. */
function sum(bytes: Buffer, more = 0): number {
  let all = more
  for (let at = 0; at < bytes.length; at += 2) all += ((bytes[at] ?? 0) << 8) + (bytes[at + 1] ?? 0)
  while (all > 0xffff) all = (all & 0xffff) + (all >> 16)
  return all
}

/** What the server would send back, of the same bytes. */
function answered(packet: Buffer): Buffer {
  const answer = Buffer.from(packet)
  packet.copy(answer, 12, 16, 20)
  packet.copy(answer, 16, 12, 16)
  return answer
}

const payload = fc.uint8Array({ minLength: 20, maxLength: 200 }).map((bytes) => Buffer.from(bytes))

test.each([6, 17])('protocol %i comes out with checksums that are right, and back as it was', (next) => {
  fc.assert(
    fc.property(payload, (bytes) => {
      const hosts = new Nat64Hosts(POOL)
      const sent = ipv6(next, bytes)
      const found = toIpv4(sent, hosts)
      if (!found) throw new Error('nothing came out')
      expect([found[0], found[9], found.readUInt32BE(16)]).toEqual([0x45, next, 0xc0000201])
      expect(sum(found.subarray(0, 20))).toBe(0xffff)
      expect(sum(found.subarray(12), next + bytes.length)).toBe(0xffff)
      const back = toIpv6(answered(found), hosts)
      expect(back?.subarray(8, 40).toString('hex')).toBe(SERVER + HOST)
      expect(back?.subarray(40)).toEqual(sent.subarray(40))
    }),
  )
})

test('echo is asked and answered', () => {
  const hosts = new Nat64Hosts(POOL)
  const asked = toIpv4(ipv6(58, Buffer.from('8000000012340001abcdef', 'hex')), hosts)
  if (!asked) throw new Error('nothing came out')
  expect([asked[9], asked[20]]).toEqual([1, 8])
  expect(sum(asked.subarray(20))).toBe(0xffff)
  const answer = answered(asked)
  answer[20] = 0
  const back = toIpv6(answer, hosts)
  if (!back) throw new Error('nothing came back')
  expect([back[6], back[40]]).toEqual([58, 129])
  expect(sum(back.subarray(8), 58 + 11)).toBe(0xffff)
})

test.each<[string, () => Buffer]>([
  ['another address than NAT64’s', () => ipv6(17, Buffer.alloc(20), '20010db8000000000000000000000001')],
  ['a neighbour’s question', () => ipv6(58, Buffer.from('8700000000000000', 'hex'))],
  ['another protocol', () => ipv6(47, Buffer.alloc(20))],
  ['a fragment', () => ipv6(44, Buffer.alloc(20))],
  ['a packet that is cut short', () => ipv6(17, Buffer.alloc(20)).subarray(0, 50)],
  ['no packet', () => Buffer.alloc(3)],
])('%s is dropped', (_, packet) => {
  expect(toIpv4(packet(), new Nat64Hosts(POOL))).toBeUndefined()
})

test('what comes for nobody is dropped', () => {
  const hosts = new Nat64Hosts(POOL)
  const found = toIpv4(ipv6(17, Buffer.alloc(20)), hosts)
  expect(found && toIpv6(answered(found), new Nat64Hosts(POOL))).toBeUndefined()
})

test('the same host has the same address with the next process, and no two have one', () => {
  const hosts = Array.from({ length: 5000 }, (_, index) => {
    const bytes = Buffer.from(HOST, 'hex')
    bytes.writeUInt32BE(index, 12)
    return bytes
  })
  const [one, other] = [new Nat64Hosts(POOL), new Nat64Hosts(POOL)]
  const numbers = hosts.map((host) => one.numberOf(host))
  expect(new Set(numbers).size).toBeGreaterThan(4000)
  expect(other.numberOf(hosts[0]!)).toBe(numbers[0])
  expect(one.addressOf(numbers.at(-1)!)).toEqual(hosts.at(-1))
})
