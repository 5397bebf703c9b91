// Moves a load balancer into other subnets: what the call names is where it is afterwards.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html

import type { SetSubnetsInput, SetSubnetsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Address } from '../../ip/address.ts'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { NetworkInterface } from '../../store/records.ts'
import type { Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { checkZones } from './application-load-balancer.ts'
import { invalidConfiguration } from './errors.ts'
import { requireLoadBalancer } from './find.ts'
import {
  checkFamilyChange,
  checkListeners,
  checkSubnetFamilies,
  matchNodes,
  requireIpAddressType,
} from './ip-address-type.ts'
import { addNodes, nodesOf, type Placement, removeNode, requirePlacements } from './load-balancer-node.ts'
import { availabilityZonesOf } from './load-balancer-shape.ts'
import { checkAllocations, checkAvailable, checkKeptAllocation } from './node-public-address.ts'
import { requireSourceNat, sourceNatState } from './source-nat.ts'

/** Nodes in subnets that stay keep their addresses; the load balancer is `provisioning` until the new ones are in force. */
export function setSubnets(tx: Tx, caller: Caller, input: SetSubnetsInput): SetSubnetsOutput {
  const loadBalancer = requireLoadBalancer(tx, caller, input.LoadBalancerArn)
  const ipAddressType = requireIpAddressType(loadBalancer.type, input.IpAddressType, loadBalancer.ipAddressType)
  if (ipAddressType !== loadBalancer.ipAddressType) checkFamilyChange(tx, loadBalancer, ipAddressType)
  const placements = requirePlacements(tx, caller, input)
  checkSubnetFamilies(ipAddressType, placements)
  const { EnablePrefixForIpv6SourceNat: sourceNat } = input
  const sourceNatPrefixes = requireSourceNat(tx, { ...loadBalancer, ipAddressType }, sourceNat, placements)
  checkListeners(tx, { ...loadBalancer, ipAddressType, sourceNatPrefixes })
  if (placements[0].subnet.vpcId !== loadBalancer.vpcId) {
    throw invalidConfiguration(`All subnets must belong to the VPC '${loadBalancer.vpcId}' of the load balancer`)
  }
  checkNamedAddresses(loadBalancer, placements)
  checkAllocations(loadBalancer, placements)
  if (loadBalancer.type === 'application') checkZones(placements.length)
  const nodes = nodesOf(tx, loadBalancer)
  const kept = nodes.filter((node) => placements.some(({ subnet }) => subnet.id === node.subnetId))
  if (loadBalancer.type === 'gateway' && kept.length < nodes.length) {
    throw invalidConfiguration("Subnets cannot be removed from load balancers with type 'gateway'")
  }
  for (const node of kept) checkKept(node, placements)
  const added = placements.filter(({ subnet }) => !kept.some(({ subnetId }) => subnetId === subnet.id))
  checkAvailable(added)
  for (const node of nodes) if (!kept.includes(node)) removeNode(tx, node)
  matchNodes(tx, loadBalancer, ipAddressType, placements)
  addNodes(tx, { ...caller, account: loadBalancer.owner }, { ...loadBalancer, ipAddressType }, added)
  const isChanged = added.length > 0 || ipAddressType !== loadBalancer.ipAddressType
  const changed = tx.loadBalancers.update(loadBalancer.id, {
    ipAddressType,
    sourceNatPrefixes,
    ...namedAddressesOf(placements),
    ...(isChanged && { state: 'provisioning' as const }),
  })
  return {
    AvailabilityZones: availabilityZonesOf(tx, changed),
    IpAddressType: changed.ipAddressType,
    ...(changed.type === 'network' && { EnablePrefixForIpv6SourceNat: sourceNatState(changed) }),
  }
}

/** A node that stays keeps the addresses that it has. */
function checkKept(node: NetworkInterface, placements: readonly Placement[]): void {
  const { subnetId, privateAddresses, ipv6Addresses } = node
  const named = placements.find(({ subnet }) => subnet.id === subnetId)
  const isOther = (present: readonly Address[] | undefined, wanted: Address | undefined) =>
    present !== undefined && wanted !== undefined && present[0] !== wanted
  if (isOther(privateAddresses, named?.address) || isOther(ipv6Addresses, named?.ipv6Address)) {
    throw invalidConfiguration(`The address of the load balancer in the subnet '${subnetId}' cannot be changed`)
  }
  if (named) checkKeptAllocation(node, named)
}

/** The addresses that the call names: those that are shown. */
export function namedAddressesOf(placements: readonly Placement[]): Pick<LoadBalancer, 'namedAddresses'> {
  const named = placements.flatMap(({ address, ipv6Address }) =>
    [address, ipv6Address].filter((one) => one !== undefined),
  )
  return { namedAddresses: named.length > 0 ? named : undefined }
}

/** Who named a subnet by its id alone before and names its address now has the same address to show. */
export function checkNamedAddresses(
  { type, scheme }: Pick<LoadBalancer, 'type' | 'scheme'>,
  placements: readonly Placement[],
): void {
  if (type === 'gateway' && placements.some(({ ipv6Address }) => ipv6Address !== undefined)) {
    throw invalidConfiguration("IPv6 addresses cannot be specified for load balancers with type 'gateway'")
  }
  if (!placements.some(({ address }) => address !== undefined)) return
  if (type === 'gateway') {
    throw invalidConfiguration("Private IPv4 addresses are not supported for load balancers with type 'gateway'")
  }
  if (scheme !== 'internal') {
    throw invalidConfiguration('Private IPv4 addresses can only be specified for internal load balancers')
  }
}
