// CIDR blocks as canonical text: `parseCidr` clears host bits, so two blocks are equal exactly when their text is.

import { type Address, addressBits, type Family, familyWidth, formatAddress, parseAddress } from './address.ts'
import type { AddressRange } from './range.ts'

declare const cidrBrand: unique symbol
/** A block such as `10.0.0.0/16`, its host bits zero. */
export type Cidr = string & { readonly [cidrBrand]: true }

/** Reads `address/length`, clearing host bits as AWS does with what it is given; undefined when `text` is no CIDR. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = parseAddress(text.slice(0, slash))
  const suffix = text.slice(slash + 1)
  if (!address || !/^(0|[1-9]\d{0,2})$/.test(suffix)) return undefined
  const { family, bits } = addressBits(address)
  if (Number(suffix) > familyWidth(family)) return undefined
  const hostBits = BigInt(familyWidth(family) - Number(suffix))
  return `${formatAddress({ family, bits: (bits >> hostBits) << hostBits })}/${suffix}` as Cidr
}

/** A literal known to be good; throws TypeError otherwise. For tables of constants and tests. */
export function cidr(text: string): Cidr {
  const parsed = parseCidr(text)
  if (!parsed) throw new TypeError(`not a CIDR: ${text}`)
  return parsed
}

/** The /32 or /128 that holds one address. */
export function hostCidr(address: Address): Cidr {
  return `${address}/${address.includes(':') ? 128 : 32}` as Cidr
}

export function cidrFamily(block: Cidr): Family {
  return block.includes(':') ? 6 : 4
}

/** The prefix length, 0 to 32 or 128. */
export function cidrLength(block: Cidr): number {
  return Number(block.slice(block.indexOf('/') + 1))
}

/** The first address of the block. */
export function cidrBase(block: Cidr): Address {
  return block.slice(0, block.indexOf('/')) as Address
}

/** The block's first and last address as numbers, both inclusive. */
export function cidrRange(block: Cidr): AddressRange {
  const { family, bits } = addressBits(cidrBase(block))
  const hosts = 1n << BigInt(familyWidth(family) - cidrLength(block))
  return { family, first: bits, last: bits + hosts - 1n }
}

export function cidrContains(block: Cidr, address: Address): boolean {
  const { family, first, last } = cidrRange(block)
  const point = addressBits(address)
  return point.family === family && first <= point.bits && point.bits <= last
}

/** True when every address of `inner` is in `outer`. */
export function cidrCovers(outer: Cidr, inner: Cidr): boolean {
  return cidrLength(outer) <= cidrLength(inner) && cidrContains(outer, cidrBase(inner))
}

export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return cidrCovers(a, b) || cidrCovers(b, a)
}
