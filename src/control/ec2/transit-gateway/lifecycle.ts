// The second half of what calls ask for: what becomes true once the kernel has followed, and what is forgotten in time.

import type { VpcId } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type {
  TransitGateway,
  TransitGatewayAttachment,
  TransitGatewayRouteTable,
} from '../../../store/transit-gateway-records.ts'
import { deleteAttachmentInterfaces } from './attachment-interface.ts'
import { replaceAttachment } from './route-table.ts'

/** How long what is deleted can still be described. */
const DELETED_VISIBLE_MS = 3_600_000

/** Records in a passing state. */
export interface PassingTransitRecords {
  readonly gateways: readonly TransitGateway[]
  readonly attachments: readonly TransitGatewayAttachment[]
  readonly routeTables: readonly TransitGatewayRouteTable[]
}

export function passingTransitRecords(records: Records): PassingTransitRecords {
  const passing = <R extends { readonly state: string }>(all: Iterable<R>) =>
    [...all].filter(({ state }) => state === 'pending' || state === 'modifying' || state === 'deleting')
  return {
    gateways: passing(records.transitGateways.all()),
    attachments: passing(records.transitGatewayAttachments.all()),
    routeTables: passing(records.transitGatewayRouteTables.all()),
  }
}

/** The kernel has what the records said, but for VPCs that failed. Newer decisions are never overwritten. */
export function finishTransitChanges(
  tx: Tx,
  { gateways, attachments, routeTables }: PassingTransitRecords,
  hasFailed: (vpcId: VpcId) => boolean,
): void {
  for (const gateway of gateways) {
    if (tx.transitGateways.get(gateway.id) === gateway) tx.transitGateways.update(gateway.id, { state: next(gateway) })
  }
  for (const table of routeTables) {
    if (tx.transitGatewayRouteTables.get(table.id) !== table) continue
    tx.transitGatewayRouteTables.update(table.id, { state: next(table) })
  }
  for (const attachment of attachments) {
    if (tx.transitGatewayAttachments.get(attachment.id) !== attachment) continue
    if (attachment.vpcId && hasFailed(attachment.vpcId)) continue
    if (attachment.state === 'deleting') endAttachment(tx, attachment)
    else tx.transitGatewayAttachments.update(attachment.id, { state: 'available' })
  }
}

function next({ state }: { readonly state: string }): 'deleted' | 'available' {
  return state === 'deleting' ? 'deleted' : 'available'
}

/** Static routes to it stay, and lead nowhere. */
function endAttachment(tx: Tx, attachment: TransitGatewayAttachment): void {
  deleteAttachmentInterfaces(tx, attachment)
  replaceAttachment(tx, attachment, { associatedRouteTableId: undefined, propagatesTo: [], state: 'deleted' })
}

/** Removes what ended more than an hour ago. */
export function forgetEndedTransitRecords(tx: Tx, now: Date): void {
  const isOver = ({ state, deletedAt }: TransitGateway | TransitGatewayAttachment | TransitGatewayRouteTable) =>
    (state === 'deleted' || state === 'rejected') &&
    deletedAt !== undefined &&
    now.getTime() - Date.parse(deletedAt) > DELETED_VISIBLE_MS
  for (const one of [...tx.transitGatewayAttachments.all()])
    if (isOver(one)) tx.transitGatewayAttachments.delete(one.id)
  for (const one of [...tx.transitGatewayRouteTables.all()])
    if (isOver(one)) tx.transitGatewayRouteTables.delete(one.id)
  for (const one of [...tx.transitGateways.all()]) if (isOver(one)) tx.transitGateways.delete(one.id)
}
