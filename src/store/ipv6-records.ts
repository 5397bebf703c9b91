// What a VPC has of IPv6: blocks of /56 or so, subnets of /64, and the gateway that lets connections out and none in.

import type { Cidr } from '../ip/cidr.ts'
import type { Owned, VpcId } from './records.ts'

export type EgressOnlyInternetGatewayId = `eigw-${string}`

/** An IPv6 block of a VPC. */
export interface Ipv6CidrAssociation {
  /** `vpc-cidr-assoc-…` */
  readonly associationId: string
  readonly cidr: Cidr
  /** `Amazon`, or the id of the pool that it came from. */
  readonly pool: string
  readonly networkBorderGroup: string
}

/** The IPv6 block of a subnet. */
export interface SubnetIpv6Cidr {
  /** `subnet-cidr-assoc-…` */
  readonly associationId: string
  readonly cidr: Cidr
}

export interface EgressOnlyInternetGateway extends Owned {
  readonly id: EgressOnlyInternetGatewayId
  readonly vpcId: VpcId
}
