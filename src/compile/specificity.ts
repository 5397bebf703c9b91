// The order in which routes are asked.

import { addressBits } from '../ip/address.ts'
import { type Cidr, cidrBase, cidrLength } from '../ip/cidr.ts'

/** Longest prefix first, then by family and address. */
export function bySpecificity(a: { readonly cidr: Cidr }, b: { readonly cidr: Cidr }): number {
  const [left, right] = [addressBits(cidrBase(a.cidr)), addressBits(cidrBase(b.cidr))]
  if (left.family !== right.family) return left.family - right.family
  const length = cidrLength(b.cidr) - cidrLength(a.cidr)
  if (length !== 0) return length
  return left.bits < right.bits ? -1 : left.bits > right.bits ? 1 : 0
}
