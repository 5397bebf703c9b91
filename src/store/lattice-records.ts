// Records of VPC Lattice (resource gateways, resource configurations, service networks), of what VPC endpoints have of
// them, and of AWS Resource Access Manager, by which they are shared with other accounts.

import type { Address } from '../ip/address.ts'
import type { PortRange } from '../ip/protocol.ts'
import type {
  AccountId,
  Instant,
  NetworkInterfaceId,
  Owned,
  Region,
  SecurityGroupId,
  VpcEndpointId,
  VpcId,
} from './records.ts'

export type ResourceGatewayId = `rgw-${string}`
export type ResourceConfigurationId = `rcfg-${string}`
export type ServiceNetworkId = `sn-${string}`
export type ServiceNetworkResourceAssociationId = `snra-${string}`
export type ServiceNetworkVpcAssociationId = `snva-${string}`
export type DomainVerificationId = `dv-${string}`
export type EndpointAssociationId = `vpce-rsc-asc-${string}`

/** Where traffic for resources enters the VPC that they are in. Its interfaces are the network interfaces with its id,
 * one in a zone, and the resources see their addresses. */
export interface ResourceGateway extends Owned {
  readonly id: ResourceGatewayId
  readonly name: string
  readonly vpcId: VpcId
  /** Asked about what leaves the gateway. */
  readonly groupIds: readonly SecurityGroupId[]
  /** Shown; an interface here has one address. */
  readonly ipv4AddressesPerEni: number
  /** How domain names of resources are looked up: as everybody would, or as the VPC does. */
  readonly dnsResolution: 'PUBLIC' | 'IN_VPC'
  readonly updatedAt: Instant
}

export type ResourceDefinition =
  | { readonly kind: 'ip'; readonly address: Address }
  /** Lower case, without the final dot. */
  | { readonly kind: 'dns'; readonly domainName: string }
  | { readonly kind: 'arn'; readonly arn: string }

export interface ResourceConfiguration extends Owned {
  readonly id: ResourceConfigurationId
  readonly name: string
  /** A GROUP is its children and nothing of its own; a CHILD is shared with its group only. */
  readonly type: 'SINGLE' | 'GROUP' | 'CHILD' | 'ARN'
  /** A child's is its group's. */
  readonly resourceGatewayId: ResourceGatewayId
  /** CHILD only. */
  readonly groupId?: ResourceConfigurationId
  /** TCP. A group has none. */
  readonly portRanges: readonly PortRange[]
  /** Absent for a group. */
  readonly definition?: ResourceDefinition
  /** The name by which consumers may call the resource, in lower case. */
  readonly customDomainName?: string
  /** GROUP only: the domain that children's names may be below. */
  readonly groupDomain?: string
  /** By which the name, or the group's domain, is proved to be the owner's. */
  readonly domainVerificationId?: DomainVerificationId
  readonly allowAssociationToShareableServiceNetwork: boolean
  readonly updatedAt: Instant
}

/** A domain that a provider proves to be its own. It is verified while the record is there. */
export interface DomainVerification extends Owned {
  readonly id: DomainVerificationId
  /** Lower case, without the final dot. */
  readonly domainName: string
  /** The TXT record. */
  readonly recordName: string
  readonly recordValue: string
}

export interface ServiceNetwork extends Owned {
  readonly id: ServiceNetworkId
  readonly name: string
  readonly authType: 'NONE' | 'AWS_IAM'
  readonly sharingEnabled: boolean
  readonly updatedAt: Instant
}

/** A resource configuration in a service network. */
export interface ServiceNetworkResourceAssociation extends Owned {
  readonly id: ServiceNetworkResourceAssociationId
  readonly serviceNetworkId: ServiceNetworkId
  readonly resourceConfigurationId: ResourceConfigurationId
  readonly privateDnsEnabled: boolean
}

/** A VPC in a service network. */
export interface ServiceNetworkVpcAssociation extends Owned {
  readonly id: ServiceNetworkVpcAssociationId
  readonly serviceNetworkId: ServiceNetworkId
  readonly vpcId: VpcId
  readonly groupIds: readonly SecurityGroupId[]
  readonly privateDnsEnabled: boolean
  readonly privateDns?: PrivateDnsPreference
  readonly updatedAt: Instant
}

/** Which custom domain names are answered in the consumer's VPC. */
export interface PrivateDnsPreference {
  readonly preference:
    | 'ALL_DOMAINS'
    | 'VERIFIED_DOMAINS_ONLY'
    | 'VERIFIED_DOMAINS_AND_SPECIFIED_DOMAINS'
    | 'SPECIFIED_DOMAINS_ONLY'
  /** Lower case; `*.` before a name covers all names below it. */
  readonly specifiedDomains: readonly string[]
}

/** A policy that is attached to a resource of Lattice's. */
export interface LatticePolicy {
  /** `auth ARN` or `resource ARN`. */
  readonly id: string
  readonly document: string
  readonly createdAt: Instant
  readonly updatedAt: Instant
}

/** One resource that an endpoint leads to: that of a Resource endpoint, each child of its group, or each resource of a
 * service network. */
export interface EndpointAssociation {
  readonly id: EndpointAssociationId
  /** The endpoint's. */
  readonly owner: AccountId
  readonly region: Region
  readonly createdAt: Instant
  readonly vpcEndpointId: VpcEndpointId
  /** Never a group. */
  readonly resourceConfigurationId: ResourceConfigurationId
  /** By which the resource is in the service network; absent for a Resource endpoint. */
  readonly serviceNetworkResourceAssociationId?: ServiceNetworkResourceAssociationId
}

/** Where one of an endpoint's interfaces answers for a resource. */
export interface EndpointAssociationAddress {
  /** `vpce-rsc-asc-… eni-…` */
  readonly id: string
  readonly associationId: EndpointAssociationId
  readonly vpcEndpointId: VpcEndpointId
  readonly networkInterfaceId: NetworkInterfaceId
  /** One of the interface's own, or out of its blocks. */
  readonly address: Address
  /** By which the provider's VPC knows endpoint, zone and resource. */
  readonly backboneAddress: Address
}

/** A resource share of AWS Resource Access Manager. */
export interface ResourceShare extends Owned {
  /** The ARN, `…:resource-share/UUID`. */
  readonly id: string
  readonly name: string
  readonly allowExternalPrincipals: boolean
  readonly updatedAt: Instant
}

export interface SharedResource {
  /** `SHARE RESOURCE`, both ARNs. */
  readonly id: string
  readonly shareId: string
  readonly resourceArn: string
  readonly createdAt: Instant
}

/** Whom a share is for. */
export interface SharePrincipal {
  /** `SHARE PRINCIPAL` */
  readonly id: string
  readonly shareId: string
  /** An account, or the ARN of an organization or an organizational unit. */
  readonly principal: string
  /** It is outside the owner's organization, and was invited. */
  readonly external: boolean
  /** `ASSOCIATING` until the invitation is accepted. */
  readonly status: 'ASSOCIATING' | 'ASSOCIATED' | 'FAILED'
  readonly createdAt: Instant
}

export interface ShareInvitation {
  /** The ARN, `…:resource-share-invitation/UUID`. */
  readonly id: string
  readonly shareId: string
  readonly shareName: string
  readonly sender: AccountId
  readonly receiver: AccountId
  readonly status: 'PENDING' | 'ACCEPTED' | 'REJECTED'
  readonly invitedAt: Instant
}
