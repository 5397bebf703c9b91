// Reachability Analyzer held against explain, over the rows that test/kernel/differential.test.ts holds against the kernel: a
// path is found exactly where explain says that the packet gets there. No packet moves here.
// Address plan: see test/kernel/vpc-shape.ts.

import { beforeAll, describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import type { Network } from '../../src/compile/network.ts'
import { explain } from '../../src/explain/explain.ts'
import { analysePath } from '../../src/explain/path-analysis/analyse-path.ts'
import type { PathRequest } from '../../src/explain/path-analysis/attempt.ts'
import type { Trace } from '../../src/explain/trace.ts'
import { type Address, addressFamily, parseAddress } from '../../src/ip/address.ts'
import { TCP, UDP } from '../../src/ip/protocol.ts'
import { type DifferentialRow, ROWS as DOCUMENTED } from '../kernel/differential-rows.ts'
import { ROUTE_PRIORITIES } from '../kernel/route-priority-rows.ts'
import { instanceIdOf, publicAddress, recordsOf } from '../kernel/vpc-shape.ts'

const NOW = '2026-01-01T00:00:00.000Z'

interface Asked {
  readonly row: DifferentialRow
  readonly vpcIndex: number
  readonly address: Address
  readonly protocol: number
  readonly port: number
}

const all = [...DOCUMENTED, ...ROUTE_PRIORITIES]
const shapes = [...new Set(all.map((row) => row.shape))]
const asked = all.flatMap((row): Asked[] => {
  const { udp, host = '', port } = /^(?<udp>udp )?(?<host>[\w.-]+):(?<port>\d+)$/.exec(row.to)?.groups ?? {}
  const vpcIndex = shapes.indexOf(row.shape)
  const shown = /^PUBLIC-(\d)$/.exec(host)?.[1]
  const address = shown === undefined ? parseAddress(host) : publicAddress(vpcIndex, Number(shown))
  // Names are not what a path leads to, and it is walked in IPv4.
  if (!address || addressFamily(address) !== 4) return []
  return [{ row, vpcIndex, address, protocol: udp ? UDP : TCP, port: Number(port) }]
})

let network: Network

beforeAll(async () => {
  network = compile(await recordsOf(shapes))
})

function explained({ row, vpcIndex, address, protocol, port }: Asked): Trace {
  return explain(network, { from: instanceIdOf(vpcIndex, row.from), to: { address, protocol, port }, now: NOW })
}

function pathOf({ row, vpcIndex, address, protocol, port }: Asked): PathRequest {
  const source = instanceIdOf(vpcIndex, row.from)
  const account = network.vpcs[0]?.owner ?? ''
  const ports = { from: port, to: port }
  return { source, destinationIp: address, protocol, ports, account, filterInArns: [], filterOutArns: [] }
}

test('most rows are asked', () => expect(asked.length).toBeGreaterThan(0.8 * all.length))

describe('a path to an address is found where explain says that the packet gets there', () => {
  test.each(asked)('$row.name', (one) => {
    const finding = analysePath(network, pathOf(one))
    const { verdict, blockers } = explained(one)
    expect({ found: finding.isFound, explanations: finding.explanations }).toMatchObject({
      found: verdict === 'reachable',
    })
    expect(finding.isFound).toBe(finding.explanations.length === 0)
    expect(finding.forward.length > 0).toBe(finding.isFound)
    expect(finding.explanations.length).toBeLessThanOrEqual(blockers.length || 1)
  })
})

describe('the same to the interface that has the address', () => {
  const placed = ({ vpcIndex, address }: Asked) =>
    network.vpcs
      .find(({ interfaces }) => interfaces.some(({ instanceId }) => instanceId === instanceIdOf(vpcIndex, 0)))
      ?.interfaces.find(({ addresses }) => addresses.includes(address))

  test('each', () => {
    const verdicts = asked.flatMap((one) => {
      const destination = placed(one)?.id
      if (destination === undefined) return []
      const finding = analysePath(network, { ...pathOf(one), destination })
      return [{ name: one.row.name, found: finding.isFound, expected: explained(one).verdict === 'reachable' }]
    })
    expect(verdicts.length).toBeGreaterThan(20)
    expect(verdicts.filter(({ found, expected }) => found !== expected)).toEqual([])
  })
})

describe('without a port a path is found when there is one', () => {
  test('each', () => {
    const ANY = { from: 0, to: 65_535 }
    const lost = asked.filter((one) => {
      const isAny = analysePath(network, { ...pathOf(one), ports: ANY }).isFound
      return explained(one).verdict === 'reachable' && !isAny
    })
    expect(lost.map(({ row }) => row.name)).toEqual([])
  })
})
