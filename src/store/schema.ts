// The tables of a world: which records there are, and by which fields each table can be asked.

import type { RestApi, RestApiDeployment, RestApiResource, RestApiStage } from './apigateway-records.ts'
import type { DirectConnectConnection, VirtualInterface } from './direct-connect-records.ts'
import type {
  FirewallConfig,
  FirewallDomainList,
  FirewallRuleGroup,
  FirewallRuleGroupAssociation,
} from './dns-firewall-records.ts'
import type { FlowLog } from './flow-log-records.ts'
import type { HealthCheck } from './health-check-records.ts'
import type {
  AccessKey,
  IamAccountAlias,
  IamGroup,
  IamGroupMembership,
  IamPolicy,
  IamRole,
  IamRoleDeletion,
  IamUser,
  InstanceProfile,
  VirtualMfaDevice,
} from './iam-records.ts'
import type { InstanceConnectEndpoint } from './instance-connect-records.ts'
import type { AddressTransfer, ElasticAddress, NatGateway, Site } from './internet-records.ts'
import type { Ipam, IpamPool, IpamPoolAllocation, IpamPoolCidr, IpamScope } from './ipam-records.ts'
import type { EgressOnlyInternetGateway } from './ipv6-records.ts'
import type { KeyPair } from './key-pair-records.ts'
import type {
  DomainVerification,
  EndpointAssociation,
  EndpointAssociationAddress,
  LatticePolicy,
  ResourceConfiguration,
  ResourceGateway,
  ResourceShare,
  ServiceNetwork,
  ServiceNetworkResourceAssociation,
  ServiceNetworkVpcAssociation,
  SharedResource,
  ShareInvitation,
  SharePrincipal,
} from './lattice-records.ts'
import type { LaunchTemplate, LaunchTemplateVersion, PlacementGroup } from './launch-template-records.ts'
import type { ListenerRule } from './listener-rule-records.ts'
import type {
  Certificate,
  ConnectionNotification,
  EndpointService,
  EndpointServicePermission,
  FailedZone,
  Listener,
  LoadBalancer,
  PendingNotification,
  Target,
  TargetGroup,
  WithdrawnNode,
  WithdrawnZone,
} from './load-balancing-records.ts'
import type { SnsSubscription, SnsTopic, SqsQueue } from './messaging-records.ts'
import type { MetricAlarm } from './monitoring-records.ts'
import type { NetworkInsightsAnalysis, NetworkInsightsPath } from './network-insights-records.ts'
import type {
  Organization,
  OrganizationAccount,
  OrganizationalUnit,
  OrganizationPolicy,
  OrganizationPolicyAttachment,
} from './organizations-records.ts'
import type { VpcPeeringConnection } from './peering-records.ts'
import type { ManagedPrefixList, PrefixListVersion } from './prefix-list-records.ts'
import type { PublicAccessExclusion, PublicAccessOptions } from './public-access-records.ts'
import type { QueryLogConfig, QueryLogConfigAssociation } from './query-log-records.ts'
import type {
  AccountRegion,
  ClientToken,
  Counter,
  DhcpOptions,
  Image,
  Instance,
  InternetGateway,
  NetworkAcl,
  NetworkInterface,
  NetworkInterfacePermission,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  SecurityGroupVpcAssociation,
  Subnet,
  Volume,
  Vpc,
  VpcEndpoint,
} from './records.ts'
import type { ResolverEndpoint, ResolverRule, ResolverRuleAssociation } from './resolver-records.ts'
import type {
  HostedZone,
  HostedZoneAssociation,
  ResourceRecordSet,
  VpcAssociationAuthorization,
} from './route53-records.ts'
import type { RaisedQuota, ServiceQuotaRequest } from './service-quota-records.ts'
import type {
  SsmAssociation,
  SsmCommand,
  SsmCommandInvocation,
  SsmDocument,
  SsmManagedInstance,
  SsmParameter,
  SsmParameterVersion,
  SsmSession,
} from './ssm-records.ts'
import type { SubnetCidrReservation } from './subnet-reservation-records.ts'
import type { TransitGateway, TransitGatewayAttachment, TransitGatewayRouteTable } from './transit-gateway-records.ts'
import type {
  CustomerGateway,
  DirectConnectGateway,
  DirectConnectGatewayAssociation,
  OnPremisesAttachment,
  OnPremisesNetwork,
  VpnConnection,
  VpnGateway,
} from './vpn-records.ts'

/** Table name to record type: the whole state of a world. */
export interface Schema {
  vpcs: Vpc
  subnets: Subnet
  routeTables: RouteTable
  securityGroups: SecurityGroup
  securityGroupVpcAssociations: SecurityGroupVpcAssociation
  securityGroupRules: SecurityGroupRule
  networkAcls: NetworkAcl
  networkInterfaces: NetworkInterface
  networkInterfacePermissions: NetworkInterfacePermission
  instances: Instance
  volumes: Volume
  images: Image
  vpcEndpoints: VpcEndpoint
  internetGateways: InternetGateway
  keyPairs: KeyPair
  launchTemplates: LaunchTemplate
  launchTemplateVersions: LaunchTemplateVersion
  placementGroups: PlacementGroup
  managedPrefixLists: ManagedPrefixList
  prefixListVersions: PrefixListVersion
  dhcpOptions: DhcpOptions
  accountRegions: AccountRegion
  counters: Counter
  clientTokens: ClientToken
  iamUsers: IamUser
  iamGroups: IamGroup
  iamGroupMemberships: IamGroupMembership
  iamRoles: IamRole
  iamRoleDeletions: IamRoleDeletion
  iamAccountAliases: IamAccountAlias
  iamPolicies: IamPolicy
  instanceProfiles: InstanceProfile
  accessKeys: AccessKey
  virtualMfaDevices: VirtualMfaDevice
  organizations: Organization
  organizationAccounts: OrganizationAccount
  organizationalUnits: OrganizationalUnit
  organizationPolicies: OrganizationPolicy
  organizationPolicyAttachments: OrganizationPolicyAttachment
  hostedZones: HostedZone
  hostedZoneAssociations: HostedZoneAssociation
  vpcAssociationAuthorizations: VpcAssociationAuthorization
  resourceRecordSets: ResourceRecordSet
  restApis: RestApi
  restApiResources: RestApiResource
  restApiDeployments: RestApiDeployment
  restApiStages: RestApiStage
  ssmParameters: SsmParameter
  ssmParameterVersions: SsmParameterVersion
  ssmManagedInstances: SsmManagedInstance
  ssmDocuments: SsmDocument
  ssmCommands: SsmCommand
  ssmAssociations: SsmAssociation
  ssmCommandInvocations: SsmCommandInvocation
  ssmSessions: SsmSession
  loadBalancers: LoadBalancer
  listeners: Listener
  listenerRules: ListenerRule
  targetGroups: TargetGroup
  targets: Target
  withdrawnNodes: WithdrawnNode
  withdrawnZones: WithdrawnZone
  failedZones: FailedZone
  certificates: Certificate
  endpointServices: EndpointService
  endpointServicePermissions: EndpointServicePermission
  connectionNotifications: ConnectionNotification
  pendingNotifications: PendingNotification
  snsTopics: SnsTopic
  snsSubscriptions: SnsSubscription
  sqsQueues: SqsQueue
  resourceGateways: ResourceGateway
  resourceConfigurations: ResourceConfiguration
  domainVerifications: DomainVerification
  serviceNetworks: ServiceNetwork
  serviceNetworkResourceAssociations: ServiceNetworkResourceAssociation
  serviceNetworkVpcAssociations: ServiceNetworkVpcAssociation
  latticePolicies: LatticePolicy
  endpointAssociations: EndpointAssociation
  endpointAssociationAddresses: EndpointAssociationAddress
  resourceShares: ResourceShare
  sharedResources: SharedResource
  sharePrincipals: SharePrincipal
  shareInvitations: ShareInvitation
  elasticAddresses: ElasticAddress
  addressTransfers: AddressTransfer
  natGateways: NatGateway
  flowLogs: FlowLog
  subnetCidrReservations: SubnetCidrReservation
  instanceConnectEndpoints: InstanceConnectEndpoint
  ipams: Ipam
  ipamScopes: IpamScope
  ipamPools: IpamPool
  ipamPoolCidrs: IpamPoolCidr
  ipamPoolAllocations: IpamPoolAllocation
  publicAccessOptions: PublicAccessOptions
  publicAccessExclusions: PublicAccessExclusion
  networkInsightsPaths: NetworkInsightsPath
  networkInsightsAnalyses: NetworkInsightsAnalysis
  metricAlarms: MetricAlarm
  healthChecks: HealthCheck
  sites: Site
  vpcPeeringConnections: VpcPeeringConnection
  egressOnlyInternetGateways: EgressOnlyInternetGateway
  resolverEndpoints: ResolverEndpoint
  resolverRules: ResolverRule
  resolverRuleAssociations: ResolverRuleAssociation
  firewallDomainLists: FirewallDomainList
  firewallRuleGroups: FirewallRuleGroup
  firewallRuleGroupAssociations: FirewallRuleGroupAssociation
  firewallConfigs: FirewallConfig
  queryLogConfigs: QueryLogConfig
  queryLogConfigAssociations: QueryLogConfigAssociation
  transitGateways: TransitGateway
  transitGatewayAttachments: TransitGatewayAttachment
  transitGatewayRouteTables: TransitGatewayRouteTable
  vpnGateways: VpnGateway
  customerGateways: CustomerGateway
  vpnConnections: VpnConnection
  directConnectConnections: DirectConnectConnection
  virtualInterfaces: VirtualInterface
  directConnectGateways: DirectConnectGateway
  raisedQuotas: RaisedQuota
  serviceQuotaRequests: ServiceQuotaRequest
  directConnectGatewayAssociations: DirectConnectGatewayAssociation
  onPremisesNetworks: OnPremisesNetwork
  onPremisesAttachments: OnPremisesAttachment
}

/** Fields by which a table can be asked for all its records with one value. */
export const INDEXES = {
  vpcs: ['owner'],
  subnets: ['owner', 'vpcId', 'networkAclId'],
  routeTables: ['owner', 'vpcId'],
  securityGroups: ['owner', 'vpcId'],
  securityGroupVpcAssociations: ['owner', 'groupId', 'vpcId'],
  securityGroupRules: ['owner', 'groupId'],
  networkAcls: ['owner', 'vpcId'],
  networkInterfaces: [
    'owner',
    'vpcId',
    'subnetId',
    'backboneAddress',
    'vpcEndpointId',
    'loadBalancerId',
    'resourceGatewayId',
    'publicAddress',
  ],
  networkInterfacePermissions: ['owner', 'networkInterfaceId'],
  instances: ['owner', 'vpcId', 'reservationId'],
  volumes: ['owner', 'instanceId'],
  images: ['owner'],
  vpcEndpoints: [
    'owner',
    'vpcId',
    'backboneAddress',
    'endpointServiceId',
    'resourceConfigurationId',
    'serviceNetworkId',
  ],
  internetGateways: ['owner', 'vpcId'],
  keyPairs: ['owner'],
  launchTemplates: ['owner'],
  launchTemplateVersions: ['launchTemplateId'],
  placementGroups: ['owner'],
  managedPrefixLists: ['owner'],
  prefixListVersions: ['prefixListId'],
  dhcpOptions: ['owner'],
  accountRegions: [],
  counters: [],
  clientTokens: ['resourceId'],
  iamUsers: ['owner', 'name'],
  iamGroups: ['owner', 'name'],
  iamGroupMemberships: ['groupId', 'userId'],
  iamRoles: ['owner', 'name'],
  iamRoleDeletions: ['owner'],
  iamAccountAliases: ['owner'],
  iamPolicies: ['owner', 'name'],
  instanceProfiles: ['owner', 'name'],
  accessKeys: ['owner'],
  virtualMfaDevices: ['owner', 'userId'],
  organizations: ['managementAccount'],
  organizationAccounts: ['organizationId', 'parentId'],
  organizationalUnits: ['organizationId', 'parentId'],
  organizationPolicies: ['organizationId'],
  organizationPolicyAttachments: ['organizationId', 'policyId', 'targetId'],
  hostedZones: ['owner', 'name', 'isPrivate'],
  hostedZoneAssociations: ['hostedZoneId', 'vpcId'],
  vpcAssociationAuthorizations: ['hostedZoneId'],
  resourceRecordSets: ['hostedZoneId'],
  restApis: ['owner'],
  restApiResources: ['restApiId'],
  restApiDeployments: ['restApiId'],
  restApiStages: ['restApiId'],
  ssmParameters: ['owner'],
  ssmParameterVersions: ['parameterId'],
  ssmManagedInstances: ['owner'],
  ssmDocuments: ['owner'],
  ssmCommands: ['owner', 'associationId'],
  ssmAssociations: ['owner'],
  ssmCommandInvocations: ['owner', 'commandId', 'instanceId', 'status'],
  ssmSessions: ['owner', 'target', 'status'],
  loadBalancers: ['owner', 'vpcId', 'endpointServiceId'],
  listeners: ['owner', 'loadBalancerId', 'targetGroupId'],
  listenerRules: ['owner', 'listenerId', 'loadBalancerId'],
  targetGroups: ['owner', 'vpcId'],
  targets: ['targetGroupId', 'target'],
  withdrawnNodes: ['loadBalancerId'],
  withdrawnZones: [],
  failedZones: [],
  certificates: ['owner'],
  endpointServices: ['owner'],
  endpointServicePermissions: ['serviceId'],
  connectionNotifications: ['owner', 'serviceId', 'vpcEndpointId'],
  pendingNotifications: ['notificationId'],
  snsTopics: ['owner'],
  snsSubscriptions: ['owner', 'topicArn'],
  sqsQueues: ['owner'],
  resourceGateways: ['owner', 'vpcId'],
  resourceConfigurations: ['owner', 'resourceGatewayId', 'groupId', 'domainVerificationId'],
  domainVerifications: ['owner'],
  serviceNetworks: ['owner'],
  serviceNetworkResourceAssociations: ['owner', 'serviceNetworkId', 'resourceConfigurationId'],
  serviceNetworkVpcAssociations: ['owner', 'serviceNetworkId', 'vpcId'],
  latticePolicies: [],
  endpointAssociations: ['vpcEndpointId', 'resourceConfigurationId'],
  endpointAssociationAddresses: ['associationId', 'vpcEndpointId', 'backboneAddress'],
  resourceShares: ['owner'],
  sharedResources: ['shareId', 'resourceArn'],
  sharePrincipals: ['shareId', 'principal'],
  shareInvitations: ['shareId', 'receiver'],
  elasticAddresses: ['owner', 'publicIp', 'networkInterfaceId', 'vpcId'],
  addressTransfers: ['owner', 'accountId'],
  natGateways: ['owner', 'vpcId', 'subnetId'],
  flowLogs: ['owner', 'vpcId', 'resourceId'],
  subnetCidrReservations: ['owner', 'subnetId'],
  instanceConnectEndpoints: ['owner'],
  ipams: ['owner'],
  ipamScopes: ['owner', 'ipamId'],
  ipamPools: ['owner', 'scopeId', 'sourcePoolId'],
  ipamPoolCidrs: ['poolId'],
  ipamPoolAllocations: ['poolId', 'resourceId'],
  publicAccessOptions: ['owner'],
  publicAccessExclusions: ['owner', 'resourceId'],
  networkInsightsPaths: ['owner'],
  networkInsightsAnalyses: ['owner', 'pathId', 'status'],
  metricAlarms: ['owner'],
  healthChecks: ['owner'],
  sites: ['address'],
  vpcPeeringConnections: ['owner', 'accepter', 'requesterVpcId', 'accepterVpcId'],
  egressOnlyInternetGateways: ['owner', 'vpcId'],
  resolverEndpoints: ['owner', 'vpcId'],
  resolverRules: ['owner', 'resolverEndpointId'],
  resolverRuleAssociations: ['owner', 'ruleId', 'vpcId'],
  firewallDomainLists: ['owner'],
  firewallRuleGroups: ['owner'],
  firewallRuleGroupAssociations: ['owner', 'ruleGroupId', 'vpcId'],
  firewallConfigs: ['owner'],
  queryLogConfigs: ['owner'],
  queryLogConfigAssociations: ['owner', 'configId', 'vpcId'],
  transitGateways: ['owner'],
  transitGatewayAttachments: ['owner', 'transitGatewayId', 'transitGatewayOwner', 'vpcId'],
  transitGatewayRouteTables: ['owner', 'transitGatewayId'],
  vpnGateways: ['owner', 'vpcId'],
  customerGateways: ['owner'],
  vpnConnections: ['owner', 'customerGatewayId', 'vpnGatewayId', 'transitGatewayId'],
  directConnectConnections: ['owner'],
  virtualInterfaces: ['owner', 'connectionOwner', 'connectionId', 'vpnGatewayId', 'directConnectGatewayId'],
  directConnectGateways: ['owner'],
  raisedQuotas: ['owner'],
  serviceQuotaRequests: ['owner'],
  directConnectGatewayAssociations: ['owner', 'directConnectGatewayId', 'gatewayId'],
  onPremisesNetworks: ['backboneAddress'],
  onPremisesAttachments: ['networkId', 'gatewayId', 'virtualInterfaceId'],
} as const satisfies { readonly [T in keyof Schema]: readonly (keyof Schema[T])[] }
