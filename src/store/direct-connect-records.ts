// Records of Direct Connect's physical side: connections, and the virtual interfaces on them.

import type { AccountId, Owned } from './records.ts'
import type { VpnGatewayId } from './vpn-records.ts'

export type DirectConnectConnectionId = `dxcon-${string}`
export type VirtualInterfaceId = `dxvif-${string}`

/** A cross connect that the user ordered; here there is nothing to wait for. */
export interface DirectConnectConnection extends Owned {
  readonly id: DirectConnectConnectionId
  readonly name: string
  /** A code such as EqDC2. */
  readonly location: string
  readonly bandwidth: string
  readonly providerName?: string
}

/** Of the account that uses it; its connection may be another's. */
export interface VirtualInterface extends Owned {
  readonly id: VirtualInterfaceId
  readonly kind: 'private' | 'transit'
  readonly connectionId: DirectConnectConnectionId
  readonly connectionOwner: AccountId
  readonly location: string
  readonly name: string
  readonly vlan: number
  readonly asn: number
  readonly authKey: string
  readonly addressFamily: 'ipv4' | 'ipv6'
  /** With the length, as `169.254.0.5/30`. */
  readonly amazonAddress: string
  readonly customerAddress: string
  readonly mtu: number
  readonly hasSiteLink: boolean
  /** One of the two; neither: its owner has not confirmed it yet. */
  readonly vpnGatewayId?: VpnGatewayId
  readonly directConnectGatewayId?: string
}
