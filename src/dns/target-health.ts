// What Route 53 means by the health of an alias's target, where the alias asks for it.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html

import { groupIdsOfListener } from '../compile/forwarded-groups.ts'
import { lookupIn } from '../compile/lookup.ts'
import type { LoadBalancerNetwork, Network, TargetGroupNetwork, VpcNetwork } from '../compile/network.ts'
import { findEndpointNamed } from './endpoint-zones.ts'
import { findBalancerNamed } from './load-balancer-zone.ts'

/** Whether the load balancer or endpoint of this name is healthy; what is neither is taken to be. */
export function isTargetHealthy(network: Network, name: string): boolean {
  const balancer = findBalancerNamed(network, name)
  if (balancer) return isBalancerHealthy(network, balancer)
  const endpoint = findEndpointNamed(network, name)
  return endpoint === undefined || endpoint.interfaces.some(({ withdrawn }) => !withdrawn)
}

/** Some zone is in service, and each target group of the listeners has a healthy target. */
function isBalancerHealthy(network: Network, balancer: LoadBalancerNetwork): boolean {
  if (!balancer.nodes.some(({ withdrawn }) => !withdrawn)) return false
  const groups = groupsOf(vpcOf(network, balancer), balancer)
  return groups.length > 0 && groups.every(({ targets }) => targets.some(({ health }) => health === 'healthy'))
}

function vpcOf(network: Network, { nodes: [node] }: LoadBalancerNetwork): VpcNetwork | undefined {
  return node && lookupIn(network).interfaceById.get(node.id)?.vpc
}

function groupsOf(vpc: VpcNetwork | undefined, { listeners }: LoadBalancerNetwork): readonly TargetGroupNetwork[] {
  const used = new Set(listeners.flatMap(groupIdsOfListener))
  return vpc?.targetGroups.filter(({ id }) => used.has(id)) ?? []
}
