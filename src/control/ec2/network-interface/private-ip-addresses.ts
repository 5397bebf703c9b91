// Secondary addresses of an interface.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssignPrivateIpAddresses.html

import type {
  AssignPrivateIpAddressesRequest,
  AssignPrivateIpAddressesResult,
  UnassignPrivateIpAddressesRequest,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import type { Address } from '../../../ip/address.ts'
import type { NetworkInterface, Subnet } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { requireNetworkInterface, subnetOfInterface } from '../request/require.ts'
import { findFreeAddresses } from '../vpc/private-address.ts'
import { requireAddressOf } from './interface-address.ts'
import { checkNotRequesterManaged } from './network-interface.ts'
import { checkAddressCount } from './network-interface-attachment.ts'

export function assignPrivateIpAddresses(
  tx: Tx,
  caller: Caller,
  input: AssignPrivateIpAddressesRequest,
): AssignPrivateIpAddressesResult {
  refuseUnserved({ ipv4Prefixes: input.Ipv4Prefixes, ipv4PrefixCount: input.Ipv4PrefixCount || undefined })
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  checkNotRequesterManaged(eni)
  const subnet = subnetOfInterface(tx, eni)
  const added = addressesToAdd(tx, eni, subnet, input)
  const addresses = [...new Set([...eni.privateAddresses, ...added])]
  const instance = eni.attachment && tx.instances.get(eni.attachment.instanceId)
  if (instance) checkAddressCount(instance.instanceType, addresses.length)
  for (const address of added) takeFromOthers(tx, eni, address, input.AllowReassignment === true)
  tx.networkInterfaces.update(eni.id, { privateAddresses: addresses })
  return {
    NetworkInterfaceId: eni.id,
    AssignedPrivateIpAddresses: added.map((address) => ({ PrivateIpAddress: address })),
    AssignedIpv4Prefixes: [],
  }
}

export function unassignPrivateIpAddresses(
  tx: Tx,
  caller: Caller,
  input: UnassignPrivateIpAddressesRequest,
): Record<string, never> {
  refuseUnserved({ ipv4Prefixes: input.Ipv4Prefixes })
  const eni = requireNetworkInterface(tx, caller, input.NetworkInterfaceId)
  checkNotRequesterManaged(eni)
  const subnet = subnetOfInterface(tx, eni)
  const removed = new Set(
    (input.PrivateIpAddresses ?? []).map((one) => requireAddressOf(subnet, one, 'privateIpAddress')),
  )
  if (removed.size === 0) throw missingParameter('privateIpAddresses')
  const strangers = [...removed].filter((address) => !eni.privateAddresses.includes(address))
  if (strangers.length > 0) {
    throw new ApiError(
      'InvalidParameterValue',
      `Some of [${strangers.join(', ')}] are not assigned to interface ${eni.id}`,
    )
  }
  const [primary] = eni.privateAddresses
  if (primary && removed.has(primary)) {
    throw new ApiError('InvalidParameterValue', `The primary private IP address ${primary} cannot be unassigned`)
  }
  tx.networkInterfaces.update(eni.id, { privateAddresses: eni.privateAddresses.filter((one) => !removed.has(one)) })
  return {}
}

function addressesToAdd(
  records: Records,
  eni: NetworkInterface,
  subnet: Subnet,
  input: AssignPrivateIpAddressesRequest,
): Address[] {
  const named = [...new Set(input.PrivateIpAddresses ?? [])]
  const count = input.SecondaryPrivateIpAddressCount
  if (named.length > 0 && count) {
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameter secondaryPrivateIpAddressCount cannot be used with privateIpAddresses',
    )
  }
  if (named.length > 0) {
    const addresses = named.map((one) => requireAddressOf(subnet, one, 'privateIpAddress'))
    return addresses.filter((address) => !eni.privateAddresses.includes(address))
  }
  if (count === undefined) throw missingParameter('secondaryPrivateIpAddressCount or privateIpAddresses')
  if (count < 1) throw invalidParameterValue('secondaryPrivateIpAddressCount', String(count), 'Ask for one at least.')
  return findFreeAddresses(records, subnet, count)
}

/** Frees the address when another interface has it as a secondary one and that may be taken. */
function takeFromOthers(tx: Tx, eni: NetworkInterface, address: Address, mayReassign: boolean): void {
  const others = tx.networkInterfaces.where('subnetId', eni.subnetId)
  const other = others.find((one) => one.privateAddresses.includes(address))
  if (!other) return
  if (!mayReassign || other.privateAddresses[0] === address || other.owner !== eni.owner) {
    throw new ApiError('InvalidIPAddress.InUse', `Address ${address} is in use.`)
  }
  tx.networkInterfaces.update(other.id, {
    privateAddresses: other.privateAddresses.filter((one) => one !== address),
  })
}
