// How Postern's things are called in the kernel. Every namespace carries the world's prefix, so that daemons live side
// by side and each touches only its own; `ip netns` then reads like the VPC console.

import { createHash } from 'node:crypto'
import type { NatGatewayId } from '../store/internet-records.ts'
import type { VpcPeeringConnectionId } from '../store/peering-records.ts'
import type { InstanceId, NetworkInterfaceId, SecurityGroupId, VpcEndpointId, VpcId } from '../store/records.ts'
import type { TransitGatewayAttachmentId, TransitGatewayId } from '../store/transit-gateway-records.ts'

/** The kernel's limit: IFNAMSIZ less the closing zero. */
export const MAX_INTERFACE_NAME = 15

/** Where `ip netns` keeps a file for each namespace. */
export const NAMESPACE_DIRECTORY = '/var/run/netns'

/** The VPC end of the link to the backbone. */
export const BACKBONE_LINK = 'bb'

/** What all namespaces of a world begin with. `world` is 4 to 6 hex digits. */
export function worldPrefix(world: string): string {
  return `postern-${world}-`
}

export function backboneNamespace(world: string): string {
  return `${worldPrefix(world)}backbone`
}

/** A VPC's router. */
export function vpcNamespace(world: string, vpcId: VpcId): string {
  return `${worldPrefix(world)}${vpcId}`
}

export function instanceNamespace(world: string, instanceId: InstanceId): string {
  return `${worldPrefix(world)}${instanceId}`
}

/** The instance that a namespace of this world is for; undefined when it is for something else. */
export function instanceOfNamespace(world: string, namespace: string): InstanceId | undefined {
  const prefix = `${worldPrefix(world)}i-`
  return namespace.startsWith(prefix) ? `i-${namespace.slice(prefix.length)}` : undefined
}

/** The VPC end of an interface: `eni-` and the first 11 digits, which the store keeps unique. */
export function interfaceLink(id: NetworkInterfaceId): string {
  return id.slice(0, MAX_INTERFACE_NAME)
}

/** The device of a Gateway Load Balancer endpoint in its VPC's router: `vpce-` and the first 10 digits. */
export function tunnelLink(id: VpcEndpointId): string {
  return id.slice(0, MAX_INTERFACE_NAME)
}

/** The device by which a NAT gateway is given IPv6: `n64-` and the first 11 digits. */
export function natLink(id: NatGatewayId): string {
  return id.replace('nat-', 'n64-').slice(0, MAX_INTERFACE_NAME)
}

export function isNatGateway(id: string): id is NatGatewayId {
  return id.startsWith('nat-')
}

export function isTunnelLink(name: string): boolean {
  return name.startsWith('vpce-') || name.startsWith('n64-')
}

/** Both ends of a peering connection's link, each in its VPC's router: `pcx-` and the first 11 digits. */
export function peeringLink(id: VpcPeeringConnectionId): string {
  return id.slice(0, MAX_INTERFACE_NAME)
}

export function isPeeringLink(name: string): boolean {
  return name.startsWith('pcx-')
}

/** A transit gateway's router. */
export function transitGatewayNamespace(world: string, id: TransitGatewayId): string {
  return `${worldPrefix(world)}${id}`
}

/** Both ends of the link of an attachment to a transit gateway: `tga-` and the first 11 digits. */
export function transitLink(id: TransitGatewayAttachmentId): string {
  return `tga-${id.slice('tgw-attach-'.length)}`.slice(0, MAX_INTERFACE_NAME)
}

/** Links between routers, or to an on-premises host: they belong to both ends. */
export function isRouterLink(name: string): boolean {
  return isPeeringLink(name) || name.startsWith('tga-') || name.startsWith('op-')
}

/** The host of an on-premises network. Names of such networks are unique, and begin with a letter. */
export function onPremisesNamespace(world: string, name: string): string {
  return `${worldPrefix(world)}${onPremisesGuest(name)}`
}

/** What an on-premises network's host is called where instances are called by their ids. */
export function onPremisesGuest(name: string): string {
  return `onprem-${name}`
}

/** The VPC end of an on-premises network's link. */
export function onPremisesLink(name: string): string {
  return `op-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`
}

/** What runs programs in a namespace of this world: an instance, or an on-premises host. Undefined when it is for something
 * else. */
export function guestOfNamespace(world: string, namespace: string): string | undefined {
  const guest = namespace.slice(worldPrefix(world).length)
  return namespace.startsWith(worldPrefix(world)) && /^(i|onprem)-/.test(guest) ? guest : undefined
}

/** The backbone end of a VPC's link. */
export function vpcLink(id: VpcId): string {
  return id.slice(0, MAX_INTERFACE_NAME)
}

/** The instance's end of an interface. */
export function instanceLink(deviceIndex: number): string {
  return `eth${deviceIndex}`
}

export type Direction = 'ingress' | 'egress'

export function groupChain(id: SecurityGroupId, direction: Direction): string {
  return `${id}-${direction}`
}

/** The chain that asks several groups in turn; interfaces with the same groups share it. */
export function groupsChain(ids: readonly SecurityGroupId[], direction: Direction): string {
  if (ids.length === 1 && ids[0]) return groupChain(ids[0], direction)
  return `groups-${createHash('sha256').update(ids.join(' ')).digest('hex').slice(0, 12)}-${direction}`
}
