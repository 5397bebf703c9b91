// Model against kernel: what explain says of a packet must be what the packet does. First the rows of what AWS's documents
// say, then random small VPCs, of one seed here and of many by `npm run differential` (long-mode.ts). Needs root; every
// namespace it uses it makes and removes.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { IPV6_METADATA, IPV6_RESOLVER } from '../../src/compile/backbone.ts'
import { DEFAULT_SITE, ipv6OfOutside } from '../../src/compile/internet.ts'
import { formatTrace } from '../../src/explain/format.ts'
import { type DifferentialRow, ROWS as DOCUMENTED } from './differential-rows.ts'
import { goesOn, longestRun, Tally } from './long-mode.ts'
import { TCP_PORTS, UDP_PORTS } from './probe.ts'
import type { AddressedProbe } from './probers.ts'
import { ROUTE_PRIORITIES } from './route-priority-rows.ts'
import { vpcShape } from './shape-arbitrary.ts'
import { type Comparison, SmallWorld } from './small-world.ts'
import {
  endpointAddress,
  endpointNameOf,
  instanceAddress,
  instanceIdOf,
  instanceIpv6Address,
  ipv6Address,
  publicAddress,
  type VpcShape,
} from './vpc-shape.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED test/kernel/differential.test.ts: network namespaces need root')

const ROWS = [...DOCUMENTED, ...ROUTE_PRIORITIES]

/** One in which every stage is somewhere the only one that stops a packet. */
const SEED = 5
const VPCS_AT_ONCE = 16
/** What they lead to depends on the VPC's endpoints. */
const NAMES = ['ssm.us-east-1.amazonaws.com', 's3.us-east-1.amazonaws.com', 'bucket.s3.us-east-1.amazonaws.com']

let world: SmallWorld

beforeAll(async () => {
  if (isRoot) world = await SmallWorld.open()
})

afterAll(async () => {
  await world?.close()
})

describe.skipIf(!isRoot)('what AWS documents', () => {
  let found: ReadonlyMap<DifferentialRow, Comparison>

  beforeAll(async () => {
    const shapes = [...new Set(ROWS.map((row) => row.shape))]
    await world.apply(shapes)
    const probes = ROWS.map((row) => parseProbe(shapes.indexOf(row.shape), row))
    const compared = await world.compare(probes)
    found = new Map(ROWS.flatMap((row, index) => (compared[index] ? [[row, compared[index]]] : [])))
  })

  it.each(ROWS)('$name', (row) => {
    const comparison = found.get(row)
    if (!comparison) throw new Error('the row was not tried')
    const { trace, packet } = comparison
    const explained = trace.blockers[0]?.stage ?? 'reachable'
    const verdict = row.expect === 'reachable' ? 'reachable' : 'stopped'
    expect({ explained, packet }, formatTrace(trace)).toEqual({ explained: row.expect, packet: verdict })
  })
})

function parseProbe(vpcIndex: number, { from, to }: DifferentialRow): AddressedProbe {
  const match = /^(?<udp>udp )?(?<host>[\w.-]+):(?<port>\d+)$/.exec(to)
  const { udp, host: spelled = '', port } = match?.groups ?? {}
  const shown = /^PUBLIC-(\d)$/.exec(spelled)?.[1]
  const host =
    spelled === 'OWN-NAME'
      ? endpointNameOf(vpcIndex, 0, 'ssm')
      : shown === undefined
        ? spelled
        : publicAddress(vpcIndex, Number(shown))
  return { from: instanceIdOf(vpcIndex, from), host, protocol: udp ? 'udp' : 'tcp', port: Number(port) }
}

describe.skipIf(!isRoot)('random VPCs', () => {
  it(
    'are what explain says they are',
    async () => {
      const tally = new Tally('random VPCs')
      const reports: string[] = []
      for (const seed of tally.seeds(SEED)) {
        const shapes = fc.sample(vpcShape, { seed, numRuns: VPCS_AT_ONCE })
        const { probes, disagreements } = await findDisagreements(shapes)
        tally.add(shapes.length, probes, disagreements.length)
        if (disagreements.length > 0) reports.push(await report(seed, shapes, disagreements))
        if (reports.length > 0 && !goesOn) break
      }
      tally.close()
      if (reports.length > 0) throw new Error(reports.join('\n\n'))
    },
    longestRun,
  )
})

interface Disagreement {
  readonly vpcIndex: number
  readonly probe: AddressedProbe
  readonly comparison: Comparison
}

interface Found {
  /** How many were tried. */
  readonly probes: number
  readonly disagreements: readonly Disagreement[]
}

async function findDisagreements(shapes: readonly VpcShape[]): Promise<Found> {
  await world.apply(shapes)
  const tried = shapes.flatMap((shape, vpcIndex) => probesOf(shape, vpcIndex).map((probe) => ({ vpcIndex, probe })))
  const compared = await world.compare(tried.map(({ probe }) => probe))
  const disagreements = tried.flatMap(({ vpcIndex, probe }, index) => {
    const comparison = compared[index]
    return comparison && comparison.trace.verdict !== comparison.packet ? [{ vpcIndex, probe, comparison }] : []
  })
  return { probes: tried.length, disagreements }
}

/** Every instance that runs to every place that could differ, on every port that a prober has. */
function probesOf(shape: VpcShape, vpcIndex: number): AddressedProbe[] {
  const hosts = [
    ...shape.instances.map((_, index) => instanceAddress(shape, index)),
    ...shape.interfaceEndpoints.flatMap((_, index) => [0, 1].map((subnet) => endpointAddress(subnet, index))),
    ...ipv6Hosts(shape, vpcIndex),
    ...[0, 1].flatMap((number) => [publicAddress(0, number), publicAddress(vpcIndex, number)]),
    ...[
      '203.0.113.10',
      '52.46.0.9',
      '10.0.1.99',
      '52.216.0.9',
      '52.217.0.9',
      '52.94.0.9',
      '198.51.100.1',
      '10.0.0.2',
      '169.254.169.254',
    ],
  ]
  const ports = [
    ...TCP_PORTS.map((port) => ({ protocol: 'tcp' as const, port })),
    ...UDP_PORTS.map((port) => ({ protocol: 'udp' as const, port })),
  ]
  return [...shape.instances.entries()]
    .filter(([, instance]) => instance.running)
    .flatMap(([index]) => {
      const from = instanceIdOf(vpcIndex, index)
      const names = NAMES.map((host) => ({ from, host, protocol: 'tcp' as const, port: 443 }))
      return [...hosts.flatMap((host) => ports.map((port) => ({ from, host, ...port }))), ...names]
    })
}

/** The first VPC of a world may have no IPv6, and then nobody has its addresses. */
function ipv6Hosts(shape: VpcShape, vpcIndex: number): string[] {
  if (!shape.ipv6) return []
  return [
    ...shape.instances.map((_, index) => instanceIpv6Address(shape, vpcIndex, index)),
    ...shape.interfaceEndpoints.flatMap((_, index) =>
      [0, 1].map((subnet) => ipv6Address(vpcIndex, subnet, 200 + index)),
    ),
    ...[0, 1].map((subnet) => ipv6Address(0, subnet, 10)),
    ipv6Address(vpcIndex, 0, 99),
    ipv6OfOutside(DEFAULT_SITE.address),
    IPV6_RESOLVER,
    IPV6_METADATA,
  ]
}

/** Says where they disagree, and on the smallest VPC that still shows it. */
async function report(seed: number, shapes: readonly VpcShape[], found: readonly Disagreement[]): Promise<string> {
  const first = found[0]!
  const path = String(first.vpcIndex)
  const property = fc.asyncProperty(
    vpcShape,
    async (shape) => (await findDisagreements([shape])).disagreements.length === 0,
  )
  const shrunk = await fc.check(property, { seed, path, endOnFailure: false, interruptAfterTimeLimit: 40_000 })
  const smallest = shrunk.counterexample?.[0] ?? shapes[first.vpcIndex]!
  const [again = first] = (await findDisagreements([smallest])).disagreements
  const { probe, comparison } = again
  return [
    `${found.length} disagreements with seed ${seed}; the smallest VPC found:`,
    JSON.stringify(smallest),
    `${probe.from} to ${probe.protocol} ${probe.host}:${probe.port}: the packet is ${comparison.packet}, explain says`,
    formatTrace(comparison.trace),
  ].join('\n')
}
