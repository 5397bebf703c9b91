// What each Elastic Load Balancing call asks the policies. Addresses: testing.ts.

import { expect, test } from 'vitest'
import { elbAuthorisations } from './authorisation.ts'
import { openBalancerWorld, PLACE } from './testing.ts'

const plan = await openBalancerWorld()
const balancer = plan.balancer({ Name: 'web', Tags: [{ Key: 'Team', Value: 'blue' }] })
const group = plan.group({ Name: 'app' })
const listener = plan.listener(balancer, group)
const ON_ALL = '*'

function ask(operation: string, input: object) {
  const where = { account: '123456789012', region: 'us-east-1' }
  return elbAuthorisations(plan.world.store.records, where, operation, { ...input })
}

test.each([
  ['DescribeLoadBalancers', { LoadBalancerArns: [balancer] }, ON_ALL],
  ['DescribeTargetHealth', { TargetGroupArn: group }, ON_ALL],
  ['CreateLoadBalancer', { Name: 'x', Type: 'gateway' }, `${PLACE}:loadbalancer/gwy/x/*`],
  ['CreateTargetGroup', { Name: 'x' }, `${PLACE}:targetgroup/x/*`],
  ['CreateListener', { LoadBalancerArn: balancer }, balancer],
  ['DeleteListener', { ListenerArn: listener }, listener],
  ['RegisterTargets', { TargetGroupArn: group }, group],
  ['SetSubnets', { LoadBalancerArn: balancer }, balancer],
  ['AddListenerCertificates', { ListenerArn: listener }, listener],
])('%s asks about %o', (operation, input, resource) => {
  expect(ask(operation, input)).toMatchObject([
    { action: `elasticloadbalancing:${operation}`, resource, resourceAccount: '123456789012' },
  ])
})

test('what is made with tags asks for the right to tag it too', () => {
  const Tags = [{ Key: 'Team', Value: 'red' }]
  const keys = { 'aws:tagkeys': ['Team'], 'aws:requesttag/team': 'red' }
  expect(ask('CreateListener', { LoadBalancerArn: balancer, Protocol: 'TLS', SslPolicy: 'p', Tags })).toEqual([
    {
      action: 'elasticloadbalancing:CreateListener',
      resource: balancer,
      resourceAccount: '123456789012',
      keys: {
        ...keys,
        'aws:resourcetag/team': 'blue',
        'elasticloadbalancing:resourcetag/team': 'blue',
        'elasticloadbalancing:listenerprotocol': 'TLS',
        'elasticloadbalancing:securitypolicy': ['p'],
      },
    },
    {
      action: 'elasticloadbalancing:AddTags',
      resource: `${balancer.replace(':loadbalancer/', ':listener/')}/*`,
      resourceAccount: '123456789012',
      keys: { ...keys, 'elasticloadbalancing:createaction': 'CreateListener' },
    },
  ])
})

test('every resource that tags are put on is asked about', () => {
  expect(ask('AddTags', { ResourceArns: [balancer, group], Tags: [{ Key: 'a', Value: 'b' }] })).toMatchObject([
    { resource: balancer, keys: { 'aws:resourcetag/team': 'blue', 'aws:requesttag/a': 'b' } },
    { resource: group, keys: { 'aws:requesttag/a': 'b' } },
  ])
  expect(ask('RemoveTags', { ResourceArns: [group], TagKeys: ['a'] })).toMatchObject([
    { resource: group, keys: { 'aws:tagkeys': ['a'] } },
  ])
})

test('scheme, subnets and groups are condition keys', () => {
  const input = { Name: 'x', Type: 'network', SubnetMappings: [{ SubnetId: plan.a }], SecurityGroups: ['sg-1'] }
  expect(ask('CreateLoadBalancer', input)).toMatchObject([
    {
      keys: {
        'elasticloadbalancing:scheme': 'internet-facing',
        'elasticloadbalancing:subnet': [plan.a],
        'elasticloadbalancing:securitygroup': ['sg-1'],
      },
    },
  ])
})

test('of another account’s load balancer nothing is known', () => {
  const where = { account: '999999999999', region: 'us-east-1' }
  const input = { LoadBalancerArn: balancer }
  expect(elbAuthorisations(plan.world.store.records, where, 'DeleteLoadBalancer', input)).toMatchObject([
    { resource: balancer, keys: {} },
  ])
})
