// Model against kernel for transit gateways: what explain says of a packet must be what the packet does. Rows of what AWS
// documents first, then random gateways of one seed; POSTERN_SEED=N tries another. Needs root; every namespace it uses it makes
// and removes. Address plan: compile/small-transit.ts.

import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Stage } from '../../src/compile/stages.ts'
import { formatTrace } from '../../src/explain/format.ts'
import { asSeenBy } from '../../src/explain/view.ts'
import { ipBatch } from '../../src/linux/commands.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { transitGatewayNamespace } from '../../src/linux/names.ts'
import { boundedRun } from '../../src/linux/run.ts'
import type { InstanceId } from '../../src/store/records.ts'
import { mirrorHost, mirrorProbe } from './ipv6-mirror.ts'
import { compareWorlds, longestRun } from './long-mode.ts'
import { describeKernel } from './namespaced.ts'
import { parseProbe, RecordWorld } from './record-world.ts'
import { OPEN, recordsOf, type TransitShape, transitShape } from './transit-shape.ts'

const WORLDS = 6

const INSTANCES = [
  'i-a1',
  'i-a2',
  'i-b1',
  'i-b2',
  'i-c1',
  'i-c2',
  'i-d1',
  'i-d2',
] as const satisfies readonly InstanceId[]
const HOSTS = [
  '10.0.1.5',
  '10.0.2.5',
  '10.1.1.5',
  '10.1.2.5',
  '10.2.1.5',
  '10.2.2.5',
  '10.1.1.100',
  '10.1.2.100',
  '203.0.113.10',
  '52.216.0.9',
]

type Row = readonly [
  name: string,
  shape: Partial<TransitShape>,
  expected: Readonly<Record<string, 'reachable' | Stage>>,
]

const AB = 'i-a1 10.1.1.5:443'
const BA = 'i-b1 10.0.1.5:443'
const UDP_AB = 'i-a1 udp 10.1.2.5:8080'
const AC = 'i-a1 10.2.1.5:443'

const SITE = 'i-a1 203.0.113.10:443'
const UDP_CLOSED = { protocol: 'tcp', ports: { from: 443, to: 443 }, peer: '10.0.1.5/32' } as const
const ALL = '0.0.0.0/0'

/** Each VPC knows b, and b knows each: two tables. */
const ISOLATED: Partial<TransitShape> = {
  attachments: {
    a: { propagates: ['tgw-rtb-2'] },
    b: { associated: 'tgw-rtb-2' },
    c: { propagates: ['tgw-rtb-2'] },
    d: { propagates: [] },
  },
}

const ROWS: readonly Row[] = [
  [
    'everything is allowed',
    {},
    {
      [AB]: 'reachable',
      [BA]: 'reachable',
      [UDP_AB]: 'reachable',
      [AC]: 'reachable',
      'i-c1 10.0.2.5:443': 'reachable',
    },
  ],
  [
    'an interface endpoint answers the VPCs around, each client by its own address',
    { groups: { 'sg-b': { ingress: [{ protocol: 'tcp', ports: { from: 443, to: 443 }, peer: '10.0.0.0/16' }] } } },
    {
      'i-a1 10.1.1.100:443': 'reachable',
      'i-a2 10.1.2.100:443': 'reachable',
      'i-c1 10.1.1.100:443': 'sg-ingress',
      'i-b2 10.1.1.100:443': 'sg-ingress',
      'i-d1 10.1.1.100:443': 'route',
    },
  ],
  [
    'two tables: all reach b, and not each other',
    ISOLATED,
    {
      [AB]: 'reachable',
      [BA]: 'reachable',
      'i-c1 10.1.1.5:443': 'reachable',
      'i-b1 10.2.1.5:443': 'reachable',
      [AC]: 'transit-gateway',
      'i-c1 10.0.1.5:443': 'transit-gateway',
    },
  ],
  [
    'of two VPCs with one block the first that propagates is known',
    { attachments: { a: { propagates: [] } } },
    { 'i-d1 10.1.1.5:443': 'reachable', [AB]: 'route' },
  ],
  [
    'a VPC with the same block behind a table of its own',
    {
      attachments: {
        a: { propagates: ['tgw-rtb-1'] },
        b: { propagates: ['tgw-rtb-1'] },
        c: { associated: 'tgw-rtb-2', propagates: ['tgw-rtb-2'] },
        d: { associated: 'tgw-rtb-2', propagates: ['tgw-rtb-2'] },
      },
    },
    { [AB]: 'reachable', [BA]: 'reachable', 'i-d1 10.2.1.5:443': 'reachable', [AC]: 'transit-gateway' },
  ],
  [
    'a peered gateway, by static routes both ways; nothing is propagated to it',
    { peered: true },
    {
      [AB]: 'reachable',
      [AC]: 'reachable',
      'i-c1 10.0.1.5:443': 'reachable',
      'i-c1 udp 10.1.2.5:8080': 'reachable',
      'i-c1 10.1.1.100:443': 'reachable',
      'i-c2 10.0.1.5:443': 'transit-gateway',
    },
  ],
  [
    'no route to the peer, and none back',
    { peered: true, staticRoutes: { 'tgw-rtb-3': [{ cidr: '10.0.0.0/16', to: 'p' }] } },
    { [AC]: 'reachable', 'i-b1 10.2.1.5:443': 'transit-gateway', 'i-c1 10.1.1.5:443': 'transit-gateway' },
  ],
  [
    'what two peers lead to each other goes round',
    {
      peered: true,
      staticRoutes: { 'tgw-rtb-1': [{ cidr: '10.0.0.0/8', to: 'p' }], 'tgw-rtb-3': [{ cidr: '10.2.1.0/24', to: 'p' }] },
    },
    { [AC]: 'transit-gateway' },
  ],
  [
    'an attachment that is associated with no table',
    { attachments: { a: { associated: 'none' } } },
    { [AB]: 'transit-gateway', [BA]: 'transit-gateway', 'i-c1 10.1.1.5:443': 'reachable' },
  ],
  [
    'no way back in the other table',
    { attachments: { a: { propagates: ['tgw-rtb-2'] }, d: { propagates: [] } } },
    { [AB]: 'transit-gateway', [BA]: 'transit-gateway' },
  ],
  [
    'a blackhole of the gateway, more specific and of the same block',
    {
      staticRoutes: {
        'tgw-rtb-1': [
          { cidr: '10.1.1.0/24', to: 'blackhole' },
          { cidr: '10.2.0.0/16', to: 'blackhole' },
        ],
      },
    },
    { [AB]: 'transit-gateway', [UDP_AB]: 'reachable', [AC]: 'transit-gateway', 'i-c1 10.0.1.5:443': 'transit-gateway' },
  ],
  [
    'a static route before the propagated one of the same block',
    { staticRoutes: { 'tgw-rtb-1': [{ cidr: '10.0.0.0/16', to: 'd' }] } },
    { 'i-d1 10.1.1.5:443': 'reachable', [AB]: 'route', 'i-b1 10.0.1.5:443': 'reachable' },
  ],
  [
    'a static route to an attachment that is gone, and one that waits',
    {
      attachments: { b: { state: 'deleted' }, c: { state: 'pendingAcceptance' } },
      staticRoutes: { 'tgw-rtb-1': [{ cidr: '10.1.0.0/16', to: 'b' }] },
    },
    { [AB]: 'transit-gateway', [BA]: 'route', [AC]: 'transit-gateway', 'i-c1 10.0.1.5:443': 'route' },
  ],
  [
    'what leads back to where it came from, and what leads through a VPC to the next',
    { routes: { a1: [{ cidr: ALL, to: 'gateway' }] }, staticRoutes: { 'tgw-rtb-1': [{ cidr: ALL, to: 'a' }] } },
    { 'i-a1 203.0.113.9:443': 'transit-gateway', 'i-b1 10.2.1.5:443': 'reachable' },
  ],
  [
    'a VPC leads nothing on to the next',
    {
      attachments: { c: { propagates: [] } },
      routes: { b1: [{ cidr: ALL, to: 'gateway' }] },
      staticRoutes: { 'tgw-rtb-1': [{ cidr: ALL, to: 'b' }] },
    },
    { [AC]: 'route', 'i-a1 203.0.113.9:443': 'route' },
  ],
  [
    'zones without a subnet of the attachment are out of reach, both ways',
    {},
    {
      'i-c2 10.1.1.5:443': 'transit-gateway',
      'i-a1 10.2.2.5:443': 'transit-gateway',
      'i-a1 10.2.1.5:443': 'reachable',
    },
  ],
  ['no route there', { routes: { a1: [] } }, { [AB]: 'route', 'i-a2 10.1.1.5:443': 'reachable' }],
  ['no route back', { routes: { b1: [] } }, { [AB]: 'route', [UDP_AB]: 'reachable' }],
  [
    'the groups of both ends',
    { groups: { 'sg-b': { ingress: [UDP_CLOSED] }, 'sg-c': { egress: [] } } },
    { [AB]: 'reachable', 'i-a2 10.1.1.5:443': 'sg-ingress', [UDP_AB]: 'sg-ingress', 'i-c1 10.0.1.5:443': 'sg-egress' },
  ],
  [
    'nothing is asked of what enters the subnet of the attachment itself',
    { acls: { b1: { ingress: [] } } },
    { [AB]: 'nacl-in', [BA]: 'nacl-in', 'i-a1 10.1.2.5:443': 'reachable' },
  ],
  [
    'what comes from a zone enters in the same one, and the ACL there is asked where it goes on',
    { acls: { b1: { egress: [{ action: 'deny', cidr: '10.1.2.0/24' }] } } },
    { 'i-a1 10.1.2.5:443': 'nacl-out', 'i-a2 10.1.2.5:443': 'reachable', 'i-a2 10.1.1.5:443': 'nacl-out' },
  ],
  [
    'others leave by the NAT gateway of b, and by no gateway endpoint of it',
    {
      egress: true,
      routes: { a1: [{ cidr: ALL, to: 'gateway' }], a2: [{ cidr: ALL, to: 'gateway' }] },
      staticRoutes: { 'tgw-rtb-1': [{ cidr: ALL, to: 'b' }] },
    },
    {
      [SITE]: 'reachable',
      'i-b1 203.0.113.10:443': 'reachable',
      [AC]: 'reachable',
      'i-a1 52.216.0.9:443': 'route',
      'i-b1 52.216.0.9:443': 'reachable',
      'i-a2 203.0.113.10:443': 'route',
    },
  ],
  [
    'the ACL of the NAT gateway, and its way back',
    {
      egress: true,
      routes: { a1: [{ cidr: ALL, to: 'gateway' }], b2: [] },
      staticRoutes: { 'tgw-rtb-1': [{ cidr: ALL, to: 'b' }] },
    },
    { [SITE]: 'route' },
  ],
  [
    'the resolver of the other VPC answers nobody else',
    {},
    { 'i-a1 udp 10.1.0.2:53': 'target', 'i-a1 10.1.1.1:443': 'target' },
  ],
]

describeKernel('transit gateways', import.meta.url, () => {
  let world: RecordWorld

  beforeAll(async () => {
    world = await RecordWorld.open(await recordsOf(OPEN), INSTANCES)
  })

  afterAll(async () => {
    await world?.close()
  })

  test.each(ROWS)('%s', async (_, changes, expected) => {
    const ofIpv4 = Object.entries(expected)
    // NAT gateways have no twin.
    const twins = changes.egress ? [] : ofIpv4.map(([probe, stage]) => [mirrorProbe(probe), stage] as const)
    const wanted = [...ofIpv4, ...twins]
    await world.put(await recordsOf({ ...OPEN, ...changes }))
    const compared = await world.compare(wanted.map(([probe]) => parseProbe(probe)))
    const found = compared.map(({ probe, trace, packet }, index) => [
      wanted[index]?.[0] ?? JSON.stringify(probe),
      trace.blockers[0]?.stage ?? 'reachable',
      packet,
    ])
    const stages = wanted.map(([probe, stage]) => [probe, stage, stage === 'reachable' ? 'reachable' : 'stopped'])
    expect(found, compared.map(({ trace }) => formatTrace(trace)).join('\n')).toEqual(stages)
  })

  test("other accounts' parts show no more than their outcome", async () => {
    await world.put(await recordsOf({ ...OPEN, groups: { 'sg-b': { ingress: [] } } }))
    const seen = asSeenBy('111111111111', world.ask(parseProbe(AB)))
    expect(seen.blockers.map(({ by, why }) => `${by}: ${why}`)).toEqual([
      'tgw-1: tgw-1 does not answer tcp/443: ask its owner, 222222222222',
    ])
    expect(JSON.stringify(seen)).not.toMatch(/(eni|acl|rtb|subnet|sg|sgr)-b/)
    const guest = JSON.stringify(asSeenBy('222222222222', world.ask(parseProbe(BA))).steps)
    expect(guest).not.toMatch(/tgw-rtb|(eni|acl|rtb|subnet|sg|sgr)-a/)
  })

  test('what somebody deleted or added comes back as it was, and what is gone goes', async () => {
    const { driver } = world
    const run = boundedRun(1)
    const router = transitGatewayNamespace(world.world, 'tgw-1')
    await world.put(await recordsOf(OPEN))
    await ipBatch(run, ['link del tga-a', 'rule del pref 1000 iif tga-b'], router)
    expect(await driver.hasDrifted()).toBe(true)
    await world.put(await recordsOf(OPEN))
    expect(await driver.hasDrifted()).toBe(false)
    expect([await world.reaches(AB), await world.reaches(BA)]).toEqual([true, true])
    await run(['ip', 'netns', 'del', router])
    await world.put(await recordsOf(OPEN))
    expect(await world.reaches(AB)).toBe(true)
    await world.put(await recordsOf({ ...OPEN, attachments: { a: { state: 'deleted' } } }))
    expect(await run(['ip', '-n', router, '-o', 'link', 'show'])).not.toContain('tga-a')
    expect(await driver.hasDrifted()).toBe(false)
  })

  test('appliance mode takes each flow by one of the zones, and explain speaks of the worse', async () => {
    const shape: TransitShape = {
      ...OPEN,
      attachments: { b: { appliance: true } },
      acls: { b2: { egress: [{ action: 'deny', cidr: '10.1.1.5/32' }] } },
    }
    await world.put(await recordsOf(shape))
    expect(world.ask(parseProbe(AB)).blockers[0]?.by).toBe('acl-b2 rule 100')
    const flows = await world.compare(Array.from({ length: 40 }, () => parseProbe(AB)))
    expect(new Set(flows.map(({ packet }) => packet))).toEqual(new Set(['reachable', 'stopped']))
    await world.put(await recordsOf({ ...shape, attachments: {} }))
    expect(await world.reaches(AB)).toBe(true)
  })

  test('another driver of the same world finds the routers and leaves them', async () => {
    await world.put(await recordsOf(OPEN))
    const lines: string[] = []
    const run = boundedRun(4)
    const counting = new LinuxDriver({
      world: world.world,
      sandboxes: { boot: async () => undefined, halt: async () => undefined },
      run: (argv, input) => {
        lines.push(...(input ?? '').split('\n').filter((line) => /^(link|route|rule) (add|del|replace)/.test(line)))
        return run(argv, input)
      },
    })
    expect((await counting.apply(world.network)).failures).toEqual(new Map())
    expect(lines).toEqual([])
  })

  test(
    'random gateways are what explain says they are',
    async () => {
      const probes = INSTANCES.flatMap((from) =>
        [...HOSTS, ...HOSTS.map(mirrorHost)].flatMap((host) => [
          parseProbe(`${from} ${host}:443`),
          parseProbe(`${from} udp ${host}:8080`),
        ]),
      )
      const asked = { worlds: WORLDS, probes: probes.length }
      const reports = await compareWorlds('random transit gateways', transitShape, asked, async (shape) => {
        await world.put(await recordsOf(shape))
        return world.findDisagreements(probes)
      })
      expect(reports).toEqual([])
    },
    longestRun,
  )
})
