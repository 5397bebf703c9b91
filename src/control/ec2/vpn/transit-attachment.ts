// A VPN connection of a transit gateway is an attachment to it, made and ended with the connection.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpn-attachments.html

import type { Tags } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { TransitGateway, TransitGatewayAttachment } from '../../../store/transit-gateway-records.ts'
import type { VpnConnection } from '../../../store/vpn-records.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy } from '../request/owned.ts'
import { isDeleted } from '../transit-gateway/find.ts'
import { withDefaultTables } from '../transit-gateway/vpc-attachment.ts'

export function insertTransitAttachment(
  tx: Tx,
  caller: Caller,
  gateway: TransitGateway,
  connection: Pick<VpnConnection, 'id'>,
  tags: Tags,
): void {
  const attachment = tx.transitGatewayAttachments.insert({
    ...ownedBy(caller, tags),
    id: tx.newId('tgw-attach'),
    transitGatewayId: gateway.id,
    transitGatewayOwner: gateway.owner,
    resource: { kind: 'vpn', vpnConnectionId: connection.id },
    state: 'available',
    dnsSupport: false,
    ipv6Support: false,
    applianceModeSupport: false,
    securityGroupReferencingSupport: false,
    propagatesTo: [],
  })
  withDefaultTables(tx, gateway, attachment)
}

/** The kernel loses it first, as with a VPC's. */
export function endTransitAttachments(tx: Tx, caller: Caller, connection: VpnConnection): void {
  for (const { id } of transitAttachmentsOf(tx, connection)) {
    tx.transitGatewayAttachments.update(id, { state: 'deleting', deletedAt: caller.now.toISOString() })
  }
}

function transitAttachmentsOf(
  records: Records,
  { id, transitGatewayId }: VpnConnection,
): readonly TransitGatewayAttachment[] {
  if (!transitGatewayId) return []
  return records.transitGatewayAttachments
    .where('transitGatewayId', transitGatewayId)
    .filter((one) => one.resource.kind === 'vpn' && one.resource.vpnConnectionId === id && !isDeleted(one))
}
