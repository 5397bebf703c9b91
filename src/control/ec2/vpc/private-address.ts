// The private addresses of a subnet: which may be used, which are, and the next free ones.
// Reserved: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html

import { ApiError } from '../../../errors.ts'
import { type Address, addressBits, familyWidth, formatAddress } from '../../../ip/address.ts'
import { type Cidr, cidr, cidrContains, cidrRange } from '../../../ip/cidr.ts'
import type { NetworkInterface, Subnet } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { reservedAt, reservedRanges } from './reserved-range.ts'

/** The subnet's own address, the router, the resolver's, and one for the future. */
const RESERVED_AT_START = 4n
/** The broadcast address, which a VPC does not have and yet reserves. */
const RESERVED_AT_END = 1n

/** True for an address of the subnet that an interface may have. */
export function isAssignable(subnet: Subnet, address: Address): boolean {
  if (!subnet.cidr || !cidrContains(subnet.cidr, address)) return false
  const { first, last } = assignableRange(subnet)
  const { bits } = addressBits(address)
  return first <= bits && bits <= last
}

/** Every address that an interface of the subnet has. */
export function usedAddresses(records: Records, subnet: Subnet): Set<Address> {
  return new Set(records.networkInterfaces.where('subnetId', subnet.id).flatMap(addressesOf))
}

export function countAvailableAddresses(records: Records, subnet: Subnet): number {
  if (!subnet.cidr) return 0
  const { first, last } = assignableRange(subnet)
  let used = 0
  for (const eni of records.networkInterfaces.where('subnetId', subnet.id)) used += addressesOf(eni).length
  return Number(last - first) + 1 - used
}

/** The lowest `count` free addresses; throws when the subnet has not so many. Ask once for all the interfaces of a
 * call: each question reads all the subnet's interfaces. */
export function findFreeAddresses(records: Records, subnet: Subnet, count: number): Address[] {
  const used = usedAddresses(records, subnet)
  const { family, first, last } = assignableRange(subnet)
  const reserved = reservedRanges(records, subnet, family)
  const free: Address[] = []
  for (let bits = first; bits <= last && free.length < count; bits++) {
    bits = reservedAt(reserved, bits)?.last ?? bits
    if (reservedAt(reserved, bits)) continue
    const address = formatAddress({ family, bits })
    if (!used.has(address)) free.push(address)
  }
  if (free.length < count) {
    throw new ApiError(
      'InsufficientFreeAddressesInSubnet',
      'The specified subnet does not have enough free addresses to satisfy the request.',
    )
  }
  return free
}

/** The lowest block of this length of which no address is in use; undefined when there is none. */
export function findFreeBlock(records: Records, subnet: Subnet, length: number): Cidr | undefined {
  const used = usedAddresses(records, subnet)
  const { family, first, last } = assignableRange(subnet)
  const size = 1n << BigInt(familyWidth(family) - length)
  const reserved = reservedRanges(records, subnet, family, 'block')
  for (let bits = (first + size - 1n) & ~(size - 1n); bits + size - 1n <= last; bits += size) {
    if (reservedAt(reserved, bits, size)) continue
    const block = cidr(`${formatAddress({ family, bits })}/${length}`)
    if (blockAddresses(block).every((address) => !used.has(address))) return block
  }
  return undefined
}

export function requireFreeBlock(records: Records, subnet: Subnet, length: number): Cidr {
  const block = findFreeBlock(records, subnet, length)
  if (block) return block
  throw new ApiError(
    'InsufficientCidrBlocks',
    `The specified subnet ${subnet.id} does not have enough free cidr blocks to satisfy the request.`,
  )
}

export function blockAddresses(block: Cidr): Address[] {
  const { family, first, last } = cidrRange(block)
  return Array.from({ length: Number(last - first) + 1 }, (_, index) =>
    formatAddress({ family, bits: first + BigInt(index) }),
  )
}

function addressesOf({ privateAddresses, prefixes = [] }: NetworkInterface): readonly Address[] {
  return prefixes.length === 0 ? privateAddresses : [...privateAddresses, ...prefixes.flatMap(blockAddresses)]
}

function assignableRange(subnet: Subnet) {
  if (!subnet.cidr) {
    throw new ApiError('InvalidParameterValue', `The subnet ${subnet.id} is for IPv6 only and has no IPv4 addresses.`)
  }
  const { family, first, last } = cidrRange(subnet.cidr)
  return { family, first: first + RESERVED_AT_START, last: last - RESERVED_AT_END }
}
