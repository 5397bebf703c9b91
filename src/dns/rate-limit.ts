// The limit on packets that an interface may send to the resolver: 1,024 a second, and what is above is dropped.
// https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html#vpc-dns-limits

import type { NetworkInterfaceId } from '../store/records.ts'

export const PACKETS_PER_SECOND = 1024
/** Of an inbound endpoint's interface: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html */
export const INBOUND_PER_SECOND = 10_000

/** Counts packets per interface in whole seconds of a clock that the caller reads. */
export class RateLimit {
  readonly #most: number
  #second = -1
  readonly #counts = new Map<NetworkInterfaceId, number>()

  constructor(most = PACKETS_PER_SECOND) {
    this.#most = most
  }

  /** Counts one packet; false when the interface had its packets of this second. `now` is in milliseconds. */
  admits(interfaceId: NetworkInterfaceId, now: number, most = this.#most): boolean {
    const second = Math.floor(now / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#counts.clear()
    }
    const count = (this.#counts.get(interfaceId) ?? 0) + 1
    this.#counts.set(interfaceId, count)
    return count <= most
  }
}
