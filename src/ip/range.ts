// Sets of addresses as sorted, disjoint, inclusive ranges: what is left of a prefix list once other routes took theirs.

import { type Family, familyWidth, formatAddress } from './address.ts'
import type { Cidr } from './cidr.ts'

/** Addresses `first` to `last`, both inclusive. */
export interface AddressRange {
  readonly family: Family
  readonly first: bigint
  readonly last: bigint
}

/** The parts of `range` that lie in none of `holes`, in order. */
export function subtractRanges(range: AddressRange, holes: readonly AddressRange[]): AddressRange[] {
  let rest = [range]
  for (const hole of holes) {
    if (hole.family === range.family) rest = rest.flatMap((part) => subtractRange(part, hole))
  }
  return rest
}

/** The same addresses as the fewest sorted ranges; touching ranges join. */
export function mergeRanges(ranges: readonly AddressRange[]): AddressRange[] {
  const sorted = [...ranges].sort(compareRanges)
  const merged: AddressRange[] = []
  for (const range of sorted) {
    const previous = merged.at(-1)
    if (previous && previous.family === range.family && range.first <= previous.last + 1n) {
      merged[merged.length - 1] = { ...previous, last: range.last > previous.last ? range.last : previous.last }
    } else merged.push(range)
  }
  return merged
}

/** The fewest CIDR blocks that hold exactly this range, in order. */
export function rangeToCidrs({ family, first, last }: AddressRange): Cidr[] {
  const blocks: Cidr[] = []
  let next = first
  while (next <= last) {
    let length = familyWidth(family) as number
    // Grow the block while it stays aligned and inside the range.
    while (length > 0) {
      const size = 1n << BigInt(familyWidth(family) - length + 1)
      if (next % size !== 0n || next + size - 1n > last) break
      length--
    }
    blocks.push(`${formatAddress({ family, bits: next })}/${length}` as Cidr)
    next += 1n << BigInt(familyWidth(family) - length)
  }
  return blocks
}

function subtractRange(part: AddressRange, hole: AddressRange): AddressRange[] {
  if (hole.last < part.first || hole.first > part.last) return [part]
  const left = hole.first > part.first ? [{ ...part, last: hole.first - 1n }] : []
  const right = hole.last < part.last ? [{ ...part, first: hole.last + 1n }] : []
  return [...left, ...right]
}

function compareRanges(a: AddressRange, b: AddressRange): number {
  if (a.family !== b.family) return a.family - b.family
  return a.first < b.first ? -1 : a.first > b.first ? 1 : 0
}
