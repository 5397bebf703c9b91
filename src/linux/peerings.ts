// Peering connections as the kernel meets them: a link between the routers of the two VPCs for each. What comes by it is
// asked whether it is from the peer's blocks and for this VPC's own, so that nothing passes through a VPC to a third, and
// carries no mark: without a route table only the VPC's own addresses are within reach. Groups and network ACLs are asked
// at both interfaces, by each VPC's own rules.
// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations

import { familyOf } from '../compile/ipv6-view.ts'
import type { Network, PeeringNetwork, VpcNetwork } from '../compile/network.ts'
import { type Address, addressBits } from '../ip/address.ts'
import { cidrFamily } from '../ip/cidr.ts'
import { ASK_ENDPOINT_ACL, ASK_REPLY_ACL, ENDPOINT_GROUPS } from './endpoint-rules.ts'
import { peeringLink, vpcLink, vpcNamespace } from './names.ts'
import { anyOf, type Chain, type MapElement, type NftMap, quoted } from './nft.ts'
import { onPremisesIdentities } from './on-premises.ts'
import { LINK_NEXT_HOP, type Neighbour, type PolicyRule, type Route, type VethPair } from './plan.ts'
import { transitLinksOf } from './transit-gateways.ts'

/** Each end knows the other's address, so that the link needs no ARP. */
const MAC = { requester: '02:00:00:00:00:03', accepter: '02:00:00:00:00:04' } as const
/** After the backbone's own addresses, before the main table. */
const WAY_BACK_PRIORITY = 1000
const OTHER = { requester: 'accepter', accepter: 'requester' } as const

export function peeringsOf({ peerings = [] }: VpcNetwork): readonly PeeringNetwork[] {
  return peerings
}

export function peeringLinks(vpc: VpcNetwork): string[] {
  return peeringsOf(vpc).map(({ id }) => peeringLink(id))
}

export function peeringNeighbours(vpc: VpcNetwork): Neighbour[] {
  return peeringsOf(vpc).map(({ id, side }) => ({
    device: peeringLink(id),
    address: LINK_NEXT_HOP,
    macAddress: MAC[OTHER[side]],
  }))
}

/** The links of a Network whose two routers are in the kernel. The requester's end is the near one. */
export function peeringPairs(world: string, { inhabited }: Pick<Network, 'inhabited'>): VethPair[] {
  const there = new Set(inhabited.map(({ id }) => id))
  return inhabited.flatMap((vpc) =>
    peeringsOf(vpc)
      .filter(({ side, vpcId }) => side === 'requester' && there.has(vpcId))
      .map(({ id, vpcId }) => ({
        near: { namespace: vpcNamespace(world, vpc.id), name: peeringLink(id), macAddress: MAC.requester },
        far: { namespace: vpcNamespace(world, vpcId), name: peeringLink(id), macAddress: MAC.accepter },
      })),
  )
}

/** What comes by a link, for the map of who may send without being an interface. */
export function peeringSenders(vpc: VpcNetwork): MapElement[] {
  return peeringsOf(vpc).map(({ id }) => ({ key: quoted(peeringLink(id)), value: `goto ${arrivals(id)}`, by: id }))
}

/** What leaves by a link, for the map of who may receive without being an interface. */
export function peeringReceivers(vpc: VpcNetwork): MapElement[] {
  return peeringsOf(vpc).map(({ id }) => ({ key: quoted(peeringLink(id)), value: `goto ${departures(id)}`, by: id }))
}

/** A link has no groups. */
export function peeringVerdicts(vpc: VpcNetwork): MapElement[] {
  return peeringsOf(vpc).map(({ id }) => ({ key: quoted(peeringLink(id)), value: 'accept' }))
}

export function peeringChains(vpc: VpcNetwork): Chain[] {
  const family = familyOf(vpc)
  const own = (cidrs: VpcNetwork['cidrs']) => anyOf(cidrs.filter((block) => cidrFamily(block) === family))
  return peeringsOf(vpc).flatMap(({ id, cidrs }): Chain[] => [
    {
      name: arrivals(id),
      rules: [
        { match: [`ip saddr != ${own(cidrs)}`], verdict: 'drop', by: id },
        { match: [`ip daddr != ${own(vpc.cidrs)}`], verdict: 'drop', by: id },
        // The resolver answers its own VPC only.
        { match: ['ip daddr @unfiltered'], verdict: 'drop', by: id },
        ASK_ENDPOINT_ACL,
        { match: [], verdict: `goto ${ENDPOINT_GROUPS}` },
      ],
    },
    { name: departures(id), rules: [ASK_REPLY_ACL, { match: [], verdict: 'accept' }] },
  ])
}

/** Whose address a client of another network has: endpoints here know by it who asks. Of several with one address the peer is
 * answered, unless a route says otherwise. */
export function clientIdentities(vpc: VpcNetwork): NftMap['elements'] {
  const behindLinks = [...transitLinksOf(vpc), ...peeringsOf(vpc)].flatMap(({ clients }) =>
    clients.map(({ address, backboneAddress }) => ({ key: address, value: backboneAddress })),
  )
  const identities = [...onPremisesIdentities(vpc), ...behindLinks]
  return [...new Map(identities.map((element) => [element.key, element])).values()]
}

/** A client's backbone address leads to its own VPC, and a public one to nobody here; what an endpoint or the shadow of a node here
 * answers has to come back by this VPC, whose router knows the flow. Each place has a table of its own: its address is a number
 * that no other has. */
export function wayBackToClients(
  vpc: VpcNetwork,
  places: readonly Address[],
): { readonly routes: Route[]; readonly rules: PolicyRule[] } {
  const device = vpcLink(vpc.id)
  const tables = [...new Set(places)].map((from) => ({ from, table: Number(addressBits(from).bits) }))
  return {
    routes: tables.map(({ table }) => ({ type: 'unicast', destination: 'default', via: LINK_NEXT_HOP, device, table })),
    rules: tables.map(({ from, table }) => ({ priority: WAY_BACK_PRIORITY, from, table })),
  }
}

function arrivals(id: string): string {
  return `${id}-arrivals`
}

function departures(id: string): string {
  return `${id}-departures`
}
