// Zones: one that is down lets nothing in or out, and a service is only where its load balancers have a node.

import type { VpcNetwork } from '../compile/network.ts'
import { allSubnets } from '../compile/subnet.ts'
import type { SubnetId } from '../store/records.ts'
import { type Step, stop } from './trace.ts'

/** The stop at an interface, door or node of the subnet while its zone is down; nothing while it is up. */
export function failedZoneSteps(vpc: VpcNetwork, subnetId: SubnetId, what: string): Step[] {
  const zone = zoneIdOf(vpc, subnetId)
  if (zone === undefined || !vpc.failedZoneIds.includes(zone)) return []
  const why = `${zone} is down, where ${what} is; postern az restore ${zone} brings it back`
  return [stop({ stage: 'zone', by: zone, why })]
}

export function zoneIdOf(vpc: VpcNetwork, subnetId: SubnetId): string | undefined {
  return allSubnets(vpc).find(({ id }) => id === subnetId)?.availabilityZoneId
}
