// The only error a caller may see, and the table of codes Postern returns. Anything else thrown is a bug: it is logged
// with the request id and answered `InternalError`.
// Codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html

/** An error an AWS client understands: `code` and `message` go onto the wire as they are. */
export class ApiError extends Error {
  readonly code: string
  /** The HTTP status. */
  readonly status: number
  /** Further members of a modelled error, such as S3's `BucketName`. */
  readonly fields: Readonly<Record<string, string>>

  constructor(code: string, message: string, options: { status?: number; fields?: Record<string, string> } = {}) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = options.status ?? STATUS[code] ?? 400
    this.fields = options.fields ?? {}
  }
}

/** Codes whose status is not 400. */
const STATUS: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AccessDeniedException: 403,
  AuthFailure: 401,
  DryRunOperation: 412,
  IncompleteSignature: 403,
  InternalError: 500,
  InternalFailure: 500,
  InvalidClientTokenId: 403,
  MissingAuthenticationToken: 403,
  RequestLimitExceeded: 503,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  UnauthorizedOperation: 403,
  UnrecognizedClientException: 403,
}

/** How EC2 names a missing resource: its code and its sentence, which differ from kind to kind. */
const NOT_FOUND = {
  Vpc: ['InvalidVpcID.NotFound', (id) => `The vpc ID '${id}' does not exist`],
  Subnet: ['InvalidSubnetID.NotFound', (id) => `The subnet ID '${id}' does not exist`],
  RouteTable: ['InvalidRouteTableID.NotFound', (id) => `The routeTable ID '${id}' does not exist`],
  RouteTableAssociation: ['InvalidAssociationID.NotFound', (id) => `The association ID '${id}' does not exist`],
  SecurityGroup: ['InvalidGroup.NotFound', (id) => `The security group '${id}' does not exist`],
  SecurityGroupRule: [
    'InvalidSecurityGroupRuleId.NotFound',
    (id) => `The security group rule ID '${id}' does not exist`,
  ],
  NetworkAcl: ['InvalidNetworkAclID.NotFound', (id) => `The network acl ID '${id}' does not exist`],
  NetworkInterface: ['InvalidNetworkInterfaceID.NotFound', (id) => `The networkInterface ID '${id}' does not exist`],
  NetworkInterfacePermission: [
    'InvalidPermissionID.NotFound',
    (id) => `The network interface permission ID '${id}' does not exist`,
  ],
  Attachment: ['InvalidAttachmentID.NotFound', (id) => `The attachment ID '${id}' does not exist`],
  Instance: ['InvalidInstanceID.NotFound', (id) => `The instance ID '${id}' does not exist`],
  Volume: ['InvalidVolume.NotFound', (id) => `The volume '${id}' does not exist.`],
  Image: ['InvalidAMIID.NotFound', (id) => `The image id '[${id}]' does not exist`],
  VpcEndpoint: ['InvalidVpcEndpointId.NotFound', (id) => `The Vpc Endpoint Id '${id}' does not exist`],
  VpcEndpointService: ['InvalidServiceName', (id) => `The Vpc Endpoint Service '${id}' does not exist`],
  EndpointServiceConfiguration: [
    'InvalidVpcEndpointServiceId.NotFound',
    (id) => `The VpcEndpointService Id '${id}' does not exist`,
  ],
  EndpointServicePermission: [
    'InvalidVpcEndpointServicePermissionId.NotFound',
    (id) => `The VpcEndpointServicePermission Id '${id}' does not exist`,
  ],
  EndpointConnection: [
    'InvalidVpcEndpointConnectionId.NotFound',
    (id) => `The VpcEndpointConnection Id '${id}' does not exist`,
  ],
  ConnectionNotification: [
    'InvalidConnectionNotification',
    (id) => `The connection notification ID '${id}' does not exist`,
  ],
  LaunchTemplate: [
    'InvalidLaunchTemplateId.NotFound',
    (id) => `The specified launch template, with template ID ${id}, does not exist.`,
  ],
  PlacementGroup: ['InvalidPlacementGroup.Unknown', (id) => `The Placement Group '${id}' is unknown.`],
  KeyPair: ['InvalidKeyPair.NotFound', (id) => `The key pair '${id}' does not exist`],
  PrefixList: ['InvalidPrefixListID.NotFound', (id) => `The prefix list ID '${id}' does not exist.`],
  Allocation: ['InvalidAllocationID.NotFound', (id) => `The allocation ID '${id}' does not exist`],
  NatGateway: ['NatGatewayNotFound', (id) => `The Nat Gateway ${id} was not found`],
  FlowLog: [
    'InvalidFlowLogId.NotFound',
    (id) => `These flow log ids in the input list are not found: [TotalCount: 1] ${id}`,
  ],
  NetworkInsightsPath: [
    'InvalidNetworkInsightsPathId.NotFound',
    (id) => `The network insights path ID '${id}' does not exist`,
  ],
  NetworkInsightsAnalysis: [
    'InvalidNetworkInsightsAnalysisId.NotFound',
    (id) => `The network insights analysis ID '${id}' does not exist`,
  ],
  Ipam: ['InvalidIpamId.NotFound', (id) => `The IPAM ID '${id}' does not exist`],
  IpamScope: ['InvalidIpamScopeId.NotFound', (id) => `The IPAM scope ID '${id}' does not exist`],
  IpamPool: ['InvalidIpamPoolId.NotFound', (id) => `The IPAM pool ID '${id}' does not exist`],
  IpamPoolAllocation: [
    'InvalidIpamPoolAllocationId.NotFound',
    (id) => `The IPAM pool allocation ID '${id}' does not exist`,
  ],
  InstanceConnectEndpoint: [
    'InvalidInstanceConnectEndpointId.NotFound',
    (id) => `The EC2 Instance Connect Endpoint ID '${id}' does not exist`,
  ],
  SubnetCidrReservation: [
    'InvalidSubnetCidrReservationID.NotFound',
    (id) => `The subnet CIDR reservation ID '${id}' does not exist`,
  ],
  VpcBlockPublicAccessExclusion: [
    'InvalidVpcBlockPublicAccessExclusionId.NotFound',
    (id) => `The exclusion ID '${id}' does not exist`,
  ],
  EgressOnlyInternetGateway: ['InvalidGatewayID.NotFound', (id) => `The gateway ID '${id}' does not exist`],
  InternetGateway: ['InvalidInternetGatewayID.NotFound', (id) => `The internetGateway ID '${id}' does not exist`],
  VpcPeeringConnection: [
    'InvalidVpcPeeringConnectionID.NotFound',
    (id) => `The vpcPeeringConnection ID '${id}' does not exist`,
  ],
  VpnGateway: ['InvalidVpnGatewayID.NotFound', (id) => `The vpnGateway ID '${id}' does not exist`],
  CustomerGateway: ['InvalidCustomerGatewayID.NotFound', (id) => `The customerGateway ID '${id}' does not exist`],
  VpnConnection: ['InvalidVpnConnectionID.NotFound', (id) => `The vpnConnection ID '${id}' does not exist`],
  TransitGateway: ['InvalidTransitGatewayID.NotFound', (id) => `Transit Gateway ${id} was deleted or does not exist.`],
  TransitGatewayAttachment: [
    'InvalidTransitGatewayAttachmentID.NotFound',
    (id) => `Transit Gateway Attachment ${id} was deleted or does not exist.`,
  ],
  TransitGatewayRouteTable: [
    'InvalidRouteTableID.NotFound',
    (id) => `Transit Gateway Route Table ${id} was deleted or does not exist.`,
  ],
  DhcpOptions: ['InvalidDhcpOptionID.NotFound', (id) => `The dhcpOption ID '${id}' does not exist`],
} as const satisfies Record<string, readonly [string, (id: string) => string]>

export type ResourceKind = keyof typeof NOT_FOUND

/** The resource is not there, or not this account's, which must look the same. */
export function notFound(kind: ResourceKind, id: string): ApiError {
  const [code, sentence] = NOT_FOUND[kind]
  return new ApiError(code, sentence(id))
}

/** A required parameter was not sent. */
export function missingParameter(name: string): ApiError {
  return new ApiError('MissingParameter', `The request must contain the parameter ${name}`)
}

/** A parameter was sent and its value cannot be. `why` ends the sentence and says what would do. */
export function invalidParameterValue(name: string, value: string, why = ''): ApiError {
  return new ApiError('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid. ${why}`.trimEnd())
}

/** The code that EC2 has for most of what is wrong with an endpoint. The message is the whole of it. */
export function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameter', message)
}

/** The resource is still used by another. */
export function dependencyViolation(message: string): ApiError {
  return new ApiError('DependencyViolation', message)
}
