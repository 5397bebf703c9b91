// What Direct Connect's connections and virtual interfaces take and give, beside messages.ts: one member a line; a type
// that is another's is that structure once more.

import type { Tag } from './messages.ts'

export interface Connection {
  readonly ownerAccount?: string | undefined
  readonly connectionId?: string | undefined
  readonly connectionName?: string | undefined
  readonly connectionState?: string | undefined
  readonly region?: string | undefined
  readonly location?: string | undefined
  readonly bandwidth?: string | undefined
  readonly jumboFrameCapable?: boolean | undefined
  readonly awsDeviceV2?: string | undefined
  readonly hasLogicalRedundancy?: string | undefined
  readonly providerName?: string | undefined
  readonly macSecCapable?: boolean | undefined
  readonly encryptionMode?: string | undefined
  readonly portEncryptionStatus?: string | undefined
  readonly tags?: readonly Tag[] | undefined
}

export interface BGPPeer {
  readonly bgpPeerId?: string | undefined
  readonly asn?: number | undefined
  readonly authKey?: string | undefined
  readonly addressFamily?: string | undefined
  readonly amazonAddress?: string | undefined
  readonly customerAddress?: string | undefined
  readonly bgpPeerState?: string | undefined
  readonly bgpStatus?: string | undefined
}

export interface VirtualInterface {
  readonly ownerAccount?: string | undefined
  readonly virtualInterfaceId?: string | undefined
  readonly location?: string | undefined
  readonly connectionId?: string | undefined
  readonly virtualInterfaceType?: string | undefined
  readonly virtualInterfaceName?: string | undefined
  readonly vlan?: number | undefined
  readonly asn?: number | undefined
  readonly amazonSideAsn?: number | undefined
  readonly authKey?: string | undefined
  readonly amazonAddress?: string | undefined
  readonly customerAddress?: string | undefined
  readonly addressFamily?: string | undefined
  readonly virtualInterfaceState?: string | undefined
  readonly mtu?: number | undefined
  readonly jumboFrameCapable?: boolean | undefined
  readonly virtualGatewayId?: string | undefined
  readonly directConnectGatewayId?: string | undefined
  readonly bgpPeers?: readonly BGPPeer[] | undefined
  readonly region?: string | undefined
  readonly awsDeviceV2?: string | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly siteLinkEnabled?: boolean | undefined
}

export interface CreateConnectionRequest {
  readonly location?: string | undefined
  readonly bandwidth?: string | undefined
  readonly connectionName?: string | undefined
  readonly lagId?: string | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly providerName?: string | undefined
  readonly requestMACSec?: boolean | undefined
}

export type CreateConnectionResponse = Connection

export type UpdateConnectionResponse = Connection

export type DeleteConnectionResponse = Connection

export interface UpdateConnectionRequest {
  readonly connectionId?: string | undefined
  readonly connectionName?: string | undefined
  readonly encryptionMode?: string | undefined
}

export interface DeleteConnectionRequest {
  readonly connectionId?: string | undefined
}

export interface DescribeConnectionsRequest {
  readonly connectionId?: string | undefined
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
}

export interface DescribeConnectionsResponse {
  readonly connections?: readonly Connection[] | undefined
  readonly nextToken?: string | undefined
}

export interface NewPrivateVirtualInterface {
  readonly virtualInterfaceName?: string | undefined
  readonly vlan?: number | undefined
  readonly asn?: number | undefined
  readonly mtu?: number | undefined
  readonly authKey?: string | undefined
  readonly amazonAddress?: string | undefined
  readonly customerAddress?: string | undefined
  readonly addressFamily?: string | undefined
  readonly virtualGatewayId?: string | undefined
  readonly directConnectGatewayId?: string | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly enableSiteLink?: boolean | undefined
}

export interface NewPrivateVirtualInterfaceAllocation {
  readonly virtualInterfaceName?: string | undefined
  readonly vlan?: number | undefined
  readonly asn?: number | undefined
  readonly mtu?: number | undefined
  readonly authKey?: string | undefined
  readonly amazonAddress?: string | undefined
  readonly customerAddress?: string | undefined
  readonly addressFamily?: string | undefined
  readonly tags?: readonly Tag[] | undefined
}

export interface CreatePrivateVirtualInterfaceRequest {
  readonly connectionId?: string | undefined
  readonly newPrivateVirtualInterface?: NewPrivateVirtualInterface | undefined
}

export interface AllocatePrivateVirtualInterfaceRequest {
  readonly connectionId?: string | undefined
  readonly ownerAccount?: string | undefined
  readonly newPrivateVirtualInterfaceAllocation?: NewPrivateVirtualInterfaceAllocation | undefined
}

export type CreatePrivateVirtualInterfaceResponse = VirtualInterface

export type AllocatePrivateVirtualInterfaceResponse = VirtualInterface

export interface ConfirmPrivateVirtualInterfaceRequest {
  readonly virtualInterfaceId?: string | undefined
  readonly virtualGatewayId?: string | undefined
  readonly directConnectGatewayId?: string | undefined
}

export interface ConfirmPrivateVirtualInterfaceResponse {
  readonly virtualInterfaceState?: string | undefined
}

export interface NewTransitVirtualInterface {
  readonly virtualInterfaceName?: string | undefined
  readonly vlan?: number | undefined
  readonly asn?: number | undefined
  readonly mtu?: number | undefined
  readonly authKey?: string | undefined
  readonly amazonAddress?: string | undefined
  readonly customerAddress?: string | undefined
  readonly addressFamily?: string | undefined
  readonly directConnectGatewayId?: string | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly enableSiteLink?: boolean | undefined
}

export interface NewTransitVirtualInterfaceAllocation {
  readonly virtualInterfaceName?: string | undefined
  readonly vlan?: number | undefined
  readonly asn?: number | undefined
  readonly mtu?: number | undefined
  readonly authKey?: string | undefined
  readonly amazonAddress?: string | undefined
  readonly customerAddress?: string | undefined
  readonly addressFamily?: string | undefined
  readonly tags?: readonly Tag[] | undefined
}

export interface CreateTransitVirtualInterfaceRequest {
  readonly connectionId?: string | undefined
  readonly newTransitVirtualInterface?: NewTransitVirtualInterface | undefined
}

export interface AllocateTransitVirtualInterfaceRequest {
  readonly connectionId?: string | undefined
  readonly ownerAccount?: string | undefined
  readonly newTransitVirtualInterfaceAllocation?: NewTransitVirtualInterfaceAllocation | undefined
}

export interface CreateTransitVirtualInterfaceResponse {
  readonly virtualInterface?: VirtualInterface | undefined
}

export interface AllocateTransitVirtualInterfaceResponse {
  readonly virtualInterface?: VirtualInterface | undefined
}

export interface ConfirmTransitVirtualInterfaceRequest {
  readonly virtualInterfaceId?: string | undefined
  readonly directConnectGatewayId?: string | undefined
}

export interface ConfirmTransitVirtualInterfaceResponse {
  readonly virtualInterfaceState?: string | undefined
}

export interface DescribeVirtualInterfacesRequest {
  readonly connectionId?: string | undefined
  readonly virtualInterfaceId?: string | undefined
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
}

export interface DescribeVirtualInterfacesResponse {
  readonly virtualInterfaces?: readonly VirtualInterface[] | undefined
  readonly nextToken?: string | undefined
}

export interface UpdateVirtualInterfaceAttributesRequest {
  readonly virtualInterfaceId?: string | undefined
  readonly mtu?: number | undefined
  readonly enableSiteLink?: boolean | undefined
  readonly virtualInterfaceName?: string | undefined
}

export type UpdateVirtualInterfaceAttributesResponse = VirtualInterface

export interface DeleteVirtualInterfaceRequest {
  readonly virtualInterfaceId?: string | undefined
}

export interface DeleteVirtualInterfaceResponse {
  readonly virtualInterfaceState?: string | undefined
}
