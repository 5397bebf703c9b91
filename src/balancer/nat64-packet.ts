// Packets from IPv6 to IPv4 and back, header for header: TCP, UDP and ICMP echo, as a NAT gateway's NAT64 carries them. The address of
// an IPv4 host is the last 32 bits of one in 64:ff9b::/96. What is cut into fragments, and what has further headers, is dropped.
// https://datatracker.ietf.org/doc/html/rfc7915

import { NAT64_PREFIX } from '../compile/nat64.ts'
import { addressBits } from '../ip/address.ts'
import { cidrBase } from '../ip/cidr.ts'
import { ICMP, ICMPV6, TCP, UDP } from '../ip/protocol.ts'
import type { Nat64Hosts } from './nat64-hosts.ts'

const IPV6_HEADER = 40
const IPV4_HEADER = 20
const DONT_FRAGMENT = 0x4000
const FRAGMENT = 0x3fff
/** Of echo, by the type of ICMPv6. */
const ECHO_TO_IPV4 = new Map([
  [128, 8],
  [129, 0],
])
const ECHO_TO_IPV6 = new Map([...ECHO_TO_IPV4].map(([ipv6, ipv4]) => [ipv4, ipv6]))
const PREFIX = bytesOf(addressBits(cidrBase(NAT64_PREFIX)).bits)

/** Undefined for what is not carried. */
export function toIpv4(packet: Buffer, hosts: Nat64Hosts): Buffer | undefined {
  if (packet.length < IPV6_HEADER || packet.readUInt8(0) >> 4 !== 6) return undefined
  const end = IPV6_HEADER + packet.readUInt16BE(4)
  if (packet.length < end || packet.compare(PREFIX, 0, 12, 24, 36) !== 0) return undefined
  const next = packet.readUInt8(6)
  const payload = payloadOf(packet.subarray(IPV6_HEADER, end), next)
  if (!payload) return undefined
  const header = Buffer.alloc(IPV4_HEADER)
  header.writeUInt8(0x45, 0)
  header.writeUInt8((packet.readUInt16BE(0) >> 4) & 0xff, 1)
  header.writeUInt16BE(IPV4_HEADER + payload.length, 2)
  header.writeUInt16BE(next === TCP ? DONT_FRAGMENT : 0, 6)
  header.writeUInt8(packet.readUInt8(7), 8)
  header.writeUInt8(next === ICMPV6 ? ICMP : next, 9)
  header.writeUInt32BE(hosts.numberOf(packet.subarray(8, 24)), 12)
  packet.copy(header, 16, 36, 40)
  header.writeUInt16BE(checksumOf(sumOf(header)), 10)
  if (next === ICMPV6) return withEcho(header, payload, ECHO_TO_IPV4, 0)
  const pseudo = sumOf(header.subarray(12, 20)) + next + payload.length
  return withChecksum(header, payload, next, pseudo)
}

/** The same way back; undefined also when nobody has the address any more. */
export function toIpv6(packet: Buffer, hosts: Nat64Hosts): Buffer | undefined {
  if (packet.length < IPV4_HEADER || packet.readUInt8(0) !== 0x45) return undefined
  const end = packet.readUInt16BE(2)
  const protocol = packet.readUInt8(9)
  const next = protocol === ICMP ? ICMPV6 : protocol
  const destination = hosts.addressOf(packet.readUInt32BE(16))
  if (!destination || packet.length < end || (packet.readUInt16BE(6) & FRAGMENT) !== 0) return undefined
  const payload = payloadOf(packet.subarray(IPV4_HEADER, end), next)
  if (!payload) return undefined
  const header = Buffer.alloc(IPV6_HEADER)
  header.writeUInt16BE(0x6000 | (packet.readUInt8(1) << 4), 0)
  header.writeUInt16BE(payload.length, 4)
  header.writeUInt8(next, 6)
  header.writeUInt8(packet.readUInt8(8), 7)
  PREFIX.copy(header, 8, 0, 12)
  packet.copy(header, 20, 12, 16)
  destination.copy(header, 24)
  const pseudo = sumOf(header.subarray(8, 40)) + next + payload.length
  if (next === ICMPV6) return withEcho(header, payload, ECHO_TO_IPV6, pseudo)
  return withChecksum(header, payload, next, pseudo)
}

const SHORTEST = new Map([
  [TCP, 20],
  [UDP, 8],
  [ICMPV6, 8],
])

function payloadOf(bytes: Buffer, next: number): Buffer | undefined {
  const shortest = SHORTEST.get(next)
  return shortest === undefined || bytes.length < shortest ? undefined : bytes
}

function withChecksum(header: Buffer, payload: Buffer, next: number, pseudo: number): Buffer {
  const whole = Buffer.concat([header, payload])
  const at = header.length + (next === TCP ? 16 : 6)
  whole.writeUInt16BE(0, at)
  const checksum = checksumOf(pseudo + sumOf(whole.subarray(header.length)))
  // Of UDP zero means that there is none.
  whole.writeUInt16BE(next === UDP && checksum === 0 ? 0xffff : checksum, at)
  return whole
}

function withEcho(
  header: Buffer,
  payload: Buffer,
  types: ReadonlyMap<number, number>,
  pseudo: number,
): Buffer | undefined {
  const type = types.get(payload.readUInt8(0))
  if (type === undefined) return undefined
  const whole = Buffer.concat([header, payload])
  whole.writeUInt8(type, header.length)
  whole.writeUInt16BE(0, header.length + 2)
  whole.writeUInt16BE(checksumOf(pseudo + sumOf(whole.subarray(header.length))), header.length + 2)
  return whole
}

function sumOf(bytes: Buffer): number {
  let sum = 0
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readUInt16BE(at)
  return bytes.length % 2 === 1 ? sum + (bytes.readUInt8(bytes.length - 1) << 8) : sum
}

function checksumOf(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return ~folded & 0xffff
}

function bytesOf(bits: bigint): Buffer {
  return Buffer.from(bits.toString(16).padStart(32, '0'), 'hex')
}
