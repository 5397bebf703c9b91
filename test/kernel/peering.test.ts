// Model against kernel for peering: what explain says of a packet must be what the packet does. Rows of what AWS documents
// first, then random VPCs of one seed; POSTERN_SEED=N tries another. Needs root; every namespace it uses it makes and removes.
// Address plan: compile/small-peering.ts.

import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import type { Stage } from '../../src/compile/stages.ts'
import { explain } from '../../src/explain/explain.ts'
import { formatTrace } from '../../src/explain/format.ts'
import type { Trace } from '../../src/explain/trace.ts'
import { asSeenBy } from '../../src/explain/view.ts'
import { parseAddress } from '../../src/ip/address.ts'
import { TCP, UDP } from '../../src/ip/protocol.ts'
import { ipBatch } from '../../src/linux/commands.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace, vpcNamespace } from '../../src/linux/names.ts'
import { boundedRun } from '../../src/linux/run.ts'
import type { InstanceId } from '../../src/store/records.ts'
import { mirrorHost, mirrorProbe } from './ipv6-mirror.ts'
import { compareWorlds, longestRun } from './long-mode.ts'
import { describeKernel } from './namespaced.ts'
import { OPEN, type PeeringShape, peeringShape, recordsOf } from './peering-shape.ts'
import { type AddressedProbe, Probers } from './probers.ts'

const WORLDS = 15
/** Milliseconds; a second, longer try comes before a packet that explain lets pass counts as lost. */
const TIMEOUT = 150
const SECOND_TIMEOUT = 2000

const INSTANCES = ['i-a1', 'i-a2', 'i-b1', 'i-b2', 'i-c1'] as const satisfies readonly InstanceId[]
const HOSTS = ['10.0.1.5', '10.0.2.5', '10.1.1.5', '10.1.2.5', '10.2.1.5', '10.1.1.100']

function parseProbe(text: string): AddressedProbe {
  const match = /^(?<from>i-\w+) (?<udp>udp )?(?<host>[\da-f.:]+):(?<port>\d+)$/.exec(text)
  const { from = '', udp, host = '', port } = match?.groups ?? {}
  return { from: from as InstanceId, host, protocol: udp ? 'udp' : 'tcp', port: Number(port) }
}

interface Comparison {
  readonly probe: AddressedProbe
  readonly trace: Trace
  readonly packet: Trace['verdict']
}

type Row = readonly [
  name: string,
  shape: Partial<PeeringShape>,
  expected: Readonly<Record<string, 'reachable' | Stage>>,
]

const AB = 'i-a1 10.1.1.5:443'
const BA = 'i-b1 10.0.1.5:443'
const UDP_AB = 'i-a1 udp 10.1.2.5:8080'
const AC = 'i-a1 10.2.1.5:443'
const EPHEMERAL = { from: 32_768, to: 60_999 }

const ROWS: readonly Row[] = [
  [
    'everything is allowed',
    {},
    { [AB]: 'reachable', [BA]: 'reachable', [UDP_AB]: 'reachable', 'i-c1 10.1.2.5:443': 'reachable' },
  ],
  [
    'an interface endpoint answers the peers of its VPC',
    {},
    { 'i-a1 10.1.1.100:443': 'reachable', 'i-c1 10.1.2.100:443': 'reachable', 'i-b2 10.1.1.100:443': 'reachable' },
  ],
  [
    'by its own group and ACL, and the route back of its subnet',
    {
      groups: { 'sg-b': { ingress: [{ protocol: 'tcp', ports: { from: 443, to: 443 }, peer: 'sg-a' }] } },
      acls: { b2: { ingress: [{ action: 'allow', cidr: '10.0.1.0/24' }] } },
      routes: { b1: [{ cidr: '10.0.1.0/24', to: 'pcx-ab' }] },
    },
    {
      'i-a1 10.1.1.100:443': 'reachable',
      'i-a2 10.1.1.100:443': 'route',
      'i-a2 10.1.2.100:443': 'nacl-in',
      'i-c1 10.1.2.100:443': 'nacl-in',
    },
  ],
  [
    'a private NAT gateway speaks for a subnet, to an interface endpoint as well',
    { nat: true, groups: { 'sg-b': { ingress: [{ protocol: 'any', peer: '10.0.2.200/32' }] } } },
    {
      [AB]: 'reachable',
      'i-a1 10.1.1.100:443': 'reachable',
      'i-a2 10.1.1.100:443': 'sg-ingress',
      [BA]: 'route',
    },
  ],
  [
    'which needs a way back to itself',
    { nat: true, routes: { b1: [{ cidr: '10.0.1.0/24', to: 'pcx-ab' }] } },
    { [AB]: 'route', 'i-a1 10.1.2.5:443': 'reachable', 'i-a1 10.1.1.100:443': 'route' },
  ],
  [
    'a group of another VPC that is associated with this one, and whom it means here',
    {
      lent: true,
      groups: {
        'sg-a': { ingress: [{ protocol: 'tcp', ports: { from: 443, to: 443 }, peer: '10.2.0.0/16' }] },
        'sg-b': { ingress: [{ protocol: 'any', peer: 'sg-a' }] },
      },
    },
    {
      'i-c1 10.1.2.5:443': 'reachable',
      'i-a1 10.1.2.5:443': 'sg-ingress',
      'i-b2 10.1.1.5:443': 'reachable',
      'i-c1 10.1.1.5:443': 'sg-ingress',
    },
  ],
  ['peering leads no further', {}, { [AC]: 'route', 'i-c1 10.0.1.5:443': 'route' }],
  ['the resolver of the peer answers nobody else', {}, { 'i-a1 udp 10.1.0.2:53': 'target' }],
  [
    'a connection that was deleted, and one that waits',
    { states: { 'pcx-ab': 'deleted', 'pcx-bc': 'pending-acceptance' } },
    { [AB]: 'route', 'i-c1 10.1.1.5:443': 'route', 'i-b1 10.1.2.5:443': 'reachable' },
  ],
  ['no route there', { routes: { a1: [] } }, { [AB]: 'route', 'i-a2 10.1.1.5:443': 'reachable' }],
  ['no route back', { routes: { b1: [] } }, { [AB]: 'route', [UDP_AB]: 'reachable' }],
  [
    "the default route leads to the peer's blocks only",
    { routes: { a1: [{ cidr: '0.0.0.0/0', to: 'pcx-ab' }] } },
    { [AB]: 'reachable', [AC]: 'route', 'i-a1 203.0.113.9:443': 'route' },
  ],
  [
    "the receiver's group",
    { groups: { 'sg-b': { ingress: [{ protocol: 'tcp', ports: { from: 443, to: 443 }, peer: '10.0.1.5/32' }] } } },
    { [AB]: 'reachable', 'i-a2 10.1.1.5:443': 'sg-ingress', [UDP_AB]: 'sg-ingress' },
  ],
  ["the sender's group", { groups: { 'sg-a': { egress: [] } } }, { [AB]: 'sg-egress', [BA]: 'reachable' }],
  [
    "a rule that names the peer's group",
    {
      groups: {
        'sg-b': { ingress: [{ protocol: 'any', peer: 'sg-a' }] },
        'sg-a': { egress: [{ protocol: 'any', peer: 'sg-b' }] },
      },
    },
    { [AB]: 'reachable', [BA]: 'reachable', 'i-c1 10.1.1.5:443': 'sg-ingress' },
  ],
  [
    'which admits nobody without the connection',
    {
      states: { ...OPEN.states, 'pcx-ab': 'deleted' },
      groups: { 'sg-b': { ingress: [{ protocol: 'any', peer: 'sg-a' }] } },
    },
    { [AB]: 'route', 'i-c1 10.1.1.5:443': 'sg-ingress' },
  ],
  ['the ACL of the subnet that it leaves', { acls: { a1: { egress: [] } } }, { [AB]: 'nacl-out' }],
  [
    'the ACL of the subnet that it enters',
    { acls: { b1: { ingress: [] } } },
    { [AB]: 'nacl-in', [UDP_AB]: 'reachable' },
  ],
  [
    'ACLs keep no state',
    { acls: { b1: { egress: [{ action: 'allow', cidr: '10.0.1.0/24', ports: EPHEMERAL }] }, a2: { ingress: [] } } },
    { [AB]: 'reachable', 'i-a2 10.1.1.5:443': 'nacl-out', [BA]: 'nacl-out' },
  ],
]

describeKernel('peering', import.meta.url, () => {
  const world = randomBytes(3).toString('hex')
  const sandboxes = { boot: async () => undefined, halt: async () => undefined }
  const driver = new LinuxDriver({ world, sandboxes })
  let network: Network
  let probers: Probers

  beforeAll(async () => {
    await driver.start()
    await put(OPEN)
    probers = await Probers.open(new Map(INSTANCES.map((id) => [id, instanceNamespace(world, id)])))
  })

  afterAll(async () => {
    await probers?.close()
    await driver.destroy()
  })

  async function put(shape: PeeringShape): Promise<void> {
    network = compile(await recordsOf(shape))
    expect((await driver.apply(network)).failures).toEqual(new Map())
  }

  function ask({ from, host, protocol, port }: AddressedProbe): Trace {
    const address = parseAddress(host)
    if (!address) throw new TypeError(`not an address: ${host}`)
    const to = { address, port, protocol: protocol === 'tcp' ? TCP : UDP }
    return explain(network, { from, to, now: '2026-01-01T00:00:00.000Z' })
  }

  async function compare(shape: PeeringShape, probes: readonly AddressedProbe[]): Promise<Comparison[]> {
    await put(shape)
    const traces = probes.map(ask)
    const reached = [...(await probers.probe(probes, TIMEOUT))]
    const missed = [...probes.keys()].filter((index) => !reached[index] && traces[index]?.verdict === 'reachable')
    const again = await probers.probe(
      missed.flatMap((index) => probes[index] ?? []),
      SECOND_TIMEOUT,
    )
    for (const [place, index] of missed.entries()) reached[index] = again[place] ?? false
    return probes.flatMap((probe, index) => {
      const trace = traces[index]
      return trace ? [{ probe, trace, packet: reached[index] ? 'reachable' : 'stopped' }] : []
    })
  }

  test.each(ROWS)('%s', async (_, changes, expected) => {
    const ofIpv4 = Object.entries(expected)
    // A NAT gateway carries IPv4 alone.
    const ofIpv6 = changes.nat ? [] : ofIpv4.map(([probe, stage]) => [mirrorProbe(probe), stage] as const)
    const wanted = [...ofIpv4, ...ofIpv6]
    const compared = await compare(
      { ...OPEN, ...changes },
      wanted.map(([probe]) => parseProbe(probe)),
    )
    const found = compared.map(({ trace, packet }) => [trace.blockers[0]?.stage ?? 'reachable', packet])
    const stages = wanted.map(([, stage]) => [stage, stage === 'reachable' ? 'reachable' : 'stopped'])
    expect(found, compared.map(({ trace }) => formatTrace(trace)).join('\n')).toEqual(stages)
  })

  test("another account's side shows no more than its outcome", async () => {
    await put({ ...OPEN, groups: { 'sg-b': { ingress: [] } } })
    const seen = asSeenBy('111111111111', ask(parseProbe(AB)))
    expect(seen.verdict).toBe('stopped')
    expect(seen.blockers.map(({ by, why }) => `${by}: ${why}`)).toEqual([
      'pcx-ab: pcx-ab does not answer tcp/443: ask its owner, 222222222222',
    ])
    expect(JSON.stringify(seen)).not.toMatch(/(eni|acl|rtb|subnet|sg|sgr)-b/)
  })

  test('a link that somebody deleted comes back, and one whose connection is gone goes', async () => {
    await put(OPEN)
    const router = vpcNamespace(world, 'vpc-a')
    const run = boundedRun(1)
    await ipBatch(run, ['link del pcx-ab'], router)
    expect(await driver.hasDrifted()).toBe(true)
    await put(OPEN)
    expect(await probers.probe([parseProbe(AB), parseProbe(BA)], SECOND_TIMEOUT)).toEqual([true, true])
    await put({ ...OPEN, states: { ...OPEN.states, 'pcx-ab': 'deleted' } })
    const links = await run(['ip', '-n', router, '-o', 'link', 'show'])
    expect(links).not.toContain('pcx-')
    expect(await driver.hasDrifted()).toBe(false)
  })

  test('another driver of the same world finds the links and leaves them', async () => {
    await put(OPEN)
    const lines: string[] = []
    const run = boundedRun(4)
    const counting = new LinuxDriver({
      world,
      sandboxes,
      run: (argv, input) => {
        lines.push(...(input ?? '').split('\n').filter((line) => /^(link|route) (add|del|replace)/.test(line)))
        return run(argv, input)
      },
    })
    expect((await counting.apply(network)).failures).toEqual(new Map())
    expect(lines).toEqual([])
  })

  test(
    'random VPCs are what explain says they are',
    async () => {
      const probes = INSTANCES.flatMap((from) =>
        [...HOSTS, ...HOSTS.map(mirrorHost)].flatMap((host) => [
          parseProbe(`${from} ${host}:443`),
          parseProbe(`${from} udp ${host}:8080`),
        ]),
      )
      const asked = { worlds: WORLDS, probes: probes.length }
      const reports = await compareWorlds('random peerings', peeringShape, asked, async (shape) => {
        const wrong = (await compare(shape, probes)).filter(({ trace, packet }) => trace.verdict !== packet)
        return wrong.map(({ probe, trace, packet }) => `${JSON.stringify(probe)} is ${packet}\n${formatTrace(trace)}`)
      })
      expect(reports).toEqual([])
    },
    longestRun,
  )
})
