// The names of the internet's sites: public, each a zone of its own.

import { ipv6OfOutside, sitesOf } from '../compile/internet.ts'
import type { Network } from '../compile/network.ts'
import type { Zone } from './zone.ts'

const TTL = 60

export function siteZones(network: Network): Zone[] {
  return sitesOf(network).map(({ name: apex, address }) => ({
    apex,
    find: (name) =>
      name === apex
        ? [
            { name, ttl: TTL, type: 'A', data: address },
            { name, ttl: TTL, type: 'AAAA', data: ipv6OfOutside(address) },
          ]
        : undefined,
  }))
}
