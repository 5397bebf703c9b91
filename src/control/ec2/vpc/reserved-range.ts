// What automatic addresses pass over: the reservations of a subnet.

import type { Family } from '../../../ip/address.ts'
import { cidrRange } from '../../../ip/cidr.ts'
import type { AddressRange } from '../../../ip/range.ts'
import type { Subnet } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { SubnetCidrReservation } from '../../../store/subnet-reservation-records.ts'

/** Those of one family; of single addresses all count, of blocks those for named addresses alone. */
export function reservedRanges(
  records: Records,
  subnet: Subnet,
  family: Family,
  wanted: 'address' | 'block' = 'address',
): readonly AddressRange[] {
  const counts = ({ type }: SubnetCidrReservation) => wanted === 'address' || type === 'explicit'
  return records.subnetCidrReservations
    .where('subnetId', subnet.id)
    .filter(counts)
    .map(({ cidr }) => cidrRange(cidr))
    .filter((range) => range.family === family)
}

/** The range that has the address, or part of the `size` addresses from there on. */
export function reservedAt(ranges: readonly AddressRange[], bits: bigint, size = 1n): AddressRange | undefined {
  return ranges.find(({ first, last }) => first < bits + size && bits <= last)
}
