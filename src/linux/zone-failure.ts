// A zone that `postern az fail` took down: nothing enters or leaves an address in it, nor does what goes through one, and
// connections that are open are no exception. The rules are there only while a zone is down.

import { shadowOf } from '../compile/backbone.ts'
import type { NftSet, Rule } from './nft.ts'
import { quoted } from './nft.ts'
import { findTunnels } from './tunnels.ts'
import type { RuleSources } from './vpc-rules.ts'

const DROP = 'drop'

export interface ZoneFailure {
  readonly sets: readonly NftSet[]
  /** First of all at prerouting, where a destination is still what the sender meant. */
  readonly arriving: readonly Rule[]
  /** At postrouting, where a source is again what the receiver knows. */
  readonly leaving: readonly Rule[]
}

const NOTHING_FAILED: ZoneFailure = { sets: [], arriving: [], leaving: [] }

export function zoneFailure({ vpc, plugIns, doors, balancers }: RuleSources): ZoneFailure {
  if (vpc.failedZoneIds.length === 0) return NOTHING_FAILED
  const isDown = ({ subnet }: { readonly subnet: { readonly availabilityZoneId: string } }) =>
    vpc.failedZoneIds.includes(subnet.availabilityZoneId)
  const nodes = balancers.nodes.filter(isDown)
  const addresses = [
    ...doors.filter(isDown).flatMap(({ address, backboneAddress }) => [address, ...withShadow(backboneAddress)]),
    ...nodes.flatMap(({ address, publicAddress, backboneAddress }) => [
      address,
      ...(publicAddress ? [publicAddress] : []),
      ...withShadow(backboneAddress),
    ]),
    // What comes by PrivateLink to a node there has the address of its connection until the very end.
    ...balancers.connections.filter(({ node }) => isDown(node)).map(({ backboneAddress }) => backboneAddress),
  ]
  return {
    sets: [
      {
        name: 'down-links',
        type: 'ifname',
        elements: [...plugIns, ...findTunnels(vpc)].filter(isDown).map(({ link }) => quoted(link)),
      },
      { name: 'down-addresses', type: 'ipv4_addr', elements: [...new Set(addresses)] },
    ],
    arriving: [
      { match: ['iifname @down-links'], verdict: DROP },
      { match: ['ip daddr @down-addresses'], verdict: DROP },
      { match: ['ip saddr @down-addresses'], verdict: DROP },
    ],
    leaving: [
      { match: ['oifname @down-links'], verdict: DROP },
      { match: ['ip saddr @down-addresses'], verdict: DROP },
    ],
  }
}

function withShadow<A extends Parameters<typeof shadowOf>[0]>(backboneAddress: A) {
  return [backboneAddress, shadowOf(backboneAddress)]
}
