// NAT64 with real packets: what instances of IPv6 alone send to 64:ff9b::/96 by a NAT gateway. Needs root; every namespace it uses
// it makes and removes. Address plan: a VPC 10.0.0.0/16 with pub = 10.0.1.0/24, where the NAT gateway and i-pub are, dual
// 10.0.2.0/24 and only, which has IPv6 alone; the tables of both lead 64:ff9b::/96 to the gateway.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { Nat64 } from '../../src/balancer/nat64.ts'
import { nat64Places } from '../../src/balancer/passages.ts'
import { DEFAULT_SITE } from '../../src/compile/internet.ts'
import { hasNat64, nat64Of } from '../../src/compile/nat64.ts'
import { createNetworkAcl, replaceNetworkAclAssociation } from '../../src/control/ec2/filtering/network-acl.ts'
import { createNetworkAclEntry } from '../../src/control/ec2/filtering/network-acl-entry.ts'
import { authorizeSecurityGroupIngress } from '../../src/control/ec2/filtering/security-group-rule.ts'
import { allocateAddress } from '../../src/control/ec2/internet/elastic-address.ts'
import { createNatGateway } from '../../src/control/ec2/internet/nat-gateway.ts'
import { openWorld, type World } from '../../src/control/ec2/request/testing.ts'
import { createRoute, deleteRoute } from '../../src/control/ec2/route/route.ts'
import { associateRouteTable, createRouteTable } from '../../src/control/ec2/route/route-table.ts'
import { attachInternetGateway, createInternetGateway } from '../../src/control/ec2/vpc/internet-gateway.ts'
import { createSubnet } from '../../src/control/ec2/vpc/subnet.ts'
import { modifySubnetAttribute } from '../../src/control/ec2/vpc/subnet-attribute.ts'
import { createVpc } from '../../src/control/ec2/vpc/vpc.ts'
import { explain } from '../../src/explain/explain.ts'
import { formatTrace } from '../../src/explain/format.ts'
import type { Address } from '../../src/ip/address.ts'
import { TCP } from '../../src/ip/protocol.ts'
import { natLink, vpcNamespace } from '../../src/linux/names.ts'
import { boundedRun } from '../../src/linux/run.ts'
import type { InstanceId, VpcId } from '../../src/store/records.ts'
import { launch } from './launch.ts'
import { describeKernel } from './namespaced.ts'
import type { AddressedProbe } from './probers.ts'
import { RecordWorld } from './record-world.ts'

const SITE = nat64Of(DEFAULT_SITE.address)

describeKernel('NAT64', import.meta.url, () => {
  const run = boundedRun(2)
  const nat64 = new Nat64({ log: (line) => console.error(line) })
  let records: World
  let world: RecordWorld
  let vpcId: VpcId
  let natGatewayId: `nat-${string}`
  let tables: string[]
  let atPub: InstanceId
  let atDual: InstanceId
  let atOnly: InstanceId

  const put = async () => {
    await world.put(records.store.records)
    await nat64.want(nat64Places(world.network, (id, gateway) => placeOf(world, id, gateway)))
  }
  const compare = async (from: InstanceId, host: string, port: number, protocol: 'tcp' | 'udp' = 'tcp') => {
    const probe: AddressedProbe = { from, host, port, protocol }
    const [found] = await world.compare([probe])
    if (!found) throw new Error('nothing was asked')
    return {
      stage: found.trace.blockers[0]?.stage ?? 'reachable',
      packet: found.packet,
      trace: formatTrace(found.trace),
    }
  }

  beforeAll(async () => {
    records = await openWorld()
    const vpc = { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }
    vpcId = records.write(createVpc, vpc).Vpc?.VpcId as VpcId
    const block = records.store.records.vpcs.get(vpcId)?.ipv6CidrBlocks?.[0]?.cidr ?? ''
    const subnet = (number: number, wish: object) => {
      const Ipv6CidrBlock = block.replace(/0?0::\/56$/, `0${number}::/64`)
      return records.write(createSubnet, { VpcId: vpcId, Ipv6CidrBlock, ...wish }).Subnet?.SubnetId ?? ''
    }
    const pub = subnet(1, { CidrBlock: '10.0.1.0/24' })
    const dual = subnet(2, { CidrBlock: '10.0.2.0/24' })
    const only = subnet(3, { Ipv6Native: true })
    const InternetGatewayId = records.write(createInternetGateway, {}).InternetGateway?.InternetGatewayId
    records.write(attachInternetGateway, { InternetGatewayId, VpcId: vpcId })
    const { AllocationId } = records.write(allocateAddress, {})
    const made = records.write(createNatGateway, { SubnetId: pub, AllocationId }).NatGateway
    natGatewayId = made?.NatGatewayId as `nat-${string}`
    tables = [pub, dual, only].map((SubnetId) => {
      const RouteTableId = records.write(createRouteTable, { VpcId: vpcId }).RouteTable?.RouteTableId ?? ''
      records.write(associateRouteTable, { RouteTableId, SubnetId })
      return RouteTableId
    })
    const [out = '', ...inner] = tables
    const GatewayId = InternetGatewayId
    records.write(createRoute, { RouteTableId: out, DestinationCidrBlock: '0.0.0.0/0', GatewayId })
    for (const RouteTableId of inner) leadNat64(records, RouteTableId, natGatewayId)
    atPub = launch(records, pub)
    atDual = launch(records, dual)
    atOnly = launch(records, only)
    world = await RecordWorld.open(records.store.records, [atPub, atDual, atOnly])
    await put()
  }, 60_000)

  afterAll(async () => {
    await nat64.want([])
    await world?.close()
  }, 60_000)

  test('leads to the IPv4 internet, from subnets of IPv6 alone and of both', async () => {
    for (const from of [atOnly, atDual]) {
      const { trace, ...found } = await compare(from, SITE, 80)
      expect(found, trace).toEqual({ stage: 'reachable', packet: 'reachable' })
    }
    const { trace, ...found } = await compare(atPub, SITE, 80)
    expect(found, trace).toEqual({ stage: 'route', packet: 'stopped' })
  })

  test('DNS64 gives its addresses for names that have no others', async () => {
    const to = { name: 'sqs.us-east-1.amazonaws.com', protocol: TCP, port: 443 }
    const ask = () => explain(world.network, { from: atOnly, to, now: '2026-01-01T00:00:00.000Z' })
    expect(ask().blockers[0]?.why).toContain('no IPv6 address')
    const SubnetId = records.store.records.instances.get(atOnly)?.subnetId
    records.write(modifySubnetAttribute, { SubnetId, EnableDns64: { Value: true } })
    await put()
    const trace = ask()
    expect(trace.verdict, formatTrace(trace)).toBe('reachable')
    expect(trace.flow?.destination).toMatch(/^64:ff9b::/)
  })

  test('leads to IPv4 in the VPC too, by the gateway’s own address, with TCP and UDP', async () => {
    const [eni] = records.store.records.networkInterfaces
      .where('vpcId', vpcId)
      .filter((one) => one.attachment?.instanceId === atDual)
    const host = nat64Of(eni?.privateAddresses[0] ?? ('' as Address))
    const shut = await compare(atOnly, host, 8080, 'udp')
    expect({ stage: shut.stage, packet: shut.packet }, shut.trace).toEqual({ stage: 'sg-ingress', packet: 'stopped' })
    const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '10.0.1.0/24' }] }]
    records.write(authorizeSecurityGroupIngress, { GroupId: eni?.groupIds[0], IpPermissions })
    await put()
    for (const [protocol, port] of [
      ['udp', 8080],
      ['tcp', 443],
    ] as const) {
      const { trace, ...found } = await compare(atOnly, host, port, protocol)
      expect(found, trace).toEqual({ stage: 'reachable', packet: 'reachable' })
    }
  })

  test('the ACL of the gateway’s subnet is asked', async () => {
    const NetworkAclId = records.write(createNetworkAcl, { VpcId: vpcId }).NetworkAcl?.NetworkAclId
    const rule = { NetworkAclId, Protocol: '-1', RuleAction: 'allow' as const, RuleNumber: 100 }
    records.write(createNetworkAclEntry, { ...rule, Egress: false, CidrBlock: '0.0.0.0/0' })
    const subnet = [...records.store.records.subnets.all()].find(({ cidr }) => cidr === '10.0.1.0/24')
    records.write(replaceNetworkAclAssociation, { NetworkAclId, AssociationId: subnet?.networkAclAssociationId })
    await put()
    const shut = await compare(atOnly, SITE, 80)
    expect({ stage: shut.stage, packet: shut.packet }, shut.trace).toEqual({ stage: 'nacl-out', packet: 'stopped' })
    records.write(createNetworkAclEntry, { ...rule, Egress: true, CidrBlock: '0.0.0.0/0' })
    await put()
    const open = await compare(atOnly, SITE, 80)
    expect({ stage: open.stage, packet: open.packet }, open.trace).toEqual({ stage: 'reachable', packet: 'reachable' })
  })

  test('goes with its routes, and leaves nothing', async () => {
    expect(await world.driver.hasDrifted()).toBe(false)
    expect(hasNat64(records.store.records)).toBe(true)
    for (const RouteTableId of tables.slice(1)) {
      records.write(deleteRoute, { RouteTableId, DestinationIpv6CidrBlock: '64:ff9b::/96' })
    }
    await put()
    expect(hasNat64(records.store.records)).toBe(false)
    const gone = await compare(atOnly, SITE, 80)
    expect({ stage: gone.stage, packet: gone.packet }).toEqual({ stage: 'route', packet: 'stopped' })
    const links = await run(['ip', '-n', vpcNamespace(world.world, vpcId), '-o', 'link', 'show'])
    expect(links).not.toContain('n64-')
    expect(await world.driver.hasDrifted()).toBe(false)
  })
})

function placeOf({ world }: RecordWorld, vpcId: VpcId, id: string) {
  return { namespace: vpcNamespace(world, vpcId), link: natLink(id as `nat-${string}`) }
}

function leadNat64(world: World, RouteTableId: string, NatGatewayId: string): void {
  world.write(createRoute, { RouteTableId, DestinationIpv6CidrBlock: '64:ff9b::/96', NatGatewayId })
}
