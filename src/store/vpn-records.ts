// Records of the ways to networks outside of AWS: virtual private and customer gateways, VPN connections, Direct Connect, and
// the on-premises networks themselves, which Postern runs as namespaces.

import type { Address } from '../ip/address.ts'
import type { Cidr } from '../ip/cidr.ts'
import type { VirtualInterfaceId } from './direct-connect-records.ts'
import type { AccountId, Instant, Owned, Region, Tags, VpcId } from './records.ts'
import type { TransitGatewayId } from './transit-gateway-records.ts'

export type VpnGatewayId = `vgw-${string}`
export type CustomerGatewayId = `cgw-${string}`
export type VpnConnectionId = `vpn-${string}`

export interface VpnGateway extends Owned {
  readonly id: VpnGatewayId
  /** Absent: attached to nothing. */
  readonly vpcId?: VpcId
  readonly amazonSideAsn: number
  readonly availabilityZone?: string
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted'
  readonly deletedAt?: Instant
}

export interface CustomerGateway extends Owned {
  readonly id: CustomerGatewayId
  readonly bgpAsn: number
  readonly ipAddress?: Address
  readonly certificateArn?: string
  readonly deviceName?: string
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted'
  readonly deletedAt?: Instant
}

export interface VpnConnection extends Owned {
  readonly id: VpnConnectionId
  readonly customerGatewayId: CustomerGatewayId
  /** One of the two, or neither. */
  readonly vpnGatewayId?: VpnGatewayId
  readonly transitGatewayId?: TransitGatewayId
  /** Its tunnels carry this alone. Absent: they carry IPv4 alone. */
  readonly tunnelInsideIpVersion?: 'ipv6'
  readonly staticRoutesOnly: boolean
  readonly staticRoutes: readonly Cidr[]
  /** What may pass, at either end, of the family that it carries. */
  readonly localCidr: Cidr
  readonly remoteCidr: Cidr
  readonly isAccelerated: boolean
  /** As the caller gave them and as they were filled in. */
  readonly tunnels: readonly VpnTunnel[]
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted'
  readonly deletedAt?: Instant
}

export interface VpnTunnel {
  readonly outsideAddress: Address
  readonly insideCidr: Cidr
  /** Of a connection that carries IPv6. */
  readonly insideIpv6Cidr?: Cidr
  readonly preSharedKey: string
  /** Of its keys and algorithms, as AWS names them in its answers; kept and shown. */
  readonly options: VpnTunnelOptions
}

export type VpnTunnelOptions = Readonly<
  Record<string, string | number | boolean | readonly { readonly Value: string | number }[]>
>

/** A Direct Connect gateway. It belongs to no region. */
export interface DirectConnectGateway {
  /** A UUID. */
  readonly id: string
  readonly owner: AccountId
  readonly name: string
  readonly amazonSideAsn: number
  readonly tags: Tags
  readonly createdAt: Instant
}

export interface DirectConnectGatewayAssociation {
  /** A UUID. */
  readonly id: string
  readonly directConnectGatewayId: string
  readonly owner: AccountId
  readonly region: Region
  readonly gatewayId: VpnGatewayId | TransitGatewayId
  /** Of the VPC's blocks those within these are told to the other side. */
  readonly allowedPrefixes: readonly Cidr[]
}

/** A network of the user's own outside of AWS: a namespace with one host in it. */
export interface OnPremisesNetwork {
  /** The name that the user gave it. */
  readonly id: string
  /** Its IPv4 blocks, which AWS learns where routes are not static. */
  readonly cidrs: readonly Cidr[]
  /** The same of IPv6, and its host's address in them. Absent: it has none. */
  readonly ipv6?: { readonly cidrs: readonly Cidr[]; readonly address: Address }
  /** Of its host. */
  readonly address: Address
  /** Out of 240.0.0.0/4: by this endpoints know who asks. */
  readonly backboneAddress: Address
  /** The name servers that its host asks; empty: none. */
  readonly resolvers: readonly Address[]
  readonly createdAt: Instant
}

/** What an on-premises network is connected by. */
export interface OnPremisesAttachment {
  /** `NAME/GATEWAY`, or `NAME/VIRTUAL-INTERFACE` */
  readonly id: string
  readonly networkId: string
  /** A virtual private gateway, as by a private virtual interface of Direct Connect; a VPN connection; or the UUID of a Direct
   * Connect gateway. */
  readonly gatewayId: string
  /** By which it is reached, and with which the attachment goes. Absent: the gateway itself was named. */
  readonly virtualInterfaceId?: VirtualInterfaceId
  readonly createdAt: Instant
}
