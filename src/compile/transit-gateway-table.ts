// What a transit gateway is made of: its attachments that are in force, what each leads to, and its route tables resolved.

import { type Cidr, cidrFamily } from '../ip/cidr.ts'
import type { Records } from '../store/store.ts'
import type {
  TransitGateway,
  TransitGatewayAttachment,
  TransitGatewayAttachmentId,
  TransitGatewayRouteTable,
} from '../store/transit-gateway-records.ts'
import type { TransitGatewayAttachmentNetwork, TransitGatewayRouteTableNetwork } from './network.ts'
import { bySpecificity } from './specificity.ts'
import { compileTransitGatewayEntries } from './transit-gateway-entry.ts'

export function isLive({ state }: TransitGateway | TransitGatewayAttachment | TransitGatewayRouteTable): boolean {
  return state === 'pending' || state === 'available' || state === 'modifying'
}

export function liveAttachments(records: Records, { id }: Pick<TransitGateway, 'id'>): TransitGatewayAttachment[] {
  return records.transitGatewayAttachments.where('transitGatewayId', id).filter(isLive)
}

/** Undefined when it leads nowhere. */
export function compileResource(
  records: Records,
  { resource, vpcId }: TransitGatewayAttachment,
): TransitGatewayAttachmentNetwork['resource'] | undefined {
  switch (resource.kind) {
    case 'vpc':
      return vpcId && records.vpcs.has(vpcId) ? { kind: 'vpc', vpcId } : undefined
    case 'vpn': {
      const [home] = records.onPremisesAttachments.where('gatewayId', resource.vpnConnectionId)
      const isIpv6 = records.vpnConnections.get(resource.vpnConnectionId)?.tunnelInsideIpVersion === 'ipv6'
      return home && { kind: 'onPremises', name: home.networkId, ...(isIpv6 && { ipv6: true }) }
    }
    case 'peering': {
      const peer = records.transitGatewayAttachments.get(resource.peerAttachmentId)
      const gateway = records.transitGateways.get(resource.peerId)
      if (!peer || !gateway || !isLive(peer) || !isLive(gateway)) return undefined
      return { kind: 'transitGateway', id: gateway.id, attachmentId: peer.id }
    }
    // IPv4 alone, and the first network that is attached.
    case 'direct-connect-gateway': {
      const [home] = records.onPremisesAttachments.where('gatewayId', resource.directConnectGatewayId)
      return home && { kind: 'onPremises', name: home.networkId }
    }
    default:
      return resource satisfies never
  }
}

export function compileTable(
  records: Records,
  table: TransitGatewayRouteTable,
  attachments: readonly TransitGatewayAttachment[],
): TransitGatewayRouteTableNetwork {
  const there = new Map(attachments.map((one) => [one.id, compileResource(records, one)]))
  const isCarried = (id: TransitGatewayAttachmentId, cidr: Cidr) => {
    const resource = there.get(id)
    return resource?.kind === 'onPremises' ? cidrFamily(cidr) === (resource.ipv6 ? 6 : 4) : resource !== undefined
  }
  // A route to an attachment that leads nowhere, or carries the other family, drops what it takes.
  const entries = compileTransitGatewayEntries(records, table, attachments)
    .map(({ cidr, attachmentId }) => ({
      cidr,
      ...(attachmentId && isCarried(attachmentId, cidr) && { attachmentId }),
      by: `${table.id} ${cidr}`,
    }))
    .sort(bySpecificity)
  return { id: table.id, number: table.number, entries }
}
