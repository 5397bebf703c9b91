// Address plan: small-transit.ts.

import { expect, test } from 'vitest'
import { cidr } from '../ip/cidr.ts'
import type { Tx } from '../store/store.ts'
import { compile } from './compile.ts'
import { Compiler } from './compiler.ts'
import { insertEgress, transitStore } from './small-transit.ts'

const CHANGES: readonly (readonly [name: string, change: (tx: Tx) => void])[] = [
  [
    'a static route',
    (tx) => tx.transitGatewayRouteTables.update('tgw-rtb-1', { staticRoutes: [{ cidr: cidr('0.0.0.0/0') }] }),
  ],
  [
    'another association',
    (tx) => tx.transitGatewayAttachments.update('tgw-attach-a', { associatedRouteTableId: 'tgw-rtb-2' }),
  ],
  ['no propagation', (tx) => tx.transitGatewayAttachments.update('tgw-attach-b', { propagatesTo: [] })],
  [
    'a VPC with another block',
    (tx) => {
      const [block] = tx.vpcs.get('vpc-c')?.cidrBlocks ?? []
      if (block)
        tx.vpcs.update('vpc-c', { cidrBlocks: [block, { ...block, associationId: 'x', cidr: cidr('10.7.0.0/16') }] })
    },
  ],
  ['an instance that stops, a client elsewhere', (tx) => tx.instances.update('i-a1', { state: 'stopped' })],
  ['another table for a subnet that packets enter by', (tx) => insertEgress(tx)],
  ['a zone that is down', (tx) => tx.failedZones.insert({ id: 'use1-az6', since: '2026-01-01T00:00:00.000Z' })],
  ['an attachment that goes', (tx) => tx.transitGatewayAttachments.update('tgw-attach-c', { state: 'deleting' })],
  ['a gateway that goes', (tx) => tx.transitGateways.update('tgw-1', { state: 'deleting' })],
]

test.each(CHANGES)('%s: the compiler makes again what it has a part in', async (_, change) => {
  const store = await transitStore()
  const compiler = new Compiler(store.records)
  store.observe((one) => compiler.touch(one))
  const before = compiler.compile()
  store.transact((tx) => void change(tx))
  expect(compiler.compile()).toEqual(compile(store.records))
  expect(compiler.compile()).not.toEqual(before)
})

test("a group's rule of one VPC leaves the others and the gateway as they are", async () => {
  const store = await transitStore()
  const compiler = new Compiler(store.records)
  store.observe((one) => compiler.touch(one))
  const before = compiler.compile()
  store.transact((tx) => tx.securityGroupRules.delete('sgr-a-ingress'))
  const after = compiler.compile()
  expect(after.vpcs.map((vpc, index) => vpc === before.vpcs[index])).toEqual([false, true, true, true])
  expect(after.transitGateways?.[0]).toBe(before.transitGateways?.[0])
})

test('static routes come before propagated ones, the longest prefix first, and only of the first VPC with a block', async () => {
  const store = await transitStore()
  store.transact((tx) =>
    tx.transitGatewayRouteTables.update('tgw-rtb-1', {
      staticRoutes: [
        { cidr: cidr('10.1.0.0/16'), attachmentId: 'tgw-attach-c' },
        { cidr: cidr('10.0.0.0/8') },
        { cidr: cidr('10.2.1.0/24'), attachmentId: 'tgw-attach-gone' },
      ],
    }),
  )
  const [gateway] = compile(store.records).transitGateways ?? []
  expect(gateway?.routeTables[0]?.entries.map((entry) => `${entry.cidr} ${entry.attachmentId ?? 'blackhole'}`)).toEqual(
    [
      '10.2.1.0/24 blackhole',
      '10.0.0.0/16 tgw-attach-a',
      '10.1.0.0/16 tgw-attach-c',
      '10.2.0.0/16 tgw-attach-c',
      '10.0.0.0/8 blackhole',
    ],
  )
})
