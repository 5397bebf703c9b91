// Dual-stack load balancers, and target groups of IPv6. Addresses: testing.ts; where a test asks for it, the subnets a and b
// have the first two /64 of a block of the VPC.

import { beforeEach, describe, expect, test } from 'vitest'
import { cidrBase, cidr as parseCidr } from '../../ip/cidr.ts'
import { assignIpv6Addresses } from '../ec2/network-interface/ipv6-addresses.ts'
import { describeNetworkInterfaces } from '../ec2/network-interface/network-interface.ts'
import { modifyNetworkInterfaceAttribute } from '../ec2/network-interface/network-interface-attribute.ts'
import { refusal } from '../ec2/request/testing.ts'
import { associateSubnetCidrBlock } from '../ec2/vpc/subnet-ipv6.ts'
import { associateVpcCidrBlock } from '../ec2/vpc/vpc-cidr-block.ts'
import { setIpAddressType } from './ip-address-type.ts'
import { createListener } from './listener.ts'
import { createLoadBalancer, describeLoadBalancers } from './load-balancer.ts'
import { setSubnets } from './load-balancer-subnets.ts'
import { registerTargets } from './target.ts'
import { createTargetGroup, describeTargetGroups } from './target-group.ts'
import { describeTargetHealth } from './target-health.ts'
import { type BalancerWorld, forwardTo, openBalancerWorld } from './testing.ts'

let plan: BalancerWorld
let prefix: string
beforeEach(async () => {
  plan = await openBalancerWorld()
  const { Ipv6CidrBlockAssociation } = plan.world.write(associateVpcCidrBlock, {
    VpcId: plan.vpcId,
    AmazonProvidedIpv6CidrBlock: true,
  })
  const block = parseCidr(Ipv6CidrBlockAssociation?.Ipv6CidrBlock ?? '::/56')
  // `2600:1f10:0:100::` and its neighbours.
  const at = (number: number) => cidrBase(block).replace(/00::$/, `${String(number).padStart(2, '0')}::`)
  prefix = at(0).replace(/00::$/, '')
  for (const [number, SubnetId] of [plan.a, plan.b].entries()) {
    plan.world.write(associateSubnetCidrBlock, { SubnetId, Ipv6CidrBlock: `${at(number)}/64` })
  }
})

/** Of each node, by zone. */
function addresses(loadBalancerId: string) {
  return [...plan.world.store.records.networkInterfaces.where('loadBalancerId', loadBalancerId)]
    .sort((one, other) => (one.subnetId === plan.a ? -1 : other.subnetId === plan.a ? 1 : 0))
    .map(({ ipv6Addresses }) => ipv6Addresses)
}

function shown(LoadBalancerArn: string) {
  return plan.world.read(describeLoadBalancers, { LoadBalancerArns: [LoadBalancerArn] }).LoadBalancers?.[0]
}

describe('a dual-stack load balancer', () => {
  test('has an address of each family in each subnet, and shows those that were named', () => {
    const named = `${prefix}00::99`
    const SubnetMappings = [{ SubnetId: plan.a, PrivateIPv4Address: '10.0.1.9', IPv6Address: named }]
    const id = plan.balancer({ IpAddressType: 'dualstack', SubnetMappings })
    expect(addresses(id)).toEqual([[named]])
    expect(shown(id)).toMatchObject({
      IpAddressType: 'dualstack',
      AvailabilityZones: [{ LoadBalancerAddresses: [{ PrivateIPv4Address: '10.0.1.9', IPv6Address: named }] }],
    })
    const Filters = [{ Name: 'addresses.private-ip-address', Values: ['10.0.1.9'] }]
    expect(plan.world.read(describeNetworkInterfaces, { Filters }).NetworkInterfaces).toMatchObject([
      { Ipv6Addresses: [{ Ipv6Address: named }], DenyAllIgwTraffic: true },
    ])
    const other = plan.balancer({ IpAddressType: 'dualstack', Subnets: [plan.a, plan.b] })
    expect(addresses(other)).toEqual([[`${prefix}00::4`], [`${prefix}01::4`]])
    expect(shown(other)?.AvailabilityZones).toMatchObject([
      { LoadBalancerAddresses: [] },
      { LoadBalancerAddresses: [] },
    ])
  })

  test.each([
    ['a subnet without IPv6', () => ({ IpAddressType: 'dualstack', Subnets: [plan.a, plan.c] })],
    [
      'an address without the family',
      () => ({ SubnetMappings: [{ SubnetId: plan.a, IPv6Address: `${prefix}00::9` }] }),
    ],
    [
      'an address of another subnet',
      () => ({ IpAddressType: 'dualstack', SubnetMappings: [{ SubnetId: plan.a, IPv6Address: `${prefix}01::9` }] }),
    ],
    ['a gateway in a subnet without IPv6', () => ({ IpAddressType: 'dualstack', Type: 'gateway', Subnets: [plan.c] })],
    [
      'a gateway with an address',
      () => ({
        IpAddressType: 'dualstack',
        Type: 'gateway',
        SubnetMappings: [{ SubnetId: plan.a, IPv6Address: `${prefix}00::9` }],
      }),
    ],
    [
      'a gateway with source NAT',
      () => ({ IpAddressType: 'dualstack', Type: 'gateway', Subnets: [plan.a], EnablePrefixForIpv6SourceNat: 'on' }),
    ],
    ['source NAT without the family', () => ({ EnablePrefixForIpv6SourceNat: 'on', Subnets: [plan.a] })],
    [
      'a prefix without source NAT',
      () => ({
        IpAddressType: 'dualstack',
        SubnetMappings: [{ SubnetId: plan.a, SourceNatIpv6Prefix: `${prefix}00:1::/80` }],
      }),
    ],
    [
      'a prefix of another subnet',
      () => ({
        IpAddressType: 'dualstack',
        EnablePrefixForIpv6SourceNat: 'on',
        SubnetMappings: [{ SubnetId: plan.a, SourceNatIpv6Prefix: `${prefix}01:1::/80` }],
      }),
    ],
    [
      'a prefix with somebody in it',
      () => ({
        IpAddressType: 'dualstack',
        EnablePrefixForIpv6SourceNat: 'on',
        SubnetMappings: [{ SubnetId: plan.a, SourceNatIpv6Prefix: `${prefix}00::/80` }],
      }),
    ],
  ] as const)('refuses %s', (_, input) => {
    const request = { Name: 'x', Type: 'network' as const, ...input() }
    const scheme = request.Type === 'network' ? { Scheme: 'internal' as const } : {}
    plan.balancer({ IpAddressType: 'dualstack' })
    const before = [...plan.world.store.records.networkInterfaces.all()].length
    refusal(
      () => plan.world.write(createLoadBalancer, { ...scheme, ...request } as never),
      'InvalidConfigurationRequest',
    )
    expect([...plan.world.store.records.networkInterfaces.all()].length).toBe(before)
  })

  test('becomes one and is none again by SetIpAddressType', () => {
    const id = plan.balancer({ Subnets: [plan.a, plan.b] })
    plan.settle()
    const set = (IpAddressType: 'dualstack' | 'ipv4') =>
      plan.world.write(setIpAddressType, { LoadBalancerArn: id, IpAddressType })
    expect(set('dualstack')).toEqual({ IpAddressType: 'dualstack' })
    expect(addresses(id)).toEqual([[`${prefix}00::4`], [`${prefix}01::4`]])
    expect(shown(id)).toMatchObject({ IpAddressType: 'dualstack', State: { Code: 'provisioning' } })
    set('ipv4')
    expect(addresses(id)).toEqual([undefined, undefined])
    const narrow = plan.balancer({ Subnets: [plan.a, plan.c] })
    const request = { LoadBalancerArn: narrow, IpAddressType: 'dualstack' as const }
    expect(refusal(() => plan.world.write(setIpAddressType, request), 'InvalidConfigurationRequest')).toBe(
      'You must specify subnets with an associated IPv6 CIDR block',
    )
  })

  test('keeps its addresses when it is given more subnets, which must have IPv6 too', () => {
    const id = plan.balancer({ IpAddressType: 'dualstack', Subnets: [plan.a] })
    plan.world.write(setSubnets, { LoadBalancerArn: id, Subnets: [plan.a, plan.b] })
    expect(addresses(id)).toEqual([[`${prefix}00::4`], [`${prefix}01::4`]])
    const wider = { LoadBalancerArn: id, Subnets: [plan.a, plan.c] }
    refusal(() => plan.world.write(setSubnets, wider), 'InvalidConfigurationRequest')
    const moved = { LoadBalancerArn: id, SubnetMappings: [{ SubnetId: plan.a, IPv6Address: `${prefix}00::77` }] }
    refusal(() => plan.world.write(setSubnets, moved), 'InvalidConfigurationRequest')
    plan.world.write(setSubnets, { LoadBalancerArn: id, Subnets: [plan.a], IpAddressType: 'ipv4' })
    expect([addresses(id), shown(id)?.IpAddressType]).toEqual([[undefined], 'ipv4'])
  })

  test('keeps its family while a group of IPv6 needs it', () => {
    const [id, narrow] = [plan.balancer({ IpAddressType: 'dualstack' }), plan.balancer()]
    const group = plan.group({ IpAddressType: 'ipv6' })
    const onNarrow = { LoadBalancerArn: narrow, Protocol: 'TCP', Port: 80, ...forwardTo(group) } as const
    refusal(() => plan.world.write(createListener, onNarrow), 'InvalidConfigurationRequest')
    plan.listener(id, group)
    const request = { LoadBalancerArn: id, IpAddressType: 'ipv4' as const }
    refusal(() => plan.world.write(setIpAddressType, request), 'InvalidConfigurationRequest')
  })

  test('takes datagrams with source NAT, whose prefix stays', () => {
    const mapped = { SubnetId: plan.a, SourceNatIpv6Prefix: 'auto_assigned' }
    const on = { EnablePrefixForIpv6SourceNat: 'on', IpAddressType: 'dualstack' } as const
    const id = plan.balancer({ ...on, SubnetMappings: [mapped] })
    const zoneA = { SubnetId: plan.a, SourceNatIpv6Prefixes: [`${prefix}00:fffe::/80`] }
    expect(shown(id)).toMatchObject({ EnablePrefixForIpv6SourceNat: 'on', AvailabilityZones: [zoneA] })
    plan.listener(id, plan.group({ Protocol: 'UDP', IpAddressType: 'ipv6' }), { Protocol: 'UDP' })
    const wider = plan.world.write(setSubnets, { LoadBalancerArn: id, Subnets: [plan.a, plan.b] })
    expect(wider).toMatchObject({
      EnablePrefixForIpv6SourceNat: 'on',
      AvailabilityZones: [zoneA, { SubnetId: plan.b }],
    })
    expect(shown(plan.balancer(on))?.AvailabilityZones).toMatchObject([
      { SourceNatIpv6Prefixes: [`${prefix}00:fffd::/80`] },
    ])
    const off = { LoadBalancerArn: id, Subnets: [plan.a], EnablePrefixForIpv6SourceNat: 'off' as const }
    refusal(() => plan.world.write(setSubnets, off), 'InvalidConfigurationRequest')
  })

  test('takes no datagrams without', () => {
    const [id, narrow] = [plan.balancer({ IpAddressType: 'dualstack' }), plan.balancer()]
    const group = plan.group({ Protocol: 'UDP' })
    const request = { LoadBalancerArn: id, Protocol: 'UDP', Port: 80, ...forwardTo(group) } as const
    refusal(() => plan.world.write(createListener, request), 'InvalidConfigurationRequest')
    plan.listener(narrow, group, { Protocol: 'UDP' })
    const dual = { LoadBalancerArn: narrow, IpAddressType: 'dualstack' as const }
    refusal(() => plan.world.write(setIpAddressType, dual), 'InvalidConfigurationRequest')
  })
})

describe('a target group of IPv6', () => {
  test('takes addresses of the VPC’s IPv6, each with its zone', () => {
    const TargetGroupArn = plan.group({ IpAddressType: 'ipv6' })
    expect(plan.world.read(describeTargetGroups, { TargetGroupArns: [TargetGroupArn] }).TargetGroups).toMatchObject([
      { IpAddressType: 'ipv6' },
    ])
    plan.listener(plan.balancer({ IpAddressType: 'dualstack' }), TargetGroupArn)
    plan.settle()
    const Targets = [{ Id: `${prefix}00::5` }, { Id: `${prefix}01:0::5` }]
    plan.world.write(registerTargets, { TargetGroupArn, Targets })
    const { TargetHealthDescriptions = [] } = plan.world.read(describeTargetHealth, { TargetGroupArn })
    expect(TargetHealthDescriptions.map(({ Target, TargetHealth }) => [Target?.Id, TargetHealth?.Reason])).toEqual([
      [`${prefix}00::5`, 'Elb.InitialHealthChecking'],
      [`${prefix}01::5`, 'Target.NotInUse'],
    ])
    for (const Id of ['10.0.1.5', '2001:db8::1']) {
      refusal(() => plan.world.write(registerTargets, { TargetGroupArn, Targets: [{ Id }] }), 'ValidationError')
    }
  })

  test('takes instances with a primary IPv6 address', () => {
    const TargetGroupArn = plan.group({ IpAddressType: 'ipv6', TargetType: 'instance' })
    const Targets = [{ Id: plan.instance(plan.a) }]
    const eni = [...plan.world.store.records.networkInterfaces.all()].find(({ attachment }) => attachment)?.id ?? ''
    const register = () => plan.world.write(registerTargets, { TargetGroupArn, Targets })
    plan.world.write(assignIpv6Addresses, { NetworkInterfaceId: eni, Ipv6AddressCount: 1 })
    expect(refusal(register, 'InvalidTarget')).toMatch('do not have a primary IPv6 address')
    plan.world.write(modifyNetworkInterfaceAttribute, { NetworkInterfaceId: eni, EnablePrimaryIpv6: true })
    register()
  })

  test.each([
    ['appliances', { Protocol: 'GENEVE', Port: 6081 }],
    ['a VPC without IPv6', { VpcId: 'foreign' }],
  ] as const)('refuses %s', (_, input) => {
    const VpcId = 'VpcId' in input ? plan.foreign.vpcId : plan.vpcId
    const request = { Name: 'x', Protocol: 'TCP', Port: 80, TargetType: 'ip', ...input, VpcId, IpAddressType: 'ipv6' }
    refusal(() => plan.world.write(createTargetGroup, request as never), 'InvalidConfigurationRequest')
  })
})
