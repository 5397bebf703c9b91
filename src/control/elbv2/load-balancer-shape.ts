// A load balancer as the API shows it.

import type { AvailabilityZone, LoadBalancer as LoadBalancerOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import { nodesOf } from './load-balancer-node.ts'

export function toLoadBalancer(records: Records, loadBalancer: LoadBalancer): LoadBalancerOutput {
  const { groupIds, type } = loadBalancer
  return {
    LoadBalancerArn: loadBalancer.id,
    // A gateway load balancer has neither: nobody sends packets to it by name.
    ...(type === 'network' && { DNSName: loadBalancer.dnsName, Scheme: loadBalancer.scheme }),
    CanonicalHostedZoneId: loadBalancer.canonicalHostedZoneId,
    CreatedTime: new Date(loadBalancer.createdAt),
    LoadBalancerName: loadBalancer.name,
    VpcId: loadBalancer.vpcId,
    State: { Code: loadBalancer.state },
    Type: type,
    AvailabilityZones: availabilityZonesOf(records, loadBalancer),
    ...(groupIds && { SecurityGroups: [...groupIds] }),
    IpAddressType: loadBalancer.ipAddressType,
    ...(groupIds && { EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforcement(loadBalancer) }),
  }
}

export function availabilityZonesOf(records: Records, loadBalancer: LoadBalancer): AvailabilityZone[] {
  const named = new Set(loadBalancer.namedAddresses)
  return nodesOf(records, loadBalancer).map(({ subnetId, privateAddresses }) => ({
    ZoneName: records.subnets.get(subnetId)?.availabilityZone,
    SubnetId: subnetId,
    LoadBalancerAddresses: privateAddresses
      .filter((address) => named.has(address))
      .map((address) => ({ PrivateIPv4Address: address })),
  }))
}

export function enforcement({ enforceGroupsOnPrivateLink }: LoadBalancer): 'on' | 'off' {
  return enforceGroupsOnPrivateLink ? 'on' : 'off'
}
