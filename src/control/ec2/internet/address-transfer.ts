// Elastic IP addresses handed from one account to another: offered, and taken within seven days.
// https://docs.aws.amazon.com/vpc/latest/userguide/WorkWithEIPs.html#transfer-EIPs-intro

import type {
  AcceptAddressTransferRequest,
  AcceptAddressTransferResult,
  DescribeAddressTransfersRequest,
  DescribeAddressTransfersResult,
  DisableAddressTransferRequest,
  DisableAddressTransferResult,
  EnableAddressTransferRequest,
  EnableAddressTransferResult,
  AddressTransfer as TransferOutput,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { AddressTransfer } from '../../../store/internet-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { findAll, requireOwned } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { requireRoomForAddress } from './elastic-address.ts'

const DAY_MS = 86_400_000
const OFFERED_MS = 7 * DAY_MS
const ACCEPTED_VISIBLE_MS = 14 * DAY_MS

/** The same offer again begins its seven days anew. */
export function enableAddressTransfer(
  tx: Tx,
  caller: Caller,
  input: EnableAddressTransferRequest,
): EnableAddressTransferResult {
  const { id, publicIp } = requireOwned(tx.elasticAddresses, caller, 'Allocation', input.AllocationId)
  const accountId = input.TransferAccountId
  if (!accountId) throw missingParameter('transferAccountId')
  if (!/^\d{12}$/.test(accountId) || accountId === caller.account) {
    throw invalidParameterValue('transferAccountId', accountId, 'Use the id of another account.')
  }
  const expiresAt = new Date(caller.now.getTime() + OFFERED_MS).toISOString()
  tx.addressTransfers.delete(id)
  const { owner, region } = ownedBy(caller)
  const transfer = tx.addressTransfers.insert({ id, owner, region, publicIp, accountId, expiresAt })
  return { AddressTransfer: toTransfer(transfer) }
}

export function disableAddressTransfer(
  tx: Tx,
  caller: Caller,
  input: DisableAddressTransferRequest,
): DisableAddressTransferResult {
  const { id } = requireOwned(tx.elasticAddresses, caller, 'Allocation', input.AllocationId)
  const transfer = tx.addressTransfers.get(id)
  if (!transfer || !isOpen(transfer, caller)) {
    throw new ApiError('InvalidAddress.NotFound', `The address ${id} is not being transferred.`)
  }
  tx.addressTransfers.delete(id)
  return { AddressTransfer: { ...toTransfer(transfer), AddressTransferStatus: 'disabled' } }
}

/** The address is another allocation from now on, in the account that takes it. */
export function acceptAddressTransfer(
  tx: Tx,
  caller: Caller,
  input: AcceptAddressTransferRequest,
): AcceptAddressTransferResult {
  const { Address: ip } = input
  if (!ip) throw missingParameter('address')
  const transfer = tx.addressTransfers
    .where('accountId', caller.account)
    .find((one) => one.publicIp === ip && one.region === caller.region && isOpen(one, caller))
  const address = transfer && tx.elasticAddresses.get(transfer.id)
  if (!transfer || !address) throw new ApiError('InvalidAddress.NotFound', `Address '${ip}' not found.`)
  if (address.associationId !== undefined) {
    throw new ApiError('InvalidTransfer.AddressAssociated', `The address ${ip} is associated; disassociate it first.`)
  }
  if (address.ptrRecord !== undefined) {
    throw new ApiError('InvalidTransfer.AddressCustomPtrSet', `The address ${ip} has a reverse name; reset it first.`)
  }
  requireRoomForAddress(tx, caller)
  const tags = tagsFor('elastic-ip', input.TagSpecifications)
  tx.elasticAddresses.delete(address.id)
  tx.elasticAddresses.insert({ ...ownedBy(caller, tags), id: tx.newId('eipalloc'), publicIp: address.publicIp })
  const accepted = tx.addressTransfers.update(transfer.id, { acceptedAt: caller.now.toISOString() })
  return { AddressTransfer: toTransfer(accepted) }
}

/** The offers of the account, and for two weeks what was taken of them. */
export function describeAddressTransfers(
  records: Records,
  caller: Caller,
  input: DescribeAddressTransfersRequest,
): DescribeAddressTransfersResult {
  const ids = input.AllocationIds ?? []
  const all = findAll(records.addressTransfers, caller).filter((one) => isShown(one, caller))
  const missing = ids.find((id) => !all.some((one) => one.id === id))
  if (missing !== undefined) requireOwned(records.elasticAddresses, caller, 'Allocation', missing)
  const named = ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id))
  const { items, nextToken } = pageOf(named, input, ({ id }) => id, { min: 5, max: 1000 })
  return { AddressTransfers: items.map(toTransfer), NextToken: nextToken }
}

function isOpen({ acceptedAt, expiresAt }: AddressTransfer, { now }: Caller): boolean {
  return acceptedAt === undefined && now.getTime() < Date.parse(expiresAt)
}

function isShown(transfer: AddressTransfer, caller: Caller): boolean {
  const { acceptedAt } = transfer
  if (acceptedAt === undefined) return isOpen(transfer, caller)
  return caller.now.getTime() - Date.parse(acceptedAt) < ACCEPTED_VISIBLE_MS
}

function toTransfer({ id, publicIp, accountId, expiresAt, acceptedAt }: AddressTransfer): TransferOutput {
  return {
    AllocationId: id,
    PublicIp: publicIp,
    TransferAccountId: accountId,
    TransferOfferExpirationTimestamp: new Date(expiresAt),
    ...(acceptedAt !== undefined && { TransferOfferAcceptedTimestamp: new Date(acceptedAt) }),
    AddressTransferStatus: acceptedAt === undefined ? 'pending' : 'accepted',
  }
}
