// Which operations' shapes go into the wire tables: those that Postern serves or is about to. Of all others the tables
// have the name, so that they are listed as not implemented.

/** What Terraform, the AWS CLI and the SDKs call around VPCs, endpoints and instances. */
export const EC2_OPERATIONS = new Set(
  `
    AcceptVpcEndpointConnections AcceptVpcPeeringConnection AllocateAddress AssignIpv6Addresses
    AssignPrivateIpAddresses AssociateAddress AssociateDhcpOptions AssociateIamInstanceProfile AssociateRouteTable
    AssociateSecurityGroupVpc AssociateSubnetCidrBlock AssociateVpcCidrBlock AttachInternetGateway
    AttachNetworkInterface AttachVolume AttachVpnGateway AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress
    CreateCustomerGateway CreateDefaultSubnet CreateDefaultVpc CreateDhcpOptions CreateEgressOnlyInternetGateway
    CreateFlowLogs CreateImage CreateInternetGateway CreateKeyPair CreateManagedPrefixList CreateNatGateway
    CreateNetworkAcl CreateNetworkAclEntry CreateNetworkInterface CreateRoute CreateRouteTable CreateSecurityGroup
    CreateSubnet CreateTags CreateVolume CreateVpc CreateVpcEndpoint CreateVpcEndpointConnectionNotification
    CreateVpcEndpointServiceConfiguration CreateVpcPeeringConnection CreateVpnGateway DeleteCustomerGateway
    DeleteDhcpOptions DeleteEgressOnlyInternetGateway DeleteFlowLogs DeleteInternetGateway DeleteKeyPair
    DeleteManagedPrefixList DeleteNatGateway DeleteNetworkAcl DeleteNetworkAclEntry DeleteNetworkInterface
    DeleteRoute DeleteRouteTable DeleteSecurityGroup DeleteSubnet DeleteTags DeleteVolume DeleteVpc
    DeleteVpcEndpointConnectionNotifications DeleteVpcEndpointServiceConfigurations DeleteVpcEndpoints
    DeleteVpcPeeringConnection DeleteVpnGateway DeregisterImage DescribeAccountAttributes DescribeAddresses
    DescribeAddressesAttribute DescribeAvailabilityZones DescribeCapacityReservations DescribeCarrierGateways
    DescribeCustomerGateways DescribeDhcpOptions DescribeEgressOnlyInternetGateways DescribeFlowLogs DescribeHosts
    DescribeIamInstanceProfileAssociations DescribeImageAttribute DescribeImages DescribeInstanceAttribute
    DescribeInstanceCreditSpecifications DescribeInstanceEventWindows DescribeInstanceStatus
    DescribeInstanceTopology DescribeInstanceTypeOfferings DescribeInstanceTypes DescribeInstances
    DescribeInternetGateways DescribeKeyPairs DescribeLaunchTemplateVersions DescribeLaunchTemplates
    DescribeLocalGateways DescribeManagedPrefixLists DescribeNatGateways DescribeNetworkAcls
    DescribeNetworkInterfaceAttribute DescribeNetworkInterfacePermissions DescribeNetworkInterfaces
    DescribePlacementGroups DescribePrefixLists DescribeRegions DescribeRouteTables DescribeSecurityGroupReferences
    DescribeSecurityGroupRules DescribeSecurityGroupVpcAssociations DescribeSecurityGroups DescribeSnapshots
    DescribeSpotInstanceRequests DescribeStaleSecurityGroups DescribeSubnets DescribeTags
    DescribeTransitGatewayVpcAttachments DescribeTransitGateways DescribeVolumeAttribute DescribeVolumeStatus
    DescribeVolumes DescribeVpcAttribute DescribeVpcBlockPublicAccessOptions DescribeVpcClassicLink
    DescribeVpcClassicLinkDnsSupport DescribeVpcEndpointAssociations DescribeVpcEndpointConnectionNotifications
    DescribeVpcEndpointConnections DescribeVpcEndpointServiceConfigurations DescribeVpcEndpointServicePermissions
    DescribeVpcEndpointServices DescribeVpcEndpoints DescribeVpcPeeringConnections DescribeVpcs DescribeVpnGateways
    DetachInternetGateway DetachNetworkInterface DetachVolume DetachVpnGateway DisableVgwRoutePropagation
    DisassociateAddress DisassociateIamInstanceProfile DisassociateRouteTable DisassociateSecurityGroupVpc
    DisassociateSubnetCidrBlock DisassociateVpcCidrBlock EnableVgwRoutePropagation GetConsoleOutput
    GetEbsEncryptionByDefault GetInstanceMetadataDefaults GetInstanceUefiData GetManagedPrefixListAssociations
    GetManagedPrefixListEntries GetPasswordData GetSecurityGroupsForVpc ImportKeyPair ModifyAvailabilityZoneGroup
    ModifyInstanceAttribute ModifyInstanceCreditSpecification ModifyInstanceMetadataOptions ModifyManagedPrefixList
    ModifyNetworkInterfaceAttribute ModifyPrivateDnsNameOptions ModifySecurityGroupRules ModifySubnetAttribute
    ModifyVolume ModifyVpcAttribute ModifyVpcEndpoint ModifyVpcEndpointConnectionNotification
    ModifyVpcEndpointServiceConfiguration ModifyVpcEndpointServicePayerResponsibility
    ModifyVpcEndpointServicePermissions ModifyVpcPeeringConnectionOptions MonitorInstances RebootInstances
    RegisterImage RejectVpcEndpointConnections RejectVpcPeeringConnection ReleaseAddress
    ReplaceIamInstanceProfileAssociation ReplaceNetworkAclAssociation ReplaceNetworkAclEntry ReplaceRoute
    ReplaceRouteTableAssociation ResetNetworkInterfaceAttribute RestoreManagedPrefixListVersion
    RevokeSecurityGroupEgress RevokeSecurityGroupIngress RunInstances StartInstances
    StartVpcEndpointServicePrivateDnsVerification StopInstances TerminateInstances UnassignIpv6Addresses
    UnassignPrivateIpAddresses UnmonitorInstances UpdateSecurityGroupRuleDescriptionsEgress
    UpdateSecurityGroupRuleDescriptionsIngress
  `
    .trim()
    .split(/\s+/),
)

/** S3 without its analytics, its table buckets, directory buckets, annotations and Select. */
export const S3_UNSERVED =
  /Analytics|IntelligentTiering|Inventory|Metrics|Metadata|Annotation|Directory|Session|^Select|Torrent|^WriteGetObject|Abac|^RenameObject|UpdateObjectEncryption/

export const SSM_OPERATIONS = new Set([
  'AddTagsToResource',
  'DeleteParameter',
  'DeleteParameters',
  'DescribeParameters',
  'GetParameter',
  'GetParameters',
  'GetParametersByPath',
  'ListTagsForResource',
  'PutParameter',
  'RemoveTagsFromResource',
])
