// References of transit gateways' route tables to prefix lists: routes to whatever a list has in its newest version.
// https://docs.aws.amazon.com/vpc/latest/tgw/tgw-prefix-lists.html

import type {
  CreateTransitGatewayPrefixListReferenceRequest,
  CreateTransitGatewayPrefixListReferenceResult,
  DeleteTransitGatewayPrefixListReferenceRequest,
  DeleteTransitGatewayPrefixListReferenceResult,
  GetTransitGatewayPrefixListReferencesRequest,
  GetTransitGatewayPrefixListReferencesResult,
  ModifyTransitGatewayPrefixListReferenceRequest,
  ModifyTransitGatewayPrefixListReferenceResult,
  TransitGatewayPrefixListReference as ReferenceOutput,
} from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import type { ManagedPrefixList } from '../../../store/prefix-list-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type {
  TransitGatewayPrefixListReference,
  TransitGatewayRouteTable,
} from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { requirePrefixList } from '../prefix-list/find.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireAvailable, requireTransitRouteTable } from './find.ts'
import { checkRoom, requireTarget } from './route.ts'
import { attachmentIdOf, resourceOf } from './shape.ts'

export function createTransitGatewayPrefixListReference(
  tx: Tx,
  caller: Caller,
  input: CreateTransitGatewayPrefixListReferenceRequest,
): CreateTransitGatewayPrefixListReferenceResult {
  const table = requireAvailable(requireTransitRouteTable(tx, caller, input.TransitGatewayRouteTableId))
  const list = requireOwnKind(tx, caller, input.PrefixListId)
  const made = { prefixListId: list.id, ...requireTarget(tx, caller, table, input) }
  const there = table.prefixListReferences ?? []
  if (there.some(({ prefixListId }) => prefixListId === list.id)) {
    throw new ApiError(
      'PrefixListReferenceAlreadyExists',
      `A reference to ${list.id} already exists in Transit Gateway Route Table ${table.id}.`,
    )
  }
  checkRoom(tx, table, list.maxEntries)
  tx.transitGatewayRouteTables.update(table.id, { prefixListReferences: [...there, made] })
  return { TransitGatewayPrefixListReference: { ...toReference(tx, table, made), State: 'pending' } }
}

/** Lists of AWS's stand for its services, to which no gateway leads. */
function requireOwnKind(records: Records, caller: Caller, id: string | undefined): ManagedPrefixList {
  const any = requirePrefixList(records, caller, id)
  if (any.kind === 'customer') return any.list
  const why = `${any.list.id} is managed by AWS: a transit gateway's route table refers to customer-managed prefix lists.`
  throw new ApiError('InvalidParameterValue', why)
}

export function modifyTransitGatewayPrefixListReference(
  tx: Tx,
  caller: Caller,
  input: ModifyTransitGatewayPrefixListReferenceRequest,
): ModifyTransitGatewayPrefixListReferenceResult {
  const { table, reference } = requireReference(tx, caller, input)
  const changed = { prefixListId: reference.prefixListId, ...requireTarget(tx, caller, table, input) }
  const all = (table.prefixListReferences ?? []).map((one) => (one === reference ? changed : one))
  tx.transitGatewayRouteTables.update(table.id, { prefixListReferences: all })
  return { TransitGatewayPrefixListReference: { ...toReference(tx, table, changed), State: 'modifying' } }
}

export function deleteTransitGatewayPrefixListReference(
  tx: Tx,
  caller: Caller,
  input: DeleteTransitGatewayPrefixListReferenceRequest,
): DeleteTransitGatewayPrefixListReferenceResult {
  const { table, reference } = requireReference(tx, caller, input)
  const all = (table.prefixListReferences ?? []).filter((one) => one !== reference)
  const shown = toReference(tx, table, reference)
  tx.transitGatewayRouteTables.update(table.id, { prefixListReferences: all })
  return { TransitGatewayPrefixListReference: { ...shown, State: 'deleting' } }
}

type ReferenceInput = {
  readonly TransitGatewayRouteTableId?: string | undefined
  readonly PrefixListId?: string | undefined
}

function requireReference(records: Records, caller: Caller, input: ReferenceInput) {
  const table = requireAvailable(requireTransitRouteTable(records, caller, input.TransitGatewayRouteTableId))
  const { list } = requirePrefixList(records, caller, input.PrefixListId)
  const reference = table.prefixListReferences?.find(({ prefixListId }) => prefixListId === list.id)
  if (reference) return { table, reference }
  throw new ApiError(
    'InvalidPrefixListReference.NotFound',
    `A reference to ${list.id} does not exist in Transit Gateway Route Table ${table.id}.`,
  )
}

export function getTransitGatewayPrefixListReferences(
  records: Records,
  caller: Caller,
  input: GetTransitGatewayPrefixListReferencesRequest,
): GetTransitGatewayPrefixListReferencesResult {
  const table = requireTransitRouteTable(records, caller, input.TransitGatewayRouteTableId)
  const all = (table.prefixListReferences ?? []).map((one) => toReference(records, table, one))
  const found = applyPlainFilters(all, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ PrefixListId }) => PrefixListId ?? '')
  return { TransitGatewayPrefixListReferences: [...items], NextToken: nextToken }
}

/** In force with the next round, so it is shown as available at once. */
function toReference(
  records: Records,
  table: TransitGatewayRouteTable,
  { prefixListId, attachmentId }: TransitGatewayPrefixListReference,
): ReferenceOutput {
  const attachment = records.transitGatewayAttachments.get(attachmentId ?? '')
  return {
    TransitGatewayRouteTableId: table.id,
    PrefixListId: prefixListId,
    PrefixListOwnerId: records.managedPrefixLists.get(prefixListId)?.owner,
    State: 'available',
    Blackhole: attachmentId === undefined,
    ...(attachment && {
      TransitGatewayAttachment: { TransitGatewayAttachmentId: attachmentIdOf(attachment), ...resourceOf(attachment) },
    }),
  }
}

const FILTERS: FilterFields<ReferenceOutput> = {
  'attachment.resource-id': ({ TransitGatewayAttachment: one }) => one?.ResourceId,
  'attachment.resource-type': ({ TransitGatewayAttachment: one }) => one?.ResourceType,
  'attachment.transit-gateway-attachment-id': ({ TransitGatewayAttachment: one }) => one?.TransitGatewayAttachmentId,
  'is-blackhole': ({ Blackhole }) => String(Blackhole),
  'prefix-list-id': ({ PrefixListId }) => PrefixListId,
  'prefix-list-owner-id': ({ PrefixListOwnerId }) => PrefixListOwnerId,
  state: ({ State }) => State,
}
