// The private addresses of a subnet: which may be used, which are, and the next free ones.
// Reserved: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html

import { ApiError } from '../../../errors.ts'
import { type Address, addressBits, formatAddress } from '../../../ip/address.ts'
import { cidrContains, cidrRange } from '../../../ip/cidr.ts'
import type { Subnet } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'

/** The subnet's own address, the router, the resolver's, and one for the future. */
const RESERVED_AT_START = 4n
/** The broadcast address, which a VPC does not have and yet reserves. */
const RESERVED_AT_END = 1n

/** True for an address of the subnet that an interface may have. */
export function isAssignable(subnet: Subnet, address: Address): boolean {
  if (!cidrContains(subnet.cidr, address)) return false
  const { first, last } = assignableRange(subnet)
  const { bits } = addressBits(address)
  return first <= bits && bits <= last
}

/** Every address that an interface of the subnet has. */
export function usedAddresses(records: Records, subnet: Subnet): Set<Address> {
  return new Set(records.networkInterfaces.where('subnetId', subnet.id).flatMap((eni) => eni.privateAddresses))
}

export function countAvailableAddresses(records: Records, subnet: Subnet): number {
  const { first, last } = assignableRange(subnet)
  let used = 0
  for (const eni of records.networkInterfaces.where('subnetId', subnet.id)) used += eni.privateAddresses.length
  return Number(last - first) + 1 - used
}

/** The lowest `count` free addresses; throws when the subnet has not so many. Ask once for all the interfaces of a
 * call: each question reads all the subnet's interfaces. */
export function findFreeAddresses(records: Records, subnet: Subnet, count: number): Address[] {
  const used = usedAddresses(records, subnet)
  const { family, first, last } = assignableRange(subnet)
  const free: Address[] = []
  for (let bits = first; bits <= last && free.length < count; bits++) {
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

function assignableRange(subnet: Subnet) {
  const { family, first, last } = cidrRange(subnet.cidr)
  return { family, first: first + RESERVED_AT_START, last: last - RESERVED_AT_END }
}
