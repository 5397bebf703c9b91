// What gateways learn of on-premises networks, and what these learn of AWS. Address plan: small-on-premises.ts.

import { beforeEach, expect, test } from 'vitest'
import { cidr } from '../ip/cidr.ts'
import type { Store } from '../store/store.ts'
import { compile } from './compile.ts'
import { Compiler } from './compiler.ts'
import { attach, insertOnPremises, onPremisesStore } from './small-on-premises.ts'

let store: Store

beforeEach(async () => {
  store = await onPremisesStore()
})

function gatewayOf(vpcId: string) {
  return compile(store.records).vpcs.find(({ id }) => id === vpcId)?.vpnGateway
}

function routesOf(name: string) {
  const found = compile(store.records).onPremises?.find((one) => one.name === name)
  return found?.routes.map(({ cidr: block, via }) => `${block} ${via}`)
}

/** `192.168.0.0/16 vpnGateway` */
function entriesOf(tableId: string) {
  const tables = compile(store.records).vpcs.flatMap(({ routeTables }) => routeTables)
  return tables.find(({ id }) => id === tableId)?.entries.map(({ cidr: block, nextHop }) => `${block} ${nextHop.kind}`)
}

test('a gateway knows whole networks by BGP, and of a static connection its routes alone', () => {
  expect(gatewayOf('vpc-b')?.routes).toEqual([
    { cidr: '172.20.0.0/17', name: 'branch', by: 'vpn-b' },
    { cidr: '192.168.0.0/16', name: 'hq', by: 'vgw-b' },
  ])
  expect(gatewayOf('vpc-c')?.routes).toEqual([{ cidr: '172.20.0.0/16', name: 'branch', by: 'vpn-c' }])
  expect(gatewayOf('vpc-b')?.networks.map(({ name }) => name)).toEqual(['branch', 'hq'])
  expect(gatewayOf('vpc-a')).toBeUndefined()
})

test('of one block Direct Connect comes before a static connection, and that before BGP', () => {
  store.transact((tx) => {
    tx.vpnConnections.update('vpn-b', { staticRoutes: [cidr('192.168.0.0/16')] })
    insertOnPremises(tx, 'third', '192.168.0.0/16', '192.168.9.9', 3)
    attach(tx, 'third', 'vpn-b')
  })
  expect(gatewayOf('vpc-b')?.routes).toEqual([{ cidr: '192.168.0.0/16', name: 'hq', by: 'vgw-b' }])
  store.transact((tx) => tx.onPremisesAttachments.delete('hq/vgw-b'))
  expect(gatewayOf('vpc-b')?.routes).toEqual([{ cidr: '192.168.0.0/16', name: 'branch', by: 'vpn-b' }])
})

test('a static route loses nothing to a propagated one, and what the VPC has is never led out of it', () => {
  store.transact((tx) => {
    const routes = tx.routeTables.get('rtb-b1')?.routes ?? []
    const route = {
      destination: { kind: 'cidr', cidr: cidr('192.168.0.0/16') },
      target: { kind: 'internetGateway', id: 'igw-b' },
    } as const
    tx.routeTables.update('rtb-b1', { routes: [...routes, route] })
    tx.vpnConnections.update('vpn-b', { staticRoutes: [cidr('10.1.2.0/24'), cidr('172.20.0.0/17')] })
  })
  expect(entriesOf('rtb-b1')).toEqual(
    expect.arrayContaining(['172.20.0.0/17 vpnGateway', '192.168.0.0/16 internetGateway']),
  )
  expect(entriesOf('rtb-b1')).not.toContain('192.168.0.0/16 vpnGateway')
  expect(entriesOf('rtb-b1')?.filter((entry) => entry.startsWith('10.1.2.'))).toEqual([])
  expect(entriesOf('rtb-b2')).toContain('192.168.0.0/16 vpnGateway')
  expect(entriesOf('rtb-c2')?.filter((entry) => entry.endsWith('vpnGateway'))).toEqual([])
})

test('a network learns the blocks of the VPCs that it is connected to', () => {
  expect(routesOf('hq')).toEqual(['10.1.0.0/16 vgw-b'])
  expect(routesOf('branch')).toEqual(['10.1.0.0/16 vgw-b', '10.2.0.0/16 vgw-c'])
})

test('a Direct Connect gateway leads to the VPCs of its gateways, and tells what its associations allow', () => {
  store.transact((tx) => {
    const association = { directConnectGatewayId: 'dx', owner: '222222222222', region: 'us-east-1' }
    tx.directConnectGatewayAssociations.insert({
      ...association,
      id: 'one',
      gatewayId: 'vgw-b',
      allowedPrefixes: [cidr('10.0.0.0/8')],
    })
    tx.directConnectGatewayAssociations.insert({
      ...association,
      id: 'two',
      gatewayId: 'vgw-c',
      allowedPrefixes: [cidr('10.2.1.0/24')],
    })
    insertOnPremises(tx, 'plant', '192.168.64.0/20', '192.168.64.9', 3)
    attach(tx, 'plant', 'dx')
  })
  expect(routesOf('plant')).toEqual(['10.1.0.0/16 vgw-b'])
  expect(gatewayOf('vpc-b')?.routes).toContainEqual({ cidr: '192.168.64.0/20', name: 'plant', by: 'dx' })
  expect(gatewayOf('vpc-c')?.networks.map(({ name }) => name)).toEqual(['branch', 'plant'])
})

test('what the compiler keeps is what compiling anew gives', () => {
  const compiler = new Compiler(store.records)
  store.observe((change) => compiler.touch(change))
  const changes = [
    () => store.transact((tx) => tx.onPremisesAttachments.delete('hq/vgw-b')),
    () => store.transact((tx) => attach(tx, 'hq', 'vgw-c')),
    () => store.transact((tx) => tx.vpnConnections.update('vpn-b', { staticRoutes: [cidr('172.20.8.0/24')] })),
    () => store.transact((tx) => tx.vpnGateways.update('vgw-b', { vpcId: undefined })),
    () => store.transact((tx) => tx.onPremisesNetworks.delete('hq')),
  ]
  for (const change of changes) {
    compiler.compile()
    change()
    expect(compiler.compile()).toEqual(compile(store.records))
  }
})
