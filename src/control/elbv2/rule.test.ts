// Rules of Application Load Balancers' listeners, as calls make and change them. The VPC is that of testing.ts.

import type { Action, CreateRuleInput, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import { refusal } from '../ec2/request/testing.ts'
import { deleteListener, describeListeners, modifyListener } from './listener.ts'
import { createLoadBalancer, deleteLoadBalancer } from './load-balancer.ts'
import { createRule, deleteRule, describeRules, modifyRule, setRulePriorities } from './rule.ts'
import { addTags, describeTags } from './tags.ts'
import { deleteTargetGroup, describeTargetGroups } from './target-group.ts'
import { type BalancerWorld, openBalancerWorld } from './testing.ts'

let p: BalancerWorld
let balancer: string
let group: string
let listener: string

beforeEach(async () => {
  p = await openBalancerWorld()
  balancer = p.balancer({ Type: 'application', Subnets: [p.a, p.b] })
  group = p.group({ Protocol: 'HTTP' })
  listener = p.listener(balancer, group, { Protocol: 'HTTP' })
})

const path = (...Values: string[]): RuleCondition => ({ Field: 'path-pattern', Values })
const fixed: Action = { Type: 'fixed-response', FixedResponseConfig: { StatusCode: '404' } }

function create(Priority: number, input: Partial<CreateRuleInput> = {}): string {
  const request = { ListenerArn: listener, Priority, Conditions: [path('/a*')], Actions: [fixed], ...input }
  return p.world.write(createRule, request).Rules?.[0]?.RuleArn ?? ''
}
const rules = () => p.world.read(describeRules, { ListenerArn: listener }).Rules ?? []
const priorities = () => rules().map(({ Priority }) => Priority)

describe('an application load balancer', () => {
  test('has the default group of its VPC, two zones and a name of its own kind', () => {
    const [made] =
      p.world.write(createLoadBalancer, { Name: 'web', Scheme: 'internal', Subnets: [p.a, p.b] }).LoadBalancers ?? []
    expect(made).toMatchObject({
      Type: 'application',
      DNSName: expect.stringMatching(/^internal-web-\d{10}\.us-east-1\.elb\.amazonaws\.com$/),
      CanonicalHostedZoneId: 'Z35SXDOTRQ7X7K',
      SecurityGroups: [expect.stringMatching(/^sg-/)],
      LoadBalancerArn: expect.stringContaining(':loadbalancer/app/web/'),
    })
  })

  test('takes its listeners and their rules with it', () => {
    create(1)
    p.world.write(deleteLoadBalancer, { LoadBalancerArn: balancer })
    expect([...p.world.store.records.listenerRules.all()]).toEqual([])
    p.world.write(deleteTargetGroup, { TargetGroupArn: group })
  })
})

test('the default action is a rule that a change of the listener changes', () => {
  expect(rules()).toMatchObject([{ Priority: 'default', IsDefault: true, Actions: [{ TargetGroupArn: group }] }])
  p.world.write(modifyListener, { ListenerArn: listener, DefaultActions: [fixed] })
  expect(rules()).toMatchObject([{ Actions: [{ Type: 'fixed-response' }] }])
  const { Listeners = [] } = p.world.read(describeListeners, { ListenerArns: [listener] })
  expect(Listeners[0]?.DefaultActions).toEqual(rules()[0]?.Actions)
})

test('rules are shown by their priorities, which change places in one call', () => {
  const [first, second] = [create(20), create(3, { Conditions: [path('/b')] })]
  expect(priorities()).toEqual(['3', '20', 'default'])
  const RulePriorities = [
    { RuleArn: first, Priority: 3 },
    { RuleArn: second, Priority: 20 },
  ]
  p.world.write(setRulePriorities, { RulePriorities })
  expect(rules().map(({ RuleArn }) => RuleArn)).toEqual([first, second, rules()[2]?.RuleArn])
  refusal(
    () => p.world.write(setRulePriorities, { RulePriorities: [{ RuleArn: first, Priority: 20 }] }),
    'PriorityInUse',
  )
  expect(priorities()).toEqual(['3', '20', 'default'])
})

test('the same call again answers what the first one made; another at its priority is refused', () => {
  const made = create(1)
  expect(create(1)).toBe(made)
  refusal(() => create(1, { Conditions: [path('/other')] }), 'PriorityInUse')
})

test('conditions and actions change each by itself', () => {
  const RuleArn = create(1)
  p.world.write(modifyRule, { RuleArn, Conditions: [{ Field: 'host-header', Values: ['a.example.com'] }] })
  const host = { Field: 'host-header', HostHeaderConfig: { Values: ['a.example.com'] }, Values: ['a.example.com'] }
  expect(rules()[0]).toMatchObject({ Conditions: [host], Actions: [{ Type: 'fixed-response' }] })
})

test('a rule has tags; a default rule stays', () => {
  const RuleArn = create(1, { Tags: [{ Key: 'a', Value: '1' }] })
  p.world.write(addTags, { ResourceArns: [RuleArn], Tags: [{ Key: 'b', Value: '2' }] })
  const { TagDescriptions = [] } = p.world.read(describeTags, { ResourceArns: [RuleArn] })
  expect(TagDescriptions[0]?.Tags).toEqual([
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
  ])
  const standard = rules()[1]?.RuleArn ?? ''
  refusal(() => p.world.write(deleteRule, { RuleArn: standard }), 'OperationNotPermitted')
  p.world.write(deleteRule, { RuleArn })
  expect(priorities()).toEqual(['default'])
  refusal(() => p.world.write(deleteRule, { RuleArn }), 'RuleNotFound')
})

test('a group is in use while a rule leads to it, and by one load balancer', () => {
  const other = p.group({ Protocol: 'HTTP' })
  const RuleArn = create(1, { Actions: [{ Type: 'forward', TargetGroupArn: other }] })
  const described = () => p.world.read(describeTargetGroups, { TargetGroupArns: [other] }).TargetGroups?.[0]
  expect(described()?.LoadBalancerArns).toEqual([balancer])
  refusal(() => p.world.write(deleteTargetGroup, { TargetGroupArn: other }), 'ResourceInUse')
  const second = p.balancer({ Type: 'application', Subnets: [p.a, p.b] })
  refusal(() => p.listener(second, other, { Protocol: 'HTTP' }), 'TargetGroupAssociationLimit')
  p.world.write(deleteRule, { RuleArn })
  expect(described()?.LoadBalancerArns).toEqual([])
  p.world.write(deleteListener, { ListenerArn: listener })
})

test('an HTTPS listener has a certificate', () => {
  refusal(() => p.listener(balancer, group, { Protocol: 'HTTPS', Port: 443 }), 'ValidationError')
  const Certificates = [{ CertificateArn: p.certificate('a.example.com') }]
  p.listener(balancer, group, { Protocol: 'HTTPS', Port: 443, Certificates })
})

const weighted = (count: number) =>
  Array.from({ length: count }, () => ({ TargetGroupArn: p.group({ Protocol: 'HTTP' }), Weight: 1 }))

test.each<[why: string, code: string, input: () => Partial<CreateRuleInput>]>([
  ['no condition', 'ValidationError', () => ({ Conditions: [] })],
  ['six values', 'ValidationError', () => ({ Conditions: [path('/1', '/2', '/3', '/4', '/5', '/6')] })],
  ['seven wildcards', 'ValidationError', () => ({ Conditions: [path('/*/*/*/*', '/?/?/?')] })],
  ['two paths', 'ValidationError', () => ({ Conditions: [path('/1'), path('/2')] })],
  ['a host without a dot', 'ValidationError', () => ({ Conditions: [{ Field: 'host-header', Values: ['web'] }] })],
  ['a long value', 'ValidationError', () => ({ Conditions: [path(`/${'x'.repeat(128)}`)] })],
  ['an unknown field', 'ValidationError', () => ({ Conditions: [{ Field: 'cookie', Values: ['a'] }] })],
  [
    'a source that is no block',
    'ValidationError',
    () => ({ Conditions: [{ Field: 'source-ip', SourceIpConfig: { Values: ['10.0.0.1'] } }] }),
  ],
  [
    'a regular expression',
    'InvalidConfigurationRequest',
    () => ({ Conditions: [{ Field: 'path-pattern', RegexValues: ['^/a'] }] }),
  ],
  ['no action', 'ValidationError', () => ({ Actions: [] })],
  ['two actions', 'TooManyActions', () => ({ Actions: [fixed, fixed] })],
  ['who authenticates', 'InvalidLoadBalancerAction', () => ({ Actions: [{ Type: 'authenticate-oidc' }] })],
  ['a group of TCP', 'IncompatibleProtocols', () => ({ Actions: [{ Type: 'forward', TargetGroupArn: p.group() }] })],
  [
    'six groups',
    'TooManyTargetGroups',
    () => ({ Actions: [{ Type: 'forward', ForwardConfig: { TargetGroups: weighted(6) } }] }),
  ],
  [
    'stickiness without a duration',
    'ValidationError',
    () => ({
      Actions: [
        {
          Type: 'forward',
          ForwardConfig: { TargetGroups: weighted(2), TargetGroupStickinessConfig: { Enabled: true } },
        },
      ],
    }),
  ],
  [
    'a redirect to itself',
    'InvalidLoadBalancerAction',
    () => ({ Actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_301' } }] }),
  ],
  [
    'a redirect with an unknown variable',
    'ValidationError',
    () => ({ Actions: [{ Type: 'redirect', RedirectConfig: { StatusCode: 'HTTP_302', Path: '/#{method}' } }] }),
  ],
  [
    'an answer of 302',
    'ValidationError',
    () => ({ Actions: [{ Type: 'fixed-response', FixedResponseConfig: { StatusCode: '302' } }] }),
  ],
  ['priority 0', 'ValidationError', () => ({ Priority: 0 })],
])('CreateRule refuses %s', (_, code, input) => {
  refusal(() => create(1, input()), code)
})

test("a Network Load Balancer's listener has no rules", () => {
  const network = p.balancer()
  const ListenerArn = p.listener(network, p.group())
  refusal(() => create(1, { ListenerArn }), 'UnsupportedProtocol')
})

test('a hundred rules are the most', () => {
  for (let priority = 1; priority <= 100; priority++) create(priority, { Conditions: [path(`/${priority}`)] })
  refusal(() => create(101, { Conditions: [path('/101')] }), 'TooManyRules')
})
