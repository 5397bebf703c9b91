// Address plan: VPC 10.0.0.0/16 with subnets 10.0.1.0/24 and 10.0.2.0/24; a second VPC 10.9.0.0/16.

import { beforeEach, describe, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import type { InstanceId } from '../../../store/records.ts'
import { createVpcEndpoint } from '../endpoint/vpc-endpoint.ts'
import { finishInstanceTransition } from '../instance/instance-lifecycle.ts'
import { stopInstances } from '../instance/instance-state.ts'
import { runInstances } from '../instance/run-instances.ts'
import { createNetworkInterface } from '../network-interface/network-interface.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from '../vpc/internet-gateway.ts'
import { createSubnet, deleteSubnet, describeSubnets } from '../vpc/subnet.ts'
import { modifySubnetAttribute } from '../vpc/subnet-attribute.ts'
import { createVpc } from '../vpc/vpc.ts'
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from '../vpc/vpc-cidr-block.ts'
import { createRoute, deleteRoute, replaceRoute } from './route.ts'
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
let RouteTableId: string
let SubnetId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  RouteTableId = makeTable(VpcId)
  SubnetId = makeSubnet('10.0.1.0/24')
})

function makeTable(vpc: string): string {
  return world.write(createRouteTable, { VpcId: vpc }).RouteTable?.RouteTableId ?? ''
}

function makeSubnet(CidrBlock: string): string {
  return world.write(createSubnet, { VpcId, CidrBlock }).Subnet?.SubnetId ?? ''
}

function makeOtherVpc(): string {
  return world.write(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc?.VpcId ?? ''
}

function makeGateway(attachTo?: string): string {
  const InternetGatewayId = world.write(createInternetGateway, {}).InternetGateway.InternetGatewayId ?? ''
  if (attachTo) world.write(attachInternetGateway, { InternetGatewayId, VpcId: attachTo })
  return InternetGatewayId
}

/** An interface in the subnet that no instance has. */
function makeInterface(): string {
  return world.write(createNetworkInterface, { SubnetId }).NetworkInterface?.NetworkInterfaceId ?? ''
}

/** A running instance in the subnet, and its interface. */
function launch(): { id: InstanceId; eni: string } {
  const [image] = hostImages('us-east-1', 'x86_64')
  const request = { ImageId: image!.id, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId } as const
  const made = world.write((tx, caller, input: typeof request) => runInstances(tx, caller, input, 'x86_64'), request)
  const [instance] = made.Instances ?? []
  const id = instance?.InstanceId as InstanceId
  finish(id)
  return { id, eni: instance?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '' }
}

function finish(id: InstanceId): void {
  world.store.transact((tx) => finishInstanceTransition(tx, tx.instances.get(id)!, CALLER.now))
}

function routesOf(table = RouteTableId) {
  const [shown] = world.read(describeRouteTables, { RouteTableIds: [table] }).RouteTables ?? []
  return (shown?.Routes ?? []).map((route) => {
    const { Origin: _, State, DestinationCidrBlock, DestinationIpv6CidrBlock, DestinationPrefixListId, ...to } = route
    const destination = DestinationCidrBlock ?? DestinationIpv6CidrBlock ?? DestinationPrefixListId
    return `${destination} ${Object.values(to).join(' ')} ${State}`
  })
}

function mainAssociation() {
  const Filters = [
    { Name: 'vpc-id', Values: [VpcId] },
    { Name: 'association.main', Values: ['true'] },
  ]
  const [table] = world.read(describeRouteTables, { Filters }).RouteTables ?? []
  return { table: table?.RouteTableId ?? '', id: table?.Associations?.[0]?.RouteTableAssociationId ?? '' }
}

describe('CreateRoute', () => {
  test('clears host bits and shows the route as active', () => {
    const igw = makeGateway(VpcId)
    world.write(createRoute, { RouteTableId, DestinationCidrBlock: '8.8.8.8/8', GatewayId: igw })
    expect(routesOf()).toEqual(['10.0.0.0/16 local active', `8.0.0.0/8 ${igw} active`])
  })

  test('a route to a detached gateway is a blackhole', () => {
    const igw = makeGateway(VpcId)
    world.write(createRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: igw })
    world.write(detachInternetGateway, { InternetGatewayId: igw, VpcId })
    expect(routesOf()[1]).toBe(`0.0.0.0/0 ${igw} blackhole`)
  })

  test('an interface is active while attached, and shows its instance', () => {
    const loose = makeInterface()
    const { id, eni } = launch()
    world.write(createRoute, { RouteTableId, DestinationCidrBlock: '192.0.2.0/24', NetworkInterfaceId: loose })
    world.write(createRoute, { RouteTableId, DestinationCidrBlock: '10.0.1.0/24', NetworkInterfaceId: eni })
    expect(routesOf().slice(1)).toEqual([
      `192.0.2.0/24 ${loose} blackhole`,
      `10.0.1.0/24 ${eni} ${id} ${CALLER.account} active`,
    ])
  })

  test('an interface of an instance that does not run is a blackhole', () => {
    const { id, eni } = launch()
    world.write(createRoute, { RouteTableId, DestinationCidrBlock: '192.0.2.0/24', NetworkInterfaceId: eni })
    world.write(stopInstances, { InstanceIds: [id] })
    const blackhole = `192.0.2.0/24 ${eni} ${id} ${CALLER.account} blackhole`
    expect(routesOf()[1]).toBe(blackhole)
    finish(id)
    expect(routesOf()[1]).toBe(blackhole)
  })

  test('::/0 reads back as an IPv6 destination', () => {
    const igw = makeGateway(VpcId)
    world.write(createRoute, { RouteTableId, DestinationIpv6CidrBlock: '::/0', GatewayId: igw })
    expect(routesOf()[1]).toBe(`::/0 ${igw} active`)
  })

  const bad = [
    { name: 'no destination', input: { GatewayId: 'igw-1' }, code: 'MissingParameter' },
    { name: 'no target', input: { DestinationCidrBlock: '0.0.0.0/0' }, code: 'MissingParameter' },
    {
      name: 'two destinations',
      input: { DestinationCidrBlock: '0.0.0.0/0', DestinationIpv6CidrBlock: '::/0', GatewayId: 'igw-1' },
      code: 'InvalidParameterCombination',
    },
    {
      name: 'two targets',
      input: { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1', NatGatewayId: 'nat-1' },
      code: 'InvalidParameterCombination',
    },
    {
      name: 'no CIDR',
      input: { DestinationCidrBlock: 'everywhere', GatewayId: 'igw-1' },
      code: 'InvalidParameterValue',
    },
    {
      name: 'an unknown gateway',
      input: { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' },
      code: 'InvalidGatewayID.NotFound',
    },
    {
      name: 'an unknown NAT gateway',
      input: { DestinationCidrBlock: '0.0.0.0/0', NatGatewayId: 'nat-1' },
      code: 'InvalidNatGatewayID.NotFound',
    },
    {
      name: 'an unknown interface',
      input: { DestinationCidrBlock: '0.0.0.0/0', NetworkInterfaceId: 'eni-1' },
      code: 'InvalidNetworkInterfaceID.NotFound',
    },
    {
      name: 'an unknown prefix list',
      input: { DestinationPrefixListId: 'pl-1', GatewayId: 'igw-1' },
      code: 'InvalidPrefixListID.NotFound',
    },
  ]
  test.each(bad)('$name is refused', ({ input, code }) => {
    refusal(() => world.write(createRoute, { RouteTableId, ...input }), code)
    expect(routesOf()).toHaveLength(1)
  })

  const taken = [
    { name: 'the same destination', DestinationCidrBlock: '0.0.0.0/0', code: 'RouteAlreadyExists' },
    { name: 'the same one with host bits', DestinationCidrBlock: '1.2.3.4/0', code: 'RouteAlreadyExists' },
    { name: 'the local route', DestinationCidrBlock: '10.0.0.0/16', code: 'RouteAlreadyExists' },
    { name: 'a part of the VPC to a gateway', DestinationCidrBlock: '10.0.1.0/24', code: 'InvalidParameterValue' },
    { name: 'the metadata service', DestinationCidrBlock: '169.254.169.254/32', code: 'InvalidParameterValue' },
  ]
  test.each(taken)('$name is refused', ({ DestinationCidrBlock, code }) => {
    const GatewayId = makeGateway(VpcId)
    world.write(createRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId })
    refusal(() => world.write(createRoute, { RouteTableId, DestinationCidrBlock, GatewayId }), code)
  })

  test('a part of the VPC that is no whole subnet is refused for an interface too', () => {
    const { eni } = launch()
    const route = { RouteTableId, DestinationCidrBlock: '10.0.1.0/25', NetworkInterfaceId: eni }
    refusal(() => world.write(createRoute, route), 'InvalidParameterValue')
  })

  test('a gateway of another VPC belongs to a different network', () => {
    const GatewayId = makeGateway(makeOtherVpc())
    const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId }
    const message = refusal(() => world.write(createRoute, route), 'InvalidParameterValue')
    expect(message).toBe(`route table ${RouteTableId} and network gateway ${GatewayId} belong to different networks`)
  })

  test('a gateway endpoint is no target', () => {
    const made = world.write(createVpcEndpoint, { VpcId, ServiceName: 'com.amazonaws.us-east-1.s3' })
    const VpcEndpointId = made.VpcEndpoint.VpcEndpointId ?? ''
    const route = { RouteTableId, DestinationCidrBlock: '192.0.2.0/24', VpcEndpointId }
    refusal(() => world.write(createRoute, route), 'RouteNotSupported')
  })
})

describe('ReplaceRoute and DeleteRoute', () => {
  test('a route is replaced in its place, then gone', () => {
    const GatewayId = makeGateway(VpcId)
    const eni = makeInterface()
    world.write(createRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId })
    world.write(replaceRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', NetworkInterfaceId: eni })
    expect(routesOf()[1]).toBe(`0.0.0.0/0 ${eni} blackhole`)
    world.write(deleteRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0' })
    expect(routesOf()).toHaveLength(1)
  })

  test('a route that is not there', () => {
    const GatewayId = makeGateway(VpcId)
    const route = { RouteTableId, DestinationCidrBlock: '192.0.2.0/24' }
    expect(refusal(() => world.write(replaceRoute, { ...route, GatewayId }), 'InvalidParameterValue')).toBe(
      "There is no route defined for '192.0.2.0/24' in the route table. Use CreateRoute instead.",
    )
    expect(refusal(() => world.write(deleteRoute, route), 'InvalidRoute.NotFound')).toBe(
      `no route with destination-cidr-block 192.0.2.0/24 in route table ${RouteTableId}`,
    )
  })

  test('the local route stays', () => {
    const local = { RouteTableId, DestinationCidrBlock: '10.0.0.0/16' }
    refusal(() => world.write(deleteRoute, local), 'InvalidParameterValue')
    world.write(replaceRoute, { ...local, LocalTarget: true })
    expect(routesOf()).toEqual(['10.0.0.0/16 local active'])
    const elsewhere = { RouteTableId, DestinationCidrBlock: '192.0.2.0/24', LocalTarget: true }
    refusal(() => world.write(replaceRoute, elsewhere), 'InvalidParameterValue')
  })

  test('an appliance stands in for the local route, which can be put back', () => {
    const local = { RouteTableId, DestinationCidrBlock: '10.0.0.0/16' }
    const { id, eni } = launch()
    world.write(replaceRoute, { ...local, NetworkInterfaceId: eni })
    expect(routesOf()).toEqual([`10.0.0.0/16 ${eni} ${id} ${CALLER.account} active`])
    refusal(() => world.write(deleteRoute, local), 'InvalidParameterValue')
    refusal(() => world.write(createRoute, { ...local, NetworkInterfaceId: eni }), 'RouteAlreadyExists')
    const other = makeInterface()
    world.write(replaceRoute, { ...local, NetworkInterfaceId: other })
    expect(routesOf()).toEqual([`10.0.0.0/16 ${other} blackhole`])
    world.write(replaceRoute, { ...local, LocalTarget: true })
    expect(routesOf()).toEqual(['10.0.0.0/16 local active'])
  })

  test('no gateway can stand in for the local route', () => {
    const route = { RouteTableId, DestinationCidrBlock: '10.0.0.0/16', GatewayId: makeGateway(VpcId) }
    refusal(() => world.write(replaceRoute, route), 'InvalidParameterValue')
  })

  test('a further block takes its local routes along', () => {
    const made = world.write(associateVpcCidrBlock, { VpcId, CidrBlock: '10.1.0.0/16' }).CidrBlockAssociation
    const NetworkInterfaceId = makeInterface()
    world.write(replaceRoute, { RouteTableId, DestinationCidrBlock: '10.1.0.0/16', NetworkInterfaceId })
    expect(routesOf()[1]).toBe(`10.1.0.0/16 ${NetworkInterfaceId} blackhole`)
    world.write(disassociateVpcCidrBlock, { AssociationId: made?.AssociationId })
    expect(routesOf()).toEqual(['10.0.0.0/16 local active'])
  })

  test('the route of a gateway endpoint can only go with the endpoint', () => {
    world.write(createVpcEndpoint, {
      VpcId,
      ServiceName: 'com.amazonaws.us-east-1.s3',
      RouteTableIds: [RouteTableId],
    })
    expect(routesOf()[1]).toMatch(/^pl-63a5400a vpce-\w+ active$/)
    const route = { RouteTableId, DestinationPrefixListId: 'pl-63a5400a' }
    const message = refusal(() => world.write(deleteRoute, route), 'InvalidParameterValue')
    expect(message).toBe(`cannot remove VPC endpoint route pl-63a5400a in route table ${RouteTableId}`)
    const GatewayId = makeGateway(VpcId)
    refusal(() => world.write(createRoute, { ...route, GatewayId }), 'RouteAlreadyExists')
    refusal(() => world.write(replaceRoute, { ...route, GatewayId }), 'InvalidParameterValue')
  })
})

describe('route tables', () => {
  test('each of a VPC has another number, and a number is used again once its table is gone', () => {
    const second = makeTable(VpcId)
    const numberOf = (id: string) => world.store.records.routeTables.get(id)?.number
    expect([RouteTableId, second].map(numberOf)).toEqual([2, 3])
    world.write(deleteRouteTable, { RouteTableId })
    expect(numberOf(makeTable(VpcId))).toBe(2)
  })

  test('an association is found by its id and ends', () => {
    const { AssociationId = '' } = world.write(associateRouteTable, { RouteTableId, SubnetId })
    const Filters = [{ Name: 'association.route-table-association-id', Values: [AssociationId] }]
    const [table] = world.read(describeRouteTables, { Filters }).RouteTables ?? []
    expect(table?.Associations).toEqual([
      {
        RouteTableAssociationId: AssociationId,
        RouteTableId,
        SubnetId,
        Main: false,
        AssociationState: { State: 'associated' },
      },
    ])
    refusal(() => world.write(deleteRouteTable, { RouteTableId }), 'DependencyViolation')
    world.write(disassociateRouteTable, { AssociationId })
    expect(world.read(describeRouteTables, { Filters }).RouteTables).toEqual([])
    refusal(() => world.write(disassociateRouteTable, { AssociationId }), 'InvalidAssociationID.NotFound')
  })

  test('a subnet has one table: the same again is the same, another is refused', () => {
    const first = world.write(associateRouteTable, { RouteTableId, SubnetId })
    expect(world.write(associateRouteTable, { RouteTableId, SubnetId })).toEqual(first)
    const other = makeTable(VpcId)
    refusal(() => world.write(associateRouteTable, { RouteTableId: other, SubnetId }), 'Resource.AlreadyAssociated')
  })

  test('a subnet of another VPC is refused', () => {
    const other = makeTable(makeOtherVpc())
    refusal(() => world.write(associateRouteTable, { RouteTableId: other, SubnetId }), 'InvalidParameterValue')
  })

  test('another table can be made main, and the main one cannot be left', () => {
    const main = mainAssociation()
    refusal(() => world.write(disassociateRouteTable, { AssociationId: main.id }), 'InvalidParameterValue')
    refusal(() => world.write(deleteRouteTable, { RouteTableId: main.table }), 'DependencyViolation')
    const { NewAssociationId } = world.write(replaceRouteTableAssociation, { AssociationId: main.id, RouteTableId })
    expect(mainAssociation()).toEqual({ table: RouteTableId, id: NewAssociationId })
    world.write(deleteRouteTable, { RouteTableId: main.table })
  })

  test('an association moves to another table, and not to another VPC', () => {
    const { AssociationId } = world.write(associateRouteTable, { RouteTableId, SubnetId })
    const foreign = { AssociationId, RouteTableId: makeTable(makeOtherVpc()) }
    refusal(() => world.write(replaceRouteTableAssociation, foreign), 'InvalidParameterValue')
    const other = makeTable(VpcId)
    world.write(replaceRouteTableAssociation, { AssociationId, RouteTableId: other })
    expect(world.store.records.routeTables.get(RouteTableId)?.associations).toEqual([])
    expect(world.store.records.routeTables.get(other)?.associations).toMatchObject([{ subnetId: SubnetId }])
  })

  test('moving to the table that has it gives a new id', () => {
    const { AssociationId } = world.write(associateRouteTable, { RouteTableId, SubnetId })
    const moved = world.write(replaceRouteTableAssociation, { AssociationId, RouteTableId })
    expect(world.store.records.routeTables.get(RouteTableId)?.associations).toMatchObject([
      { id: moved.NewAssociationId, subnetId: SubnetId },
    ])
  })

  test('the same client token makes one table; with other parameters it is refused', () => {
    const first = world.write(createRouteTable, { VpcId, ClientToken: 'once' })
    expect(world.write(createRouteTable, { VpcId, ClientToken: 'once' })).toEqual(first)
    const other = { VpcId: makeOtherVpc(), ClientToken: 'once' }
    refusal(() => world.write(createRouteTable, other), 'IdempotentParameterMismatch')
  })

  test("another account's table looks as if it did not exist", () => {
    refusal(() => world.write(deleteRouteTable, { RouteTableId }, STRANGER), 'InvalidRouteTableID.NotFound')
    refusal(() => world.write(createRouteTable, { VpcId }, STRANGER), 'InvalidVpcID.NotFound')
  })
})

describe('subnets', () => {
  const bad = [
    { name: 'outside the VPC', input: { CidrBlock: '10.1.0.0/24' }, code: 'InvalidSubnet.Range' },
    { name: 'a /29', input: { CidrBlock: '10.0.9.0/29' }, code: 'InvalidSubnet.Range' },
    { name: 'over another subnet', input: { CidrBlock: '10.0.1.128/25' }, code: 'InvalidSubnet.Conflict' },
    { name: 'no CIDR', input: { CidrBlock: 'ten' }, code: 'InvalidParameterValue' },
    { name: 'no block', input: {}, code: 'MissingParameter' },
    {
      name: 'an unknown zone',
      input: { CidrBlock: '10.0.9.0/24', AvailabilityZone: 'us-west-2c' },
      code: 'InvalidParameterValue',
    },
    {
      name: 'a zone by name and by id',
      input: { CidrBlock: '10.0.9.0/24', AvailabilityZone: 'us-east-1a', AvailabilityZoneId: 'use1-az6' },
      code: 'InvalidParameterCombination',
    },
  ]
  test.each(bad)('$name is refused', ({ input, code }) => {
    refusal(() => world.write(createSubnet, { VpcId, ...input }), code)
  })

  test('an unknown zone is answered with those there are', () => {
    const input = { VpcId, CidrBlock: '10.0.9.0/24', AvailabilityZone: 'us-west-2c' }
    expect(refusal(() => world.write(createSubnet, input), 'InvalidParameterValue')).toBe(
      'Value (us-west-2c) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: us-east-1a, us-east-1b, us-east-1c, us-east-1d, us-east-1e, us-east-1f.',
    )
  })

  test('a zone may be named by its id', () => {
    const input = { VpcId, CidrBlock: '10.0.9.0/24', AvailabilityZoneId: 'use1-az4' }
    expect(world.write(createSubnet, input).Subnet?.AvailabilityZone).toBe('us-east-1d')
  })

  test('a /28 has 11 addresses', () => {
    const input = { VpcId, CidrBlock: '10.0.9.0/28' }
    expect(world.write(createSubnet, input).Subnet?.AvailableIpAddressCount).toBe(11)
  })

  test('an attribute reads back', () => {
    world.write(modifySubnetAttribute, { SubnetId, MapPublicIpOnLaunch: { Value: true } })
    world.write(modifySubnetAttribute, { SubnetId, PrivateDnsHostnameTypeOnLaunch: 'resource-name' })
    const [subnet] = world.read(describeSubnets, { SubnetIds: [SubnetId] }).Subnets ?? []
    expect(subnet?.MapPublicIpOnLaunch).toBe(true)
    expect(subnet?.PrivateDnsNameOptionsOnLaunch?.HostnameType).toBe('resource-name')
    const two = { SubnetId, MapPublicIpOnLaunch: { Value: true }, EnableDns64: { Value: true } }
    refusal(() => world.write(modifySubnetAttribute, two), 'InvalidParameterCombination')
  })

  test('an interface keeps the subnet; without one it goes, with its association', () => {
    const eni = makeInterface()
    world.write(associateRouteTable, { RouteTableId, SubnetId })
    refusal(() => world.write(deleteSubnet, { SubnetId }), 'DependencyViolation')
    world.store.transact((tx) => tx.networkInterfaces.delete(eni))
    world.write(deleteSubnet, { SubnetId })
    expect(world.store.records.routeTables.get(RouteTableId)?.associations).toEqual([])
    refusal(() => world.write(deleteSubnet, { SubnetId }), 'InvalidSubnetID.NotFound')
  })
})

describe('internet gateways', () => {
  test('one gateway has one VPC and one VPC one gateway', () => {
    const InternetGatewayId = makeGateway(VpcId)
    const other = makeOtherVpc()
    refusal(() => world.write(attachInternetGateway, { InternetGatewayId, VpcId: other }), 'Resource.AlreadyAssociated')
    const second = makeGateway()
    refusal(() => world.write(attachInternetGateway, { InternetGatewayId: second, VpcId }), 'InvalidParameterValue')
    refusal(() => world.write(detachInternetGateway, { InternetGatewayId: second, VpcId }), 'Gateway.NotAttached')
    refusal(() => world.write(deleteInternetGateway, { InternetGatewayId }), 'DependencyViolation')
    world.write(detachInternetGateway, { InternetGatewayId, VpcId })
    world.write(deleteInternetGateway, { InternetGatewayId })
    refusal(
      () => world.read(describeInternetGateways, { InternetGatewayIds: [InternetGatewayId] }),
      'InvalidInternetGatewayID.NotFound',
    )
  })
})
