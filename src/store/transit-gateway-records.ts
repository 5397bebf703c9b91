// Records of transit gateways: routers between VPCs and on-premises networks, with route tables of their own.
// https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html

import type { Cidr } from '../ip/cidr.ts'
import type { AccountId, Instant, Owned, PrefixListId, SubnetId, VpcId } from './records.ts'
import type { VpnConnectionId } from './vpn-records.ts'

export type TransitGatewayId = `tgw-${string}`
export type TransitGatewayAttachmentId = `tgw-attach-${string}`
export type TransitGatewayRouteTableId = `tgw-rtb-${string}`

export interface TransitGateway extends Owned {
  readonly id: TransitGatewayId
  readonly description: string
  readonly state: 'pending' | 'available' | 'modifying' | 'deleting' | 'deleted'
  readonly amazonSideAsn: number
  readonly autoAcceptSharedAttachments: boolean
  readonly defaultRouteTableAssociation: boolean
  readonly defaultRouteTablePropagation: boolean
  readonly associationDefaultRouteTableId?: TransitGatewayRouteTableId
  readonly propagationDefaultRouteTableId?: TransitGatewayRouteTableId
  readonly vpnEcmpSupport: boolean
  readonly dnsSupport: boolean
  readonly securityGroupReferencingSupport: boolean
  readonly multicastSupport: boolean
  readonly cidrBlocks: readonly Cidr[]
  readonly deletedAt?: Instant
}

/** Of a VPC, a VPN connection, a Direct Connect gateway, or another transit gateway. `owner` is the resource's. */
export interface TransitGatewayAttachment extends Owned {
  /** Of the accepter's half of a peering between regions with `@` and its region behind it, which nobody is shown. */
  readonly id: TransitGatewayAttachmentId
  readonly transitGatewayId: TransitGatewayId
  readonly transitGatewayOwner: AccountId
  /** Of kind `vpc` only. */
  readonly vpcId?: VpcId
  readonly resource: /** At most one subnet in a zone, and a network interface in each. */
    | { readonly kind: 'vpc'; readonly subnetIds: readonly SubnetId[] }
    | { readonly kind: 'vpn'; readonly vpnConnectionId: VpnConnectionId }
    | { readonly kind: 'direct-connect-gateway'; readonly directConnectGatewayId: string }
    | {
        readonly kind: 'peering'
        /** The other half: each gateway has an attachment of its own, with one id where they are in two regions. */
        readonly peerAttachmentId: TransitGatewayAttachmentId
        readonly isRequester: boolean
        /** As it was asked for, if it was; `enable` is refused. */
        readonly dynamicRouting?: 'disable'
        readonly peerId: TransitGatewayId
        readonly peerOwner: AccountId
        readonly peerRegion: string
      }
  readonly state: 'pendingAcceptance' | 'pending' | 'available' | 'modifying' | 'deleting' | 'deleted' | 'rejected'
  readonly dnsSupport: boolean
  readonly ipv6Support: boolean
  readonly applianceModeSupport: boolean
  readonly securityGroupReferencingSupport: boolean
  /** The one table that its packets are routed by; absent: they are dropped. */
  readonly associatedRouteTableId?: TransitGatewayRouteTableId
  /** The tables that know its blocks. */
  readonly propagatesTo: readonly TransitGatewayRouteTableId[]
  readonly deletedAt?: Instant
}

export interface TransitGatewayStaticRoute {
  readonly cidr: Cidr
  /** Absent: a blackhole. */
  readonly attachmentId?: TransitGatewayAttachmentId
}

/** A route to each block of a customer-managed prefix list. */
export interface TransitGatewayPrefixListReference {
  readonly prefixListId: PrefixListId
  /** Absent: a blackhole. */
  readonly attachmentId?: TransitGatewayAttachmentId
}

export interface TransitGatewayRouteTable extends Owned {
  readonly id: TransitGatewayRouteTableId
  readonly transitGatewayId: TransitGatewayId
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted'
  /** 1 to 65535, unique in its gateway and never changed: the number of the kernel's table. */
  readonly number: number
  readonly staticRoutes: readonly TransitGatewayStaticRoute[]
  /** Absent: none. */
  readonly prefixListReferences?: readonly TransitGatewayPrefixListReference[]
  readonly deletedAt?: Instant
}
