// The proxy protocol header, version 2: what a load balancer writes before a connection's first byte, so that its target
// learns who the client is. https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt section 2.2; the order of AWS's
// fields, and the padding to one size, are those of a captured header of a Network Load Balancer.

import { type Address, addressBits, formatAddress } from '../ip/address.ts'

export interface ProxyHeader {
  /** Absent: the LOCAL command, by which a health check says that it is no client. */
  readonly client?: Endpoint
  /** What the client connected to, as far as the load balancer knows: its own address and the listener's port. */
  readonly destination?: Endpoint
  /** The VPC endpoint that the client came by. */
  readonly vpcEndpointId?: string
}

export interface Endpoint {
  readonly address: Address
  readonly port: number
}

/** A header and how many bytes it took. */
export interface DecodedHeader {
  readonly header: ProxyHeader
  readonly length: number
}

/** The bytes are no proxy protocol header, or are one cut short; the message says where. */
export class MalformedHeader extends Error {}

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex')
const FIXED_LENGTH = SIGNATURE.length + 4
const [LOCAL, PROXY] = [0x20, 0x21]
const [UNSPECIFIED, TCP4, TCP6] = [0x00, 0x11, 0x21]
const ADDRESSES: Readonly<Record<number, { readonly family: 4 | 6; readonly octets: number }>> = {
  [TCP4]: { family: 4, octets: 4 },
  [TCP6]: { family: 6, octets: 16 },
}

const [TYPE_CRC32C, TYPE_NOOP, TYPE_AWS] = [0x03, 0x04, 0xea]
const SUBTYPE_VPC_ENDPOINT = 0x01
/** What follows the first 16 bytes is brought to this length by a field that says nothing. */
const PADDED_LENGTH = 84
const CRC_LENGTH = 4
const TLV_HEAD = 3

/** The bytes to send first. */
export function encodeProxyHeader({ client, destination, vpcEndpointId }: ProxyHeader): Buffer {
  if (!client || !destination) return head(LOCAL, UNSPECIFIED, 0)
  const family = client.address.includes(':') ? TCP6 : TCP4
  const addresses = Buffer.concat([octetsOf(client.address), octetsOf(destination.address), ports(client, destination)])
  const checksum = tlv(TYPE_CRC32C, Buffer.alloc(CRC_LENGTH))
  const endpoint =
    vpcEndpointId === undefined
      ? []
      : [tlv(TYPE_AWS, Buffer.concat([Buffer.from([SUBTYPE_VPC_ENDPOINT]), Buffer.from(vpcEndpointId, 'latin1')]))]
  const content = Buffer.concat([addresses, checksum, ...endpoint])
  const missing = PADDED_LENGTH - content.length - TLV_HEAD
  const padding = missing >= 0 ? [tlv(TYPE_NOOP, Buffer.alloc(missing))] : []
  const length = content.length + (padding[0]?.length ?? 0)
  const whole = Buffer.concat([head(PROXY, family, length), content, ...padding])
  // Over the whole header, with the checksum's own bytes as zeros.
  whole.writeUInt32BE(crc32c(whole), FIXED_LENGTH + addresses.length + TLV_HEAD)
  return whole
}

/** Reads a header at the beginning of `bytes`; throws MalformedHeader. */
export function decodeProxyHeader(bytes: Buffer): DecodedHeader {
  if (bytes.length < FIXED_LENGTH) throw new MalformedHeader(`a header has ${FIXED_LENGTH} bytes, not ${bytes.length}`)
  if (!bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE)) throw new MalformedHeader('the signature is missing')
  const command = bytes.readUInt8(12)
  if (command !== LOCAL && command !== PROXY) throw new MalformedHeader(`version and command are ${command}`)
  const length = FIXED_LENGTH + bytes.readUInt16BE(14)
  if (bytes.length < length) throw new MalformedHeader(`the header says ${length} bytes and has ${bytes.length}`)
  if (command === LOCAL) return { header: {}, length }
  const kind = ADDRESSES[bytes.readUInt8(13)]
  if (!kind) throw new MalformedHeader(`the address family is ${bytes.readUInt8(13)}; TCP over IPv4 and IPv6 are known`)
  const ends = FIXED_LENGTH + 2 * kind.octets + 4
  if (ends > length) throw new MalformedHeader('the addresses are cut short')
  const at = (offset: number, port: number): Endpoint => ({
    address: addressAt(bytes.subarray(offset, offset + kind.octets), kind.family),
    port: bytes.readUInt16BE(port),
  })
  const fields = decodeTlvs(bytes.subarray(ends, length))
  requireChecksum(bytes.subarray(0, length), fields, ends)
  const aws = fields.find(({ type, value }) => type === TYPE_AWS && value[0] === SUBTYPE_VPC_ENDPOINT)
  return {
    header: {
      client: at(FIXED_LENGTH, ends - 4),
      destination: at(FIXED_LENGTH + kind.octets, ends - 2),
      ...(aws && { vpcEndpointId: aws.value.subarray(1).toString('latin1') }),
    },
    length,
  }
}

interface Tlv {
  readonly type: number
  readonly value: Buffer
  /** Of the value, from the first field's beginning. */
  readonly offset: number
}

function decodeTlvs(bytes: Buffer): Tlv[] {
  const fields: Tlv[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + TLV_HEAD > bytes.length) throw new MalformedHeader('a field is cut short')
    const offset = at + TLV_HEAD
    const end = offset + bytes.readUInt16BE(at + 1)
    if (end > bytes.length) throw new MalformedHeader('a field is longer than its header')
    fields.push({ type: bytes.readUInt8(at), value: bytes.subarray(offset, end), offset })
    at = end
  }
  return fields
}

function requireChecksum(header: Buffer, fields: readonly Tlv[], start: number): void {
  const field = fields.find(({ type }) => type === TYPE_CRC32C)
  if (!field) return
  if (field.value.length !== CRC_LENGTH) throw new MalformedHeader(`a checksum has ${field.value.length} bytes`)
  const zeroed = Buffer.from(header)
  zeroed.fill(0, start + field.offset, start + field.offset + CRC_LENGTH)
  if (crc32c(zeroed) !== field.value.readUInt32BE(0)) throw new MalformedHeader('the checksum is wrong')
}

function head(command: number, family: number, length: number): Buffer {
  return Buffer.concat([SIGNATURE, Buffer.from([command, family, length >> 8, length & 0xff])])
}

function tlv(type: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([type, value.length >> 8, value.length & 0xff]), value])
}

function ports(client: Endpoint, destination: Endpoint): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt16BE(client.port, 0)
  octets.writeUInt16BE(destination.port, 2)
  return octets
}

function octetsOf(address: Address): Buffer {
  const { family, bits } = addressBits(address)
  return Buffer.from(bits.toString(16).padStart(family === 4 ? 8 : 32, '0'), 'hex')
}

function addressAt(octets: Buffer, family: 4 | 6): Address {
  return formatAddress({ family, bits: BigInt(`0x${octets.toString('hex')}`) })
}

/** Castagnoli's polynomial, bit-reflected. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, octet) => {
  let value = octet
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0)
  return value
})

function crc32c(bytes: Buffer): number {
  let value = 0xffffffff
  // The index is one octet, so it is in the table.
  for (const octet of bytes) value = (value >>> 8) ^ CRC_TABLE[(value ^ octet) & 0xff]!
  return ~value >>> 0
}
