// The plan of the backbone, the network between VPCs and the services: 240.0.0.0/4, which Linux forwards and no VPC can
// use. Every interface and endpoint of the world has one address here.

import { type Address, addressBits, addressPlus, formatAddress } from '../ip/address.ts'
import { type Cidr, cidr, cidrBase, cidrContains } from '../ip/cidr.ts'

export const BACKBONE: Cidr = cidr('240.0.0.0/4')

/** The Amazon-provided resolver: who asked is in the source address. */
export const RESOLVER_BACKBONE = '240.0.0.1' as Address
/** The instance metadata service. */
export const METADATA_BACKBONE = '240.0.0.2' as Address

/** Interfaces and endpoints are numbered from here up; what is below is for Postern's own services. */
export const FIRST_ALLOCATED = '240.1.0.0' as Address
export const LAST_ALLOCATED = '247.255.255.254' as Address

/** The upper half: every address of the lower has a shadow here, which means "to the forwarder", the process in the
 * backbone that ends TLS and writes proxy protocol headers. It listens on the shadows alone, on the listener's own port;
 * who is at the other end of a shadow is told by the address that it is the shadow of. */
export const SHADOWS: Cidr = cidr('248.0.0.0/5')
const SHADOW_BIT = 0x08000000n

/** The address at which the forwarder answers for an endpoint's interface or a load balancer's node. */
export function shadowOf(backboneAddress: Address): Address {
  const { family, bits } = addressBits(backboneAddress)
  return formatAddress({ family, bits: bits | SHADOW_BIT })
}

/** What a shadow is the shadow of; undefined when it is none. */
export function shadowed(address: Address): Address | undefined {
  const { family, bits } = addressBits(address)
  return cidrContains(SHADOWS, address) ? formatAddress({ family, bits: bits & ~SHADOW_BIT }) : undefined
}

/** Where appliances and Gateway Load Balancers wait for each other's datagrams: RFC 8926. */
export const GENEVE_PORT = 6081

/** The link-local addresses that every VPC has, beside the primary block's +2. */
export const LINK_LOCAL_RESOLVER = '169.254.169.253' as Address
export const LINK_LOCAL_METADATA = '169.254.169.254' as Address

/** The same in IPv6, where AWS has them: https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html */
export const IPV6_RESOLVER = 'fd00:ec2::253' as Address
export const IPV6_METADATA = 'fd00:ec2::254' as Address

/** Who is in the backbone has one number there for both families. IPv6 packets carry it in the last 32 bits of an address of
 * this block, which is for local use (RFC 8215) and can be no VPC's. */
const EMBEDDING: Cidr = cidr('64:ff9b:1::/96')

/** An address of the backbone as IPv6 packets have it. */
export function embed(address: Address): Address {
  return addressPlus(cidrBase(EMBEDDING), addressBits(address).bits)
}

/** The address of the backbone, however the packet had it; any other as it is. */
export function unembed(address: Address): Address {
  if (!cidrContains(EMBEDDING, address)) return address
  return formatAddress({ family: 4, bits: addressBits(address).bits & 0xffffffffn })
}
