// The addresses that a call wants on an interface, and the ones it gets.

import type { PrivateIpAddressSpecification } from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue } from '../../../errors.ts'
import { type Address, parseAddress } from '../../../ip/address.ts'
import { cidrContains } from '../../../ip/cidr.ts'
import type { Subnet, SubnetId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { findFreeAddresses, isAssignable, usedAddresses } from '../vpc/private-address.ts'

/** What one interface wants: named addresses, and so many more of the subnet's choice. */
export interface WantedAddresses {
  readonly subnet: Subnet
  /** Absent: the subnet chooses. */
  readonly primary?: Address
  readonly secondary: readonly Address[]
  readonly secondaryCount: number
  /** It has IPv6 alone, as its subnet has. */
  readonly isIpv6Only?: true
}

/** The parameters by which calls ask for addresses. */
interface AddressParameters {
  readonly PrivateIpAddress?: string | undefined
  readonly PrivateIpAddresses?: readonly PrivateIpAddressSpecification[] | undefined
  readonly SecondaryPrivateIpAddressCount?: number | undefined
}

/** Reads the parameters; that the subnet has the addresses free is seen by takeAddresses. */
export function parseWantedAddresses(subnet: Subnet, input: AddressParameters): WantedAddresses {
  const list = input.PrivateIpAddresses ?? []
  if (!subnet.cidr) {
    if (input.PrivateIpAddress !== undefined || list.length > 0 || input.SecondaryPrivateIpAddressCount) {
      throw withoutIpv4(subnet)
    }
    return { subnet, secondary: [], secondaryCount: 0, isIpv6Only: true }
  }
  const primaries = [
    ...(input.PrivateIpAddress === undefined ? [] : [input.PrivateIpAddress]),
    ...list.filter((one) => one.Primary).map((one) => one.PrivateIpAddress),
  ]
  if (primaries.length > 1) {
    throw new ApiError('InvalidParameterCombination', 'Only one primary private IP address can be specified.')
  }
  const secondary = list
    .filter((one) => !one.Primary)
    .map((one) => requireAddressOf(subnet, one.PrivateIpAddress, 'privateIpAddresses'))
  const secondaryCount = input.SecondaryPrivateIpAddressCount ?? 0
  if (secondaryCount < 0) throw invalidParameterValue('secondaryPrivateIpAddressCount', String(secondaryCount))
  if (secondaryCount > 0 && secondary.length > 0) {
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameter secondaryPrivateIpAddressCount cannot be used with secondary addresses in privateIpAddresses',
    )
  }
  if (primaries.length === 0) return { subnet, secondary, secondaryCount }
  return { subnet, primary: requireAddressOf(subnet, primaries[0], 'privateIpAddress'), secondary, secondaryCount }
}

/** An address of the subnet that an interface may have. */
export function requireAddressOf(subnet: Subnet, text: string | undefined, parameter: string): Address {
  const address = text === undefined ? undefined : parseAddress(text)
  if (!address) throw invalidParameterValue(parameter, text ?? '', 'This is not a valid IPv4 address.')
  if (!subnet.cidr) throw withoutIpv4(subnet)
  if (!cidrContains(subnet.cidr, address)) {
    throw new ApiError('InvalidParameterValue', `Address ${address} does not fall within the subnet's address range`)
  }
  if (!isAssignable(subnet, address)) {
    throw new ApiError('InvalidParameterValue', `Address ${address} is in subnet's reserved address range`)
  }
  return address
}

/** Addresses of IPv4 are asked of a subnet of IPv6 alone. */
export function withoutIpv4({ id }: Pick<Subnet, 'id'>): ApiError {
  return new ApiError('InvalidParameterValue', `The subnet ${id} is for IPv6 only and has no IPv4 addresses.`)
}

/** The addresses of each interface, the primary one first. None is handed out twice; throws when one is in use. */
export function takeAddresses(records: Records, wanted: readonly WantedAddresses[]): Address[][] {
  const withIpv4 = wanted.filter(({ isIpv6Only }) => !isIpv6Only)
  const stranger = withIpv4.find(({ subnet }) => !subnet.cidr)
  if (stranger) throw withoutIpv4(stranger.subnet)
  const bySubnet = Map.groupBy(withIpv4, ({ subnet }) => subnet.id)
  const chosen = new Map<SubnetId, Iterator<Address>>(
    [...bySubnet].map(([id, list]) => [id, chooseFree(records, list).values()]),
  )
  return wanted.map(({ subnet, primary, secondary, secondaryCount, isIpv6Only }) => {
    if (isIpv6Only) return []
    const free = chosen.get(subnet.id)!
    const take = (): Address => free.next().value
    return [primary ?? take(), ...secondary, ...Array.from({ length: secondaryCount }, take)]
  })
}

/** As many free addresses of the subnet as these interfaces leave to it. */
function chooseFree(records: Records, wanted: readonly WantedAddresses[]): Address[] {
  const subnet = wanted[0]!.subnet
  const named = wanted.flatMap(({ primary, secondary }) => (primary ? [primary, ...secondary] : secondary))
  if (named.length > 0) checkFree(named, usedAddresses(records, subnet))
  const count = wanted.reduce((sum, one) => sum + one.secondaryCount + (one.primary ? 0 : 1), 0)
  if (count === 0) return []
  const taken = new Set(named)
  return findFreeAddresses(records, subnet, count + named.length).filter((address) => !taken.has(address))
}

function checkFree(named: readonly Address[], used: Set<Address>): void {
  for (const address of named) {
    if (used.has(address)) throw new ApiError('InvalidIPAddress.InUse', `Address ${address} is in use.`)
    used.add(address)
  }
}
