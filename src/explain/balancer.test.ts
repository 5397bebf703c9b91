// Packets to endpoints of users' services and to load balancers, check by check, from both sides.
// Address plan: compile/small-balancer.ts. i-1 10.0.1.5 consumes at 10.0.1.30 and 10.0.2.30; i-13 10.0.1.7 asks the nodes
// 10.0.1.20 (subnet-c) and 10.0.2.20 (subnet-d); the targets are i-11 10.0.1.5 and i-12 10.0.2.5.

import { describe, expect, it } from 'vitest'
import type {
  LoadBalancerNetwork,
  Network,
  NetworkAclRuleNetwork,
  SecurityGroupRuleNetwork,
  TargetGroupNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import {
  BALANCER_ARN,
  BALANCER_NAME,
  CONSUMER,
  consumerVpc,
  ENDPOINT_NAME,
  endpointInterface,
  LISTENER_ARN,
  listener,
  loadBalancer,
  ownEndpoint,
  PROVIDER,
  providerVpc,
  SERVICE_ID,
  SERVICE_NAME,
  smallProviderWorld,
  TARGET_GROUP_ARN,
  target,
  targetGroup,
} from '../compile/small-balancer.ts'
import { openAcl, routeTable, securityGroup } from '../compile/small-network.ts'
import { cidr } from '../ip/cidr.ts'
import { ALL_PROTOCOLS, parseProtocol, TCP } from '../ip/protocol.ts'
import type { VpcEndpointState } from '../store/records.ts'
import { explain } from './explain.ts'
import { formatTrace } from './format.ts'
import { parseTarget, type Question } from './question.ts'
import { shortArn } from './short-arn.ts'
import type { Trace } from './trace.ts'
import { asSeenBy } from './view.ts'

function ask(network: Network, to: string, from: Question['from']): Trace {
  const [spelled = '', protocol = 'tcp'] = to.split(' ').reverse()
  const parsed = parseTarget(spelled, parseProtocol(protocol))
  if (!parsed) throw new Error(`not a target: ${to}`)
  return explain(network, { from, to: parsed, now: '2026-01-01T00:00:00.000Z' })
}

function outcome({ verdict, blockers }: Trace): string {
  if (blockers.length === 0) return verdict
  const text = blockers.map((step) => `${step.stage}${step.direction === 'return' ? '(reply)' : ''} ${step.by}`)
  return shortArn(text.join(', '))
}

interface Parts {
  readonly consumer?: Partial<VpcNetwork>
  readonly provider?: Partial<VpcNetwork>
  readonly balancer?: Partial<LoadBalancerNetwork>
  readonly group?: Partial<TargetGroupNetwork>
  /** Of the groups sg-t (targets') and sg-c (client's). */
  readonly targetsGroup?: readonly SecurityGroupRuleNetwork[]
  /** ACLs of subnet-c and subnet-d. */
  readonly aclC?: Acl
  readonly aclD?: Acl
}

type Acl = { readonly ingress?: readonly NetworkAclRuleNetwork[]; readonly egress?: readonly NetworkAclRuleNetwork[] }

function world({ consumer, provider, balancer, group, targetsGroup, aclC, aclD }: Parts = {}): Network {
  const securityGroups = [
    securityGroup('sg-c'),
    securityGroup('sg-lb'),
    securityGroup('sg-t', targetsGroup && { ingress: targetsGroup }),
  ]
  const changes: Partial<VpcNetwork> = {
    loadBalancers: [loadBalancer(balancer)],
    targetGroups: [targetGroup(group)],
    securityGroups,
    networkAcls: [openAcl('c', aclC), openAcl('d', aclD)],
    ...provider,
  }
  return smallProviderWorld(consumerVpc(consumer), providerVpc(changes))
}

function rule(by: string, block: string, port?: number): SecurityGroupRuleNetwork {
  const ports = port === undefined ? {} : { ports: { from: port, to: port } }
  return { by, protocol: TCP, ...ports, peer: { kind: 'cidrs', cidrs: [cidr(block)] } }
}

function ofGroup(groupId: `sg-${string}`): SecurityGroupRuleNetwork {
  return { by: 'sgr-ref', protocol: ALL_PROTOCOLS, peer: { kind: 'group', groupId } }
}

function allow(block: string): NetworkAclRuleNetwork {
  return { action: 'allow', protocol: ALL_PROTOCOLS, cidr: cidr(block), by: 'acl rule 100' }
}

type Row = readonly [name: string, parts: Parts, to: string, expected: string, from?: Question['from']]

function table(rows: readonly Row[], from: Question['from']): void {
  for (const [name, parts, to, expected, other = from] of rows) {
    it(name, () => expect(outcome(ask(world(parts), to, other))).toBe(expected))
  }
}

const TG = 'targetgroup/tg'
const LB = 'net/lb'
const sick = [target('a', { health: 'unhealthy' }), target('b', { health: 'unhealthy' })]

describe("from a consumer's endpoint", () => {
  const service = (changes: object) => ({
    consumer: { endpoints: [ownEndpoint({ service: { ...ownEndpoint().service!, ...changes } })] },
  })
  const inNoZone = endpointInterface('a')
  const { nodeId: _, ...unserved } = inNoZone
  table(
    [
      ['by its name', {}, `${ENDPOINT_NAME}:80`, 'reachable'],
      ['at one of its addresses', {}, '10.0.2.30:80', 'reachable'],
      ['a port without a listener', {}, '10.0.1.30:81', 'listener vpce-svc-1'],
      ['another protocol', {}, 'udp 10.0.1.30:80', 'listener vpce-svc-1'],
      ['ping', {}, 'icmp 10.0.1.30', 'listener vpce-svc-1'],
      [
        "the endpoint's own groups",
        { consumer: { securityGroups: [securityGroup('sg-1'), securityGroup('sg-2', { ingress: [] })] } },
        '10.0.1.30:80',
        'sg-ingress sg-2',
      ],
      [
        'an endpoint that is not in force',
        { consumer: { endpoints: [], interfaces: consumerVpc().interfaces } },
        '10.0.1.30:80',
        'endpoint-state vpce-own',
      ],
      [
        'a zone that the service is not in',
        { consumer: { endpoints: [ownEndpoint({ interfaces: [unserved] })] } },
        '10.0.1.30:80',
        'zone vpce-svc-1',
      ],
      [
        "the load balancer's groups, by the consumer's own address",
        service({ ingress: [rule('sgr-1', '10.0.1.5/32', 80)] }),
        '10.0.1.30:80',
        'reachable',
      ],
      [
        'which admit another',
        service({ ingress: [rule('sgr-1', '10.0.1.6/32')] }),
        '10.0.1.30:80',
        'sg-ingress vpce-svc-1',
      ],
      ['which have no rule', service({ ingress: [] }), '10.0.1.30:80', 'sg-ingress vpce-svc-1'],
      ['which name a group', service({ ingress: [ofGroup('sg-1')] }), '10.0.1.30:80', 'sg-ingress vpce-svc-1'],
      ['no target', { group: { targets: [] } }, '10.0.1.30:80', `target-health ${TG}`],
      ['no target in the zone', { group: { targets: [target('b')] } }, '10.0.1.30:80', `target-health ${TG}`],
      [
        'no target in the zone, across zones',
        { group: { targets: [target('b')], crossZone: true } },
        '10.0.1.30:80',
        'reachable',
      ],
      ['no healthy target: it fails open', { group: { targets: sick } }, '10.0.1.30:80', 'reachable'],
      [
        'the targets see the node, not the consumer',
        { targetsGroup: [rule('sgr-1', '10.0.1.20/32', 8080)] },
        '10.0.1.30:80',
        'reachable',
      ],
      [
        'though client IP preservation is on',
        { targetsGroup: [rule('sgr-1', '10.0.1.20/32')], group: { preserveClientIp: true } },
        '10.0.1.30:80',
        'reachable',
      ],
      [
        "the consumer's address means nothing to them",
        { targetsGroup: [rule('sgr-1', '10.0.1.5/32')] },
        '10.0.1.30:80',
        'sg-ingress sg-t',
      ],
      ["the target's port", { targetsGroup: [rule('sgr-1', '10.0.0.0/16', 80)] }, '10.0.1.30:80', 'sg-ingress sg-t'],
      ['an ACL is not asked within a subnet', { aclC: { ingress: [], egress: [] } }, '10.0.1.30:80', 'reachable'],
      [
        "the ACL of the node's subnet, to the other zone",
        { group: { targets: [target('b')], crossZone: true }, aclC: { egress: [] } },
        '10.0.1.30:80',
        'nacl-out acl-c rule *',
      ],
      [
        "the ACL of the target's subnet",
        { group: { targets: [target('b')], crossZone: true }, aclD: { ingress: [] } },
        '10.0.1.30:80',
        'nacl-in acl-d rule *',
      ],
      [
        'and both on the way back',
        { group: { targets: [target('b')], crossZone: true }, aclD: { egress: [] }, aclC: { ingress: [] } },
        '10.0.1.30:80',
        'nacl-out(reply) acl-d rule *, nacl-in(reply) acl-c rule *',
      ],
      [
        "a route of the node's subnet that leads elsewhere",
        {
          group: { targets: [target('b')], crossZone: true },
          provider: { routeTables: [blackholed('c'), routeTable('d')] },
        },
        '10.0.1.30:80',
        'route rtb-c 10.0.2.0/24',
      ],
      [
        'a target that does not run',
        { provider: { instances: providerVpc().instances.filter(({ id }) => id !== 'i-11') } },
        '10.0.1.30:80',
        'target eni-11',
      ],
      [
        'a target without an interface',
        { group: { targets: [target('a', { address: target('a').address.replace('1.5', '1.99') as never })] } },
        '10.0.1.30:80',
        'target 10.0.1.99',
      ],
      ["the consumer's zone is down", { consumer: { failedZoneIds: ['use1-az6'] } }, '10.0.2.30:80', 'zone use1-az6'],
      ["the endpoint's zone is down", { consumer: { failedZoneIds: ['use1-az1'] } }, '10.0.2.30:80', 'zone use1-az1'],
      ['another zone is down', { consumer: { failedZoneIds: ['use1-az1'] } }, '10.0.1.30:80', 'reachable'],
      [
        "the node's zone is down",
        { provider: { failedZoneIds: ['use1-az6'] } },
        '10.0.1.30:80',
        'zone use1-az6, zone use1-az6',
      ],
      [
        "only the target's zone is down",
        { provider: { failedZoneIds: ['use1-az1'] }, group: { targets: [target('b')], crossZone: true } },
        '10.0.1.30:80',
        'zone use1-az1',
      ],
    ],
    'i-1',
  )
})

function blackholed(letter: string) {
  const table = routeTable(letter)
  const block = cidr('10.0.2.0/24')
  const hole = {
    cidr: block,
    nextHop: { kind: 'blackhole' as const, why: 'eni-x is gone' },
    by: `rtb-${letter} ${block}`,
  }
  return { ...table, entries: [hole, ...table.entries] }
}

describe('to a load balancer in the same VPC', () => {
  const b = { group: { targets: [target('b')], crossZone: true } } satisfies Parts
  const kept = { ...b, group: { ...b.group, preserveClientIp: true } } satisfies Parts
  const guarded = { balancer: { groupIds: ['sg-lb' as const] } }
  table(
    [
      ['by its name', {}, `${BALANCER_NAME}:80`, 'reachable'],
      ['in the other zone', {}, '10.0.2.20:80', 'reachable'],
      ['a port without a listener', {}, '10.0.1.20:443', `listener ${LB}`],
      ['ping', {}, 'icmp 10.0.1.20', `listener ${LB}`],
      [
        'datagrams to a listener for both',
        { balancer: { listeners: [listener({ protocol: 'TCP_UDP' })] } },
        'udp 10.0.1.20:80',
        'reachable',
      ],
      [
        'connections to a listener of datagrams',
        { balancer: { listeners: [listener({ protocol: 'UDP' })] } },
        '10.0.1.20:80',
        `listener ${LB}`,
      ],
      [
        "the load balancer's groups",
        {
          ...guarded,
          provider: {
            securityGroups: [securityGroup('sg-c'), securityGroup('sg-lb', { ingress: [] }), securityGroup('sg-t')],
          },
        },
        '10.0.1.20:80',
        'sg-ingress sg-lb',
      ],
      ['the ACL of its subnet', { aclD: { ingress: [] } }, '10.0.2.20:80', 'nacl-in acl-d rule *'],
      ['and for the reply', { aclD: { egress: [] } }, '10.0.2.20:80', 'nacl-out(reply) acl-d rule *'],
      [
        'without preservation targets see the node',
        { targetsGroup: [rule('sgr-1', '10.0.1.20/32')] },
        '10.0.1.20:80',
        'reachable',
      ],
      [
        'with it they see the client',
        { ...kept, targetsGroup: [rule('sgr-1', '10.0.1.7/32')] },
        '10.0.1.20:80',
        'reachable',
      ],
      [
        'and not the node',
        { ...kept, targetsGroup: [rule('sgr-1', '10.0.1.20/32')] },
        '10.0.1.20:80',
        'sg-ingress sg-t',
      ],
      [
        "a rule that names the load balancer's group",
        { ...kept, ...guarded, targetsGroup: [ofGroup('sg-lb')] },
        '10.0.1.20:80',
        'reachable',
      ],
      [
        'a rule that names another',
        { ...kept, ...guarded, targetsGroup: [ofGroup('sg-t')] },
        '10.0.1.20:80',
        'sg-ingress sg-t',
      ],
      [
        'the forwarder keeps no client',
        {
          ...kept,
          balancer: { listeners: [listener({ way: 'forwarder' })] },
          targetsGroup: [rule('sgr-1', '10.0.1.20/32')],
        },
        '10.0.1.20:80',
        'reachable',
      ],
      [
        'the ACL between node and target, with preservation',
        { ...kept, aclC: { egress: [allow('10.0.1.0/24')] } },
        '10.0.1.20:80',
        'nacl-out acl-c rule *',
      ],
      ['and its replies', { ...kept, aclC: { ingress: [] } }, '10.0.1.20:80', 'nacl-in(reply) acl-c rule *'],
      ['a target that asks itself by the node', {}, '10.0.1.20:80', 'reachable', 'i-11'],
      [
        'and cannot where its address is preserved',
        { group: { targets: [target('a')], preserveClientIp: true } },
        '10.0.1.20:80',
        'target eni-11',
        'i-11',
      ],
      [
        'a zone that is down',
        { provider: { failedZoneIds: ['use1-az1'] } },
        '10.0.2.20:80',
        'zone use1-az1, zone use1-az1',
      ],
      ["the sender's", { provider: { failedZoneIds: ['use1-az6'] } }, '10.0.2.20:80', 'zone use1-az6'],
      ['itself, in a zone that is down', { provider: { failedZoneIds: ['use1-az6'] } }, '10.0.1.7:80', 'reachable'],
    ],
    'i-13',
  )

  it('speaks of the target to which the way is shut, and of how many there are', () => {
    const parts: Parts = { group: { crossZone: true }, aclD: { ingress: [] } }
    const trace = ask(world(parts), '10.0.1.20:80', 'i-13')
    expect(outcome(trace)).toBe('nacl-in acl-d rule *')
    expect(trace.blockers[0]?.why).toContain('so it is for 1 of the 2 targets that flows are spread over')
  })
})

describe('an endpoint that is not in force', () => {
  const network = world({ consumer: { endpoints: [], interfaces: consumerVpc().interfaces } })
  it.each<[string, string, VpcEndpointState, string]>([
    [
      'waits, at its address',
      '10.0.1.30',
      'pendingAcceptance',
      `vpce-own waits until the owner of ${SERVICE_NAME} accepts it`,
    ],
    [
      'is rejected, at its address',
      '10.0.1.30',
      'rejected',
      `the owner of ${SERVICE_NAME} rejected vpce-own, and may accept it again`,
    ],
    [
      'waits, by its name',
      ENDPOINT_NAME,
      'pendingAcceptance',
      `vpce-own waits until the owner of ${SERVICE_NAME} accepts it`,
    ],
  ])('%s', (_, host, state, expected) => {
    const to = parseTarget(`${host}:80`)
    if (!to) throw new Error(host)
    const endpointStates = (id: string) => (id === 'vpce-own' ? { id, serviceName: SERVICE_NAME, state } : undefined)
    const { blockers } = explain(network, { from: 'i-1', to, now: '2026-01-01T00:00:00.000Z' }, { endpointStates })
    expect(blockers[0]?.why).toContain(`; ${expected}`)
  })
})

describe('what is said', () => {
  const why = (parts: Parts, to = '10.0.1.30:80') => shortArn(ask(world(parts), to, 'i-1').blockers[0]?.why ?? '')
  it.each<[string, Parts, string]>([
    [
      'no target',
      { group: { targets: [] } },
      'no target is registered that could take anything: connections are refused',
    ],
    [
      'none in the zone',
      { group: { targets: [target('b')] } },
      'none of its 1 target is in use1-az6, and cross-zone load balancing is off: connections are refused',
    ],
    [
      'the wrong source',
      { targetsGroup: [rule('sgr-1', '10.0.1.5/32')] },
      "no ingress rule of sg-t allows tcp/8080 from 10.0.1.20; sgr-1 allows it only from 10.0.1.5/32; targets see the address of the load balancer's node, 10.0.1.20",
    ],
  ])('%s', (_, parts, expected) => expect(why(parts)).toBe(expected))

  it('a service that is elsewhere', () => {
    const { nodeId: _, ...unserved } = endpointInterface('b', { availabilityZone: 'us-east-1c' })
    const parts = { consumer: { endpoints: [ownEndpoint({ interfaces: [unserved] })] } }
    expect(why(parts, '10.0.2.30:80')).toBe(
      'vpce-svc-1 has no load balancer in use1-az1, where eni-32 of vpce-own is; it is in use1-az1, use1-az6',
    )
  })

  it.each<[string, string, string]>([
    [
      "a load balancer's name, in another VPC",
      BALANCER_NAME,
      `${BALANCER_NAME} is of net/lb in another VPC, whose addresses mean nothing in vpc-1: from here an endpoint to its endpoint service leads to it`,
    ],
    ["an endpoint's own, in another VPC", ENDPOINT_NAME, `${ENDPOINT_NAME} is of vpce-own in another VPC`],
  ])('%s', (_, name, expected) => {
    const from = name === BALANCER_NAME ? 'i-1' : 'i-13'
    const { verdict, blockers } = ask(world(), `${name}:80`, from)
    expect(verdict).toBe('stopped')
    expect(blockers[0]?.why).toContain(expected)
  })

  it('step by step', () => {
    const parts: Parts = { group: { targets: [target('a'), ...sick.slice(0, 1)] } }
    expect(formatTrace(ask(world(parts), `${ENDPOINT_NAME}:80`, 'i-1'), { width: 140 })).toMatchInlineSnapshot(`
      "i-1 (10.0.1.5) to vpce-own-abcd1234.vpce-svc-1.us-east-1.vpce.amazonaws.com (10.0.2.30) tcp/80
      stopped at target-health by targetgroup/tg

        pass  dns               vpce-own           vpce-own-abcd1234.vpce-svc-1.us-east-1.vpce.amazonaws.com is 10.0.1.30 and 1 more, by the names
                                                   of vpce-own
        pass  source-check      eni-1              10.0.1.5 is an address of eni-1
        pass  sg-egress         sgr-open           sg-1 allows all traffic to 0.0.0.0/0
        pass  nacl-out          acl-a rule 100     tcp/80 to 10.0.2.30 is allowed
        pass  route             rtb-a 10.0.0.0/16  10.0.2.30 is in 10.0.0.0/16: within the VPC
        pass  nacl-in           acl-b rule 100     tcp/80 from 10.0.1.5 is allowed
        pass  sg-ingress        sgr-open           sg-2 allows all traffic from 0.0.0.0/0
        pass  endpoint-state    vpce-own           vpce-own is in force, and leads to vpce-svc-1
        pass  zone              vpce-svc-1         vpce-svc-1 has a load balancer for use1-az1
        pass  listener          net/lb             TCP 80 leads to targetgroup/tg
      > STOP  target-health     targetgroup/tg     none of its 2 targets is in use1-az1, and cross-zone load balancing is off: connections are
                                                   refused
        pass  nacl-out (reply)  acl-b rule 100     the reply (tcp/32768-60999) to 10.0.1.5 is allowed
        pass  nacl-in (reply)   acl-a rule 100     the reply (tcp/32768-60999) from 10.0.2.30 is allowed
      "
    `)
  })
})

describe('each side sees what it may', () => {
  const shut: Parts = { targetsGroup: [], group: { crossZone: true } }
  const secret = new RegExp(
    [
      'sg-t',
      'acl-[cd]',
      'rtb-[cd]',
      'eni-(1|2)\\d',
      'i-1\\d',
      '8080',
      'targetgroup',
      BALANCER_ARN,
      LISTENER_ARN,
      TARGET_GROUP_ARN,
    ].join('|'),
  )
  const all = (parts: Parts, to = '10.0.1.30:80') => ask(world(parts), to, 'i-1')

  it.each<[string, Parts, string, string]>([
    ['a service that answers', {}, '10.0.1.30:80', 'reachable'],
    ["a target's group", shut, '10.0.1.30:80', `endpoint-service ${SERVICE_ID}`],
    ['no listener', {}, '10.0.1.30:81', `endpoint-service ${SERVICE_ID}`],
    [
      "its own endpoint's group",
      { consumer: { securityGroups: [] } },
      '10.0.1.30:80',
      'sg-egress eni-1, sg-ingress eni-31',
    ],
  ])('the consumer: %s', (_, parts, to, expected) => {
    const trace = all(parts, to)
    const seen = asSeenBy(CONSUMER, trace)
    expect(outcome(seen)).toBe(expected)
    expect(seen.verdict).toBe(trace.verdict)
    expect(JSON.stringify(seen)).not.toMatch(secret)
  })

  it('the consumer is told whom to ask, and no reason', () => {
    const trace = all(shut)
    expect(asSeenBy(CONSUMER, trace).blockers.map((step) => step.why)).toEqual([
      `vpce-svc-1 does not answer tcp/80: ask its owner, ${PROVIDER}`,
    ])
  })

  it('who owns both sides sees all', () => {
    const trace = all(shut)
    expect(asSeenBy(PROVIDER, trace)).toEqual(trace)
  })
})
