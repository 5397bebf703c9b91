// Who may use a target group: one load balancer, of the group's own VPC.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html

import { loadBalancerIdsOf } from '../../compile/forwarded-groups.ts'
import { ApiError } from '../../errors.ts'
import type { LoadBalancer, TargetGroup } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'

export function checkGroupIsFree(records: Records, group: TargetGroup, loadBalancer: LoadBalancer): void {
  if (group.vpcId !== loadBalancer.vpcId) {
    throw new ApiError(
      'InvalidConfigurationRequest',
      `The target group '${group.id}' and the load balancer '${loadBalancer.id}' are not in the same VPC`,
    )
  }
  if (loadBalancerIdsOf(records, group).some((id) => id !== loadBalancer.id)) {
    throw new ApiError(
      'TargetGroupAssociationLimit',
      `The following target groups cannot be associated with more than one load balancer: ${group.id}`,
    )
  }
}
