// What CloudWatch is told of load balancers' targets and of VPN connections, with AWS's dimensions.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html

import { groupIdsOfListener } from '../../compile/forwarded-groups.ts'
import type { LoadBalancerNetwork, Network, TargetGroupNetwork, VpcNetwork } from '../../compile/network.ts'
import type { Records } from '../../store/store.ts'

export interface ResourceMetric {
  readonly account: string
  readonly region: string
  readonly namespace: string
  readonly name: string
  readonly dimensions: Readonly<Record<string, string>>
  readonly value: number
  /** Absent: none. */
  readonly unit?: 'Bytes' | 'Count'
}

const NAMESPACES = {
  network: 'AWS/NetworkELB',
  application: 'AWS/ApplicationELB',
  gateway: 'AWS/GatewayELB',
} as const

export function resourceMetrics(network: Network, records: Records): ResourceMetric[] {
  return [...network.vpcs.flatMap(targetMetrics), ...tunnelMetrics(records)]
}

function targetMetrics(vpc: VpcNetwork): ResourceMetric[] {
  return vpc.loadBalancers.flatMap((balancer) => {
    const named = [...balancer.listeners.flatMap(groupIdsOfListener), balancer.appliances?.targetGroupId]
    const groups = vpc.targetGroups.filter(({ id }) => named.includes(id))
    return groups.flatMap((group) => hostCounts(vpc, balancer, group))
  })
}

/** Of all zones together, and of each in which there is a target. One that was not checked yet is neither. */
function hostCounts(
  { region }: VpcNetwork,
  balancer: LoadBalancerNetwork,
  group: TargetGroupNetwork,
): ResourceMetric[] {
  const zones = new Set(group.targets.flatMap(({ availabilityZone }) => availabilityZone ?? []))
  const dimensions = { LoadBalancer: shortName(balancer.id, 'loadbalancer/'), TargetGroup: shortName(group.id, '') }
  return [undefined, ...[...zones].sort()].flatMap((zone) =>
    (['healthy', 'unhealthy'] as const).map((health) => ({
      account: balancer.owner,
      region,
      namespace: NAMESPACES[balancer.kind],
      name: health === 'healthy' ? 'HealthyHostCount' : 'UnHealthyHostCount',
      dimensions: { ...(zone !== undefined && { AvailabilityZone: zone }), ...dimensions },
      value: group.targets.filter(
        (one) => one.health === health && (zone ?? one.availabilityZone) === one.availabilityZone,
      ).length,
    })),
  )
}

/** What an ARN has after its account, without `prefix`: `net/name/0123456789abcdef`. */
export function shortName(arn: string, prefix: string): string {
  const last = arn.slice(arn.lastIndexOf(':') + 1)
  return last.startsWith(prefix) ? last.slice(prefix.length) : last
}

/** A connection is up while an on-premises network is at its other end: both of its tunnels are, or neither. */
function tunnelMetrics(records: Records): ResourceMetric[] {
  const connections = [...records.vpnConnections.all()].filter(({ state }) => state === 'available')
  return connections.flatMap(({ id, owner: account, region, tunnels }) => {
    const value = records.onPremisesAttachments.where('gatewayId', id).length > 0 ? 1 : 0
    const metric = { account, region, namespace: 'AWS/VPN', name: 'TunnelState', value }
    const addresses = tunnels.map(({ outsideAddress }) => ({ TunnelIpAddress: String(outsideAddress) }))
    return [{ VpnId: String(id) }, ...addresses].map((dimensions) => ({ ...metric, dimensions }))
  })
}
