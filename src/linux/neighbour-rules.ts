// How IPv6's neighbours find each other, which in IPv4 is ARP and no matter of nft's: on every link the router answers for its
// own address. Neither groups nor network ACLs are asked, as in AWS.

import type { Family } from '../ip/address.ts'
import type { Rule } from './nft.ts'

interface NeighbourRules {
  /** At prerouting: a link's own addresses only, so that nothing passes a group by its name. */
  readonly arriving: readonly Rule[]
  /** What the router itself hears and says: no forwarded packet has the whole hop limit. */
  readonly own: readonly Rule[]
}

const NEIGHBOUR = 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }'

export function neighbourRules(family: Family): NeighbourRules {
  if (family === 4) return { arriving: [], own: [] }
  return {
    arriving: [{ match: ['ip6 daddr { fe80::/10, ff02::/16 }', NEIGHBOUR], verdict: 'accept' }],
    own: [{ match: [NEIGHBOUR, 'ip6 hoplimit 255'], verdict: 'accept' }],
  }
}
