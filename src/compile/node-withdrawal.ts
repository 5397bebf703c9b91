// Which of a load balancer's addresses DNS leaves out. Read from what little it depends on, because every consumer's VPC
// asks it of its provider's.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#target-group-health

import type { LoadBalancer, TargetGroup } from '../store/load-balancing-records.ts'
import type { NetworkInterfaceId } from '../store/records.ts'
import type { Records } from '../store/store.ts'
import { shouldRun } from './instance.ts'
import { isCrossZone, nodesOf, numberOf, zoneOfTarget } from './load-balancer.ts'
import { candidatesOf, leastHealthy } from './target-choice.ts'

/** Those that the health checks of a zone took out, and those without enough healthy targets while others have them; when
 * no node has, all are given out: that is failing open. */
export function withdrawnNodes(records: Records, loadBalancer: LoadBalancer): ReadonlySet<NetworkInterfaceId> {
  const nodes = nodesOf(records, loadBalancer.id)
  const zones = new Set(nodes.map(({ availabilityZone }) => availabilityZone))
  const groups = listenedGroups(records, loadBalancer)
  const served = (zone: string) =>
    groups.every(({ group, targets }) => {
      const reach = { zones: isCrossZone(group, loadBalancer) ? zones : new Set([zone]) }
      return hasEnough(group, candidatesOf(targets, reach))
    })
  const servedZones = new Set([...zones].filter(served))
  const lacking = servedZones.size > 0 ? nodes.filter((node) => !servedZones.has(node.availabilityZone)) : []
  const failed = nodes.filter(
    ({ networkInterface, availabilityZoneId }) =>
      records.withdrawnNodes.get(networkInterface.id) || records.withdrawnZones.get(availabilityZoneId),
  )
  return new Set([...lacking, ...failed].map(({ networkInterface }) => networkInterface.id))
}

interface CountedTarget {
  readonly availabilityZone?: string
  readonly isHealthy: boolean
}

function listenedGroups(records: Records, { id }: LoadBalancer) {
  const ids = new Set(records.listeners.where('loadBalancerId', id).map(({ targetGroupId }) => targetGroupId))
  return [...ids].flatMap((groupId) => {
    const group = records.targetGroups.get(groupId)
    return group ? [{ group, targets: countedTargets(records, group) }] : []
  })
}

function countedTargets(records: Records, group: TargetGroup): CountedTarget[] {
  return records.targets.where('targetGroupId', group.id).flatMap((target): CountedTarget[] => {
    if (target.deregisteredAt !== undefined) return []
    if (group.targetType === 'instance') {
      const instance = records.instances.get(target.target)
      if (!instance || !shouldRun(instance)) return []
    }
    const availabilityZone = zoneOfTarget(records, group, target)
    return [{ ...(availabilityZone !== undefined && { availabilityZone }), isHealthy: target.health === 'healthy' }]
  })
}

function hasEnough({ attributes }: TargetGroup, candidates: readonly CountedTarget[]): boolean {
  const failover = 'target_group_health.dns_failover.minimum_healthy_targets'
  const least = {
    count: numberOf(attributes, `${failover}.count`, 1),
    percentage: numberOf(attributes, `${failover}.percentage`, 0),
  }
  return candidates.filter(({ isHealthy }) => isHealthy).length >= leastHealthy(least, candidates.length)
}
