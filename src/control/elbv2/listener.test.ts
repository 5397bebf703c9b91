// Listeners, their certificates, attributes and default rules. Addresses: testing.ts.

import type { CreateListenerInput, ModifyListenerInput } from '@aws-sdk/client-elastic-load-balancing-v2'
import { beforeEach, describe, expect, test } from 'vitest'
import { contents, refusal, STRANGER } from '../ec2/request/testing.ts'
import { createListener, deleteListener, describeListeners, modifyListener } from './listener.ts'
import { describeListenerAttributes, modifyListenerAttributes } from './listener-attributes.ts'
import {
  addListenerCertificates,
  describeListenerCertificates,
  removeListenerCertificates,
} from './listener-certificate.ts'
import { createRule, deleteRule, describeRules } from './rule.ts'
import { describeSslPolicies } from './ssl-policy.ts'
import { type BalancerWorld, forwardTo, openBalancerWorld } from './testing.ts'

let plan: BalancerWorld
let balancer: string
let group: string
beforeEach(async () => {
  plan = await openBalancerWorld()
  balancer = plan.balancer({ Name: 'web' })
  group = plan.group()
})

type Input = Partial<CreateListenerInput>

function create(input: Input) {
  const request = { LoadBalancerArn: balancer, Protocol: 'TCP', Port: 80, ...forwardTo(group), ...input } as const
  return plan.world.write(createListener, request)
}

function tls(input: Input = {}) {
  const CertificateArn = plan.certificate('one')
  return plan.listener(balancer, group, { Protocol: 'TLS', Port: 443, Certificates: [{ CertificateArn }], ...input })
}

function shown(ListenerArn: string) {
  return plan.world.read(describeListeners, { ListenerArns: [ListenerArn] }).Listeners?.[0]
}

describe('CreateListener', () => {
  test('a TCP listener', () => {
    const { Listeners: [made] = [] } = create({})
    expect(made).toEqual({
      ListenerArn: expect.stringMatching(
        new RegExp(`^${balancer.replace(':loadbalancer/', ':listener/')}/[0-9a-f]{16}$`),
      ),
      LoadBalancerArn: balancer,
      Protocol: 'TCP',
      Port: 80,
      DefaultActions: [
        {
          Type: 'forward',
          TargetGroupArn: group,
          Order: 1,
          ForwardConfig: { TargetGroups: [{ TargetGroupArn: group }] },
        },
      ],
    })
    expect(plan.world.read(describeListeners, { LoadBalancerArn: balancer }).Listeners).toEqual([made])
  })

  test('a gateway listener has neither protocol nor port', () => {
    const gateway = plan.balancer({ Type: 'gateway', Name: 'gwy' })
    const appliances = plan.group({ Protocol: 'GENEVE', Port: 6081 })
    const arn = plan.listener(gateway, appliances, { Protocol: undefined, Port: undefined })
    expect(shown(arn)).not.toHaveProperty('Protocol')
    expect(shown(arn)).not.toHaveProperty('Port')
    const second = { Protocol: undefined, Port: undefined, Tags: [{ Key: 'a', Value: 'b' }] }
    refusal(() => plan.listener(gateway, appliances, second), 'DuplicateListener')
    refusal(() => plan.listener(gateway, appliances, { Protocol: undefined }), 'ValidationError')
    refusal(() => plan.listener(gateway, appliances, { Port: undefined }), 'ValidationError')
    refusal(() => plan.listener(gateway, group, { Protocol: undefined, Port: undefined }), 'IncompatibleProtocols')
  })

  test('a TLS listener has a certificate and a policy', () => {
    expect(shown(tls({ AlpnPolicy: ['HTTP2Preferred'] }))).toMatchObject({
      Protocol: 'TLS',
      Certificates: [{ CertificateArn: plan.certificate('one') }],
      SslPolicy: 'ELBSecurityPolicy-2016-08',
      AlpnPolicy: ['HTTP2Preferred'],
    })
  })

  test('the same call makes nothing twice', () => {
    expect(create({})).toEqual(create({}))
    expect(plan.world.read(describeListeners, { LoadBalancerArn: balancer }).Listeners).toHaveLength(1)
  })

  test.each(['TCP', 'UDP', 'TCP_UDP'] as const)('a port has one listener: TCP, then %s', (Protocol) => {
    create({})
    const other = plan.group({ Protocol: 'TCP_UDP' })
    const call = () => create({ Protocol, ...forwardTo(other) })
    expect(refusal(call, 'DuplicateListener')).toBe(
      `A listener already exists on this port for this load balancer '${balancer}'`,
    )
  })

  test.each([
    ['TCP', ['TCP', 'TCP_UDP']],
    ['UDP', ['UDP', 'TCP_UDP']],
    ['TCP_UDP', ['TCP_UDP']],
    ['TLS', ['TCP', 'TLS']],
  ] as const)('a %s listener forwards to groups of %o', (Protocol, compatible) => {
    const Certificates = Protocol === 'TLS' ? [{ CertificateArn: plan.certificate('one') }] : undefined
    const taken = (['TCP', 'UDP', 'TCP_UDP', 'TLS', 'GENEVE'] as const).filter((of, index) => {
      const target = plan.group({ Protocol: of, Port: of === 'GENEVE' ? 6081 : 80 })
      try {
        return create({ Protocol, Port: 1000 + index, Certificates, ...forwardTo(target) })
      } catch (error) {
        expect(error).toMatchObject({ code: 'IncompatibleProtocols' })
        return false
      }
    })
    expect(taken).toEqual(compatible)
  })

  test.each<[why: string, code: string, input: (p: BalancerWorld) => Input, message: string]>([
    ['no protocol', 'ValidationError', () => ({ Protocol: undefined }), 'A listener protocol must be specified'],
    ['no port', 'ValidationError', () => ({ Port: undefined }), 'A listener port must be specified'],
    ['port 0', 'ValidationError', () => ({ Port: 0 }), 'greater than or equal to 1'],
    ['HTTP', 'ValidationError', () => ({ Protocol: 'HTTP' }), "must be one of 'TLS, TCP, TCP_UDP, UDP'"],
    ['TLS without a certificate', 'ValidationError', () => ({ Protocol: 'TLS' }), 'A certificate must be specified'],
    [
      'a certificate that is not there',
      'CertificateNotFound',
      () => ({
        Protocol: 'TLS',
        Certificates: [{ CertificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/x' }],
      }),
      'not found',
    ],
    [
      'a certificate for TCP',
      'ValidationError',
      (p) => ({ Certificates: [{ CertificateArn: p.certificate('one') }] }),
      'Certificates cannot be specified for TCP listeners',
    ],
    [
      'a policy that is not there',
      'SSLPolicyNotFound',
      (p) => ({ Protocol: 'TLS', Certificates: [{ CertificateArn: p.certificate('one') }], SslPolicy: 'x' }),
      "SSL policy 'x' not found",
    ],
    ['no action', 'ValidationError', () => ({ DefaultActions: [] }), 'A default action must be specified'],
    [
      'a redirect',
      'InvalidLoadBalancerAction',
      () => ({ DefaultActions: [{ Type: 'redirect' as const }] }),
      "Actions with type 'redirect' are not supported",
    ],
    [
      'two target groups',
      'ValidationError',
      (p) => ({
        DefaultActions: [
          {
            Type: 'forward' as const,
            ForwardConfig: { TargetGroups: [{ TargetGroupArn: p.group() }, { TargetGroupArn: p.group() }] },
          },
        ],
      }),
      'You cannot specify multiple target groups',
    ],
    [
      'a weight',
      'ValidationError',
      (p) => ({
        DefaultActions: [
          { Type: 'forward' as const, ForwardConfig: { TargetGroups: [{ TargetGroupArn: p.group(), Weight: 1 }] } },
        ],
      }),
      'You cannot specify a target group weight',
    ],
    [
      'a target group that is not there',
      'TargetGroupNotFound',
      () => forwardTo('arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/0123456789abcdef'),
      'not found',
    ],
    [
      'a target group of another VPC',
      'InvalidConfigurationRequest',
      (p) => forwardTo(p.group({ VpcId: p.foreign.vpcId })),
      'are not in the same VPC',
    ],
    [
      'a target group of another load balancer',
      'TargetGroupAssociationLimit',
      (p) => {
        const theirs = p.group()
        p.listener(p.balancer(), theirs)
        return forwardTo(theirs)
      },
      'cannot be associated with more than one load balancer',
    ],
  ])('refuses %s', (_why, code, input, message) => {
    const given = input(plan)
    const before = contents(plan.world.store)
    expect(refusal(() => create(given), code)).toContain(message)
    expect(contents(plan.world.store)).toEqual(before)
  })

  test('a load balancer of another account is not found', () => {
    const request = { LoadBalancerArn: balancer, Protocol: 'TCP', Port: 80, ...forwardTo(group) } as const
    refusal(() => plan.world.write(createListener, request, STRANGER), 'LoadBalancerNotFound')
  })

  test('fifty are the most', () => {
    for (let port = 1; port <= 50; port++) create({ Port: port })
    refusal(() => create({ Port: 51 }), 'TooManyListeners')
  })
})

describe('DescribeListeners', () => {
  test('pages, and wants one kind of ARN', () => {
    for (const Port of [1, 2, 3]) create({ Port })
    const { read } = plan.world
    const first = read(describeListeners, { LoadBalancerArn: balancer, PageSize: 2 })
    expect(first.Listeners?.map((one) => one.Port)).toEqual([1, 2])
    const rest = read(describeListeners, { LoadBalancerArn: balancer, Marker: first.NextMarker })
    expect(rest.Listeners?.map((one) => one.Port)).toEqual([3])
    refusal(() => read(describeListeners, {}), 'ValidationError')
    const absent = `${balancer.replace(':loadbalancer/', ':listener/')}/0123456789abcdef`
    refusal(() => read(describeListeners, { ListenerArns: [absent] }), 'ListenerNotFound')
  })
})

describe('ModifyListener', () => {
  const modify = (ListenerArn: string, input: Partial<ModifyListenerInput>) =>
    plan.world.write(modifyListener, { ListenerArn, ...input }).Listeners?.[0]

  test('port and target group, and its ARN stays', () => {
    const arn = plan.listener(balancer, group)
    const other = plan.group({ Protocol: 'TCP_UDP' })
    expect(modify(arn, { Port: 81, ...forwardTo(other) })).toMatchObject({
      ListenerArn: arn,
      Port: 81,
      Protocol: 'TCP',
      DefaultActions: [{ TargetGroupArn: other }],
    })
    expect(modify(arn, { Port: 81, Protocol: 'TCP_UDP' })).toMatchObject({ Protocol: 'TCP_UDP', Port: 81 })
  })

  test('from TLS to TCP it loses its certificates, and back it wants one', () => {
    const arn = tls()
    expect(modify(arn, { Protocol: 'TCP' })).not.toHaveProperty('Certificates')
    refusal(() => modify(arn, { Protocol: 'TLS' }), 'ValidationError')
    const Certificates = [{ CertificateArn: plan.certificate('two') }]
    expect(modify(arn, { Protocol: 'TLS', Certificates })).toMatchObject({ Certificates })
  })

  test('a port in use and a group that does not fit are refused', () => {
    plan.listener(balancer, group)
    const arn = plan.listener(balancer, group, { Port: 81 })
    refusal(() => modify(arn, { Port: 80 }), 'DuplicateListener')
    refusal(() => modify(arn, { Protocol: 'UDP' }), 'IncompatibleProtocols')
    expect(shown(arn)).toMatchObject({ Port: 81, Protocol: 'TCP' })
  })

  test('DeleteListener frees port and group', () => {
    const ListenerArn = plan.listener(balancer, group)
    plan.world.write(deleteListener, { ListenerArn })
    refusal(() => plan.world.write(deleteListener, { ListenerArn }), 'ListenerNotFound')
    plan.listener(plan.balancer(), group)
  })
})

describe('listener attributes', () => {
  const attributes = (ListenerArn: string) => plan.world.read(describeListenerAttributes, { ListenerArn }).Attributes
  const set = (ListenerArn: string, Value: string) =>
    plan.world.write(modifyListenerAttributes, {
      ListenerArn,
      Attributes: [{ Key: 'tcp.idle_timeout.seconds', Value }],
    })

  test('a TCP listener has an idle timeout, which it keeps over a change', () => {
    const arn = plan.listener(balancer, group)
    expect(attributes(arn)).toEqual([{ Key: 'tcp.idle_timeout.seconds', Value: '350' }])
    set(arn, '6000')
    plan.world.write(modifyListener, { ListenerArn: arn, Port: 82 })
    expect(attributes(arn)).toEqual([{ Key: 'tcp.idle_timeout.seconds', Value: '6000' }])
    refusal(() => set(arn, '59'), 'ValidationError')
    refusal(() => set(arn, '6001'), 'ValidationError')
  })

  test('TLS and UDP have none', () => {
    expect(attributes(tls())).toEqual([])
    refusal(() => set(tls({ Port: 444 }), '60'), 'InvalidConfigurationRequest')
  })
})

describe('certificates of a listener', () => {
  test('the default one stays, others come and go', () => {
    const ListenerArn = tls()
    const [one, two] = [plan.certificate('one'), plan.certificate('two')]
    const { read, write } = plan.world
    const named = (arn: string | undefined) => ({ ListenerArn, Certificates: [{ CertificateArn: arn }] })
    expect(write(addListenerCertificates, named(two)).Certificates).toEqual([{ CertificateArn: two, IsDefault: false }])
    expect(read(describeListenerCertificates, { ListenerArn }).Certificates).toEqual([
      { CertificateArn: one, IsDefault: true },
      { CertificateArn: two, IsDefault: false },
    ])
    expect(refusal(() => write(removeListenerCertificates, named(one)), 'OperationNotPermitted')).toBe(
      'Default certificate cannot be removed',
    )
    write(removeListenerCertificates, named(two))
    expect(read(describeListenerCertificates, { ListenerArn }).Certificates).toHaveLength(1)
    refusal(() => write(addListenerCertificates, named(`${one}x`)), 'CertificateNotFound')
    const tcp = plan.listener(balancer, group)
    refusal(() => write(addListenerCertificates, { ...named(two), ListenerArn: tcp }), 'ValidationError')
  })
})

describe('rules', () => {
  test('there is the default rule, and no other can be', () => {
    const ListenerArn = plan.listener(balancer, group)
    const { read, write } = plan.world
    const { Rules: [rule] = [] } = read(describeRules, { ListenerArn })
    expect(rule).toMatchObject({
      RuleArn: expect.stringMatching(/:listener-rule\/net\/web\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/),
      Priority: 'default',
      IsDefault: true,
      Actions: [{ Type: 'forward', TargetGroupArn: group }],
    })
    expect(read(describeRules, { RuleArns: [rule?.RuleArn ?? ''] }).Rules).toEqual([rule])
    refusal(() => read(describeRules, { RuleArns: [`${rule?.RuleArn}0`] }), 'RuleNotFound')
    refusal(() => read(describeRules, {}), 'ValidationError')
    const request = { ListenerArn, Priority: 1, Conditions: [], Actions: [] }
    refusal(() => write(createRule, request), 'UnsupportedProtocol')
    refusal(() => write(deleteRule, { RuleArn: rule?.RuleArn }), 'OperationNotPermitted')
  })
})

describe('DescribeSSLPolicies', () => {
  test('by name, by page, and none for a gateway', () => {
    const { read } = plan.world
    const name = 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06'
    expect(read(describeSslPolicies, { Names: [name] }).SslPolicies).toMatchObject([
      { Name: name, SslProtocols: ['TLSv1.3', 'TLSv1.2'], Ciphers: { length: 7 } },
    ])
    expect(read(describeSslPolicies, { PageSize: 1 }).NextMarker).toBeDefined()
    expect(read(describeSslPolicies, { LoadBalancerType: 'gateway' }).SslPolicies).toEqual([])
    refusal(() => read(describeSslPolicies, { Names: ['x'] }), 'SSLPolicyNotFound')
  })
})
