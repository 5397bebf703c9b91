// Direct Connect's connections and virtual interfaces, one's own and hosted. Address plan: vpc 10.0.0.0/16.

import { beforeEach, expect, test } from 'vitest'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { createVpnGateway, deleteVpnGateway } from '../ec2/vpn/vpn-gateway.ts'
import { directConnectAuthorisations } from './authorisation.ts'
import { createConnection, deleteConnection, describeConnections, updateConnection } from './connection.ts'
import { createDirectConnectGateway, deleteDirectConnectGateway } from './gateway.ts'
import { describeTags, tagResource } from './tags.ts'
import {
  allocatePrivateVirtualInterface,
  allocateTransitVirtualInterface,
  confirmPrivateVirtualInterface,
  confirmTransitVirtualInterface,
  createPrivateVirtualInterface,
  createTransitVirtualInterface,
  deleteVirtualInterface,
  describeVirtualInterfaces,
  updateVirtualInterfaceAttributes,
} from './virtual-interface.ts'
import { wayBehind } from './virtual-interface-way.ts'

const ERROR = 'DirectConnectClientException'
const LINK = { virtualInterfaceName: 'office', vlan: 100, asn: 65_010 }

let world: World
let connectionId: string
let virtualGatewayId: string

beforeEach(async () => {
  world = await openWorld()
  connectionId = connect().connectionId ?? ''
  virtualGatewayId = world.write(createVpnGateway, { Type: 'ipsec.1' }).VpnGateway?.VpnGatewayId ?? ''
})

function connect(more: object = {}) {
  const input = { connectionName: 'cable', location: 'EqDC2', bandwidth: '1Gbps', ...more }
  return world.write(createConnection, input)
}

function makePrivate(more: object = {}) {
  return world.write(createPrivateVirtualInterface, {
    connectionId,
    newPrivateVirtualInterface: { ...LINK, virtualGatewayId, ...more },
  })
}

function makeGateway(caller = CALLER): string {
  const input = { directConnectGatewayName: 'all' }
  return world.write(createDirectConnectGateway, input, caller).directConnectGateway?.directConnectGatewayId ?? ''
}

function shown(virtualInterfaceId: string | undefined, caller = CALLER) {
  return world.read(describeVirtualInterfaces, { virtualInterfaceId }, caller).virtualInterfaces
}

test('a connection is requested, available, renamed and deleted once nothing is on it', () => {
  const read = () => world.read(describeConnections, { connectionId }).connections
  expect(read()).toMatchObject([{ connectionState: 'available', location: 'EqDC2', bandwidth: '1Gbps' }])
  expect(connect().connectionState).toBe('requested')
  expect(world.write(updateConnection, { connectionId, connectionName: 'two' }).connectionName).toBe('two')
  const { virtualInterfaceId } = makePrivate()
  expect(refusal(() => world.write(deleteConnection, { connectionId }), ERROR)).toContain(virtualInterfaceId)
  world.write(deleteVirtualInterface, { virtualInterfaceId })
  expect(world.write(deleteConnection, { connectionId }).connectionState).toBe('deleted')
  expect(refusal(read, ERROR)).toContain('Could not find Connection with ID')
  for (const wrong of [{ bandwidth: '3Gbps' }, { location: '' }, { connectionName: '' }, { requestMACSec: true }]) {
    refusal(() => connect(wrong), ERROR)
  }
})

test('a private virtual interface is down until a network comes by it', () => {
  const made = makePrivate()
  const { virtualInterfaceId = '' } = made
  expect(made).toMatchObject({
    virtualInterfaceState: 'pending',
    amazonAddress: '169.254.1.145/30',
    customerAddress: '169.254.1.146/30',
    amazonSideAsn: 64_512,
    mtu: 1500,
  })
  expect(shown(virtualInterfaceId)).toMatchObject([
    { virtualInterfaceState: 'down', bgpPeers: [{ bgpStatus: 'down' }] },
  ])
  const way = wayBehind(world.store.records, virtualInterfaceId)
  expect(way).toEqual({ gatewayId: virtualGatewayId, virtualInterfaceId })
  world.store.transact((tx) => {
    const attachment = { gatewayId: virtualGatewayId, networkId: 'office', createdAt: CALLER.now.toISOString() }
    tx.onPremisesAttachments.insert({ ...attachment, ...way, id: `office/${virtualInterfaceId}` })
  })
  expect(shown(virtualInterfaceId)).toMatchObject([{ virtualInterfaceState: 'available' }])
  refusal(() => world.write(deleteVpnGateway, { VpnGatewayId: virtualGatewayId }), 'IncorrectState')
  const changed = { virtualInterfaceId, mtu: 9001, virtualInterfaceName: 'hall', enableSiteLink: true }
  expect(world.write(updateVirtualInterfaceAttributes, changed)).toMatchObject({ mtu: 9001, siteLinkEnabled: true })
  world.write(deleteVirtualInterface, { virtualInterfaceId })
  expect(shown(virtualInterfaceId)).toEqual([])
  expect([...world.store.records.onPremisesAttachments.all()]).toEqual([])
})

test.each([
  { vlan: 0 },
  { vlan: 4095 },
  { asn: 0 },
  { mtu: 9000 },
  { virtualInterfaceName: undefined },
  { virtualGatewayId: 'vgw-0123456789abcdef0' },
  { virtualGatewayId: undefined },
  { directConnectGatewayId: '00000000-0000-0000-0000-000000000000' },
  { addressFamily: 'ipx' },
  { amazonAddress: '169.254.0.1/30' },
  { amazonAddress: 'near', customerAddress: 'far' },
])('a private virtual interface with %o is refused', (wrong) => {
  refusal(() => makePrivate(wrong), ERROR)
})

test('a transit one leads to a Direct Connect gateway, which then has no private ones', () => {
  const directConnectGatewayId = makeGateway()
  const create = (more: object = {}) =>
    world.write(createTransitVirtualInterface, {
      connectionId,
      newTransitVirtualInterface: { ...LINK, directConnectGatewayId, addressFamily: 'ipv6', ...more },
    }).virtualInterface
  expect(create()).toMatchObject({ virtualInterfaceType: 'transit', amazonAddress: 'fd00:dc:64::1/125' })
  refusal(() => create(), ERROR)
  refusal(() => create({ vlan: 101, mtu: 9001 }), ERROR)
  expect(create({ vlan: 101, mtu: 8500 })?.mtu).toBe(8500)
  refusal(() => makePrivate({ vlan: 102, virtualGatewayId: undefined, directConnectGatewayId }), ERROR)
  refusal(() => world.write(deleteDirectConnectGateway, { directConnectGatewayId }), ERROR)
})

test('a hosted one waits for its owner, whom both see', () => {
  const hosted = world.write(allocatePrivateVirtualInterface, {
    connectionId,
    ownerAccount: STRANGER.account,
    newPrivateVirtualInterfaceAllocation: LINK,
  })
  const { virtualInterfaceId = '' } = hosted
  expect(hosted).toMatchObject({ virtualInterfaceState: 'confirming', ownerAccount: STRANGER.account })
  expect(shown(virtualInterfaceId, STRANGER)).toHaveLength(1)
  expect(wayBehind(world.store.records, virtualInterfaceId)).toBeUndefined()
  const directConnectGatewayId = makeGateway(STRANGER)
  const confirmed = { virtualInterfaceId, directConnectGatewayId }
  refusal(() => world.write(confirmPrivateVirtualInterface, confirmed), ERROR)
  refusal(() => world.write(confirmTransitVirtualInterface, confirmed, STRANGER), ERROR)
  world.write(confirmPrivateVirtualInterface, confirmed, STRANGER)
  expect(shown(virtualInterfaceId)).toMatchObject([{ virtualInterfaceState: 'down', directConnectGatewayId }])
  refusal(() => world.write(confirmPrivateVirtualInterface, confirmed, STRANGER), ERROR)
  const transit = world.write(allocateTransitVirtualInterface, {
    connectionId,
    ownerAccount: STRANGER.account,
    newTransitVirtualInterfaceAllocation: { ...LINK, vlan: 7 },
  }).virtualInterface
  const other = { virtualInterfaceId: transit?.virtualInterfaceId, directConnectGatewayId: makeGateway(STRANGER) }
  expect(world.write(confirmTransitVirtualInterface, other, STRANGER).virtualInterfaceState).toBe('pending')
})

test('tags go by ARN, and policies are asked about connections and virtual interfaces', () => {
  const { virtualInterfaceId = '' } = makePrivate({ tags: [{ key: 'team', value: 'blue' }] })
  const resourceArn = `arn:aws:directconnect:us-east-1:${CALLER.account}:dxvif/${virtualInterfaceId}`
  world.write(tagResource, { resourceArn, tags: [{ key: 'stage', value: 'live' }] })
  const connectionArn = `arn:aws:directconnect:us-east-1:${CALLER.account}:dxcon/${connectionId}`
  const [vif, cable] = world.read(describeTags, { resourceArns: [resourceArn, connectionArn] }).resourceTags ?? []
  expect(vif?.tags).toHaveLength(2)
  expect(cable?.tags).toEqual([])
  const ask = (operation: string, input: Record<string, unknown>) =>
    directConnectAuthorisations(world.store.records, CALLER, operation, input)[0]
  expect(ask('DeleteVirtualInterface', { virtualInterfaceId })).toMatchObject({
    resource: resourceArn,
    keys: { 'aws:resourcetag/stage': 'live' },
  })
  const newPrivateVirtualInterface = { tags: [{ key: 'team', value: 'red' }] }
  expect(ask('CreatePrivateVirtualInterface', { connectionId, newPrivateVirtualInterface })).toMatchObject({
    resource: connectionArn,
    keys: { 'aws:requesttag/team': 'red' },
  })
})
