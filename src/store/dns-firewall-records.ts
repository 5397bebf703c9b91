// Records of Route 53 Resolver DNS Firewall: lists of domains, groups of rules about them, and the VPCs that they are for.

import type { AccountId, Instant, Owned, Region, VpcId } from './records.ts'

export type FirewallDomainListId = `rslvr-fdl-${string}`
export type FirewallRuleGroupId = `rslvr-frg-${string}`
export type FirewallRuleGroupAssociationId = `rslvr-frgassoc-${string}`

export interface FirewallDomainList extends Owned {
  readonly id: FirewallDomainListId
  readonly creatorRequestId: string
  readonly name: string
  /** Lower case, without the final dot; one that begins with `*` stands for all that end so. */
  readonly domains: readonly string[]
  readonly modifiedAt: Instant
}

export interface FirewallRuleGroup extends Owned {
  readonly id: FirewallRuleGroupId
  readonly creatorRequestId: string
  readonly name: string
  /** By priority. */
  readonly rules: readonly FirewallRule[]
  readonly modifiedAt: Instant
}

/** A group has one rule of a domain list and type of question. */
export interface FirewallRule {
  readonly creatorRequestId: string
  readonly name: string
  readonly domainListId: FirewallDomainListId
  /** The lowest is asked first. */
  readonly priority: number
  readonly action: 'ALLOW' | 'BLOCK' | 'ALERT'
  /** BLOCK only. */
  readonly blockResponse?: 'NODATA' | 'NXDOMAIN' | 'OVERRIDE'
  /** OVERRIDE only: the name that a CNAME leads to, and its seconds. */
  readonly override?: { readonly domain: string; readonly ttl: number }
  /** Only the name that was asked for is looked at, and not those that it leads to. */
  readonly trustsRedirection: boolean
  /** A type of question; absent: all. */
  readonly questionType?: string
  readonly createdAt: Instant
  readonly modifiedAt: Instant
}

export interface FirewallRuleGroupAssociation extends Owned {
  readonly id: FirewallRuleGroupAssociationId
  readonly creatorRequestId: string
  readonly name: string
  readonly ruleGroupId: FirewallRuleGroupId
  readonly vpcId: VpcId
  /** The lowest of a VPC is asked first. */
  readonly priority: number
  readonly isProtected: boolean
  readonly modifiedAt: Instant
}

/** Of a VPC; absent while nobody changed it. */
export interface FirewallConfig {
  /** `rslvr-fc-…` */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly vpcId: VpcId
  readonly failOpen: 'ENABLED' | 'DISABLED' | 'USE_LOCAL_RESOURCE_SETTING'
}
