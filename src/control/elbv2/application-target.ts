// An Application Load Balancer as the target of a Network Load Balancer.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html

import { ApiError } from '../../errors.ts'
import type { LoadBalancer, TargetGroup } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { isElbArn } from './arns.ts'
import { validationError } from './errors.ts'
import { findOwn } from './find.ts'
import type { NamedTarget } from './target.ts'

/** AWS's quota, which cannot be raised there. */
const MOST_GROUPS_OF_ONE = 2

export function requireApplicationArn(text: string): string {
  if (isElbArn(text, 'loadbalancer/app')) return text
  throw validationError(`'${text}' is not the ARN of an Application Load Balancer`)
}

/** One for a group, in its VPC, with a listener on the port. */
export function checkApplications(
  records: Records,
  caller: Caller,
  group: TargetGroup,
  named: readonly NamedTarget[],
): void {
  for (const { target, port } of named) {
    const balancer = findOwn(records.loadBalancers, caller, target)
    const refuse = (why: string) => new ApiError('InvalidTarget', `The following targets ${why}: '${target}'`)
    if (!balancer) throw refuse('are not valid load balancers')
    if (balancer.vpcId !== group.vpcId) throw refuse(`are not in the target group VPC '${group.vpcId}'`)
    const takes = records.listeners.where('loadBalancerId', target).some((listener) => listener.port === port)
    if (!takes) throw refuse(`have no listener on port ${port}`)
    const others = records.targets.where('target', target).filter(({ targetGroupId }) => targetGroupId !== group.id)
    if (others.length >= MOST_GROUPS_OF_ONE) {
      throw new ApiError(
        'TooManyTargets',
        `The load balancer '${target}' is a target of ${MOST_GROUPS_OF_ONE} target groups`,
      )
    }
  }
}

/** Asked after the call's targets are registered. */
export function checkSingleTarget(records: Records, group: TargetGroup): void {
  const own = records.targets
    .where('targetGroupId', group.id)
    .filter(({ deregisteredAt }) => deregisteredAt === undefined)
  if (own.length <= 1) return
  throw new ApiError('TooManyTargets', `A target group of the type 'alb' can have only one target: '${group.id}'`)
}

export function isTarget(records: Records, { id }: Pick<LoadBalancer, 'id'>): boolean {
  return records.targets.where('target', id).some(({ deregisteredAt }) => deregisteredAt === undefined)
}
