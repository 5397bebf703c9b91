// Target groups, their health checks, attributes and tags. Addresses: testing.ts.

import type { CreateTargetGroupInput, ModifyTargetGroupInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import { contents, refusal, STRANGER } from '../ec2/request/testing.ts'
import { describeAccountLimits } from './account-limits.ts'
import { describeRules } from './rule.ts'
import { addTags, describeTags, removeTags } from './tags.ts'
import { createTargetGroup, deleteTargetGroup, describeTargetGroups, modifyTargetGroup } from './target-group.ts'
import { describeTargetGroupAttributes, modifyTargetGroupAttributes } from './target-group-attributes.ts'
import { type BalancerWorld, openBalancerWorld, PLACE } from './testing.ts'

let plan: BalancerWorld
beforeEach(async () => {
  plan = await openBalancerWorld()
})

type Input = Partial<CreateTargetGroupInput>

function create(input: Input) {
  const request = { Name: 'web', Protocol: 'TCP', Port: 80, VpcId: plan.vpcId, ...input } as const
  return plan.world.write(createTargetGroup, request).TargetGroups?.[0]
}

function attributesOf(TargetGroupArn: string): Record<string, string> {
  const { Attributes = [] } = plan.world.read(describeTargetGroupAttributes, { TargetGroupArn })
  return Object.fromEntries(Attributes.map(({ Key = '', Value = '' }) => [Key, Value]))
}

describe('CreateTargetGroup', () => {
  test('a TCP group of instances, with AWS’s defaults', () => {
    expect(create({})).toEqual({
      TargetGroupArn: expect.stringMatching(new RegExp(`^${PLACE}:targetgroup/web/[0-9a-f]{16}$`)),
      TargetGroupName: 'web',
      Protocol: 'TCP',
      Port: 80,
      VpcId: plan.vpcId,
      HealthCheckProtocol: 'TCP',
      HealthCheckPort: 'traffic-port',
      HealthCheckEnabled: true,
      HealthCheckIntervalSeconds: 30,
      HealthCheckTimeoutSeconds: 10,
      HealthyThresholdCount: 5,
      UnhealthyThresholdCount: 2,
      LoadBalancerArns: [],
      TargetType: 'instance',
      IpAddressType: 'ipv4',
    })
  })

  test.each<[why: string, input: Input, expected: object]>([
    [
      'HTTP has a path and codes, and less time',
      { HealthCheckProtocol: 'HTTP' },
      { HealthCheckPath: '/', Matcher: { HttpCode: '200-399' }, HealthCheckTimeoutSeconds: 6 },
    ],
    ['HTTPS has as much as TCP', { HealthCheckProtocol: 'HTTPS' }, { HealthCheckTimeoutSeconds: 10 }],
    [
      'GENEVE is checked on port 80, more often',
      { Protocol: 'GENEVE', Port: 6081 },
      { HealthCheckPort: '80', HealthCheckIntervalSeconds: 10, HealthCheckTimeoutSeconds: 5 },
    ],
    [
      'all of it as the call says',
      {
        HealthCheckProtocol: 'HTTP',
        HealthCheckPath: '/health?deep=1',
        HealthCheckPort: '8080',
        Matcher: { HttpCode: '200,301-302' },
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 10,
      },
      {
        HealthCheckPath: '/health?deep=1',
        HealthCheckPort: '8080',
        Matcher: { HttpCode: '200,301-302' },
        HealthCheckIntervalSeconds: 5,
        HealthCheckTimeoutSeconds: 5,
        HealthyThresholdCount: 2,
        UnhealthyThresholdCount: 10,
      },
    ],
  ])('%s', (_why, input, expected) => expect(create(input)).toMatchObject(expected))

  test.each<[why: string, code: string, input: (p: BalancerWorld) => Input]>([
    ['no protocol', 'ValidationError', () => ({ Protocol: undefined })],
    ['no port', 'ValidationError', () => ({ Port: undefined })],
    ['port 65536', 'ValidationError', () => ({ Port: 65536 })],
    ['GENEVE on another port', 'ValidationError', () => ({ Protocol: 'GENEVE', Port: 80 })],
    ['no VPC', 'ValidationError', () => ({ VpcId: undefined })],
    ['a VPC that is not there', 'ValidationError', () => ({ VpcId: 'vpc-0' })],
    ['alb by HTTP', 'InvalidConfigurationRequest', () => ({ TargetType: 'alb', Protocol: 'HTTP' })],
    ['lambda', 'InvalidConfigurationRequest', () => ({ TargetType: 'lambda' })],
    ['IPv6', 'InvalidConfigurationRequest', () => ({ IpAddressType: 'ipv6', TargetType: 'ip' })],
    ['no checks', 'ValidationError', () => ({ HealthCheckEnabled: false })],
    ['a UDP check', 'ValidationError', () => ({ HealthCheckProtocol: 'UDP' })],
    ['a path for TCP', 'ValidationError', () => ({ HealthCheckPath: '/' })],
    ['codes for TCP', 'ValidationError', () => ({ Matcher: { HttpCode: '200' } })],
    ['codes out of range', 'ValidationError', () => ({ HealthCheckProtocol: 'HTTP', Matcher: { HttpCode: '100' } })],
    [
      'codes the wrong way',
      'ValidationError',
      () => ({ HealthCheckProtocol: 'HTTP', Matcher: { HttpCode: '300-200' } }),
    ],
    ['a relative path', 'ValidationError', () => ({ HealthCheckProtocol: 'HTTP', HealthCheckPath: 'x' })],
    ['a line break in a path', 'ValidationError', () => ({ HealthCheckProtocol: 'HTTP', HealthCheckPath: '/\r\nx' })],
    ['an interval of 4 s', 'ValidationError', () => ({ HealthCheckIntervalSeconds: 4 })],
    ['a timeout over the interval', 'ValidationError', () => ({ HealthCheckIntervalSeconds: 5 })],
    ['a threshold of 1', 'ValidationError', () => ({ HealthyThresholdCount: 1 })],
    ['port 0 for the check', 'ValidationError', () => ({ HealthCheckPort: '0' })],
    ['gRPC', 'InvalidConfigurationRequest', () => ({ ProtocolVersion: 'GRPC' })],
  ])('refuses %s', (_why, code, input) => {
    const before = contents(plan.world.store)
    refusal(() => create(input(plan)), code)
    expect(contents(plan.world.store)).toEqual(before)
  })

  test('the same call makes nothing twice, and another of the same name is refused', () => {
    expect(create({})).toEqual(create({}))
    expect(refusal(() => create({ Port: 81 }), 'DuplicateTargetGroupName')).toBe(
      "A target group with the same name 'web' exists, but with different settings",
    )
  })
})

describe('DescribeTargetGroups', () => {
  test('by ARN, by name, by load balancer, and by page', () => {
    const [one, two] = [plan.group({ Name: 'one' }), plan.group({ Name: 'two' })]
    const balancer = plan.balancer()
    plan.listener(balancer, two)
    const { read } = plan.world
    const arns = (input: object) => read(describeTargetGroups, input).TargetGroups?.map((group) => group.TargetGroupArn)
    expect(arns({})).toEqual([one, two])
    expect(arns({ Names: ['two'] })).toEqual([two])
    expect(arns({ TargetGroupArns: [one] })).toEqual([one])
    expect(arns({ LoadBalancerArn: balancer })).toEqual([two])
    expect(read(describeTargetGroups, { Names: ['two'] }).TargetGroups).toMatchObject([
      { LoadBalancerArns: [balancer] },
    ])
    const { NextMarker: Marker } = read(describeTargetGroups, { PageSize: 1 })
    expect(arns({ PageSize: 1, Marker })).toEqual([two])
    refusal(() => arns({ Names: ['three'] }), 'TargetGroupNotFound')
    refusal(() => arns({ Names: ['two'], LoadBalancerArn: balancer }), 'ValidationError')
    refusal(() => read(describeTargetGroups, { TargetGroupArns: [one] }, STRANGER), 'TargetGroupNotFound')
  })
})

describe('ModifyTargetGroup', () => {
  const modify = (TargetGroupArn: string, input: Partial<ModifyTargetGroupInput>) =>
    plan.world.write(modifyTargetGroup, { TargetGroupArn, ...input }).TargetGroups?.[0]

  test('changes the check, and keeps what the call does not name', () => {
    const arn = plan.group({ HealthCheckProtocol: 'HTTP', HealthCheckPath: '/a', HealthCheckPort: '81' })
    expect(modify(arn, { HealthCheckIntervalSeconds: 10 })).toMatchObject({
      HealthCheckPath: '/a',
      HealthCheckPort: '81',
      HealthCheckIntervalSeconds: 10,
      HealthCheckTimeoutSeconds: 6,
    })
    expect(modify(arn, { HealthCheckPort: 'traffic-port' })).toMatchObject({ HealthCheckPort: 'traffic-port' })
    const tcp = modify(arn, { HealthCheckProtocol: 'TCP' })
    expect(tcp).toMatchObject({ HealthCheckProtocol: 'TCP', HealthCheckTimeoutSeconds: 10 })
    expect(tcp).not.toHaveProperty('HealthCheckPath')
    refusal(() => modify(arn, { HealthCheckEnabled: false }), 'ValidationError')
  })
})

describe('DeleteTargetGroup', () => {
  test('not while a listener forwards to it; again it is as good as done', () => {
    const TargetGroupArn = plan.group()
    plan.listener(plan.balancer(), TargetGroupArn)
    const remove = (arn: string) => plan.world.write(deleteTargetGroup, { TargetGroupArn: arn })
    expect(refusal(() => remove(TargetGroupArn), 'ResourceInUse')).toBe(
      `Target group '${TargetGroupArn}' is currently in use by a listener or a rule`,
    )
    const free = plan.group()
    remove(free)
    expect(remove(free)).toEqual({})
  })
})

describe('attributes', () => {
  test.each([
    ['TCP', 'instance', 'true', 'false', 'true'],
    ['TCP', 'ip', 'false', 'false', 'true'],
    ['TLS', 'ip', 'false', 'false', 'true'],
    ['UDP', 'ip', 'true', 'true', 'false'],
    ['TCP_UDP', 'ip', 'true', 'true', 'false'],
    ['UDP', 'instance', 'true', 'true', 'false'],
  ] as const)('of a %s group of type %s: client addresses %s, end drained %s, end unhealthy %s', (...row) => {
    const [Protocol, TargetType, preserve, drained, unhealthy] = row
    expect(attributesOf(plan.group({ Protocol, TargetType }))).toEqual({
      'deregistration_delay.timeout_seconds': '300',
      'deregistration_delay.connection_termination.enabled': drained,
      'stickiness.enabled': 'false',
      'stickiness.type': 'source_ip',
      'proxy_protocol_v2.enabled': 'false',
      'preserve_client_ip.enabled': preserve,
      'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
      'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
      'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
      'target_health_state.unhealthy.connection_termination.enabled': unhealthy,
      'target_health_state.unhealthy.draining_interval_seconds': '0',
    })
  })

  test('of a GENEVE group', () => {
    expect(attributesOf(plan.group({ Protocol: 'GENEVE', Port: 6081 }))).toEqual({
      'deregistration_delay.timeout_seconds': '300',
      'stickiness.enabled': 'false',
      'stickiness.type': 'source_ip_dest_ip_proto',
      'target_failover.on_deregistration': 'no_rebalance',
      'target_failover.on_unhealthy': 'no_rebalance',
    })
  })

  const UNHEALTHY = 'target_health_state.unhealthy'
  test.each<[protocol: CreateTargetGroupInput['Protocol'], code: string, message: string, given: object]>([
    ['TCP', 'ValidationError', 'is not recognized', { 'no.such.key': '1' }],
    [
      'TCP',
      'InvalidConfigurationRequest',
      'is not supported on target groups',
      { 'slow_start.duration_seconds': '30' },
    ],
    ['TCP', 'ValidationError', "must be between '0-3600'", { 'deregistration_delay.timeout_seconds': '3601' }],
    ['TCP', 'ValidationError', "must be between '0-3600'", { 'deregistration_delay.timeout_seconds': '1.5' }],
    ['TCP', 'ValidationError', 'must be one of [false, true]', { 'stickiness.enabled': 'on' }],
    ['TCP', 'InvalidConfigurationRequest', "Stickiness type 'lb_cookie' is not", { 'stickiness.type': 'lb_cookie' }],
    ['TLS', 'InvalidConfigurationRequest', 'You cannot enable stickiness', { 'stickiness.enabled': 'true' }],
    [
      'UDP',
      'InvalidConfigurationRequest',
      'preserve_client_ip.enabled cannot be false if the target group protocol is UDP or TCP_UDP',
      { 'preserve_client_ip.enabled': 'false' },
    ],
    [
      'UDP',
      'InvalidConfigurationRequest',
      'cannot be true',
      { [`${UNHEALTHY}.connection_termination.enabled`]: 'true' },
    ],
    ['TCP', 'InvalidConfigurationRequest', 'can only be set', { [`${UNHEALTHY}.draining_interval_seconds`]: '10' }],
    [
      'GENEVE',
      'InvalidConfigurationRequest',
      'must have the same value',
      { 'target_failover.on_unhealthy': 'rebalance' },
    ],
    ['GENEVE', 'ValidationError', 'must be one of', { 'stickiness.type': 'source_ip' }],
    ['GENEVE', 'InvalidConfigurationRequest', 'is not supported', { 'proxy_protocol_v2.enabled': 'true' }],
  ])('%s refuses with %s: %s', (Protocol, code, message, given) => {
    const TargetGroupArn = plan.group({ Protocol, Port: Protocol === 'GENEVE' ? 6081 : 80 })
    const before = attributesOf(TargetGroupArn)
    const Attributes = Object.entries(given).map(([Key, Value]) => ({ Key, Value: String(Value) }))
    const call = () => plan.world.write(modifyTargetGroupAttributes, { TargetGroupArn, Attributes })
    expect(refusal(call, code)).toContain(message)
    expect(attributesOf(TargetGroupArn)).toEqual(before)
  })

  test('what belongs together is set in one call', () => {
    const TargetGroupArn = plan.group()
    const Attributes = [
      { Key: `${UNHEALTHY}.draining_interval_seconds`, Value: '60' },
      { Key: `${UNHEALTHY}.connection_termination.enabled`, Value: 'false' },
      { Key: 'target_group_health.dns_failover.minimum_healthy_targets.count', Value: 'off' },
    ]
    plan.world.write(modifyTargetGroupAttributes, { TargetGroupArn, Attributes })
    expect(attributesOf(TargetGroupArn)).toMatchObject(
      Object.fromEntries(Attributes.map(({ Key, Value }) => [Key, Value])),
    )
  })
})

describe('tags', () => {
  test('of load balancers, groups and listeners; a default rule has none', () => {
    const balancer = plan.balancer({ Tags: [{ Key: 'a', Value: '1' }] })
    const group = plan.group()
    const listener = plan.listener(balancer, group)
    const ResourceArns = [balancer, group, listener]
    const { read, write } = plan.world
    write(addTags, { ResourceArns, Tags: [{ Key: 'b', Value: '2' }] })
    write(removeTags, { ResourceArns: [balancer], TagKeys: ['a', 'none'] })
    expect(read(describeTags, { ResourceArns }).TagDescriptions).toEqual(
      ResourceArns.map((ResourceArn) => ({ ResourceArn, Tags: [{ Key: 'b', Value: '2' }] })),
    )
    const rule = read(describeRules, { ListenerArn: listener }).Rules?.[0]?.RuleArn ?? ''
    expect(read(describeTags, { ResourceArns: [rule] }).TagDescriptions).toEqual([{ ResourceArn: rule, Tags: [] }])
    const both = { ResourceArns: [group, rule], Tags: [{ Key: 'c', Value: '3' }] }
    refusal(() => write(addTags, both), 'InvalidConfigurationRequest')
    expect(read(describeTags, { ResourceArns: [group] }).TagDescriptions).toMatchObject([{ Tags: { length: 1 } }])
  })

  test('what is not there, too many resources, and too many tags are refused', () => {
    const group = plan.group()
    const { read, write } = plan.world
    refusal(() => read(describeTags, { ResourceArns: [group] }, STRANGER), 'TargetGroupNotFound')
    refusal(() => read(describeTags, { ResourceArns: ['x'] }), 'ValidationError')
    const many = Array.from({ length: 21 }, () => plan.group())
    refusal(() => read(describeTags, { ResourceArns: many }), 'ValidationError')
    const Tags = Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}`, Value: '' }))
    refusal(() => write(addTags, { ResourceArns: [group], Tags }), 'TooManyTags')
  })
})

test('DescribeAccountLimits names the quotas that are held', () => {
  expect(plan.world.read(describeAccountLimits, {}).Limits).toContainEqual({
    Name: 'network-load-balancers',
    Max: '50',
  })
})
