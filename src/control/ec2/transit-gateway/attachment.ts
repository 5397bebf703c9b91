// Attachments of every kind, as their owners and the gateway's owner see them, and the tables that one tells its blocks.

import type {
  DescribeTransitGatewayAttachmentsRequest,
  DescribeTransitGatewayAttachmentsResult,
  GetTransitGatewayAttachmentPropagationsRequest,
  GetTransitGatewayAttachmentPropagationsResult,
} from '@aws-sdk/client-ec2'
import type { Records } from '../../../store/store.ts'
import type { TransitGatewayAttachment } from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { findAttachments, requireAttachment } from './find.ts'
import { attachmentIdOf, resourceOf, resourceOwner, toAttachment } from './shape.ts'

export function describeTransitGatewayAttachments(
  records: Records,
  caller: Caller,
  input: DescribeTransitGatewayAttachmentsRequest,
): DescribeTransitGatewayAttachmentsResult {
  const ids = [...new Set(input.TransitGatewayAttachmentIds ?? [])]
  const named =
    ids.length > 0 ? ids.map((id) => requireAttachment(records, caller, id, false)) : findAttachments(records, caller)
  const found = applyFilters(named, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { TransitGatewayAttachments: items.map((one) => toAttachment(caller, one)), NextToken: nextToken }
}

export function getTransitGatewayAttachmentPropagations(
  records: Records,
  caller: Caller,
  input: GetTransitGatewayAttachmentPropagationsRequest,
): GetTransitGatewayAttachmentPropagationsResult {
  const { propagatesTo } = requireAttachment(records, caller, input.TransitGatewayAttachmentId)
  const found = applyPlainFilters(propagatesTo, input.Filters, { 'transit-gateway-route-table-id': (id) => id })
  const { items, nextToken } = pageOf(found, input, (id) => id)
  return {
    TransitGatewayAttachmentPropagations: items.map((id) => ({
      TransitGatewayRouteTableId: id,
      State: 'enabled' as const,
    })),
    NextToken: nextToken,
  }
}

const FILTERS: FilterFields<TransitGatewayAttachment> = {
  'association.state': ({ associatedRouteTableId: id }) => (id === undefined ? undefined : 'associated'),
  'association.transit-gateway-route-table-id': ({ associatedRouteTableId }) => associatedRouteTableId,
  'resource-id': (attachment) => resourceOf(attachment).ResourceId,
  'resource-owner-id': resourceOwner,
  'resource-type': (attachment) => resourceOf(attachment).ResourceType,
  state: ({ state }) => state,
  'transit-gateway-attachment-id': attachmentIdOf,
  'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
  'transit-gateway-owner-id': ({ transitGatewayOwner }) => transitGatewayOwner,
}
