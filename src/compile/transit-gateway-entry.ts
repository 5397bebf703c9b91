// What a transit gateway's route table knows: static routes, prefix lists, and the blocks of the attachments that
// propagate to it. Of one block a static route comes first, then a list's, then a propagated one, and of VPCs with the same block the one that was attached first.
// https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html#tgw-route-evaluation-overview

import { type Cidr, cidrFamily } from '../ip/cidr.ts'
import type { PrefixListId } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type {
  TransitGatewayAttachment,
  TransitGatewayAttachmentId,
  TransitGatewayRouteTable,
} from '../store/transit-gateway-records.ts'
import type { VpnConnection } from '../store/vpn-records.ts'
import { prefixListCidrs } from './prefix-list.ts'

export interface TransitGatewayEntry {
  readonly cidr: Cidr
  readonly origin: 'static' | 'propagated'
  /** Absent: a blackhole. */
  readonly attachmentId?: TransitGatewayAttachmentId
  /** The list that it is a block of. */
  readonly prefixListId?: PrefixListId
}

/** One for each block, in no order. `attachments` are the gateway's that are in force. */
export function compileTransitGatewayEntries(
  records: Records,
  { id, region, staticRoutes, prefixListReferences = [] }: TransitGatewayRouteTable,
  attachments: readonly TransitGatewayAttachment[],
): TransitGatewayEntry[] {
  const entries = new Map<Cidr, TransitGatewayEntry>(
    staticRoutes.map((route) => [route.cidr, { ...route, origin: 'static' }]),
  )
  for (const reference of prefixListReferences) {
    for (const cidr of prefixListCidrs(records, region, reference.prefixListId)) {
      if (!entries.has(cidr)) entries.set(cidr, { cidr, origin: 'static', ...reference })
    }
  }
  const propagating = attachments
    .filter(({ propagatesTo }) => propagatesTo.includes(id))
    .sort((a, b) => rank(a) - rank(b) || compare(a.createdAt, b.createdAt) || compare(a.id, b.id))
  for (const attachment of propagating) {
    for (const cidr of blocksBehind(records, attachment)) {
      if (!entries.has(cidr)) entries.set(cidr, { cidr, origin: 'propagated', attachmentId: attachment.id })
    }
  }
  return [...entries.values()]
}

/** What an attachment tells the tables that it propagates to. */
export function blocksBehind(
  records: Records,
  { resource, vpcId, ipv6Support }: TransitGatewayAttachment,
): readonly Cidr[] {
  switch (resource.kind) {
    case 'vpc': {
      const { cidrBlocks = [], ipv6CidrBlocks = [] } = (vpcId && records.vpcs.get(vpcId)) || {}
      return [...cidrBlocks, ...(ipv6Support ? ipv6CidrBlocks : [])].map(({ cidr }) => cidr)
    }
    case 'vpn': {
      const connection = records.vpnConnections.get(resource.vpnConnectionId)
      if (connection?.staticRoutesOnly) return connection.staticRoutes
      return records.onPremisesAttachments.where('gatewayId', resource.vpnConnectionId).flatMap(({ networkId }) => {
        const network = records.onPremisesNetworks.get(networkId)
        return (connection?.tunnelInsideIpVersion === 'ipv6' ? network?.ipv6?.cidrs : network?.cidrs) ?? []
      })
    }
    case 'direct-connect-gateway': {
      // A network may come by two of its virtual interfaces.
      const homes = records.onPremisesAttachments
        .where('gatewayId', resource.directConnectGatewayId)
        .map(({ networkId }) => records.onPremisesNetworks.get(networkId))
      return [...new Set(homes)].flatMap((home) => home?.cidrs ?? [])
    }
    case 'peering':
      return []
    default:
      return resource satisfies never
  }
}

/** A VPN connection carries one family: https://docs.aws.amazon.com/vpn/latest/s2svpn/ipv4-ipv6.html */
export function isCarriedBy(
  { tunnelInsideIpVersion }: Pick<VpnConnection, 'tunnelInsideIpVersion'>,
  cidr: Cidr,
): boolean {
  return cidrFamily(cidr) === (tunnelInsideIpVersion === 'ipv6' ? 6 : 4)
}

/** VPCs before Direct Connect, and that before VPN connections. */
function rank({ resource }: TransitGatewayAttachment): number {
  if (resource.kind === 'vpc') return 0
  return resource.kind === 'direct-connect-gateway' ? 1 : 2
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
