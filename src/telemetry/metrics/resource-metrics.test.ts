// The metrics of small worlds: compile/small-balancer.ts, and VPN connections as records.

import { expect, test } from 'vitest'
import { loadBalancer, providerVpc, target, targetGroup } from '../../compile/small-balancer.ts'
import { networkOf } from '../../compile/small-network.ts'
import { openWorld } from '../../control/ec2/request/testing.ts'
import { createCustomerGateway } from '../../control/ec2/vpn/customer-gateway.ts'
import { createVpnConnection } from '../../control/ec2/vpn/vpn-connection.ts'
import { createVpnGateway } from '../../control/ec2/vpn/vpn-gateway.ts'
import { type ResourceMetric, resourceMetrics } from './resource-metrics.ts'

function text({ namespace, name, dimensions, value }: ResourceMetric): string {
  const { AvailabilityZone: zone = 'all' } = dimensions
  return `${namespace} ${name} ${zone} ${value}`
}

test('load balancers count healthy and unhealthy targets, by zone and together', async () => {
  const { records } = (await openWorld()).store
  const targets = [target('a', { health: 'healthy' }), target('b', { health: 'unhealthy' })]
  const vpc = providerVpc({ loadBalancers: [loadBalancer()], targetGroups: [targetGroup({ targets })] })
  const metrics = resourceMetrics(networkOf(vpc), records)
  expect(metrics.map(text)).toEqual([
    'AWS/NetworkELB HealthyHostCount all 1',
    'AWS/NetworkELB UnHealthyHostCount all 1',
    'AWS/NetworkELB HealthyHostCount us-east-1a 1',
    'AWS/NetworkELB UnHealthyHostCount us-east-1a 0',
    'AWS/NetworkELB HealthyHostCount us-east-1b 0',
    'AWS/NetworkELB UnHealthyHostCount us-east-1b 1',
  ])
  const { LoadBalancer, TargetGroup } = metrics[0]?.dimensions ?? {}
  expect([LoadBalancer, TargetGroup]).toEqual(['net/lb/0123456789abcdef', 'targetgroup/tg/0123456789abcdef'])
})

test('a VPN connection is down while nobody is at its other end', async () => {
  const world = await openWorld()
  const CustomerGatewayId = world.write(createCustomerGateway, {
    Type: 'ipsec.1',
    IpAddress: '198.51.100.1',
    BgpAsn: 65_000,
  }).CustomerGateway?.CustomerGatewayId
  const VpnGatewayId = world.write(createVpnGateway, { Type: 'ipsec.1' }).VpnGateway?.VpnGatewayId
  const { VpnConnection } = world.write(createVpnConnection, { Type: 'ipsec.1', CustomerGatewayId, VpnGatewayId })
  const id = VpnConnection?.VpnConnectionId ?? ''
  world.store.transact((tx) => tx.vpnConnections.update(id, { state: 'available' }))
  const metrics = () => resourceMetrics(networkOf(), world.store.records)
  expect(metrics().map(({ value, dimensions }) => [Object.keys(dimensions)[0], value])).toEqual([
    ['VpnId', 0],
    ['TunnelIpAddress', 0],
    ['TunnelIpAddress', 0],
  ])
  expect(metrics()[0]?.dimensions).toEqual({ VpnId: id })
})
