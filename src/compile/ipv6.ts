// What a VPC has of IPv6, beside what its subnets, interfaces and groups have.

import type { Address } from '../ip/address.ts'
import type { Vpc } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import type { VpcNetwork } from './network.ts'

/** The router's own address on every link, to which instances send. */
export const IPV6_ROUTER = 'fe80::1' as Address

export function compileIpv6(
  records: Records,
  vpc: Vpc,
): Pick<VpcNetwork, 'ipv6Cidrs' | 'egressOnlyInternetGatewayIds'> {
  const cidrs = vpc.ipv6CidrBlocks?.map(({ cidr }) => cidr) ?? []
  const gateways = records.egressOnlyInternetGateways.where('vpcId', vpc.id).map(({ id }) => id)
  return {
    ...(cidrs.length > 0 && { ipv6Cidrs: cidrs }),
    ...(gateways.length > 0 && { egressOnlyInternetGatewayIds: gateways.sort() }),
  }
}
