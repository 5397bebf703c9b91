// The IPv4 block of a VPC: the one that the call names, or one out of a pool of IPAM.

import { ApiError } from '../../../errors.ts'
import type { Cidr } from '../../../ip/cidr.ts'
import type { Tags, VpcId } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { checkVpcBlock, requireIpv4Cidr } from '../request/cidr-parameter.ts'
import { takeForVpc } from './pool-cidr.ts'

interface BlockParameters {
  readonly CidrBlock?: string | undefined
  readonly Ipv4IpamPoolId?: string | undefined
  readonly Ipv4NetmaskLength?: number | undefined
}

/** Of a pool it is the VPC's from now on. */
export function requireVpcBlock(
  tx: Tx,
  caller: Caller,
  { CidrBlock, Ipv4IpamPoolId: poolId, Ipv4NetmaskLength: NetmaskLength }: BlockParameters,
  vpc: { readonly vpcId: VpcId; readonly tags: Tags },
): Cidr {
  if (!poolId && NetmaskLength !== undefined) {
    throw new ApiError('InvalidParameterCombination', 'The parameter ipv4NetmaskLength needs ipv4IpamPoolId.')
  }
  const block = poolId
    ? takeForVpc(tx, caller, poolId, { Cidr: CidrBlock, NetmaskLength }, vpc)
    : requireIpv4Cidr(CidrBlock, 'cidrBlock')
  checkVpcBlock(block)
  return block
}
