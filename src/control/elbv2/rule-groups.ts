// How many target groups the rules of an Application Load Balancer may lead to.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html

import { groupIdsOf } from '../../compile/forwarded-groups.ts'
import { ApiError } from '../../errors.ts'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'

const MOST_GROUPS = 100

/** To be asked after a change: a transaction that throws changes nothing. */
export function checkGroupCount(records: Records, loadBalancer: LoadBalancer): void {
  if (groupIdsOf(records, loadBalancer).length <= MOST_GROUPS) return
  throw new ApiError(
    'TooManyUniqueTargetGroupsPerLoadBalancer',
    "You've reached the limit on the number of unique target groups per load balancer",
  )
}
