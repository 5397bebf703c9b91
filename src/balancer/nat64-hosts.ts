// Who a NAT64 gateway's clients are in IPv4: each IPv6 address has one of a pool that nobody else uses, found by a hash of it, so that
// a process that takes over gives nearly everybody the same one again. The NAT gateway translates it once more.

import { addressBits } from '../ip/address.ts'
import { type Cidr, cidrBase, cidrLength } from '../ip/cidr.ts'

export class Nat64Hosts {
  readonly #first: number
  readonly #size: number
  readonly #numbers = new Map<string, number>()
  /** Of 16 bytes each. */
  readonly #addresses = new Map<number, Buffer>()

  constructor(pool: Cidr) {
    this.#first = Number(addressBits(cidrBase(pool)).bits)
    this.#size = 2 ** (32 - cidrLength(pool))
  }

  /** The IPv4 address as a number. When the pool is full the one that was first is taken away. */
  numberOf(ipv6: Buffer): number {
    const key = ipv6.toString('latin1')
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    if (this.#numbers.size >= this.#size / 2) this.#forgetOldest()
    let index = hashOf(ipv6) % this.#size
    while (this.#addresses.has(this.#first + index)) index = (index + 1) % this.#size
    this.#numbers.set(key, this.#first + index)
    this.#addresses.set(this.#first + index, Buffer.from(ipv6))
    return this.#first + index
  }

  addressOf(number: number): Buffer | undefined {
    return this.#addresses.get(number)
  }

  #forgetOldest(): void {
    const [oldest] = this.#numbers
    if (!oldest) return
    this.#numbers.delete(oldest[0])
    this.#addresses.delete(oldest[1])
  }
}

/** FNV-1a. */
function hashOf(bytes: Buffer): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0
  return hash
}
