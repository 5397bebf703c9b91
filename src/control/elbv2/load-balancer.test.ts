// Load balancers and their nodes, as Terraform and the AWS CLI make, read, change and delete them. Addresses: testing.ts.

import type { CreateLoadBalancerInput, SetSubnetsInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import { deleteSecurityGroup } from '../ec2/filtering/security-group.ts'
import { deleteNetworkInterface, describeNetworkInterfaces } from '../ec2/network-interface/network-interface.ts'
import { detachNetworkInterface } from '../ec2/network-interface/network-interface-attachment.ts'
import { modifyNetworkInterfaceAttribute } from '../ec2/network-interface/network-interface-attribute.ts'
import { assignPrivateIpAddresses } from '../ec2/network-interface/private-ip-addresses.ts'
import { CALLER, callerOf, contents, refusal, STRANGER } from '../ec2/request/testing.ts'
import { attachInternetGateway, createInternetGateway } from '../ec2/vpc/internet-gateway.ts'
import { deleteSubnet } from '../ec2/vpc/subnet.ts'
import {
  createLoadBalancer,
  deleteLoadBalancer,
  describeCapacityReservation,
  describeLoadBalancers,
} from './load-balancer.ts'
import { describeLoadBalancerAttributes, modifyLoadBalancerAttributes } from './load-balancer-attributes.ts'
import { setSecurityGroups } from './load-balancer-groups.ts'
import { setSubnets } from './load-balancer-subnets.ts'
import { type BalancerWorld, openBalancerWorld, PLACE } from './testing.ts'

let plan: BalancerWorld
beforeEach(async () => {
  plan = await openBalancerWorld()
})

function shown(LoadBalancerArn: string) {
  return plan.world.read(describeLoadBalancers, { LoadBalancerArns: [LoadBalancerArn] }).LoadBalancers?.[0]
}

/** What DescribeNetworkInterfaces finds by a description, as Terraform asks for it. */
function interfaces(description: string) {
  const Filters = [{ Name: 'description', Values: [description] }]
  return plan.world.read(describeNetworkInterfaces, { Filters }).NetworkInterfaces ?? []
}

function create(input: Partial<CreateLoadBalancerInput>) {
  const request = { Name: 'x', Type: 'network' as const, Scheme: 'internal' as const, Subnets: [plan.a], ...input }
  return plan.world.write(createLoadBalancer, request)
}

describe('CreateLoadBalancer', () => {
  test('a network load balancer has a name, a zone and a node in each subnet', () => {
    const { LoadBalancers: [made] = [] } = create({ Name: 'web', Subnets: [plan.b, plan.a] })
    const digits = made?.LoadBalancerArn?.slice(-16) ?? ''
    expect(made).toEqual({
      LoadBalancerArn: `${PLACE}:loadbalancer/net/web/${digits}`,
      DNSName: `web-${digits}.elb.us-east-1.amazonaws.com`,
      CanonicalHostedZoneId: 'Z26RNL4JYFTOTI',
      CreatedTime: CALLER.now,
      LoadBalancerName: 'web',
      Scheme: 'internal',
      VpcId: plan.vpcId,
      State: { Code: 'provisioning' },
      Type: 'network',
      AvailabilityZones: [
        { ZoneName: 'us-east-1a', SubnetId: plan.a, LoadBalancerAddresses: [] },
        { ZoneName: 'us-east-1b', SubnetId: plan.b, LoadBalancerAddresses: [] },
      ],
      IpAddressType: 'ipv4',
      EnablePrefixForIpv6SourceNat: 'off',
    })
    expect(digits).toMatch(/^[0-9a-f]{16}$/)
    expect(interfaces(`ELB net/web/${digits}`)).toMatchObject([
      {
        SubnetId: plan.b,
        InterfaceType: 'network_load_balancer',
        RequesterManaged: true,
        Status: 'in-use',
        Groups: [],
      },
      { SubnetId: plan.a, Attachment: { InstanceOwnerId: 'amazon-aws', Status: 'attached', DeviceIndex: 1 } },
    ])
  })

  test('a gateway load balancer has no name', () => {
    const arn = plan.balancer({ Type: 'gateway', Name: 'inspect' })
    expect(arn).toMatch(/:loadbalancer\/gwy\/inspect\/[0-9a-f]{16}$/)
    const made = shown(arn)
    expect(made).toMatchObject({ Type: 'gateway', State: { Code: 'provisioning' }, VpcId: plan.vpcId })
    expect(made).not.toHaveProperty('DNSName')
    expect(made).not.toHaveProperty('Scheme')
    expect(interfaces(`ELB ${arn.slice(arn.indexOf('/') + 1)}`)).toMatchObject([
      { InterfaceType: 'gateway_load_balancer' },
    ])
  })

  test('of the addresses only the named ones are shown, and they are the nodes’', () => {
    const arn = plan.balancer({
      SubnetMappings: [{ SubnetId: plan.a, PrivateIPv4Address: '10.0.1.200' }, { SubnetId: plan.b }],
    })
    expect(shown(arn)?.AvailabilityZones).toMatchObject([
      { SubnetId: plan.a, LoadBalancerAddresses: [{ PrivateIPv4Address: '10.0.1.200' }] },
      { SubnetId: plan.b, LoadBalancerAddresses: [] },
    ])
    const addresses = plan.world.store.records.networkInterfaces.where('loadBalancerId', arn)
    expect(addresses.map((eni) => eni.privateAddresses)).toEqual([['10.0.1.200'], ['10.0.2.4']])
  })

  test('security groups are the nodes’ too, and then calls by endpoints ask them', () => {
    const group = plan.securityGroup('web')
    const arn = plan.balancer({ SecurityGroups: [group] })
    expect(shown(arn)).toMatchObject({
      SecurityGroups: [group],
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on',
    })
    expect(interfaces('ELB net*')).toMatchObject([{ Groups: [{ GroupId: group }] }])
    refusal(() => plan.world.write(deleteSecurityGroup, { GroupId: group }), 'DependencyViolation')
  })

  test('one that faces the internet wants an internet gateway', () => {
    expect(refusal(() => create({ Scheme: 'internet-facing' }), 'InvalidSubnet')).toContain('has no internet gateway')
    const InternetGatewayId = plan.world.write(createInternetGateway, {}).InternetGateway?.InternetGatewayId
    plan.world.write(attachInternetGateway, { InternetGatewayId, VpcId: plan.vpcId })
    expect(create({ Scheme: undefined }).LoadBalancers).toMatchObject([{ Scheme: 'internet-facing' }])
  })

  test('the same call makes nothing twice, and another of the same name is refused', () => {
    const first = create({ Name: 'web', Tags: [{ Key: 'a', Value: 'b' }] })
    expect(create({ Name: 'web', Tags: [{ Key: 'a', Value: 'b' }] })).toEqual(first)
    for (const other of [{ Subnets: [plan.b] }, { Tags: [] }, { Type: 'gateway' as const, Scheme: undefined }]) {
      const call = () => create({ Name: 'web', Tags: [{ Key: 'a', Value: 'b' }], ...other })
      expect(refusal(call, 'DuplicateLoadBalancerName')).toBe(
        "A load balancer with the same name 'web' exists, but with different settings",
      )
    }
    const elsewhere = callerOf('123456789012', 'eu-west-1')
    expect(plan.world.read(describeLoadBalancers, {}, elsewhere).LoadBalancers).toEqual([])
  })

  test.each<[why: string, code: string, input: (p: BalancerWorld) => Partial<CreateLoadBalancerInput>]>([
    ['application in one zone', 'ValidationError', () => ({ Type: 'application' })],
    ['no type, which means application', 'ValidationError', () => ({ Type: undefined })],
    ['no name', 'ValidationError', () => ({ Name: undefined })],
    ['a name that is too long', 'ValidationError', () => ({ Name: 'a'.repeat(33) })],
    ['a name that begins with internal-', 'ValidationError', () => ({ Name: 'internal-lb' })],
    ['a name that ends with a hyphen', 'ValidationError', () => ({ Name: 'lb-' })],
    ['a name with a dot', 'ValidationError', () => ({ Name: 'l.b' })],
    ['no subnet', 'ValidationError', () => ({ Subnets: [] })],
    ['subnets and mappings', 'ValidationError', (p) => ({ SubnetMappings: [{ SubnetId: p.b }] })],
    ['a subnet that is not there', 'SubnetNotFound', () => ({ Subnets: ['subnet-0'] })],
    ['two subnets of a zone', 'InvalidConfigurationRequest', (p) => ({ Subnets: [p.a, p.a2] })],
    ['a subnet twice', 'InvalidConfigurationRequest', (p) => ({ Subnets: [p.a, p.a] })],
    ['subnets of two VPCs', 'InvalidConfigurationRequest', (p) => ({ Subnets: [p.a, p.foreign.subnet] })],
    [
      'an Elastic IP address',
      'AllocationIdNotFound',
      (p) => ({ Subnets: [], SubnetMappings: [{ SubnetId: p.a, AllocationId: 'eipalloc-1' }] }),
    ],
    [
      'an address outside the subnet',
      'InvalidConfigurationRequest',
      (p) => ({ Subnets: [], SubnetMappings: [{ SubnetId: p.a, PrivateIPv4Address: '10.0.2.9' }] }),
    ],
    [
      'a reserved address',
      'InvalidConfigurationRequest',
      (p) => ({ Subnets: [], SubnetMappings: [{ SubnetId: p.a, PrivateIPv4Address: '10.0.1.2' }] }),
    ],
    ['dualstack without IPv6', 'InvalidConfigurationRequest', () => ({ IpAddressType: 'dualstack' })],
    ['a group that is not there', 'InvalidSecurityGroup', () => ({ SecurityGroups: ['sg-0'] })],
    ['a group of another VPC', 'InvalidSecurityGroup', (p) => ({ SecurityGroups: [p.foreign.group] })],
    [
      'a gateway with groups',
      'InvalidConfigurationRequest',
      (p) => ({ Type: 'gateway', Scheme: undefined, SecurityGroups: [p.foreign.group] }),
    ],
    ['a gateway with a scheme', 'InvalidScheme', () => ({ Type: 'gateway' })],
    ['a reserved tag', 'ValidationError', () => ({ Tags: [{ Key: 'aws:x', Value: '' }] })],
    ['a tag twice', 'DuplicateTagKeys', () => ({ Tags: [{ Key: 'a' }, { Key: 'a' }] })],
  ])('refuses %s', (_why, code, input) => {
    const before = contents(plan.world.store)
    refusal(() => create(input(plan)), code)
    expect(contents(plan.world.store)).toEqual(before)
  })

  test('an address in use is refused, also one that another call of the same mapping takes', () => {
    const SubnetMappings = [{ SubnetId: plan.a, PrivateIPv4Address: '10.0.1.50' }]
    plan.balancer({ SubnetMappings })
    const message = refusal(() => plan.balancer({ SubnetMappings }), 'InvalidConfigurationRequest')
    expect(message).toBe('Address 10.0.1.50 is in use.')
  })

  test('fifty are the most', () => {
    for (let i = 0; i < 50; i++) plan.balancer()
    refusal(() => plan.balancer(), 'TooManyLoadBalancers')
  })
})

describe('the nodes are the load balancer’s alone', () => {
  test('nobody deletes, detaches or changes them, nor their subnet', () => {
    plan.balancer()
    const [node] = interfaces('ELB *')
    const NetworkInterfaceId = node?.NetworkInterfaceId
    const { write } = plan.world
    refusal(() => write(deleteNetworkInterface, { NetworkInterfaceId }), 'InvalidParameterValue')
    const change = { NetworkInterfaceId, Description: { Value: 'mine' } }
    refusal(() => write(modifyNetworkInterfaceAttribute, change), 'AuthFailure')
    const more = { NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }
    refusal(() => write(assignPrivateIpAddresses, more), 'AuthFailure')
    const { AttachmentId } = node?.Attachment ?? {}
    refusal(() => write(detachNetworkInterface, { AttachmentId }), 'OperationNotPermitted')
    refusal(() => write(deleteSubnet, { SubnetId: plan.a }), 'DependencyViolation')
  })
})

describe('DescribeLoadBalancers', () => {
  test('pages, and finds by ARN and by name', () => {
    const arns = [plan.balancer({ Name: 'one' }), plan.balancer({ Name: 'two' }), plan.balancer({ Name: 'three' })]
    const { read } = plan.world
    const first = read(describeLoadBalancers, { PageSize: 2 })
    expect(first.LoadBalancers?.map((one) => one.LoadBalancerArn)).toEqual(arns.slice(0, 2))
    plan.world.write(deleteLoadBalancer, { LoadBalancerArn: arns[1] })
    const second = read(describeLoadBalancers, { PageSize: 2, Marker: first.NextMarker })
    expect(second).toMatchObject({ LoadBalancers: [{ LoadBalancerName: 'three' }], NextMarker: undefined })
    expect(read(describeLoadBalancers, { Names: ['three', 'one'] }).LoadBalancers).toHaveLength(2)
    refusal(() => read(describeLoadBalancers, { PageSize: 401 }), 'ValidationError')
    refusal(() => read(describeLoadBalancers, { Marker: 'x' }), 'ValidationError')
  })

  test('what is not there, or another’s, is not found', () => {
    const arn = plan.balancer({ Name: 'web' })
    const { read } = plan.world
    const absent = `${PLACE}:loadbalancer/net/web/0123456789abcdef`
    expect(
      refusal(() => read(describeLoadBalancers, { LoadBalancerArns: [arn, absent] }), 'LoadBalancerNotFound'),
    ).toBe('One or more load balancers not found')
    expect(refusal(() => read(describeLoadBalancers, { Names: ['web', 'db'] }), 'LoadBalancerNotFound')).toBe(
      "Load balancers '[db]' not found",
    )
    const theirs = { LoadBalancerArns: [arn] }
    refusal(() => read(describeLoadBalancers, theirs, STRANGER), 'LoadBalancerNotFound')
    refusal(() => read(describeLoadBalancers, theirs, callerOf('123456789012', 'eu-west-1')), 'LoadBalancerNotFound')
    refusal(() => read(describeLoadBalancers, { LoadBalancerArns: ['web'] }), 'ValidationError')
    refusal(() => read(describeLoadBalancerAttributes, { LoadBalancerArn: arn }, STRANGER), 'LoadBalancerNotFound')
    refusal(() => plan.world.write(deleteLoadBalancer, { LoadBalancerArn: arn }, STRANGER), 'LoadBalancerNotFound')
  })

  test('nobody has reserved capacity', () => {
    const LoadBalancerArn = plan.balancer()
    expect(plan.world.read(describeCapacityReservation, { LoadBalancerArn })).toEqual({ CapacityReservationState: [] })
  })
})

describe('DeleteLoadBalancer', () => {
  test('takes nodes and listeners along and leaves target groups; again it is as good as done', () => {
    const before = contents(plan.world.store)
    const arn = plan.balancer({ Subnets: [plan.a, plan.b] })
    const group = plan.group()
    plan.listener(arn, group)
    plan.world.write(deleteLoadBalancer, { LoadBalancerArn: arn })
    const [targetGroup] = plan.world.store.records.targetGroups.all()
    expect(contents(plan.world.store)).toEqual({ ...before, targetGroups: [targetGroup] })
    expect(plan.world.write(deleteLoadBalancer, { LoadBalancerArn: arn })).toEqual({})
    plan.world.write(deleteSubnet, { SubnetId: plan.b })
  })

  test('deletion protection and an endpoint service keep it', () => {
    const LoadBalancerArn = plan.balancer()
    const Attributes = (Value: string) => [{ Key: 'deletion_protection.enabled', Value }]
    const remove = () => plan.world.write(deleteLoadBalancer, { LoadBalancerArn })
    plan.world.write(modifyLoadBalancerAttributes, { LoadBalancerArn, Attributes: Attributes('true') })
    expect(refusal(remove, 'OperationNotPermitted')).toContain('deletion protection is enabled')
    plan.world.write(modifyLoadBalancerAttributes, { LoadBalancerArn, Attributes: Attributes('false') })
    plan.world.store.transact((tx) => tx.loadBalancers.update(LoadBalancerArn, { endpointServiceId: 'vpce-svc-1' }))
    expect(refusal(remove, 'ResourceInUse')).toBe(
      `Load balancer '${LoadBalancerArn}' cannot be deleted because it is currently associated with another service`,
    )
  })
})

describe('attributes', () => {
  const attributesOf = (LoadBalancerArn: string) =>
    Object.fromEntries(
      plan.world
        .read(describeLoadBalancerAttributes, { LoadBalancerArn })
        .Attributes?.map(({ Key, Value }) => [Key, Value]) ?? [],
    )

  test('all of them are there, with AWS’s defaults', () => {
    expect(attributesOf(plan.balancer())).toEqual({
      'access_logs.s3.enabled': 'false',
      'access_logs.s3.bucket': '',
      'access_logs.s3.prefix': '',
      'deletion_protection.enabled': 'false',
      'load_balancing.cross_zone.enabled': 'false',
      'ipv6.deny_all_igw_traffic': 'true',
      'dns_record.client_routing_policy': 'any_availability_zone',
      'zonal_shift.config.enabled': 'false',
      'secondary_ips.auto_assigned.per_subnet': '0',
    })
    expect(attributesOf(plan.balancer({ Type: 'gateway' }))).toEqual({
      'deletion_protection.enabled': 'false',
      'load_balancing.cross_zone.enabled': 'false',
    })
  })

  test.each([
    ['load_balancing.cross_zone.enabled', 'yes', 'ValidationError', 'must be one of [false, true]'],
    ['dns_record.client_routing_policy', 'zone', 'ValidationError', 'must be one of'],
    ['no.such.key', '1', 'ValidationError', "Load balancer attribute key 'no.such.key' is not recognized"],
    [
      'idle_timeout.timeout_seconds',
      '60',
      'InvalidConfigurationRequest',
      "Load balancer attribute key 'idle_timeout.timeout_seconds' is not supported on load balancers with type 'network'",
    ],
    ['access_logs.s3.enabled', 'true', 'InvalidConfigurationRequest', 'is not served yet'],
    ['secondary_ips.auto_assigned.per_subnet', '1', 'InvalidConfigurationRequest', 'is not served yet'],
  ])('refuses %s = %s, whole', (Key, Value, code, message) => {
    const LoadBalancerArn = plan.balancer()
    const Attributes = [
      { Key: 'load_balancing.cross_zone.enabled', Value: 'true' },
      { Key, Value },
    ]
    const call = () => plan.world.write(modifyLoadBalancerAttributes, { LoadBalancerArn, Attributes })
    expect(refusal(call, code)).toContain(message)
    expect(attributesOf(LoadBalancerArn)['load_balancing.cross_zone.enabled']).toBe('false')
  })
})

describe('SetSubnets', () => {
  const set = (LoadBalancerArn: string, input: Partial<SetSubnetsInput>) =>
    plan.world.write(setSubnets, { LoadBalancerArn, ...input })
  const nodes = (arn: string) =>
    plan.world.store.records.networkInterfaces.where('loadBalancerId', arn).map(({ id, subnetId }) => [subnetId, id])

  test('adds and removes nodes, keeps the others, and is provisioning until the new ones are in force', () => {
    const arn = plan.balancer({ Subnets: [plan.a, plan.b] })
    plan.settle()
    const before = Object.fromEntries(nodes(arn))
    const answer = set(arn, { Subnets: [plan.b, plan.c] })
    expect(answer.AvailabilityZones?.map(({ ZoneName }) => ZoneName)).toEqual(['us-east-1b', 'us-east-1c'])
    const after = Object.fromEntries(nodes(arn))
    expect(Object.keys(after)).toEqual([plan.b, plan.c])
    expect(after[plan.b]).toBe(before[plan.b])
    expect(shown(arn)?.State).toEqual({ Code: 'provisioning' })
  })

  test('only taking away is in force at once', () => {
    const arn = plan.balancer({ Subnets: [plan.a, plan.b] })
    plan.settle()
    set(arn, { Subnets: [plan.b] })
    expect(shown(arn)?.State).toEqual({ Code: 'active' })
  })

  test.each<[why: string, input: (p: BalancerWorld) => Partial<SetSubnetsInput>, code: string]>([
    ['a subnet of another VPC', (p) => ({ Subnets: [p.foreign.subnet] }), 'InvalidConfigurationRequest'],
    ['two of a zone', (p) => ({ Subnets: [p.a, p.a2] }), 'InvalidConfigurationRequest'],
    ['none', () => ({ Subnets: [] }), 'ValidationError'],
    [
      'another address of a node',
      (p) => ({ SubnetMappings: [{ SubnetId: p.a, PrivateIPv4Address: '10.0.1.9' }] }),
      'InvalidConfigurationRequest',
    ],
  ])('refuses %s', (_why, input, code) => {
    const arn = plan.balancer()
    const before = nodes(arn)
    refusal(() => set(arn, input(plan)), code)
    expect(nodes(arn)).toEqual(before)
  })

  test('a gateway load balancer keeps its subnets', () => {
    const arn = plan.balancer({ Type: 'gateway' })
    set(arn, { Subnets: [plan.a, plan.b] })
    refusal(() => set(arn, { Subnets: [plan.b] }), 'InvalidConfigurationRequest')
  })
})

describe('SetSecurityGroups and SetIpAddressType', () => {
  test('changes the groups of the nodes and what is asked about endpoints', () => {
    const [first, second] = [plan.securityGroup('first'), plan.securityGroup('second')]
    const LoadBalancerArn = plan.balancer({ SecurityGroups: [first] })
    const answer = plan.world.write(setSecurityGroups, {
      LoadBalancerArn,
      SecurityGroups: [second],
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
    })
    expect(answer).toEqual({
      SecurityGroupIds: [second],
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
    })
    expect(interfaces('ELB *')).toMatchObject([{ Groups: [{ GroupId: second }] }])
    plan.world.write(deleteSecurityGroup, { GroupId: first })
    const none = { LoadBalancerArn, SecurityGroups: [] }
    refusal(() => plan.world.write(setSecurityGroups, none), 'InvalidConfigurationRequest')
  })

  test('one made without groups never gets any', () => {
    const request = { LoadBalancerArn: plan.balancer(), SecurityGroups: [plan.securityGroup('late')] }
    expect(refusal(() => plan.world.write(setSecurityGroups, request), 'InvalidConfigurationRequest')).toBe(
      'You cannot set security groups on a Network Load Balancer which was created without any security groups.',
    )
  })
})
