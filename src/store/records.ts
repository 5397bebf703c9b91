// The records: everything Postern knows, as plain immutable values. API calls write them, `compile` reads them.
// A field that AWS derives (counts, states of routes) is not here; whoever shows it derives it.

import type { Address } from '../ip/address.ts'
import type { Cidr } from '../ip/cidr.ts'
import type { PortRange, Protocol } from '../ip/protocol.ts'
import type { FlowLog } from './flow-log-records.ts'
import type { HealthCheck } from './health-check-records.ts'
import type { ElasticAddress, NatGateway, NatGatewayId, Site } from './internet-records.ts'
import type {
  EgressOnlyInternetGateway,
  EgressOnlyInternetGatewayId,
  Ipv6CidrAssociation,
  SubnetIpv6Cidr,
} from './ipv6-records.ts'
import type { KeyPair } from './key-pair-records.ts'
import type {
  DomainVerification,
  EndpointAssociation,
  EndpointAssociationAddress,
  LatticePolicy,
  PrivateDnsPreference,
  ResourceConfiguration,
  ResourceConfigurationId,
  ResourceGateway,
  ResourceGatewayId,
  ResourceShare,
  ServiceNetwork,
  ServiceNetworkId,
  ServiceNetworkResourceAssociation,
  ServiceNetworkVpcAssociation,
  SharedResource,
  ShareInvitation,
  SharePrincipal,
} from './lattice-records.ts'
import type { LaunchTemplate, LaunchTemplateVersion, PlacementGroup } from './launch-template-records.ts'
import type {
  Certificate,
  ConnectionNotification,
  EndpointService,
  EndpointServiceId,
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
import type { VpcPeeringConnection, VpcPeeringConnectionId } from './peering-records.ts'
import type { ManagedPrefixList, PrefixListVersion } from './prefix-list-records.ts'
import type { ResolverEndpoint, ResolverEndpointId, ResolverRule, ResolverRuleAssociation } from './resolver-records.ts'
import type {
  TransitGateway,
  TransitGatewayAttachment,
  TransitGatewayAttachmentId,
  TransitGatewayId,
  TransitGatewayRouteTable,
} from './transit-gateway-records.ts'
import type {
  CustomerGateway,
  DirectConnectGateway,
  DirectConnectGatewayAssociation,
  OnPremisesAttachment,
  OnPremisesNetwork,
  VpnConnection,
  VpnGateway,
  VpnGatewayId,
} from './vpn-records.ts'

/** Exactly 12 digits, kept as text because leading zeros count. */
export type AccountId = string
/** A region name such as `us-east-1`. */
export type Region = string
/** An RFC 3339 instant in UTC with milliseconds. */
export type Instant = string
export type Tags = Readonly<Record<string, string>>

export type VpcId = `vpc-${string}`
export type SubnetId = `subnet-${string}`
export type RouteTableId = `rtb-${string}`
export type SecurityGroupId = `sg-${string}`
export type SecurityGroupRuleId = `sgr-${string}`
export type NetworkAclId = `acl-${string}`
export type NetworkInterfaceId = `eni-${string}`
export type InstanceId = `i-${string}`
export type VolumeId = `vol-${string}`
export type ImageId = `ami-${string}`
export type VpcEndpointId = `vpce-${string}`
export type PrefixListId = `pl-${string}`
export type InternetGatewayId = `igw-${string}`
export type DhcpOptionsId = `dopt-${string}`

/** What every EC2 record has. `createdAt` is when the call that made it was accepted. */
export interface Owned {
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  readonly createdAt: Instant
}

export interface CidrAssociation {
  /** `vpc-cidr-assoc-…` */
  readonly associationId: string
  readonly cidr: Cidr
}

export interface Vpc extends Owned {
  readonly id: VpcId
  /** The first is the primary block; its +2 is the resolver. */
  readonly cidrBlocks: readonly CidrAssociation[]
  /** Absent: none. */
  readonly ipv6CidrBlocks?: readonly Ipv6CidrAssociation[]
  readonly isDefault: boolean
  readonly instanceTenancy: 'default' | 'dedicated'
  readonly enableDnsSupport: boolean
  readonly enableDnsHostnames: boolean
  readonly enableNetworkAddressUsageMetrics: boolean
  readonly dhcpOptionsId: DhcpOptionsId | 'default'
}

export interface Subnet extends Owned {
  readonly id: SubnetId
  readonly vpcId: VpcId
  readonly cidr: Cidr
  /** Absent: none. */
  readonly ipv6Cidr?: SubnetIpv6Cidr
  readonly availabilityZone: string
  readonly availabilityZoneId: string
  readonly defaultForAz: boolean
  readonly mapPublicIpOnLaunch: boolean
  readonly networkAclId: NetworkAclId
  /** `aclassoc-…`; a new one each time the ACL is replaced. */
  readonly networkAclAssociationId: string
  readonly assignIpv6AddressOnCreation: boolean
  readonly enableDns64: boolean
  readonly hostnameType: 'ip-name' | 'resource-name'
  readonly enableResourceNameDnsARecord: boolean
  readonly enableResourceNameDnsAAAARecord: boolean
}

export type RouteDestination =
  | { readonly kind: 'cidr'; readonly cidr: Cidr }
  | { readonly kind: 'prefixList'; readonly prefixListId: PrefixListId }

export type RouteTarget =
  | { readonly kind: 'internetGateway'; readonly id: InternetGatewayId }
  | { readonly kind: 'networkInterface'; readonly id: NetworkInterfaceId; readonly instanceId?: InstanceId }
  | { readonly kind: 'peering'; readonly id: VpcPeeringConnectionId }
  | { readonly kind: 'natGateway'; readonly id: NatGatewayId }
  | { readonly kind: 'egressOnlyInternetGateway'; readonly id: EgressOnlyInternetGatewayId }
  | { readonly kind: 'transitGateway'; readonly id: TransitGatewayId }
  | { readonly kind: 'vpnGateway'; readonly id: VpnGatewayId }
  /** A Gateway Load Balancer endpoint. */
  | { readonly kind: 'vpcEndpoint'; readonly id: VpcEndpointId }
  /** Targets that are stored and shown and that no packet can use yet. */
  | { readonly kind: 'other'; readonly id: string }

/** A route that a user made. `local` routes and gateway endpoints' routes are derived from the VPC and the endpoints. */
export interface Route {
  readonly destination: RouteDestination
  readonly target: RouteTarget
}

export interface RouteTableAssociation {
  /** `rtbassoc-…` */
  readonly id: string
  /** Absent for the main association, and for a gateway's. */
  readonly subnetId?: SubnetId
  /** Of a gateway route table: what comes in by this gateway is routed by the table. */
  readonly gatewayId?: InternetGatewayId | VpnGatewayId
  readonly main: boolean
}

export interface RouteTable extends Owned {
  readonly id: RouteTableId
  readonly vpcId: VpcId
  /** 1 to 65535, unique in the VPC and never changed: the packet mark and the number of the kernel's table. */
  readonly number: number
  readonly routes: readonly Route[]
  readonly associations: readonly RouteTableAssociation[]
  /** Virtual private gateways whose routes it takes; absent: none. */
  readonly propagatingVpnGatewayIds?: readonly VpnGatewayId[]
}

export interface SecurityGroup extends Owned {
  readonly id: SecurityGroupId
  readonly vpcId: VpcId
  readonly name: string
  readonly description: string
}

export type SecurityGroupPeer =
  | { readonly kind: 'cidr'; readonly cidr: Cidr }
  | { readonly kind: 'prefixList'; readonly prefixListId: PrefixListId }
  | {
      readonly kind: 'group'
      readonly groupId: SecurityGroupId
      readonly account: AccountId
      /** Of a group of another VPC, and the connection by which it could be named. */
      readonly across?: { readonly vpcId: VpcId; readonly peeringId: VpcPeeringConnectionId }
    }

export interface SecurityGroupRule extends Owned {
  readonly id: SecurityGroupRuleId
  readonly groupId: SecurityGroupId
  readonly direction: 'ingress' | 'egress'
  readonly protocol: Protocol
  /** TCP and UDP only; absent means every port. */
  readonly ports?: PortRange
  /** ICMP only; -1 means all. */
  readonly icmp?: { readonly type: number; readonly code: number }
  readonly peer: SecurityGroupPeer
  readonly description?: string
}

export interface NetworkAclEntry {
  /** 1 to 32766; the lowest that matches decides. */
  readonly ruleNumber: number
  readonly egress: boolean
  readonly action: 'allow' | 'deny'
  readonly protocol: Protocol
  readonly cidr: Cidr
  readonly ports?: PortRange
  readonly icmp?: { readonly type: number; readonly code: number }
}

export interface NetworkAcl extends Owned {
  readonly id: NetworkAclId
  readonly vpcId: VpcId
  readonly isDefault: boolean
  /** Without the implicit deny at the end. */
  readonly entries: readonly NetworkAclEntry[]
}

export interface NetworkInterfaceAttachment {
  /** `eni-attach-…` */
  readonly id: string
  readonly instanceId: InstanceId
  readonly deviceIndex: number
  readonly deleteOnTermination: boolean
  readonly attachedAt: Instant
}

export interface NetworkInterface extends Owned {
  readonly id: NetworkInterfaceId
  readonly vpcId: VpcId
  readonly subnetId: SubnetId
  readonly description: string
  readonly interfaceType:
    | 'interface'
    | 'vpc_endpoint'
    | 'network_load_balancer'
    | 'gateway_load_balancer'
    | 'gateway_load_balancer_endpoint'
    | 'nat_gateway'
    | 'transit_gateway'
  readonly requesterManaged: boolean
  /** The endpoint that owns it; it then has no attachment to an instance. */
  readonly vpcEndpointId?: VpcEndpointId
  /** The load balancer whose node it is; it then has no attachment to an instance. */
  readonly loadBalancerId?: string
  /** The attachment to a transit gateway that it is a part of; it then has no attachment to an instance. */
  readonly transitGatewayAttachmentId?: TransitGatewayAttachmentId
  /** The resource gateway that it is a part of; it then has no attachment to an instance. */
  readonly resourceGatewayId?: ResourceGatewayId
  /** The NAT gateway whose it is; it then has no attachment to an instance. */
  readonly natGatewayId?: NatGatewayId
  /** The endpoint of Route 53 Resolver that it is a part of; it then has no attachment to an instance. */
  readonly resolverEndpointId?: ResolverEndpointId
  /** The public address that its launch gave the primary address, until the instance stops or an Elastic IP takes its place. */
  readonly publicAddress?: Address
  /** Its launch asked for a public address, so it gets another at each start. */
  readonly wantsPublicAddress?: true
  /** Blocks of its subnet that are its own beside its addresses: a ServiceNetwork endpoint's. */
  readonly prefixes?: readonly Cidr[]
  /** Colon-separated lower case, locally administered. */
  readonly macAddress: string
  /** The first is the primary address. */
  readonly privateAddresses: readonly Address[]
  /** Absent: none. The first is the primary one, where the interface has a primary one. */
  readonly ipv6Addresses?: readonly Address[]
  /** The first IPv6 address is its primary one, which cannot be taken away. */
  readonly hasPrimaryIpv6?: true
  readonly groupIds: readonly SecurityGroupId[]
  readonly sourceDestCheck: boolean
  readonly attachment?: NetworkInterfaceAttachment
  /** The attachment that was taken off last: whoever asks for it by its id sees it `detached`. */
  readonly detached?: NetworkInterfaceAttachment
  /** Out of 240.0.0.0/4, unique in the world: who this interface is once its packets left the VPC. */
  readonly backboneAddress: Address
  /** The host whose kernel carries the interface; `local` while there is one host. */
  readonly host: string
}

export type InstanceState = 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated'

export interface MetadataOptions {
  readonly httpTokens: 'optional' | 'required'
  readonly httpEndpoint: 'enabled' | 'disabled'
  readonly httpPutResponseHopLimit: number
  readonly httpProtocolIpv6: 'enabled' | 'disabled'
  readonly instanceMetadataTags: 'enabled' | 'disabled'
}

/** That another account may use an interface: nothing here does. */
export interface NetworkInterfacePermission extends Owned {
  readonly id: `eni-perm-${string}`
  readonly networkInterfaceId: NetworkInterfaceId
  readonly account: AccountId
  readonly permission: 'INSTANCE-ATTACH' | 'EIP-ASSOCIATE'
}

export interface Instance extends Owned {
  readonly id: InstanceId
  /** `r-…`, shared by the instances of one RunInstances call. */
  readonly reservationId: string
  /** The launch's idempotency token; absent when it had none. */
  readonly clientToken?: string
  readonly amiLaunchIndex: number
  readonly imageId: ImageId
  readonly instanceType: string
  readonly keyName?: string
  /** Absent: none. */
  readonly placementGroup?: { readonly name: string; readonly partitionNumber?: number }
  readonly vpcId: VpcId
  readonly subnetId: SubnetId
  readonly state: InstanceState
  /** Why the state last changed, as `Code: message`; absent while pending or running. */
  readonly stateReason?: { readonly code: string; readonly message: string }
  /** When the present stop or termination was asked for, or, once `terminated`, when it was done; absent while pending
   * or running. */
  readonly stateChangedAt?: Instant
  readonly launchedAt: Instant
  /** 1 at launch and one more at each start and reboot; a driver that has a lower one boots the instance again. */
  readonly boot: number
  readonly instanceProfileId?: string
  /** `iip-assoc-…`, when there is a profile. */
  readonly instanceProfileAssociationId?: string
  /** Base64, as sent. */
  readonly userData?: string
  readonly metadataOptions: MetadataOptions
  readonly disableApiTermination: boolean
  readonly disableApiStop: boolean
  readonly shutdownBehavior: 'stop' | 'terminate'
  readonly ebsOptimized: boolean
  readonly monitoring: boolean
  readonly rootVolumeId: VolumeId
  readonly creditSpecification?: 'standard' | 'unlimited'
  /** As the launch or its subnet asked; absent, of older launches, for IP-based names only. */
  readonly privateDnsNameOptions?: PrivateDnsNameOptions
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-naming.html */
export interface PrivateDnsNameOptions {
  readonly hostnameType: 'ip-name' | 'resource-name'
  /** Whether the resolver answers for `i-….ec2.internal`. */
  readonly enableResourceNameDnsARecord: boolean
  readonly enableResourceNameDnsAAAARecord: boolean
}

/** A volume is shown, for clients that read it, and holds nothing: an instance's files are in its own layer. */
export interface Volume extends Owned {
  readonly id: VolumeId
  /** Absent when an instance that did not take it along was terminated: the volume is `available`. */
  readonly instanceId?: InstanceId
  readonly availabilityZone: string
  readonly device: string
  /** GiB. */
  readonly size: number
  readonly volumeType: string
  readonly iops?: number
  readonly throughput?: number
  readonly encrypted: boolean
  readonly deleteOnTermination: boolean
}

/** A root file system that the user imported. The host's own root is offered under well-known names without a record. */
export interface Image extends Owned {
  readonly id: ImageId
  readonly name: string
  readonly description: string
  readonly architecture: 'x86_64' | 'arm64'
  /** Absolute path of the unpacked root file system. */
  readonly path: string
}

export type VpcEndpointState = 'pendingAcceptance' | 'pending' | 'available' | 'deleting' | 'rejected' | 'failed'

export interface VpcEndpoint extends Owned {
  readonly id: VpcEndpointId
  readonly type: 'Gateway' | 'Interface' | 'GatewayLoadBalancer' | 'Resource' | 'ServiceNetwork'
  readonly vpcId: VpcId
  /** Empty for Resource and ServiceNetwork. */
  readonly serviceName: string
  /** Resource only: what it leads to. */
  readonly resourceConfigurationId?: ResourceConfigurationId
  /** ServiceNetwork only: whose resources it leads to. */
  readonly serviceNetworkId?: ServiceNetworkId
  /** Resource and ServiceNetwork. */
  readonly privateDns?: PrivateDnsPreference
  /** The service of a user that it leads to; absent for AWS's services. */
  readonly endpointServiceId?: EndpointServiceId
  /** `vpce-con-…`, with `endpointServiceId`: the connection as the service's owner sees it. */
  readonly connectionId?: string
  /** The tags that the service's owner gave the connection; absent: none. */
  readonly connectionTags?: Tags
  /** The region of the service when it is another than the endpoint's. */
  readonly serviceRegion?: Region
  readonly state: VpcEndpointState
  /** The document as sent, or AWS's default. */
  readonly policyDocument: string
  /** Gateway only; empty otherwise. */
  readonly routeTableIds: readonly RouteTableId[]
  /** Interface only; empty otherwise. Its interfaces are the network interfaces with its id. */
  readonly groupIds: readonly SecurityGroupId[]
  /** Interface only: the 8 characters after the id in its DNS names. */
  readonly dnsHash?: string
  /** Interface only: `Z…`, the hidden zone of its private names, the same whether or not they are enabled. */
  readonly hiddenZoneId?: string
  readonly ipAddressType: 'ipv4' | 'ipv6' | 'dualstack'
  readonly dnsRecordIpType: 'ipv4' | 'ipv6' | 'dualstack' | 'service-defined'
  readonly privateDnsEnabled: boolean
  /** Of a user's service: its private name as it was when private DNS was enabled last. The provider may have taken
   * another since. */
  readonly privateDnsName?: string
  /** S3 only: the private names are for queries from outside the VPC, by inbound endpoints of the resolver; inside it the
   * public names stay. */
  readonly privateDnsOnlyForInboundResolverEndpoint: boolean
  /** Out of 240.0.0.0/4: the address by which the edge knows which endpoint a connection came by. A gateway endpoint's;
   * of an interface endpoint each network interface has its own, and nothing comes by this one. */
  readonly backboneAddress: Address
}

export interface InternetGateway extends Owned {
  readonly id: InternetGatewayId
  readonly vpcId?: VpcId
}

export interface DhcpOptions extends Owned {
  readonly id: DhcpOptionsId
  readonly configurations: readonly { readonly key: string; readonly values: readonly string[] }[]
}

/** A region that an account has used. It exists from the first request on, and with it the default VPC was made. */
export interface AccountRegion {
  /** `account/region` */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly createdAt: Instant
  /** What a VPC has until other options are associated. */
  readonly defaultDhcpOptionsId: DhcpOptionsId
}

/** A number that only grows, for what must not be handed out twice in a row. */
export interface Counter {
  /** What is counted: `backboneAddress`. */
  readonly id: string
  readonly value: number
}

/** What a `ClientToken` made, so that the same call again answers the same. */
export interface ClientToken {
  /** `account/region/Action/token` */
  readonly id: string
  /** SHA-256 of the parameters, hex. */
  readonly parameters: string
  readonly resourceId: string
}

/** A policy document by name, as text. */
export type InlinePolicies = Readonly<Record<string, string>>

interface IamEntity {
  /** The unique id: `AIDA…`, `AGPA…`, `AROA…`, `ANPA…`, `AIPA…`. */
  readonly id: string
  readonly owner: AccountId
  readonly name: string
  /** Begins and ends with `/`. */
  readonly path: string
  readonly tags: Tags
  readonly createdAt: Instant
}

export interface IamUser extends IamEntity {
  readonly inlinePolicies: InlinePolicies
  readonly attachedPolicyArns: readonly string[]
  readonly permissionsBoundaryArn?: string
}

/** Its policies are its users' too. A group has no tags. */
export interface IamGroup extends IamEntity {
  readonly inlinePolicies: InlinePolicies
  readonly attachedPolicyArns: readonly string[]
}

/** A user in a group; names may change, so it goes by ids. */
export interface IamGroupMembership {
  /** `AGPA…/AIDA…` */
  readonly id: string
  readonly groupId: string
  readonly userId: string
}

export interface IamRole extends IamEntity {
  readonly description?: string
  readonly assumeRolePolicyDocument: string
  /** Seconds. */
  readonly maxSessionDuration: number
  readonly inlinePolicies: InlinePolicies
  readonly attachedPolicyArns: readonly string[]
  readonly permissionsBoundaryArn?: string
}

/** That a service-linked role was deleted, for whoever asks how far it is. */
export interface IamRoleDeletion {
  /** `task/aws-service-role/SERVICE/ROLE/…` */
  readonly id: string
  readonly owner: AccountId
}

export interface IamAccountAlias {
  /** The alias itself: no two accounts have the same. */
  readonly id: string
  readonly owner: AccountId
}

export interface IamPolicyVersion {
  /** `v1`, `v2` … */
  readonly versionId: string
  readonly document: string
  readonly isDefault: boolean
  readonly createdAt: Instant
}

/** A customer managed policy; AWS's own are in the catalogue. */
export interface IamPolicy extends IamEntity {
  readonly description?: string
  readonly versions: readonly IamPolicyVersion[]
  /** The number of the newest version ever made; a deleted number is not used again. */
  readonly lastVersion: number
}

export interface InstanceProfile extends IamEntity {
  /** A role's `name` in the same account; a profile holds one at most. */
  readonly roleName?: string
}

export interface AccessKey {
  /** `AKIA…` */
  readonly id: string
  readonly owner: AccountId
  /** Absent: the key of the account's root. */
  readonly userName?: string
  readonly secret: string
  readonly status: 'Active' | 'Inactive'
  readonly createdAt: Instant
}

/** A virtual MFA device: what an authenticator app is. */
export interface VirtualMfaDevice {
  /** The serial number, which is its ARN. */
  readonly id: string
  readonly owner: AccountId
  readonly path: string
  readonly name: string
  /** The secret that its codes follow from, in base 32. */
  readonly seed: string
  readonly tags: Tags
  readonly createdAt: Instant
  /** `AIDA…` of the user who has it; absent: it is assigned to nobody. */
  readonly userId?: string
  /** With `userId`. */
  readonly enabledAt?: Instant
}

/** A Route 53 hosted zone. It belongs to no region. */
export interface HostedZone {
  /** `Z` and 20 capital letters and digits. */
  readonly id: string
  readonly owner: AccountId
  /** Lower case, without the final dot. */
  readonly name: string
  readonly callerReference: string
  readonly comment: string
  readonly isPrivate: boolean
  /** Of its delegation set, without the final dot; a private zone's are nobody's. */
  readonly nameServers: readonly string[]
  readonly tags: Tags
  readonly createdAt: Instant
}

/** A private zone answers in the VPCs that it is associated with. */
export interface HostedZoneAssociation {
  /** `Z…/vpc-…` */
  readonly id: string
  readonly hostedZoneId: string
  readonly vpcId: VpcId
  readonly region: Region
}

/** A zone's owner lets another account associate its VPC. */
export interface VpcAssociationAuthorization {
  /** `Z…/vpc-…` */
  readonly id: string
  readonly hostedZoneId: string
  readonly vpcId: VpcId
  readonly region: Region
}

/** All records of one name and type in a hosted zone. */
export interface ResourceRecordSet {
  /** `Z…/name/TYPE`, and `/set identifier` where there is one. */
  readonly id: string
  readonly hostedZoneId: string
  /** Lower case, without the final dot; `*` stands for itself. */
  readonly name: string
  readonly type: string
  /** Seconds; absent for an alias. */
  readonly ttl?: number
  /** As in a zone file: an address, a name, a quoted text. */
  readonly values: readonly string[]
  readonly alias?: {
    readonly hostedZoneId: string
    /** Lower case, without the final dot. */
    readonly dnsName: string
    readonly evaluateTargetHealth: boolean
  }
  readonly setIdentifier?: string
  readonly weight?: number
}

/** A Systems Manager parameter; its values are its versions. */
export interface SsmParameter {
  /** `account/region/name`, the name as it was put: with or without a leading slash. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly name: string
  readonly tags: Tags
  /** The newest version. */
  readonly version: number
}

export interface SsmParameterVersion {
  /** The parameter's id and `:version`. */
  readonly id: string
  readonly parameterId: string
  readonly version: number
  readonly type: 'String' | 'StringList' | 'SecureString'
  /** As it was put, a SecureString's too: there is no KMS behind it yet. */
  readonly value: string
  readonly description?: string
  readonly keyId?: string
  readonly allowedPattern?: string
  readonly tier: 'Standard' | 'Advanced'
  readonly dataType: string
  readonly labels: readonly string[]
  readonly modifiedAt: Instant
  /** Who put it: an ARN. */
  readonly modifiedBy: string
}

/** An instance whose agent has said that it is there. */
export interface SsmManagedInstance {
  readonly id: InstanceId
  readonly owner: AccountId
  readonly region: Region
  readonly agentName: string
  readonly agentVersion: string
  readonly agentStatus: string
  readonly platformType: string
  readonly platformName: string
  readonly platformVersion: string
  readonly ipAddress: string
  readonly computerName: string
  readonly registeredAt: Instant
  readonly lastPingAt: Instant
}

/** A user's Systems Manager document; AWS's own are in the service. */
export interface SsmDocument {
  /** `account/region/name` */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly name: string
  readonly documentType: string
  readonly targetType?: string
  readonly tags: Tags
  readonly defaultVersion: string
  readonly versions: readonly SsmDocumentVersion[]
}

export interface SsmDocumentVersion {
  /** `1`, `2` … */
  readonly version: string
  readonly versionName?: string
  readonly displayName?: string
  /** JSON. */
  readonly content: string
  readonly createdAt: Instant
}

/** A Run Command, to one instance or many. */
export interface SsmCommand {
  /** A UUID. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly documentName: string
  readonly documentVersion: string
  /** The document that runs, as JSON: it stays the same when the document gets a new version. */
  readonly documentContent: string
  readonly comment: string
  /** Every parameter of the document, defaults filled in; a String is a list of one. */
  readonly parameters: Readonly<Record<string, readonly string[]>>
  /** What the caller sent, to be shown. */
  readonly givenParameters: Readonly<Record<string, readonly string[]>>
  readonly instanceIds: readonly string[]
  readonly targets: readonly { readonly key: string; readonly values: readonly string[] }[]
  readonly requestedAt: Instant
  /** Seconds in which it must reach an instance. */
  readonly timeoutSeconds: number
  /** Seconds that it may run there. */
  readonly executionTimeout: number
  readonly maxConcurrency: string
  readonly maxErrors: string
  /** The caller took it back. */
  readonly cancelled: boolean
  /** Where the agent writes what was printed, with the instance's own role. */
  readonly output?: SsmOutputLocation
  /** The association of which this is an execution; absent for a Run Command of a user's. */
  readonly associationId?: string
  readonly associationVersion?: string
}

export interface SsmOutputLocation {
  readonly bucket?: string
  readonly prefix?: string
  readonly region?: string
  /** Present: also to CloudWatch Logs. */
  readonly logGroup?: string
}

/** A document that instances are to have run: when it is made, by a schedule, and when an instance is new. */
export interface SsmAssociation {
  /** A UUID. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  /** Of an association made the old way, for one instance. */
  readonly instanceId?: string
  /** The newest is last, and in force. */
  readonly versions: readonly SsmAssociationVersion[]
  /** Absent: it has no schedule, or none that comes again. */
  readonly nextRunAt?: Instant
  /** Why the last execution could not begin. */
  readonly problem?: string
}

export interface SsmAssociationVersion {
  /** `1`, `2` … */
  readonly version: string
  readonly createdAt: Instant
  readonly associationName?: string
  readonly documentName: string
  readonly documentVersion: string
  readonly parameters: Readonly<Record<string, readonly string[]>>
  readonly targets: readonly { readonly key: string; readonly values: readonly string[] }[]
  readonly scheduleExpression?: string
  /** Days. */
  readonly scheduleOffset?: number
  readonly maxConcurrency?: string
  readonly maxErrors?: string
  readonly complianceSeverity?: string
  readonly syncCompliance?: string
  readonly applyOnlyAtCronInterval: boolean
  readonly output?: SsmOutputLocation
}

export interface SsmPluginResult {
  readonly name: string
  readonly status: string
  readonly code: number
  /** At most 24,000 characters. */
  readonly standardOutput: string
  /** At most 8,000 characters. */
  readonly standardError: string
  /** Where the agent wrote them as a whole. */
  readonly output?: { readonly bucket: string; readonly prefix: string }
  readonly startedAt?: Instant
  readonly endedAt?: Instant
}

/** A Run Command on one instance. */
export interface SsmCommandInvocation {
  /** `command/instance` */
  readonly id: string
  readonly commandId: string
  readonly instanceId: InstanceId
  readonly owner: AccountId
  readonly region: Region
  readonly status: 'Pending' | 'InProgress' | 'Cancelling' | 'Success' | 'Cancelled' | 'TimedOut' | 'Failed'
  readonly statusDetails: string
  readonly requestedAt: Instant
  /** When the agent took it; the time of execution runs from then. */
  readonly acceptedAt?: Instant
  readonly endedAt?: Instant
  readonly plugins: readonly SsmPluginResult[]
  readonly traceOutput: string
}

/** A Session Manager session, also for a while after it has ended. */
export interface SsmSession {
  /** The caller's name and 17 hex digits. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly target: InstanceId
  readonly documentName: string
  readonly parameters: Readonly<Record<string, readonly string[]>>
  readonly reason?: string
  /** Who began it: an ARN. */
  readonly startedBy: string
  /** Minutes. */
  readonly idleTimeout: number
  /** Minutes; absent: any time. */
  readonly maxDuration?: number
  /** Their `aws:userid`, by which policies let people end their own sessions. */
  readonly startedByUserId: string
  readonly status: 'Connecting' | 'Connected' | 'Terminated' | 'Failed'
  readonly startedAt: Instant
  readonly endedAt?: Instant
}

export type RestApiEndpointType = 'REGIONAL' | 'EDGE' | 'PRIVATE'

/** A REST API as it is being made; what callers reach is its deployments. */
export interface RestApi {
  /** 10 lower-case letters and digits, as in its host name. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly name: string
  readonly description?: string
  readonly version?: string
  readonly endpointType: RestApiEndpointType
  /** The endpoints for which there is a name `{api}-{vpce}.execute-api…`; others reach the API all the same. */
  readonly vpcEndpointIds: readonly string[]
  readonly ipAddressType: 'ipv4' | 'dualstack'
  /** The resource policy with whole ARNs; in force from the next deployment on. */
  readonly policy?: string
  readonly binaryMediaTypes: readonly string[]
  /** Bytes; absent: answers are not compressed. */
  readonly minimumCompressionSize?: number
  readonly apiKeySource: 'HEADER' | 'AUTHORIZER'
  readonly disableExecuteApiEndpoint: boolean
  readonly tags: Tags
  readonly createdAt: Instant
}

export interface RestApiIntegrationResponse {
  /** A regular expression on the backend's status, or a mock's; absent: the default response. */
  readonly selectionPattern?: string
  /** `method.response.header.NAME` by what fills it. */
  readonly responseParameters?: Readonly<Record<string, string>>
  /** By content type. */
  readonly responseTemplates?: Readonly<Record<string, string>>
  readonly contentHandling?: string
}

export interface RestApiIntegration {
  readonly type: 'MOCK' | 'HTTP' | 'HTTP_PROXY'
  readonly httpMethod?: string
  readonly uri?: string
  /** `integration.request.path|querystring|header.NAME` by what fills it. */
  readonly requestParameters?: Readonly<Record<string, string>>
  /** By content type. */
  readonly requestTemplates?: Readonly<Record<string, string>>
  readonly passthroughBehavior: string
  readonly contentHandling?: string
  /** Milliseconds. */
  readonly timeoutInMillis: number
  readonly cacheNamespace: string
  readonly cacheKeyParameters: readonly string[]
  readonly insecureSkipVerification?: boolean
  /** By status code. */
  readonly responses: Readonly<Record<string, RestApiIntegrationResponse>>
}

export interface RestApiMethodResponse {
  readonly responseParameters?: Readonly<Record<string, boolean>>
  readonly responseModels?: Readonly<Record<string, string>>
}

export interface RestApiMethod {
  readonly authorizationType: 'NONE' | 'AWS_IAM'
  readonly operationName?: string
  readonly requestParameters?: Readonly<Record<string, boolean>>
  readonly requestModels?: Readonly<Record<string, string>>
  /** By status code. */
  readonly responses: Readonly<Record<string, RestApiMethodResponse>>
  readonly integration?: RestApiIntegration
}

export interface RestApiResource {
  /** `API/RESOURCE` */
  readonly id: string
  readonly restApiId: string
  readonly resourceId: string
  /** Absent for the root. */
  readonly parentId?: string
  readonly pathPart?: string
  /** `/`, `/pets/{id}` */
  readonly path: string
  /** By HTTP method, or `ANY`. */
  readonly methods: Readonly<Record<string, RestApiMethod>>
}

/** An API as it was when it was deployed: nothing done to the API later shows here. */
export interface RestApiDeployment {
  /** `API/DEPLOYMENT` */
  readonly id: string
  readonly restApiId: string
  readonly deploymentId: string
  readonly description?: string
  readonly createdAt: Instant
  readonly policy?: string
  readonly disableExecuteApiEndpoint: boolean
  readonly resources: readonly Pick<RestApiResource, 'resourceId' | 'path' | 'methods'>[]
}

export interface RestApiStage {
  /** `API/STAGE` */
  readonly id: string
  readonly restApiId: string
  readonly stageName: string
  readonly deploymentId: string
  readonly description?: string
  readonly documentationVersion?: string
  readonly variables: Readonly<Record<string, string>>
  readonly tracingEnabled: boolean
  /** Settings of methods by `PATH/METHOD`, as patched; shown and without effect. */
  readonly methodSettings: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly tags: Tags
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

export type OrganizationId = `o-${string}`
export type OrganizationRootId = `r-${string}`
export type OrganizationalUnitId = `ou-${string}`
export type OrganizationPolicyId = `p-${string}`

/** An organization of accounts, with all features. It has one root. */
export interface Organization {
  readonly id: OrganizationId
  readonly managementAccount: AccountId
  readonly rootId: OrganizationRootId
  /** Policy types that the root has on. */
  readonly policyTypes: readonly OrganizationPolicyType[]
  /** AWS services that may act in its accounts, with when that was allowed. */
  readonly trustedServices: Readonly<Record<string, Instant>>
  readonly createdAt: Instant
}

export type OrganizationPolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY'

export interface OrganizationAccount {
  readonly id: AccountId
  readonly organizationId: OrganizationId
  readonly parentId: OrganizationRootId | OrganizationalUnitId
  readonly name: string
  readonly email: string
  readonly status: 'ACTIVE' | 'SUSPENDED'
  readonly joinedMethod: 'CREATED' | 'INVITED'
  /** `car-…` of the CreateAccount call that made it. */
  readonly createRequestId?: string
  readonly joinedAt: Instant
  readonly tags: Tags
}

export interface OrganizationalUnit {
  readonly id: OrganizationalUnitId
  readonly organizationId: OrganizationId
  readonly parentId: OrganizationRootId | OrganizationalUnitId
  readonly name: string
  readonly tags: Tags
}

/** A policy that the organization made; AWS's own are in the catalogue. */
export interface OrganizationPolicy {
  readonly id: OrganizationPolicyId
  readonly organizationId: OrganizationId
  readonly type: OrganizationPolicyType
  readonly name: string
  readonly description: string
  readonly content: string
  readonly tags: Tags
}

export interface OrganizationPolicyAttachment {
  /** `p-…/target` */
  readonly id: string
  readonly organizationId: OrganizationId
  readonly policyId: OrganizationPolicyId
  /** `r-…`, `ou-…` or an account. */
  readonly targetId: string
}

/** Table name to record type: the whole state of a world. */
export interface Schema {
  vpcs: Vpc
  subnets: Subnet
  routeTables: RouteTable
  securityGroups: SecurityGroup
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
  natGateways: NatGateway
  flowLogs: FlowLog
  metricAlarms: MetricAlarm
  healthChecks: HealthCheck
  sites: Site
  vpcPeeringConnections: VpcPeeringConnection
  egressOnlyInternetGateways: EgressOnlyInternetGateway
  resolverEndpoints: ResolverEndpoint
  resolverRules: ResolverRule
  resolverRuleAssociations: ResolverRuleAssociation
  transitGateways: TransitGateway
  transitGatewayAttachments: TransitGatewayAttachment
  transitGatewayRouteTables: TransitGatewayRouteTable
  vpnGateways: VpnGateway
  customerGateways: CustomerGateway
  vpnConnections: VpnConnection
  directConnectGateways: DirectConnectGateway
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
  natGateways: ['owner', 'vpcId', 'subnetId'],
  flowLogs: ['owner', 'vpcId', 'resourceId'],
  metricAlarms: ['owner'],
  healthChecks: ['owner'],
  sites: ['address'],
  vpcPeeringConnections: ['owner', 'accepter', 'requesterVpcId', 'accepterVpcId'],
  egressOnlyInternetGateways: ['owner', 'vpcId'],
  resolverEndpoints: ['owner', 'vpcId'],
  resolverRules: ['owner', 'resolverEndpointId'],
  resolverRuleAssociations: ['owner', 'ruleId', 'vpcId'],
  transitGateways: ['owner'],
  transitGatewayAttachments: ['owner', 'transitGatewayId', 'transitGatewayOwner', 'vpcId'],
  transitGatewayRouteTables: ['owner', 'transitGatewayId'],
  vpnGateways: ['owner', 'vpcId'],
  customerGateways: ['owner'],
  vpnConnections: ['owner', 'customerGatewayId', 'vpnGatewayId', 'transitGatewayId'],
  directConnectGateways: ['owner'],
  directConnectGatewayAssociations: ['owner', 'directConnectGatewayId', 'gatewayId'],
  onPremisesNetworks: ['backboneAddress'],
  onPremisesAttachments: ['networkId', 'gatewayId'],
} as const satisfies { readonly [T in keyof Schema]: readonly (keyof Schema[T])[] }
