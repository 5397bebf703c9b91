// A customer's prefix list in the kernel: rules and routes that name it follow it from version to version, with nothing
// else changed. Needs root; every namespace it uses it makes and removes.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatTrace } from '../../src/explain/format.ts'
import { ALL_PROTOCOLS, TCP } from '../../src/ip/protocol.ts'
import { SmallWorld } from './small-world.ts'
import { instanceIdOf, type VpcShape } from './vpc-shape.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) console.warn('SKIPPED test/kernel/prefix-list.test.ts: network namespaces need root')

const ANY = { protocol: ALL_PROTOCOLS, peer: '0.0.0.0/0' } as const
const ALLOW = { protocol: ALL_PROTOCOLS, action: 'allow', cidr: '0.0.0.0/0' } as const

/** Instance 0 may speak to what the list has, and is in subnet 0 with instance 1; instance 2 is in subnet 1. Routes of
 * the list lead to instance 2, which forwards nothing. */
const SHAPE: VpcShape = {
  resolver: true,
  subnets: [
    { table: 0, acl: 0 },
    { table: 0, acl: 0 },
  ],
  tables: [[{ cidr: 'list', target: 2 }]],
  endpoints: [{ service: 's3', tables: [0] }],
  interfaceEndpoints: [],
  groups: [
    { ingress: [ANY], egress: [{ protocol: TCP, ports: { from: 80, to: 443 }, peer: 'list' }] },
    { ingress: [ANY], egress: [ANY] },
  ],
  acls: [{ ingress: [ALLOW], egress: [ALLOW] }],
  instances: [
    { subnet: 0, groups: [0], running: true, sourceDestCheck: true },
    { subnet: 0, groups: [1], running: true, sourceDestCheck: true },
    { subnet: 1, groups: [1], running: true, sourceDestCheck: true },
  ],
}

/** Blocks that overlap, one within the VPC's own, and one that is equal to another's of S3. */
const FIRST = ['10.0.1.0/24', '10.0.1.11/32']
const SECOND = [...FIRST, '10.0.2.0/25', '52.216.0.0/15']
/** `from`, `to`, and the stage that stops the packet with each version. */
const ROWS = [
  { name: 'an entry that stays', from: 0, to: '10.0.1.11', first: 'reachable', second: 'reachable' },
  { name: 'an entry that comes', from: 0, to: '10.0.2.12', first: 'sg-egress', second: 'reachable' },
  { name: 'a group without the list', from: 1, to: '10.0.2.12', first: 'reachable', second: 'reachable' },
  { name: 'a route that comes', from: 1, to: '52.216.0.9', first: 'reachable', second: 'source-check' },
  { name: 'beside that route', from: 1, to: '54.231.0.9', first: 'reachable', second: 'reachable' },
] as const

describe.skipIf(!isRoot)('a prefix list', () => {
  let world: SmallWorld

  beforeAll(async () => {
    world = await SmallWorld.open()
  })

  afterAll(async () => {
    await world?.close()
  })

  it.each(['first', 'second', 'restored'] as const)('in its %s version', async (version) => {
    const versions = { first: [FIRST], second: [FIRST, SECOND], restored: [FIRST, SECOND, FIRST] }
    await world.apply([{ ...SHAPE, list: versions[version] }])
    const probes = ROWS.map(({ from, to }) => ({
      from: instanceIdOf(0, from),
      host: to,
      protocol: 'tcp' as const,
      port: 443,
    }))
    const found = await world.compare(probes)
    for (const [index, row] of ROWS.entries()) {
      const expected = version === 'second' ? row.second : row.first
      const comparison = found[index]
      if (!comparison) throw new Error(`${row.name} was not tried`)
      const explained = comparison.trace.blockers[0]?.stage ?? 'reachable'
      const packet = expected === 'reachable' ? 'reachable' : 'stopped'
      expect({ explained, packet: comparison.packet }, `${row.name}\n${formatTrace(comparison.trace)}`).toEqual({
        explained: expected,
        packet,
      })
    }
  })
})
