// The Network: what compile makes of the records, and all that the kernel driver, explain, the resolver and the edge
// know. Plain JSON, sorted, and equal for equal records. `by` names the AWS resource that caused a thing.

import type { Address } from '../ip/address.ts'
import type { Cidr } from '../ip/cidr.ts'
import type { PortRange, Protocol } from '../ip/protocol.ts'
import type { FirewallDomainList, FirewallRule } from '../store/dns-firewall-records.ts'
import type { NatGatewayId } from '../store/internet-records.ts'
import type { EgressOnlyInternetGatewayId } from '../store/ipv6-records.ts'
import type { EndpointAssociationId, ResourceConfigurationId, ResourceGatewayId } from '../store/lattice-records.ts'
import type { ListenerRule } from '../store/listener-rule-records.ts'
import type { EndpointServiceId, HealthCheck } from '../store/load-balancing-records.ts'
import type { VpcPeeringConnectionId } from '../store/peering-records.ts'
import type { QueryLogConfigId } from '../store/query-log-records.ts'
import type {
  AccountId,
  InstanceId,
  InternetGatewayId,
  NetworkAclId,
  NetworkInterfaceId,
  Region,
  RouteTableId,
  SecurityGroupId,
  SubnetId,
  VpcEndpointId,
  VpcId,
} from '../store/records.ts'
import type { ResolverEndpointId, ResolverRuleId } from '../store/resolver-records.ts'
import type { ResourceRecordSet } from '../store/route53-records.ts'
import type {
  TransitGatewayAttachmentId,
  TransitGatewayId,
  TransitGatewayRouteTableId,
} from '../store/transit-gateway-records.ts'
import type { VpnGatewayId } from '../store/vpn-records.ts'

export interface Network {
  /** By id. */
  readonly vpcs: readonly VpcNetwork[]
  /** Those with an instance that should be running: in a large world a few of them, and the driver asks at each round. */
  readonly inhabited: readonly VpcNetwork[]
  /** Users' public hosted zones, by id; of several zones of one name only the one that was first. */
  readonly publicZones: readonly HostedZoneNetwork[]
  /** The internet goes on into the host's real network; absent: it ends with Postern's sites and AWS's services. */
  readonly isUplinked?: true
  /** Sites of the internet that the user declared, by name; absent: none. */
  readonly sites?: readonly SiteNetwork[]
  /** By id; absent: none. */
  readonly transitGateways?: readonly TransitGatewayNetwork[]
  /** By name; absent: none. */
  readonly onPremises?: readonly OnPremisesRouterNetwork[]
  /** Route 53's health checkers are out there; absent: there is no health check. */
  readonly checksHealth?: true
}

/** A transit gateway: a router of its own between VPCs and on-premises networks. */
export interface TransitGatewayNetwork {
  readonly id: TransitGatewayId
  readonly owner: AccountId
  readonly region: Region
  /** By id. */
  readonly attachments: readonly TransitGatewayAttachmentNetwork[]
  /** By id. */
  readonly routeTables: readonly TransitGatewayRouteTableNetwork[]
}

export interface TransitGatewayAttachmentNetwork {
  readonly id: TransitGatewayAttachmentId
  readonly resource:
    | { readonly kind: 'vpc'; readonly vpcId: VpcId }
    /** By a VPN connection, which carries one family alone. */
    | { readonly kind: 'onPremises'; readonly name: string; readonly ipv6?: true }
    /** By peering; the attachment is the other gateway's own. */
    | {
        readonly kind: 'transitGateway'
        readonly id: TransitGatewayId
        readonly attachmentId: TransitGatewayAttachmentId
      }
  /** Of the table that its packets are routed by; absent: they are dropped. */
  readonly routeTableId?: TransitGatewayRouteTableId
}

export interface TransitGatewayRouteTableNetwork {
  readonly id: TransitGatewayRouteTableId
  /** The number of the kernel's table. */
  readonly number: number
  /** Longest prefix first; the first that contains an address decides. */
  readonly entries: readonly {
    readonly cidr: Cidr
    /** Absent: a blackhole. */
    readonly attachmentId?: TransitGatewayAttachmentId
    /** `tgw-rtb-… 10.0.0.0/16` */
    readonly by: string
  }[]
}

/** A VPC's side of its attachment to a transit gateway. */
export interface TransitGatewayLinkNetwork {
  readonly id: TransitGatewayAttachmentId
  readonly transitGatewayId: TransitGatewayId
  /** Where packets enter and leave the VPC: one subnet for each zone that is served, by zone. Interfaces in other zones reach
   * nothing by it. What comes from a zone enters in the same one, if it is here, or else in the first. */
  readonly subnets: readonly { readonly availabilityZoneId: string; readonly subnetId: SubnetId }[]
  /** Appliance mode: a hash of the flow, the same for its answers, chooses the subnet, where that makes a difference. */
  readonly byFlow?: true
  /** The blocks of other VPCs' subnets that enter by another subnet than the first, where that makes a difference. */
  readonly origins?: readonly { readonly cidr: Cidr; readonly subnetId: SubnetId }[]
  /** VPCs whose public host names mean private addresses here: both attachments support it. By id. */
  readonly resolvesNamesOf: readonly VpcId[]
  /** Interfaces elsewhere that may come by it, by address: endpoints here know by it who asks. Given only where there is an
   * endpoint that could be asked. */
  readonly clients: readonly { readonly address: Address; readonly backboneAddress: Address }[]
  /** It carries IPv6, and the VPC has some; absent: IPv4 alone. */
  readonly ipv6?: true
  /** As `clients`. Absent: none. */
  readonly ipv6Clients?: readonly { readonly address: Address; readonly backboneAddress: Address }[]
}

/** The virtual private gateway of a VPC, and what is behind it. */
export interface VpnGatewayNetwork {
  readonly id: VpnGatewayId
  /** The on-premises networks that a link leads to, by name. */
  readonly networks: readonly OnPremisesClientNetwork[]
  /** What the gateway knows, one for each block, longest prefix first: the first that contains an address decides. */
  readonly routes: readonly VpnGatewayRouteNetwork[]
}

/** An on-premises network as a VPC meets it. */
export interface OnPremisesClientNetwork {
  readonly name: string
  /** Of its host, the one address that sends from there. */
  readonly address: Address
  /** The same of IPv6. Absent: it has none, or none of its ways to the gateway carries IPv6. */
  readonly ipv6Address?: Address
  readonly backboneAddress: Address
}

export interface VpnGatewayRouteNetwork {
  readonly cidr: Cidr
  /** The on-premises network; absent: nobody is at the other end. */
  readonly name?: string
  /** What the gateway learnt it by: `vpn-…`, a Direct Connect gateway's id, or its own. */
  readonly by: string
}

/** A network outside of AWS: a namespace with one host, and a link to the router of each VPC that it is connected to. */
export interface OnPremisesRouterNetwork {
  readonly name: string
  readonly cidrs: readonly Cidr[]
  readonly address: Address
  /** Absent: it has no IPv6. */
  readonly ipv6?: { readonly cidrs: readonly Cidr[]; readonly address: Address }
  readonly backboneAddress: Address
  /** The name servers that its host asks. */
  readonly resolvers: readonly Address[]
  /** The Region that its programs mean when none is named: that of the first VPC. */
  readonly region: Region
  /** The VPCs that a link leads to, by id. */
  readonly vpcIds: readonly VpcId[]
  /** What it learnt, one for each block, longest prefix first. */
  readonly routes: readonly OnPremisesRouteNetwork[]
}

export interface OnPremisesRouteNetwork {
  readonly cidr: Cidr
  readonly via: VpnGatewayId | TransitGatewayAttachmentId
  /** The VPC whose block it is; absent where it leads to a transit gateway. */
  readonly vpcId?: VpcId
}

/** A named site of the internet. */
export interface SiteNetwork {
  readonly name: string
  readonly address: Address
  /** What its pages are fetched from; absent: a small page of Postern's own. */
  readonly url?: string
}

/** One VPC: a router namespace with everything it needs, independent of all other VPCs. */
export interface VpcNetwork {
  readonly id: VpcId
  readonly owner: AccountId
  readonly region: Region
  /** The primary block first. */
  readonly cidrs: readonly Cidr[]
  readonly resolver: ResolverView
  /** Absent: instances are told the Amazon-provided resolver and the usual domain. */
  readonly dhcp?: DhcpOptionsNetwork
  /** All lists are by id. */
  readonly subnets: readonly SubnetNetwork[]
  readonly interfaces: readonly InterfaceNetwork[]
  readonly instances: readonly InstanceNetwork[]
  readonly routeTables: readonly RouteTableNetwork[]
  readonly securityGroups: readonly SecurityGroupNetwork[]
  readonly networkAcls: readonly NetworkAclNetwork[]
  readonly endpoints: readonly EndpointNetwork[]
  /** The private hosted zones that answer in this VPC, by id. */
  readonly privateZones: readonly HostedZoneNetwork[]
  /** Load balancers with their nodes in this VPC, by id. */
  readonly loadBalancers: readonly LoadBalancerNetwork[]
  /** The target groups of their listeners, by id. */
  readonly targetGroups: readonly TargetGroupNetwork[]
  /** What comes in by PrivateLink: interfaces of endpoints, of this VPC or any other, that lead to a load balancer here.
   * By backbone address. */
  readonly connections: readonly ConnectionNetwork[]
  /** Endpoints that lead to resources of VPC Lattice, by id; absent: none. */
  readonly resourceEndpoints?: readonly ResourceEndpointNetwork[]
  /** Resource gateways in this VPC, by id; absent: none. */
  readonly resourceGateways?: readonly ResourceGatewayNetwork[]
  /** Endpoints that lead packets to appliances, by id; absent: none. */
  readonly gatewayLoadBalancerEndpoints?: readonly GatewayLoadBalancerEndpointNetwork[]
  /** The internet gateway that is attached; absent: none. */
  readonly internetGatewayId?: InternetGatewayId
  /** Subnets that the owner's account keeps from the internet, by id; absent: none. */
  readonly blockedSubnets?: readonly BlockedSubnetNetwork[]
  /** Of them, those to which a route leads NAT64's addresses, by id; absent: none. */
  readonly nat64GatewayIds?: readonly NatGatewayId[]
  /** NAT gateways that are in force or being put in force, by id; absent: none. */
  readonly natGateways?: readonly NatGatewayNetwork[]
  /** By the gateway's id; absent: what comes in by a gateway goes straight to where it is sent. */
  readonly gatewayRouteTables?: readonly GatewayRouteTableNetwork[]
  /** Active peering connections, by id; absent: none. */
  readonly peerings?: readonly PeeringNetwork[]
  /** IPv6 blocks; absent: none. */
  readonly ipv6Cidrs?: readonly Cidr[]
  /** Subnets of IPv6 alone, as IPv6 sees them: they are not among `subnets`. By id; absent: none. */
  readonly ipv6Subnets?: readonly SubnetNetwork[]
  /** By id; absent: none. */
  readonly egressOnlyInternetGatewayIds?: readonly EgressOnlyInternetGatewayId[]
  /** Its attachments to transit gateways, by id; absent: none. */
  readonly transitGatewayLinks?: readonly TransitGatewayLinkNetwork[]
  /** Absent: none is attached. */
  readonly vpnGateway?: VpnGatewayNetwork
  /** It has a flow log, so its packets are counted. */
  readonly countsFlows?: true
  /** Endpoints of Route 53 Resolver that answer here, by id; absent: none. */
  readonly inboundResolvers?: readonly InboundResolverNetwork[]
  /** What leaves by outbound endpoints here, by the rule's id; absent: none. */
  readonly resolverForwards?: readonly ResolverForwardNetwork[]
  /** Of Route 53 Resolver, by id; absent: none. */
  readonly resolverRules?: readonly ResolverRuleNetwork[]
  /** In the order in which they are asked; absent: none. */
  readonly dnsFirewall?: readonly DnsFirewallRuleNetwork[]
  /** Questions are written to these query log configurations; absent: to none. By id. */
  readonly queryLogConfigIds?: readonly QueryLogConfigId[]
  /** Ids of zones that `az fail` took down and in which this VPC has subnets. Nothing enters or leaves an address there. */
  readonly failedZoneIds: readonly string[]
}

/** What instances are told in place of the usual. */
export interface DhcpOptionsNetwork {
  /** The options' id, or the VPC's where it has none. */
  readonly by: string
  /** Domains to complete names with, as they were given; empty: none. */
  readonly search: string
  /** In the order in which they are asked; empty: none. */
  readonly nameServers: readonly Address[]
}

/** The Amazon-provided resolver as this VPC sees it. */
export interface ResolverView {
  /** `enableDnsSupport`: when false nothing answers at `addresses`. */
  readonly enabled: boolean
  /** `enableDnsHostnames`. */
  readonly hostnames: boolean
  /** Reverse names are the public ones alone: the rules that Resolver defines by itself are off. */
  readonly reverse?: false
  /** The primary block's +2 and 169.254.169.253. */
  readonly addresses: readonly Address[]
  /** The suffix of instances' names: `ec2.internal`, or `REGION.compute.internal`. */
  readonly domain: string
}

export interface SubnetNetwork {
  readonly id: SubnetId
  readonly cidr: Cidr
  /** Absent: none. */
  readonly ipv6Cidr?: Cidr
  /** The subnet's +1, the default gateway of its instances. */
  readonly router: Address
  readonly availabilityZone: string
  readonly availabilityZoneId: string
  readonly routeTableId: RouteTableId
  readonly networkAclId: NetworkAclId
  /** The resolver gives names that have IPv4 addresses alone some of NAT64's (`EnableDns64`). */
  readonly dns64?: true
}

/** An elastic network interface. It is in the kernel while the instance it is attached to runs. */
export interface InterfaceNetwork {
  readonly id: NetworkInterfaceId
  readonly owner: AccountId
  readonly subnetId: SubnetId
  readonly macAddress: string
  /** The primary address first. */
  readonly addresses: readonly Address[]
  /** Absent: none. */
  readonly ipv6Addresses?: readonly Address[]
  readonly groupIds: readonly SecurityGroupId[]
  readonly sourceDestCheck: boolean
  readonly backboneAddress: Address
  readonly instanceId?: InstanceId
  readonly deviceIndex?: number
  /** The resolver knows its instance by its id too. */
  readonly resourceName?: true
  /** The same for its IPv6 address. */
  readonly ipv6ResourceName?: true
  /** The interface endpoint whose interface this is. */
  readonly endpointId?: VpcEndpointId
  /** The load balancer whose node this is. */
  readonly loadBalancerId?: string
  /** By private address; absent: none. */
  readonly publicAddresses?: readonly PublicAddressNetwork[]
}

/** A subnet that VPC Block Public Access keeps from the internet. */
export interface BlockedSubnetNetwork {
  readonly id: SubnetId
  /** `block-ingress`: NAT gateways and egress-only internet gateways carry what begins here. */
  readonly mode: 'block-bidirectional' | 'block-ingress'
}

/** What the internet knows an address of an interface by. */
export interface PublicAddressNetwork {
  readonly privateAddress: Address
  readonly publicAddress: Address
  /** `eipalloc-…`, or the interface itself when the launch gave the address. */
  readonly by: string
}

export interface NatGatewayNetwork {
  readonly id: NatGatewayId
  readonly kind: 'public' | 'private'
  readonly subnetId: SubnetId
  readonly interfaceId: NetworkInterfaceId
  readonly address: Address
  /** Its flows are known by this. */
  readonly backboneAddress: Address
  /** Public only. */
  readonly publicAddress?: Address
  /** More of both; any of them may be a flow's. Absent: none. */
  readonly secondaryAddresses?: readonly NatAddressNetwork[]
}

export type NatAddressNetwork = Pick<NatGatewayNetwork, 'address' | 'publicAddress'>

/** What comes in by a gateway of the VPC is routed by a table, to an appliance first. */
export interface GatewayRouteTableNetwork {
  readonly gatewayId: InternetGatewayId | VpnGatewayId
  readonly routeTableId: RouteTableId
}

/** An instance that should be running; a stopped one is not here. */
export interface InstanceNetwork {
  readonly id: InstanceId
  readonly owner: AccountId
  /** `ip-10-0-1-5.ec2.internal` */
  readonly hostname: string
  /** A higher number than the one that was booted means boot again. */
  readonly boot: number
  /** Absolute path of the root file system below the instance's own layer; `/` is the host's. */
  readonly rootPath: string
  /** Base64 of a script to run at first boot. */
  readonly userData?: string
  /** It has an instance profile, so the SSM agent runs in it. Without one the agent could only wait. */
  readonly agent?: true
}

/** Where packets for a destination go. */
export type NextHop =
  | { readonly kind: 'local' }
  | { readonly kind: 'vpcEndpoint'; readonly endpointId: VpcEndpointId; readonly backboneAddress: Address }
  /** To a Gateway Load Balancer endpoint of this VPC, and so to appliances elsewhere. */
  | { readonly kind: 'gatewayLoadBalancerEndpoint'; readonly endpointId: VpcEndpointId }
  /** To an interface of this VPC: an appliance. */
  | { readonly kind: 'networkInterface'; readonly interfaceId: NetworkInterfaceId }
  /** To the peer of an active peering connection, which takes what is for its own blocks. */
  | { readonly kind: 'peering'; readonly peeringId: VpcPeeringConnectionId }
  | { readonly kind: 'internetGateway'; readonly gatewayId: InternetGatewayId }
  | { readonly kind: 'natGateway'; readonly natGatewayId: NatGatewayId }
  | { readonly kind: 'egressOnlyInternetGateway'; readonly gatewayId: EgressOnlyInternetGatewayId }
  | {
      readonly kind: 'transitGateway'
      readonly transitGatewayId: TransitGatewayId
      readonly attachmentId: TransitGatewayAttachmentId
    }
  /** To the on-premises networks behind the VPC's virtual private gateway. */
  | { readonly kind: 'vpnGateway'; readonly gatewayId: VpnGatewayId }
  /** Packets are dropped; `why` says what is missing. */
  | { readonly kind: 'blackhole'; readonly why: string }

export interface RouteEntry {
  readonly cidr: Cidr
  readonly nextHop: NextHop
  /** `rtb-… 0.0.0.0/0` or `rtb-… pl-…`. */
  readonly by: string
}

export interface RouteTableNetwork {
  readonly id: RouteTableId
  /** The packet mark of its subnets and the number of the kernel's table. */
  readonly number: number
  /** Longest prefix first, then by address; the first that contains an address decides. Entries of gateway endpoints
   * are already cut so that none is shadowed by another entry: they may be looked up on their own. */
  readonly entries: readonly RouteEntry[]
}

export interface SecurityGroupNetwork {
  readonly id: SecurityGroupId
  /** Primary and secondary addresses of all interfaces that carry the group, sorted. */
  readonly members: readonly Address[]
  /** The same of IPv6; absent: none. */
  readonly ipv6Members?: readonly Address[]
  readonly ingress: readonly SecurityGroupRuleNetwork[]
  readonly egress: readonly SecurityGroupRuleNetwork[]
}

export interface SecurityGroupRuleNetwork {
  readonly protocol: Protocol
  readonly ports?: PortRange
  readonly icmp?: { readonly type: number; readonly code: number }
  readonly peer:
    | { readonly kind: 'cidrs'; readonly cidrs: readonly Cidr[] }
    /** `members` are given of a group of a peered VPC, which is not among this VPC's. */
    | { readonly kind: 'group'; readonly groupId: SecurityGroupId; readonly members?: readonly Address[] }
  /** `sgr-…` */
  readonly by: string
}

export interface NetworkAclNetwork {
  readonly id: NetworkAclId
  /** In the order in which they are tried; when none matches the packet is dropped. */
  readonly ingress: readonly NetworkAclRuleNetwork[]
  readonly egress: readonly NetworkAclRuleNetwork[]
}

export interface NetworkAclRuleNetwork {
  readonly action: 'allow' | 'deny'
  readonly protocol: Protocol
  readonly cidr: Cidr
  readonly ports?: PortRange
  readonly icmp?: { readonly type: number; readonly code: number }
  /** `acl-… rule 100` */
  readonly by: string
}

/** A VPC endpoint that is in force or being put in force. */
export type EndpointNetwork = GatewayEndpointNetwork | InterfaceEndpointNetwork

interface EndpointBase {
  readonly id: VpcEndpointId
  readonly owner: AccountId
  readonly serviceName: string
  readonly policyDocument: string
}

export interface GatewayEndpointNetwork extends EndpointBase {
  readonly kind: 'gateway'
  readonly backboneAddress: Address
  readonly routeTableIds: readonly RouteTableId[]
}

export interface InterfaceEndpointNetwork extends EndpointBase {
  readonly kind: 'interface'
  /** By id. */
  readonly groupIds: readonly SecurityGroupId[]
  /** By subnet id; at most one in a zone, and none at all is allowed. */
  readonly interfaces: readonly EndpointInterfaceNetwork[]
  readonly names: EndpointNames
  /** What its names are answered with; absent: A alone. */
  readonly recordTypes?: readonly ('A' | 'AAAA')[]
  /** The user's service that it leads to; absent for AWS's services, which the edge answers for. */
  readonly service?: ProviderNetwork
}

/** A user's endpoint service as a consumer's endpoint meets it. */
export interface ProviderNetwork {
  readonly id: EndpointServiceId
  readonly owner: AccountId
  readonly vpcId: VpcId
  /** What the endpoint's addresses take: the listeners of the service's load balancers, by port. */
  readonly listeners: readonly ListenerNetwork[]
  /** The ingress rules of the load balancer's security groups, asked with the consumer's own private address as the
   * source; absent when it has no groups or does not ask them about endpoints. Rules that name a group admit nobody. */
  readonly ingress?: readonly SecurityGroupRuleNetwork[]
}

/** Where an interface endpoint answers. The same network interface is in `interfaces` of its VPC, with `endpointId`. */
export interface EndpointInterfaceNetwork {
  readonly id: NetworkInterfaceId
  readonly subnetId: SubnetId
  /** As the endpoint's owner calls it, and its id. */
  readonly availabilityZone: string
  readonly availabilityZoneId: string
  /** Absent: it has IPv6 alone. */
  readonly address?: Address
  /** Absent: it has none. */
  readonly ipv6Address?: Address
  /** The address by which the edge, or the provider's VPC, knows that a connection came by this endpoint. */
  readonly backboneAddress: Address
  /** The load balancer's node in this zone, for a user's service; absent when the service has none in it. */
  readonly nodeId?: NetworkInterfaceId
  /** Its address is left out of the answers for the regional and private names, because its zone failed or has no healthy
   * target. */
  readonly withdrawn?: true
}

/** The DNS names that lead to an interface endpoint, in lower case; one that begins with `*.` covers all names below. */
export interface EndpointNames {
  /** `vpce-…-hash.ssm.us-east-1.vpce.amazonaws.com`: any interface. Public: they resolve everywhere. */
  readonly regional: string
  /** The same with `-us-east-1a`: the interface in that zone. */
  readonly zonal: readonly { readonly name: string; readonly availabilityZone: string }[]
  /** The service's own names, which mean this endpoint inside its VPC; empty while private DNS is off. */
  readonly private: readonly string[]
  /** The same of an endpoint whose names are for what asks from outside, by an inbound endpoint of the resolver; absent: none. */
  readonly privateFromOutside?: readonly string[]
}

/** An inbound endpoint of Route 53 Resolver: whoever reaches one of its addresses is answered as the VPC is. */
export interface InboundResolverNetwork {
  readonly id: ResolverEndpointId
  /** In the order in which the endpoint got them. */
  readonly interfaces: readonly {
    readonly id: NetworkInterfaceId
    readonly subnetId: SubnetId
    /** Absent: the endpoint speaks IPv6 alone. */
    readonly address?: Address
    /** Absent: it speaks IPv4 alone. */
    readonly ipv6Address?: Address
    readonly groupIds: readonly SecurityGroupId[]
    /** It asks the resolver by this address. */
    readonly backboneAddress: Address
  }[]
}

/** What becomes of names at and below a domain. */
export interface ResolverRuleNetwork {
  readonly id: ResolverRuleId
  /** SYSTEM: this resolver answers. */
  readonly type: 'FORWARD' | 'SYSTEM'
  /** Empty: every name. */
  readonly domainName: string
  /** FORWARD only: where to ask, in the order of the rule; the resolver asks at the alias. */
  readonly targets?: readonly { readonly alias: Address; readonly target: Address; readonly port: number }[]
}

/** What becomes of questions about some domains. */
export interface DnsFirewallRuleNetwork {
  /** `rslvr-frg-… name` */
  readonly by: string
  /** As the list has them. */
  readonly domains: FirewallDomainList['domains']
  readonly domainListId: FirewallDomainList['id']
  readonly action: FirewallRule['action']
  readonly blockResponse?: FirewallRule['blockResponse']
  readonly override?: FirewallRule['override']
  readonly trustsRedirection: boolean
  readonly questionType?: string
}

/** One target of a rule, and the interface of the outbound endpoint by which questions for it leave. */
export interface ResolverForwardNetwork {
  readonly endpointId: ResolverEndpointId
  readonly ruleId: ResolverRuleId
  /** Its address in the backbone, which nobody else has. */
  readonly alias: Address
  readonly target: Address
  readonly port: number
  readonly source: InboundResolverNetwork['interfaces'][number]
}

/** An active peering connection as one of its two VPCs meets it. */
export interface PeeringNetwork {
  readonly id: VpcPeeringConnectionId
  readonly side: 'requester' | 'accepter'
  /** The other VPC, with its blocks: the primary first. */
  readonly vpcId: VpcId
  readonly owner: AccountId
  readonly region: Region
  readonly cidrs: readonly Cidr[]
  /** The other VPC lets its instances' names be resolved from here; absent: it does not. */
  readonly resolvesNames?: true
  /** The other VPC's interfaces that send packets, by address: endpoints here know by it who asks. */
  readonly clients: readonly { readonly address: Address; readonly backboneAddress: Address }[]
  /** The other VPC's IPv6 blocks, when both have such; absent: no IPv6 passes. */
  readonly ipv6Cidrs?: readonly Cidr[]
  /** As `clients`. Absent: none. */
  readonly ipv6Clients?: readonly { readonly address: Address; readonly backboneAddress: Address }[]
}

/** A hosted zone of Route 53. */
export interface HostedZoneNetwork {
  /** `Z…` */
  readonly id: string
  /** Lower case, without the final dot. */
  readonly name: string
  /** By name, then type. */
  readonly recordSets: readonly ResourceRecordSet[]
  /** Of the health checks of its sets those that fail; absent where no set has one. */
  readonly failingChecks?: readonly string[]
}

/** A Gateway Load Balancer endpoint that is in force or being put in force: routes lead to it, and what its appliances send
 * back goes on from its subnet. */
export interface GatewayLoadBalancerEndpointNetwork {
  readonly id: VpcEndpointId
  readonly owner: AccountId
  readonly interfaceId: NetworkInterfaceId
  readonly subnetId: SubnetId
  readonly service: {
    readonly id: EndpointServiceId
    readonly owner: AccountId
    readonly vpcId: VpcId
  }
  /** It takes IPv6 too; absent: IPv4 alone. */
  readonly ipv6?: true
  /** The load balancer's node in its zone; absent when the service has none in it, and its packets are lost. */
  readonly nodeId?: NetworkInterfaceId
}

/** A Network, Application or Gateway Load Balancer: its address in each zone is a node, an interface endpoint's address
 * turned round. */
export interface LoadBalancerNetwork {
  /** The ARN. */
  readonly id: string
  readonly owner: AccountId
  readonly kind: 'network' | 'application' | 'gateway'
  /** Its regional name; a zonal one has the zone before it: `us-east-1a.NAME`. */
  readonly dnsName?: string
  /** Absent: it has no groups, and admits all that its listeners take. */
  readonly groupIds?: readonly SecurityGroupId[]
  /** By subnet id. */
  readonly nodes: readonly LoadBalancerNodeNetwork[]
  /** By port, then protocol. */
  readonly listeners: readonly ListenerNetwork[]
  /** The one listener of a Gateway Load Balancer, which takes every packet; absent when it has none. */
  readonly appliances?: ApplianceListenerNetwork
  /** What an Application Load Balancer does with every request; absent of others. */
  readonly http?: HttpNetwork
  /** `dns_record.client_routing_policy`. */
  readonly clientRoutingPolicy:
    | 'any_availability_zone'
    | 'availability_zone_affinity'
    | 'partial_availability_zone_affinity'
}

export interface LoadBalancerNodeNetwork {
  /** Its network interface. */
  readonly id: NetworkInterfaceId
  readonly subnetId: SubnetId
  readonly availabilityZone: string
  readonly availabilityZoneId: string
  readonly address: Address
  /** Of a dual-stack load balancer; absent: it has none. */
  readonly ipv6Address?: Address
  /** Of an internet-facing load balancer: what stands for `address` on the internet, and in its names. */
  readonly publicAddress?: Address
  readonly backboneAddress: Address
  /** Its address is left out of the answers for the regional name. */
  readonly withdrawn?: true
}

export interface ListenerNetwork {
  /** The ARN. */
  readonly id: string
  readonly protocol: 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS' | 'HTTP' | 'HTTPS'
  readonly port: number
  /** Seconds after which an idle flow is forgotten; of datagrams it is always 120. */
  readonly idleTimeout: number
  /** Absent: what `rules` say of each request. */
  readonly targetGroupId?: string
  /** HTTP and HTTPS, in the order in which they are asked; the last takes every request. */
  readonly rules?: readonly RuleNetwork[]
  /** HTTP and HTTPS. */
  readonly answer?: HttpAnswerNetwork
  /** Where its connections are taken on: by the router itself, or by the forwarder in the backbone, which ends TLS, writes
   * proxy protocol headers, and takes connections of one family on to targets of the other. */
  readonly way: 'kernel' | 'forwarder'
  /** The same of connections over IPv6; absent: it takes none. */
  readonly ipv6Way?: 'kernel' | 'forwarder'
  /** Of a TLS or HTTPS listener, the first is the default. */
  readonly certificateIds: readonly string[]
}

/** A rule of an Application Load Balancer's listener. */
export type RuleNetwork = Pick<ListenerRule, 'id' | 'priority' | 'conditions' | 'action'>

/** What a listener adds to every answer. */
export interface HttpAnswerNetwork {
  /** The load balancer's own answers name it. */
  readonly server: boolean
  /** By name, lower case. */
  readonly headers: Readonly<Record<string, string>>
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html */
export interface HttpNetwork {
  /** Seconds that a connection may be silent, and that a target may take to answer. */
  readonly idleTimeout: number
  /** Seconds that a client's connection is used at most. */
  readonly clientKeepAlive: number
  readonly http2: boolean
  readonly dropInvalidHeaderFields: boolean
  readonly preserveHostHeader: boolean
  readonly forwardedFor: 'append' | 'preserve' | 'remove'
  /** `X-Forwarded-For` has the client's port too. */
  readonly clientPort: boolean
  /** Targets are told the version and cipher of the client's TLS. */
  readonly tlsHeaders: boolean
}

export interface ApplianceListenerNetwork {
  readonly targetGroupId: string
  /** Seconds after which an idle TCP flow is forgotten; of others it is always 120. */
  readonly idleTimeout: number
}

export interface TargetGroupNetwork {
  /** The ARN. */
  readonly id: string
  readonly protocol: 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS' | 'GENEVE' | 'HTTP' | 'HTTPS'
  /** HTTP and HTTPS only. */
  readonly http?: HttpGroupNetwork
  /** Its targets are reached over IPv6, whatever their clients speak; absent: over IPv4. */
  readonly ipv6?: true
  /** Targets see the client's address instead of the node's; never so for what comes by PrivateLink or the forwarder. */
  readonly preserveClientIp: boolean
  readonly proxyProtocol: boolean
  /** All flows of one source address go to one target. */
  readonly sticky: boolean
  /** GENEVE only: what flows have in common that go to one appliance, when that is less than addresses, ports and protocol:
   * both addresses, or these and the protocol. */
  readonly flowFields?: 2 | 3
  /** GENEVE only: live flows leave an appliance that failed or was taken out for another. */
  readonly rebalances?: true
  readonly crossZone: boolean
  /** The least number of healthy targets with which a node spares the unhealthy ones. */
  readonly minimumHealthy: number
  /** The same as a share of the targets that the node could use; the larger of the two counts. */
  readonly minimumHealthyPercentage?: number
  /** Live flows to an unhealthy target, and to one whose deregistration delay is over, are ended. */
  readonly endUnhealthy: boolean
  readonly endDeregistered: boolean
  readonly healthCheck: HealthCheck
  /** By address, then port. Draining ones are not here: they take nothing new. */
  readonly targets: readonly TargetNetwork[]
  /** Those that were taken out and whose delay is not over: their flows stay. Absent: none. */
  readonly draining?: readonly TargetNetwork[]
}

/** How requests are given to the targets of a group. */
export interface HttpGroupNetwork {
  readonly algorithm: 'round_robin' | 'least_outstanding_requests' | 'weighted_random'
  /** How a client that was given a target is known again; absent: it is not. */
  readonly cookie?: StickyCookie
}

export type StickyCookie =
  /** The load balancer's own, for so many seconds from each answer. */
  | { readonly kind: 'lb_cookie'; readonly seconds: number }
  /** With the application's cookie of this name. */
  | { readonly kind: 'app_cookie'; readonly name: string; readonly seconds: number }

export interface TargetNetwork {
  /** The record's id. */
  readonly id: string
  readonly address: Address
  readonly port: number
  /** The interface that has the address now; without one, packets for it go where the routes of the VPC lead. */
  readonly interfaceId?: NetworkInterfaceId
  /** Its backbone address, by which the forwarder and the health checks reach it. */
  readonly backboneAddress?: Address
  /** Absent: it counts for every zone. */
  readonly availabilityZone?: string
  readonly health: 'initial' | 'healthy' | 'unhealthy'
}

/** An interface of an endpoint that leads into this VPC. Its packets come from the backbone, for `backboneAddress`. */
export interface ConnectionNetwork {
  readonly endpointId: VpcEndpointId
  /** The account of the endpoint. */
  readonly consumer: AccountId
  /** Of the endpoint's interface. */
  readonly backboneAddress: Address
  /** The node that serves it: one in the same zone, by the zone's id. */
  readonly nodeId: NetworkInterfaceId
  /** It carries IPv6 too; absent: IPv4 alone. */
  readonly ipv6?: true
}

/** An endpoint of type Resource or ServiceNetwork that is in force or being put in force. */
export interface ResourceEndpointNetwork {
  readonly id: VpcEndpointId
  readonly owner: AccountId
  readonly type: 'Resource' | 'ServiceNetwork'
  /** By id. */
  readonly groupIds: readonly SecurityGroupId[]
  /** By the id of the association. */
  readonly resources: readonly EndpointResourceNetwork[]
}

/** One resource behind an endpoint, which has an address of its own at each interface. */
export interface EndpointResourceNetwork {
  /** `vpce-rsc-asc-…` */
  readonly id: EndpointAssociationId
  readonly resourceConfigurationId: ResourceConfigurationId
  /** Its public name, and the custom one that means it in this VPC. */
  readonly name: string
  readonly privateName?: string
  /** TCP. */
  readonly portRanges: readonly PortRange[]
  /** By subnet id. */
  readonly interfaces: readonly (EndpointInterfaceNetwork & { readonly address: Address })[]
}

/** Where flows for resources enter their VPC. Its nodes are as a load balancer's, but that nobody is let in by their
 * address; what leaves them asks the groups. */
export interface ResourceGatewayNetwork {
  readonly id: ResourceGatewayId
  readonly owner: AccountId
  /** By id. */
  readonly groupIds: readonly SecurityGroupId[]
  /** By subnet id. */
  readonly nodes: readonly LoadBalancerNodeNetwork[]
  /** By backbone address. */
  readonly connections: readonly ResourceConnectionNetwork[]
}

/** A resource at an interface of an endpoint of any VPC, as its own VPC meets it. */
export interface ResourceConnectionNetwork extends ConnectionNetwork {
  readonly resourceConfigurationId: ResourceConfigurationId
  readonly portRanges: readonly PortRange[]
  /** The name that `target` is looked up for; absent: the resource is an address. */
  readonly domainName?: { readonly name: string; readonly resolution: 'PUBLIC' | 'IN_VPC' }
  /** Where it leads; absent while a name has no address. */
  readonly target?: Address
}
