// What Route 53 Resolver's operations take and give: https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53_Resolver.html
// The AWS SDK's package is of another make than those that the wire tables come from, so these declarations stand in its
// place: `scripts/generate-wire.ts` makes the tables of them. One member a line; an operation's input is named after it with
// `Request`, its output with `Response`.

export interface Tag {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

export interface Filter {
  readonly Name?: string | undefined
  readonly Values?: readonly string[] | undefined
}

export interface IpAddressRequest {
  readonly SubnetId?: string | undefined
  readonly Ip?: string | undefined
  readonly Ipv6?: string | undefined
}

export interface IpAddressUpdate {
  readonly IpId?: string | undefined
  readonly SubnetId?: string | undefined
  readonly Ip?: string | undefined
  readonly Ipv6?: string | undefined
}

export interface IpAddressResponse {
  readonly IpId?: string | undefined
  readonly SubnetId?: string | undefined
  readonly Ip?: string | undefined
  readonly Ipv6?: string | undefined
  readonly Status?: string | undefined
  readonly StatusMessage?: string | undefined
  readonly CreationTime?: string | undefined
  readonly ModificationTime?: string | undefined
}

export interface ResolverEndpoint {
  readonly Id?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly Arn?: string | undefined
  readonly Name?: string | undefined
  readonly SecurityGroupIds?: readonly string[] | undefined
  readonly Direction?: string | undefined
  readonly IpAddressCount?: number | undefined
  readonly HostVPCId?: string | undefined
  readonly Status?: string | undefined
  readonly StatusMessage?: string | undefined
  readonly CreationTime?: string | undefined
  readonly ModificationTime?: string | undefined
  readonly ResolverEndpointType?: string | undefined
  readonly Protocols?: readonly string[] | undefined
}

export interface CreateResolverEndpointRequest {
  readonly CreatorRequestId?: string | undefined
  readonly Name?: string | undefined
  readonly SecurityGroupIds?: readonly string[] | undefined
  readonly Direction?: string | undefined
  readonly IpAddresses?: readonly IpAddressRequest[] | undefined
  readonly OutpostArn?: string | undefined
  readonly PreferredInstanceType?: string | undefined
  readonly Tags?: readonly Tag[] | undefined
  readonly ResolverEndpointType?: string | undefined
  readonly Protocols?: readonly string[] | undefined
}

export interface CreateResolverEndpointResponse {
  readonly ResolverEndpoint?: ResolverEndpoint | undefined
}

export interface GetResolverEndpointRequest {
  readonly ResolverEndpointId?: string | undefined
}

export interface GetResolverEndpointResponse {
  readonly ResolverEndpoint?: ResolverEndpoint | undefined
}

export interface UpdateIpAddress {
  readonly IpId?: string | undefined
  readonly Ipv6?: string | undefined
}

export interface UpdateResolverEndpointRequest {
  readonly ResolverEndpointId?: string | undefined
  readonly Name?: string | undefined
  readonly ResolverEndpointType?: string | undefined
  readonly UpdateIpAddresses?: readonly UpdateIpAddress[] | undefined
  readonly Protocols?: readonly string[] | undefined
}

export interface UpdateResolverEndpointResponse {
  readonly ResolverEndpoint?: ResolverEndpoint | undefined
}

export interface DeleteResolverEndpointRequest {
  readonly ResolverEndpointId?: string | undefined
}

export interface DeleteResolverEndpointResponse {
  readonly ResolverEndpoint?: ResolverEndpoint | undefined
}

export interface ListResolverEndpointsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
  readonly Filters?: readonly Filter[] | undefined
}

export interface ListResolverEndpointsResponse {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
  readonly ResolverEndpoints?: readonly ResolverEndpoint[] | undefined
}

export interface AssociateResolverEndpointIpAddressRequest {
  readonly ResolverEndpointId?: string | undefined
  readonly IpAddress?: IpAddressUpdate | undefined
}

export interface AssociateResolverEndpointIpAddressResponse {
  readonly ResolverEndpoint?: ResolverEndpoint | undefined
}

export interface DisassociateResolverEndpointIpAddressRequest {
  readonly ResolverEndpointId?: string | undefined
  readonly IpAddress?: IpAddressUpdate | undefined
}

export interface DisassociateResolverEndpointIpAddressResponse {
  readonly ResolverEndpoint?: ResolverEndpoint | undefined
}

export interface ListResolverEndpointIpAddressesRequest {
  readonly ResolverEndpointId?: string | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListResolverEndpointIpAddressesResponse {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
  readonly IpAddresses?: readonly IpAddressResponse[] | undefined
}

export interface TargetAddress {
  readonly Ip?: string | undefined
  readonly Port?: number | undefined
  readonly Ipv6?: string | undefined
  readonly Protocol?: string | undefined
  readonly ServerNameIndication?: string | undefined
}

export interface ResolverRule {
  readonly Id?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly Arn?: string | undefined
  readonly DomainName?: string | undefined
  readonly Status?: string | undefined
  readonly StatusMessage?: string | undefined
  readonly RuleType?: string | undefined
  readonly Name?: string | undefined
  readonly TargetIps?: readonly TargetAddress[] | undefined
  readonly ResolverEndpointId?: string | undefined
  readonly OwnerId?: string | undefined
  readonly ShareStatus?: string | undefined
  readonly CreationTime?: string | undefined
  readonly ModificationTime?: string | undefined
}

export interface CreateResolverRuleRequest {
  readonly CreatorRequestId?: string | undefined
  readonly Name?: string | undefined
  readonly RuleType?: string | undefined
  readonly DomainName?: string | undefined
  readonly TargetIps?: readonly TargetAddress[] | undefined
  readonly ResolverEndpointId?: string | undefined
  readonly Tags?: readonly Tag[] | undefined
  readonly DelegationRecord?: string | undefined
}

export interface CreateResolverRuleResponse {
  readonly ResolverRule?: ResolverRule | undefined
}

export interface GetResolverRuleRequest {
  readonly ResolverRuleId?: string | undefined
}

export interface GetResolverRuleResponse {
  readonly ResolverRule?: ResolverRule | undefined
}

export interface ResolverRuleConfig {
  readonly Name?: string | undefined
  readonly TargetIps?: readonly TargetAddress[] | undefined
  readonly ResolverEndpointId?: string | undefined
}

export interface UpdateResolverRuleRequest {
  readonly ResolverRuleId?: string | undefined
  readonly Config?: ResolverRuleConfig | undefined
}

export interface UpdateResolverRuleResponse {
  readonly ResolverRule?: ResolverRule | undefined
}

export interface DeleteResolverRuleRequest {
  readonly ResolverRuleId?: string | undefined
}

export interface DeleteResolverRuleResponse {
  readonly ResolverRule?: ResolverRule | undefined
}

export interface ListResolverRulesRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
  readonly Filters?: readonly Filter[] | undefined
}

export interface ListResolverRulesResponse {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
  readonly ResolverRules?: readonly ResolverRule[] | undefined
}

export interface ResolverRuleAssociation {
  readonly Id?: string | undefined
  readonly ResolverRuleId?: string | undefined
  readonly Name?: string | undefined
  readonly VPCId?: string | undefined
  readonly Status?: string | undefined
  readonly StatusMessage?: string | undefined
}

export interface AssociateResolverRuleRequest {
  readonly ResolverRuleId?: string | undefined
  readonly Name?: string | undefined
  readonly VPCId?: string | undefined
}

export interface AssociateResolverRuleResponse {
  readonly ResolverRuleAssociation?: ResolverRuleAssociation | undefined
}

export interface DisassociateResolverRuleRequest {
  readonly VPCId?: string | undefined
  readonly ResolverRuleId?: string | undefined
}

export interface DisassociateResolverRuleResponse {
  readonly ResolverRuleAssociation?: ResolverRuleAssociation | undefined
}

export interface GetResolverRuleAssociationRequest {
  readonly ResolverRuleAssociationId?: string | undefined
}

export interface GetResolverRuleAssociationResponse {
  readonly ResolverRuleAssociation?: ResolverRuleAssociation | undefined
}

export interface ListResolverRuleAssociationsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
  readonly Filters?: readonly Filter[] | undefined
}

export interface ListResolverRuleAssociationsResponse {
  readonly NextToken?: string | undefined
  readonly MaxResults?: number | undefined
  readonly ResolverRuleAssociations?: readonly ResolverRuleAssociation[] | undefined
}

export interface TagResourceRequest {
  readonly ResourceArn?: string | undefined
  readonly Tags?: readonly Tag[] | undefined
}

export interface UntagResourceRequest {
  readonly ResourceArn?: string | undefined
  readonly TagKeys?: readonly string[] | undefined
}

export interface ListTagsForResourceRequest {
  readonly ResourceArn?: string | undefined
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListTagsForResourceResponse {
  readonly Tags?: readonly Tag[] | undefined
  readonly NextToken?: string | undefined
}

export interface ResolverConfig {
  readonly Id?: string | undefined
  readonly ResourceId?: string | undefined
  readonly OwnerId?: string | undefined
  readonly AutodefinedReverse?: string | undefined
}

export interface ResolverDnssecConfig {
  readonly Id?: string | undefined
  readonly OwnerId?: string | undefined
  readonly ResourceId?: string | undefined
  readonly ValidationStatus?: string | undefined
}

export interface GetResolverConfigRequest {
  readonly ResourceId?: string | undefined
}

export interface GetResolverConfigResponse {
  readonly ResolverConfig?: ResolverConfig | undefined
}

export interface UpdateResolverConfigRequest {
  readonly ResourceId?: string | undefined
  readonly AutodefinedReverseFlag?: string | undefined
}

export interface UpdateResolverConfigResponse {
  readonly ResolverConfig?: ResolverConfig | undefined
}

export interface ListResolverConfigsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface ListResolverConfigsResponse {
  readonly NextToken?: string | undefined
  readonly ResolverConfigs?: readonly ResolverConfig[] | undefined
}

export interface GetResolverDnssecConfigRequest {
  readonly ResourceId?: string | undefined
}

export interface GetResolverDnssecConfigResponse {
  readonly ResolverDNSSECConfig?: ResolverDnssecConfig | undefined
}

export interface UpdateResolverDnssecConfigRequest {
  readonly ResourceId?: string | undefined
  readonly Validation?: string | undefined
}

export interface UpdateResolverDnssecConfigResponse {
  readonly ResolverDNSSECConfig?: ResolverDnssecConfig | undefined
}

export interface ListResolverDnssecConfigsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
  readonly Filters?: readonly Filter[] | undefined
}

export interface ListResolverDnssecConfigsResponse {
  readonly NextToken?: string | undefined
  readonly ResolverDnssecConfigs?: readonly ResolverDnssecConfig[] | undefined
}
