// Which hosted zones a Network has, and that the Compiler keeps up with them.

import { beforeEach, expect, test } from 'vitest'
import { cidr } from '../ip/cidr.ts'
import { MemoryJournal } from '../store/journal.ts'
import type { Vpc } from '../store/records.ts'
import type { HostedZone } from '../store/route53-records.ts'
import { Store } from '../store/store.ts'
import { compile } from './compile.ts'
import { Compiler } from './compiler.ts'

const OWNER = '123456789012'
const MADE = '2026-01-02T03:04:05.678Z'

let store: Store
let compiler: Compiler
beforeEach(async () => {
  store = await Store.open(new MemoryJournal())
  compiler = new Compiler(store.records)
  store.observe((change) => compiler.touch(change))
})

function insertVpc(id: Vpc['id'], changes: Partial<Vpc> = {}): void {
  const vpc: Vpc = {
    id,
    owner: OWNER,
    region: 'us-east-1',
    tags: {},
    createdAt: MADE,
    cidrBlocks: [{ associationId: 'vpc-cidr-assoc-1', cidr: cidr('10.0.0.0/16') }],
    isDefault: false,
    instanceTenancy: 'default',
    enableDnsSupport: true,
    enableDnsHostnames: true,
    enableNetworkAddressUsageMetrics: false,
    dhcpOptionsId: 'dopt-1',
    ...changes,
  }
  const associations = [{ id: `rtbassoc-${id}`, main: true }]
  const table = { owner: OWNER, region: 'us-east-1', tags: {}, createdAt: MADE, vpcId: id, number: 1, routes: [] }
  store.transact((tx) => {
    tx.vpcs.insert(vpc)
    tx.routeTables.insert({ ...table, id: `rtb-${id}`, associations })
  })
}

function insertZone(id: string, name: string, changes: Partial<HostedZone> = {}): void {
  const zone: HostedZone = {
    id,
    owner: OWNER,
    name,
    callerReference: id,
    comment: '',
    isPrivate: true,
    nameServers: [],
    tags: {},
    createdAt: MADE,
    ...changes,
  }
  const ns = { id: `${id}/${name}/NS`, hostedZoneId: id, name, type: 'NS', ttl: 1, values: ['ns.test'] }
  store.transact((tx) => {
    tx.hostedZones.insert(zone)
    tx.resourceRecordSets.insert(ns)
  })
}

function associate(hostedZoneId: string, vpcId: Vpc['id']): void {
  const association = { id: `${hostedZoneId}/${vpcId}`, hostedZoneId, vpcId, region: 'us-east-1' }
  store.transact((tx) => tx.hostedZoneAssociations.insert(association))
}

/** `vpc-1 Z1 Z2, vpc-2, public Z3`, the same by both ways. */
function zones(): string {
  const network = compiler.compile()
  expect(network).toEqual(compile(store.records))
  const own = network.vpcs.map((vpc) => [vpc.id, ...vpc.privateZones.map(({ id }) => id)].join(' '))
  return [...own, ['public', ...network.publicZones.map(({ id }) => id)].join(' ')].join(', ')
}

test('private zones are in their VPCs, while these have both DNS attributes', () => {
  insertVpc('vpc-1')
  insertVpc('vpc-2')
  insertZone('Z2', 'b.test')
  insertZone('Z1', 'a.test')
  expect(zones()).toBe('vpc-1, vpc-2, public')
  associate('Z2', 'vpc-1')
  associate('Z1', 'vpc-1')
  associate('Z1', 'vpc-2')
  expect(zones()).toBe('vpc-1 Z1 Z2, vpc-2 Z1, public')
  store.transact((tx) => tx.vpcs.update('vpc-1', { enableDnsHostnames: false }))
  store.transact((tx) => tx.vpcs.update('vpc-2', { enableDnsSupport: false }))
  expect(zones()).toBe('vpc-1, vpc-2, public')
  store.transact((tx) => tx.vpcs.update('vpc-1', { enableDnsHostnames: true }))
  store.transact((tx) => tx.hostedZoneAssociations.delete('Z1/vpc-1'))
  expect(zones()).toBe('vpc-1 Z2, vpc-2, public')
  store.transact((tx) => tx.vpcs.delete('vpc-1'))
  expect(zones()).toBe('vpc-2, public')
})

test('of public zones of one name the oldest is asked', () => {
  insertZone('Z2', 'a.test', { isPrivate: false })
  insertZone('Z1', 'a.test', { isPrivate: false, createdAt: '2026-02-02T03:04:05.678Z' })
  insertZone('Z3', 'b.test', { isPrivate: false })
  expect(zones()).toBe('public Z2 Z3')
  store.transact((tx) => tx.hostedZones.delete('Z2'))
  expect(zones()).toBe('public Z1 Z3')
})

test('a record comes and goes with the zone that has it', () => {
  insertVpc('vpc-1')
  insertZone('Z1', 'a.test')
  insertZone('Z2', 'b.test', { isPrivate: false })
  associate('Z1', 'vpc-1')
  const values = (): unknown => {
    const network = compiler.compile()
    expect(network).toEqual(compile(store.records))
    const { vpcs, publicZones } = network
    return [...(vpcs[0]?.privateZones ?? []), ...publicZones].map(({ recordSets }) =>
      recordSets.map((one) => one.values),
    )
  }
  expect(values()).toEqual([[['ns.test']], [['ns.test']]])
  for (const id of ['Z1/a.test/NS', 'Z2/b.test/NS']) {
    store.transact((tx) => tx.resourceRecordSets.update(id, { values: ['other.test'] }))
  }
  expect(values()).toEqual([[['other.test']], [['other.test']]])
  for (const id of ['Z1/a.test/NS', 'Z2/b.test/NS']) store.transact((tx) => tx.resourceRecordSets.delete(id))
  expect(values()).toEqual([[], []])
})

test('a change that touches no zone leaves the public zones the same value', () => {
  insertZone('Z1', 'a.test', { isPrivate: false })
  const before = compiler.compile()
  insertVpc('vpc-1')
  expect(compiler.compile().publicZones).toBe(before.publicZones)
})
