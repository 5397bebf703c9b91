// Records of load balancers, and of the endpoint services that stand before them.

import type { Address } from '../ip/address.ts'
import type { Cidr } from '../ip/cidr.ts'
import type {
  AccountId,
  Instant,
  NetworkInterfaceId,
  Owned,
  Region,
  SecurityGroupId,
  Tags,
  VpcEndpointId,
  VpcId,
} from './records.ts'

export type EndpointServiceId = `vpce-svc-${string}`
export type ConnectionNotificationId = `vpce-nfn-${string}`

/** A Network, Application or Gateway Load Balancer. Its nodes are the network interfaces with its id, one in a zone. */
export interface LoadBalancer extends Owned {
  /** The ARN, `…:loadbalancer/net/NAME/16 hex`, `…/app/…` or `…/gwy/…`. */
  readonly id: string
  readonly name: string
  readonly type: 'network' | 'application' | 'gateway'
  readonly scheme: 'internal' | 'internet-facing'
  readonly vpcId: VpcId
  /** `NAME-16hex.elb.REGION.amazonaws.com`; an internal application load balancer's has `internal-` before it and its region
   * before `elb`. A gateway load balancer has none. */
  readonly dnsName?: string
  readonly canonicalHostedZoneId?: string
  readonly ipAddressType: 'ipv4' | 'dualstack'
  /** A /80 of each subnet, by the subnet's id. Absent: source NAT with a prefix is off. */
  readonly sourceNatPrefixes?: Readonly<Record<string, Cidr>>
  /** Addresses of nodes that the user named; DescribeLoadBalancers shows no others. Absent: none. */
  readonly namedAddresses?: readonly Address[]
  readonly state: 'provisioning' | 'active'
  /** Absent: made without security groups, and never to have any. */
  readonly groupIds?: readonly SecurityGroupId[]
  /** Whether its groups are asked about what comes by endpoints. */
  readonly enforceGroupsOnPrivateLink: boolean
  /** By the keys of DescribeLoadBalancerAttributes: all of them, defaults too. */
  readonly attributes: Readonly<Record<string, string>>
  /** The endpoint service that it backs; it can back one. */
  readonly endpointServiceId?: EndpointServiceId
}

export type TransportProtocol = 'TCP' | 'UDP' | 'TCP_UDP' | 'TLS' | 'GENEVE'
export type HttpProtocol = 'HTTP' | 'HTTPS'

export interface Listener {
  /** The ARN, `…:listener/net/NAME/16 hex/16 hex`. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  readonly createdAt: Instant
  readonly loadBalancerId: string
  /** Absent for a gateway load balancer, which takes every port. */
  readonly protocol?: TransportProtocol | HttpProtocol
  readonly port?: number
  /** Absent for an application load balancer, whose rules say where a request goes. */
  readonly targetGroupId?: string
  /** TLS and HTTPS only. */
  readonly certificateIds: readonly string[]
  readonly sslPolicy?: string
  readonly alpnPolicy?: string
  /** By the keys of DescribeListenerAttributes. */
  readonly attributes: Readonly<Record<string, string>>
}

export interface HealthCheck {
  readonly enabled: boolean
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS'
  /** Absent: the port on which the target takes traffic. */
  readonly port?: number
  /** HTTP and HTTPS. */
  readonly path?: string
  /** Codes of HTTP and HTTPS, such as `200-399` or `200,301`. */
  readonly matcher?: string
  readonly intervalSeconds: number
  readonly timeoutSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

export interface TargetGroup {
  /** The ARN, `…:targetgroup/NAME/16 hex`. */
  readonly id: string
  readonly owner: AccountId
  readonly region: Region
  readonly tags: Tags
  readonly createdAt: Instant
  readonly name: string
  readonly protocol: TransportProtocol | HttpProtocol
  readonly port: number
  readonly vpcId: VpcId
  readonly targetType: 'instance' | 'ip' | 'alb'
  readonly ipAddressType: 'ipv4' | 'ipv6'
  readonly healthCheck: HealthCheck
  /** By the keys of DescribeTargetGroupAttributes: all of them, defaults too. */
  readonly attributes: Readonly<Record<string, string>>
}

/** A target of a group. What the checks found is here too, but only when it changed: a record for each transition. */
export interface Target {
  /** `TARGET GROUP ARN TARGET:PORT` */
  readonly id: string
  readonly targetGroupId: string
  /** An instance id, an address, or the ARN of a load balancer. */
  readonly target: string
  readonly port: number
  /** `all`, or a zone's name; only `ip` targets outside the VPC have it. */
  readonly availabilityZone?: string
  readonly registeredAt: Instant
  /** When it was taken out; it then drains until the group's delay has passed. */
  readonly deregisteredAt?: Instant
  /** What the health checks say. `initial` until they have said something. */
  readonly health: 'initial' | 'healthy' | 'unhealthy'
  /** When it became unhealthy; absent while it is not. It may drain for a while from then on. */
  readonly unhealthySince?: Instant
  /** What the last failed check met, in words: `Connection refused`, `Health checks failed with these codes: [404]`. */
  readonly failure?: string
}

/** A zonal address that DNS does not give out, because the health checks through it fail. */
export interface WithdrawnNode {
  /** The load balancer's network interface. */
  readonly id: NetworkInterfaceId
  readonly loadBalancerId: string
  readonly since: Instant
}

/** A zone that `postern az fail` took down. */
export interface FailedZone {
  /** `use1-az1` */
  readonly id: string
  readonly since: Instant
}

/** A zone whose endpoint addresses DNS does not give out, as its health checks found it failed. */
export interface WithdrawnZone {
  readonly id: string
  readonly since: Instant
}

/** A certificate in AWS Certificate Manager. */
export interface Certificate extends Owned {
  /** The ARN. */
  readonly id: string
  readonly domainName: string
  readonly alternativeNames: readonly string[]
  /** PEM. */
  readonly certificate: string
  readonly chain?: string
  /** PEM, without a passphrase. */
  readonly privateKey: string
  readonly importedAt: Instant
}

/** A VPC endpoint service: what a provider offers to consumers. */
export interface EndpointService extends Owned {
  readonly id: EndpointServiceId
  readonly type: 'Interface' | 'GatewayLoadBalancer'
  readonly state: 'Available' | 'Deleting'
  /** At least one. Each of them names this service in its own record. */
  readonly loadBalancerIds: readonly string[]
  readonly acceptanceRequired: boolean
  readonly privateDnsName?: EndpointServiceDnsName
  readonly supportedIpAddressTypes: readonly ('ipv4' | 'ipv6')[]
  /** The region of the service is always one of them. */
  readonly supportedRegions: readonly Region[]
  readonly payerResponsibility?: 'ServiceOwner'
}

export interface EndpointServiceDnsName {
  /** Lower case; may begin with `*.`. */
  readonly name: string
  readonly state: 'pendingVerification' | 'verified' | 'failed'
  /** When its verification was started last; absent: never, so nobody looks for the record. */
  readonly startedAt?: Instant
  /** The first label of the TXT record, `_` and 20 characters. */
  readonly recordName: string
  /** `vpce:` and 20 characters. */
  readonly recordValue: string
}

export interface EndpointServicePermission {
  /** `vpce-svc-perm-…` */
  readonly id: string
  readonly serviceId: EndpointServiceId
  /** An ARN of IAM or STS, or `*`. */
  readonly principal: string
  readonly principalType: 'All' | 'Service' | 'OrganizationUnit' | 'Account' | 'User' | 'Role'
  readonly tags: Tags
}

export type ConnectionEvent = 'Accept' | 'Connect' | 'Delete' | 'Reject'

export interface ConnectionNotification {
  readonly id: ConnectionNotificationId
  readonly owner: AccountId
  readonly region: Region
  readonly createdAt: Instant
  /** One of the two. */
  readonly serviceId?: EndpointServiceId
  readonly vpcEndpointId?: VpcEndpointId
  readonly topicArn: string
  readonly events: readonly ConnectionEvent[]
}

/** A notification that SNS has yet to take: written with what it tells of, deleted once it was published. */
export interface PendingNotification {
  readonly id: string
  readonly notificationId: ConnectionNotificationId
  /** The service or endpoint that the notification is of, as the topic's policy sees who publishes. The notification may be
   * gone with it before the message is. */
  readonly sourceArn: string
  readonly topicArn: string
  readonly event: ConnectionEvent
  readonly serviceId: EndpointServiceId
  readonly vpcEndpointId: VpcEndpointId
  readonly vpcEndpointOwner: AccountId
  readonly at: Instant
}
