// What the compiler keeps and what it makes again. That its Network is always the one of the records is held by
// control/ec2/network.property.test.ts, with changes as calls make them. Addresses: VPC n is 10.n.0.0/16.

import { expect, test } from 'vitest'
import { cidr } from '../ip/cidr.ts'
import { ALL_PROTOCOLS } from '../ip/protocol.ts'
import { type Journal, MemoryJournal } from '../store/journal.ts'
import type { VpcId } from '../store/records.ts'
import { Store, type Tx } from '../store/store.ts'
import { compile } from './compile.ts'
import { Compiler } from './compiler.ts'

const owned = { owner: '123456789012', region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00.000Z' }

function insertVpc(tx: Tx, id: VpcId, number: number): void {
  tx.vpcs.insert({
    ...owned,
    id,
    cidrBlocks: [{ associationId: `vpc-cidr-assoc-${number}`, cidr: cidr(`10.${number}.0.0/16`) }],
    isDefault: false,
    instanceTenancy: 'default',
    enableDnsSupport: true,
    enableDnsHostnames: false,
    enableNetworkAddressUsageMetrics: false,
    dhcpOptionsId: 'dopt-1',
  })
  tx.routeTables.insert({
    ...owned,
    id: `rtb-${number}`,
    vpcId: id,
    number: 1,
    routes: [],
    associations: [{ id: `rtbassoc-${number}`, main: true }],
  })
  tx.securityGroups.insert({ ...owned, id: `sg-${number}`, vpcId: id, name: 'default', description: '' })
}

function insertRule(tx: Tx, group: number): void {
  tx.securityGroupRules.insert({
    ...owned,
    id: `sgr-${group}`,
    groupId: `sg-${group}`,
    direction: 'egress',
    protocol: ALL_PROTOCOLS,
    peer: { kind: 'cidr', cidr: cidr('0.0.0.0/0') },
  })
}

async function openTwoVpcs(journal: Journal = new MemoryJournal()) {
  const store = await Store.open(journal)
  // In the order that is not the Network's.
  store.transact((tx) => [2, 1].forEach((number) => void insertVpc(tx, `vpc-${number}`, number)))
  const compiler = new Compiler(store.records)
  store.observe((change) => compiler.touch(change))
  return { store, compiler }
}

test('nothing changed: the very same Network', async () => {
  const { store, compiler } = await openTwoVpcs()
  const network = compiler.compile()
  store.transact((tx) => tx.counters.insert({ id: 'some', value: 1 }))
  expect(compiler.compile()).toBe(network)
})

test('a rule of one VPC: the other VPC stays the very same value', async () => {
  const { store, compiler } = await openTwoVpcs()
  const before = compiler.compile()
  store.transact((tx) => insertRule(tx, 1))
  const after = compiler.compile()
  expect(after).toEqual(compile(store.records))
  expect(after.vpcs.map((vpc, index) => vpc === before.vpcs[index])).toEqual([false, true])
})

test('a VPC that comes, one that goes, and one whose record changes are in their places', async () => {
  const { store, compiler } = await openTwoVpcs()
  compiler.compile()
  store.transact((tx) => {
    insertVpc(tx, 'vpc-15', 15)
    tx.vpcs.delete('vpc-1')
    tx.vpcs.update('vpc-2', { enableDnsSupport: false })
  })
  expect(compiler.compile()).toEqual(compile(store.records))
  expect(compiler.compile().vpcs.map(({ id }) => id)).toEqual(['vpc-15', 'vpc-2'])
})

test('a change that the disk refused is taken back', async () => {
  const refusing = new MemoryJournal()
  const { store, compiler } = await openTwoVpcs(refusing)
  const before = compiler.compile()
  refusing.append = (_revision, _entries, done) => queueMicrotask(() => done(new Error('no space left on device')))
  const { durable } = store.transact((tx) => insertRule(tx, 1))
  expect(compiler.compile()).not.toEqual(before)
  await expect(durable).rejects.toThrow('no space left on device')
  expect(compiler.compile()).toEqual(before)
})
