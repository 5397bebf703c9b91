// Peering connections that are active, as each of the two VPCs meets them.
// https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html

import { addressFamily } from '../ip/address.ts'
import type { VpcPeeringConnection } from '../store/peering-records.ts'
import type { Vpc, VpcId } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { PeeringNetwork, VpcNetwork } from './network.ts'
import { byId } from './order.ts'
import { sendersIn } from './sender.ts'

export function compilePeerings(records: Records, vpc: Vpc): Pick<VpcNetwork, 'peerings'> {
  const peerings = activePeerings(records, vpc.id).flatMap((peering) => compilePeering(records, vpc, peering))
  return peerings.length > 0 ? { peerings: peerings.sort(byId) } : {}
}

export function activePeerings(records: Records, vpcId: VpcId): VpcPeeringConnection[] {
  const all = [
    ...records.vpcPeeringConnections.where('requesterVpcId', vpcId),
    ...records.vpcPeeringConnections.where('accepterVpcId', vpcId),
  ]
  return all.filter(({ state }) => state === 'active')
}

export function peerOf({ requesterVpcId, accepterVpcId }: VpcPeeringConnection, vpcId: VpcId): VpcId {
  return requesterVpcId === vpcId ? accepterVpcId : requesterVpcId
}

function compilePeering(records: Records, vpc: Vpc, peering: VpcPeeringConnection): PeeringNetwork[] {
  const other = records.vpcs.get(peerOf(peering, vpc.id))
  if (!other) return []
  const isRequester = peering.requesterVpcId === vpc.id
  const allowsDns = isRequester ? peering.accepterAllowsDns : peering.requesterAllowsDns
  return [
    {
      id: peering.id,
      side: isRequester ? 'requester' : 'accepter',
      vpcId: other.id,
      owner: other.owner,
      region: other.region,
      cidrs: other.cidrBlocks.map(({ cidr }) => cidr),
      ...(allowsDns && { resolvesNames: true as const }),
      clients: sendersIn(records, other.id).filter(({ address }) => addressFamily(address) === 4),
      ...compileIpv6(records, vpc, other),
    },
  ]
}

/** Of IPv6 only what both have a block for. */
function compileIpv6(records: Records, vpc: Vpc, other: Vpc): Pick<PeeringNetwork, 'ipv6Cidrs' | 'ipv6Clients'> {
  if (!vpc.ipv6CidrBlocks?.length || !other.ipv6CidrBlocks?.length) return {}
  return {
    ipv6Cidrs: other.ipv6CidrBlocks.map(({ cidr }) => cidr),
    ipv6Clients: sendersIn(records, other.id).filter(({ address }) => addressFamily(address) === 6),
  }
}
