// Moves a load balancer into other subnets: what the call names is where it is afterwards.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html

import type {
  SetIpAddressTypeInput,
  SetIpAddressTypeOutput,
  SetSubnetsInput,
  SetSubnetsOutput,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidConfiguration, requireParameter, validationError } from './errors.ts'
import { requireLoadBalancer } from './find.ts'
import { addNodes, nodesOf, type Placement, removeNode, requirePlacements } from './load-balancer-node.ts'
import { availabilityZonesOf } from './load-balancer-shape.ts'

/** Nodes in subnets that stay keep their addresses; the load balancer is `provisioning` until the new ones are in force. */
export function setSubnets(tx: Tx, caller: Caller, input: SetSubnetsInput): SetSubnetsOutput {
  const loadBalancer = requireLoadBalancer(tx, caller, input.LoadBalancerArn)
  checkIpAddressType(loadBalancer.type, input.IpAddressType)
  checkSourceNat(input.EnablePrefixForIpv6SourceNat)
  const placements = requirePlacements(tx, caller, input)
  if (placements[0].subnet.vpcId !== loadBalancer.vpcId) {
    throw invalidConfiguration(`All subnets must belong to the VPC '${loadBalancer.vpcId}' of the load balancer`)
  }
  checkNamedAddresses(loadBalancer, placements)
  const nodes = nodesOf(tx, loadBalancer)
  const kept = nodes.filter((node) => placements.some(({ subnet }) => subnet.id === node.subnetId))
  if (loadBalancer.type === 'gateway' && kept.length < nodes.length) {
    throw invalidConfiguration("Subnets cannot be removed from load balancers with type 'gateway'")
  }
  for (const { subnet, address } of placements) {
    const node = kept.find(({ subnetId }) => subnetId === subnet.id)
    if (node && address !== undefined && node.privateAddresses[0] !== address) {
      throw invalidConfiguration(`The address of the load balancer in the subnet '${subnet.id}' cannot be changed`)
    }
  }
  const added = placements.filter(({ subnet }) => !kept.some(({ subnetId }) => subnetId === subnet.id))
  for (const node of nodes) if (!kept.includes(node)) removeNode(tx, node)
  addNodes(tx, { ...caller, account: loadBalancer.owner }, loadBalancer, added)
  const changed = tx.loadBalancers.update(loadBalancer.id, {
    ...namedAddressesOf(placements),
    ...(added.length > 0 && { state: 'provisioning' as const }),
  })
  return { AvailabilityZones: availabilityZonesOf(tx, changed), IpAddressType: changed.ipAddressType }
}

export function setIpAddressType(tx: Tx, caller: Caller, input: SetIpAddressTypeInput): SetIpAddressTypeOutput {
  const loadBalancer = requireLoadBalancer(tx, caller, input.LoadBalancerArn)
  const wanted = requireParameter('ipAddressType', input.IpAddressType)
  checkIpAddressType(loadBalancer.type, wanted)
  return { IpAddressType: wanted }
}

/** The addresses that the call names: those that are shown. */
export function namedAddressesOf(placements: readonly Placement[]): Pick<LoadBalancer, 'namedAddresses'> {
  const named = placements.flatMap(({ address }) => address ?? [])
  return { namedAddresses: named.length > 0 ? named : undefined }
}

/** Who named a subnet by its id alone before and names its address now has the same address to show. */
export function checkNamedAddresses(
  { type, scheme }: Pick<LoadBalancer, 'type' | 'scheme'>,
  placements: readonly Placement[],
): void {
  if (!placements.some(({ address }) => address !== undefined)) return
  if (type === 'gateway') {
    throw invalidConfiguration("Private IPv4 addresses are not supported for load balancers with type 'gateway'")
  }
  if (scheme !== 'internal') {
    throw invalidConfiguration('Private IPv4 addresses can only be specified for internal load balancers')
  }
}

/** No subnet has IPv6 addresses yet. */
export function checkIpAddressType(type: LoadBalancer['type'], wanted: string | undefined): void {
  if (wanted === undefined || wanted === 'ipv4') return
  if (wanted === 'dualstack') throw invalidConfiguration('You must specify subnets with an associated IPv6 CIDR block')
  throw validationError(`The IP address type '${wanted}' is not supported for load balancers with type '${type}'`)
}

export function checkSourceNat(wanted: string | undefined): void {
  if (wanted === 'on') throw invalidConfiguration('You must specify subnets with an associated IPv6 CIDR block')
}
