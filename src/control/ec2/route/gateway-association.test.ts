// Address plan: VPC 10.0.0.0/16 with subnet 10.0.1.0/24 and an interface in it; a second VPC 10.9.0.0/16.

import { beforeEach, expect, test } from 'vitest'
import { allocateAddress } from '../internet/elastic-address.ts'
import { createNatGateway } from '../internet/nat-gateway.ts'
import { createNetworkInterface } from '../network-interface/network-interface.ts'
import { openWorld, refusal, type World } from '../request/testing.ts'
import { attachInternetGateway, createInternetGateway, detachInternetGateway } from '../vpc/internet-gateway.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import { createRoute, replaceRoute } from './route.ts'
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  describeRouteTables,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from './route-table.ts'

let world: World
let VpcId: string
let SubnetId: string
let RouteTableId: string
let GatewayId: string
let NetworkInterfaceId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  SubnetId = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId ?? ''
  RouteTableId = makeTable()
  GatewayId = world.write(createInternetGateway, {}).InternetGateway.InternetGatewayId ?? ''
  NetworkInterfaceId = world.write(createNetworkInterface, { SubnetId }).NetworkInterface?.NetworkInterfaceId ?? ''
})

function makeTable(): string {
  return world.write(createRouteTable, { VpcId }).RouteTable?.RouteTableId ?? ''
}

function attach(): void {
  world.write(attachInternetGateway, { VpcId, InternetGatewayId: GatewayId })
}

function associationsOf(table: string) {
  return world.read(describeRouteTables, { RouteTableIds: [table] }).RouteTables?.[0]?.Associations ?? []
}

test('AssociateRouteTable with an internet gateway shows it, and moves to another table', () => {
  attach()
  const { AssociationId } = world.write(associateRouteTable, { RouteTableId, GatewayId })
  expect(associationsOf(RouteTableId)).toMatchObject([
    { GatewayId, Main: false, RouteTableAssociationId: AssociationId },
  ])
  expect(world.write(associateRouteTable, { RouteTableId, GatewayId }).AssociationId).toBe(AssociationId)
  const Filters = [{ Name: 'association.gateway-id', Values: [GatewayId] }]
  expect(world.read(describeRouteTables, { Filters }).RouteTables).toMatchObject([{ RouteTableId }])
  const other = makeTable()
  refusal(() => world.write(associateRouteTable, { RouteTableId: other, GatewayId }), 'Resource.AlreadyAssociated')
  refusal(() => world.write(deleteRouteTable, { RouteTableId }), 'DependencyViolation')
  const moved = world.write(replaceRouteTableAssociation, { AssociationId, RouteTableId: other })
  expect(associationsOf(other)).toMatchObject([{ GatewayId }])
  world.write(disassociateRouteTable, { AssociationId: moved.NewAssociationId })
  expect(associationsOf(other)).toEqual([])
})

test('AssociateRouteTable wants a gateway that is attached to the VPC, and one of the two', () => {
  refusal(() => world.write(associateRouteTable, { RouteTableId, GatewayId }), 'InvalidParameterValue')
  refusal(() => world.write(associateRouteTable, { RouteTableId, GatewayId: 'igw-0' }), 'InvalidGatewayID.NotFound')
  attach()
  const both = { RouteTableId, GatewayId, SubnetId }
  refusal(() => world.write(associateRouteTable, both), 'InvalidParameterCombination')
})

test('a detached gateway leaves its table', () => {
  attach()
  world.write(associateRouteTable, { RouteTableId, GatewayId })
  world.write(detachInternetGateway, { VpcId, InternetGatewayId: GatewayId })
  expect(associationsOf(RouteTableId)).toEqual([])
})

test('a table with a route to elsewhere is no gateway’s, nor can one move there', () => {
  attach()
  world.write(createRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId })
  const message = refusal(() => world.write(associateRouteTable, { RouteTableId, GatewayId }), 'InvalidParameterValue')
  expect(message).toContain(`unsupported route target ${GatewayId}`)
  const { AssociationId } = world.write(associateRouteTable, { RouteTableId: makeTable(), GatewayId })
  const move = { AssociationId, RouteTableId }
  refusal(() => world.write(replaceRouteTableAssociation, move), 'InvalidParameterValue')
})

test('CreateRoute in a gateway’s table takes whole subnets and the VPC’s blocks, to appliances', () => {
  attach()
  world.write(associateRouteTable, { RouteTableId, GatewayId })
  const toSubnet = { RouteTableId, DestinationCidrBlock: '10.0.1.0/24' }
  world.write(createRoute, { ...toSubnet, NetworkInterfaceId })
  world.write(replaceRoute, { RouteTableId, DestinationCidrBlock: '10.0.0.0/16', NetworkInterfaceId })
  for (const DestinationCidrBlock of ['10.0.1.0/25', '192.0.2.0/24', '0.0.0.0/0']) {
    const route = { RouteTableId, DestinationCidrBlock, NetworkInterfaceId }
    refusal(() => world.write(createRoute, route), 'InvalidParameterValue')
  }
  refusal(() => world.write(replaceRoute, { ...toSubnet, GatewayId }), 'InvalidParameterValue')
})

test('a subnet’s table may lead a whole subnet to a NAT gateway, and no part of one anywhere', () => {
  attach()
  const { AllocationId } = world.write(allocateAddress, {})
  const { NatGateway } = world.write(createNatGateway, { SubnetId, AllocationId })
  const route = { RouteTableId, DestinationCidrBlock: '10.0.1.0/24', NatGatewayId: NatGateway?.NatGatewayId }
  world.write(createRoute, route)
  const part = { ...route, DestinationCidrBlock: '10.0.1.0/25' }
  const message = refusal(() => world.write(createRoute, part), 'InvalidParameterValue')
  expect(message).toBe("Route destination doesn't match any subnet CIDR blocks.")
})
