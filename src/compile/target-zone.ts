// Which Availability Zones' nodes a target takes flows from.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-cross-zone.html

import { type Address, parseAddress } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import type { LoadBalancer, Target, TargetGroup } from '../store/load-balancing-records.ts'
import type { Subnet } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { isOn } from './load-balancer-attribute.ts'

/** A target group may leave it to its load balancer. */
export function isCrossZone(group: TargetGroup, loadBalancer: LoadBalancer): boolean {
  const key = 'load_balancing.cross_zone.enabled'
  const own = group.attributes[key]
  return own === 'true' || (own !== 'false' && isOn(loadBalancer.attributes, key))
}

/** The subnet that has the address, of either family. */
export function subnetWith(subnets: readonly Subnet[], address: Address): Subnet | undefined {
  return subnets.find(
    ({ cidr, ipv6Cidr }) => (cidr && cidrContains(cidr, address)) || (ipv6Cidr && cidrContains(ipv6Cidr.cidr, address)),
  )
}

/** The zone that a target counts for; undefined when it counts for every one. */
export function zoneOfTarget(records: Records, group: TargetGroup, target: Target): string | undefined {
  if (group.targetType === 'instance') {
    const instance = records.instances.get(target.target)
    return instance && records.subnets.get(instance.subnetId)?.availabilityZone
  }
  const address = parseAddress(target.target)
  const subnet = address && subnetWith(records.subnets.where('vpcId', group.vpcId), address)
  return subnet?.availabilityZone ?? (target.availabilityZone === 'all' ? undefined : target.availabilityZone)
}
