// On-premises networks as `postern onprem` makes them: what is refused says what to do, and what is made reaches AWS's clients.
// Address plan: vpc-a 10.0.0.0/16, vpc-b 10.0.0.0/16 (the same), hq 192.168.0.0/16.

import {
  AssociateVpcCidrBlockCommand,
  AttachVpnGatewayCommand,
  CreateCustomerGatewayCommand,
  CreateVpcCommand,
  CreateVpnConnectionCommand,
  CreateVpnGatewayCommand,
  DeleteVpnConnectionCommand,
  DescribeRouteTablesCommand,
  DescribeVpnConnectionsCommand,
  EnableVgwRoutePropagationCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sha256Hex, signRequest } from '../../src/iam/sigv4.ts'
import { ScenarioWorld } from './scenario-world.ts'

let world: ScenarioWorld

beforeEach(async () => {
  world = await ScenarioWorld.start()
})

afterEach(() => world.stop())

interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function onprem(verb: string, body: object): Promise<Answer> {
  const url = `${world.daemon.endpoint}/_postern/${verb}`
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) })
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

async function refused(verb: string, body: object): Promise<string> {
  const { status, body: said } = await onprem(`onprem/${verb}`, body)
  expect(status).toBeGreaterThanOrEqual(400)
  expect(status).toBeLessThan(500)
  return String(said.error)
}

async function makeVpc(): Promise<{ vpcId: string; gatewayId: string }> {
  const ec2 = world.ec2()
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }))
  const { VpnGateway } = await ec2.send(new CreateVpnGatewayCommand({ Type: 'ipsec.1' }))
  const [vpcId = '', gatewayId = ''] = [Vpc?.VpcId, VpnGateway?.VpnGatewayId]
  await ec2.send(new AttachVpnGatewayCommand({ VpcId: vpcId, VpnGatewayId: gatewayId }))
  return { vpcId, gatewayId }
}

async function makeConnection(VpnGatewayId: string, StaticRoutesOnly: boolean): Promise<string> {
  const ec2 = world.ec2()
  const device = { Type: 'ipsec.1', IpAddress: '198.51.100.7' } as const
  const { CustomerGateway } = await ec2.send(new CreateCustomerGatewayCommand(device))
  const CustomerGatewayId = CustomerGateway?.CustomerGatewayId
  const input = { Type: 'ipsec.1', CustomerGatewayId, VpnGatewayId, Options: { StaticRoutesOnly } }
  const { VpnConnection } = await ec2.send(new CreateVpnConnectionCommand(input))
  return VpnConnection?.VpnConnectionId ?? ''
}

test('what cannot be is refused with what to do, and changes nothing', async () => {
  const ec2 = world.ec2()
  const { gatewayId } = await makeVpc()
  const { gatewayId: same } = await makeVpc()
  const { VpnGateway } = await ec2.send(new CreateVpnGatewayCommand({ Type: 'ipsec.1' }))
  const hq = { name: 'hq', cidrs: ['192.168.0.0/16'], via: [gatewayId] }
  const create = (more: object) => refused('create', { ...hq, ...more })
  expect(await create({ name: 'Head Office' })).toContain('is no name of an on-premises network')
  expect(await create({ cidrs: [] })).toContain('--cidr 192.168.0.0/16')
  expect(await create({ cidrs: ['192.168.0.0'] })).toContain('is no block')
  expect(await create({ cidrs: ['2001:db8:1::/48'] })).toContain('a network has IPv4 too')
  expect(await create({ cidrs: ['192.168.0.0/16', '2600:1f10::/56'] })).toContain("is the internet's, Amazon's")
  expect(await create({ cidrs: ['192.168.0.0/16', '2001:db8:1::/127'] })).toContain('of size /16 to /126')
  expect(await create({ resolvers: ['2001:db8::53'] })).toContain('the network has no IPv6 block')
  expect(await create({ address: ['192.168.0.9', '2001:db8:1::9'] })).toContain('the network has no IPv6 block')
  expect(await create({ cidrs: ['203.0.113.0/25'] })).toContain("is the internet's")
  expect(await create({ cidrs: ['192.168.0.0/16', '192.168.4.0/24'] })).toContain('overlaps 192.168.0.0/16')
  expect(await create({ cidrs: ['10.0.0.0/8'] })).toContain('overlaps 10.0.0.0/16 of vpc-')
  expect(await create({ address: '10.9.9.9' })).toContain('is not in 192.168.0.0/16')
  expect(await create({ address: '192.168.255.255' })).toContain('the first or the last address')
  expect(await create({ resolvers: ['dns'] })).toContain('is no address of a name server')
  expect(await create({ via: ['vgw-0123456789abcdef0'] })).toContain('there is no vgw-0123456789abcdef0')
  expect(await create({ via: [VpnGateway?.VpnGatewayId] })).toContain('aws ec2 attach-vpn-gateway')
  expect(await create({ via: [gatewayId, same] })).toContain('it could reach only one')
  expect(world.records.onPremisesNetworks.size + world.records.onPremisesAttachments.size).toBe(0)
  expect((await onprem('onprem/create', hq)).status).toBe(200)
  expect(await create({})).toContain('there is an on-premises network hq already')
  expect(await refused('attach', { name: 'hq', via: same })).toContain('it could reach only one')
  expect(await refused('attach', { name: 'hq', via: gatewayId })).toContain('already')
  expect(await refused('detach', { name: 'hq', via: same })).toContain(`it is attached to ${gatewayId}`)
  expect(await refused('delete', { name: 'branch' })).toContain('postern onprem list')
})

/** By the wire: the tests have no SDK of Direct Connect. */
async function directConnect(operation: string, input: object): Promise<Answer['body']> {
  const body = JSON.stringify(input)
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const payloadHash = sha256Hex(body)
  const headers = {
    host: new URL(world.daemon.endpoint).host,
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': `OvertureService.${operation}`,
    'x-amz-content-sha256': payloadHash,
    'x-amz-date': timestamp,
  }
  const scope = { date: timestamp.slice(0, 8), region: 'us-east-1', service: 'directconnect' }
  const key = { accessKeyId: '123456789012', secret: 'unused', scope, timestamp, payloadHash }
  const authorization = signRequest({ method: 'POST', path: '/', query: '', headers }, key)
  const answer = await fetch(world.daemon.endpoint, { method: 'POST', headers: { ...headers, authorization }, body })
  const said = (await answer.json()) as Answer['body']
  expect(answer.status, JSON.stringify(said)).toBe(200)
  return said
}

test('a virtual interface is another name of the gateway behind it, and its end is the end of the way', async () => {
  const { vpcId, gatewayId } = await makeVpc()
  const cable = { connectionName: 'cable', location: 'EqDC2', bandwidth: '1Gbps' }
  const { connectionId } = await directConnect('CreateConnection', cable)
  const link = { virtualInterfaceName: 'office', vlan: 100, asn: 65_010 }
  const { virtualInterfaceId } = await directConnect('CreatePrivateVirtualInterface', {
    connectionId,
    newPrivateVirtualInterface: { ...link, virtualGatewayId: gatewayId },
  })
  const { virtualInterfaceId: unconfirmed } = await directConnect('AllocatePrivateVirtualInterface', {
    connectionId,
    ownerAccount: '222222222222',
    newPrivateVirtualInterfaceAllocation: { ...link, vlan: 101 },
  })
  const hq = { name: 'hq', cidrs: ['192.168.0.0/16'] }
  expect(await refused('create', { ...hq, via: [unconfirmed] })).toContain('to be confirmed')
  const made = (await onprem('onprem/create', { ...hq, via: [virtualInterfaceId] })).body
  const routes = [{ cidr: '10.0.0.0/16', via: gatewayId, vpcId }]
  expect(made).toMatchObject({ via: [virtualInterfaceId], routes })
  const shown = async () => {
    const { virtualInterfaces } = await directConnect('DescribeVirtualInterfaces', { virtualInterfaceId })
    return virtualInterfaces
  }
  expect(await shown()).toMatchObject([{ virtualInterfaceState: 'available', bgpPeers: [{ bgpStatus: 'up' }] }])
  await onprem('onprem/detach', { name: 'hq', via: virtualInterfaceId })
  expect(await shown()).toMatchObject([{ virtualInterfaceState: 'down' }])
  expect((await onprem('onprem/attach', { name: 'hq', via: virtualInterfaceId })).body).toMatchObject({ routes })
  await directConnect('DeleteVirtualInterface', { virtualInterfaceId })
  expect((await onprem('onprem/show', { name: 'hq' })).body).toMatchObject({ via: [], routes: [] })
})

test('a network is shown with what it has learnt, and AWS shows what it has told', async () => {
  const { vpcId, gatewayId } = await makeVpc()
  const connectionId = await makeConnection(gatewayId, false)
  const input = { name: 'hq', cidrs: ['192.168.0.0/16'], via: [connectionId], resolvers: ['10.0.1.9'] }
  expect((await onprem('onprem/create', input)).body).toEqual({
    name: 'hq',
    cidrs: ['192.168.0.0/16'],
    address: '192.168.0.10',
    resolvers: ['10.0.1.9'],
    via: [connectionId],
    routes: [{ cidr: '10.0.0.0/16', via: gatewayId, vpcId }],
    exec: 'onprem-hq',
  })
  expect(await refused('create', { ...input, name: 'branch' })).toContain('is hq already')
  const byVpc = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }
  const tables = async () => (await world.ec2().send(new DescribeRouteTablesCommand(byVpc))).RouteTables ?? []
  const RouteTableId = (await tables())[0]?.RouteTableId
  await world.ec2().send(new EnableVgwRoutePropagationCommand({ RouteTableId, GatewayId: gatewayId }))
  const told = async () =>
    (await tables())[0]?.Routes?.flatMap(({ Origin, DestinationCidrBlock }) =>
      Origin === 'EnableVgwRoutePropagation' ? [DestinationCidrBlock] : [],
    )
  expect(await told()).toEqual(['192.168.0.0/16'])
  const { VpnConnections } = await world.ec2().send(new DescribeVpnConnectionsCommand({}))
  expect(VpnConnections?.[0]?.VgwTelemetry?.map(({ Status }) => Status)).toEqual(['UP', 'UP'])
  await world.restart()
  expect(await told()).toEqual(['192.168.0.0/16'])
  await world.ec2().send(new DeleteVpnConnectionCommand({ VpnConnectionId: connectionId }))
  expect((await onprem('onprem/show', { name: 'hq' })).body).toMatchObject({ via: [], routes: [] })
  expect((await onprem('onprem/delete', { name: 'hq' })).status).toBe(200)
})

test('IPv6 comes by Direct Connect and by transit gateways, and by no VPN connection of a virtual private gateway', async () => {
  const ec2 = world.ec2()
  const { vpcId, gatewayId } = await makeVpc()
  await ec2.send(new AssociateVpcCidrBlockCommand({ VpcId: vpcId, AmazonProvidedIpv6CidrBlock: true }))
  const ipv6 = world.records.vpcs.get(vpcId)?.ipv6CidrBlocks?.[0]?.cidr
  const cidrs = ['192.168.0.0/16', '2001:db8:1::/48']
  const { body } = await onprem('onprem/create', { name: 'hq', cidrs, via: [gatewayId] })
  expect(body).toMatchObject({ cidrs, address: '192.168.0.10', ipv6Address: '2001:db8:1::a' })
  expect(body.routes).toEqual(['10.0.0.0/16', ipv6].map((cidr) => ({ cidr, via: gatewayId, vpcId })))
  const connectionId = await makeConnection(gatewayId, false)
  const branch = { name: 'branch', cidrs: ['172.16.0.0/16', '2001:db8:2::/48'], via: [connectionId] }
  const { body: byVpn } = await onprem('onprem/create', branch)
  expect(byVpn.routes).toEqual([{ cidr: '10.0.0.0/16', via: gatewayId, vpcId }])
  const byVpc = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] }
  const RouteTableId = (await ec2.send(new DescribeRouteTablesCommand(byVpc))).RouteTables?.[0]?.RouteTableId
  await ec2.send(new EnableVgwRoutePropagationCommand({ RouteTableId, GatewayId: gatewayId }))
  const { RouteTables } = await ec2.send(new DescribeRouteTablesCommand(byVpc))
  const propagated = RouteTables?.[0]?.Routes?.filter(({ Origin }) => Origin === 'EnableVgwRoutePropagation')
  expect(propagated?.map((one) => one.DestinationIpv6CidrBlock ?? one.DestinationCidrBlock).sort()).toEqual([
    '172.16.0.0/16',
    '192.168.0.0/16',
    '2001:db8:1::/48',
  ])
})

test('explain answers from the host, and says what it cannot answer', async () => {
  const { gatewayId } = await makeVpc()
  await onprem('onprem/create', { name: 'hq', cidrs: ['192.168.0.0/16'], via: [gatewayId] })
  const ask = async (more: object) => {
    const { body } = await onprem('explain', { from: 'onprem-hq', to: '10.0.1.5', protocol: 'tcp', ...more })
    return String(body.text ?? body.error).replaceAll(/\s+/g, ' ')
  }
  expect(await ask({})).toContain(`${gatewayId} tells hq`)
  expect(await ask({ to: '52.94.1.1' })).toContain('hq has learnt no way to 52.94.1.1')
  expect(await ask({ to: 's3.us-east-1.amazonaws.com' })).toContain('has no name server')
  expect(await ask({ action: 's3:GetObject' })).toContain('has no role of its own')
  expect(await ask({ from: 'onprem-none' })).toContain('there is no on-premises network')
})
