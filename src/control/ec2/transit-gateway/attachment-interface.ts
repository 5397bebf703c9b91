// The network interfaces of an attachment: one in each of its subnets, which keep the subnets from being deleted.

import type { Subnet, SubnetId } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { TransitGatewayAttachment } from '../../../store/transit-gateway-records.ts'
import { takeAddresses } from '../network-interface/interface-address.ts'
import { insertNetworkInterface } from '../network-interface/new-network-interface.ts'

export function insertAttachmentInterfaces(
  tx: Tx,
  { id, owner, region, createdAt }: TransitGatewayAttachment,
  subnets: readonly Subnet[],
): void {
  const place = { account: owner, region, now: new Date(createdAt) }
  const taken = takeAddresses(
    tx,
    subnets.map((subnet) => ({ subnet, secondary: [], secondaryCount: 0 })),
  )
  for (const [index, subnet] of subnets.entries()) {
    insertNetworkInterface(tx, place, {
      subnet,
      addresses: taken[index] ?? [],
      groupIds: [],
      description: `Network Interface for Transit Gateway Attachment ${id}`,
      interfaceType: 'transit_gateway',
      transitGatewayAttachmentId: id,
    })
  }
}

/** Those in `subnetIds`; all of them when none are named. */
export function deleteAttachmentInterfaces(
  tx: Tx,
  { id, vpcId }: TransitGatewayAttachment,
  subnetIds?: readonly SubnetId[],
): void {
  if (!vpcId) return
  for (const eni of tx.networkInterfaces.where('vpcId', vpcId)) {
    if (eni.transitGatewayAttachmentId !== id) continue
    if (!subnetIds || subnetIds.includes(eni.subnetId)) tx.networkInterfaces.delete(eni.id)
  }
}
