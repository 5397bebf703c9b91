// Address plan: a VPC of 10.0.0.0/16 and 2600:1f2e:0:100::/56, another of 10.1.0.0/16 without IPv6.

import { beforeEach, describe, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import { createNatGateway } from '../internet/nat-gateway.ts'
import { createNetworkInterface } from '../network-interface/network-interface.ts'
import { createManagedPrefixList } from '../prefix-list/managed-prefix-list.ts'
import { openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import {
  createEgressOnlyInternetGateway,
  deleteEgressOnlyInternetGateway,
  describeEgressOnlyInternetGateways,
} from '../vpc/egress-only-internet-gateway.ts'
import { attachInternetGateway, createInternetGateway } from '../vpc/internet-gateway.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc, deleteVpc, describeVpcs } from '../vpc/vpc.ts'
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from '../vpc/vpc-cidr-block.ts'
import { createRoute, deleteRoute, replaceRoute } from './route.ts'
import { describeRouteTables } from './route-table.ts'

let world: World
let VpcId: string
let RouteTableId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }).Vpc?.VpcId ?? ''
  RouteTableId = mainTable(VpcId)?.RouteTableId ?? ''
})

function mainTable(vpcId: string) {
  const Filters = [{ Name: 'vpc-id', Values: [vpcId] }]
  return world.read(describeRouteTables, { Filters }).RouteTables?.[0]
}

function routes() {
  return mainTable(VpcId)?.Routes?.map(({ Origin: _, ...route }) => route)
}

function makeGateway(vpcId = VpcId): string {
  const made = world.write(createEgressOnlyInternetGateway, { VpcId: vpcId })
  return made.EgressOnlyInternetGateway?.EgressOnlyInternetGatewayId ?? ''
}

function compiledEntries() {
  const vpc = compile(world.store.records).vpcs.find(({ id }) => id === VpcId)
  return vpc?.routeTables[0]?.entries.map(({ cidr, nextHop }) => `${cidr} ${nextHop.kind}`)
}

const LOCAL = [
  { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', State: 'active' },
  { DestinationIpv6CidrBlock: '2600:1f2e:0:100::/56', GatewayId: 'local', State: 'active' },
]

describe('local routes', () => {
  test('there is one for each block, and it goes with the block', () => {
    expect(routes()).toEqual(LOCAL)
    expect(compiledEntries()).toEqual(['10.0.0.0/16 local', '2600:1f2e:0:100::/56 local'])
    const second = world.write(associateVpcCidrBlock, { VpcId, AmazonProvidedIpv6CidrBlock: true })
    const { AssociationId, Ipv6CidrBlock } = second.Ipv6CidrBlockAssociation ?? {}
    expect(routes()).toEqual([
      ...LOCAL,
      { DestinationIpv6CidrBlock: Ipv6CidrBlock, GatewayId: 'local', State: 'active' },
    ])
    world.write(disassociateVpcCidrBlock, { AssociationId })
    expect(routes()).toEqual(LOCAL)
  })

  test('they are nobody’s to make or to take away', () => {
    const DestinationIpv6CidrBlock = '2600:1f2e:0:100::/56'
    const EgressOnlyInternetGatewayId = makeGateway()
    refusal(
      () => world.write(createRoute, { RouteTableId, DestinationIpv6CidrBlock, EgressOnlyInternetGatewayId }),
      'RouteAlreadyExists',
    )
    refusal(() => world.write(deleteRoute, { RouteTableId, DestinationIpv6CidrBlock }), 'InvalidParameterValue')
  })

  test('an appliance may stand before a subnet', () => {
    const Ipv6CidrBlock = '2600:1f2e:0:101::/64'
    const SubnetId = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24', Ipv6CidrBlock }).Subnet?.SubnetId
    const { NetworkInterfaceId } = world.write(createNetworkInterface, { SubnetId }).NetworkInterface ?? {}
    world.write(createRoute, { RouteTableId, DestinationIpv6CidrBlock: Ipv6CidrBlock, NetworkInterfaceId })
    refusal(
      () =>
        world.write(createRoute, {
          RouteTableId,
          DestinationIpv6CidrBlock: '2600:1f2e:0:102::/64',
          NetworkInterfaceId,
        }),
      'InvalidParameterValue',
    )
  })
})

describe('egress-only internet gateways', () => {
  test('are made, described, and deleted', () => {
    const id = makeGateway()
    const found = world.read(describeEgressOnlyInternetGateways, { EgressOnlyInternetGatewayIds: [id] })
    expect(found.EgressOnlyInternetGateways).toEqual([
      { EgressOnlyInternetGatewayId: id, Attachments: [{ State: 'attached', VpcId }], Tags: [] },
    ])
    expect(refusal(() => makeGateway(), 'InvalidParameterValue')).toContain(VpcId)
    refusal(() => world.write(deleteVpc, { VpcId }), 'DependencyViolation')
    refusal(
      () => world.write(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId: id }, STRANGER),
      'InvalidGatewayID.NotFound',
    )
    world.write(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId: id })
    expect(world.read(describeEgressOnlyInternetGateways, {}).EgressOnlyInternetGateways).toEqual([])
    world.write(deleteVpc, { VpcId })
    expect(world.read(describeVpcs, {}).Vpcs?.map((vpc) => vpc.VpcId)).not.toContain(VpcId)
  })

  test('say nothing of those that are not there, and refuse what is no id', () => {
    const EgressOnlyInternetGatewayIds = ['eigw-0123456789abcdef0']
    const found = world.read(describeEgressOnlyInternetGateways, { EgressOnlyInternetGatewayIds })
    expect(found.EgressOnlyInternetGateways).toEqual([])
    refusal(
      () => world.write(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId: 'igw-1' }),
      'InvalidGatewayID.Malformed',
    )
  })

  test('take IPv6 alone, and leave a blackhole', () => {
    const EgressOnlyInternetGatewayId = makeGateway()
    const lead = (wish: object) => world.write(createRoute, { RouteTableId, EgressOnlyInternetGatewayId, ...wish })
    refusal(() => lead({ DestinationCidrBlock: '0.0.0.0/0' }), 'InvalidParameterValue')
    const list = { PrefixListName: 'v4', MaxEntries: 1, AddressFamily: 'IPv4' }
    const { PrefixListId } = world.write(createManagedPrefixList, list).PrefixList ?? {}
    refusal(() => lead({ DestinationPrefixListId: PrefixListId }), 'InvalidParameterValue')
    lead({ DestinationIpv6CidrBlock: '::/0' })
    const route = { DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId, State: 'active' }
    expect(routes()).toEqual([...LOCAL, route])
    world.write(deleteEgressOnlyInternetGateway, { EgressOnlyInternetGatewayId })
    expect(routes()).toEqual([...LOCAL, { ...route, State: 'blackhole' }])
    refusal(() => lead({ DestinationIpv6CidrBlock: '2001:db8::/32' }), 'InvalidGatewayID.NotFound')
  })

  test('are of one VPC', () => {
    const other = world.write(createVpc, { CidrBlock: '10.1.0.0/16' }).Vpc?.VpcId ?? ''
    const route = { RouteTableId, DestinationIpv6CidrBlock: '::/0', EgressOnlyInternetGatewayId: makeGateway(other) }
    refusal(() => world.write(createRoute, route), 'InvalidParameterValue')
  })
})

test('::/0 leads to an internet gateway, and is replaced by an egress-only one', () => {
  const GatewayId = world.write(createInternetGateway, {}).InternetGateway.InternetGatewayId
  world.write(attachInternetGateway, { InternetGatewayId: GatewayId, VpcId })
  const route = { RouteTableId, DestinationIpv6CidrBlock: '::/0' }
  world.write(createRoute, { ...route, GatewayId })
  expect(routes()).toEqual([...LOCAL, { DestinationIpv6CidrBlock: '::/0', GatewayId, State: 'active' }])
  const EgressOnlyInternetGatewayId = makeGateway()
  world.write(replaceRoute, { ...route, EgressOnlyInternetGatewayId })
  expect(routes()?.at(-1)).toMatchObject({ EgressOnlyInternetGatewayId })
  world.write(deleteRoute, route)
  expect(routes()).toEqual(LOCAL)
})

test('a NAT gateway takes the IPv6 of DNS64 and no other', () => {
  const SubnetId = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId
  const { NatGatewayId } = world.write(createNatGateway, { SubnetId, ConnectivityType: 'private' }).NatGateway ?? {}
  const lead = (DestinationIpv6CidrBlock: string) =>
    world.write(createRoute, { RouteTableId, DestinationIpv6CidrBlock, NatGatewayId })
  lead('64:ff9b::/96')
  refusal(() => lead('::/0'), 'InvalidParameterValue')
})
