// Model against kernel for on-premises networks: what explain says of a packet must be what the packet does. Rows of what AWS
// documents first, then random worlds of one seed; POSTERN_SEED=N tries another. Needs root; every namespace it uses it makes
// and removes. Address plan: compile/small-on-premises.ts.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { s3Address } from '../../src/compile/small-on-premises.ts'
import type { Stage } from '../../src/compile/stages.ts'
import { formatTrace } from '../../src/explain/format.ts'
import { ipBatch } from '../../src/linux/commands.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { onPremisesLink, onPremisesNamespace, vpcNamespace } from '../../src/linux/names.ts'
import { LINK_NEXT_HOP } from '../../src/linux/plan.ts'
import { boundedRun } from '../../src/linux/run.ts'
import { mirrorHost, mirrorProbe } from './ipv6-mirror.ts'
import { compareWorlds, longestRun } from './long-mode.ts'
import { describeKernel } from './namespaced.ts'
import { type OnPremisesShape, OPEN, onPremisesShape, recordsOf } from './on-premises-shape.ts'
import { parseProbe, RecordWorld } from './record-world.ts'

const WORLDS = 12

const GUESTS = ['onprem-hq', 'onprem-branch', 'onprem-plant', 'onprem-lab', 'i-a1', 'i-b1', 'i-b2', 'i-c1'] as const
const HOSTS = [
  '192.168.1.10',
  '172.20.0.10',
  '192.168.64.9',
  '172.30.0.10',
  '10.0.1.5',
  '10.1.1.5',
  '10.1.2.5',
  '10.2.1.5',
  '10.1.1.100',
  '10.1.2.100',
]

type Row = readonly [
  name: string,
  shape: Partial<OnPremisesShape>,
  expected: Readonly<Record<string, 'reachable' | Stage>>,
]

const IN = 'onprem-hq 10.1.1.5:443'
const OUT = 'i-b1 192.168.1.10:443'
const UDP_IN = 'onprem-hq udp 10.1.1.5:8080'
const DOOR = 'onprem-hq 10.1.1.100:443'
const BRANCH_IN = 'onprem-branch 10.1.1.5:443'
const EPHEMERAL = { from: 32_768, to: 60_999 }
const S3 = s3Address()

const ROWS: readonly Row[] = [
  [
    'both ways, and an interface endpoint answers',
    {},
    {
      [IN]: 'reachable',
      [OUT]: 'reachable',
      [UDP_IN]: 'reachable',
      [DOOR]: 'reachable',
      'onprem-hq 10.1.2.100:443': 'reachable',
      [BRANCH_IN]: 'reachable',
      'onprem-branch 10.2.1.5:443': 'reachable',
      'i-c1 172.20.0.10:443': 'reachable',
    },
  ],
  [
    'a gateway endpoint, a peer, the internet and the resolver are reached by no gateway',
    {},
    {
      [`onprem-hq ${S3}:443`]: 'vpn-gateway',
      [`i-b1 ${S3}:443`]: 'reachable',
      'onprem-hq 10.0.1.5:443': 'vpn-gateway',
      'onprem-hq 10.2.1.5:443': 'vpn-gateway',
      'onprem-hq 203.0.113.10:443': 'vpn-gateway',
      'onprem-hq udp 10.1.0.2:53': 'target',
      'i-a1 192.168.1.10:443': 'route',
      'onprem-hq 172.20.0.10:443': 'vpn-gateway',
    },
  ],
  [
    'peering leads to nothing behind a gateway',
    { routes: { b1: [{ cidr: '10.0.0.0/16', to: 'pcx-ab' }] } },
    { 'i-a1 10.1.1.5:443': 'reachable', 'i-a1 192.168.1.10:443': 'route' },
  ],
  [
    "the interface's group",
    { groups: { 'sg-b': { ingress: [{ protocol: 'tcp', ports: { from: 443, to: 443 }, peer: '192.168.1.10/32' }] } } },
    { [IN]: 'reachable', [UDP_IN]: 'sg-ingress', [BRANCH_IN]: 'sg-ingress', [DOOR]: 'reachable' },
  ],
  [
    "an endpoint's group and the ACL of its subnet",
    {
      groups: { 'sg-b': { ingress: [{ protocol: 'tcp', peer: '192.168.0.0/16' }] } },
      acls: { b2: { ingress: [{ action: 'deny', cidr: '192.168.1.10/32' }] } },
    },
    { [DOOR]: 'reachable', 'onprem-branch 10.1.1.100:443': 'sg-ingress', 'onprem-hq 10.1.2.100:443': 'nacl-in' },
  ],
  [
    'no route back',
    { propagating: [] },
    { [IN]: 'route', [OUT]: 'route', [DOOR]: 'route', [UDP_IN]: 'route', 'onprem-branch 10.2.1.5:443': 'reachable' },
  ],
  [
    'a static route of the user leads there as well, and another one of the block elsewhere',
    {
      propagating: ['b2'],
      routes: {
        b1: [{ cidr: '192.168.0.0/16', to: 'vgw-b' }],
        b2: [{ cidr: '192.168.1.0/24', to: 'hole' }],
      },
    },
    { [IN]: 'reachable', [OUT]: 'reachable', 'onprem-hq 10.1.2.5:443': 'route', 'i-b2 192.168.1.10:443': 'route' },
  ],
  [
    'a default route to the gateway leads to what it knows',
    { routes: { b1: [{ cidr: '0.0.0.0/0', to: 'vgw-b' }] }, propagating: [] },
    { [OUT]: 'reachable', 'i-b1 203.0.113.10:443': 'vpn-gateway', 'i-b1 10.2.1.5:443': 'vpn-gateway' },
  ],
  [
    'a VPN connection of a virtual private gateway carries no IPv6, Direct Connect beside it does',
    { ways: ['branch/vpn-b', 'branch/vpn-c', 'plant/dx'] },
    {
      [BRANCH_IN]: 'reachable',
      [mirrorProbe(BRANCH_IN)]: 'vpn-gateway',
      [mirrorProbe('i-c1 172.20.0.10:443')]: 'vpn-gateway',
      [mirrorProbe('onprem-plant 10.2.1.5:443')]: 'route',
      [mirrorProbe('onprem-plant 10.1.1.5:443')]: 'reachable',
    },
  ],
  [
    'of a static connection AWS knows its routes alone',
    { staticRoutes: ['172.20.128.0/17'], routes: { b1: [{ cidr: '172.20.0.0/16', to: 'vgw-b' }] } },
    { [BRANCH_IN]: 'vpn-gateway', 'i-b1 172.20.0.10:443': 'vpn-gateway', 'i-b1 172.20.200.1:443': 'target' },
  ],
  [
    'ACLs keep no state',
    { acls: { b1: { egress: [{ action: 'allow', cidr: '192.168.0.0/16', ports: EPHEMERAL }] } } },
    { [IN]: 'reachable', [OUT]: 'nacl-out', [BRANCH_IN]: 'nacl-out' },
  ],
  [
    'a gateway that is detached',
    { attached: { b: false, c: true } },
    { [IN]: 'vpn-gateway', [OUT]: 'route', [DOOR]: 'vpn-gateway', 'onprem-branch 10.2.1.5:443': 'reachable' },
  ],
  [
    'a VPN connection of a transit gateway leads to all that its table knows',
    {},
    {
      'onprem-lab 10.1.1.5:443': 'reachable',
      'onprem-lab 10.2.1.5:443': 'reachable',
      'i-b2 172.30.0.10:443': 'reachable',
      'i-c1 udp 172.30.0.10:8080': 'reachable',
      'onprem-lab 10.1.1.100:443': 'reachable',
      [`onprem-lab ${S3}:443`]: 'vpn-gateway',
      'onprem-lab 10.0.1.5:443': 'vpn-gateway',
      'i-b1 172.31.0.1:443': 'transit-gateway',
    },
  ],
  [
    'by the table of its attachment, and to who is told of it',
    { transit: { associated: ['b', 'c', 't'], propagates: ['b', 't'] }, routes: { b2: [] } },
    {
      'onprem-lab 10.1.1.5:443': 'reachable',
      'onprem-lab 10.2.1.5:443': 'vpn-gateway',
      'i-c1 172.30.0.10:443': 'vpn-gateway',
      'onprem-lab 10.1.2.5:443': 'route',
    },
  ],
  [
    'a connection that nobody is attached to',
    { ways: ['hq/vgw-b'] },
    { 'i-b1 172.30.0.10:443': 'transit-gateway', 'onprem-lab 10.1.1.5:443': 'vpn-gateway' },
  ],
  [
    'Direct Connect tells what is allowed of a transit gateway, whose table leads to the VPCs',
    {
      ways: ['plant/dx-t'],
      routes: { b1: [{ cidr: '192.168.64.0/20', to: 'tgw-1' }], c1: [{ cidr: '192.168.64.0/20', to: 'tgw-1' }] },
    },
    {
      'onprem-plant 10.1.1.5:443': 'reachable',
      'i-b1 192.168.64.9:443': 'reachable',
      'onprem-plant 10.2.1.5:443': 'reachable',
      'onprem-plant 10.1.1.100:443': 'reachable',
      'onprem-plant 10.1.2.5:443': 'route',
      'onprem-plant 10.0.1.5:443': 'vpn-gateway',
    },
  ],
  [
    'Direct Connect tells what is allowed of each VPC',
    { ways: ['plant/dx'], allowed: ['10.2.1.0/24'] },
    {
      'onprem-plant 10.1.1.5:443': 'reachable',
      'i-b2 192.168.64.9:443': 'reachable',
      'onprem-plant 10.2.1.5:443': 'vpn-gateway',
      [IN]: 'vpn-gateway',
    },
  ],
]

/** Direct Connect to a transit gateway, VPN connections of virtual private gateways, S3's endpoint, the resolver of the VPC and the internet carry IPv4 alone, or have
 * other addresses. */
const WITHOUT_TWIN = new RegExp(`branch|172\\.20\\.|${S3.replaceAll('.', '\\.')}|10\\.1\\.0\\.2:|203\\.0\\.113`)

describeKernel('on-premises networks', import.meta.url, () => {
  let world: RecordWorld

  beforeAll(async () => {
    world = await RecordWorld.open(await recordsOf(OPEN), GUESTS)
  }, 60_000)

  afterAll(async () => {
    await world?.close()
  }, 60_000)

  test.each(ROWS)('%s', async (_, changes, expected) => {
    const ofIpv4 = Object.entries(expected)
    const twins = ofIpv4
      .filter(([probe]) => !WITHOUT_TWIN.test(probe) && !changes.ways?.includes('plant/dx-t'))
      .map(([probe, stage]) => [mirrorProbe(probe), stage] as const)
    const wanted = [...ofIpv4, ...twins]
    await world.put(await recordsOf({ ...OPEN, ...changes }))
    const compared = await world.compare(wanted.map(([probe]) => parseProbe(probe)))
    const found = compared.map(({ trace, packet }, index) => [
      wanted[index]?.[0],
      trace.blockers[0]?.stage ?? 'reachable',
      packet,
    ])
    const stages = wanted.map(([probe, stage]) => [probe, stage, stage === 'reachable' ? 'reachable' : 'stopped'])
    expect(found, compared.map(({ trace }) => formatTrace(trace)).join('\n')).toEqual(stages)
  })

  test('explain says why a gateway endpoint does not answer', async () => {
    await world.put(await recordsOf(OPEN))
    const [step] = world.ask(parseProbe(`onprem-hq ${S3}:443`)).blockers
    expect(step?.why).toContain('vpce-s3 is a gateway endpoint')
  })

  test('a host that sends all that it has into a VPC gets no further than its blocks', async () => {
    await world.put(await recordsOf(OPEN))
    const host = onPremisesNamespace(world.world, 'hq')
    const line = `default via ${LINK_NEXT_HOP} dev vpc-b onlink metric 7 proto static`
    await ipBatch(boundedRun(1), [`route add ${line}`], host)
    const wrong = [
      `onprem-hq ${S3}:443`,
      'onprem-hq 10.0.1.5:443',
      'onprem-hq 172.20.0.10:443',
      'onprem-hq 203.0.113.10:80',
    ]
    for (const probe of wrong) expect([probe, await world.reaches(probe, 300)]).toEqual([probe, false])
    expect(await world.reaches(IN)).toBe(true)
    expect(await world.driver.hasDrifted()).toBe(true)
    await world.put(await recordsOf(OPEN))
    expect(await boundedRun(1)(['ip', '-n', host, 'route'])).not.toContain('metric 7')
  })

  test('what somebody deleted comes back, and what is gone goes', async () => {
    const { driver } = world
    const run = boundedRun(1)
    const host = onPremisesNamespace(world.world, 'hq')
    const router = vpcNamespace(world.world, 'vpc-b')
    await world.put(await recordsOf(OPEN))
    await ipBatch(run, [`link del ${onPremisesLink('hq')}`], router)
    expect(await driver.hasDrifted()).toBe(true)
    await world.put(await recordsOf(OPEN))
    expect([await world.reaches(IN), await world.reaches(OUT)]).toEqual([true, true])
    await ipBatch(run, ['route del 10.1.0.0/16'], host)
    expect(await driver.hasDrifted()).toBe(true)
    await world.put(await recordsOf(OPEN))
    expect(await world.reaches(IN)).toBe(true)
    await world.put(await recordsOf({ ...OPEN, ways: ['branch/vpn-c'] }))
    expect(await run(['ip', '-n', router, '-o', 'link', 'show'])).not.toContain('op-')
    expect(await driver.hasDrifted()).toBe(false)
  })

  test('a subnet of IPv6 alone is reached by IPv6 from wherever the rest of its VPC is', async () => {
    await world.put(await recordsOf({ ...OPEN, ipv6Only: ['b1'] }))
    const [own, other] = [mirrorHost('10.1.1.5'), mirrorHost('10.1.2.5')]
    const wanted: Readonly<Record<string, 'reachable' | Stage>> = {
      [`i-b1 ${other}:443`]: 'reachable',
      [`i-b2 ${own}:443`]: 'reachable',
      [`i-b2 udp ${own}:8080`]: 'reachable',
      [`i-a1 ${own}:443`]: 'reachable',
      [`i-b1 ${mirrorHost('10.0.1.5')}:443`]: 'reachable',
      [`onprem-hq ${own}:443`]: 'reachable',
      [`i-b1 ${mirrorHost('192.168.1.10')}:443`]: 'reachable',
      [`i-b1 ${mirrorHost('10.1.2.100')}:443`]: 'reachable',
      'i-b1 10.1.2.5:443': 'source-check',
      'i-b2 10.1.1.5:443': 'target',
      'i-a1 10.1.1.5:443': 'target',
      'i-a1 10.1.2.5:443': 'reachable',
    }
    const compared = await world.compare(Object.keys(wanted).map(parseProbe))
    const found = compared.map(({ trace, packet }) => [trace.blockers[0]?.stage ?? 'reachable', packet])
    const stages = Object.values(wanted).map((stage) => [stage, stage === 'reachable' ? 'reachable' : 'stopped'])
    expect(found, compared.map(({ trace }) => formatTrace(trace)).join('\n')).toEqual(stages)
    expect(await world.driver.hasDrifted()).toBe(false)
  })

  test('another driver of the same world finds the hosts and leaves them', async () => {
    await world.put(await recordsOf(OPEN))
    const lines: string[] = []
    const run = boundedRun(4)
    const counting = new LinuxDriver({
      world: world.world,
      sandboxes: { boot: async () => undefined, halt: async () => undefined },
      run: (argv, input) => {
        lines.push(
          ...(input ?? '').split('\n').filter((line) => /^(link|route|rule|netns) (add|del|replace)/.test(line)),
        )
        return run(argv, input)
      },
    })
    expect((await counting.apply(world.network)).failures).toEqual(new Map())
    expect(lines).toEqual([])
  })

  test(
    'random networks are what explain says they are',
    async () => {
      const probes = GUESTS.flatMap((from) =>
        HOSTS.flatMap((host) => [
          parseProbe(`${from} ${host}:443`),
          parseProbe(`${from} udp ${host}:8080`),
          parseProbe(`${from} ${mirrorHost(host)}:443`),
        ]),
      )
      const asked = { worlds: WORLDS, probes: probes.length }
      const reports = await compareWorlds('random on-premises networks', onPremisesShape, asked, async (shape) => {
        await world.put(await recordsOf(shape))
        return world.findDisagreements(probes)
      })
      expect(reports).toEqual([])
    },
    longestRun,
  )
})
