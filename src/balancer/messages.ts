// What the daemon and the balancer's process tell each other. The daemon sends the whole desired state each time; the
// process says what changed of what it sees. Everything is JSON.

import type { HttpAnswerNetwork, HttpGroupNetwork, HttpNetwork, RuleNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import type { Cidr } from '../ip/cidr.ts'
import type { Instant, NetworkInterfaceId, VpcEndpointId } from '../store/records.ts'
import type { FlowFields } from './flow-key.ts'
import type { TunnelPlace } from './tunnel.ts'

/** All that the process has to do. */
export interface DesiredState {
  /** One for each target of a target group that a listener uses, by target. */
  readonly targetChecks: readonly TargetCheck[]
  /** One for each node that has targets to try, by node. */
  readonly nodeChecks: readonly NodeCheck[]
  /** By id. */
  readonly fronts: readonly Front[]
  /** Listeners of Application Load Balancers, by id; absent: none. */
  readonly httpFronts?: readonly HttpFront[]
  /** Endpoints whose packets go to appliances, by id; absent: none. */
  readonly passages?: readonly Passage[]
  /** NAT gateways that carry IPv6 to IPv4, by tunnel; absent: none. */
  readonly nat64?: readonly Nat64Place[]
  /** Private addresses by backbone address, of every interface from which a front that tells its targets may be asked; of
   * IPv6 by the backbone address as IPv6 packets have it. */
  readonly clients: Readonly<Record<Address, Address>>
  /** Those that the fronts name, by id. */
  readonly certificates: Readonly<Record<string, CertificateFiles>>
}

/** A NAT gateway's device, and the IPv4 addresses that its clients get. */
export interface Nat64Place {
  readonly tunnel: TunnelPlace
  readonly pool: Cidr
}

/** PEM. The key goes over the channel between the two processes and nowhere else. */
export interface CertificateFiles {
  readonly certificate: string
  readonly privateKey: string
}

export type TargetHealth = 'initial' | 'healthy' | 'unhealthy'

/** One way to ask a target whether it is there. */
export interface Probe {
  /** The node's backbone address, from which it is asked; in IPv6's form for targets of IPv6, as `to` is. */
  readonly from: Address
  /** The target's backbone address; absent when no interface has the target's address: then no check can pass. */
  readonly to?: Address
  readonly port: number
  readonly protocol: 'TCP' | 'HTTP' | 'HTTPS'
  readonly path: string
  /** Codes that are good, such as `200-399` or `200,301`. */
  readonly matcher: string
  /** The Host header: the node's private address and the listener's port; of an Application Load Balancer the target's. */
  readonly host: string
  /** The connection begins with a header of the proxy protocol. */
  readonly proxyProtocol: boolean
  readonly timeoutSeconds: number
}

export interface TargetCheck {
  /** The target's record. */
  readonly target: string
  /** When it was registered: what the process finds out is about that registration only. */
  readonly registration: Instant
  /** As the records have it: where a new process takes over. */
  readonly health: TargetHealth
  readonly nodeId: NetworkInterfaceId
  readonly probe: Probe
  readonly intervalSeconds: number
  readonly healthyThreshold: number
  readonly unhealthyThreshold: number
}

export interface NodeCheck {
  readonly nodeId: NetworkInterfaceId
  /** As the records have it. */
  readonly withdrawn: boolean
  /** Some of the targets that the node sends to; one that answers is enough. */
  readonly probes: readonly Probe[]
}

/** One listener at one node: where it takes connections on, and what becomes of them. */
export interface Front {
  /** `LISTENER ARN NODE`. */
  readonly id: string
  readonly listenerId: string
  readonly port: number
  /** The node itself, and the interfaces of endpoints that lead to it. */
  readonly doors: readonly Door[]
  readonly node: {
    readonly address: Address
    /** Absent: none. */
    readonly ipv6Address?: Address
    /** From which targets are called, in the form of their family. */
    readonly backboneAddress: Address
  }
  /** Seconds. */
  readonly idleTimeout: number
  /** Absent: bytes are passed on as they are. */
  readonly tls?: FrontTls
  /** Each connection to a target begins with a header of the proxy protocol. */
  readonly proxyProtocol: boolean
  /** Connections to targets are encrypted, whoever the target is. */
  readonly targetTls: boolean
  /** All connections of one client go to one target. */
  readonly sticky: boolean
  /** Those that take new connections. */
  readonly targets: readonly FrontTarget[]
  /** Targets whose live connections are ended. */
  readonly ended: readonly string[]
  /** All targets of the group, those too that drain. Present when live connections to any other are ended. */
  readonly known?: readonly string[]
}

/** One listener of an Application Load Balancer at one node. */
export interface HttpFront extends Pick<Front, 'id' | 'listenerId' | 'port' | 'doors' | 'node' | 'tls'> {
  readonly http: HttpNetwork
  readonly answer: HttpAnswerNetwork
  /** In the order in which they are asked. */
  readonly rules: readonly RuleNetwork[]
  /** Those that the rules lead to. */
  readonly groups: readonly HttpGroup[]
}

export interface HttpGroup extends HttpGroupNetwork {
  readonly id: string
  /** Connections to targets are encrypted, whoever the target is. */
  readonly tls: boolean
  /** Those that take new requests; one that has no address here takes none of those that it is given. */
  readonly targets: readonly (FrontTarget | Pick<FrontTarget, 'id'>)[]
}

export interface Door {
  /** The shadow of the address that was asked (compile/backbone.ts), as the packets of its family have it. */
  readonly address: Address
  /** Absent: the node's own, for clients in the load balancer's network. */
  readonly endpointId?: VpcEndpointId
}

export interface FrontTls {
  /** The first is for clients that name none of the others. */
  readonly certificateIds: readonly string[]
  readonly sslPolicy?: string
  readonly alpnPolicy?: string
}

export interface FrontTarget {
  /** The target's record. */
  readonly id: string
  readonly address: Address
  readonly port: number
}

/** A Gateway Load Balancer endpoint, and the appliances behind it. */
export interface Passage {
  readonly endpointId: VpcEndpointId
  /** The device that the endpoint is in its VPC's router. */
  readonly tunnel: TunnelPlace
  /** The backbone address of the node that serves it. */
  readonly node: Address
  /** Those that take new flows. */
  readonly targets: readonly FrontTarget[]
  /** Ids of those that keep the flows they have; absent: every one keeps them, whatever becomes of it. */
  readonly staying?: readonly string[]
  readonly flowFields: FlowFields
  /** Seconds, of TCP. */
  readonly idleTimeout: number
}

export type ToProcess = { readonly kind: 'state'; readonly state: DesiredState }

export type FromProcess =
  /** It has taken a state and listens as that says. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'health'; readonly changes: readonly HealthChange[] }
  /** All nodes whose checks fail. */
  | { readonly kind: 'withdrawn'; readonly nodeIds: readonly NetworkInterfaceId[] }
  | { readonly kind: 'log'; readonly line: string }

export interface HealthChange {
  readonly target: string
  readonly registration: Instant
  readonly health: 'healthy' | 'unhealthy'
  /** What the last failed check met. */
  readonly failure?: string
}
