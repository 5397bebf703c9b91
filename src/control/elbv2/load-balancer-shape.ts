// A load balancer as the API shows it.

import type { AvailabilityZone, LoadBalancer as LoadBalancerOutput } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { LoadBalancer } from '../../store/load-balancing-records.ts'
import type { Records } from '../../store/store.ts'
import { nodesOf } from './load-balancer-node.ts'
import { allocationOf } from './node-public-address.ts'
import { sourceNatState } from './source-nat.ts'

export function toLoadBalancer(records: Records, loadBalancer: LoadBalancer): LoadBalancerOutput {
  const { groupIds, type } = loadBalancer
  return {
    LoadBalancerArn: loadBalancer.id,
    // A gateway load balancer has neither: nobody sends packets to it by name.
    ...(type !== 'gateway' && { DNSName: loadBalancer.dnsName, Scheme: loadBalancer.scheme }),
    CanonicalHostedZoneId: loadBalancer.canonicalHostedZoneId,
    CreatedTime: new Date(loadBalancer.createdAt),
    LoadBalancerName: loadBalancer.name,
    VpcId: loadBalancer.vpcId,
    State: { Code: loadBalancer.state },
    Type: type,
    AvailabilityZones: availabilityZonesOf(records, loadBalancer),
    ...(groupIds && { SecurityGroups: [...groupIds] }),
    IpAddressType: loadBalancer.ipAddressType,
    ...(type === 'network' && { EnablePrefixForIpv6SourceNat: sourceNatState(loadBalancer) }),
    ...(groupIds &&
      type === 'network' && { EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforcement(loadBalancer) }),
  }
}

export function availabilityZonesOf(records: Records, loadBalancer: LoadBalancer): AvailabilityZone[] {
  const named = new Set(loadBalancer.namedAddresses)
  return nodesOf(records, loadBalancer).map((node) => {
    const { subnetId, privateAddresses, ipv6Addresses = [] } = node
    const address = privateAddresses.find((one) => named.has(one))
    const ipv6Address = ipv6Addresses.find((one) => named.has(one))
    const prefix = loadBalancer.sourceNatPrefixes?.[subnetId]
    // An address that AWS gave may change, and is not shown.
    const elastic = allocationOf(records, node)
    const shown = {
      ...(elastic && { AllocationId: elastic.id, IpAddress: elastic.publicIp }),
      ...(address && { PrivateIPv4Address: address }),
      ...(ipv6Address && { IPv6Address: ipv6Address }),
    }
    return {
      ZoneName: records.subnets.get(subnetId)?.availabilityZone,
      SubnetId: subnetId,
      LoadBalancerAddresses: Object.keys(shown).length > 0 ? [shown] : [],
      ...(prefix && { SourceNatIpv6Prefixes: [prefix] }),
    }
  })
}

export function enforcement({ enforceGroupsOnPrivateLink }: LoadBalancer): 'on' | 'off' {
  return enforceGroupsOnPrivateLink ? 'on' : 'off'
}
