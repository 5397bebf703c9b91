// A transit gateway as the target of a VPC's route: the VPC has to be attached to it.

import { findVpcAttachment } from '../../../compile/transit-gateway.ts'
import { ApiError } from '../../../errors.ts'
import type { RouteTable, RouteTarget } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'

export function transitGatewayTarget(records: Records, table: RouteTable, id: string): RouteTarget {
  const attachment = findVpcAttachment(records, table.vpcId, id)
  if (attachment) return { kind: 'transitGateway', id: attachment.transitGatewayId }
  throw new ApiError('InvalidTransitGatewayID.NotFound', `The transitGateway ID '${id}' does not exist`)
}
