// Route tables of transit gateways: which attachments' packets each routes, and which attachments tell it their blocks.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-route-tables.html

import type {
  AssociateTransitGatewayRouteTableRequest,
  AssociateTransitGatewayRouteTableResult,
  CreateTransitGatewayRouteTableRequest,
  CreateTransitGatewayRouteTableResult,
  DeleteTransitGatewayRouteTableRequest,
  DeleteTransitGatewayRouteTableResult,
  DescribeTransitGatewayRouteTablesRequest,
  DescribeTransitGatewayRouteTablesResult,
  DisableTransitGatewayRouteTablePropagationRequest,
  DisableTransitGatewayRouteTablePropagationResult,
  DisassociateTransitGatewayRouteTableRequest,
  DisassociateTransitGatewayRouteTableResult,
  EnableTransitGatewayRouteTablePropagationRequest,
  EnableTransitGatewayRouteTablePropagationResult,
  GetTransitGatewayRouteTableAssociationsRequest,
  GetTransitGatewayRouteTableAssociationsResult,
  GetTransitGatewayRouteTablePropagationsRequest,
  GetTransitGatewayRouteTablePropagationsResult,
} from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { TransitGatewayAttachment, TransitGatewayRouteTable } from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { findAll } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import {
  isDeleted,
  requireAttachment,
  requireAvailable,
  requireTransitGateway,
  requireTransitRouteTable,
} from './find.ts'
import { insertTransitRouteTable } from './new-route-table.ts'
import { attachmentIdOf, resourceOf, toRouteTable } from './shape.ts'

export function createTransitGatewayRouteTable(
  tx: Tx,
  caller: Caller,
  input: CreateTransitGatewayRouteTableRequest,
): CreateTransitGatewayRouteTableResult {
  const gateway = requireAvailable(requireTransitGateway(tx, caller, input.TransitGatewayId), 'modifying')
  const tags = tagsFor('transit-gateway-route-table', input.TagSpecifications)
  return { TransitGatewayRouteTable: toRouteTable(tx, insertTransitRouteTable(tx, caller, gateway, tags)) }
}

export function deleteTransitGatewayRouteTable(
  tx: Tx,
  caller: Caller,
  input: DeleteTransitGatewayRouteTableRequest,
): DeleteTransitGatewayRouteTableResult {
  const table = requireTransitRouteTable(tx, caller, input.TransitGatewayRouteTableId)
  const gateway = tx.transitGateways.get(table.transitGatewayId)
  if (gateway?.associationDefaultRouteTableId === table.id || gateway?.propagationDefaultRouteTableId === table.id) {
    throw new ApiError(
      'IncorrectState',
      `Cannot delete default Transit Gateway Route Table ${table.id} of ${table.transitGatewayId}.`,
    )
  }
  const associated = attachmentsOf(tx, table).filter(({ associatedRouteTableId: id }) => id === table.id)
  if (associated.length > 0) {
    const ids = associated.map(attachmentIdOf).join(', ')
    throw new ApiError(
      'IncorrectState',
      `Transit Gateway Route Table ${table.id} has non-deleted Transit Gateway Attachment associations: ${ids}. Disassociate them first.`,
    )
  }
  for (const attachment of attachmentsOf(tx, table)) stopPropagating(tx, attachment, table)
  const deletedAt = caller.now.toISOString()
  const deleting = tx.transitGatewayRouteTables.update(table.id, { state: 'deleting', deletedAt })
  return { TransitGatewayRouteTable: toRouteTable(tx, deleting) }
}

export function describeTransitGatewayRouteTables(
  records: Records,
  caller: Caller,
  input: DescribeTransitGatewayRouteTablesRequest,
): DescribeTransitGatewayRouteTablesResult {
  const ids = [...new Set(input.TransitGatewayRouteTableIds ?? [])]
  const named =
    ids.length > 0
      ? ids.map((id) => requireTransitRouteTable(records, caller, id, false))
      : findAll(records.transitGatewayRouteTables, caller)
  const isDefault = (key: 'DefaultAssociationRouteTable' | 'DefaultPropagationRouteTable') => {
    return (table: TransitGatewayRouteTable) => String(toRouteTable(records, table)[key])
  }
  const found = applyFilters(named, input.Filters, {
    'default-association-route-table': isDefault('DefaultAssociationRouteTable'),
    'default-propagation-route-table': isDefault('DefaultPropagationRouteTable'),
    state: ({ state }) => state,
    'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
    'transit-gateway-route-table-id': ({ id }) => id,
  })
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 1000, hasIds: ids.length > 0 })
  return { TransitGatewayRouteTables: items.map((table) => toRouteTable(records, table)), NextToken: nextToken }
}

interface Pair {
  readonly table: TransitGatewayRouteTable
  readonly attachment: TransitGatewayAttachment
}

type PairInput = {
  readonly TransitGatewayRouteTableId?: string | undefined
  readonly TransitGatewayAttachmentId?: string | undefined
}

/** A table of the caller's gateway, and an attachment to the same. */
function requirePair(records: Records, caller: Caller, input: PairInput): Pair {
  const table = requireAvailable(requireTransitRouteTable(records, caller, input.TransitGatewayRouteTableId))
  if (input.TransitGatewayAttachmentId === undefined) throw missingParameter('TransitGatewayAttachmentId')
  const attachment = requireAttachment(records, caller, input.TransitGatewayAttachmentId)
  if (attachment.transitGatewayId !== table.transitGatewayId) {
    throw new ApiError(
      'InvalidParameterValue',
      `${attachment.id} is an attachment to ${attachment.transitGatewayId}, and ${table.id} a route table of ${table.transitGatewayId}.`,
    )
  }
  return { table, attachment }
}

function named({ table, attachment }: Pair) {
  return {
    TransitGatewayRouteTableId: table.id,
    TransitGatewayAttachmentId: attachmentIdOf(attachment),
    ...resourceOf(attachment),
  }
}

export function associateTransitGatewayRouteTable(
  tx: Tx,
  caller: Caller,
  input: AssociateTransitGatewayRouteTableRequest,
): AssociateTransitGatewayRouteTableResult {
  const pair = requirePair(tx, caller, input)
  const { table, attachment } = pair
  requireAvailable(attachment, 'modifying')
  if (attachment.associatedRouteTableId !== undefined) {
    throw new ApiError(
      'Resource.AlreadyAssociated',
      `Transit Gateway Attachment ${attachment.id} is already associated to a route table.`,
    )
  }
  tx.transitGatewayAttachments.update(attachment.id, { associatedRouteTableId: table.id })
  return { Association: { ...named(pair), State: 'associating' } }
}

export function disassociateTransitGatewayRouteTable(
  tx: Tx,
  caller: Caller,
  input: DisassociateTransitGatewayRouteTableRequest,
): DisassociateTransitGatewayRouteTableResult {
  const pair = requirePair(tx, caller, input)
  const { table, attachment } = pair
  if (attachment.associatedRouteTableId !== table.id) {
    throw new ApiError(
      'InvalidAssociation.NotFound',
      `Transit Gateway Attachment ${attachment.id} is not associated with Transit Gateway Route Table ${table.id}.`,
    )
  }
  replaceAttachment(tx, attachment, { associatedRouteTableId: undefined })
  return { Association: { ...named(pair), State: 'disassociating' } }
}

/** An update cannot take a field away. */
export function replaceAttachment(
  tx: Tx,
  attachment: TransitGatewayAttachment,
  {
    associatedRouteTableId: _,
    ...rest
  }: { readonly associatedRouteTableId: undefined } & Partial<TransitGatewayAttachment>,
): void {
  const { associatedRouteTableId: _gone, ...kept } = attachment
  tx.transitGatewayAttachments.delete(attachment.id)
  tx.transitGatewayAttachments.insert({ ...kept, ...rest })
}

export function enableTransitGatewayRouteTablePropagation(
  tx: Tx,
  caller: Caller,
  input: EnableTransitGatewayRouteTablePropagationRequest,
): EnableTransitGatewayRouteTablePropagationResult {
  const pair = requirePair(tx, caller, input)
  const { table, attachment } = pair
  requireAvailable(attachment, 'modifying')
  if (attachment.propagatesTo.includes(table.id)) {
    throw new ApiError(
      'TransitGatewayRouteTablePropagation.Duplicate',
      `Propagation ${attachment.id} already exists in Transit Gateway Route Table ${table.id}.`,
    )
  }
  if (attachment.resource.kind === 'peering') {
    throw new ApiError('InvalidParameterValue', 'A peering attachment propagates nothing: its routes are static.')
  }
  tx.transitGatewayAttachments.update(attachment.id, { propagatesTo: [...attachment.propagatesTo, table.id].sort() })
  return { Propagation: { ...named(pair), State: 'enabled' } }
}

export function disableTransitGatewayRouteTablePropagation(
  tx: Tx,
  caller: Caller,
  input: DisableTransitGatewayRouteTablePropagationRequest,
): DisableTransitGatewayRouteTablePropagationResult {
  const pair = requirePair(tx, caller, input)
  const { table, attachment } = pair
  if (!attachment.propagatesTo.includes(table.id)) {
    throw new ApiError(
      'TransitGatewayRouteTablePropagation.NotFound',
      `Propagation ${attachment.id} does not exist in Transit Gateway Route Table ${table.id}.`,
    )
  }
  stopPropagating(tx, attachment, table)
  return { Propagation: { ...named(pair), State: 'disabled' } }
}

function stopPropagating(
  tx: Tx,
  { id, propagatesTo }: TransitGatewayAttachment,
  table: TransitGatewayRouteTable,
): void {
  if (!propagatesTo.includes(table.id)) return
  tx.transitGatewayAttachments.update(id, { propagatesTo: propagatesTo.filter((one) => one !== table.id) })
}

export function getTransitGatewayRouteTableAssociations(
  records: Records,
  caller: Caller,
  input: GetTransitGatewayRouteTableAssociationsRequest,
): GetTransitGatewayRouteTableAssociationsResult {
  const table = requireTransitRouteTable(records, caller, input.TransitGatewayRouteTableId)
  const all = attachmentsOf(records, table).filter(({ associatedRouteTableId: id }) => id === table.id)
  const { items, nextToken } = pageOf(applyPlainFilters(all, input.Filters, FILTERS), input, ({ id }) => id)
  return {
    Associations: items.map((attachment) => ({
      TransitGatewayAttachmentId: attachmentIdOf(attachment),
      ...resourceOf(attachment),
      State: attachment.state === 'deleting' ? ('disassociating' as const) : ('associated' as const),
    })),
    NextToken: nextToken,
  }
}

export function getTransitGatewayRouteTablePropagations(
  records: Records,
  caller: Caller,
  input: GetTransitGatewayRouteTablePropagationsRequest,
): GetTransitGatewayRouteTablePropagationsResult {
  const table = requireTransitRouteTable(records, caller, input.TransitGatewayRouteTableId)
  const all = attachmentsOf(records, table).filter(({ propagatesTo }) => propagatesTo.includes(table.id))
  const { items, nextToken } = pageOf(applyPlainFilters(all, input.Filters, FILTERS), input, ({ id }) => id)
  return {
    TransitGatewayRouteTablePropagations: items.map((attachment) => ({
      TransitGatewayAttachmentId: attachmentIdOf(attachment),
      ...resourceOf(attachment),
      State: attachment.state === 'deleting' ? ('disabling' as const) : ('enabled' as const),
    })),
    NextToken: nextToken,
  }
}

function attachmentsOf(records: Records, { transitGatewayId }: TransitGatewayRouteTable): TransitGatewayAttachment[] {
  return records.transitGatewayAttachments
    .where('transitGatewayId', transitGatewayId)
    .filter((one) => one.state === 'deleting' || !isDeleted(one))
}

const FILTERS: FilterFields<TransitGatewayAttachment> = {
  'resource-id': (attachment) => resourceOf(attachment).ResourceId,
  'resource-type': (attachment) => resourceOf(attachment).ResourceType,
  'transit-gateway-attachment-id': attachmentIdOf,
}
