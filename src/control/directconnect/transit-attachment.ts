// A transit gateway that a Direct Connect gateway is associated with has an attachment for it, made and ended with the association.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-dcg-attachments.html

import type { Records, Tx } from '../../store/store.ts'
import type { TransitGateway, TransitGatewayAttachment } from '../../store/transit-gateway-records.ts'
import type { DirectConnectGateway, DirectConnectGatewayAssociation } from '../../store/vpn-records.ts'
import type { Caller } from '../caller.ts'
import { ownedBy } from '../ec2/request/owned.ts'
import { isDeleted } from '../ec2/transit-gateway/find.ts'
import { withDefaultTables } from '../ec2/transit-gateway/vpc-attachment.ts'
import { clientError } from './find.ts'

/** AWS's quota: https://docs.aws.amazon.com/directconnect/latest/UserGuide/limits.html */
const TRANSIT_GATEWAYS_PER_GATEWAY = 6

/** One of the caller's own, in its region. */
export function requireTransitGateway(
  records: Records,
  caller: Caller,
  gateway: DirectConnectGateway,
  id: string,
): TransitGateway {
  const transit = records.transitGateways.get(id)
  if (transit?.owner !== caller.account || transit.region !== caller.region || isDeleted(transit)) {
    throw clientError(`Transit Gateway ID '${id}' does not exist.`)
  }
  if (transit.amazonSideAsn === gateway.amazonSideAsn) {
    throw clientError(
      `Direct Connect Gateway '${gateway.id}' and Transit Gateway '${id}' have the same Amazon side ASN, ${gateway.amazonSideAsn}: they must differ.`,
    )
  }
  const there = records.directConnectGatewayAssociations.where('directConnectGatewayId', gateway.id)
  if (there.some(({ gatewayId }) => !gatewayId.startsWith('tgw-'))) {
    throw clientError(`Direct Connect Gateway '${gateway.id}' is associated with virtual private gateways already.`)
  }
  if (there.length < TRANSIT_GATEWAYS_PER_GATEWAY) return transit
  throw clientError(`A Direct Connect gateway has ${TRANSIT_GATEWAYS_PER_GATEWAY} transit gateways at most.`)
}

export function insertDirectConnectAttachment(
  tx: Tx,
  caller: Caller,
  transit: TransitGateway,
  { id: directConnectGatewayId }: DirectConnectGateway,
): void {
  const attachment = tx.transitGatewayAttachments.insert({
    ...ownedBy(caller, {}),
    id: tx.newId('tgw-attach'),
    transitGatewayId: transit.id,
    transitGatewayOwner: transit.owner,
    resource: { kind: 'direct-connect-gateway', directConnectGatewayId },
    state: 'available',
    dnsSupport: false,
    ipv6Support: false,
    applianceModeSupport: false,
    securityGroupReferencingSupport: false,
    propagatesTo: [],
  })
  withDefaultTables(tx, transit, attachment)
}

/** The kernel loses it first, as with a VPC's. */
export function endDirectConnectAttachments(
  tx: Tx,
  caller: Caller,
  association: DirectConnectGatewayAssociation,
): void {
  for (const { id } of attachmentsOf(tx, association)) {
    tx.transitGatewayAttachments.update(id, { state: 'deleting', deletedAt: caller.now.toISOString() })
  }
}

function attachmentsOf(
  records: Records,
  { gatewayId, directConnectGatewayId }: DirectConnectGatewayAssociation,
): readonly TransitGatewayAttachment[] {
  if (!gatewayId.startsWith('tgw-')) return []
  return records.transitGatewayAttachments
    .where('transitGatewayId', gatewayId as TransitGateway['id'])
    .filter(
      (one) =>
        one.resource.kind === 'direct-connect-gateway' &&
        one.resource.directConnectGatewayId === directConnectGatewayId &&
        !isDeleted(one),
    )
}
