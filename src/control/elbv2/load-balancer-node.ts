// The nodes of a load balancer: a network interface in each of its subnets, one subnet in a zone. Each keeps its address
// for as long as the load balancer is in the subnet, and no call but the load balancer's own may change it.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#availability-zones

import type { SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type { Address } from '../../ip/address.ts'
import type { Cidr } from '../../ip/cidr.ts'
import type { ElasticAddress } from '../../store/internet-records.ts'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { NetworkInterface, Subnet, VpcId } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { releaseFromInterface } from '../ec2/internet/elastic-address.ts'
import { requireAddressOf, takeAddresses } from '../ec2/network-interface/interface-address.ts'
import { requireIpv6Addresses, takeIpv6Addresses } from '../ec2/network-interface/ipv6-address.ts'
import { insertNetworkInterface } from '../ec2/network-interface/new-network-interface.ts'
import type { Place } from '../ec2/request/owned.ts'
import { findSharedSubnet } from '../ec2/request/shared.ts'
import { pathOf } from './arns.ts'
import { asConfiguration, invalidConfiguration, requireParameter, validationError } from './errors.ts'
import { findOwn } from './find.ts'
import { givePublicAddress, requireAllocation } from './node-public-address.ts'
import { requirePrefix } from './source-nat.ts'

/** A subnet that a load balancer is to be in. */
export interface Placement {
  readonly subnet: Subnet
  /** Absent: the subnet chooses, or the address stays. */
  readonly address?: Address
  /** The same of IPv6, for a dual-stack load balancer. */
  readonly ipv6Address?: Address
  /** Absent: the subnet chooses, or it stays. */
  readonly sourceNatPrefix?: Cidr
  /** The Elastic IP address that is to stand for the node; absent: of an internet-facing load balancer any, or it stays. */
  readonly allocation?: ElasticAddress
}

interface SubnetParameters {
  readonly Subnets?: readonly string[] | undefined
  readonly SubnetMappings?: readonly SubnetMapping[] | undefined
}

/** The subnets that a call names, by id or with an address: of one VPC, and each in a zone of its own. */
export function requirePlacements(
  records: Records,
  caller: Caller,
  { Subnets: ids = [], SubnetMappings: mappings = [] }: SubnetParameters,
): readonly [Placement, ...Placement[]] {
  if (ids.length > 0 && mappings.length > 0) {
    throw validationError('Subnets and subnet mappings cannot be specified at the same time')
  }
  const [first, ...others] =
    ids.length > 0
      ? ids.map((id) => ({ subnet: requireSubnet(records, caller, id) }))
      : mappings.map((mapping) => placementOf(records, caller, mapping))
  if (!first) throw validationError('At least one subnet must be specified')
  const placements = [first, ...others] as const
  checkVpc(placements.map(({ subnet }) => subnet.vpcId))
  if (new Set(placements.map(({ subnet }) => subnet.availabilityZoneId)).size < placements.length) {
    throw invalidConfiguration('A load balancer cannot be attached to multiple subnets in the same Availability Zone')
  }
  return placements
}

function placementOf(records: Records, caller: Caller, mapping: SubnetMapping): Placement {
  const subnet = requireSubnet(records, caller, requireParameter('subnetMappings.member.subnetId', mapping.SubnetId))
  const { PrivateIPv4Address: text, IPv6Address: ipv6, AllocationId: allocationId } = mapping
  const sourceNatPrefix = requirePrefix(subnet, mapping.SourceNatIpv6Prefix)
  const [ipv6Address] = ipv6 === undefined ? [] : asConfiguration(() => requireIpv6Addresses(subnet, [ipv6]))
  return {
    subnet,
    ...(text !== undefined && { address: asConfiguration(() => requireAddressOf(subnet, text, 'privateIPv4Address')) }),
    ...(ipv6Address && { ipv6Address }),
    ...(sourceNatPrefix && { sourceNatPrefix }),
    ...(allocationId !== undefined && { allocation: requireAllocation(records, caller, allocationId) }),
  }
}

function requireSubnet(records: Records, caller: Caller, id: string): Subnet {
  const subnet = findOwn(records.subnets, caller, id) ?? findSharedSubnet(records, caller, id)
  if (!subnet) throw new ApiError('SubnetNotFound', `The subnet ID '${id}' does not exist`)
  return subnet
}

function checkVpc(vpcIds: readonly VpcId[]): void {
  const vpcs = [...new Set(vpcIds)]
  if (vpcs.length > 1) throw invalidConfiguration(`All subnets must belong to the same VPC: '${vpcs.join(', ')}'`)
}

/** In the order of their zones. */
export function nodesOf(records: Records, { id }: Pick<LoadBalancer, 'id'>): readonly NetworkInterface[] {
  const zoneOf = (eni: NetworkInterface) => records.subnets.get(eni.subnetId)?.availabilityZone ?? ''
  return [...records.networkInterfaces.where('loadBalancerId', id)].sort((a, b) => (zoneOf(a) < zoneOf(b) ? -1 : 1))
}

/** An application load balancer's are ordinary ones, as far as AWS shows them. */
const INTERFACE_TYPES = {
  network: 'network_load_balancer',
  application: 'interface',
  gateway: 'gateway_load_balancer',
} as const

export function addNodes(
  tx: Tx,
  place: Place,
  loadBalancer: Pick<LoadBalancer, 'id' | 'type' | 'scheme' | 'groupIds' | 'ipAddressType'>,
  placements: readonly Placement[],
): void {
  const wanted = placements.map(({ subnet, address }) => ({
    subnet,
    ...(address === undefined ? {} : { primary: address }),
    secondary: [],
    secondaryCount: 0,
  }))
  const addresses = asConfiguration(() => takeAddresses(tx, wanted))
  const ipv6 = loadBalancer.ipAddressType === 'dualstack' ? takeIpv6(tx, placements) : []
  for (const [index, placement] of placements.entries()) {
    const { subnet } = placement
    const node = insertNetworkInterface(tx, place, {
      subnet,
      addresses: addresses[index] ?? [],
      ipv6Addresses: ipv6[index] ?? [],
      groupIds: loadBalancer.groupIds ?? [],
      description: `ELB ${pathOf(loadBalancer)}`,
      loadBalancerId: loadBalancer.id,
      interfaceType: INTERFACE_TYPES[loadBalancer.type],
    })
    givePublicAddress(tx, loadBalancer, node, placement)
  }
}

/** An IPv6 address for each node. */
export function takeIpv6(records: Records, placements: readonly Placement[]): Address[][] {
  const wanted = placements.map(({ subnet, ipv6Address }) => ({
    subnet,
    named: ipv6Address ? [ipv6Address] : [],
    count: ipv6Address ? 0 : 1,
    hasPrimary: false,
  }))
  return asConfiguration(() => takeIpv6Addresses(records, wanted))
}

/** Takes a node away at once: a VPC is put in force whole, so its address may be another's in the same round. */
export function removeNode(tx: Tx, node: NetworkInterface): void {
  releaseFromInterface(tx, node)
  tx.networkInterfaces.delete(node.id)
  tx.withdrawnNodes.delete(node.id)
}
