// The security groups of a load balancer. A Network Load Balancer that was made without any has none for good.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html

import type { SetSecurityGroupsInput, SetSecurityGroupsOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { isGroupOf } from '../../compile/group-vpcs.ts'
import { ApiError } from '../../errors.ts'
import type { SecurityGroupId, VpcId } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidConfiguration, requireParameter } from './errors.ts'
import { findOwn, requireLoadBalancer } from './find.ts'
import { nodesOf } from './load-balancer-node.ts'
import { enforcement } from './load-balancer-shape.ts'

const MOST_GROUPS = 5

export function setSecurityGroups(tx: Tx, caller: Caller, input: SetSecurityGroupsInput): SetSecurityGroupsOutput {
  const loadBalancer = requireLoadBalancer(tx, caller, input.LoadBalancerArn)
  if (loadBalancer.type === 'gateway') {
    throw invalidConfiguration(`SetSecurityGroups is not supported for load balancers of type '${loadBalancer.type}'`)
  }
  if (!loadBalancer.groupIds) {
    throw invalidConfiguration(
      'You cannot set security groups on a Network Load Balancer which was created without any security groups.',
    )
  }
  const groupIds = requireGroups(
    tx,
    caller,
    loadBalancer.vpcId,
    requireParameter('securityGroups', input.SecurityGroups),
  )
  if (groupIds.length === 0) {
    throw invalidConfiguration(
      loadBalancer.type === 'network'
        ? 'A Network Load Balancer which was created with security groups must keep at least one'
        : 'An Application Load Balancer must have at least one security group',
    )
  }
  const wanted = input.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic
  if (wanted && loadBalancer.type !== 'network') {
    throw invalidConfiguration(
      "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic is not supported for load balancers with type 'application'",
    )
  }
  const changed = tx.loadBalancers.update(loadBalancer.id, {
    groupIds,
    ...(wanted && { enforceGroupsOnPrivateLink: wanted === 'on' }),
  })
  for (const node of nodesOf(tx, loadBalancer)) tx.networkInterfaces.update(node.id, { groupIds })
  return {
    SecurityGroupIds: [...groupIds],
    ...(changed.type === 'network' && {
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforcement(changed),
    }),
  }
}

/** The groups named, each once and of the load balancer's VPC. */
export function requireGroups(
  records: Records,
  caller: Caller,
  vpcId: VpcId,
  ids: readonly string[],
): readonly SecurityGroupId[] {
  const groupIds = [...new Set(ids)].map((id) => {
    const group = findOwn(records.securityGroups, caller, id)
    if (!group) throw new ApiError('InvalidSecurityGroup', `The security group '${id}' does not exist`)
    if (!isGroupOf(records, group, vpcId)) {
      throw new ApiError('InvalidSecurityGroup', `The security group '${id}' does not belong to the VPC '${vpcId}'`)
    }
    return group.id
  })
  if (groupIds.length > MOST_GROUPS) {
    throw invalidConfiguration(`A load balancer can have at most ${MOST_GROUPS} security groups`)
  }
  return groupIds
}
