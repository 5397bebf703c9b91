// What AWS's documents say, as rows: a VPC, who speaks to whom, and what must come of it. Each is held against explain
// and against a real packet. A random VPC on which the two disagreed once is kept here as a row too.
//
// Address plan: see vpc-shape.ts. Instances 0 (10.0.1.10, group 0) and 1 (10.0.1.11, group 1) are in subnet 0, instance 2
// (10.0.2.12, group 1) is in subnet 1; subnet n has table n and ACL n. The endpoint of SSM is 10.0.1.200, with group 1.
// 52.216.0.9 is S3's, 52.94.0.9 DynamoDB's.

import type { Stage } from '../../src/compile/stages.ts'
import { ALL_PROTOCOLS, TCP } from '../../src/ip/protocol.ts'
import type { AclRuleShape, ExclusionShape, GroupRuleShape, VpcShape } from './vpc-shape.ts'

export interface DifferentialRow {
  readonly name: string
  readonly shape: VpcShape
  /** The number of an instance. */
  readonly from: number
  /** `10.0.2.12:80`, `udp 10.0.0.2:53` or `s3.us-east-1.amazonaws.com:443`; `OWN-NAME` is the first interface endpoint's. */
  readonly to: string
  /** The stage of the first blocker. */
  readonly expect: 'reachable' | Stage
}

const ANY: GroupRuleShape = { protocol: ALL_PROTOCOLS, peer: '0.0.0.0/0' }
const ALLOW: AclRuleShape = { protocol: ALL_PROTOCOLS, action: 'allow', cidr: '0.0.0.0/0' }
const OPEN_GROUP = { ingress: [ANY], egress: [ANY] }
const OPEN_ACL = { ingress: [ALLOW], egress: [ALLOW] }
const EPHEMERAL = { protocol: TCP, ports: { from: 1024, to: 65_535 } }

/** Everything is allowed, and nothing leads outside. */
export const OPEN: VpcShape = {
  resolver: true,
  subnets: [
    { table: 0, acl: 0 },
    { table: 1, acl: 1 },
  ],
  tables: [[], []],
  endpoints: [],
  interfaceEndpoints: [],
  groups: [OPEN_GROUP, OPEN_GROUP],
  acls: [OPEN_ACL, OPEN_ACL],
  instances: [
    { subnet: 0, groups: [0], running: true, sourceDestCheck: true },
    { subnet: 0, groups: [1], running: true, sourceDestCheck: true },
    { subnet: 1, groups: [1], running: true, sourceDestCheck: true },
  ],
}
const BY_GATEWAY = { cidr: '0.0.0.0/0', target: 'internet' } as const
const BY_NAT = { cidr: '0.0.0.0/0', target: 'nat' } as const
const ONLINE: VpcShape = { ...OPEN, tables: [[BY_GATEWAY], [BY_NAT]], internet: { publics: [0], nat: 0 } }
/** VPC Block Public Access, with these exclusions from it. */
function blocked(...exclusions: readonly ExclusionShape[]): VpcShape {
  return { ...ONLINE, internet: { publics: [0], nat: 0, exclusions } }
}
/** Instance 0 is an appliance in subnet 0, between instance 2, which has a public address, and the internet gateway. */
const FORWARDING = OPEN.instances.map((instance, index) => ({ ...instance, sourceDestCheck: index !== 0 }))
const BY_APPLIANCE = { cidr: '0.0.0.0/0', target: 0 } as const
const TO_APPLIANCE = { cidr: '10.0.2.0/24', target: 0 } as const
const INSPECTED: VpcShape = {
  ...OPEN,
  instances: FORWARDING,
  tables: [[BY_GATEWAY], [BY_APPLIANCE], [TO_APPLIANCE]],
  internet: { publics: [0, 1, 2], table: 2 },
}
/** The same without its gateway's table: what comes in goes straight to its receiver. */
const ONE_WAY: VpcShape = { ...INSPECTED, internet: { publics: [0, 1, 2] } }
/** The way out is straight, and the answers are led to the appliance. */
const OTHER_WAY: VpcShape = { ...INSPECTED, tables: [[BY_GATEWAY], [BY_GATEWAY], [TO_APPLIANCE]] }
/** Behind the appliance a NAT gateway speaks for instance 2. */
const INSPECTED_NAT: VpcShape = {
  ...INSPECTED,
  subnets: [
    { table: 0, acl: 0 },
    { table: 1, acl: 1 },
    { table: 3, acl: 0 },
  ],
  tables: [[BY_NAT], [BY_APPLIANCE], [], [BY_GATEWAY, TO_APPLIANCE]],
  internet: { publics: [], nat: 2 },
}
/** A NAT gateway whose packets an appliance sees on their way to the internet gateway. */
const NAT_INSPECTED: VpcShape = {
  ...INSPECTED_NAT,
  tables: [[BY_GATEWAY], [BY_NAT], [{ cidr: '10.0.3.0/24', target: 0 }], [BY_APPLIANCE]],
  internet: { publics: [], nat: 2, table: 2 },
}
/** From subnet 1 to instance 1 by the appliance, which is in its subnet. */
const BETWEEN: VpcShape = { ...INSPECTED, tables: [[], [{ cidr: '10.0.1.0/24', target: 0 }]] }
/** A NAT gateway of subnet 0 between the subnets. */
const NAT_BETWEEN: VpcShape = {
  ...ONLINE,
  tables: [[], [{ cidr: '10.0.1.0/24', target: 'nat' }]],
}
const S3: VpcShape = { ...OPEN, endpoints: [{ service: 's3', tables: [0] }] }

function tcp(port: number) {
  return { protocol: TCP, ports: { from: port, to: port } }
}

function withGroups(changes: readonly Partial<VpcShape['groups'][number]>[], shape = OPEN): VpcShape {
  return { ...shape, groups: shape.groups.map((group, index) => ({ ...group, ...changes[index] })) }
}

function withAcls(changes: readonly Partial<VpcShape['acls'][number]>[], shape = OPEN): VpcShape {
  return { ...shape, acls: shape.acls.map((acl, index) => ({ ...acl, ...changes[index] })) }
}

const noEgress = withGroups([{ egress: [] }])
const webOnly = withGroups([{}, { ingress: [{ ...tcp(80), peer: 0 }] }])
const aclShut = withAcls([{ ingress: [], egress: [] }])
const deny80First = withAcls([{ egress: [{ ...tcp(80), action: 'deny', cidr: '0.0.0.0/0' }, ALLOW] }])
const deny80Last = withAcls([{ egress: [ALLOW, { ...tcp(80), action: 'deny', cidr: '0.0.0.0/0' }] }])
const noReply = withAcls([{ ingress: [{ ...tcp(80), action: 'allow', cidr: '0.0.0.0/0' }] }])
const ephemeralReply = withAcls([{ ingress: [{ ...EPHEMERAL, action: 'allow', cidr: '0.0.0.0/0' }] }])
const s3Egress = withGroups([{ egress: [{ ...tcp(443), peer: 's3' }] }], S3)
const s3AclPrivate = withAcls([{ egress: [{ ...ALLOW, cidr: '10.0.0.0/8' }] }], S3)
const s3NoReply = withAcls([{ ingress: [{ ...ALLOW, cidr: '10.0.0.0/8' }] }], S3)
const twoEndpoints: VpcShape = {
  ...OPEN,
  endpoints: [
    { service: 's3', tables: [0] },
    { service: 's3', tables: [1] },
    { service: 'dynamodb', tables: [1] },
  ],
}
const defaultRoute: VpcShape = { ...S3, tables: [[{ cidr: '0.0.0.0/0', target: 'hole' }], []] }
const equalRoute: VpcShape = { ...S3, tables: [[{ cidr: '52.216.0.0/15', target: 'hole' }], []] }
const narrowRoute: VpcShape = { ...S3, tables: [[{ cidr: '52.216.0.0/24', target: 'hole' }], []] }
const SSM_ENDPOINT = { service: 'ssm', subnets: [0], groups: [1], privateDns: true } as const
const SSM: VpcShape = { ...OPEN, interfaceEndpoints: [SSM_ENDPOINT] }
const ONE_PORT: GroupRuleShape = { ...tcp(443), peer: '0.0.0.0/0' }
const REPLIES: AclRuleShape = { ...EPHEMERAL, action: 'allow', cidr: '0.0.0.0/0' }
const ssmTrap = withGroups([{}, { ingress: [{ protocol: ALL_PROTOCOLS, peer: 1 }] }], SSM)
const ssmByBlock = withGroups([{}, { ingress: [{ ...tcp(443), peer: '10.0.2.0/24' }] }], SSM)
const ssmByPort = withGroups([{}, { ingress: [ONE_PORT] }], SSM)
const ssmBothGroups: VpcShape = { ...ssmTrap, interfaceEndpoints: [{ ...SSM_ENDPOINT, groups: [1, 0] }] }
const ssmSilentGroup = withGroups([{}, { egress: [] }], SSM)
const ssmNoEgress = withGroups([{ egress: [{ ...tcp(80), peer: '0.0.0.0/0' }] }], SSM)
const ssmEgressToGroup = withGroups([{ egress: [{ ...tcp(443), peer: 1 }] }], SSM)
const ssmAcl0Shut = withAcls([{ ingress: [], egress: [] }], SSM)
const ssmAcl0NoIn = withAcls([{ ingress: [] }], SSM)
const ssmAcl0NoOut = withAcls([{ egress: [] }], SSM)
const ssmAcl0Replies = withAcls([{ egress: [REPLIES] }], SSM)
const ssmAcl1NoOut = withAcls([{}, { egress: [] }], SSM)
const ssmAcl1NoIn = withAcls([{}, { ingress: [] }], SSM)
const ssmAcl1Replies = withAcls([{}, { ingress: [REPLIES] }], SSM)
const ssmUnnamed: VpcShape = { ...OPEN, interfaceEndpoints: [{ ...SSM_ENDPOINT, privateDns: false }] }
const ssmSilent: VpcShape = { ...SSM, resolver: false }
const twoSsm: VpcShape = {
  ...ssmTrap,
  interfaceEndpoints: [SSM_ENDPOINT, { service: 'ssm', subnets: [0, 1], groups: [0], privateDns: false }],
}
const bothS3: VpcShape = { ...S3, interfaceEndpoints: [{ ...SSM_ENDPOINT, service: 's3' }] }
/** Instance 1 is in the endpoint's subnet. */
const ssmDetour: VpcShape = { ...SSM, tables: [[], [{ cidr: '10.0.1.0/24', target: 1 }]] }
/** The local routes of both tables lead to instance 1. */
const localDetour: VpcShape = {
  ...SSM,
  tables: [[{ cidr: '10.0.0.0/16', target: 1 }], [{ cidr: '10.0.0.0/16', target: 1 }]],
}
const ssmReplyDetour: VpcShape = { ...SSM, tables: [[{ cidr: '10.0.2.0/24', target: 1 }], []] }
const silent: VpcShape = { ...S3, resolver: false }
const stopped: VpcShape = {
  ...OPEN,
  instances: OPEN.instances.map((instance, index) => ({ ...instance, running: index !== 2 })),
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html */
function publicAccessRows(): DifferentialRow[] {
  const all = blocked()
  const outwards = blocked({ mode: 'allow-egress' })
  const open = blocked({ subnet: 0, mode: 'allow-bidirectional' })
  const natOpen = blocked({ subnet: 0, mode: 'allow-egress' })
  const other = blocked({ subnet: 1, mode: 'allow-bidirectional' })
  const site = '203.0.113.10:443'
  const stopped = 'internet-gateway'
  return [
    { name: 'public access blocked: out by the gateway', shape: all, from: 0, to: site, expect: stopped },
    { name: 'public access blocked: out by a NAT gateway', shape: all, from: 2, to: site, expect: stopped },
    { name: 'public access blocked: in by the gateway', shape: all, from: 2, to: 'PUBLIC-0:80', expect: stopped },
    { name: 'public access blocked: within the VPC', shape: all, from: 0, to: '10.0.2.12:80', expect: 'reachable' },
    { name: 'egress is excluded: by a NAT gateway', shape: outwards, from: 2, to: site, expect: 'reachable' },
    { name: 'egress is excluded: an own address', shape: outwards, from: 0, to: site, expect: stopped },
    { name: 'egress is excluded: in', shape: outwards, from: 2, to: 'PUBLIC-0:80', expect: stopped },
    { name: 'a subnet is excluded: its own address', shape: open, from: 0, to: site, expect: 'reachable' },
    { name: 'a subnet is excluded: in', shape: open, from: 2, to: 'PUBLIC-0:80', expect: 'reachable' },
    { name: "a NAT gateway's subnet is excluded", shape: natOpen, from: 2, to: site, expect: 'reachable' },
    { name: "a NAT gateway's clients are excluded, not it", shape: other, from: 2, to: site, expect: stopped },
  ]
}

export const ROWS: readonly DifferentialRow[] = [
  {
    name: 'out by the internet gateway with a public address',
    shape: ONLINE,
    from: 0,
    to: '203.0.113.10:80',
    expect: 'reachable',
  },
  {
    name: 'no public address: the internet gateway drops',
    shape: ONLINE,
    from: 1,
    to: '203.0.113.10:80',
    expect: 'internet-gateway',
  },
  { name: 'a private subnet by its NAT gateway', shape: ONLINE, from: 2, to: '203.0.113.10:443', expect: 'reachable' },
  ...publicAccessRows(),
  { name: "AWS's own address by a NAT gateway", shape: ONLINE, from: 2, to: '52.216.0.9:443', expect: 'reachable' },
  {
    name: 'a NAT gateway whose subnet leads to no gateway',
    shape: { ...ONLINE, tables: [[], [BY_NAT]] },
    from: 2,
    to: '203.0.113.10:80',
    expect: 'route',
  },
  {
    name: 'a NAT gateway in a subnet that leads to itself',
    shape: { ...ONLINE, tables: [[BY_NAT], [BY_NAT]] },
    from: 2,
    to: '203.0.113.10:80',
    expect: 'nat-gateway',
  },
  {
    name: 'a route to an internet gateway that is not there',
    shape: { ...OPEN, tables: [[BY_GATEWAY], []] },
    from: 0,
    to: '203.0.113.10:80',
    expect: 'route',
  },

  { name: 'out by an appliance', shape: INSPECTED, from: 2, to: '203.0.113.10:80', expect: 'reachable' },
  { name: "an appliance's own way out", shape: INSPECTED, from: 0, to: '203.0.113.10:80', expect: 'reachable' },
  { name: 'in by an appliance', shape: INSPECTED, from: 1, to: 'PUBLIC-2:80', expect: 'reachable' },
  {
    name: 'out by an appliance and straight back',
    shape: ONE_WAY,
    from: 2,
    to: '203.0.113.10:80',
    expect: 'reachable',
  },
  { name: 'straight in and out by an appliance', shape: ONE_WAY, from: 1, to: 'PUBLIC-2:80', expect: 'route' },
  { name: 'straight out and back by an appliance', shape: OTHER_WAY, from: 2, to: '203.0.113.10:80', expect: 'route' },
  { name: 'in by an appliance and straight out', shape: OTHER_WAY, from: 1, to: 'PUBLIC-2:80', expect: 'route' },
  {
    name: 'the gateway leads to an interface that checks',
    shape: { ...INSPECTED, instances: OPEN.instances },
    from: 1,
    to: 'PUBLIC-2:80',
    expect: 'source-check',
  },
  {
    name: "the appliance's group is asked what comes in",
    shape: withGroups([{ ingress: [{ ...tcp(443), peer: '0.0.0.0/0' }] }], INSPECTED),
    from: 1,
    to: 'PUBLIC-2:80',
    expect: 'sg-ingress',
  },
  {
    name: "the appliance's group is asked what goes out",
    shape: withGroups([{ egress: [{ ...tcp(443), peer: '0.0.0.0/0' }] }], INSPECTED),
    from: 2,
    to: '203.0.113.10:80',
    expect: 'sg-egress',
  },
  {
    name: "the appliance's group lets out what it allows",
    shape: withGroups([{ egress: [{ ...tcp(443), peer: '0.0.0.0/0' }] }], INSPECTED),
    from: 2,
    to: '203.0.113.10:443',
    expect: 'reachable',
  },
  {
    name: 'by an appliance to a NAT gateway',
    shape: INSPECTED_NAT,
    from: 2,
    to: '203.0.113.10:80',
    expect: 'reachable',
  },
  {
    name: 'by an appliance to a NAT gateway that answers straight',
    shape: { ...INSPECTED_NAT, tables: [[BY_NAT], [BY_APPLIANCE], [], [BY_GATEWAY]] },
    from: 2,
    to: '203.0.113.10:80',
    expect: 'reachable',
  },
  {
    name: 'from a NAT gateway by an appliance',
    shape: NAT_INSPECTED,
    from: 2,
    to: '203.0.113.10:80',
    expect: 'reachable',
  },
  {
    name: 'from a NAT gateway by an appliance, and back without it',
    shape: { ...NAT_INSPECTED, internet: { publics: [], nat: 2 } },
    from: 2,
    to: '203.0.113.10:80',
    expect: 'route',
  },
  { name: 'between subnets by an appliance', shape: BETWEEN, from: 2, to: '10.0.1.11:80', expect: 'reachable' },
  { name: 'between subnets by a NAT gateway', shape: NAT_BETWEEN, from: 2, to: '10.0.1.11:80', expect: 'reachable' },
  {
    name: 'between subnets by a NAT gateway, whose address is the source',
    shape: withGroups([{}, { ingress: [{ ...tcp(80), peer: '10.0.2.0/24' }] }], NAT_BETWEEN),
    from: 2,
    to: '10.0.1.11:80',
    expect: 'sg-ingress',
  },
  {
    name: 'an appliance does not reach endpoints for others',
    shape: { ...BETWEEN, interfaceEndpoints: [{ service: 'ssm', subnets: [0], groups: [1], privateDns: true }] },
    from: 2,
    to: '10.0.1.200:443',
    expect: 'target',
  },
  {
    name: 'S3 by an appliance whose subnet has the gateway endpoint',
    shape: { ...INSPECTED, endpoints: [{ service: 's3', tables: [0] }] },
    from: 2,
    to: '52.216.0.9:443',
    expect: 'reachable',
  },
  {
    name: 'a local route that leads to an appliance, there and back',
    shape: {
      ...INSPECTED,
      tables: [[], [{ cidr: '10.0.0.0/16', target: 0 }], []],
      internet: { publics: [] },
    },
    from: 2,
    to: '10.0.1.11:80',
    expect: 'reachable',
  },

  { name: 'within a subnet', shape: OPEN, from: 0, to: '10.0.1.11:80', expect: 'reachable' },
  { name: 'to another subnet', shape: OPEN, from: 0, to: '10.0.2.12:80', expect: 'reachable' },
  { name: 'datagrams', shape: OPEN, from: 0, to: 'udp 10.0.2.12:8080', expect: 'reachable' },
  { name: 'to itself', shape: aclShut, from: 0, to: '10.0.1.10:80', expect: 'reachable' },
  { name: 'an address without an interface', shape: OPEN, from: 0, to: '10.0.1.99:80', expect: 'target' },
  { name: 'an address without a subnet', shape: OPEN, from: 0, to: '10.0.99.1:80', expect: 'target' },
  { name: 'the router', shape: OPEN, from: 0, to: '10.0.1.1:80', expect: 'target' },
  { name: 'an instance that is stopped', shape: stopped, from: 0, to: '10.0.2.12:80', expect: 'target' },
  { name: 'no route', shape: OPEN, from: 0, to: '198.51.100.1:443', expect: 'route' },

  { name: 'no egress rule: nothing begins', shape: noEgress, from: 0, to: '10.0.2.12:80', expect: 'sg-egress' },
  { name: 'no egress rule: replies go', shape: noEgress, from: 2, to: '10.0.1.10:80', expect: 'reachable' },
  { name: 'groups hold within a subnet', shape: webOnly, from: 0, to: '10.0.1.11:443', expect: 'sg-ingress' },
  { name: 'a reference admits the group', shape: webOnly, from: 0, to: '10.0.2.12:80', expect: 'reachable' },
  { name: 'a reference admits no other', shape: webOnly, from: 1, to: '10.0.2.12:80', expect: 'sg-ingress' },
  { name: 'a TCP rule is no UDP rule', shape: webOnly, from: 0, to: 'udp 10.0.2.12:8080', expect: 'sg-ingress' },

  { name: 'an empty ACL', shape: aclShut, from: 0, to: '10.0.2.12:80', expect: 'nacl-out' },
  { name: 'no ACL within a subnet', shape: aclShut, from: 0, to: '10.0.1.11:80', expect: 'reachable' },
  { name: 'an empty ACL on the way in', shape: aclShut, from: 2, to: '10.0.1.10:80', expect: 'nacl-in' },
  { name: 'the lower rule decides: deny', shape: deny80First, from: 0, to: '10.0.2.12:80', expect: 'nacl-out' },
  {
    name: 'the lower rule decides: other ports',
    shape: deny80First,
    from: 0,
    to: '10.0.2.12:443',
    expect: 'reachable',
  },
  { name: 'the lower rule decides: allow', shape: deny80Last, from: 0, to: '10.0.2.12:80', expect: 'reachable' },
  { name: 'ACLs keep no state: replies', shape: noReply, from: 0, to: '10.0.2.12:80', expect: 'nacl-in' },
  {
    name: 'ACLs keep no state: ephemeral ports',
    shape: ephemeralReply,
    from: 0,
    to: '10.0.2.12:80',
    expect: 'reachable',
  },

  { name: 'S3 without an endpoint', shape: OPEN, from: 0, to: '52.216.0.9:443', expect: 'route' },
  { name: 'S3 through its endpoint', shape: S3, from: 0, to: '52.216.0.9:443', expect: 'reachable' },
  { name: 'S3 without TLS', shape: S3, from: 0, to: '52.216.0.9:80', expect: 'reachable' },
  { name: 'another port of S3', shape: S3, from: 0, to: '52.216.0.9:8080', expect: 'target' },
  { name: 'another route table', shape: S3, from: 2, to: '52.216.0.9:443', expect: 'route' },
  { name: 'another service', shape: S3, from: 0, to: '52.94.0.9:443', expect: 'route' },
  { name: 'two endpoints, the first', shape: twoEndpoints, from: 0, to: '52.216.0.9:443', expect: 'reachable' },
  { name: 'two endpoints, the second', shape: twoEndpoints, from: 2, to: '52.216.0.9:443', expect: 'reachable' },
  { name: 'DynamoDB through its endpoint', shape: twoEndpoints, from: 2, to: '52.94.0.9:443', expect: 'reachable' },
  { name: 'a default route loses', shape: defaultRoute, from: 0, to: '52.216.0.9:443', expect: 'reachable' },
  { name: 'an equal route wins', shape: equalRoute, from: 0, to: '52.216.0.9:443', expect: 'route' },
  { name: 'beside an equal route', shape: equalRoute, from: 0, to: '54.231.0.9:443', expect: 'reachable' },
  { name: 'a more specific route wins', shape: narrowRoute, from: 0, to: '52.216.0.9:443', expect: 'route' },
  { name: 'beside a more specific route', shape: narrowRoute, from: 0, to: '52.216.1.9:443', expect: 'reachable' },
  { name: 'egress by prefix list', shape: s3Egress, from: 0, to: '52.216.0.9:443', expect: 'reachable' },
  { name: 'egress by prefix list, another port', shape: s3Egress, from: 0, to: '52.216.0.9:80', expect: 'sg-egress' },
  { name: 'egress by prefix list, elsewhere', shape: s3Egress, from: 0, to: '10.0.2.12:443', expect: 'sg-egress' },
  { name: "the ACL sees S3's public address", shape: s3AclPrivate, from: 0, to: '52.216.0.9:443', expect: 'nacl-out' },
  { name: "the ACL sees S3's reply", shape: s3NoReply, from: 0, to: '52.216.0.9:443', expect: 'nacl-in' },

  { name: 'an interface endpoint in the same subnet', shape: SSM, from: 0, to: '10.0.1.200:443', expect: 'reachable' },
  { name: 'an interface endpoint in another subnet', shape: SSM, from: 2, to: '10.0.1.200:443', expect: 'reachable' },
  { name: 'not in the clear', shape: SSM, from: 0, to: '10.0.1.200:80', expect: 'target' },
  { name: "S3's in the clear", shape: bothS3, from: 0, to: '10.0.1.200:80', expect: 'reachable' },
  { name: 'no other port of it', shape: SSM, from: 0, to: '10.0.1.200:8080', expect: 'target' },
  { name: 'no datagrams to it', shape: SSM, from: 2, to: 'udp 10.0.1.200:8080', expect: 'target' },
  { name: 'an address that the endpoint has not', shape: SSM, from: 0, to: '10.0.2.200:443', expect: 'target' },
  {
    name: "the service's public addresses do not answer through it",
    shape: SSM,
    from: 0,
    to: '52.46.1.1:443',
    expect: 'route',
  },
  {
    name: 'its group admits its own members: not a stranger',
    shape: ssmTrap,
    from: 0,
    to: '10.0.1.200:443',
    expect: 'sg-ingress',
  },
  { name: 'its group admits its own members', shape: ssmTrap, from: 1, to: '10.0.1.200:443', expect: 'reachable' },
  {
    name: 'its group admits its own members from another subnet',
    shape: ssmTrap,
    from: 2,
    to: '10.0.1.200:443',
    expect: 'reachable',
  },
  { name: 'its group by a block', shape: ssmByBlock, from: 2, to: '10.0.1.200:443', expect: 'reachable' },
  { name: 'its group by a block: outside', shape: ssmByBlock, from: 0, to: '10.0.1.200:443', expect: 'sg-ingress' },
  { name: 'its group by a port', shape: ssmByPort, from: 0, to: '10.0.1.200:443', expect: 'reachable' },
  { name: 'its group by a port: another', shape: ssmByPort, from: 0, to: '10.0.1.200:80', expect: 'sg-ingress' },
  { name: 'any of its groups', shape: ssmBothGroups, from: 0, to: '10.0.1.200:443', expect: 'reachable' },
  {
    name: "what its group lets out is nobody's affair",
    shape: ssmSilentGroup,
    from: 0,
    to: '10.0.1.200:443',
    expect: 'reachable',
  },
  {
    name: "the client's own group must let it go there",
    shape: ssmNoEgress,
    from: 0,
    to: '10.0.1.200:443',
    expect: 'sg-egress',
  },
  {
    name: "a client's group may name the endpoint's",
    shape: ssmEgressToGroup,
    from: 0,
    to: '10.0.1.200:443',
    expect: 'reachable',
  },
  {
    name: "a client's group may name the endpoint's: another port",
    shape: ssmEgressToGroup,
    from: 0,
    to: '10.0.1.200:80',
    expect: 'sg-egress',
  },
  { name: 'no ACL within its subnet', shape: ssmAcl0Shut, from: 0, to: '10.0.1.200:443', expect: 'reachable' },
  { name: "its subnet's ACL lets nothing in", shape: ssmAcl0NoIn, from: 2, to: '10.0.1.200:443', expect: 'nacl-in' },
  {
    name: "its subnet's ACL lets no reply out",
    shape: ssmAcl0NoOut,
    from: 2,
    to: '10.0.1.200:443',
    expect: 'nacl-out',
  },
  {
    name: "its subnet's ACL lets ephemeral ports out",
    shape: ssmAcl0Replies,
    from: 2,
    to: '10.0.1.200:443',
    expect: 'reachable',
  },
  { name: "the client's ACL lets nothing out", shape: ssmAcl1NoOut, from: 2, to: '10.0.1.200:443', expect: 'nacl-out' },
  { name: "the client's ACL lets no reply in", shape: ssmAcl1NoIn, from: 2, to: '10.0.1.200:443', expect: 'nacl-in' },
  {
    name: "the client's ACL lets ephemeral ports in",
    shape: ssmAcl1Replies,
    from: 2,
    to: '10.0.1.200:443',
    expect: 'reachable',
  },
  {
    name: 'one endpoint of two for a service, each with its group',
    shape: twoSsm,
    from: 0,
    to: '10.0.1.200:443',
    expect: 'sg-ingress',
  },
  { name: 'the other of two for a service', shape: twoSsm, from: 0, to: '10.0.1.201:443', expect: 'reachable' },
  {
    name: "two endpoints' interfaces in two subnets",
    shape: twoSsm,
    from: 2,
    to: '10.0.2.201:443',
    expect: 'reachable',
  },
  {
    name: 'an interface endpoint beside a gateway endpoint: S3 by its addresses',
    shape: bothS3,
    from: 0,
    to: '52.216.0.9:443',
    expect: 'reachable',
  },
  {
    name: 'an interface endpoint beside a gateway endpoint: S3 by the interface',
    shape: bothS3,
    from: 2,
    to: '10.0.1.200:443',
    expect: 'reachable',
  },
  {
    name: 'a more specific route takes an endpoint to an appliance',
    shape: ssmDetour,
    from: 2,
    to: '10.0.1.200:443',
    expect: 'source-check',
  },
  { name: 'within its subnet no route takes it', shape: ssmDetour, from: 0, to: '10.0.1.200:443', expect: 'reachable' },
  {
    name: "replies follow the routes of the endpoint's subnet",
    shape: ssmReplyDetour,
    from: 2,
    to: '10.0.1.200:443',
    expect: 'route',
  },
  {
    name: 'replies within its subnet follow none',
    shape: ssmReplyDetour,
    from: 0,
    to: '10.0.1.200:443',
    expect: 'reachable',
  },
  { name: "its service's name", shape: SSM, from: 2, to: 'ssm.us-east-1.amazonaws.com:443', expect: 'reachable' },
  {
    name: "its service's name, shut out",
    shape: ssmTrap,
    from: 0,
    to: 'ssm.us-east-1.amazonaws.com:443',
    expect: 'sg-ingress',
  },
  {
    name: 'the name where private DNS is off',
    shape: ssmUnnamed,
    from: 2,
    to: 'ssm.us-east-1.amazonaws.com:443',
    expect: 'route',
  },
  {
    name: "another service's name",
    shape: SSM,
    from: 2,
    to: 'ec2messages.us-east-1.amazonaws.com:443',
    expect: 'route',
  },
  { name: "the endpoint's own name", shape: ssmUnnamed, from: 2, to: 'OWN-NAME:443', expect: 'reachable' },
  {
    name: 'the name without a resolver',
    shape: ssmSilent,
    from: 2,
    to: 'ssm.us-east-1.amazonaws.com:443',
    expect: 'dns',
  },
  {
    name: "a bucket's name, by the interface endpoint",
    shape: bothS3,
    from: 2,
    to: 'b.s3.us-east-1.amazonaws.com:443',
    expect: 'reachable',
  },

  {
    name: "a local route's appliance takes what leaves the subnet",
    shape: localDetour,
    from: 0,
    to: '10.0.2.12:80',
    expect: 'source-check',
  },
  {
    name: "a local route's appliance takes what leaves for an endpoint",
    shape: localDetour,
    from: 2,
    to: '10.0.1.200:443',
    expect: 'source-check',
  },
  {
    name: "a local route's appliance is not asked within the endpoint's subnet",
    shape: localDetour,
    from: 0,
    to: '10.0.1.200:443',
    expect: 'reachable',
  },
  { name: 'nor for the resolver', shape: localDetour, from: 0, to: 'udp 10.0.0.2:53', expect: 'reachable' },
  {
    name: "a local route's appliance, within the subnet",
    shape: localDetour,
    from: 0,
    to: '10.0.1.11:80',
    expect: 'reachable',
  },

  { name: 'the resolver', shape: OPEN, from: 0, to: 'udp 10.0.0.2:53', expect: 'reachable' },
  {
    name: 'the resolver by its link-local address',
    shape: OPEN,
    from: 0,
    to: 'udp 169.254.169.253:53',
    expect: 'reachable',
  },
  { name: 'the resolver over TCP', shape: OPEN, from: 0, to: '10.0.0.2:53', expect: 'reachable' },
  { name: 'no group before the resolver', shape: noEgress, from: 0, to: 'udp 10.0.0.2:53', expect: 'reachable' },
  { name: 'no ACL before the resolver', shape: aclShut, from: 0, to: 'udp 10.0.0.2:53', expect: 'reachable' },
  { name: 'enableDnsSupport off', shape: silent, from: 0, to: 'udp 10.0.0.2:53', expect: 'dns' },
  { name: 'the resolver has one port', shape: OPEN, from: 0, to: '10.0.0.2:80', expect: 'target' },
  { name: 'the metadata service', shape: aclShut, from: 0, to: '169.254.169.254:80', expect: 'reachable' },
  { name: 'the metadata service has one port', shape: OPEN, from: 0, to: '169.254.169.254:443', expect: 'target' },
]
