// A default subnet that was deleted, made again.
// https://docs.aws.amazon.com/vpc/latest/userguide/work-with-default-vpc.html

import type { CreateDefaultSubnetRequest, CreateDefaultSubnetResult } from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import { cidrsOverlap } from '../../../ip/cidr.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { defaultSubnetCidr, findDefaultVpc, insertDefaultSubnet } from './default-vpc.ts'
import { requireZone, toSubnet } from './subnet.ts'

/** As many /20 blocks as the default VPC has. */
const BLOCKS = 16

export function createDefaultSubnet(
  tx: Tx,
  caller: Caller,
  input: CreateDefaultSubnetRequest,
): CreateDefaultSubnetResult {
  refuseUnserved({ ipv6Native: input.Ipv6Native })
  const zone = requireZone(caller, input)
  const vpc = findDefaultVpc(tx, caller)
  if (!vpc) throw new ApiError('DefaultVpcDoesNotExist', 'No default VPC exists for this account in this region.')
  const subnets = tx.subnets.where('vpcId', vpc.id)
  if (subnets.some((one) => one.defaultForAz && one.availabilityZoneId === zone.id)) {
    throw new ApiError(
      'DefaultSubnetAlreadyExistsInAvailabilityZone',
      `A default subnet already exists in the availability zone ${zone.name}.`,
    )
  }
  const blocks = Array.from({ length: BLOCKS }, (_, index) => defaultSubnetCidr(index))
  const block = blocks.find((one) => !subnets.some(({ cidr }) => cidr && cidrsOverlap(cidr, one)))
  if (!block) throw new ApiError('InsufficientCidrBlocks', `The default VPC ${vpc.id} has no /20 block left.`)
  const networkAcl = tx.networkAcls.where('vpcId', vpc.id).find((one) => one.isDefault)
  if (!networkAcl) throw new Error(`${vpc.id} has no default network ACL`)
  return { Subnet: toSubnet(tx, insertDefaultSubnet(tx, caller, { vpc, networkAcl }, { zone, block })) }
}
