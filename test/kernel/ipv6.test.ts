// Model against kernel for IPv6: what explain says of a packet must be what the packet does. Rows of what AWS documents,
// each in VPCs with both families. Random VPCs of both are in differential.test.ts. Needs root; every namespace it uses it
// makes and removes.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatTrace } from '../../src/explain/format.ts'
import { cidrBase } from '../../src/ip/cidr.ts'
import { IPV6_ROWS, type Ipv6Row } from './ipv6-rows.ts'
import type { AddressedProbe } from './probers.ts'
import { type Comparison, SmallWorld } from './small-world.ts'
import { instanceIdOf, ipv6Cidr, type VpcShape } from './vpc-shape.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED test/kernel/ipv6.test.ts: network namespaces need root')

describe.skipIf(!isRoot)('what AWS documents of IPv6', () => {
  let world: SmallWorld
  let found: ReadonlyMap<Ipv6Row, Comparison>

  beforeAll(async () => {
    world = await SmallWorld.open()
    const shapes = [...new Set(IPV6_ROWS.flatMap((row) => row.shapes))]
    await world.apply(shapes)
    const compared = await world.compare(IPV6_ROWS.map((row) => parseProbe(shapes, row)))
    found = new Map(IPV6_ROWS.flatMap((row, index) => (compared[index] ? [[row, compared[index]]] : [])))
  }, 60_000)

  afterAll(async () => {
    await world?.close()
  }, 60_000)

  it.each(IPV6_ROWS)('$name', (row) => {
    const comparison = found.get(row)
    if (!comparison) throw new Error('the row was not tried')
    const { trace, packet } = comparison
    const explained = trace.blockers[0]?.stage ?? 'reachable'
    const verdict = row.expect === 'reachable' ? 'reachable' : 'stopped'
    expect({ explained, packet }, formatTrace(trace)).toEqual({ explained: row.expect, packet: verdict })
  })
})

function parseProbe(shapes: readonly VpcShape[], { shapes: own, from, to }: Ipv6Row): AddressedProbe {
  const match = /^(?<udp>udp )?(?:(?<vpc>\d)\/)?(?<host>[\w.:]+):(?<port>\d+)$/.exec(to)
  const { udp, vpc = '1', host = '', port } = match?.groups ?? {}
  const placeOf = (number: number) => shapes.indexOf(own[number] ?? shapes[0]!)
  const address = host.startsWith('6') ? cidrBase(ipv6Cidr(placeOf(Number(vpc) - 1), host)) : host
  return { from: instanceIdOf(placeOf(0), from), host: address, protocol: udp ? 'udp' : 'tcp', port: Number(port) }
}
