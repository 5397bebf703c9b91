// Address plan: see compile/small-network.ts. i-1 10.0.1.5 and i-2 10.0.1.6 share subnet-a (rtb-a, acl-a); i-3 10.0.2.5 is
// in subnet-b (rtb-b, acl-b). 52.216.0.1 is S3's, 52.94.0.1 DynamoDB's, 198.51.100.1 is somewhere on the internet.

import { describe, expect, it } from 'vitest'
import type {
  NetworkAclRuleNetwork,
  NextHop,
  RouteEntry,
  SecurityGroupNetwork,
  SecurityGroupRuleNetwork,
  VpcNetwork,
} from '../compile/network.ts'
import {
  address,
  networkInterface,
  networkOf,
  openAcl,
  routeTable,
  s3Endpoint,
  securityGroup,
  smallVpc,
  smallVpcWithS3,
  smallVpcWithSsm,
  ssmEndpoint,
} from '../compile/small-network.ts'
import { rootPrincipal } from '../iam/principal.ts'
import { cidr } from '../ip/cidr.ts'
import { ALL_PROTOCOLS, ICMP, parseProtocol, TCP, UDP } from '../ip/protocol.ts'
import type { SecurityGroupId } from '../store/records.ts'
import { explain } from './explain.ts'
import { parseTarget, type Question, type ServiceRequest } from './question.ts'
import type { Trace } from './trace.ts'

const NOW = '2026-01-01T00:00:00.000Z'

/** `10.0.2.5:80` or `udp 10.0.2.5:53` or `icmp 10.0.2.5`. */
function ask(vpc: VpcNetwork, to: string, from: Question['from'] = 'i-1', request?: ServiceRequest): Trace {
  const [target = '', protocol = 'tcp'] = to.split(' ').reverse()
  const parsed = parseTarget(target, parseProtocol(protocol))
  if (!parsed) throw new Error(`not a target: ${to}`)
  return explain(networkOf(vpc), { from, to: parsed, now: NOW, ...(request && { request }) })
}

/** `reachable`, or every blocker as `stage by`; a reply's stage has `(reply)` behind it. */
function outcome({ verdict, blockers }: Trace): string {
  if (blockers.length === 0) return verdict
  return blockers.map((step) => `${step.stage}${step.direction === 'return' ? '(reply)' : ''} ${step.by}`).join(', ')
}

type Case = readonly [name: string, vpc: VpcNetwork, to: string, expected: string, from?: Question['from']]

function table(cases: readonly Case[]): void {
  for (const [name, vpc, to, expected, from] of cases) {
    it(name, () => expect(outcome(ask(vpc, to, from))).toBe(expected))
  }
}

const OPEN = smallVpc()

describe('the way there', () => {
  table([
    ['within a subnet', OPEN, '10.0.1.6:80', 'reachable'],
    ['to another subnet', OPEN, '10.0.2.5:80', 'reachable'],
    ['from an interface by its id', OPEN, '10.0.1.5:80', 'reachable', 'eni-3'],
    ['to itself', OPEN, '10.0.1.5:80', 'reachable'],
    ['to loopback', OPEN, '127.0.0.1:80', 'reachable'],
    ['ping', OPEN, 'icmp 10.0.2.5', 'reachable'],
    ['a protocol without ports', OPEN, '47 10.0.2.5', 'reachable'],
    ['an address without an interface', OPEN, '10.0.2.99:80', 'target subnet-b'],
    ['an address without a subnet', OPEN, '10.0.99.1:80', 'target vpc-1'],
    ['the router of a subnet', OPEN, '10.0.2.1:80', 'target subnet-b'],
    ['the internet, with no route to it', OPEN, '198.51.100.1:443', 'route rtb-a'],
    ['a sender that does not exist', OPEN, '10.0.2.5:80', 'source-check i-9', 'i-9'],
    ['an interface that does not exist', OPEN, '10.0.2.5:80', 'source-check eni-9', 'eni-9'],
    ['a sender that is stopped', smallVpc({ instances: [] }), '10.0.2.5:80', 'source-check i-1'],
    ['a receiver that is stopped', smallVpc({ instances: OPEN.instances.slice(0, 1) }), '10.0.2.5:80', 'target eni-3'],
    ['a secondary address of the receiver', withSecondAddress(), '10.0.2.77:80', 'reachable'],
  ])
})

function withSecondAddress(): VpcNetwork {
  const addresses = [address('10.0.2.5'), address('10.0.2.77')]
  const interfaces = [OPEN.interfaces[0]!, networkInterface(3, 'b', '10.0.2.5', ['sg-2'], { addresses })]
  return smallVpc({ interfaces })
}

function sgRule(by: string, changes: Partial<SecurityGroupRuleNetwork>): SecurityGroupRuleNetwork {
  return { by, protocol: TCP, peer: { kind: 'cidrs', cidrs: [cidr('0.0.0.0/0')] }, ...changes }
}

/** The small VPC with other rules in one group. */
function withGroup(id: SecurityGroupId, changes: Partial<SecurityGroupNetwork>, base = OPEN): VpcNetwork {
  const securityGroups = base.securityGroups.map((group) => (group.id === id ? { ...group, ...changes } : group))
  return { ...base, securityGroups }
}

const port = (from: number, to = from) => ({ from, to })

describe('security groups', () => {
  const web = sgRule('sgr-web', { ports: port(80) })
  const fromSg1 = sgRule('sgr-ref', { peer: { kind: 'group', groupId: 'sg-1' } })
  const ping = sgRule('sgr-ping', { protocol: ICMP, icmp: { type: 8, code: -1 } })
  table([
    ['no egress rule: nothing may begin', withGroup('sg-1', { egress: [] }), '10.0.2.5:80', 'sg-egress sg-1'],
    ['no egress rule: a reply still goes', withGroup('sg-2', { egress: [] }), '10.0.2.5:80', 'reachable'],
    ['no ingress rule', withGroup('sg-2', { ingress: [] }), '10.0.2.5:80', 'sg-ingress sg-2'],
    ['no ingress rule: a reply still comes', withGroup('sg-1', { ingress: [] }), '10.0.2.5:80', 'reachable'],
    ['they hold within a subnet', withGroup('sg-2', { ingress: [] }), '10.0.1.6:80', 'sg-ingress sg-2'],
    [
      'both stop',
      withGroup('sg-2', { ingress: [] }, withGroup('sg-1', { egress: [] })),
      '10.0.2.5:80',
      'sg-egress sg-1, sg-ingress sg-2',
    ],
    ['the right port', withGroup('sg-2', { ingress: [web] }), '10.0.2.5:80', 'reachable'],
    ['the wrong port', withGroup('sg-2', { ingress: [web] }), '10.0.2.5:81', 'sg-ingress sg-2'],
    ['the wrong protocol', withGroup('sg-2', { ingress: [web] }), 'udp 10.0.2.5:80', 'sg-ingress sg-2'],
    [
      'a range of ports, its first',
      withGroup('sg-2', { ingress: [sgRule('s', { ports: port(80, 90) })] }),
      '10.0.2.5:80',
      'reachable',
    ],
    [
      'a range of ports, its last',
      withGroup('sg-2', { ingress: [sgRule('s', { ports: port(80, 90) })] }),
      '10.0.2.5:90',
      'reachable',
    ],
    [
      'a range of ports, past it',
      withGroup('sg-2', { ingress: [sgRule('s', { ports: port(80, 90) })] }),
      '10.0.2.5:91',
      'sg-ingress sg-2',
    ],
    [
      'a rule without ports means every port',
      withGroup('sg-2', { ingress: [sgRule('s', {})] }),
      '10.0.2.5:9',
      'reachable',
    ],
    [
      'all protocols ignore ports',
      withGroup('sg-2', { ingress: [sgRule('s', { protocol: ALL_PROTOCOLS, ports: port(80) })] }),
      '10.0.2.5:9',
      'reachable',
    ],
    [
      'a CIDR without the sender',
      withGroup('sg-2', { ingress: [sgRule('s', { peer: { kind: 'cidrs', cidrs: [cidr('10.0.2.0/24')] } })] }),
      '10.0.2.5:80',
      'sg-ingress sg-2',
    ],
    ['a reference to the group of the sender', withGroup('sg-2', { ingress: [fromSg1] }), '10.0.2.5:80', 'reachable'],
    [
      'a reference to a group that the sender has not',
      withGroup('sg-2', { ingress: [fromSg1] }),
      '10.0.1.6:80',
      'sg-ingress sg-2',
      'i-3',
    ],
    [
      'a reference to a group of nowhere',
      withGroup('sg-2', { ingress: [sgRule('s', { peer: { kind: 'group', groupId: 'sg-x' } })] }),
      '10.0.2.5:80',
      'sg-ingress sg-2',
    ],
    ['echo requests only: ping', withGroup('sg-2', { ingress: [ping] }), 'icmp 10.0.2.5', 'reachable'],
    ['echo requests only: tcp', withGroup('sg-2', { ingress: [ping] }), '10.0.2.5:80', 'sg-ingress sg-2'],
    [
      'another type of ICMP',
      withGroup('sg-2', { ingress: [sgRule('s', { protocol: ICMP, icmp: { type: 3, code: -1 } })] }),
      'icmp 10.0.2.5',
      'sg-ingress sg-2',
    ],
  ])

  it('unites the rules of all groups', () => {
    const groups = [
      securityGroup('sg-1', { egress: [] }),
      securityGroup('sg-2'),
      securityGroup('sg-3', { egress: [web] }),
    ]
    const sender = networkInterface(1, 'a', '10.0.1.5', ['sg-1', 'sg-3'])
    const vpc = smallVpc({ securityGroups: groups, interfaces: [sender, ...OPEN.interfaces.slice(1)] })
    expect(outcome(ask(vpc, '10.0.2.5:80'))).toBe('reachable')
    expect(outcome(ask(vpc, '10.0.2.5:81'))).toBe('sg-egress sg-1 sg-3')
  })

  it.each([
    ['the wrong port', [web], 'no ingress rule of sg-2 allows tcp/443 from 10.0.1.5; sgr-web allows only tcp/80'],
    ['no rule', [], 'sg-2 has no ingress rule'],
    [
      'the wrong peer before the wrong port',
      [web, sgRule('sgr-far', { ports: port(443), peer: { kind: 'cidrs', cidrs: [cidr('10.9.0.0/16')] } })],
      'no ingress rule of sg-2 allows tcp/443 from 10.0.1.5; sgr-far allows it only from 10.9.0.0/16',
    ],
  ])('names the nearest miss: %s', (_, ingress, expected) => {
    expect(ask(withGroup('sg-2', { ingress }), '10.0.2.5:443').blockers[0]?.why).toBe(expected)
  })
})

function aclRule(number: number, letter: string, changes: Partial<NetworkAclRuleNetwork>): NetworkAclRuleNetwork {
  const by = `acl-${letter} rule ${number}`
  return { by, action: 'allow', protocol: ALL_PROTOCOLS, cidr: cidr('0.0.0.0/0'), ...changes }
}

describe('network ACLs', () => {
  const acls = (a: Parameters<typeof openAcl>[1], b: Parameters<typeof openAcl>[1] = {}) =>
    smallVpc({ networkAcls: [openAcl('a', a), openAcl('b', b)] })
  const deny80 = { action: 'deny', protocol: TCP, ports: port(80) } as const
  const allow = (letter: string, changes: Partial<NetworkAclRuleNetwork> = {}) => aclRule(100, letter, changes)
  const ephemeral = { protocol: TCP, ports: port(1024, 65535) }
  table([
    ['no rule out', acls({ egress: [] }), '10.0.2.5:80', 'nacl-out acl-a rule *'],
    ['no rule within a subnet does not matter', acls({ egress: [], ingress: [] }), '10.0.1.6:80', 'reachable'],
    ['no rule in', acls({}, { ingress: [] }), '10.0.2.5:80', 'nacl-in acl-b rule *'],
    ['no rule for the reply out', acls({}, { egress: [] }), '10.0.2.5:80', 'nacl-out(reply) acl-b rule *'],
    ['no rule for the reply in', acls({ ingress: [] }), '10.0.2.5:80', 'nacl-in(reply) acl-a rule *'],
    [
      'a low deny beats a higher allow',
      acls({ egress: [aclRule(90, 'a', deny80), allow('a')] }),
      '10.0.2.5:80',
      'nacl-out acl-a rule 90',
    ],
    [
      'a low allow beats a higher deny',
      acls({ egress: [allow('a'), aclRule(110, 'a', deny80)] }),
      '10.0.2.5:80',
      'reachable',
    ],
    ['a deny of another port', acls({ egress: [aclRule(90, 'a', deny80), allow('a')] }), '10.0.2.5:443', 'reachable'],
    [
      'a deny of another protocol',
      acls({ egress: [aclRule(90, 'a', deny80), allow('a')] }),
      'udp 10.0.2.5:80',
      'reachable',
    ],
    [
      'a deny of another address',
      acls({ egress: [aclRule(90, 'a', { ...deny80, cidr: cidr('10.0.3.0/24') }), allow('a')] }),
      '10.0.2.5:80',
      'reachable',
    ],
    ['a reply to ephemeral ports', acls({ ingress: [allow('a', ephemeral)] }), '10.0.2.5:80', 'reachable'],
    [
      'a reply to some of the ephemeral ports',
      acls({ ingress: [allow('a', { protocol: TCP, ports: port(1024, 40000) })] }),
      '10.0.2.5:80',
      'nacl-in(reply) acl-a rule *',
    ],
    [
      'two rules that share the ephemeral ports',
      acls({
        ingress: [
          allow('a', { protocol: TCP, ports: port(1024, 40000) }),
          aclRule(110, 'a', { protocol: TCP, ports: port(40001, 65535) }),
        ],
      }),
      '10.0.2.5:80',
      'reachable',
    ],
    [
      'a deny of some of the ephemeral ports',
      acls({ ingress: [aclRule(90, 'a', { action: 'deny', protocol: TCP, ports: port(40000, 40010) }), allow('a')] }),
      '10.0.2.5:80',
      'nacl-in(reply) acl-a rule 90',
    ],
    [
      'a reply is not a request',
      acls({ ingress: [allow('a', { protocol: TCP, ports: port(80) })] }),
      '10.0.2.5:80',
      'nacl-in(reply) acl-a rule *',
    ],
    [
      'echo replies are another type',
      acls({ ingress: [allow('a', { protocol: ICMP, icmp: { type: 8, code: -1 } })] }),
      'icmp 10.0.2.5',
      'nacl-in(reply) acl-a rule *',
    ],
    [
      'echo replies',
      acls({ ingress: [allow('a', { protocol: ICMP, icmp: { type: 0, code: -1 } })] }),
      'icmp 10.0.2.5',
      'reachable',
    ],
    [
      'both ways stop',
      acls({ egress: [], ingress: [] }),
      '10.0.2.5:80',
      'nacl-out acl-a rule *, nacl-in(reply) acl-a rule *',
    ],
  ])

  it('says which ports of the reply do not pass', () => {
    const vpc = acls({ ingress: [allow('a', { protocol: TCP, ports: port(1024, 40000) })] })
    expect(ask(vpc, '10.0.2.5:80').blockers[0]?.why).toBe(
      'no rule of acl-a allows the reply (tcp/32768-60999) from 10.0.2.5 on ports 40001-60999; acl-a rule 100 allows only tcp/1024-40000',
    )
  })
})

function entry(block: string, nextHop: NextHop): RouteEntry {
  return { cidr: cidr(block), nextHop, by: `rtb-a ${block}` }
}

describe('routes and gateway endpoints', () => {
  const s3 = smallVpcWithS3()
  const hole = { kind: 'blackhole', why: 'igw-1 is not attached to vpc-1' } as const
  const toAppliance = { kind: 'networkInterface', interfaceId: 'eni-3' } as const
  const appliance = (changes: Partial<VpcNetwork['interfaces'][number]>) =>
    smallVpc({
      routeTables: [routeTable('a', [entry('0.0.0.0/0', toAppliance)]), routeTable('b')],
      interfaces: [...OPEN.interfaces.slice(0, 2), networkInterface(3, 'b', '10.0.2.5', ['sg-2'], changes)],
    })
  const straight = smallVpc({
    routeTables: [
      { id: 'rtb-a', number: 1, entries: [entry('10.0.2.0/24', toAppliance), ...routeTable('a').entries] },
      routeTable('b'),
    ],
  })
  const away: RouteEntry = { cidr: cidr('10.0.1.0/24'), nextHop: hole, by: 'rtb-b 10.0.1.0/24' }
  const strayReply = smallVpc({
    routeTables: [routeTable('a'), { id: 'rtb-b', number: 2, entries: [away, ...routeTable('b').entries] }],
  })
  table([
    ['S3 through its endpoint', s3, '52.216.0.1:443', 'reachable'],
    ['S3 by name', s3, 's3.us-east-1.amazonaws.com:443', 'reachable'],
    ['a bucket by name', s3, 'my.bucket.s3.us-east-1.amazonaws.com:443', 'reachable'],
    ['plain HTTP is served too', s3, '52.216.0.1:80', 'reachable'],
    ['another port is not', s3, '52.216.0.1:22', 'target vpce-s3'],
    ['nor is UDP', s3, 'udp 52.216.0.1:443', 'target vpce-s3'],
    ['a subnet whose table has no endpoint', s3, '52.216.0.1:443', 'route rtb-b', 'i-3'],
    ['a service without an endpoint', s3, 'dynamodb.us-east-1.amazonaws.com:443', 'route rtb-a'],
    ['another region', s3, 's3.eu-west-1.amazonaws.com:443', 'route rtb-a'],
    [
      'a blackhole',
      smallVpc({ routeTables: [routeTable('a', [entry('0.0.0.0/0', hole)]), routeTable('b')] }),
      '198.51.100.1:443',
      'route rtb-a 0.0.0.0/0',
    ],
    [
      'a blackhole is not skipped for a shorter route',
      smallVpc({
        routeTables: [
          routeTable('a', [entry('198.51.100.0/24', hole), entry('0.0.0.0/0', toAppliance)]),
          routeTable('b'),
        ],
      }),
      '198.51.100.1:443',
      'route rtb-a 198.51.100.0/24',
    ],
    ['an appliance that checks destinations', appliance({}), '198.51.100.1:443', 'source-check eni-3'],
    [
      'an appliance that does not, and has no route',
      appliance({ sourceDestCheck: false }),
      '198.51.100.1:443',
      'route rtb-b',
    ],
    ['a route to the very interface that has the address', straight, '10.0.2.5:80', 'reachable'],
    ['a reply that is led away', strayReply, '10.0.2.5:80', 'route(reply) rtb-b 10.0.1.0/24'],
    [
      'egress without the ports of S3',
      withGroup('sg-1', { egress: [sgRule('s', { ports: port(80) })] }, s3),
      '52.216.0.1:443',
      'sg-egress sg-1',
    ],
    [
      'the ACL sees the public addresses',
      {
        ...s3,
        networkAcls: [openAcl('a', { egress: [aclRule(100, 'a', { cidr: cidr('10.0.0.0/8') })] }), openAcl('b')],
      },
      '52.216.0.1:443',
      'nacl-out acl-a rule *',
    ],
    [
      'the ACL sees the reply from them',
      {
        ...s3,
        networkAcls: [openAcl('a', { ingress: [aclRule(100, 'a', { cidr: cidr('10.0.0.0/8') })] }), openAcl('b')],
      },
      '52.216.0.1:443',
      'nacl-in(reply) acl-a rule *',
    ],
  ])

  it('stops a name when any of its addresses is stopped', () => {
    const some = sgRule('sgr-some', { peer: { kind: 'cidrs', cidrs: [cidr('54.231.0.0/16')] } })
    const trace = ask(withGroup('sg-1', { egress: [some] }, s3), 's3.us-east-1.amazonaws.com:443')
    expect(outcome(trace)).toBe('sg-egress sg-1')
  })

  it.each([
    ['no endpoint', ask(OPEN, '52.216.0.1:443'), 'vpc-1 has no gateway endpoint for com.amazonaws.us-east-1.s3'],
    [
      'another table',
      ask(s3, '52.216.0.1:443', 'i-3'),
      'vpce-s3 carries com.amazonaws.us-east-1.s3 for rtb-a, not for rtb-b',
    ],
    ['another region', ask(s3, 's3.eu-west-1.amazonaws.com:443'), "the address is eu-west-1's"],
  ])('says what the path lacks: %s', (_, trace, expected) => {
    expect(trace.blockers[0]?.why).toContain(expected)
  })

  it('tells the flow', () => {
    expect(ask(s3, '52.216.0.1:443').flow).toEqual({
      source: '10.0.1.5',
      interfaceId: 'eni-1',
      destination: '52.216.0.1',
      nextHop: { kind: 'vpcEndpoint', endpointId: 'vpce-s3', backboneAddress: '240.1.1.1' },
      endpointId: 'vpce-s3',
      returnPath: { protocol: TCP, source: '52.216.0.1', destination: '10.0.1.5', ports: port(32768, 60999) },
    })
  })
})

describe('interface endpoints', () => {
  const ssm = smallVpcWithSsm()
  const named = (changes: Partial<VpcNetwork> = {}) =>
    smallVpcWithSsm({
      endpoints: [ssmEndpoint({ names: { ...ssmEndpoint().names, private: ['ssm.us-east-1.amazonaws.com'] } })],
      ...changes,
    })
  const trap = withGroup('sg-2', { ingress: [sgRule('sgr-own', { peer: { kind: 'group', groupId: 'sg-2' } })] }, ssm)
  const [near] = ssmEndpoint().interfaces
  const shutB = (changes: Partial<VpcNetwork['networkAcls'][number]>) =>
    smallVpcWithSsm({ networkAcls: [openAcl('a'), openAcl('b', changes)] })
  const toAppliance = entry('10.0.2.0/24', { kind: 'networkInterface', interfaceId: 'eni-2' })
  table([
    ['in the same subnet', ssm, '10.0.1.100:443', 'reachable'],
    ['in another subnet', ssm, '10.0.2.100:443', 'reachable'],
    ['by the private name', named(), 'ssm.us-east-1.amazonaws.com:443', 'reachable'],
    ['another port', ssm, '10.0.1.100:22', 'target vpce-ssm'],
    ['a datagram', ssm, 'udp 10.0.1.100:443', 'target vpce-ssm'],
    ['a ping', ssm, 'icmp 10.0.1.100', 'target vpce-ssm'],
    ['a group that admits its members only', trap, '10.0.1.100:443', 'sg-ingress sg-2'],
    ['its ACL on the way in', shutB({ ingress: [] }), '10.0.2.100:443', 'nacl-in acl-b rule *'],
    ['its ACL on the way out', shutB({ egress: [] }), '10.0.2.100:443', 'nacl-out(reply) acl-b rule *'],
    ['no ACL within its subnet', shutB({ ingress: [], egress: [] }), '10.0.2.100:443', 'reachable', 'i-3'],
    [
      'an endpoint on its way out still has its interface',
      { ...ssm, endpoints: [] },
      '10.0.1.100:443',
      'endpoint-state vpce-ssm',
    ],
    [
      'a subnet that it is not in',
      named({ endpoints: [ssmEndpoint({ interfaces: near ? [near] : [] })] }),
      '10.0.2.77:443',
      'target subnet-b',
    ],
    [
      'a route to an appliance',
      {
        ...ssm,
        routeTables: [{ ...routeTable('a'), entries: [toAppliance, ...routeTable('a').entries] }, routeTable('b')],
      },
      '10.0.2.100:443',
      'source-check eni-2',
    ],
  ])

  it.each([
    ['a default group', ask(trap, '10.0.1.100:443'), 'the groups of vpce-ssm admit only members of sg-2'],
    [
      'no endpoint',
      ask(OPEN, 'ssm.us-east-1.amazonaws.com:443'),
      'no interface endpoint of vpc-1 carries com.amazonaws.us-east-1.ssm',
    ],
    [
      'private DNS off',
      ask(ssm, 'ssm.us-east-1.amazonaws.com:443'),
      'vpce-ssm carries com.amazonaws.us-east-1.ssm, and its private DNS is off here',
    ],
    [
      'the attributes of the VPC',
      ask({ ...ssm, resolver: { ...ssm.resolver, hostnames: false } }, 'ssm.us-east-1.amazonaws.com:443'),
      'the private names of vpce-ssm need enableDnsSupport and enableDnsHostnames of vpc-1',
    ],
    ['another region', ask(ssm, 'ssm.eu-west-1.amazonaws.com:443'), "ssm.eu-west-1.amazonaws.com is eu-west-1's"],
  ])('says what the path lacks: %s', (_, trace, expected) => {
    expect(trace.blockers[0]?.why).toContain(expected)
  })

  it('tells the endpoint, in packet order', () => {
    const { flow, steps } = ask(ssm, '10.0.2.100:443')
    expect(flow).toMatchObject({ endpointId: 'vpce-ssm', nextHop: { kind: 'local' } })
    expect(steps.map(({ stage, direction }) => `${stage}${direction === 'return' ? '(reply)' : ''}`)).toEqual([
      'source-check',
      'sg-egress',
      'nacl-out',
      'route',
      'nacl-in',
      'sg-ingress',
      'endpoint-state',
      'nacl-out(reply)',
      'nacl-in(reply)',
    ])
  })

  it.each(['10.0.1.100:443', '10.0.2.100:443'])('asks the policy of the endpoint at %s, reached or not', (to) => {
    const policyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ssm:Get*', Resource: '*' }],
    })
    const request = { action: 'ssm:PutParameter', resource: '*', principal: rootPrincipal('123456789012') }
    const vpc = smallVpcWithSsm({ endpoints: [ssmEndpoint({ policyDocument })] })
    expect(outcome(ask(vpc, to, 'i-1', request))).toBe('endpoint-policy vpce-ssm')
    const shut = withGroup('sg-2', { ingress: [] }, vpc)
    expect(outcome(ask(shut, to, 'i-1', request))).toBe('sg-ingress sg-2, endpoint-policy vpce-ssm')
    expect(outcome(ask(vpc, to, 'i-1', { ...request, action: 'ssm:GetParameter' }))).toBe('reachable')
  })
})

describe('names and the addresses of AWS inside a VPC', () => {
  const closed = withGroup(
    'sg-1',
    { egress: [] },
    smallVpc({ networkAcls: [openAcl('a', { egress: [], ingress: [] })] }),
  )
  const silent = smallVpcWithS3({ resolver: { ...OPEN.resolver, enabled: false } })
  table([
    ['an instance by name', OPEN, 'ip-10-0-2-5.ec2.internal:80', 'reachable'],
    ['upper case and a final dot', OPEN, 'IP-10-0-2-5.EC2.Internal.:80', 'reachable'],
    ['no such name', OPEN, 'ip-10-0-2-99.ec2.internal:80', 'dns vpc-1'],
    ['a name of the internet', OPEN, 'example.com:443', 'dns vpc-1'],
    ['no resolver', silent, 's3.us-east-1.amazonaws.com:443', 'dns vpc-1'],
    [
      'no resolver, and what else stops',
      smallVpc({ resolver: silent.resolver }),
      's3.us-east-1.amazonaws.com:443',
      'dns vpc-1, route rtb-a',
    ],
    ['groups and ACLs do not stand before the resolver', closed, 'udp 10.0.0.2:53', 'reachable'],
    ['nor before its link-local address', closed, '169.254.169.253:53', 'reachable'],
    ['the resolver has one port', OPEN, '10.0.0.2:80', 'target vpc-1'],
    ['no resolver, no answer', silent, 'udp 10.0.0.2:53', 'dns vpc-1'],
    ['the metadata service', closed, '169.254.169.254:80', 'reachable'],
    ['the metadata service has one port', OPEN, '169.254.169.254:443', 'target vpc-1'],
    ['other link-local addresses', OPEN, '169.254.1.1:80', 'route vpc-1'],
  ])
})

describe('policies', () => {
  const statement = (changes: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Sid: 'One', Effect: 'Allow', Principal: '*', Action: '*', Resource: '*', ...changes }],
    })
  const identity = (changes: object) =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Sid: 'Mine', Effect: 'Allow', Action: '*', Resource: '*', ...changes }],
    })
  const user = (document: string) => ({
    ...rootPrincipal('123456789012'),
    kind: 'user' as const,
    userName: 'ann',
    arn: 'arn:aws:iam::123456789012:user/ann',
    identityPolicies: [{ name: 'inline:ann/p', document }],
  })
  const get = (changes: Partial<ServiceRequest> = {}): ServiceRequest => ({
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::data/report.txt',
    resourceAccount: '123456789012',
    principal: user(identity({})),
    ...changes,
  })
  const bucketPolicy = (changes: object) => ({ name: 'arn:aws:s3:::data', document: statement(changes) })
  const through = (document?: string) => smallVpcWithS3({ endpoints: [s3Endpoint(document)] })
  const getOnly = through(statement({ Action: 's3:GetObject' }))

  it.each<[string, VpcNetwork, ServiceRequest, string]>([
    ['everything allowed', through(), get(), 'reachable'],
    ['the endpoint policy allows the action', getOnly, get(), 'reachable'],
    ['the endpoint policy does not', getOnly, get({ action: 's3:PutObject' }), 'endpoint-policy vpce-s3'],
    [
      'the endpoint policy denies',
      through(statement({ Effect: 'Deny' })),
      get(),
      'endpoint-policy vpce-s3 statement One',
    ],
    ['root needs no identity policy', through(), get({ principal: rootPrincipal('123456789012') }), 'reachable'],
    [
      'the identity policy denies',
      through(),
      get({ principal: user(identity({ Effect: 'Deny' })) }),
      'identity-policy inline:ann/p statement Mine',
    ],
    [
      'the identity policy does not allow',
      through(),
      get({ principal: user(identity({ Action: 's3:List*' })) }),
      'identity-policy arn:aws:iam::123456789012:user/ann',
    ],
    [
      'the bucket policy allows instead',
      through(),
      get({
        principal: user(identity({ Action: 's3:List*' })),
        resourcePolicy: bucketPolicy({ Action: 's3:GetObject' }),
      }),
      'reachable',
    ],
    [
      'the bucket policy denies',
      through(),
      get({ resourcePolicy: bucketPolicy({ Effect: 'Deny' }) }),
      'resource-policy arn:aws:s3:::data statement One',
    ],
    [
      'only this endpoint, and it is',
      through(),
      get({
        resourcePolicy: bucketPolicy({
          Effect: 'Deny',
          Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-s3' } },
        }),
      }),
      'reachable',
    ],
    [
      'only another endpoint',
      through(),
      get({
        resourcePolicy: bucketPolicy({
          Effect: 'Deny',
          Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-x' } },
        }),
      }),
      'resource-policy arn:aws:s3:::data statement One',
    ],
    [
      'the private address is the key',
      through(statement({ Condition: { IpAddress: { 'aws:VpcSourceIp': '10.0.1.5/32' } } })),
      get(),
      'reachable',
    ],
    [
      'two layers stop',
      getOnly,
      get({ action: 's3:PutObject', principal: user(identity({ Action: 's3:List*' })) }),
      'identity-policy arn:aws:iam::123456789012:user/ann, endpoint-policy vpce-s3',
    ],
  ])('%s', (_, vpc, request, expected) => {
    const found = outcome(ask(vpc, 's3.us-east-1.amazonaws.com:443', 'i-1', request))
    expect(found.split(', ').sort()).toEqual(expected.split(', ').sort())
  })

  it('looks at the policies of an endpoint that the packet does not reach yet', () => {
    const trace = ask(getOnly, '52.216.0.1:443', 'i-3', get({ action: 's3:PutObject' }))
    expect(outcome(trace)).toBe('route rtb-b, endpoint-policy vpce-s3')
  })

  it('asks no policy when no endpoint could carry the request', () => {
    expect(ask(OPEN, '52.216.0.1:443', 'i-1', get()).steps.filter((step) => step.direction === 'request')).toEqual([])
  })
})

describe('parseTarget', () => {
  it.each([
    ['s3.us-east-1.amazonaws.com:443', { name: 's3.us-east-1.amazonaws.com', protocol: TCP, port: 443 }],
    ['s3.us-east-1.amazonaws.com', { name: 's3.us-east-1.amazonaws.com', protocol: TCP, port: 443 }],
    ['10.0.2.5:80', { address: '10.0.2.5', protocol: TCP, port: 80 }],
    ['10.0.2', undefined],
    ['10.0.2.5:0', undefined],
    ['10.0.2.5:70000', undefined],
    ['', undefined],
    ['a b:80', undefined],
  ])('%s', (text, expected) => {
    expect(parseTarget(text)).toEqual(expected)
  })

  it('needs no port for ping', () => {
    expect(parseTarget('10.0.2.5', ICMP)).toEqual({ address: '10.0.2.5', protocol: ICMP })
    expect(parseTarget('10.0.2.5:53', UDP)).toEqual({ address: '10.0.2.5', protocol: UDP, port: 53 })
  })
})
