// The nodes of a load balancer: its network interfaces, one in each of its subnets.

import type { Address } from '../ip/address.ts'
import type { NetworkInterface } from '../store/records.ts'
import type { Records } from '../store/store.ts'

export interface Node {
  readonly networkInterface: NetworkInterface
  readonly address: Address
  /** Absent: its load balancer has IPv4 alone. */
  readonly ipv6Address?: Address
  readonly availabilityZone: string
  readonly availabilityZoneId: string
}

/** By subnet id. */
export function nodesOf(records: Records, loadBalancerId: string): Node[] {
  return records.networkInterfaces
    .where('loadBalancerId', loadBalancerId)
    .flatMap((networkInterface) => {
      const subnet = records.subnets.get(networkInterface.subnetId)
      const [address] = networkInterface.privateAddresses
      const [ipv6Address] = networkInterface.ipv6Addresses ?? []
      if (!subnet || !address) return []
      const { availabilityZone, availabilityZoneId } = subnet
      const families = { address, ...(ipv6Address && { ipv6Address }) }
      return [{ networkInterface, ...families, availabilityZone, availabilityZoneId }]
    })
    .sort((a, b) => (a.networkInterface.subnetId < b.networkInterface.subnetId ? -1 : 1))
}
