// Which target groups a load balancer's listeners lead to, and from whom: a listener names one, or its rules do.

import type { RuleAction } from '../store/listener-rule-records.ts'
import type { LoadBalancer, TargetGroup } from '../store/load-balancing-records.ts'
import type { Records } from '../store/store.ts'
import type { ListenerNetwork } from './network.ts'

type Id = Pick<LoadBalancer, 'id'>

/** Each once. */
export function groupIdsOf(records: Records, { id }: Id): string[] {
  const named = records.listeners.where('loadBalancerId', id).flatMap(({ targetGroupId }) => targetGroupId ?? [])
  const ruled = records.listenerRules.where('loadBalancerId', id).flatMap(({ action }) => groupIdsOfAction(action))
  return [...new Set([...named, ...ruled])]
}

export function groupIdsOfAction(action: RuleAction): string[] {
  return action.type === 'forward' ? action.groups.map(({ targetGroupId }) => targetGroupId) : []
}

/** The load balancers that forward to a group: AWS lets it be one. Only one of the group's VPC can be. */
export function loadBalancerIdsOf(records: Records, { id, vpcId, protocol }: TargetGroup): string[] {
  if (protocol !== 'HTTP' && protocol !== 'HTTPS') {
    return [...new Set(records.listeners.where('targetGroupId', id).map(({ loadBalancerId }) => loadBalancerId))]
  }
  return records.loadBalancers
    .where('vpcId', vpcId)
    .filter((one) => one.type === 'application' && groupIdsOf(records, one).includes(id))
    .map((one) => one.id)
}

/** The groups of one listener, as the Network has it. */
export function groupIdsOfListener({ targetGroupId, rules = [] }: Pick<ListenerNetwork, 'targetGroupId' | 'rules'>) {
  if (targetGroupId !== undefined) return [targetGroupId]
  return [...new Set(rules.flatMap(({ action }) => groupIdsOfAction(action)))]
}
