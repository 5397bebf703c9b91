// The IPv6 block of a subnet: a /64 out of one of its VPC's.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html#subnet-sizing-ipv6

import type {
  AssociateSubnetCidrBlockRequest,
  AssociateSubnetCidrBlockResult,
  DisassociateSubnetCidrBlockRequest,
  DisassociateSubnetCidrBlockResult,
  SubnetIpv6CidrBlockAssociation,
} from '@aws-sdk/client-ec2'
import { ApiError, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { type Cidr, cidrCovers, cidrLength, cidrsOverlap } from '../../../ip/cidr.ts'
import type { SubnetIpv6Cidr } from '../../../store/ipv6-records.ts'
import type { Subnet, Vpc } from '../../../store/records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireIpv6Cidr } from '../request/cidr-parameter.ts'
import { refuseUnserved } from '../request/not-served.ts'
import { findAll, requireSubnet } from '../request/require.ts'

const SUBNET_LENGTH = 64

export function associateSubnetCidrBlock(
  tx: Tx,
  caller: Caller,
  input: AssociateSubnetCidrBlockRequest,
): AssociateSubnetCidrBlockResult {
  refuseUnserved({ ipv6IpamPoolId: input.Ipv6IpamPoolId, ipv6NetmaskLength: input.Ipv6NetmaskLength })
  const subnet = requireSubnet(tx, caller, input.SubnetId)
  const vpc = tx.vpcs.get(subnet.vpcId)!
  const block = requireSubnetIpv6Block(tx, vpc, input.Ipv6CidrBlock)
  if (subnet.ipv6Cidr) {
    throw new ApiError(
      'SubnetCidrBlockAlreadyAssociated',
      `The subnet ${subnet.id} has the IPv6 CIDR block ${subnet.ipv6Cidr.cidr}, and a subnet has one at most.`,
    )
  }
  const ipv6Cidr = newSubnetIpv6(tx, block)
  tx.subnets.update(subnet.id, { ipv6Cidr })
  return { SubnetId: subnet.id, Ipv6CidrBlockAssociation: toSubnetIpv6(ipv6Cidr, 'associating') }
}

export function disassociateSubnetCidrBlock(
  tx: Tx,
  caller: Caller,
  input: DisassociateSubnetCidrBlockRequest,
): DisassociateSubnetCidrBlockResult {
  const id = input.AssociationId
  if (id === undefined) throw missingParameter('associationId')
  if (!id.startsWith('subnet-cidr-assoc-')) {
    throw new ApiError(
      'InvalidSubnetCidrBlockAssociationId.Malformed',
      `The subnet CIDR block with association ID ${id} is malformed`,
    )
  }
  const subnet = findAll(tx.subnets, caller).find((one) => one.ipv6Cidr?.associationId === id)
  const block = subnet?.ipv6Cidr
  if (!subnet || !block) {
    throw new ApiError(
      'InvalidSubnetCidrBlockAssociationID.NotFound',
      `The subnet CIDR block association ID '${id}' does not exist`,
    )
  }
  checkUnused(tx, subnet, block)
  tx.subnets.update(subnet.id, { ipv6Cidr: undefined })
  return { SubnetId: subnet.id, Ipv6CidrBlockAssociation: toSubnetIpv6(block, 'disassociating') }
}

function checkUnused(records: Records, subnet: Subnet, { associationId }: SubnetIpv6Cidr): void {
  const refused = (why: string) =>
    new ApiError(
      'InvalidCidrBlock.InUse',
      `The subnet IPv6 CIDR block with association ID ${associationId} may not be disassociated, because ${why}`,
    )
  if (subnet.assignIpv6AddressOnCreation) {
    throw refused('its subnet has assign-ipv6-address-on-creation set to true.')
  }
  if (!subnet.cidr) throw refused('its subnet is for IPv6 only.')
  if (subnet.enableDns64) throw refused('its subnet has enable-dns64 set to true.')
  const users = records.networkInterfaces.where('subnetId', subnet.id).filter((eni) => eni.ipv6Addresses)
  if (users.length > 0) {
    throw refused(`its addresses are assigned to network interfaces: ${users.map(({ id }) => id).join(', ')}.`)
  }
}

/** A /64 of the VPC's that no other subnet has. */
export function requireSubnetIpv6Block(records: Records, vpc: Vpc, text: string | undefined): Cidr {
  const block = requireIpv6Cidr(text, 'ipv6CidrBlock')
  if (cidrLength(block) !== SUBNET_LENGTH) {
    throw invalidParameterValue('ipv6CidrBlock', block, `The block of a subnet is a /${SUBNET_LENGTH}.`)
  }
  if (!vpc.ipv6CidrBlocks?.some((one) => cidrCovers(one.cidr, block))) {
    throw new ApiError('InvalidSubnet.Range', `The IPv6 CIDR '${block}' is invalid.`)
  }
  const others = records.subnets.where('vpcId', vpc.id)
  if (others.some(({ ipv6Cidr }) => ipv6Cidr && cidrsOverlap(ipv6Cidr.cidr, block))) {
    throw new ApiError('InvalidSubnet.Conflict', `The IPv6 CIDR '${block}' conflicts with another subnet`)
  }
  return block
}

export function newSubnetIpv6(tx: Tx, cidr: Cidr): SubnetIpv6Cidr {
  return { associationId: tx.newId('subnet-cidr-assoc'), cidr }
}

export function toSubnetIpv6(
  { associationId, cidr }: SubnetIpv6Cidr,
  state: 'associating' | 'associated' | 'disassociating' = 'associated',
): SubnetIpv6CidrBlockAssociation {
  return {
    AssociationId: associationId,
    Ipv6CidrBlock: cidr,
    Ipv6CidrBlockState: { State: state },
    Ipv6AddressAttribute: 'public',
    IpSource: 'amazon',
  }
}
