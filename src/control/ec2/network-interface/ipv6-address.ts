// The IPv6 addresses that a call wants on an interface, and the ones it gets out of the subnet's /64.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html#subnet-sizing-ipv6

import { ApiError, invalidParameterValue } from '../../../errors.ts'
import { type Address, addressBits, addressFamily, formatAddress, parseAddress } from '../../../ip/address.ts'
import { type Cidr, cidrContains, cidrRange } from '../../../ip/cidr.ts'
import type { AddressRange } from '../../../ip/range.ts'
import type { NetworkInterface, Subnet } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { reservedAt, reservedRanges } from '../vpc/reserved-range.ts'

/** The first four addresses of a subnet and its last are nobody's, as in IPv4. */
const RESERVED_AT_START = 4n
const RESERVED_AT_END = 1n

/** What one interface wants of its subnet: named addresses, or so many of the subnet's choice. */
export interface WantedIpv6 {
  readonly subnet: Subnet
  readonly named: readonly Address[]
  readonly count: number
  /** Its first address is to be its primary one. */
  readonly hasPrimary: boolean
}

/** The parameters by which calls that make interfaces ask for IPv6 addresses. */
export interface Ipv6AddressParameters {
  readonly Ipv6AddressCount?: number | undefined
  readonly Ipv6Addresses?: readonly { readonly Ipv6Address?: string | undefined }[] | undefined
  readonly hasPrimary?: boolean | undefined
}

/** Reads the parameters. An interface that asks for nothing gets an address where its subnet gives one to each. */
export function parseWantedIpv6(subnet: Subnet, input: Ipv6AddressParameters): WantedIpv6 {
  const named = requireIpv6Addresses(
    subnet,
    input.Ipv6Addresses?.map((one) => one.Ipv6Address),
  )
  const hasPrimary = input.hasPrimary === true
  const asked = input.Ipv6AddressCount
  if (named.length > 0 && asked) throw bothGiven()
  const isUnsaid = named.length === 0 && asked === undefined
  const count = isUnsaid ? Number(subnet.assignIpv6AddressOnCreation || hasPrimary) : (asked ?? 0)
  if (!Number.isInteger(count) || count < 0) throw invalidParameterValue('ipv6AddressCount', String(count))
  if (count > 0) requireIpv6Block(subnet)
  if (!subnet.cidr && named.length + count === 0) {
    throw new ApiError(
      'InvalidParameterValue',
      `In ${subnet.id}, which is for IPv6 only, an interface needs an IPv6 address.`,
    )
  }
  if (hasPrimary && named.length + count === 0) {
    throw new ApiError('InvalidParameterCombination', 'A primary IPv6 address needs at least one IPv6 address.')
  }
  return { subnet, named, count, hasPrimary }
}

export function bothGiven(): ApiError {
  return new ApiError('InvalidParameterCombination', 'The parameter ipv6AddressCount cannot be used with ipv6Addresses')
}

/** These addresses, each once; each must be one of the subnet's that an interface may have. */
export function requireIpv6Addresses(subnet: Subnet, texts: readonly (string | undefined)[] | undefined): Address[] {
  return [...new Set((texts ?? []).map((text) => requireIpv6AddressOf(subnet, text)))]
}

function requireIpv6AddressOf(subnet: Subnet, text: string | undefined): Address {
  const address = text === undefined ? undefined : parseAddress(text)
  if (!address || addressFamily(address) !== 6) {
    throw invalidParameterValue('ipv6Addresses', text ?? '', 'This is not a valid IPv6 address.')
  }
  const block = requireIpv6Block(subnet)
  if (!cidrContains(block, address)) {
    throw new ApiError('InvalidParameterValue', `Address ${address} does not fall within the subnet's address range`)
  }
  const { first, last } = assignableRange(block)
  const { bits } = addressBits(address)
  if (bits < first || bits > last) {
    throw new ApiError('InvalidParameterValue', `Address ${address} is in subnet's reserved address range`)
  }
  return address
}

export function requireIpv6Block(subnet: Subnet): Cidr {
  if (subnet.ipv6Cidr) return subnet.ipv6Cidr.cidr
  throw new ApiError(
    'InvalidParameterValue',
    `The subnet ${subnet.id} has no IPv6 CIDR block to take an address from; associate one with it first.`,
  )
}

/** The addresses of each interface, named ones first. None is handed out twice; throws when one is in use. */
export function takeIpv6Addresses(records: Records, wanted: readonly WantedIpv6[]): Address[][] {
  const used = new Set<Address>()
  for (const id of new Set(wanted.filter(asksForAny).map(({ subnet }) => subnet.id))) {
    for (const eni of records.networkInterfaces.where('subnetId', id)) {
      for (const address of eni.ipv6Addresses ?? []) used.add(address)
    }
  }
  for (const address of wanted.flatMap(({ named }) => named)) {
    if (used.has(address)) throw new ApiError('InvalidIPAddress.InUse', `Address ${address} is in use.`)
    used.add(address)
  }
  const free = new FreeAddresses(used)
  return wanted.map(({ subnet, named, count }) => [
    ...named,
    ...Array.from({ length: count }, () => free.next(requireIpv6Block(subnet), reservedRanges(records, subnet, 6))),
  ])
}

function asksForAny({ named, count }: WantedIpv6): boolean {
  return named.length + count > 0
}

/** The lowest free addresses of blocks, each once. Only reservations bring a /64 to an end that anybody reaches. */
class FreeAddresses {
  readonly #used: Set<Address>
  readonly #next = new Map<Cidr, bigint>()

  constructor(used: Set<Address>) {
    this.#used = used
  }

  next(block: Cidr, reserved: readonly AddressRange[]): Address {
    const { first, last } = assignableRange(block)
    for (let bits = this.#next.get(block) ?? first; bits <= last; bits++) {
      bits = reservedAt(reserved, bits)?.last ?? bits
      if (reservedAt(reserved, bits)) continue
      const address = formatAddress({ family: 6, bits })
      if (this.#used.has(address)) continue
      this.#next.set(block, bits + 1n)
      return address
    }
    throw new ApiError('InsufficientFreeAddressesInSubnet', `The block ${block} has no free address left.`)
  }
}

/** What an interface with these addresses has in its record. */
export function ipv6Fields(
  addresses: readonly Address[],
  hasPrimary: boolean,
): Pick<NetworkInterface, 'ipv6Addresses' | 'hasPrimaryIpv6'> {
  if (addresses.length === 0) return {}
  return { ipv6Addresses: addresses, ...(hasPrimary ? { hasPrimaryIpv6: true as const } : {}) }
}

function assignableRange(block: Cidr) {
  const { first, last } = cidrRange(block)
  return { first: first + RESERVED_AT_START, last: last - RESERVED_AT_END }
}
