// What Direct Connect's operations take and give: https://docs.aws.amazon.com/directconnect/latest/APIReference/Welcome.html
// The wire tables are made of these declarations, as Route 53 Resolver's are (scripts/declared-tables.ts). One member a line.

export interface Tag {
  readonly key?: string | undefined
  readonly value?: string | undefined
}

export interface RouteFilterPrefix {
  readonly cidr?: string | undefined
}

export interface DirectConnectGateway {
  readonly directConnectGatewayId?: string | undefined
  readonly directConnectGatewayName?: string | undefined
  readonly amazonSideAsn?: number | undefined
  readonly ownerAccount?: string | undefined
  readonly directConnectGatewayState?: string | undefined
  readonly stateChangeError?: string | undefined
  readonly tags?: readonly Tag[] | undefined
}

export interface AssociatedGateway {
  readonly id?: string | undefined
  readonly type?: string | undefined
  readonly ownerAccount?: string | undefined
  readonly region?: string | undefined
}

export interface DirectConnectGatewayAssociation {
  readonly directConnectGatewayId?: string | undefined
  readonly directConnectGatewayOwnerAccount?: string | undefined
  readonly associationState?: string | undefined
  readonly stateChangeError?: string | undefined
  readonly associatedGateway?: AssociatedGateway | undefined
  readonly associationId?: string | undefined
  readonly allowedPrefixesToDirectConnectGateway?: readonly RouteFilterPrefix[] | undefined
  readonly virtualGatewayId?: string | undefined
  readonly virtualGatewayRegion?: string | undefined
  readonly virtualGatewayOwnerAccount?: string | undefined
}

export interface VirtualGateway {
  readonly virtualGatewayId?: string | undefined
  readonly virtualGatewayState?: string | undefined
}

export interface ResourceTag {
  readonly resourceArn?: string | undefined
  readonly tags?: readonly Tag[] | undefined
}

export interface CreateDirectConnectGatewayRequest {
  readonly directConnectGatewayName?: string | undefined
  readonly tags?: readonly Tag[] | undefined
  readonly amazonSideAsn?: number | undefined
}

export interface CreateDirectConnectGatewayResponse {
  readonly directConnectGateway?: DirectConnectGateway | undefined
}

export interface DescribeDirectConnectGatewaysRequest {
  readonly directConnectGatewayId?: string | undefined
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
}

export interface DescribeDirectConnectGatewaysResponse {
  readonly directConnectGateways?: readonly DirectConnectGateway[] | undefined
  readonly nextToken?: string | undefined
}

export interface UpdateDirectConnectGatewayRequest {
  readonly directConnectGatewayId?: string | undefined
  readonly newDirectConnectGatewayName?: string | undefined
}

export interface UpdateDirectConnectGatewayResponse {
  readonly directConnectGateway?: DirectConnectGateway | undefined
}

export interface DeleteDirectConnectGatewayRequest {
  readonly directConnectGatewayId?: string | undefined
}

export interface DeleteDirectConnectGatewayResponse {
  readonly directConnectGateway?: DirectConnectGateway | undefined
}

export interface CreateDirectConnectGatewayAssociationRequest {
  readonly directConnectGatewayId?: string | undefined
  readonly gatewayId?: string | undefined
  readonly addAllowedPrefixesToDirectConnectGateway?: readonly RouteFilterPrefix[] | undefined
  readonly virtualGatewayId?: string | undefined
}

export interface CreateDirectConnectGatewayAssociationResponse {
  readonly directConnectGatewayAssociation?: DirectConnectGatewayAssociation | undefined
}

export interface DescribeDirectConnectGatewayAssociationsRequest {
  readonly associationId?: string | undefined
  readonly associatedGatewayId?: string | undefined
  readonly directConnectGatewayId?: string | undefined
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
  readonly virtualGatewayId?: string | undefined
}

export interface DescribeDirectConnectGatewayAssociationsResponse {
  readonly directConnectGatewayAssociations?: readonly DirectConnectGatewayAssociation[] | undefined
  readonly nextToken?: string | undefined
}

export interface UpdateDirectConnectGatewayAssociationRequest {
  readonly associationId?: string | undefined
  readonly addAllowedPrefixesToDirectConnectGateway?: readonly RouteFilterPrefix[] | undefined
  readonly removeAllowedPrefixesToDirectConnectGateway?: readonly RouteFilterPrefix[] | undefined
}

export interface UpdateDirectConnectGatewayAssociationResponse {
  readonly directConnectGatewayAssociation?: DirectConnectGatewayAssociation | undefined
}

export interface DeleteDirectConnectGatewayAssociationRequest {
  readonly associationId?: string | undefined
  readonly directConnectGatewayId?: string | undefined
  readonly virtualGatewayId?: string | undefined
}

export interface DeleteDirectConnectGatewayAssociationResponse {
  readonly directConnectGatewayAssociation?: DirectConnectGatewayAssociation | undefined
}

export interface DescribeVirtualGatewaysResponse {
  readonly virtualGateways?: readonly VirtualGateway[] | undefined
}

export interface DescribeTagsRequest {
  readonly resourceArns?: readonly string[] | undefined
}

export interface DescribeTagsResponse {
  readonly resourceTags?: readonly ResourceTag[] | undefined
}

export interface TagResourceRequest {
  readonly resourceArn?: string | undefined
  readonly tags?: readonly Tag[] | undefined
}

export interface TagResourceResponse {
  readonly status?: string | undefined
}

export interface UntagResourceRequest {
  readonly resourceArn?: string | undefined
  readonly tagKeys?: readonly string[] | undefined
}

export interface UntagResourceResponse {
  readonly status?: string | undefined
}
