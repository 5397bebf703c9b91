// Permissions for another account to use an interface: kept and shown. What would use them are services of AWS's own and
// accounts that AWS authorised, of which there are none here.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterfacePermission.html

import type {
  CreateNetworkInterfacePermissionRequest,
  CreateNetworkInterfacePermissionResult,
  DeleteNetworkInterfacePermissionRequest,
  DeleteNetworkInterfacePermissionResult,
  DescribeNetworkInterfacePermissionsRequest,
  DescribeNetworkInterfacePermissionsResult,
  NetworkInterfacePermission as PermissionOutput,
} from '@aws-sdk/client-ec2'
import { invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { NetworkInterfacePermission } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { ownedBy } from '../request/owned.ts'
import { pageOf } from '../request/pages.ts'
import { requireNamed, requireNetworkInterface, requireOwned } from '../request/require.ts'
import { checkNotRequesterManaged } from './network-interface.ts'

export function createNetworkInterfacePermission(
  tx: Tx,
  caller: Caller,
  input: CreateNetworkInterfacePermissionRequest,
): CreateNetworkInterfacePermissionResult {
  refuseUnserved({ awsService: input.AwsService })
  const permission = parseChoice('permission', input.Permission, ['INSTANCE-ATTACH', 'EIP-ASSOCIATE'] as const)
  if (!permission) throw missingParameter('permission')
  if (!input.AwsAccountId) throw missingParameter('awsAccountId')
  if (!/^\d{12}$/.test(input.AwsAccountId)) {
    throw invalidParameterValue('awsAccountId', input.AwsAccountId, 'Use the 12 digits of an account.')
  }
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  checkNotRequesterManaged(eni)
  const made = tx.networkInterfacePermissions.insert({
    ...ownedBy(caller),
    id: tx.newId('eni-perm'),
    networkInterfaceId: eni.id,
    account: input.AwsAccountId,
    permission,
  })
  return { InterfacePermission: toPermission(made) }
}

export function deleteNetworkInterfacePermission(
  tx: Tx,
  caller: Caller,
  input: DeleteNetworkInterfacePermissionRequest,
): DeleteNetworkInterfacePermissionResult {
  const { id } = requireOwned(
    tx.networkInterfacePermissions,
    caller,
    'NetworkInterfacePermission',
    input.NetworkInterfacePermissionId,
  )
  tx.networkInterfacePermissions.delete(id)
  return { Return: true }
}

/** Of an interface that is deleted, and its permissions with it, nothing is shown. */
export function describeNetworkInterfacePermissions(
  records: Records,
  caller: Caller,
  input: DescribeNetworkInterfacePermissionsRequest,
): DescribeNetworkInterfacePermissionsResult {
  const ids = input.NetworkInterfacePermissionIds ?? []
  const named = requireNamed(records.networkInterfacePermissions, caller, 'NetworkInterfacePermission', ids)
  const found = applyPlainFilters(named, input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ id }) => id, { min: 5, max: 255 })
  return { NetworkInterfacePermissions: items.map(toPermission), NextToken: nextToken }
}

function toPermission(one: NetworkInterfacePermission): PermissionOutput {
  return {
    NetworkInterfacePermissionId: one.id,
    NetworkInterfaceId: one.networkInterfaceId,
    AwsAccountId: one.account,
    Permission: one.permission,
    PermissionState: { State: 'granted' },
  }
}

const FILTERS: FilterFields<NetworkInterfacePermission> = {
  'network-interface-permission.aws-account-id': (one) => one.account,
  'network-interface-permission.network-interface-id': (one) => one.networkInterfaceId,
  'network-interface-permission.network-interface-permission-id': (one) => one.id,
  'network-interface-permission.permission': (one) => one.permission,
}
