// Who may come by a VPC's attachment to a transit gateway: endpoints there know by the address who asks.

import { type Address, addressFamily, compareAddresses } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type {
  TransitGatewayAttachment,
  TransitGatewayAttachmentId,
  TransitGatewayId,
} from '../store/transit-gateway-records.ts'
import type { TransitGatewayLinkNetwork } from './network.ts'
import { type Sender, sendersIn } from './sender.ts'
import { compileResource, compileTable, isLive, liveAttachments } from './transit-gateway-table.ts'

/** Something in the backbone that answers: an endpoint, or what of a load balancer is beside the router. */
function hasDoors(records: Records, vpc: Vpc): boolean {
  if (records.loadBalancers.where('vpcId', vpc.id).length > 0) return true
  return records.vpcEndpoints.where('vpcId', vpc.id).some(({ type }) => type !== 'Gateway')
}

/** Those to whom the attachment's own table leads answers back: of two with one address the other is never answered. */
export function compileTransitClients(
  records: Records,
  vpc: Vpc,
  attachment: TransitGatewayAttachment,
  others: readonly TransitGatewayAttachment[],
): Pick<TransitGatewayLinkNetwork, 'clients' | 'ipv6Clients'> {
  if (!hasDoors(records, vpc)) return { clients: [] }
  const all = sendersLedTo(records, attachment, others, [attachment.transitGatewayId]).sort((a, b) =>
    compareAddresses(a.address, b.address),
  )
  const ipv6Clients = all.filter(({ address }) => addressFamily(address) === 6)
  return {
    clients: all.filter(({ address }) => addressFamily(address) === 4),
    ...(ipv6Clients.length > 0 && { ipv6Clients }),
  }
}

/** `seen` are the gateways that the way here has passed, by peering. */
function sendersBehind(
  records: Records,
  attachment: TransitGatewayAttachment,
  seen: readonly TransitGatewayId[],
): readonly Sender[] {
  if (attachment.vpcId) return sendersIn(records, attachment.vpcId)
  const resource = compileResource(records, attachment)
  switch (resource?.kind) {
    case 'onPremises': {
      const site = records.onPremisesNetworks.get(resource.name)
      const address = resource.ipv6 ? site?.ipv6?.address : site?.address
      return site && address ? [{ address, backboneAddress: site.backboneAddress }] : []
    }
    case 'transitGateway':
      return seen.includes(resource.id) ? [] : sendersBeyond(records, resource.attachmentId, seen)
    default:
      return []
  }
}

/** Those to whom the table of a gateway's peering attachment leads. */
function sendersBeyond(
  records: Records,
  id: TransitGatewayAttachmentId,
  seen: readonly TransitGatewayId[],
): readonly Sender[] {
  const attachment = records.transitGatewayAttachments.get(id)
  const gateway = attachment && records.transitGateways.get(attachment.transitGatewayId)
  if (!gateway) return []
  const others = liveAttachments(records, gateway).filter((one) => one.id !== id)
  return sendersLedTo(records, attachment, others, [...seen, gateway.id])
}

/** Those behind the other attachments to whom the attachment's own table leads. */
function sendersLedTo(
  records: Records,
  attachment: TransitGatewayAttachment,
  others: readonly TransitGatewayAttachment[],
  seen: readonly TransitGatewayId[],
): Sender[] {
  const table = records.transitGatewayRouteTables.get(attachment.associatedRouteTableId ?? '')
  if (!table || !isLive(table)) return []
  const { entries } = compileTable(records, table, [...others, attachment])
  const leadsTo = (address: Address) => entries.find(({ cidr }) => cidrContains(cidr, address))?.attachmentId
  return others.flatMap((other) =>
    sendersBehind(records, other, seen).filter(({ address }) => leadsTo(address) === other.id),
  )
}
