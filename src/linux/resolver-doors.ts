// The addresses of inbound endpoints of Route 53 Resolver: doors, behind which is the resolver. What comes in by one goes to
// the resolver as the endpoint's own question, whoever asks: its interface's backbone address says in which VPC the answer
// is looked for. So askers need no identity there, and may be peers or on-premises hosts.

import { RESOLVER_BACKBONE } from '../compile/backbone.ts'
import { familyOf } from '../compile/ipv6-view.ts'
import type { SubnetNetwork, VpcNetwork } from '../compile/network.ts'
import { addressFamily } from '../ip/address.ts'
import type { SubnetId } from '../store/records.ts'
import type { Door } from './endpoint-doors.ts'
import { BACKBONE_LINK } from './names.ts'
import { type NftMap, quoted, type Rule } from './nft.ts'

export function inboundDoors(vpc: VpcNetwork): Door[] {
  const subnets = new Map<SubnetId, SubnetNetwork>(vpc.subnets.map((subnet) => [subnet.id, subnet]))
  return (vpc.inboundResolvers ?? []).flatMap(({ id: endpointId, interfaces }) =>
    interfaces.flatMap(({ subnetId, address, groupIds, backboneAddress }): Door[] => {
      const subnet = subnets.get(subnetId)
      if (!subnet || !vpc.resolver.enabled || !address || addressFamily(address) !== familyOf(vpc)) return []
      return [{ endpointId, subnet, address, backboneAddress, groupIds, leadsOn: true, isInbound: true }]
    }),
  )
}

/** There only with an inbound endpoint. */
export function inboundMaps(doors: readonly Door[], repliesOf: (subnet: SubnetNetwork) => string): NftMap[] {
  const inbound = doors.filter(({ isInbound }) => isInbound)
  if (inbound.length === 0) return []
  return [
    {
      name: 'inbound-askers',
      type: 'ipv4_addr',
      value: 'ipv4_addr',
      elements: inbound.map(({ address, backboneAddress, endpointId }) => ({
        key: address,
        value: backboneAddress,
        by: endpointId,
      })),
    },
    {
      name: 'inbound-replies',
      type: 'ipv4_addr',
      value: 'verdict',
      elements: inbound.map(({ address, subnet, endpointId }) => ({
        key: address,
        value: `jump ${repliesOf(subnet)}`,
        by: endpointId,
      })),
    },
  ]
}

/** The question is the endpoint's own: before what gives every packet its sender's backbone address. */
export function askAsEndpoint(doors: readonly Door[]): Rule[] {
  if (!doors.some(({ isInbound }) => isInbound)) return []
  const match = [`oifname ${quoted(BACKBONE_LINK)}`, `ip daddr ${RESOLVER_BACKBONE}`]
  return [{ match, verdict: 'snat ip to ct original ip daddr map @inbound-askers' }]
}

/** An answer gets the mark of the door's subnet, as that of any endpoint does. */
export function markInboundReply(doors: readonly Door[]): Rule[] {
  if (!doors.some(({ isInbound }) => isInbound)) return []
  const match = [`ip saddr ${RESOLVER_BACKBONE}`, 'ct direction reply']
  return [{ match, verdict: 'ct original ip daddr vmap @inbound-replies' }]
}
