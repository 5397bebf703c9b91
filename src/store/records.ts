// The records: everything Postern knows, as plain immutable values. API calls write them, `compile` reads them.
// A field that AWS derives (counts, states of routes) is not here; whoever shows it derives it.

import type { Address } from '../ip/address.ts'
import type { Cidr } from '../ip/cidr.ts'
import type { PortRange, Protocol } from '../ip/protocol.ts'
import type { InstanceConnectEndpointId } from './instance-connect-records.ts'
import type { NatGatewayId } from './internet-records.ts'
import type { EgressOnlyInternetGatewayId, Ipv6CidrAssociation, SubnetIpv6Cidr } from './ipv6-records.ts'
import type {
  PrivateDnsPreference,
  ResourceConfigurationId,
  ResourceGatewayId,
  ServiceNetworkId,
} from './lattice-records.ts'
import type { EndpointServiceId } from './load-balancing-records.ts'
import type { VpcPeeringConnectionId } from './peering-records.ts'
import type { ResolverEndpointId } from './resolver-records.ts'
import type { TransitGatewayAttachmentId, TransitGatewayId } from './transit-gateway-records.ts'
import type { VpnGatewayId } from './vpn-records.ts'

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
  /** Whether the resolver knows reverse names by itself. Absent: it does. */
  readonly autodefinedReverse?: boolean
  /** Whether the resolver was asked to validate DNSSEC; kept and shown. */
  readonly dnssecValidation?: boolean
  readonly enableNetworkAddressUsageMetrics: boolean
  readonly dhcpOptionsId: DhcpOptionsId | 'default'
}

export interface Subnet extends Owned {
  readonly id: SubnetId
  readonly vpcId: VpcId
  /** Absent: it has IPv6 alone (`Ipv6Native`). */
  readonly cidr?: Cidr
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

/** That a group may be used in another VPC than its own. `owner` is the group's. */
export interface SecurityGroupVpcAssociation {
  /** `sg-…/vpc-…` */
  readonly id: `${SecurityGroupId}/${VpcId}`
  readonly owner: AccountId
  readonly region: Region
  readonly groupId: SecurityGroupId
  readonly vpcId: VpcId
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
    | 'ec2_instance_connect_endpoint'
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
  /** The EC2 Instance Connect Endpoint whose it is; it then has no attachment to an instance. */
  readonly instanceConnectEndpointId?: InstanceConnectEndpointId
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
