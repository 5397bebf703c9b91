// Records of the ways out of a VPC: Elastic IP addresses, NAT gateways, and the sites of Postern's internet.

import type { Address } from '../ip/address.ts'
import type { AccountId, Instant, NetworkInterfaceId, Owned, Region, SubnetId, VpcId } from './records.ts'

export type AllocationId = `eipalloc-${string}`
export type NatGatewayId = `nat-${string}`

/** An Elastic IP address. */
export interface ElasticAddress extends Owned {
  readonly id: AllocationId
  readonly publicIp: Address
  /** `eipassoc-…`; absent with the three fields below: it is associated with nothing. */
  readonly associationId?: string
  readonly networkInterfaceId?: NetworkInterfaceId
  /** The address of the interface that it stands for. */
  readonly privateAddress?: Address
  /** Of the interface: its VPC is compiled from what it can name. */
  readonly vpcId?: VpcId
  /** Its reverse name, with a dot at the end; absent: the one that AWS gives. */
  readonly ptrRecord?: string
}

/** An Elastic IP address that is offered to another account, or was taken by it. */
export interface AddressTransfer {
  /** Of the address as its first owner has or had it. */
  readonly id: AllocationId
  readonly owner: AccountId
  readonly region: Region
  readonly publicIp: Address
  /** To whom. */
  readonly accountId: AccountId
  readonly expiresAt: Instant
  /** Absent: nobody has taken it. */
  readonly acceptedAt?: Instant
}

export interface NatGateway extends Owned {
  readonly id: NatGatewayId
  readonly vpcId: VpcId
  readonly subnetId: SubnetId
  readonly connectivityType: 'public' | 'private'
  readonly state: 'pending' | 'available' | 'deleting' | 'deleted'
  /** Its interface, which is gone once it is deleted; what it was is below. */
  readonly networkInterfaceId: NetworkInterfaceId
  readonly privateAddress: Address
  /** Public only. */
  readonly allocationId?: AllocationId
  readonly associationId?: string
  readonly publicIp?: Address
  /** In the order in which they came; absent: none. */
  readonly secondaryAddresses?: readonly NatGatewayAddress[]
  readonly deletedAt?: Instant
}

/** One more address of a NAT gateway; the last three are public gateways' only. */
export interface NatGatewayAddress {
  readonly privateAddress: Address
  readonly allocationId?: AllocationId
  readonly associationId?: string
  readonly publicIp?: Address
}

/** A named site of the internet that the user declared. */
export interface Site {
  /** The name, in lower case. */
  readonly id: string
  readonly address: Address
  /** What its pages are fetched from; absent: a small page of Postern's own. */
  readonly url?: string
  readonly createdAt: Instant
}
