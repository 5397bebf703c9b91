// NAT64: what routes of 64:ff9b::/96 lead to a NAT gateway comes out of the gateway's tunnel device, and goes into the same
// device as IPv4, where the router takes it on as what came to the gateway. https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html

import { setTimeout as pause } from 'node:timers/promises'
import type { Nat64Place } from './messages.ts'
import { Nat64Hosts } from './nat64-hosts.ts'
import { toIpv4, toIpv6 } from './nat64-packet.ts'
import { Tunnel } from './tunnel.ts'

/** Milliseconds. */
const LONGEST_OPENING = 3_000

export class Nat64 {
  readonly #log: (line: string) => void
  readonly #tunnels = new Map<string, Tunnel>()

  constructor(options: { readonly log: (line: string) => void }) {
    this.#log = options.log
  }

  /** From now on exactly these; resolves when packets pass, or after some seconds all the same. */
  async want(places: readonly Nat64Place[]): Promise<void> {
    const wanted = new Map(
      places.map((place) => [`${place.tunnel.namespace} ${place.tunnel.link} ${place.pool}`, place]),
    )
    for (const [key, tunnel] of this.#tunnels) {
      if (wanted.has(key)) continue
      tunnel.close()
      this.#tunnels.delete(key)
    }
    const fresh = [...wanted].flatMap(([key, place]) => (this.#tunnels.has(key) ? [] : this.#open(key, place)))
    if (fresh.length > 0) await Promise.race([Promise.all(fresh), pause(LONGEST_OPENING)])
  }

  #open(key: string, { tunnel: place, pool }: Nat64Place): Promise<void> {
    const hosts = new Nat64Hosts(pool)
    const onPacket = (packet: Buffer) => {
      const translated = packet.readUInt8(0) >> 4 === 6 ? toIpv4(packet, hosts) : toIpv6(packet, hosts)
      if (translated) tunnel.write(translated)
    }
    const tunnel = new Tunnel({ place, onPacket, log: this.#log })
    this.#tunnels.set(key, tunnel)
    return tunnel.opened
  }
}
