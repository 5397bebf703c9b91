// Giving an interface more IPv6 addresses, and taking them away.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignIpv6Addresses.html

import type {
  AssignIpv6AddressesRequest,
  AssignIpv6AddressesResult,
  UnassignIpv6AddressesRequest,
  UnassignIpv6AddressesResult,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireNetworkInterface, subnetOfInterface } from '../request/require.ts'
import { bothGiven, requireIpv6Addresses, requireIpv6Block, takeIpv6Addresses } from './ipv6-address.ts'
import { checkNotRequesterManaged } from './network-interface.ts'
import { checkAddressCount } from './network-interface-attachment.ts'

export function assignIpv6Addresses(
  tx: Tx,
  caller: Caller,
  input: AssignIpv6AddressesRequest,
): AssignIpv6AddressesResult {
  refuseUnserved({ ipv6Prefixes: input.Ipv6Prefixes, ipv6PrefixCount: input.Ipv6PrefixCount || undefined })
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  checkNotRequesterManaged(eni)
  const subnet = subnetOfInterface(tx, eni)
  const present = eni.ipv6Addresses ?? []
  const asked = requireIpv6Addresses(subnet, input.Ipv6Addresses)
  const count = input.Ipv6AddressCount ?? 0
  if (asked.length > 0 && count > 0) throw bothGiven()
  if (asked.length === 0 && input.Ipv6AddressCount === undefined) {
    throw missingParameter('ipv6AddressCount or ipv6Addresses')
  }
  if (asked.length === 0 && count < 1) {
    throw invalidParameterValue('ipv6AddressCount', String(count), 'Ask for one at least.')
  }
  requireIpv6Block(subnet)
  const named = asked.filter((address) => !present.includes(address))
  const [added = []] = takeIpv6Addresses(tx, [{ subnet, named, count, hasPrimary: false }])
  const addresses = [...present, ...added]
  const instance = eni.attachment && tx.instances.get(eni.attachment.instanceId)
  if (instance) checkAddressCount(instance.instanceType, addresses.length)
  if (added.length > 0) tx.networkInterfaces.update(eni.id, { ipv6Addresses: addresses })
  return { NetworkInterfaceId: eni.id, AssignedIpv6Addresses: added, AssignedIpv6Prefixes: [] }
}

export function unassignIpv6Addresses(
  tx: Tx,
  caller: Caller,
  input: UnassignIpv6AddressesRequest,
): UnassignIpv6AddressesResult {
  refuseUnserved({ ipv6Prefixes: input.Ipv6Prefixes })
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  checkNotRequesterManaged(eni)
  const present = eni.ipv6Addresses ?? []
  const subnet = subnetOfInterface(tx, eni)
  const removed = requireIpv6Addresses(subnet, input.Ipv6Addresses)
  if (removed.length === 0) throw missingParameter('ipv6Addresses')
  const strangers = removed.filter((address) => !present.includes(address))
  if (strangers.length > 0) {
    throw new ApiError(
      'InvalidParameterValue',
      `Some of [${strangers.join(', ')}] are not assigned to interface ${eni.id}`,
    )
  }
  const [primary] = present
  if (eni.hasPrimaryIpv6 && primary && removed.includes(primary)) {
    throw new ApiError('InvalidParameterValue', `The primary IPv6 address ${primary} cannot be unassigned`)
  }
  const rest = present.filter((address) => !removed.includes(address))
  if (rest.length === 0 && eni.privateAddresses.length === 0) {
    throw new ApiError('InvalidParameterValue', `The interface ${eni.id} has no IPv4 address and needs an IPv6 one.`)
  }
  tx.networkInterfaces.update(eni.id, { ipv6Addresses: rest.length > 0 ? rest : undefined })
  return { NetworkInterfaceId: eni.id, UnassignedIpv6Addresses: removed, UnassignedIpv6Prefixes: [] }
}
