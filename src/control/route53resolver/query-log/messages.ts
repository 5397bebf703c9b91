// What the operations of Resolver query logging take and give, as messages.ts declares the others.

import type { Filter, Tag } from '../messages.ts'

export interface ResolverQueryLogConfig {
  readonly Id?: string | undefined
  readonly OwnerId?: string | undefined
  readonly Status?: string | undefined
  readonly ShareStatus?: string | undefined
  readonly AssociationCount?: number | undefined
  readonly Arn?: string | undefined
  readonly Name?: string | undefined
  readonly DestinationArn?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly CreationTime?: string | undefined
}

export interface CreateResolverQueryLogConfigRequest {
  readonly Name?: string | undefined
  readonly DestinationArn?: string | undefined
  readonly CreatorRequestId?: string | undefined
  readonly Tags?: readonly Tag[] | undefined
}

export interface CreateResolverQueryLogConfigResponse {
  readonly ResolverQueryLogConfig?: ResolverQueryLogConfig | undefined
}

export interface GetResolverQueryLogConfigRequest {
  readonly ResolverQueryLogConfigId?: string | undefined
}

export interface GetResolverQueryLogConfigResponse {
  readonly ResolverQueryLogConfig?: ResolverQueryLogConfig | undefined
}

export interface DeleteResolverQueryLogConfigRequest {
  readonly ResolverQueryLogConfigId?: string | undefined
}

export interface DeleteResolverQueryLogConfigResponse {
  readonly ResolverQueryLogConfig?: ResolverQueryLogConfig | undefined
}

export interface ListResolverQueryLogConfigsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
  readonly Filters?: readonly Filter[] | undefined
  readonly SortBy?: string | undefined
  readonly SortOrder?: string | undefined
}

export interface ListResolverQueryLogConfigsResponse {
  readonly NextToken?: string | undefined
  readonly TotalCount?: number | undefined
  readonly TotalFilteredCount?: number | undefined
  readonly ResolverQueryLogConfigs?: readonly ResolverQueryLogConfig[] | undefined
}

export interface ResolverQueryLogConfigAssociation {
  readonly Id?: string | undefined
  readonly ResolverQueryLogConfigId?: string | undefined
  readonly ResourceId?: string | undefined
  readonly Status?: string | undefined
  readonly Error?: string | undefined
  readonly ErrorMessage?: string | undefined
  readonly CreationTime?: string | undefined
}

export interface AssociateResolverQueryLogConfigRequest {
  readonly ResolverQueryLogConfigId?: string | undefined
  readonly ResourceId?: string | undefined
}

export interface AssociateResolverQueryLogConfigResponse {
  readonly ResolverQueryLogConfigAssociation?: ResolverQueryLogConfigAssociation | undefined
}

export interface DisassociateResolverQueryLogConfigRequest {
  readonly ResolverQueryLogConfigId?: string | undefined
  readonly ResourceId?: string | undefined
}

export interface DisassociateResolverQueryLogConfigResponse {
  readonly ResolverQueryLogConfigAssociation?: ResolverQueryLogConfigAssociation | undefined
}

export interface GetResolverQueryLogConfigAssociationRequest {
  readonly ResolverQueryLogConfigAssociationId?: string | undefined
}

export interface GetResolverQueryLogConfigAssociationResponse {
  readonly ResolverQueryLogConfigAssociation?: ResolverQueryLogConfigAssociation | undefined
}

export interface ListResolverQueryLogConfigAssociationsRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
  readonly Filters?: readonly Filter[] | undefined
  readonly SortBy?: string | undefined
  readonly SortOrder?: string | undefined
}

export interface ListResolverQueryLogConfigAssociationsResponse {
  readonly NextToken?: string | undefined
  readonly TotalCount?: number | undefined
  readonly TotalFilteredCount?: number | undefined
  readonly ResolverQueryLogConfigAssociations?: readonly ResolverQueryLogConfigAssociation[] | undefined
}
