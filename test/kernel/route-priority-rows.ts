// Which of several routes takes a packet, as a table: https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
// Each row is held against explain and against a real packet. What a virtual private gateway tells is in on-premises.test.ts.
//
// Address plan: see vpc-shape.ts and differential-rows.ts. Instance 0 is 10.0.1.10, in subnet 0, which has table 0 and leads to
// the internet gateway, if anywhere; it and instance 2 (10.0.2.12) have public addresses. Instance 1 (10.0.1.11) forwards.

import { ALL_PROTOCOLS } from '../../src/ip/protocol.ts'
import type { DifferentialRow } from './differential-rows.ts'
import type { RouteShape, VpcShape } from './vpc-shape.ts'

const SITE = '203.0.113.10'
const RECEIVER = '10.0.2.12'

function shapeOf(routes: readonly RouteShape[], changes: Partial<VpcShape> = {}): VpcShape {
  const open = { ingress: [{ protocol: ALL_PROTOCOLS, peer: '0.0.0.0/0' }] }
  const allow = [{ protocol: ALL_PROTOCOLS, action: 'allow', cidr: '0.0.0.0/0' }] as const
  return {
    resolver: true,
    subnets: [
      { table: 0, acl: 0 },
      { table: 1, acl: 0 },
    ],
    tables: [routes, [TO_GATEWAY]],
    endpoints: [],
    interfaceEndpoints: [],
    groups: [{ ...open, egress: open.ingress }],
    acls: [{ ingress: allow, egress: allow }],
    instances: [0, 0, 1].map((subnet, index) => ({
      subnet,
      groups: [0],
      running: true,
      sourceDestCheck: index !== 1,
    })),
    internet: { publics: [0, 2] },
    ...changes,
  }
}

const TO_GATEWAY: RouteShape = { cidr: '0.0.0.0/0', target: 'internet' }
const NOWHERE: RouteShape = { cidr: '0.0.0.0/0', target: 'hole' }
const hole = (cidr: string): RouteShape => ({ cidr, target: 'hole' })
const gateway = (cidr: string): RouteShape => ({ cidr, target: 'internet' })
const LIST_TO_GATEWAY: RouteShape = { cidr: 'list', target: 'internet' }
const LIST_TO_HOLE: RouteShape = { cidr: 'list', target: 'hole' }
const S3: Partial<VpcShape> = { endpoints: [{ service: 's3', tables: [0] }] }

/** From instance 0. */
type Priority = readonly [name: string, shape: VpcShape, to: string, expect: DifferentialRow['expect']]

const PRIORITIES: readonly Priority[] = [
  ['the longer prefix wins', shapeOf([NOWHERE, gateway('203.0.113.0/24')]), SITE, 'reachable'],
  ['the longer prefix wins, in any order', shapeOf([gateway('203.0.113.0/24'), NOWHERE]), SITE, 'reachable'],
  ['a longer blackhole is not passed over', shapeOf([TO_GATEWAY, hole('203.0.113.0/24')]), SITE, 'route'],
  ['beside a longer blackhole', shapeOf([TO_GATEWAY, hole('203.0.113.0/29')]), SITE, 'reachable'],
  ['one address', shapeOf([NOWHERE, hole('203.0.113.0/24'), gateway('203.0.113.10/32')]), SITE, 'reachable'],
  ['a route to an instance that is stopped is a blackhole', withStopped(), SITE, 'route'],
  ['local wins over a default route', shapeOf([NOWHERE]), RECEIVER, 'reachable'],
  ['local wins over a wider block', shapeOf([hole('10.0.0.0/8')]), RECEIVER, 'reachable'],
  ['beside local, the wider block', shapeOf([TO_GATEWAY, hole('10.0.0.0/8')]), '10.9.9.9', 'route'],
  [
    'a whole subnet wins over local: an appliance in the table’s own subnet gets its packets again',
    shapeOf([subnetTo(1)]),
    RECEIVER,
    'route',
  ],
  ['which must not check', shapeOf([subnetTo(1)], checking()), RECEIVER, 'source-check'],
  [
    'a route in the place of local',
    shapeOf([{ cidr: '10.0.0.0/16', target: 1 }], checking()),
    RECEIVER,
    'source-check',
  ],
  ['no route at all', shapeOf([]), SITE, 'route'],
  ['a prefix list’s entry is a route', shapeOf([LIST_TO_GATEWAY], list('203.0.113.0/24')), SITE, 'reachable'],
  [
    'its newest version is',
    shapeOf([LIST_TO_GATEWAY], { list: [['203.0.113.0/24'], ['198.51.100.0/24']] }),
    SITE,
    'route',
  ],
  ['the longer prefix of a list wins', shapeOf([NOWHERE, LIST_TO_GATEWAY], list('203.0.113.0/24')), SITE, 'reachable'],
  [
    'and loses to a longer block',
    shapeOf([LIST_TO_GATEWAY, hole('203.0.113.0/28')], list('203.0.113.0/24')),
    SITE,
    'route',
  ],
  [
    'a block wins over an equal one of a list',
    shapeOf([LIST_TO_HOLE, gateway('203.0.113.0/24')], list('203.0.113.0/24')),
    SITE,
    'reachable',
  ],
  [
    'a block wins over an equal one of a list, in any order',
    shapeOf([hole('203.0.113.0/24'), LIST_TO_GATEWAY], list('203.0.113.0/24')),
    SITE,
    'route',
  ],
  ['a list takes nothing of the VPC’s own', shapeOf([LIST_TO_HOLE], list('10.0.2.0/24')), RECEIVER, 'reachable'],
  ['a list wider than the VPC loses to local', shapeOf([LIST_TO_HOLE], list('10.0.0.0/8')), RECEIVER, 'reachable'],
  ['a gateway endpoint wins over a default route', shapeOf([NOWHERE], S3), '52.216.0.9', 'reachable'],
  ['a gateway endpoint loses to an equal block', shapeOf([hole('52.216.0.0/15')], S3), '52.216.0.9', 'route'],
  ['a gateway endpoint loses to a longer block', shapeOf([hole('52.216.0.0/24')], S3), '52.216.0.9', 'route'],
  ['a gateway endpoint wins over a wider block', shapeOf([hole('52.0.0.0/8')], S3), '52.216.0.9', 'reachable'],
  [
    'a gateway endpoint of another table',
    shapeOf([NOWHERE], { endpoints: [{ service: 's3', tables: [1] }] }),
    '52.216.0.9',
    'route',
  ],
  ['no route leads to link-local addresses', shapeOf([gateway('169.254.0.0/16')]), '169.254.169.1', 'route'],
]

export const ROUTE_PRIORITIES: readonly DifferentialRow[] = PRIORITIES.map(([name, shape, to, expect]) => ({
  name: `priority: ${name}`,
  shape: to === RECEIVER ? shape : alone(shape),
  from: 0,
  to: `${to}:80`,
  expect,
}))

/** Each instance that runs is a process to wait for. */
function alone(shape: VpcShape): VpcShape {
  const instances = shape.instances.map((instance, index) => ({ ...instance, running: index === 0 }))
  return { ...shape, instances }
}

function list(...cidrs: string[]): Partial<VpcShape> {
  return { list: [cidrs] }
}

function subnetTo(target: number): RouteShape {
  return { cidr: '10.0.2.0/24', target }
}

function checking(): Partial<VpcShape> {
  return { instances: shapeOf([]).instances.map((instance) => ({ ...instance, sourceDestCheck: true })) }
}

function withStopped(): VpcShape {
  const { instances } = shapeOf([])
  const changed = instances.map((instance, index) => ({ ...instance, running: index !== 1 }))
  return shapeOf([TO_GATEWAY, { cidr: '203.0.113.0/24', target: 1 }], { instances: changed })
}
