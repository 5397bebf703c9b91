// Which operations' shapes go into the wire tables: those that Postern serves or is about to. Of all others the tables
// have the name, so that they are listed as not implemented.

/** What Terraform, the AWS CLI and the SDKs call around VPCs, endpoints and instances. */
export const EC2_OPERATIONS = words(`
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
`)

/** S3 without its analytics, its table buckets, directory buckets, annotations and Select. */
export const S3_UNSERVED =
  /Analytics|IntelligentTiering|Inventory|Metrics|Metadata|Annotation|Directory|Session|^Select|Torrent|^WriteGetObject|Abac|^RenameObject|UpdateObjectEncryption/

/** Parameters, the agent's and the users' side of managed instances, Run Command and Session Manager. */
export const SSM_OPERATIONS = words(`
  AddTagsToResource CancelCommand CreateAssociation CreateAssociationBatch CreateDocument DeleteAssociation
  DeleteDocument DeleteParameter DeleteParameters DescribeAssociation DescribeAssociationExecutions
  DescribeAssociationExecutionTargets DescribeDocument DescribeDocumentPermission
  DescribeEffectiveInstanceAssociations DescribeInstanceAssociationsStatus DescribeInstanceInformation
  DescribeInstanceProperties DescribeParameters DescribeSessions GetCommandInvocation GetConnectionStatus
  GetDocument GetParameter GetParameterHistory GetParameters GetParametersByPath LabelParameterVersion
  ListAssociations ListAssociationVersions ListCommandInvocations ListCommands ListDocuments ListDocumentVersions
  ListInstanceAssociations ListTagsForResource PutComplianceItems PutInventory PutParameter RemoveTagsFromResource
  ResumeSession SendCommand StartAssociationsOnce StartSession TerminateSession UnlabelParameterVersion
  UpdateAssociation UpdateDocument UpdateDocumentDefaultVersion UpdateInstanceAssociationStatus
  UpdateInstanceInformation
`)

/** Log groups, streams and events. */
export const LOGS_OPERATIONS = words(`
  AssociateKmsKey CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteMetricFilter
  DeleteResourcePolicy DeleteRetentionPolicy DeleteSubscriptionFilter DescribeLogGroups DescribeLogStreams
  DescribeMetricFilters DescribeResourcePolicies DescribeSubscriptionFilters DisassociateKmsKey FilterLogEvents
  GetLogEvents GetLogRecord ListTagsForResource ListTagsLogGroup PutLogEvents PutMetricFilter PutResourcePolicy
  PutRetentionPolicy PutSubscriptionFilter TagLogGroup TagResource TestMetricFilter UntagLogGroup UntagResource
  PutLogGroupDeletionProtection ListLogGroups
`)

/** REST APIs without their keys, usage plans, client certificates, models and documentation. */
export const API_GATEWAY_OPERATIONS = words(`
  CreateDeployment CreateResource CreateRestApi CreateStage DeleteDeployment DeleteIntegration
  DeleteIntegrationResponse DeleteMethod DeleteMethodResponse DeleteResource DeleteRestApi DeleteStage
  FlushStageCache GetAccount GetDeployment GetDeployments GetIntegration GetIntegrationResponse GetMethod
  GetMethodResponse GetResource GetResources GetRestApi GetRestApis GetStage GetStages GetTags PutIntegration
  PutIntegrationResponse PutMethod PutMethodResponse TagResource TestInvokeMethod UntagResource UpdateDeployment
  UpdateIntegration UpdateIntegrationResponse UpdateMethod UpdateMethodResponse UpdateResource UpdateRestApi
  UpdateStage
`)

/** An organization, its accounts and units, and the policies over them. */
export const ORGANIZATIONS_OPERATIONS = words(`
  AttachPolicy CloseAccount CreateAccount CreateOrganization CreateOrganizationalUnit CreatePolicy DeleteOrganization
  DeleteOrganizationalUnit DeletePolicy DescribeAccount DescribeCreateAccountStatus DescribeOrganization
  DescribeOrganizationalUnit DescribePolicy DetachPolicy DisableAWSServiceAccess DisablePolicyType
  EnableAWSServiceAccess EnablePolicyType ListAWSServiceAccessForOrganization ListAccounts ListAccountsForParent
  ListChildren ListCreateAccountStatus ListDelegatedAdministrators ListOrganizationalUnitsForParent ListParents
  ListPolicies ListPoliciesForTarget ListRoots ListTagsForResource ListTargetsForPolicy MoveAccount
  RemoveAccountFromOrganization TagResource UntagResource UpdateOrganizationalUnit UpdatePolicy
`)

/** Hosted zones and their record sets. */
export const ROUTE53_OPERATIONS = words(`
  AssociateVPCWithHostedZone ChangeResourceRecordSets ChangeTagsForResource CreateHostedZone
  CreateVPCAssociationAuthorization DeleteHostedZone DeleteVPCAssociationAuthorization DisassociateVPCFromHostedZone
  GetChange GetHostedZone GetHostedZoneCount GetDNSSEC ListHostedZones ListHostedZonesByName ListHostedZonesByVPC
  ListResourceRecordSets ListTagsForResource ListTagsForResources ListVPCAssociationAuthorizations TestDNSAnswer
  UpdateHostedZoneComment
`)

/** Topics, subscriptions and what is published; not phones, mobile applications and data protection. */
export const SNS_OPERATIONS = words(`
  AddPermission ConfirmSubscription CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes
  ListSubscriptions ListSubscriptionsByTopic ListTagsForResource ListTopics Publish PublishBatch RemovePermission
  SetSubscriptionAttributes SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource
`)

/** Queues and their messages, without tasks that move messages back. */
export const SQS_OPERATIONS = words(`
  AddPermission ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue DeleteMessage DeleteMessageBatch
  DeleteQueue GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues ListQueueTags ListQueues PurgeQueue
  ReceiveMessage RemovePermission SendMessage SendMessageBatch SetQueueAttributes TagQueue UntagQueue
`)

/** Resources and service networks, without Lattice's own services, which route HTTP. */
export const VPC_LATTICE_OPERATIONS = words(`
  CreateResourceConfiguration CreateResourceGateway CreateServiceNetwork CreateServiceNetworkResourceAssociation
  CreateServiceNetworkVpcAssociation DeleteAuthPolicy DeleteResourceConfiguration DeleteResourceEndpointAssociation
  DeleteResourceGateway DeleteResourcePolicy DeleteServiceNetwork DeleteServiceNetworkResourceAssociation
  DeleteDomainVerification GetDomainVerification ListDomainVerifications StartDomainVerification
  DeleteServiceNetworkVpcAssociation GetAuthPolicy GetResourceConfiguration GetResourceGateway GetResourcePolicy
  GetServiceNetwork GetServiceNetworkResourceAssociation GetServiceNetworkVpcAssociation ListResourceConfigurations
  ListResourceEndpointAssociations ListResourceGateways ListServiceNetworkResourceAssociations
  ListServiceNetworkServiceAssociations ListServiceNetworkVpcAssociations ListServiceNetworkVpcEndpointAssociations
  ListServiceNetworks ListServices ListTagsForResource PutAuthPolicy PutResourcePolicy TagResource UntagResource
  UpdateResourceConfiguration UpdateResourceGateway UpdateServiceNetwork UpdateServiceNetworkVpcAssociation
`)

/** Resource shares, without permissions of the customers' own. */
export const RAM_OPERATIONS = words(`
  AcceptResourceShareInvitation AssociateResourceShare AssociateResourceSharePermission CreateResourceShare
  DeleteResourceShare DisassociateResourceShare EnableSharingWithAwsOrganization GetPermission
  GetResourceShareAssociations GetResourceShareInvitations GetResourceShares ListPendingInvitationResources
  ListPermissions ListPrincipals ListResourceSharePermissions ListResourceTypes ListResources
  RejectResourceShareInvitation TagResource UntagResource UpdateResourceShare
`)

/** Network and Gateway Load Balancers; of rules only what says that they have none but the default. */
export const LOAD_BALANCING_OPERATIONS = words(`
  AddListenerCertificates AddTags CreateListener CreateLoadBalancer CreateRule CreateTargetGroup DeleteListener
  DeleteLoadBalancer DeleteRule DeleteTargetGroup DeregisterTargets DescribeAccountLimits DescribeCapacityReservation
  DescribeListenerAttributes DescribeListenerCertificates DescribeListeners DescribeLoadBalancerAttributes
  DescribeLoadBalancers DescribeRules DescribeSSLPolicies DescribeTags DescribeTargetGroupAttributes
  DescribeTargetGroups DescribeTargetHealth ModifyListener ModifyListenerAttributes ModifyLoadBalancerAttributes
  ModifyTargetGroup ModifyTargetGroupAttributes RegisterTargets RemoveListenerCertificates RemoveTags
  SetIpAddressType SetSecurityGroups SetSubnets
`)

/** Certificates that are imported. */
export const ACM_OPERATIONS = words(`
  AddTagsToCertificate DeleteCertificate DescribeCertificate GetCertificate ImportCertificate ListCertificates
  ListTagsForCertificate RemoveTagsFromCertificate RequestCertificate
`)

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/))
}
