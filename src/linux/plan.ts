// What the kernel should hold for a Network, as values: pure, and compared with what it holds before anything is run.
// A VPC's plan stands alone, so that one VPC's failure stops no other; the backbone is made of all their parts.

import type { InstanceNetwork, VpcNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import type { VpcId } from '../store/records.ts'
import { hex, type Ruleset } from './nft.ts'

/** Everything of one VPC. */
export interface VpcPlan {
  readonly id: VpcId
  readonly router: NamespacePlan
  /** By instance id. */
  readonly instances: readonly InstancePlan[]
  /** The link to the backbone first, then one per interface in the kernel. */
  readonly links: readonly VethPair[]
  readonly backbone: BackbonePart
  readonly rules: Ruleset
  /** Absent: the VPC has no IPv6. */
  readonly ipv6Rules?: Ruleset
  /** Which ranges reach which endpoint from which subnet: what is open now must close when its mapping goes. */
  readonly gateways: readonly GatewayMapping[]
  /** Endpoints of the VPC that a subnet has no range to. */
  readonly closedGateways: readonly GatewayPath[]
  /** Which endpoints' addresses lead elsewhere from which subnet: what goes there must end when it leads to the endpoint. */
  readonly detours: readonly DetourPath[]
  readonly balanced: BalancedFlows
  /** Its flows are counted. */
  readonly countsFlows?: true
}

/** Flows through load balancers, each as arguments of `conntrack -D`. */
export interface BalancedFlows {
  /** What may be open now, and must end when it is no longer here. */
  readonly endWhenGone: readonly string[]
  /** What must not be open. */
  readonly end: readonly string[]
}

export interface InstancePlan {
  readonly namespace: NamespacePlan
  readonly instance: InstanceNetwork
  readonly vpc: VpcNetwork
}

/** What a VPC adds to the backbone namespace. */
export interface BackbonePart {
  readonly namespace: Omit<NamespacePlan, 'name'>
  /** `"vpc-…" . 240.…`: the interfaces' backbone addresses, each only from its own VPC. */
  readonly sources: readonly string[]
  /** `"vpc-…" . 240.… . 443`: the endpoints' addresses and ports, each only for its own VPC, and the shadows at which the
   * forwarder answers. */
  readonly endpoints: readonly string[]
  /** `"vpc-…" . 240.…`: endpoints' addresses that lead to a load balancer, from the VPC of the endpoint. */
  readonly consumers: readonly string[]
  /** The same from the VPC of the load balancer: from there only answers come. */
  readonly providers: readonly string[]
  /** `"vpc-…" . 248.…`: the shadows of Gateway Load Balancers' nodes, to which appliances send packets back. Absent: none. */
  readonly gateways?: readonly string[]
  /** A load balancer here sends to another one. Absent: none does. */
  readonly chained?: true
  /** `"vpc-…" . 248.… . 443`: the shadows of internet-facing nodes, to which clients come with their public addresses.
   * Absent: none. */
  readonly fronts?: readonly string[]
  /** `"vpc-…" . 44.…`: the VPC's public addresses. Absent: none. */
  readonly publics?: readonly string[]
  /** The same for IPv6. Absent: the VPC has none. */
  readonly ipv6?: Omit<BackbonePart, 'namespace' | 'ipv6'>
  /** `"vpc-…" . 240.…`: nodes, as which the backbone itself opens connections to targets. */
  readonly nodes: readonly string[]
}

/** One namespace's links, addresses, routes and rules. */
export interface NamespacePlan extends FamilyPlan {
  readonly name: string
  /** Tunnel devices, whose packets a process takes out and puts in. Absent: none. */
  readonly tunnels?: readonly string[]
  /** It passes on packets that are not its own. Never taken back: what it must not send, the router drops. */
  readonly forwards?: true
  /** Links that must be up. */
  readonly up: readonly string[]
  /** Absent: IPv6 is off. */
  readonly ipv6?: FamilyPlan
}

/** What a namespace has of one family. */
export interface FamilyPlan {
  readonly addresses: readonly LinkAddress[]
  readonly neighbours: readonly Neighbour[]
  readonly routes: readonly Route[]
  readonly rules: readonly PolicyRule[]
}

export interface LinkAddress {
  readonly device: string
  readonly address: Address
  readonly length: number
}

/** A permanent neighbour, so that the link needs no ARP. */
export interface Neighbour {
  readonly device: string
  readonly address: Address
  readonly macAddress: string
}

/** One route; two with the same table, destination and metric are the same one. */
export interface Route {
  readonly type: 'unicast' | 'local' | 'blackhole' | 'throw'
  /** Absent: main, or local for type local. */
  readonly table?: number
  /** `default`, a CIDR, or a bare address for one address. */
  readonly destination: string
  readonly via?: Address
  readonly device?: string
  readonly metric?: number
  /** Bytes; absent: the device's. Larger packets that must not be cut are dropped. */
  readonly mtu?: number
}

/** An `ip rule`. */
export interface PolicyRule {
  readonly priority: number
  readonly mark?: { readonly value: number; readonly mask: number }
  readonly from?: Address
  /** The link that the packet came by. */
  readonly incoming?: string
  readonly table: number
}

/** Both ends of a veth. The near end is in a router or the backbone. */
export interface VethPair {
  readonly near: VethEnd
  readonly far: VethEnd
}

export interface VethEnd {
  readonly namespace: string
  readonly name: string
  /** Absent: whatever the kernel gives. */
  readonly macAddress?: string
}

export interface GatewayPath {
  readonly subnetCidr: string
  readonly backboneAddress: Address
}

export interface DetourPath {
  readonly subnetCidr: string
  readonly address: Address
}

export interface GatewayMapping extends GatewayPath {
  readonly cidr: string
}

/** The kernel's least preferred metric: the route that takes what no other takes. */
export const LAST_METRIC = 4294967295

/** Jumbo frames, as in a VPC. */
export const MTU = 9001

/** The largest packet that an interface endpoint carries:
 * https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html */
export const ENDPOINT_MTU = 8500

/** The next hop on a link to the backbone, at either end. */
export const LINK_NEXT_HOP = '169.254.255.254' as Address
/** The next hop of routes to an internet gateway, on the same link: by it the rules know what is on that way. */
export const INTERNET_NEXT_HOP = '169.254.255.253' as Address
/** The same of routes to an egress-only internet gateway, which IPv6 alone has. */
export const EGRESS_ONLY_NEXT_HOP = '169.254.255.252' as Address
/** The largest packet on that way: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/network_mtu.html */
export const INTERNET_MTU = 1500
/** The ends of a link to a transit gateway. */
export const TRANSIT_MAC = { gateway: '02:00:00:00:00:05', attached: '02:00:00:00:00:06' } as const
export const VPC_SIDE_MAC = '02:00:00:00:00:01'
export const BACKBONE_SIDE_MAC = '02:00:00:00:00:02'

/** Packet marks: the low 16 bits are the number of the subnet's route table. */
export const BACKBONE_MARK = 0x10000
/** The packet stays in its subnet: no route table and no network ACL. */
export const SAME_SUBNET_MARK = 0x20000
/** The packet came by a transit gateway. */
export const TRANSIT_MARK = 0x40000
export const ROUTE_TABLE_MASK = 0xffff

/** The kernel's own rule, which someone might take away. */
export const MAIN_RULE: PolicyRule = { priority: 32766, table: 254 }

/** Kernel tables: 0 to 255 have meanings of their own, so route table N is 100000 + N. */
const FIRST_TABLE = 100_000
export const BACKBONE_TABLE = FIRST_TABLE

export function kernelTable(routeTableNumber: number): number {
  return FIRST_TABLE + routeTableNumber
}

/** The text that tells an end of a link what its other end is; kept as the link's alias. */
export function pairAlias(pair: VethPair): string {
  return `${pair.far.namespace}/${pair.far.name}`
}

export function routeKey({ table, destination, metric, type }: Route): string {
  return `${table ?? (type === 'local' ? 'local' : 'main')} ${destination} ${metric ?? 0}`
}

/** The route as `ip route add` takes it. */
export function renderRoute({ type, destination, via, device, table, metric, mtu }: Route): string {
  return [
    ...(type === 'unicast' ? [] : [type]),
    destination,
    ...(via ? ['via', via] : []),
    ...(device ? ['dev', device] : []),
    ...(via ? ['onlink'] : []),
    ...(table === undefined ? [] : ['table', String(table)]),
    ...(metric === undefined ? [] : ['metric', String(metric)]),
    ...(mtu === undefined ? [] : ['mtu lock', String(mtu)]),
    'proto static',
  ].join(' ')
}

/** The rule as `ip rule add` takes it. */
export function renderPolicyRule({ priority, mark, from, incoming, table }: PolicyRule): string {
  return [
    `pref ${priority}`,
    ...(from ? [`from ${from}`] : []),
    ...(incoming ? [`iif ${incoming}`] : []),
    ...(mark ? [`fwmark ${hex(mark.value)}/${hex(mark.mask)}`] : []),
    `lookup ${table}`,
  ].join(' ')
}

export function renderAddress({ address, length, device }: LinkAddress): string {
  // Nobody else can have it, and until the kernel has asked it would not answer.
  return `${address}/${length} dev ${device}${address.includes(':') ? ' nodad' : ''}`
}

export function renderNeighbour({ address, macAddress, device }: Neighbour): string {
  return `${address} lladdr ${macAddress} dev ${device}`
}
