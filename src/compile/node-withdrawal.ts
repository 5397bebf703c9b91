// Which of a load balancer's addresses DNS leaves out. Read from what little it depends on, because every consumer's VPC
// asks it of its provider's.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-group-health

import type { LoadBalancer, Target, TargetGroup } from '../store/load-balancing-records.ts'
import type { NetworkInterfaceId } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { groupIdsOf } from './forwarded-groups.ts'
import { shouldRun } from './instance.ts'
import { numberOf } from './load-balancer-attribute.ts'
import { type Node, nodesOf } from './load-balancer-node.ts'
import { candidatesOf, leastHealthy } from './target-choice.ts'
import { isCrossZone, zoneOfTarget } from './target-zone.ts'

/** Those that the health checks of a zone took out, and those without enough healthy targets while others have them; when
 * no node has, all are given out: that is failing open. */
export function withdrawnNodes(records: Records, loadBalancer: LoadBalancer): ReadonlySet<NetworkInterfaceId> {
  const nodes = nodesOf(records, loadBalancer.id)
  const served = new Set(nodes.map(({ availabilityZone }) => availabilityZone))
  for (const group of listenedGroups(records, loadBalancer)) {
    const byGroup = servedBy(records, group, loadBalancer, nodes)
    for (const zone of served) if (!byGroup.has(zone)) served.delete(zone)
  }
  const lacking = served.size > 0 ? nodes.filter((node) => !served.has(node.availabilityZone)) : []
  const failed = nodes.filter(
    ({ networkInterface, availabilityZoneId }) =>
      records.withdrawnNodes.get(networkInterface.id) || records.withdrawnZones.get(availabilityZoneId),
  )
  return new Set([...lacking, ...failed].map(({ networkInterface }) => networkInterface.id))
}

function listenedGroups(records: Records, { id }: LoadBalancer): TargetGroup[] {
  return groupIdsOf(records, { id }).flatMap((groupId) => records.targetGroups.get(groupId) ?? [])
}

/** The zones whose node has enough healthy targets of a group. */
function servedBy(
  records: Records,
  group: TargetGroup,
  loadBalancer: LoadBalancer,
  nodes: readonly Node[],
): ReadonlySet<string> {
  const zones = [...new Set(nodes.map(({ availabilityZone }) => availabilityZone))]
  const reaches = zones.map((zone) => ({
    zone,
    reach: { zones: new Set(isCrossZone(group, loadBalancer) ? zones : [zone]) },
  }))
  const failover = 'target_group_health.dns_failover.minimum_healthy_targets'
  const count = numberOf(group.attributes, `${failover}.count`, 1)
  const percentage = numberOf(group.attributes, `${failover}.percentage`, 0)
  const targets = records.targets.where('targetGroupId', group.id).filter(isInService)
  // Mostly a few healthy targets are enough to know, and a consumer's VPC asks nothing of the others.
  const enough = (counted: readonly CountedTarget[]) =>
    reaches.filter(({ reach }) => {
      const candidates = candidatesOf(counted, reach)
      const least = leastHealthy({ count, percentage }, candidates.length)
      return candidates.filter(({ isHealthy }) => isHealthy).length >= least
    })
  const counted: CountedTarget[] = []
  for (const target of percentage > 0 ? targets : targets.filter(({ health }) => health === 'healthy')) {
    counted.push(...countTarget(records, group, target))
    if (percentage === 0 && isPowerOfTwo(counted.length) && enough(counted).length === zones.length) break
  }
  return new Set(enough(counted).map(({ zone }) => zone))
}

interface CountedTarget {
  readonly availabilityZone?: string
  readonly isHealthy: boolean
}

function isInService({ deregisteredAt }: Target): boolean {
  return deregisteredAt === undefined
}

function countTarget(records: Records, group: TargetGroup, target: Target): CountedTarget[] {
  if (group.targetType === 'instance') {
    const instance = records.instances.get(target.target)
    if (!instance || !shouldRun(instance)) return []
  }
  const availabilityZone = zoneOfTarget(records, group, target)
  return [{ ...(availabilityZone !== undefined && { availabilityZone }), isHealthy: target.health === 'healthy' }]
}

/** Looking after the first, the second, the fourth … costs no more than looking once. */
function isPowerOfTwo(value: number): boolean {
  return (value & (value - 1)) === 0
}
