// Targets that were taken out and drain: they take nothing new, what is under way may end, and when the group's delay has
// passed they are gone.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html#deregistration-delay

import { loadBalancerIdsOf } from '../../compile/forwarded-groups.ts'
import type { Target, TargetGroup } from '../../store/load-balancing-records.ts'
import type { InstanceId } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'

export function beginDraining(tx: Tx, group: TargetGroup, target: Target, now: Date): void {
  // A group that no listener uses has nothing under way.
  const isUsed = loadBalancerIdsOf(tx, group).length > 0
  if (!isUsed || delayOf(group) === 0) tx.targets.delete(target.id)
  else tx.targets.update(target.id, { deregisteredAt: now.toISOString() })
}

/** A terminated instance is taken out of every group. */
export function deregisterInstance(tx: Tx, instanceId: InstanceId, now: Date): void {
  for (const target of tx.targets.where('target', instanceId)) {
    const group = tx.targetGroups.get(target.targetGroupId)
    if (group && target.deregisteredAt === undefined) beginDraining(tx, group, target, now)
  }
}

/** Targets whose delay has passed. */
export function drainedTargets(records: Records, now: Date): readonly Target[] {
  return [...records.targets.all()].filter(({ deregisteredAt, targetGroupId }) => {
    if (deregisteredAt === undefined) return false
    const group = records.targetGroups.get(targetGroupId)
    return group !== undefined && Date.parse(deregisteredAt) + delayOf(group) <= now.getTime()
  })
}

/** Removes the targets whose delay has passed. */
export function forgetDrained(tx: Tx, now: Date): void {
  for (const { id } of drainedTargets(tx, now)) tx.targets.delete(id)
}

/** Milliseconds. */
function delayOf({ attributes }: TargetGroup): number {
  return Number(attributes['deregistration_delay.timeout_seconds']) * 1000
}
