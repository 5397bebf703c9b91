// Puts a network interface into the store, whoever asks for it: CreateNetworkInterface, RunInstances, an endpoint, a
// load balancer.

import { isGroupOf } from '../../../compile/group-vpcs.ts'
import { ApiError } from '../../../errors.ts'
import { type Address, addressBits } from '../../../ip/address.ts'
import type { Cidr } from '../../../ip/cidr.ts'
import type { InstanceConnectEndpointId } from '../../../store/instance-connect-records.ts'
import type { NatGatewayId } from '../../../store/internet-records.ts'
import type { ResourceGatewayId } from '../../../store/lattice-records.ts'
import type {
  AccountId,
  NetworkInterface,
  NetworkInterfaceAttachment,
  SecurityGroupId,
  Subnet,
  Tags,
  VpcEndpointId,
  VpcId,
} from '../../../store/records.ts'
import type { ResolverEndpointId } from '../../../store/resolver-records.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type { TransitGatewayAttachmentId } from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { type QuotaHolder, quotaFor } from '../../service-quotas/quota-value.ts'
import { allocateBackboneAddress } from '../endpoint/backbone-address.ts'
import { ownedBy, type Place } from '../request/owned.ts'
import { requireSecurityGroup } from '../request/require.ts'
import { ipv6Fields } from './ipv6-address.ts'

export interface NewNetworkInterface {
  readonly subnet: Subnet
  /** The primary one first. */
  readonly addresses: readonly Address[]
  /** Absent: none. */
  readonly ipv6Addresses?: readonly Address[]
  readonly hasPrimaryIpv6?: boolean
  readonly groupIds: readonly SecurityGroupId[]
  readonly description?: string
  readonly attachment?: NetworkInterfaceAttachment
  readonly tags?: Tags
  /** The interface endpoint that it is made for, whose alone it is then. */
  readonly vpcEndpointId?: VpcEndpointId
  /** The load balancer that it is made for, whose alone it is then. */
  readonly loadBalancerId?: string
  /** Absent: `vpc_endpoint` for an endpoint, else `interface`. */
  readonly interfaceType?: NetworkInterface['interfaceType']
  /** The resource gateway that it is made for, whose alone it is then. */
  readonly resourceGatewayId?: ResourceGatewayId
  /** The NAT gateway that it is made for, whose alone it is then. */
  readonly natGatewayId?: NatGatewayId
  /** The attachment to a transit gateway that it is made for, whose alone it is then. */
  readonly transitGatewayAttachmentId?: TransitGatewayAttachmentId
  /** The endpoint of Route 53 Resolver that it is made for, whose alone it is then. */
  readonly resolverEndpointId?: ResolverEndpointId
  /** The EC2 Instance Connect Endpoint that it is made for, whose alone it is then. */
  readonly instanceConnectEndpointId?: InstanceConnectEndpointId
  readonly wantsPublicAddress?: boolean
  /** Blocks of the subnet that it gets beside its addresses. */
  readonly prefixes?: readonly Cidr[]
}

export function insertNetworkInterface(tx: Tx, place: Place, wanted: NewNetworkInterface): NetworkInterface {
  const backboneAddress = allocateBackboneAddress(tx)
  return tx.networkInterfaces.insert({
    ...ownedBy(place, wanted.tags),
    id: tx.newId('eni'),
    vpcId: wanted.subnet.vpcId,
    subnetId: wanted.subnet.id,
    description: wanted.description ?? '',
    interfaceType: wanted.interfaceType ?? (wanted.vpcEndpointId ? 'vpc_endpoint' : 'interface'),
    requesterManaged: [
      wanted.vpcEndpointId,
      wanted.loadBalancerId,
      wanted.resourceGatewayId,
      wanted.natGatewayId,
      wanted.transitGatewayAttachmentId,
      wanted.resolverEndpointId,
      wanted.instanceConnectEndpointId,
    ].some(Boolean),
    ...(wanted.vpcEndpointId ? { vpcEndpointId: wanted.vpcEndpointId } : {}),
    ...(wanted.loadBalancerId ? { loadBalancerId: wanted.loadBalancerId } : {}),
    ...(wanted.resourceGatewayId ? { resourceGatewayId: wanted.resourceGatewayId } : {}),
    ...(wanted.natGatewayId ? { natGatewayId: wanted.natGatewayId } : {}),
    ...(wanted.transitGatewayAttachmentId ? { transitGatewayAttachmentId: wanted.transitGatewayAttachmentId } : {}),
    ...(wanted.resolverEndpointId ? { resolverEndpointId: wanted.resolverEndpointId } : {}),
    ...(wanted.instanceConnectEndpointId ? { instanceConnectEndpointId: wanted.instanceConnectEndpointId } : {}),
    ...(wanted.wantsPublicAddress ? { wantsPublicAddress: true as const } : {}),
    ...(wanted.prefixes ? { prefixes: wanted.prefixes } : {}),
    macAddress: macAddressFor(backboneAddress),
    privateAddresses: wanted.addresses,
    ...ipv6Fields(wanted.ipv6Addresses ?? [], wanted.hasPrimaryIpv6 === true),
    groupIds: wanted.groupIds,
    sourceDestCheck: true,
    ...(wanted.attachment ? { attachment: wanted.attachment } : {}),
    backboneAddress,
    host: 'local',
  })
}

/** The groups of a new interface in the subnet: those named, or the VPC's default group. */
export function requireInterfaceGroups(
  records: Records,
  caller: Caller,
  subnet: Subnet,
  ids: readonly string[] | undefined,
): SecurityGroupId[] {
  const groups = [...new Set(ids ?? [])].map((id) => requireSecurityGroup(records, caller, id))
  const stranger = groups.find((group) => !isGroupOf(records, group, subnet.vpcId))
  if (stranger) {
    throw new ApiError(
      'InvalidParameter',
      `Security group ${stranger.id} and subnet ${subnet.id} belong to different networks.`,
    )
  }
  checkGroupCount(records, subnet, groups.length)
  if (groups.length > 0) return groups.map((group) => group.id)
  if (subnet.owner === caller.account) return defaultGroupIds(records, subnet.vpcId, caller.account)
  // https://docs.aws.amazon.com/vpc/latest/userguide/vpc-share-limitations.html
  throw new ApiError(
    'InvalidParameterCombination',
    `The default security group of ${subnet.vpcId} belongs to the account ${subnet.owner}, which shares the subnet ${subnet.id}; give a security group of your own in this VPC.`,
  )
}

/** By the quota of the subnet's owner. */
export function checkGroupCount(records: Records, subnet: QuotaHolder, count: number): void {
  const most = quotaFor(records, subnet, 'groupsPerInterface')
  if (count > most) {
    throw new ApiError(
      'SecurityGroupsPerInterfaceLimitExceeded',
      `The maximum number of security groups per interface has been reached: ${count} were given, ${most} is the limit.`,
    )
  }
}

/** The VPC's default group, as a list: what an interface has that was given none. */
export function defaultGroupIds(records: Records, vpcId: VpcId, owner: AccountId): SecurityGroupId[] {
  const groups = records.securityGroups.where('vpcId', vpcId)
  return groups.filter((group) => group.name === 'default' && group.owner === owner).map((group) => group.id)
}

/** Locally administered, and unique because the backbone address in it is. */
function macAddressFor(backboneAddress: Address): string {
  const digits = addressBits(backboneAddress).bits.toString(16).padStart(8, '0')
  return ['02', '50', ...(digits.match(/../g) ?? [])].join(':')
}
