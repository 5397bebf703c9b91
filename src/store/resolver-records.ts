// Records of Route 53 Resolver: endpoints, by which DNS enters and leaves a VPC, and rules, which say what leaves it and
// where to.

import type { Address } from '../ip/address.ts'
import type { Instant, NetworkInterfaceId, Owned, SecurityGroupId, VpcId } from './records.ts'

export type ResolverEndpointId = `rslvr-in-${string}` | `rslvr-out-${string}`
export type ResolverRuleId = `rslvr-rr-${string}`
export type ResolverRuleAssociationId = `rslvr-rrassoc-${string}`

export interface ResolverEndpoint extends Owned {
  readonly id: ResolverEndpointId
  readonly creatorRequestId: string
  readonly name?: string
  readonly direction: 'INBOUND' | 'OUTBOUND'
  /** The families that it speaks. Absent: IPv4. */
  readonly type?: 'IPV6' | 'DUALSTACK'
  readonly vpcId: VpcId
  readonly groupIds: readonly SecurityGroupId[]
  readonly addresses: readonly ResolverEndpointAddress[]
  readonly modifiedAt: Instant
}

/** One address of an endpoint: an interface in one of its subnets. */
export interface ResolverEndpointAddress {
  /** `rni-…` */
  readonly id: string
  readonly networkInterfaceId: NetworkInterfaceId
  readonly createdAt: Instant
}

/** What becomes of names at and below a domain, in the VPCs that are associated with it. */
export interface ResolverRule extends Owned {
  readonly id: ResolverRuleId
  readonly creatorRequestId: string
  readonly name?: string
  /** SYSTEM: the VPC's resolver answers, also below a domain that is forwarded. */
  readonly type: 'FORWARD' | 'SYSTEM'
  /** Lower case, without the final dot; empty for the root. */
  readonly domainName: string
  /** FORWARD only: the outbound endpoint. */
  readonly resolverEndpointId?: ResolverEndpointId
  /** FORWARD only; empty otherwise. */
  readonly targets: readonly ResolverTarget[]
  readonly modifiedAt: Instant
}

export interface ResolverTarget {
  readonly address: Address
  readonly port: number
  /** Out of 240.0.0.0/4: where the resolver sends what is for this target of this rule. */
  readonly backboneAddress: Address
}

/** A VPC has one rule of a domain at most. */
export interface ResolverRuleAssociation extends Owned {
  readonly id: ResolverRuleAssociationId
  readonly ruleId: ResolverRuleId
  readonly vpcId: VpcId
  readonly name?: string
}
