// Model against kernel for endpoint services and load balancers: what explain says of a packet must be what the packet does.
// Rows of what AWS documents first, then random services of one seed, and of many by `npm run differential` (long-mode.ts).
// Needs root; every namespace it uses it makes and removes. Address plan: compile/small-service.ts; the listener is 443 and the targets' port 8080.

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import type { Stage } from '../../src/compile/stages.ts'
import { explain } from '../../src/explain/explain.ts'
import { formatTrace } from '../../src/explain/format.ts'
import type { Trace } from '../../src/explain/trace.ts'
import { asSeenBy } from '../../src/explain/view.ts'
import { parseAddress } from '../../src/ip/address.ts'
import { TCP, UDP } from '../../src/ip/protocol.ts'
import { LinuxDriver } from '../../src/linux/linux-driver.ts'
import { instanceNamespace } from '../../src/linux/names.ts'
import type { InstanceId } from '../../src/store/records.ts'
import { PUBLIC_NLB } from './internet-facing-shape.ts'
import { mirrorHost, mirrorProbe } from './ipv6-mirror.ts'
import { goesOn, longestRun, Tally } from './long-mode.ts'
import { type AddressedProbe, Probers } from './probers.ts'
import { allow, any, OPEN, recordsOf, type ServiceShape, serviceShape, tcp } from './service-shape.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED test/kernel/service-differential.test.ts: network namespaces need root')

const SEED = 1
const WORLDS = 12
/** Milliseconds; a second, longer try comes before a packet that explain lets pass counts as lost. */
const TIMEOUT = 150
const SECOND_TIMEOUT = 2000

const CONSUMERS: readonly InstanceId[] = ['i-c1', 'i-c2']
const PROVIDERS: readonly InstanceId[] = ['i-p1', 'i-p2', 'i-p3']

interface Comparison {
  readonly probe: AddressedProbe
  readonly trace: Trace
  readonly packet: Trace['verdict']
}

/** The service and its consumer in the kernel, with a prober in each instance. */
class ServiceWorld {
  readonly #name = randomBytes(3).toString('hex')
  readonly #driver: LinuxDriver
  #network: Network = { vpcs: [], inhabited: [], publicZones: [] }
  #probers: Probers | undefined

  constructor() {
    const sandboxes = { boot: async () => undefined, halt: async () => undefined }
    this.#driver = new LinuxDriver({ world: this.#name, sandboxes })
  }

  async open(): Promise<void> {
    await this.#driver.start()
    await this.#put(OPEN)
    const ids = [...CONSUMERS, ...PROVIDERS]
    this.#probers = await Probers.open(new Map(ids.map((id) => [id, instanceNamespace(this.#name, id)])))
  }

  async close(): Promise<void> {
    await this.#probers?.close()
    await this.#driver.destroy()
  }

  /** Asks explain, and sends the packets. */
  async compare(shape: ServiceShape, probes: readonly AddressedProbe[]): Promise<Comparison[]> {
    await this.#put(shape)
    const traces = probes.map((probe) => this.#explain(probe))
    const reached = [...(await this.#send(probes, TIMEOUT))]
    const missed = [...probes.keys()].filter((index) => !reached[index] && traces[index]?.verdict === 'reachable')
    const again = await this.#send(
      missed.flatMap((index) => probes[index] ?? []),
      SECOND_TIMEOUT,
    )
    for (const [place, index] of missed.entries()) reached[index] = again[place] ?? false
    return probes.flatMap((probe, index) => {
      const trace = traces[index]
      return trace ? [{ probe, trace, packet: reached[index] ? 'reachable' : 'stopped' }] : []
    })
  }

  async #put(shape: ServiceShape): Promise<void> {
    this.#network = compile(await recordsOf(shape))
    const { failures } = await this.#driver.apply(this.#network)
    for (const error of failures.values()) throw error
  }

  async #send(probes: readonly AddressedProbe[], timeout: number): Promise<readonly boolean[]> {
    return this.#probers && probes.length > 0 ? this.#probers.probe(probes, timeout) : []
  }

  #explain({ from, host, protocol, port }: AddressedProbe): Trace {
    const address = parseAddress(host)
    const to = { ...(address ? { address } : { name: host }), port, protocol: protocol === 'tcp' ? TCP : UDP }
    return explain(this.#network, { from, to, now: '2026-01-01T00:00:00.000Z' })
  }
}

let world: ServiceWorld

beforeAll(async () => {
  if (!isRoot) return
  world = new ServiceWorld()
  await world.open()
})

afterAll(async () => {
  await world?.close()
})

function parseProbe(text: string): AddressedProbe {
  const match = /^(?<from>i-\w+) (?<udp>udp )?(?<host>[\w.:-]+):(?<port>\d+)$/.exec(text)
  const { from = '', udp, host = '', port } = match?.groups ?? {}
  return { from: from as InstanceId, host, protocol: udp ? 'udp' : 'tcp', port: Number(port) }
}

type Row = readonly [
  name: string,
  shape: Partial<ServiceShape>,
  expected: Readonly<Record<string, 'reachable' | Stage>>,
]

const EPHEMERAL = { from: 32_768, to: 60_999 }
const onlyB = { targets: [{ instance: 2, health: 'healthy' as const }], crossZone: true }
const onlyA = { targets: [{ instance: 1, health: 'healthy' as const }] }
const sick = [1, 2].map((instance) => ({ instance, health: 'unhealthy' as const }))
const A = 'i-c1 10.0.1.100:443'
const NODE = 'i-p3 10.0.1.50:443'

const ROWS: readonly Row[] = [
  [
    'everything is allowed',
    {},
    { [A]: 'reachable', 'i-c2 10.0.2.100:443': 'reachable', [NODE]: 'reachable', 'i-p1 10.0.2.50:443': 'reachable' },
  ],
  [
    'only the listener takes anything',
    {},
    { 'i-c1 10.0.1.100:80': 'listener', 'i-c1 udp 10.0.1.100:443': 'listener', 'i-p3 10.0.1.50:8080': 'listener' },
  ],
  ['datagrams', { protocol: 'UDP' }, { 'i-c1 udp 10.0.1.100:443': 'reachable', [A]: 'listener' }],
  ['both', { protocol: 'TCP_UDP' }, { 'i-c1 udp 10.0.1.100:443': 'reachable', [A]: 'reachable' }],
  ['a connection that waits', { state: 'pendingAcceptance' }, { [A]: 'endpoint-state', [NODE]: 'reachable' }],
  ['a connection that was rejected', { state: 'rejected' }, { [A]: 'endpoint-state' }],
  ['a zone without a node', { nodes: ['b'] }, { [A]: 'zone', 'i-c1 10.0.2.100:443': 'reachable', [NODE]: 'target' }],
  ['no target', { targets: [] }, { [A]: 'target-health', [NODE]: 'target-health' }],
  [
    'no target in the zone',
    { targets: onlyB.targets },
    { [A]: 'target-health', 'i-c1 10.0.2.100:443': 'reachable', [NODE]: 'target-health' },
  ],
  ['no target in the zone, across zones', onlyB, { [A]: 'reachable', [NODE]: 'reachable' }],
  ['no healthy target: it fails open', { targets: sick }, { [A]: 'reachable', [NODE]: 'reachable' }],
  [
    "the endpoint's group",
    { groups: { 'sg-e': { ingress: [tcp(443, '10.0.1.0/24')] } } },
    { [A]: 'reachable', 'i-c2 10.0.1.100:443': 'sg-ingress' },
  ],
  [
    "the load balancer's group, by the consumer's own address",
    { balancerGroup: { enforced: true }, groups: { 'sg-n': { ingress: [tcp(443, '10.0.1.5/32')] } } },
    { [A]: 'reachable', 'i-c2 10.0.1.100:443': 'sg-ingress', [NODE]: 'sg-ingress', 'i-p1 10.0.2.50:443': 'reachable' },
  ],
  [
    'and not where it is not enforced',
    { balancerGroup: { enforced: false }, groups: { 'sg-n': { ingress: [] } } },
    { [A]: 'reachable', [NODE]: 'sg-ingress' },
  ],
  [
    'a rule of it that names a group admits no consumer',
    { balancerGroup: { enforced: true }, groups: { 'sg-n': { ingress: [any('sg-p')] } } },
    { [A]: 'sg-ingress', [NODE]: 'reachable' },
  ],
  [
    'targets see the node',
    { groups: { 'sg-p': { ingress: [tcp(8080, '10.0.1.50/32')] } } },
    { [A]: 'reachable', [NODE]: 'reachable', 'i-c1 10.0.2.100:443': 'sg-ingress' },
  ],
  [
    "with preservation a client of the VPC, and never a consumer's",
    { preserve: true, groups: { 'sg-p': { ingress: [tcp(8080, '10.0.1.9/32')] } } },
    { [A]: 'sg-ingress', [NODE]: 'reachable' },
  ],
  [
    "a rule that names the load balancer's group",
    { balancerGroup: { enforced: false }, groups: { 'sg-p': { ingress: [any('sg-n')] } } },
    { [A]: 'reachable', [NODE]: 'reachable' },
  ],
  [
    'also with preservation',
    { preserve: true, balancerGroup: { enforced: false }, groups: { 'sg-p': { ingress: [any('sg-n')] } } },
    { [A]: 'reachable', [NODE]: 'reachable' },
  ],
  [
    "the ACL of the node's subnet towards another",
    { ...onlyB, acls: { pa: { egress: [] } } },
    { [A]: 'nacl-out', [NODE]: 'nacl-out' },
  ],
  [
    "the ACL of the target's subnet",
    { ...onlyB, acls: { pb: { ingress: [allow('10.0.1.50/32')] } } },
    { [A]: 'reachable', [NODE]: 'reachable' },
  ],
  [
    'which sees the client with preservation',
    { ...onlyB, preserve: true, acls: { pb: { ingress: [allow('10.0.1.50/32')] } } },
    { [A]: 'reachable', [NODE]: 'nacl-in' },
  ],
  [
    'replies between target and node',
    { ...onlyB, acls: { pa: { ingress: [] } } },
    { [A]: 'nacl-in', [NODE]: 'nacl-in' },
  ],
  [
    'to ephemeral ports',
    {
      ...onlyB,
      acls: { pa: { ingress: [allow('0.0.0.0/0', EPHEMERAL)] }, pb: { egress: [allow('0.0.0.0/0', EPHEMERAL)] } },
    },
    { [A]: 'reachable', [NODE]: 'reachable' },
  ],
  [
    'no ACL is asked within a subnet',
    { ...onlyA, acls: { pa: { ingress: [], egress: [] } } },
    { [A]: 'reachable', [NODE]: 'reachable' },
  ],
  [
    'a client in another subnet than the node',
    { acls: { pb: { ingress: [] } } },
    { 'i-p3 10.0.2.50:443': 'nacl-in', 'i-p2 10.0.2.50:443': 'reachable' },
  ],
  [
    'a route that leads the node elsewhere',
    { ...onlyB, routes: { pa: [{ cidr: '10.0.2.0/24', to: 3 }] } },
    { [A]: 'route' },
  ],
  ['a client that is the target, without preservation and with it', onlyA, { 'i-p1 10.0.1.50:443': 'reachable' }],
  ['with it', { ...onlyA, preserve: true }, { 'i-p1 10.0.1.50:443': 'target' }],
  [
    'a zone that is down',
    { failedZones: ['use1-az1'] },
    {
      [A]: 'reachable',
      'i-c1 10.0.2.100:443': 'zone',
      'i-c2 10.0.1.100:443': 'zone',
      'i-p3 10.0.2.50:443': 'zone',
      [NODE]: 'reachable',
    },
  ],
  [
    "an endpoint in the provider's own VPC",
    { ownEndpoint: true, preserve: true, groups: { 'sg-p': { ingress: [tcp(8080, '10.0.1.50/32'), tcp(443)] } } },
    { 'i-p3 10.0.1.101:443': 'reachable', 'i-p1 10.0.1.101:443': 'reachable', 'i-p3 10.0.2.101:443': 'sg-ingress' },
  ],
  [
    "a route of the consumer's that leads the endpoint's address elsewhere",
    { routes: { cb: [{ cidr: '10.0.1.0/24', to: 1 }] } },
    { 'i-c2 10.0.1.100:443': 'source-check', [A]: 'reachable' },
  ],
  [
    'internet-facing',
    { online: true },
    { 'i-c1 44.80.1.1:443': 'reachable', 'i-c2 44.80.1.2:443': 'reachable', 'i-p3 44.80.1.1:443': 'reachable' },
  ],
  [
    'internet-facing: who has no public address',
    { online: true },
    { 'i-p1 44.80.1.1:443': 'internet-gateway', 'i-c1 44.80.1.1:444': 'listener', [A]: 'reachable' },
  ],
  ['internet-facing: datagrams', { online: true, protocol: 'UDP' }, { 'i-c1 udp 44.80.1.1:443': 'reachable' }],
  [
    'internet-facing: targets see the client',
    { online: true, preserve: true, groups: { 'sg-p': { ingress: [tcp(8080, '44.80.0.1/32')] } } },
    { 'i-c1 44.80.1.1:443': 'reachable', 'i-c2 44.80.1.1:443': 'sg-ingress' },
  ],
  ['internet-facing: a zone is down', { online: true, failedZones: ['use1-az1'] }, { 'i-c1 44.80.1.2:443': 'zone' }],
  ['only the target in it', { ...onlyB, failedZones: ['use1-az1'] }, { [A]: 'zone', [NODE]: 'zone' }],
]

/** In a short run a few stand for all: both families have the same rules. Public addresses are IPv4's. */
const IN_BOTH = ROWS.filter(([, { online }]) => !online)
const TWINS = goesOn ? IN_BOTH : IN_BOTH.filter((_, index) => index % 4 === 0)

describe.skipIf(!isRoot)('what AWS documents of services', () => {
  it.each(ROWS)('%s', async (_, changes, expected) => {
    await holds(changes, expected)
  })

  it.each(TWINS)('in IPv6: %s', async (_, changes, expected) => {
    const twins = Object.entries(expected).map(([probe, stage]) => [mirrorProbe(probe), stage] as const)
    await holds({ ...changes, dualStack: 'ipv6' }, Object.fromEntries(twins))
  })

  async function holds(changes: Partial<ServiceShape>, expected: Row[2]): Promise<void> {
    const compared = await world.compare({ ...OPEN, ...changes }, Object.keys(expected).map(parseProbe))
    const found = compared.map(({ trace, packet }) => ({ explained: trace.blockers[0]?.stage ?? 'reachable', packet }))
    const wanted = Object.values(expected).map((stage) => ({
      explained: stage,
      packet: stage === 'reachable' ? 'reachable' : 'stopped',
    }))
    expect(found, compared.map(({ trace }) => formatTrace(trace)).join('\n')).toEqual(wanted)
  }
})

describe.skipIf(!isRoot)('random services', () => {
  it(
    'are what explain says they are',
    async () => {
      const tally = new Tally('random services')
      const reports: string[] = []
      for (const seed of tally.seeds(SEED)) {
        for (const [index, shape] of fc.sample(serviceShape, { seed, numRuns: WORLDS }).entries()) {
          const { probes, disagreements } = await findDisagreements(shape)
          tally.add(1, probes, disagreements.length)
          if (disagreements[0]) reports.push(await report(seed, index, shape, disagreements[0]))
          if (reports.length > 0 && !goesOn) break
        }
      }
      tally.close()
      if (reports.length > 0) throw new Error(reports.join('\n\n'))
    },
    longestRun,
  )
})

interface Found {
  /** How many were tried. */
  readonly probes: number
  readonly disagreements: readonly Comparison[]
}

async function findDisagreements(shape: ServiceShape): Promise<Found> {
  const compared = await world.compare(shape, probesOf(shape))
  for (const { trace } of compared) requireDiscretion(trace)
  const disagreements = compared.filter(({ trace, packet }) => trace.verdict !== packet && !isSpread(trace))
  return { probes: compared.length, disagreements }
}

/** The consumer is told the same verdict, and nothing of the provider's VPC. */
function requireDiscretion(trace: Trace): void {
  if (!CONSUMERS.some((id) => id === trace.question.from)) return
  const seen = asSeenBy('111111111111', trace)
  expect(seen.blockers.length > 0).toBe(trace.verdict === 'stopped')
  expect(JSON.stringify(seen)).not.toMatch(/(eni|acl|rtb|subnet|i)-[pn]|elasticloadbalancing/)
}

/** Some targets would take the flow and others not: which of them it meets is the hash's choice. */
function isSpread({ blockers }: Trace): boolean {
  return blockers.some(({ why }) => why.includes('targets that flows are spread over'))
}

/** What the router passes on by itself: connections of the targets' own family, and datagrams of any, which are lost in the
 * other. */
function probesOf(shape: ServiceShape): AddressedProbe[] {
  const own = familyProbes(shape)
  if (!shape.dualStack) return own
  const twins = own.map((probe) => ({ ...probe, host: mirrorHost(probe.host) }))
  const isDatagram = ({ protocol }: AddressedProbe) => protocol === 'udp'
  return shape.dualStack === 'ipv6' ? [...twins, ...own.filter(isDatagram)] : [...own, ...twins.filter(isDatagram)]
}

function familyProbes({ ownEndpoint, online }: ServiceShape): AddressedProbe[] {
  const traffic = [
    { protocol: 'tcp', port: 443 },
    { protocol: 'tcp', port: 8080 },
    { protocol: 'udp', port: 443 },
  ] as const
  const every = (from: readonly InstanceId[], hosts: readonly string[]) =>
    from.flatMap((id) => hosts.flatMap((host) => traffic.map((one) => ({ from: id, host, ...one }))))
  const own = ownEndpoint ? ['10.0.1.101', '10.0.2.101'] : []
  const publicly = online ? every([...CONSUMERS, 'i-p3'], PUBLIC_NLB) : []
  return [
    ...every(CONSUMERS, ['10.0.1.100', '10.0.2.100']),
    ...every(PROVIDERS, ['10.0.1.50', '10.0.2.50', ...own]),
    ...publicly,
  ]
}

/** Says where they disagree, and on the smallest service that still shows it. */
async function report(seed: number, index: number, shape: ServiceShape, first: Comparison): Promise<string> {
  const property = fc.asyncProperty(
    serviceShape,
    async (one) => (await findDisagreements(one)).disagreements.length === 0,
  )
  const shrunk = await fc.check(property, {
    seed,
    path: String(index),
    endOnFailure: false,
    interruptAfterTimeLimit: 40_000,
  })
  const smallest = shrunk.counterexample?.[0] ?? shape
  const [again = first] = (await findDisagreements(smallest)).disagreements
  const { probe, trace, packet } = again
  return [
    `a disagreement with seed ${seed}; the smallest service found:`,
    JSON.stringify(smallest),
    `${probe.from} to ${probe.protocol} ${probe.host}:${probe.port}: the packet is ${packet}, explain says`,
    formatTrace(trace),
  ].join('\n')
}
