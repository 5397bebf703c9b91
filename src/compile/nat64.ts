// NAT64: the NAT gateways of a VPC to which a route leads 64:ff9b::/96, the IPv4 internet in IPv6's addresses.
// https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html

import { type Address, addressBits, addressPlus, formatAddress } from '../ip/address.ts'
import { type Cidr, cidr, cidrBase, cidrContains, cidrCovers, cidrLength } from '../ip/cidr.ts'
import type { NatGatewayId } from '../store/internet-records.ts'
import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { VpcNetwork } from './network.ts'

/** RFC 6052: an IPv4 address is the last 32 bits. */
export const NAT64_PREFIX: Cidr = cidr('64:ff9b::/96')

/** What clients have in IPv4 between the translation and the NAT gateway, which gives them its own address: a block that is
 * for tests between networks (RFC 2544), so that it is neither a VPC's nor the internet's. */
export const NAT64_POOL: Cidr = cidr('198.18.0.0/15')

/** Each gateway has a part of the pool; a VPC has so many of them at most. */
const PART_LENGTH = 19
const MOST = 2 ** (PART_LENGTH - cidrLength(NAT64_POOL))

/** Whether any VPC has it. */
export function hasNat64(records: Records): boolean {
  if (records.natGateways.size === 0) return false
  const vpcIds = new Set([...records.natGateways.all()].map(({ vpcId }) => vpcId))
  return [...vpcIds].some((id) => compileNat64(records, { id }).nat64GatewayIds !== undefined)
}

export function compileNat64(records: Records, vpc: Pick<Vpc, 'id'>): Pick<VpcNetwork, 'nat64GatewayIds'> {
  const led = records.routeTables.where('vpcId', vpc.id).flatMap(({ routes }) =>
    routes.flatMap(({ destination, target }) => {
      const isNat64 = destination.kind === 'cidr' && cidrCovers(NAT64_PREFIX, destination.cidr)
      return isNat64 && target.kind === 'natGateway' ? [target.id] : []
    }),
  )
  const nat64GatewayIds = [...new Set(led)].filter((id) => isInForce(records, id)).sort()
  return nat64GatewayIds.length > 0 ? { nat64GatewayIds } : {}
}

function isInForce(records: Records, id: NatGatewayId): boolean {
  const state = records.natGateways.get(id)?.state
  return state === 'available' || state === 'pending'
}

export interface Nat64Gateway {
  readonly id: NatGatewayId
  /** Its part of the pool. */
  readonly pool: Cidr
}

export function nat64GatewaysOf({
  nat64GatewayIds = [],
}: Pick<VpcNetwork, 'nat64GatewayIds'>): readonly Nat64Gateway[] {
  return nat64GatewayIds.slice(0, MOST).map((id, index) => {
    const base = addressPlus(cidrBase(NAT64_POOL), BigInt(index) << BigInt(32 - PART_LENGTH))
    return { id, pool: cidr(`${base}/${PART_LENGTH}`) }
  })
}

/** Undefined for an address that is none of NAT64's. */
export function ipv4OfNat64(address: Address): Address | undefined {
  if (!cidrContains(NAT64_PREFIX, address)) return undefined
  return formatAddress({ family: 4, bits: addressBits(address).bits & 0xffffffffn })
}

export function nat64Of(address: Address): Address {
  return addressPlus(cidrBase(NAT64_PREFIX), addressBits(address).bits)
}
