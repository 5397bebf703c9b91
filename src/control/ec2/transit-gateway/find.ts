// Who sees what of transit gateways. A gateway is its owner's and that of whom it is shared with; an attachment is seen by the
// owner of the VPC and by the gateway's; route tables are the gateway's owner's alone. What is deleted is shown for a while.
// https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-share.html

import { ApiError, notFound } from '../../../errors.ts'
import type { AccountId, Region, Tags } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type {
  TransitGateway,
  TransitGatewayAttachment,
  TransitGatewayRouteTable,
} from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { isSharedWith } from '../../ram/sharing.ts'
import { ec2Arn } from '../request/owned.ts'
import { findAll, requireId } from '../request/require.ts'

type Kind = 'TransitGateway' | 'TransitGatewayAttachment' | 'TransitGatewayRouteTable'

export function transitGatewayArn(gateway: TransitGateway): string {
  return ec2Arn('transit-gateway', gateway)
}

function maySee(records: Records, account: AccountId, gateway: TransitGateway): boolean {
  return gateway.owner === account || isSharedWith(records, account, transitGatewayArn(gateway))
}

/** The caller's, and those that are shared with it. */
export function findTransitGateways(records: Records, caller: Caller): TransitGateway[] {
  const seen = [...records.transitGateways.all()].filter(
    (gateway) => gateway.region === caller.region && maySee(records, caller.account, gateway),
  )
  return seen.sort(byAge)
}

/** One that the caller may attach to. */
export function requireSharedTransitGateway(
  records: Records,
  caller: Caller,
  id: string | undefined,
  hidesDeleted = true,
): TransitGateway {
  const gateway = records.transitGateways.get(requireId('TransitGateway', id))
  if (gateway?.region !== caller.region || !maySee(records, caller.account, gateway)) {
    throw notFound('TransitGateway', id ?? '')
  }
  return shown('TransitGateway', gateway, hidesDeleted)
}

/** One of the caller's own. */
export function requireTransitGateway(records: Records, caller: Caller, id: string | undefined): TransitGateway {
  const gateway = requireSharedTransitGateway(records, caller, id)
  if (gateway.owner === caller.account) return gateway
  throw notPermitted(gateway.id, caller)
}

export function notPermitted(id: string, { account }: Caller): ApiError {
  return new ApiError('OperationNotPermitted', `Account ${account} does not own ${id}: only its owner can do this`)
}

/** By the owner of the VPC, or of the gateway. */
export function findAttachments(records: Records, caller: Caller): TransitGatewayAttachment[] {
  const { transitGatewayAttachments: table } = records
  const all = new Set([...findAll(table, caller), ...table.where('transitGatewayOwner', caller.account)])
  return [...all].filter(({ region }) => region === caller.region).sort(byAge)
}

/** A peering has one id in both of its regions. */
function attachmentIn(
  { transitGatewayAttachments: table }: Records,
  region: Region,
  id: string,
): TransitGatewayAttachment | undefined {
  return [table.get(id), table.get(`${id}@${region}`)].find((one) => one?.region === region)
}

/** Attachments as tags and policies know them. */
export function attachmentsAt(records: Records, { region }: Pick<Caller, 'region'>) {
  return {
    get: (id: string) => {
      const attachment = attachmentIn(records, region, id)
      return attachment && { ...attachment, id }
    },
    where: (_field: 'owner', owner: AccountId) =>
      records.transitGatewayAttachments
        .where('owner', owner)
        .map((attachment) => ({ ...attachment, id: attachment.id.replace(/@.*$/, '') })),
  }
}

export function setAttachmentTags(tx: Tx, id: string, tags: Tags, { region }: Caller): void {
  const attachment = attachmentIn(tx, region, id)
  if (attachment) tx.transitGatewayAttachments.update(attachment.id, { tags })
}

export function requireAttachment(
  records: Records,
  caller: Caller,
  id: string | undefined,
  hidesDeleted = true,
): TransitGatewayAttachment {
  const attachment = attachmentIn(records, caller.region, requireId('TransitGatewayAttachment', id))
  const owners = [attachment?.owner, attachment?.transitGatewayOwner]
  if (!attachment || !owners.includes(caller.account)) {
    throw notFound('TransitGatewayAttachment', id ?? '')
  }
  return shown('TransitGatewayAttachment', attachment, hidesDeleted)
}

export function requireTransitRouteTable(
  records: Records,
  caller: Caller,
  id: string | undefined,
  hidesDeleted = true,
): TransitGatewayRouteTable {
  const table = records.transitGatewayRouteTables.get(requireId('TransitGatewayRouteTable', id))
  if (table?.owner !== caller.account || table.region !== caller.region) {
    throw notFound('TransitGatewayRouteTable', id ?? '')
  }
  return shown('TransitGatewayRouteTable', table, hidesDeleted)
}

/** Nothing can be done with what is deleted, though it is still described. */
function shown<R extends { readonly id: string; readonly state: string }>(kind: Kind, record: R, hides: boolean): R {
  if (hides && record.state === 'deleted') throw notFound(kind, record.id)
  return record
}

/** The record, when it is as it is to stay. */
export function requireAvailable<R extends { readonly id: string; readonly state: string }>(
  record: R,
  ...states: readonly R['state'][]
): R {
  if ([...states, 'available'].includes(record.state)) return record
  throw new ApiError('IncorrectState', `${record.id} is in invalid state: it is ${record.state}`)
}

export function isDeleted({ state }: { readonly state: string }): boolean {
  return state === 'deleting' || state === 'deleted' || state === 'rejected'
}

interface Aged {
  readonly id: string
  readonly createdAt: string
}

function byAge(a: Aged, b: Aged): number {
  const [left, right] = [`${a.createdAt} ${a.id}`, `${b.createdAt} ${b.id}`]
  return left < right ? -1 : left > right ? 1 : 0
}
