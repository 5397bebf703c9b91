// Virtual private gateways, customer gateways and VPN connections, and what route tables make of them.
// Address plan: vpc 10.0.0.0/16.

import { beforeEach, expect, test } from 'vitest'
import { createTags, describeTags } from '../request/tag-operations.ts'
import { CALLER, callerOf, contents, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createRoute, deleteRoute } from '../route/route.ts'
import { createRouteTable, deleteRouteTable, describeRouteTables } from '../route/route-table.ts'
import { describeTransitGatewayAttachments } from '../transit-gateway/attachment.ts'
import { finishTransitChanges, passingTransitRecords } from '../transit-gateway/lifecycle.ts'
import { createTransitGateway } from '../transit-gateway/transit-gateway.ts'
import { createVpc, deleteVpc } from '../vpc/vpc.ts'
import { createCustomerGateway, deleteCustomerGateway, describeCustomerGateways } from './customer-gateway.ts'
import {
  createVpnConnection,
  createVpnConnectionRoute,
  deleteVpnConnection,
  deleteVpnConnectionRoute,
  describeVpnConnections,
  modifyVpnConnection,
  modifyVpnConnectionOptions,
  modifyVpnTunnelOptions,
} from './vpn-connection.ts'
import {
  attachVpnGateway,
  createVpnGateway,
  deleteVpnGateway,
  describeVpnGateways,
  detachVpnGateway,
  disableVgwRoutePropagation,
  enableVgwRoutePropagation,
} from './vpn-gateway.ts'

let world: World
let VpcId: string
let RouteTableId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  RouteTableId = world.write(createRouteTable, { VpcId }).RouteTable?.RouteTableId ?? ''
})

function makeGateway(): string {
  return world.write(createVpnGateway, { Type: 'ipsec.1' }).VpnGateway?.VpnGatewayId ?? ''
}

function makeCustomer(IpAddress = '203.0.113.7'): string {
  const input = { Type: 'ipsec.1', IpAddress, BgpAsn: 65_010 } as const
  return world.write(createCustomerGateway, input).CustomerGateway?.CustomerGatewayId ?? ''
}

function makeConnection(VpnGatewayId: string | undefined, StaticRoutesOnly = true): string {
  const input = { Type: 'ipsec.1', CustomerGatewayId: makeCustomer(), VpnGatewayId, Options: { StaticRoutesOnly } }
  return world.write(createVpnConnection, input).VpnConnection?.VpnConnectionId ?? ''
}

function connection(id: string) {
  return world.read(describeVpnConnections, { VpnConnectionIds: [id] }).VpnConnections?.[0]
}

function table() {
  return world.read(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables?.[0]
}

/** `192.168.0.0/16 vgw-… EnableVgwRoutePropagation active` */
function routes(): string[] {
  return (table()?.Routes ?? []).map((one) =>
    [one.DestinationCidrBlock, one.GatewayId, one.Origin, one.State].join(' '),
  )
}

test('a gateway from made to deleted, which can be seen for an hour more', () => {
  const VpnGatewayId = makeGateway()
  const read = (caller = CALLER) =>
    world.read(describeVpnGateways, { VpnGatewayIds: [VpnGatewayId] }, caller).VpnGateways?.[0]
  expect(read()).toEqual({
    VpnGatewayId,
    State: 'available',
    Type: 'ipsec.1',
    AmazonSideAsn: 64_512,
    VpcAttachments: [],
    Tags: [],
  })
  refusal(() => read(STRANGER), 'InvalidVpnGatewayID.NotFound')
  expect(world.write(attachVpnGateway, { VpnGatewayId, VpcId }).VpcAttachment?.State).toBe('attaching')
  expect(read()?.VpcAttachments).toEqual([{ State: 'attached', VpcId }])
  const byVpc = { Filters: [{ Name: 'attachment.vpc-id', Values: [VpcId] }] }
  expect(world.read(describeVpnGateways, byVpc).VpnGateways).toHaveLength(1)
  expect(refusal(() => world.write(deleteVpnGateway, { VpnGatewayId }), 'IncorrectState')).toContain(VpcId)
  refusal(() => world.write(deleteVpc, { VpcId }), 'DependencyViolation')
  world.write(detachVpnGateway, { VpnGatewayId, VpcId })
  const [gone, code] = ['vpc-0123456789abcdef0', 'InvalidVpnGatewayAttachment.NotFound']
  for (const other of [VpcId, gone]) {
    refusal(() => world.write(detachVpnGateway, { VpnGatewayId, VpcId: other }), code)
  }
  world.write(deleteVpnGateway, { VpnGatewayId })
  expect(read()?.State).toBe('deleted')
  refusal(() => world.write(attachVpnGateway, { VpnGatewayId, VpcId }), 'InvalidVpnGatewayID.NotFound')
  const later = { ...CALLER, now: new Date(CALLER.now.getTime() + 3_600_000) }
  expect(read(later)).toBeUndefined()
})

test('a gateway has one VPC, and a VPC one gateway', () => {
  const [first, second] = [makeGateway(), makeGateway()]
  const other = world.write(createVpc, { CidrBlock: '10.1.0.0/16' }).Vpc?.VpcId ?? ''
  world.write(attachVpnGateway, { VpnGatewayId: first, VpcId })
  world.write(attachVpnGateway, { VpnGatewayId: first, VpcId })
  const code = 'VpnGatewayAttachmentLimitExceeded'
  refusal(() => world.write(attachVpnGateway, { VpnGatewayId: first, VpcId: other }), code)
  expect(refusal(() => world.write(attachVpnGateway, { VpnGatewayId: second, VpcId }), code)).toContain(first)
})

test('what no gateway can be', () => {
  const create = (more: object) => () => world.write(createVpnGateway, { Type: 'ipsec.1', ...more })
  refusal(create({ AmazonSideAsn: 100 }), 'InvalidParameterValue')
  refusal(create({ Type: 'ipsec.2' }), 'InvalidParameterValue')
  refusal(create({ AvailabilityZone: 'eu-west-1a' }), 'InvalidParameterValue')
  for (let number = 0; number < 5; number++) makeGateway()
  refusal(create({}), 'VpnGatewayLimitExceeded')
  const eu = callerOf(CALLER.account, 'eu-west-1')
  world.write(createVpnGateway, { Type: 'ipsec.1', AmazonSideAsn: 4_200_000_000 }, eu)
})

test('a customer gateway is made once for the same device', () => {
  const id = makeCustomer()
  expect(makeCustomer()).toBe(id)
  expect(makeCustomer('203.0.113.8')).not.toBe(id)
  const found = { Filters: [{ Name: 'bgp-asn', Values: ['65010'] }] }
  expect(world.read(describeCustomerGateways, found).CustomerGateways).toHaveLength(2)
  const create = (more: object) => () => world.write(createCustomerGateway, { Type: 'ipsec.1', ...more })
  refusal(create({}), 'MissingParameter')
  refusal(create({ IpAddress: '203.0.113' }), 'InvalidParameterValue')
  refusal(create({ IpAddress: '203.0.113.9', BgpAsn: -1 }), 'InvalidParameterValue')
  const VpnConnectionId = makeConnection(undefined)
  expect(refusal(() => world.write(deleteCustomerGateway, { CustomerGatewayId: id }), 'IncorrectState')).toContain(
    VpnConnectionId,
  )
  world.write(deleteVpnConnection, { VpnConnectionId })
  world.write(deleteCustomerGateway, { CustomerGatewayId: id })
  const [deleted] = world.read(describeCustomerGateways, { CustomerGatewayIds: [id] }).CustomerGateways ?? []
  expect(deleted?.State).toBe('deleted')
})

test('a connection has two tunnels, filled in, and a configuration for the device', () => {
  const VpnGatewayId = makeGateway()
  const input = {
    Type: 'ipsec.1',
    CustomerGatewayId: makeCustomer(),
    VpnGatewayId,
    Options: { TunnelOptions: [{ TunnelInsideCidr: '169.254.10.0/30', PreSharedKey: 'mine_and_secret' }] },
  }
  const made = world.write(createVpnConnection, input).VpnConnection
  expect(made?.State).toBe('pending')
  const read = connection(made?.VpnConnectionId ?? '')
  expect(read).toMatchObject({ State: 'available', Category: 'VPN', VpnGatewayId, Routes: [] })
  expect(read?.Options).toMatchObject({ StaticRoutesOnly: false, RemoteIpv4NetworkCidr: '0.0.0.0/0' })
  const [first, second] = read?.Options?.TunnelOptions ?? []
  expect(first).toMatchObject({ TunnelInsideCidr: '169.254.10.0/30', PreSharedKey: 'mine_and_secret' })
  expect(second?.TunnelInsideCidr).toMatch(/^169\.254\.\d+\.\d+\/30$/)
  expect(second?.PreSharedKey).toMatch(/^[A-Za-z0-9._]{32}$/)
  expect(first?.OutsideIpAddress).not.toBe(second?.OutsideIpAddress)
  expect(read?.VgwTelemetry?.map(({ Status }) => Status)).toEqual(['DOWN', 'DOWN'])
  const xml = read?.CustomerGatewayConfiguration ?? ''
  for (const text of ['<asn>65010</asn>', '<asn>64512</asn>', '169.254.10.2', 'mine_and_secret', '203.0.113.7']) {
    expect(xml).toContain(text)
  }
})

test('tunnels that cannot be', () => {
  const create = (...TunnelOptions: object[]) => {
    const input = { Type: 'ipsec.1', CustomerGatewayId: makeCustomer(), Options: { TunnelOptions } }
    return () => world.write(createVpnConnection, input)
  }
  refusal(create({ TunnelInsideCidr: '10.0.0.0/30' }), 'InvalidParameterValue')
  refusal(create({ TunnelInsideCidr: '169.254.169.252/30' }), 'InvalidParameterValue')
  refusal(create({ PreSharedKey: '0starts_with_zero' }), 'InvalidParameterValue')
  refusal(create({ Phase1LifetimeSeconds: 10 }), 'InvalidParameterValue')
  refusal(create({ IKEVersions: [{ Value: 'ikev3' }] }), 'InvalidParameterValue')
  refusal(create({}, {}, {}), 'InvalidParameterValue')
  const same = { TunnelInsideCidr: '169.254.10.0/30' }
  refusal(create(same, same), 'InvalidParameterCombination')
  expect(world.read(describeVpnConnections, {}).VpnConnections).toEqual([])
})

test('a connection is changed: its gateway, its networks, a tunnel', () => {
  const [one, other] = [makeGateway(), makeGateway()]
  const VpnConnectionId = makeConnection(one)
  world.write(attachVpnGateway, { VpnGatewayId: one, VpcId })
  world.write(createVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock: '192.168.0.0/16' })
  world.write(modifyVpnConnection, { VpnConnectionId, VpnGatewayId: other })
  world.write(modifyVpnConnectionOptions, { VpnConnectionId, LocalIpv4NetworkCidr: '192.168.0.0/16' })
  const outside = connection(VpnConnectionId)?.Options?.TunnelOptions?.[1]?.OutsideIpAddress
  world.write(modifyVpnTunnelOptions, {
    VpnConnectionId,
    VpnTunnelOutsideIpAddress: outside,
    TunnelOptions: { DPDTimeoutSeconds: 60, StartupAction: 'start' },
  })
  const read = connection(VpnConnectionId)
  expect(read).toMatchObject({ VpnGatewayId: other, Options: { LocalIpv4NetworkCidr: '192.168.0.0/16' } })
  expect(read?.Options?.TunnelOptions?.[1]).toMatchObject({ DpdTimeoutSeconds: 60, StartupAction: 'start' })
  refusal(() => world.write(modifyVpnConnection, { VpnConnectionId }), 'MissingParameter')
  const strange = { VpnConnectionId, VpnTunnelOutsideIpAddress: '198.51.100.1', TunnelOptions: {} }
  refusal(() => world.write(modifyVpnTunnelOptions, strange), 'InvalidParameterValue')
  world.write(detachVpnGateway, { VpnGatewayId: one, VpcId })
  world.write(deleteVpnGateway, { VpnGatewayId: one })
  refusal(() => world.write(deleteVpnGateway, { VpnGatewayId: other }), 'IncorrectState')
})

test('static routes go into the tables that take them, after those that are made', () => {
  const VpnGatewayId = makeGateway()
  const VpnConnectionId = makeConnection(VpnGatewayId)
  const enable = () => world.write(enableVgwRoutePropagation, { RouteTableId, GatewayId: VpnGatewayId })
  refusal(enable, 'Gateway.NotAttached')
  world.write(attachVpnGateway, { VpnGatewayId, VpcId })
  world.write(createVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock: '192.168.0.0/16' })
  enable()
  enable()
  expect(table()?.PropagatingVgws).toEqual([{ GatewayId: VpnGatewayId }])
  for (const DestinationCidrBlock of ['192.168.0.0/16', '172.16.0.0/12', '10.0.4.0/24']) {
    world.write(createVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock })
  }
  expect(connection(VpnConnectionId)?.Routes).toContainEqual({
    DestinationCidrBlock: '192.168.0.0/16',
    State: 'available',
  })
  const propagated = (block: string) => `${block} ${VpnGatewayId} EnableVgwRoutePropagation active`
  // Never what the VPC has itself.
  expect(routes().slice(1)).toEqual([propagated('192.168.0.0/16'), propagated('172.16.0.0/12')])
  world.write(createRoute, { RouteTableId, DestinationCidrBlock: '192.168.0.0/16', GatewayId: VpnGatewayId })
  expect(routes().slice(1)).toEqual([`192.168.0.0/16 ${VpnGatewayId} CreateRoute active`, propagated('172.16.0.0/12')])
  const gone = { VpnConnectionId, DestinationCidrBlock: '172.16.0.0/12' }
  world.write(deleteVpnConnectionRoute, gone)
  refusal(() => world.write(deleteVpnConnectionRoute, gone), 'InvalidRoute.NotFound')
  world.write(createVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock: '172.16.0.0/12' })
  world.write(disableVgwRoutePropagation, { RouteTableId, GatewayId: VpnGatewayId })
  expect(routes().slice(1)).toEqual([`192.168.0.0/16 ${VpnGatewayId} CreateRoute active`])
  enable()
  world.write(detachVpnGateway, { VpnGatewayId, VpcId })
  expect(table()?.PropagatingVgws).toEqual([])
  expect(routes().slice(1)).toEqual([`192.168.0.0/16 ${VpnGatewayId} CreateRoute blackhole`])
  world.write(deleteRoute, { RouteTableId, DestinationCidrBlock: '192.168.0.0/16' })
  world.write(disableVgwRoutePropagation, { RouteTableId, GatewayId: VpnGatewayId })
})

test('only a connection with static routing has static routes, and only an attached gateway is a target', () => {
  const VpnGatewayId = makeGateway()
  const route = { VpnConnectionId: makeConnection(VpnGatewayId, false), DestinationCidrBlock: '192.168.0.0/16' }
  refusal(() => world.write(createVpnConnectionRoute, route), 'InvalidVpnConnection.InvalidType')
  const to = (GatewayId: string) => () =>
    world.write(createRoute, { RouteTableId, DestinationCidrBlock: '192.168.0.0/16', GatewayId })
  refusal(to(VpnGatewayId), 'InvalidParameterValue')
  refusal(to('vgw-0123456789abcdef0'), 'InvalidGatewayID.NotFound')
})

test('a connection of a transit gateway is an attachment to it, and ends with it', () => {
  const gateway = world.write(createTransitGateway, {}).TransitGateway
  const TransitGatewayId = gateway?.TransitGatewayId
  const settle = () => {
    const { store } = world
    store.transact((tx) => finishTransitChanges(tx, passingTransitRecords(store.records), () => false))
  }
  settle()
  const input = {
    Type: 'ipsec.1',
    CustomerGatewayId: makeCustomer(),
    TransitGatewayId,
    Options: { EnableAcceleration: true },
  }
  const VpnConnectionId = world.write(createVpnConnection, input).VpnConnection?.VpnConnectionId ?? ''
  const attachments = () => world.read(describeTransitGatewayAttachments, {}).TransitGatewayAttachments
  const found = { ResourceType: 'vpn', ResourceId: VpnConnectionId, TransitGatewayId }
  expect(attachments()).toMatchObject([{ ...found, State: 'available', Association: { State: 'associated' } }])
  expect(connection(VpnConnectionId)).toMatchObject({ TransitGatewayId, GatewayAssociationState: 'associated' })
  const both = { ...input, VpnGatewayId: makeGateway() }
  refusal(() => world.write(createVpnConnection, both), 'InvalidParameterCombination')
  const absent = { ...input, TransitGatewayId: 'tgw-0123456789abcdef0' }
  refusal(() => world.write(createVpnConnection, absent), 'InvalidTransitGatewayID.NotFound')
  world.write(modifyVpnConnection, { VpnConnectionId, VpnGatewayId: both.VpnGatewayId })
  settle()
  expect(attachments()).toMatchObject([{ ...found, State: 'deleted' }])
  world.write(modifyVpnConnection, { VpnConnectionId, TransitGatewayId })
  expect(
    attachments()
      ?.map(({ State }) => State)
      .sort(),
  ).toEqual(['available', 'deleted'])
  world.write(deleteVpnConnection, { VpnConnectionId })
  settle()
  expect(attachments()?.map(({ State }) => State)).toEqual(['deleted', 'deleted'])
})

test('tunnels of IPv6 lead to a transit gateway, and carry nothing else', () => {
  const TransitGatewayId = world.write(createTransitGateway, {}).TransitGateway?.TransitGatewayId
  world.store.transact((tx) => finishTransitChanges(tx, passingTransitRecords(world.store.records), () => false))
  const VpnGatewayId = makeGateway()
  const base = { Type: 'ipsec.1', CustomerGatewayId: makeCustomer() }
  const create = (target: object, Options: object) =>
    world.write(createVpnConnection, { ...base, ...target, Options }).VpnConnection?.VpnConnectionId ?? ''
  const inside = { TunnelInsideIpv6Cidr: 'fd00:1:2:3::/126' }
  const ipv6 = { TunnelInsideIpVersion: 'ipv6' as const, TunnelOptions: [inside] }
  const refused = (target: object, options: object, code = 'InvalidParameterCombination') =>
    refusal(() => create(target, options), code)
  refused({ VpnGatewayId }, ipv6)
  refused({ TransitGatewayId }, { TunnelOptions: [inside] })
  refused({ TransitGatewayId }, { ...ipv6, LocalIpv4NetworkCidr: '10.0.0.0/8' })
  refused({ TransitGatewayId }, { LocalIpv6NetworkCidr: '2001:db8::/48' })
  refused({ TransitGatewayId }, { TunnelInsideIpVersion: 'ipv5' }, 'InvalidParameterValue')
  const wide = { TunnelOptions: [{ TunnelInsideIpv6Cidr: 'fd00::/64' }] }
  refused({ TransitGatewayId }, { ...ipv6, ...wide }, 'InvalidParameterValue')
  const VpnConnectionId = create({ TransitGatewayId }, { ...ipv6, LocalIpv6NetworkCidr: '2001:db8::/48' })
  const options = connection(VpnConnectionId)?.Options
  expect(options).toMatchObject({ TunnelInsideIpVersion: 'ipv6', LocalIpv6NetworkCidr: '2001:db8::/48' })
  expect(options?.RemoteIpv6NetworkCidr).toBe('::/0')
  expect(options?.LocalIpv4NetworkCidr).toBeUndefined()
  const [first, second] = options?.TunnelOptions ?? []
  expect(first).toMatchObject(inside)
  expect(second?.TunnelInsideIpv6Cidr).toMatch(/^fd.*\/126$/)
  expect(second?.TunnelInsideCidr).toMatch(/\/30$/)
  const move = () => world.write(modifyVpnConnection, { VpnConnectionId, VpnGatewayId })
  refusal(move, 'InvalidParameterCombination')
})

test('they have tags, and nothing stays when all is deleted', () => {
  world.write(deleteRouteTable, { RouteTableId })
  const before = contents(world.store)
  const VpnGatewayId = makeGateway()
  const VpnConnectionId = makeConnection(VpnGatewayId)
  const CustomerGatewayId = makeCustomer()
  const Resources = [VpnGatewayId, VpnConnectionId, CustomerGatewayId]
  world.write(createTags, { Resources, Tags: [{ Key: 'a', Value: 'b' }] })
  const tagged = world.read(describeTags, { Filters: [{ Name: 'key', Values: ['a'] }] }).Tags ?? []
  expect(tagged.map(({ ResourceType }) => ResourceType).sort()).toEqual([
    'customer-gateway',
    'vpn-connection',
    'vpn-gateway',
  ])
  world.write(deleteVpnConnection, { VpnConnectionId })
  expect(connection(VpnConnectionId)?.State).toBe('deleted')
  world.write(deleteVpnGateway, { VpnGatewayId })
  world.write(deleteCustomerGateway, { CustomerGatewayId })
  const later = { ...CALLER, now: new Date(CALLER.now.getTime() + 3_600_000) }
  const last = world.write(createVpnGateway, { Type: 'ipsec.1' }, later).VpnGateway?.VpnGatewayId ?? ''
  world.store.transact((tx) => tx.vpnGateways.delete(last))
  expect(contents(world.store)).toEqual(before)
})
