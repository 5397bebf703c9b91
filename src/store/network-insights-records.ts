// The records of Reachability Analyzer: the paths that somebody asks about, and what was found of each when it was analysed.

import type { Address } from '../ip/address.ts'
import type { Cidr } from '../ip/cidr.ts'
import type { PortRange } from '../ip/protocol.ts'
import type { AccountId, Instant, Region, Tags } from './records.ts'

export type NetworkInsightsPathId = `nip-${string}`
export type NetworkInsightsAnalysisId = `nia-${string}`

interface Owned {
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  readonly createdAt: Instant
}

export interface NetworkInsightsPath extends Owned {
  readonly id: NetworkInsightsPathId
  /** `i-…`, `eni-…`, `igw-…` or `vgw-…`. */
  readonly source: string
  /** Absent: `destinationIp` alone says where. */
  readonly destination?: string
  readonly protocol: 'tcp' | 'udp'
  readonly sourceIp?: Address
  readonly destinationIp?: Address
  readonly destinationPort?: number
  readonly filterAtSource?: PathFilter
  readonly filterAtDestination?: PathFilter
}

/** What the packet's header must be at one end of the path. */
export interface PathFilter {
  readonly sourceAddress?: Address
  readonly destinationAddress?: Address
  readonly destinationPorts?: PortRange
}

export interface NetworkInsightsAnalysis extends Owned {
  readonly id: NetworkInsightsAnalysisId
  readonly pathId: NetworkInsightsPathId
  /** `running` until the Network has been asked. */
  readonly status: 'running' | 'succeeded' | 'failed'
  /** Why it failed. */
  readonly statusMessage?: string
  /** ARNs of what the path must pass, and of what it must not; empty: anything. */
  readonly filterInArns: readonly string[]
  readonly filterOutArns: readonly string[]
  /** Absent while it runs, and when it failed. */
  readonly finding?: PathFinding
}

export interface PathFinding {
  readonly isFound: boolean
  /** In the order in which the packet meets them; empty when there is no path. */
  readonly forward: readonly PathComponent[]
  /** The same of the answer. */
  readonly back: readonly PathComponent[]
  /** What stops it; empty when there is a path. */
  readonly explanations: readonly PathExplanation[]
}

/** A resource on the path, and what of it the packet matched. */
export interface PathComponent {
  readonly id: string
  readonly attachedTo?: string
  readonly subnetId?: string
  readonly vpcId?: string
  readonly transitGatewayId?: string
  readonly groupRule?: MatchedGroupRule
  readonly aclRule?: MatchedAclRule
  readonly route?: MatchedRoute
  readonly transitRoute?: MatchedTransitRoute
  readonly inbound?: PacketHeader
  readonly outbound?: PacketHeader
}

export interface MatchedGroupRule {
  readonly direction: 'ingress' | 'egress'
  readonly cidr?: Cidr
  /** The group that the rule names as the other end. */
  readonly groupId?: string
  readonly protocol: string
  readonly ports?: PortRange
}

export interface MatchedAclRule {
  readonly isEgress: boolean
  readonly action: 'allow' | 'deny'
  readonly number: number
  readonly cidr?: Cidr
  readonly protocol: string
  readonly ports?: PortRange
}

export interface MatchedRoute {
  /** A block, or the id of a prefix list. */
  readonly destination: string
  /** The id of what it leads to, or `local`; absent of a blackhole. */
  readonly target?: string
}

export interface MatchedTransitRoute {
  readonly destination: string
  readonly attachmentId?: string
}

export interface PacketHeader {
  readonly protocol: number
  readonly source: Address
  readonly destination: Address
  readonly ports?: PortRange
}

/** One of AWS's explanation codes, and the resources that it is about.
 * https://docs.aws.amazon.com/vpc/latest/reachability/explanation-codes.html */
export interface PathExplanation {
  readonly code: string
  readonly direction?: 'ingress' | 'egress'
  readonly state?: string
  readonly securityGroupIds?: readonly string[]
  /** By the part that they play: their ids. */
  readonly about: Partial<Readonly<Record<ExplanationPart, string>>>
  readonly aclRule?: MatchedAclRule
  readonly route?: MatchedRoute
  readonly transitRoute?: MatchedTransitRoute
}

export const EXPLANATION_PARTS = [
  'acl',
  'component',
  'destination',
  'internetGateway',
  'natGateway',
  'networkInterface',
  'routeTable',
  'subnet',
  'transitGateway',
  'transitGatewayAttachment',
  'transitGatewayRouteTable',
  'vpc',
  'vpcEndpoint',
  'vpcPeeringConnection',
  'vpnConnection',
  'vpnGateway',
] as const

export type ExplanationPart = (typeof EXPLANATION_PARTS)[number]
