// What AWS's documents say of IPv6, as rows: a VPC, who speaks to whom, and what must come of it.
//
// Address plan: see vpc-shape.ts; `6.1.12` is instance 2 in subnet 1, `6.0.200` the endpoint of SSM. Instances and tables are
// as in differential-rows.ts.

import type { Stage } from '../../src/compile/stages.ts'
import { ALL_PROTOCOLS, TCP } from '../../src/ip/protocol.ts'
import { OPEN } from './differential-rows.ts'
import type { AclRuleShape, GroupRuleShape, RouteShape, VpcShape } from './vpc-shape.ts'

export interface Ipv6Row {
  readonly name: string
  /** The first is the sender's. */
  readonly shapes: readonly VpcShape[]
  readonly from: number
  /** `6.1.12:80`, `udp 6.1.12:8080`, or `2/6.1.12:80` in the second shape's VPC. */
  readonly to: string
  readonly expect: 'reachable' | Stage
}

const ANY: GroupRuleShape = { protocol: ALL_PROTOCOLS, peer: '0.0.0.0/0' }
const ANY6: GroupRuleShape = { protocol: ALL_PROTOCOLS, peer: '::/0' }
const ALLOW: AclRuleShape = { protocol: ALL_PROTOCOLS, action: 'allow', cidr: '0.0.0.0/0' }
const ALLOW6: AclRuleShape = { protocol: ALL_PROTOCOLS, action: 'allow', cidr: '::/0' }
const OPEN_GROUP = { ingress: [ANY, ANY6], egress: [ANY, ANY6] }
const OPEN_ACL = { ingress: [ALLOW, ALLOW6], egress: [ALLOW, ALLOW6] }

/** Everything is allowed, and nothing leads outside. */
export const IPV6_OPEN: VpcShape = {
  ...OPEN,
  ipv6: true,
  groups: [OPEN_GROUP, OPEN_GROUP],
  acls: [OPEN_ACL, OPEN_ACL],
}

const BY_GATEWAY: RouteShape = { cidr: '::/0', target: 'internet' }
const EGRESS_ONLY: RouteShape = { cidr: '::/0', target: 'egress-only' }
/** Subnet 0 is public, subnet 1 behind the egress-only gateway. */
export const IPV6_ONLINE: VpcShape = { ...IPV6_OPEN, tables: [[BY_GATEWAY], [EGRESS_ONLY]], internet: { publics: [] } }
const BLOCKED: VpcShape = { ...IPV6_ONLINE, internet: { publics: [], exclusions: [] } }
const OUTWARDS: VpcShape = { ...IPV6_ONLINE, internet: { publics: [], exclusions: [{ mode: 'allow-egress' }] } }
export const SITE = '2001:db8:ffff::cb00:710a'

function tcp(port: number) {
  return { protocol: TCP, ports: { from: port, to: port } }
}

function withGroups(changes: readonly Partial<VpcShape['groups'][number]>[], shape = IPV6_OPEN): VpcShape {
  return { ...shape, groups: shape.groups.map((group, index) => ({ ...group, ...changes[index] })) }
}

function withAcls(changes: readonly Partial<VpcShape['acls'][number]>[], shape = IPV6_OPEN): VpcShape {
  return { ...shape, acls: shape.acls.map((acl, index) => ({ ...acl, ...changes[index] })) }
}

const webOfGroup0 = withGroups([{}, { ingress: [{ ...tcp(80), peer: 0 }] }])
const onlyV4 = withGroups([{}, { ingress: [ANY] }])
const noEgress = withGroups([{ egress: [ANY] }])
const onlySubnet1 = withGroups([{}, { ingress: [{ ...tcp(80), peer: '6.1' }] }])
const aclOnlyV4 = withAcls([{ egress: [ALLOW] }])
const deny80 = withAcls([{ egress: [{ ...tcp(80), action: 'deny', cidr: '6.1' }, ALLOW6] }])
const ephemeral = withAcls([
  { ingress: [{ protocol: TCP, ports: { from: 1024, to: 65_535 }, action: 'allow', cidr: '::/0' }] },
])
const shutSubnet1 = withAcls([{}, { ingress: [ALLOW] }])
const hole = { ...IPV6_OPEN, tables: [[{ cidr: '::/0', target: 'hole' } as const], []] }
const ssm: VpcShape = {
  ...IPV6_OPEN,
  interfaceEndpoints: [{ service: 'ssm', subnets: [0, 1], groups: [1], privateDns: true }],
}
const ssmShut: VpcShape = withGroups([{}, { ingress: [ANY] }], ssm)

/** The newest version of the VPC's own prefix list has subnet 1 and the site. */
const list = [['6.0'], ['6.1', `${SITE}/128`]]
const listed: VpcShape = {
  ...withGroups([{}, { ingress: [{ ...tcp(80), peer: 'list' }] }], IPV6_ONLINE),
  list,
  tables: [[{ cidr: 'list', target: 'internet' }], []],
}
/** Instance 0 forwards for whoever sends to it, and its own interface takes what is not for it. */
const appliance: VpcShape = {
  ...IPV6_OPEN,
  instances: IPV6_OPEN.instances.map((one, index) => ({ ...one, sourceDestCheck: index !== 0 })),
  tables: [[], [{ cidr: '6.0', target: 0 }]],
}
const checked: VpcShape = { ...appliance, instances: IPV6_OPEN.instances }

export const IPV6_ROWS: readonly Ipv6Row[] = [
  row('two instances of one subnet', IPV6_OPEN, 0, '6.0.11:80', 'reachable'),
  row('two instances of two subnets', IPV6_OPEN, 0, '6.1.12:80', 'reachable'),
  row('UDP', IPV6_OPEN, 0, 'udp 6.1.12:8080', 'reachable'),
  row('an address that nobody has', IPV6_OPEN, 0, '6.1.99:80', 'target'),
  row("the resolver's own address", IPV6_OPEN, 0, 'udp fd00:ec2::253:53', 'reachable'),
  row('which answers nothing where DNS is off', { ...IPV6_OPEN, resolver: false }, 0, 'udp fd00:ec2::253:53', 'dns'),
  row('the metadata service', IPV6_OPEN, 0, 'fd00:ec2::254:80', 'reachable'),
  row('the router', IPV6_OPEN, 0, 'fe80::1:80', 'route'),
  row('a rule that names a group means its IPv6 addresses too', webOfGroup0, 0, '6.1.12:80', 'reachable'),
  row('and those of its members alone', webOfGroup0, 1, '6.1.12:80', 'sg-ingress'),
  row('and its port alone', webOfGroup0, 0, '6.1.12:443', 'sg-ingress'),
  row('0.0.0.0/0 is no IPv6 address', onlyV4, 0, '6.1.12:80', 'sg-ingress'),
  row('nor on the way out', noEgress, 0, '6.1.12:80', 'sg-egress'),
  row('a rule for an IPv6 block', onlySubnet1, 2, '6.0.11:80', 'reachable'),
  row('which the sender is not in', onlySubnet1, 0, '6.0.11:80', 'sg-ingress'),
  row('an ACL with entries of IPv4 lets no IPv6 out', aclOnlyV4, 0, '6.1.12:80', 'nacl-out'),
  row('but within a subnet it is not asked', aclOnlyV4, 0, '6.0.11:80', 'reachable'),
  row('the first entry decides', deny80, 0, '6.1.12:80', 'nacl-out'),
  row('and no other port', deny80, 0, '6.1.12:443', 'reachable'),
  row('an ACL asks the reply too', ephemeral, 0, '6.1.12:80', 'reachable'),
  row('the ACL of the receiver', shutSubnet1, 0, '6.1.12:80', 'nacl-in'),
  row('without a route to the internet', IPV6_OPEN, 0, `${SITE}:80`, 'route'),
  row('a blackhole', hole, 0, `${SITE}:80`, 'route'),
  row('an internet gateway knows the address as it is', IPV6_ONLINE, 0, `${SITE}:80`, 'reachable'),
  row('an egress-only gateway lets out', IPV6_ONLINE, 2, `${SITE}:80`, 'reachable'),
  row('public access blocked: the internet gateway', BLOCKED, 0, `${SITE}:80`, 'internet-gateway'),
  row('public access blocked: the egress-only gateway', BLOCKED, 2, `${SITE}:80`, 'internet-gateway'),
  row('egress is excluded: the internet gateway', OUTWARDS, 0, `${SITE}:80`, 'internet-gateway'),
  row('egress is excluded: the egress-only gateway', OUTWARDS, 2, `${SITE}:80`, 'reachable'),
  row('an address out there that nobody has', IPV6_ONLINE, 0, '2001:db8:ffff::c633:6401:80', 'target'),
  {
    name: 'and in by the internet gateway comes another VPC',
    shapes: [IPV6_ONLINE, { ...IPV6_ONLINE, resolver: false }],
    from: 0,
    to: '2/6.0.10:80',
    expect: 'reachable',
  },
  {
    name: 'which the egress-only gateway does not let in',
    shapes: [IPV6_ONLINE, { ...IPV6_ONLINE, resolver: false }],
    from: 0,
    to: '2/6.1.12:80',
    expect: 'route',
  },
  {
    name: 'from behind an egress-only gateway to another VPC',
    shapes: [IPV6_ONLINE, { ...IPV6_ONLINE, resolver: false }],
    from: 2,
    to: '2/6.0.10:80',
    expect: 'reachable',
  },
  {
    name: 'a VPC without an internet gateway is nowhere',
    shapes: [IPV6_ONLINE, { ...IPV6_OPEN, resolver: false }],
    from: 0,
    to: '2/6.0.10:80',
    expect: 'target',
  },
  row("a prefix list's newest entries admit", listed, 2, '6.0.11:80', 'reachable'),
  row('and those of before do not', listed, 0, '6.0.11:80', 'sg-ingress'),
  row('a route for a prefix list', listed, 0, `${SITE}:80`, 'reachable'),
  row('a route more specific than local, to an appliance', appliance, 2, '6.0.11:80', 'reachable'),
  row('which checks source and destination', checked, 2, '6.0.11:80', 'source-check'),
  row('an interface endpoint of both families', ssm, 0, '6.0.200:443', 'reachable'),
  row('from another subnet', ssm, 2, '6.0.200:443', 'reachable'),
  row('on the ports of its service', ssm, 0, '6.0.200:22', 'target'),
  row('by its groups', ssmShut, 0, '6.0.200:443', 'sg-ingress'),
]

function row(name: string, shape: VpcShape, from: number, to: string, expect: Ipv6Row['expect']): Ipv6Row {
  return { name, shapes: [shape], from, to, expect }
}
