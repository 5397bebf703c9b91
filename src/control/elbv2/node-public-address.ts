// The public address of a node of an internet-facing load balancer: an Elastic IP address that the call names for its subnet,
// which is the load balancer's alone for as long as it is there, or one that AWS gives.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-network-load-balancer.html

import { ApiError } from '../../errors.ts'
import type { ElasticAddress } from '../../store/internet-records.ts'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { NetworkInterface } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { attachAddress } from '../ec2/internet/elastic-address.ts'
import { allocatePublicAddress } from '../ec2/internet/public-address.ts'
import { invalidConfiguration } from './errors.ts'
import { findOwn } from './find.ts'
import type { Placement } from './load-balancer-node.ts'

export function requireAllocation(records: Records, caller: Caller, id: string): ElasticAddress {
  const found = findOwn(records.elasticAddresses, caller, id)
  if (!found) throw new ApiError('AllocationIdNotFound', `The allocation IDs '${id}' do not exist`)
  return found
}

/** Only an internet-facing Network Load Balancer has a use for them. */
export function checkAllocations(
  { type, scheme }: Pick<LoadBalancer, 'type' | 'scheme'>,
  placements: readonly Placement[],
): void {
  const ids = placements.flatMap(({ allocation }) => allocation?.id ?? [])
  if (ids.length === 0) return
  if (type !== 'network') {
    throw invalidConfiguration(`Elastic IP addresses are not supported for load balancers with type '${type}'`)
  }
  if (scheme !== 'internet-facing') {
    throw invalidConfiguration('Elastic IP addresses can only be specified for internet-facing load balancers')
  }
  if (new Set(ids).size < ids.length)
    throw invalidConfiguration('An allocation ID can only be specified for one subnet')
}

/** Of subnets that a load balancer comes into: nothing else may have the addresses. */
export function checkAvailable(placements: readonly Placement[]): void {
  if (placements.every(({ allocation }) => allocation?.associationId === undefined)) return
  throw new ApiError('ResourceInUse', 'The allocation IDs are not available for use')
}

/** A node that stays keeps the address that it has. */
export function checkKeptAllocation({ id, subnetId }: NetworkInterface, { allocation }: Placement): void {
  if (!allocation || allocation.networkInterfaceId === id) return
  throw invalidConfiguration(
    `The Elastic IP address of the load balancer in the subnet '${subnetId}' cannot be changed`,
  )
}

export function givePublicAddress(
  tx: Tx,
  { scheme }: Pick<LoadBalancer, 'scheme'>,
  node: NetworkInterface,
  { allocation }: Placement,
): void {
  const [address] = node.privateAddresses
  if (scheme !== 'internet-facing' || !address) return
  if (allocation) attachAddress(tx, allocation, node, address)
  else tx.networkInterfaces.update(node.id, { publicAddress: allocatePublicAddress(tx, node.region) })
}

/** By which the load balancer is shown to have it. */
export function allocationOf(records: Records, node: NetworkInterface): ElasticAddress | undefined {
  return records.elasticAddresses.where('networkInterfaceId', node.id)[0]
}
