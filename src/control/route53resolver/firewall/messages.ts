// What DNS Firewall's operations take and give, as messages.ts declares the others:
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53_Resolver.html

import type { Tag } from '../messages.ts'

export interface FirewallDomainList {
  readonly Id?: string | undefined
  readonly Arn?: string | undefined
  readonly Name?: string | undefined
  readonly DomainCount?: number | undefined
  readonly Status?: string | undefined
  readonly StatusMessage?: string | undefined
  readonly ManagedOwnerName?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly CreationTime?: string | undefined
  readonly ModificationTime?: string | undefined
}

export interface CreateFirewallDomainListRequest {
  readonly CreatorRequestId?: string | undefined
  readonly Name?: string | undefined
  readonly Tags?: readonly Tag[] | undefined
}

export interface CreateFirewallDomainListResponse {
  readonly FirewallDomainList?: FirewallDomainList | undefined
}

export interface GetFirewallDomainListRequest {
  readonly FirewallDomainListId?: string | undefined
}

export interface GetFirewallDomainListResponse {
  readonly FirewallDomainList?: FirewallDomainList | undefined
}

export interface DeleteFirewallDomainListRequest {
  readonly FirewallDomainListId?: string | undefined
}

export interface DeleteFirewallDomainListResponse {
  readonly FirewallDomainList?: FirewallDomainList | undefined
}

export interface FirewallDomainListMetadata {
  readonly Id?: string | undefined
  readonly Arn?: string | undefined
  readonly Name?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly ManagedOwnerName?: string | undefined
}

export interface ListFirewallDomainListsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListFirewallDomainListsResponse {
  readonly NextToken?: string | undefined
  readonly FirewallDomainLists?: readonly FirewallDomainListMetadata[] | undefined
}

export interface UpdateFirewallDomainsRequest {
  readonly FirewallDomainListId?: string | undefined
  readonly Operation?: string | undefined
  readonly Domains?: readonly string[] | undefined
}

export interface UpdateFirewallDomainsResponse {
  readonly Id?: string | undefined
  readonly Name?: string | undefined
  readonly Status?: string | undefined
  readonly StatusMessage?: string | undefined
}

export interface ListFirewallDomainsRequest {
  readonly FirewallDomainListId?: string | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListFirewallDomainsResponse {
  readonly NextToken?: string | undefined
  readonly Domains?: readonly string[] | undefined
}

export interface FirewallRuleGroup {
  readonly Id?: string | undefined
  readonly Arn?: string | undefined
  readonly Name?: string | undefined
  readonly RuleCount?: number | undefined
  readonly Status?: string | undefined
  readonly StatusMessage?: string | undefined
  readonly OwnerId?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly ShareStatus?: string | undefined
  readonly CreationTime?: string | undefined
  readonly ModificationTime?: string | undefined
}

export interface CreateFirewallRuleGroupRequest {
  readonly CreatorRequestId?: string | undefined
  readonly Name?: string | undefined
  readonly Tags?: readonly Tag[] | undefined
}

export interface CreateFirewallRuleGroupResponse {
  readonly FirewallRuleGroup?: FirewallRuleGroup | undefined
}

export interface GetFirewallRuleGroupRequest {
  readonly FirewallRuleGroupId?: string | undefined
}

export interface GetFirewallRuleGroupResponse {
  readonly FirewallRuleGroup?: FirewallRuleGroup | undefined
}

export interface DeleteFirewallRuleGroupRequest {
  readonly FirewallRuleGroupId?: string | undefined
}

export interface DeleteFirewallRuleGroupResponse {
  readonly FirewallRuleGroup?: FirewallRuleGroup | undefined
}

export interface FirewallRuleGroupMetadata {
  readonly Id?: string | undefined
  readonly Arn?: string | undefined
  readonly Name?: string | undefined
  readonly OwnerId?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly ShareStatus?: string | undefined
}

export interface ListFirewallRuleGroupsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListFirewallRuleGroupsResponse {
  readonly NextToken?: string | undefined
  readonly FirewallRuleGroups?: readonly FirewallRuleGroupMetadata[] | undefined
}

export interface FirewallRule {
  readonly FirewallRuleGroupId?: string | undefined
  readonly FirewallDomainListId?: string | undefined
  readonly Priority?: number | undefined
  readonly Action?: string | undefined
  readonly BlockResponse?: string | undefined
  readonly BlockOverrideDomain?: string | undefined
  readonly BlockOverrideDnsType?: string | undefined
  readonly BlockOverrideTtl?: number | undefined
  readonly Name?: string | undefined
  readonly FirewallDomainRedirectionAction?: string | undefined
  readonly Qtype?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly CreationTime?: string | undefined
  readonly ModificationTime?: string | undefined
}

export interface CreateFirewallRuleRequest {
  readonly CreatorRequestId?: string | undefined
  readonly FirewallRuleGroupId?: string | undefined
  readonly FirewallDomainListId?: string | undefined
  readonly Priority?: number | undefined
  readonly Action?: string | undefined
  readonly BlockResponse?: string | undefined
  readonly BlockOverrideDomain?: string | undefined
  readonly BlockOverrideDnsType?: string | undefined
  readonly BlockOverrideTtl?: number | undefined
  readonly Name?: string | undefined
  readonly FirewallDomainRedirectionAction?: string | undefined
  readonly Qtype?: string | undefined
  readonly DnsThreatProtection?: string | undefined
  readonly ConfidenceThreshold?: string | undefined
}

export interface CreateFirewallRuleResponse {
  readonly FirewallRule?: FirewallRule | undefined
}

export interface UpdateFirewallRuleRequest {
  readonly FirewallRuleGroupId?: string | undefined
  readonly FirewallDomainListId?: string | undefined
  readonly Priority?: number | undefined
  readonly Action?: string | undefined
  readonly BlockResponse?: string | undefined
  readonly BlockOverrideDomain?: string | undefined
  readonly BlockOverrideDnsType?: string | undefined
  readonly BlockOverrideTtl?: number | undefined
  readonly Name?: string | undefined
  readonly FirewallDomainRedirectionAction?: string | undefined
  readonly Qtype?: string | undefined
  readonly DnsThreatProtection?: string | undefined
  readonly ConfidenceThreshold?: string | undefined
  readonly FirewallThreatProtectionId?: string | undefined
}

export interface UpdateFirewallRuleResponse {
  readonly FirewallRule?: FirewallRule | undefined
}

export interface DeleteFirewallRuleRequest {
  readonly FirewallRuleGroupId?: string | undefined
  readonly FirewallDomainListId?: string | undefined
  readonly Qtype?: string | undefined
  readonly FirewallThreatProtectionId?: string | undefined
}

export interface DeleteFirewallRuleResponse {
  readonly FirewallRule?: FirewallRule | undefined
}

export interface ListFirewallRulesRequest {
  readonly FirewallRuleGroupId?: string | undefined
  readonly Priority?: number | undefined
  readonly Action?: string | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListFirewallRulesResponse {
  readonly NextToken?: string | undefined
  readonly FirewallRules?: readonly FirewallRule[] | undefined
}

export interface FirewallRuleGroupAssociation {
  readonly Id?: string | undefined
  readonly Arn?: string | undefined
  readonly FirewallRuleGroupId?: string | undefined
  readonly VpcId?: string | undefined
  readonly Name?: string | undefined
  readonly Priority?: number | undefined
  readonly MutationProtection?: string | undefined
  readonly ManagedOwnerName?: string | undefined
  readonly Status?: string | undefined
  readonly StatusMessage?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly CreationTime?: string | undefined
  readonly ModificationTime?: string | undefined
}

export interface AssociateFirewallRuleGroupRequest {
  readonly CreatorRequestId?: string | undefined
  readonly FirewallRuleGroupId?: string | undefined
  readonly VpcId?: string | undefined
  readonly Priority?: number | undefined
  readonly Name?: string | undefined
  readonly MutationProtection?: string | undefined
  readonly Tags?: readonly Tag[] | undefined
}

export interface AssociateFirewallRuleGroupResponse {
  readonly FirewallRuleGroupAssociation?: FirewallRuleGroupAssociation | undefined
}

export interface UpdateFirewallRuleGroupAssociationRequest {
  readonly FirewallRuleGroupAssociationId?: string | undefined
  readonly Priority?: number | undefined
  readonly MutationProtection?: string | undefined
  readonly Name?: string | undefined
}

export interface UpdateFirewallRuleGroupAssociationResponse {
  readonly FirewallRuleGroupAssociation?: FirewallRuleGroupAssociation | undefined
}

export interface DisassociateFirewallRuleGroupRequest {
  readonly FirewallRuleGroupAssociationId?: string | undefined
}

export interface DisassociateFirewallRuleGroupResponse {
  readonly FirewallRuleGroupAssociation?: FirewallRuleGroupAssociation | undefined
}

export interface GetFirewallRuleGroupAssociationRequest {
  readonly FirewallRuleGroupAssociationId?: string | undefined
}

export interface GetFirewallRuleGroupAssociationResponse {
  readonly FirewallRuleGroupAssociation?: FirewallRuleGroupAssociation | undefined
}

export interface ListFirewallRuleGroupAssociationsRequest {
  readonly FirewallRuleGroupId?: string | undefined
  readonly VpcId?: string | undefined
  readonly Priority?: number | undefined
  readonly Status?: string | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListFirewallRuleGroupAssociationsResponse {
  readonly NextToken?: string | undefined
  readonly FirewallRuleGroupAssociations?: readonly FirewallRuleGroupAssociation[] | undefined
}

export interface FirewallConfig {
  readonly Id?: string | undefined
  readonly ResourceId?: string | undefined
  readonly OwnerId?: string | undefined
  readonly FirewallFailOpen?: string | undefined
}

export interface GetFirewallConfigRequest {
  readonly ResourceId?: string | undefined
}

export interface GetFirewallConfigResponse {
  readonly FirewallConfig?: FirewallConfig | undefined
}

export interface UpdateFirewallConfigRequest {
  readonly ResourceId?: string | undefined
  readonly FirewallFailOpen?: string | undefined
}

export interface UpdateFirewallConfigResponse {
  readonly FirewallConfig?: FirewallConfig | undefined
}

export interface ListFirewallConfigsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListFirewallConfigsResponse {
  readonly NextToken?: string | undefined
  readonly FirewallConfigs?: readonly FirewallConfig[] | undefined
}
