// Which targets a load balancer's node gives new flows to: the one rule that the kernel, explain, the resolver and the
// forwarder follow. https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health.html

import type {
  ListenerNetwork,
  LoadBalancerNetwork,
  LoadBalancerNodeNetwork,
  TargetGroupNetwork,
  TargetNetwork,
  VpcNetwork,
} from './network.ts'

export interface TargetChoice {
  /** Absent when the listener's target group is not in the VPC's Network. */
  readonly group?: TargetGroupNetwork
  /** What the node could use, healthy or not. */
  readonly candidates: readonly TargetNetwork[]
  /** What it does use. */
  readonly targets: readonly TargetNetwork[]
  /** Too few candidates are healthy, so all of them are used. */
  readonly failOpen: boolean
}

/** The targets that get the node's new flows, in the group's order; none when the group has none for the node. */
export function targetsFor(
  vpc: VpcNetwork,
  node: LoadBalancerNodeNetwork,
  listener: ListenerNetwork,
): readonly TargetNetwork[] {
  return chooseTargets(vpc, node, listener).targets
}

/** The same, and how it came about. */
export function chooseTargets(
  vpc: VpcNetwork,
  node: LoadBalancerNodeNetwork,
  listener: Partial<Pick<ListenerNetwork, 'targetGroupId'>>,
): TargetChoice {
  const group = vpc.targetGroups.find(({ id }) => id === listener.targetGroupId)
  const loadBalancer = vpc.loadBalancers.find(({ nodes }) => nodes.some(({ id }) => id === node.id))
  if (!group || !loadBalancer) return { candidates: [], targets: [], failOpen: false }
  const candidates = candidatesOf(group.targets, reachOf(loadBalancer, node, group))
  return { group, candidates, ...healthyOrAll(candidates, group) }
}

/** The zones from which a node takes targets. */
export interface Reach {
  readonly zones: ReadonlySet<string>
}

function reachOf(
  { nodes }: LoadBalancerNetwork,
  { availabilityZone }: LoadBalancerNodeNetwork,
  { crossZone }: TargetGroupNetwork,
): Reach {
  return { zones: new Set(crossZone ? nodes.map((node) => node.availabilityZone) : [availabilityZone]) }
}

/** Across zones means across those in which the load balancer has a node; a target without a zone counts for each. */
export function candidatesOf<T extends Pick<TargetNetwork, 'availabilityZone'>>(
  targets: readonly T[],
  { zones }: Reach,
): T[] {
  return targets.filter(({ availabilityZone }) => availabilityZone === undefined || zones.has(availabilityZone))
}

/** The healthy ones, or all when fewer are healthy than the group asks for. */
function healthyOrAll(
  candidates: readonly TargetNetwork[],
  group: TargetGroupNetwork,
): Pick<TargetChoice, 'targets' | 'failOpen'> {
  const healthy = candidates.filter(({ health }) => health === 'healthy')
  const least = leastHealthy(
    { count: group.minimumHealthy, percentage: group.minimumHealthyPercentage },
    candidates.length,
  )
  const failOpen = candidates.length > 0 && healthy.length < least
  return { targets: failOpen ? candidates : healthy, failOpen }
}

/** How many of so many must be healthy; always one. */
export function leastHealthy(
  { count, percentage = 0 }: { readonly count: number; readonly percentage?: number | undefined },
  among: number,
): number {
  return Math.max(1, count, Math.ceil((among * percentage) / 100))
}
