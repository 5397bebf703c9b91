import { beforeEach, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import { describeInstances } from '../instance/instance.ts'
import { finishInstanceTransition } from '../instance/instance-lifecycle.ts'
import { startInstances, stopInstances } from '../instance/instance-state.ts'
import { runInstances } from '../instance/run-instances.ts'
import { describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createRoute } from '../route/route.ts'
import { createRouteTable, describeRouteTables } from '../route/route-table.ts'
import { attachInternetGateway, createInternetGateway, detachInternetGateway } from '../vpc/internet-gateway.ts'
import { createSubnet, deleteSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import {
  allocateAddress,
  associateAddress,
  describeAddresses,
  disassociateAddress,
  releaseAddress,
} from './elastic-address.ts'
import { createNatGateway, deleteNatGateway, describeNatGateways, finishNatGatewayTransition } from './nat-gateway.ts'
import {
  assignPrivateNatGatewayAddress,
  associateNatGatewayAddress,
  disassociateNatGatewayAddress,
  unassignPrivateNatGatewayAddress,
} from './nat-gateway-address.ts'

let world: World
let VpcId: string
let SubnetId: string
let InternetGatewayId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  SubnetId = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId ?? ''
  InternetGatewayId = world.write(createInternetGateway, {}).InternetGateway.InternetGatewayId ?? ''
})

function attach(): void {
  world.write(attachInternetGateway, { VpcId, InternetGatewayId })
}

function launch(AssociatePublicIpAddress?: boolean): string {
  const launched = world.write(
    (tx, caller, input: Parameters<typeof runInstances>[2]) => runInstances(tx, caller, input, 'x86_64'),
    {
      ImageId: hostImages('us-east-1', 'x86_64')[0]?.id,
      InstanceType: 't3.micro',
      MinCount: 1,
      MaxCount: 1,
      NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, AssociatePublicIpAddress }],
    },
  )
  return launched.Instances?.[0]?.InstanceId ?? ''
}

function settle(): void {
  world.store.transact((tx) => {
    for (const instance of [...tx.instances.all()]) finishInstanceTransition(tx, instance, CALLER.now)
    for (const gateway of [...tx.natGateways.all()]) finishNatGatewayTransition(tx, gateway)
  })
}

function publicAddressOf(InstanceId: string): string | undefined {
  const { Reservations } = world.read(describeInstances, { InstanceIds: [InstanceId] })
  return Reservations?.[0]?.Instances?.[0]?.PublicIpAddress
}

test('an address is the region’s, one’s own, and goes where it is told', () => {
  attach()
  const { AllocationId, PublicIp = '' } = world.write(allocateAddress, {})
  expect(PublicIp).toMatch(/^44\.\d+\.0\.1$/)
  refusal(
    () => world.read(describeAddresses, { AllocationIds: [AllocationId ?? ''] }, STRANGER),
    'InvalidAllocationID.NotFound',
  )
  const InstanceId = launch()
  expect(publicAddressOf(InstanceId)).toBeUndefined()
  const { AssociationId } = world.write(associateAddress, { AllocationId, InstanceId })
  expect(publicAddressOf(InstanceId)).toBe(PublicIp)
  const filtered = { Filters: [{ Name: 'association.public-ip', Values: [PublicIp] }] }
  expect(world.read(describeNetworkInterfaces, filtered).NetworkInterfaces).toHaveLength(1)
  refusal(() => world.write(releaseAddress, { AllocationId }), 'InvalidIPAddress.InUse')
  refusal(() => world.write(detachInternetGateway, { VpcId, InternetGatewayId }), 'DependencyViolation')
  world.write(disassociateAddress, { AssociationId })
  expect(publicAddressOf(InstanceId)).toBeUndefined()
  world.write(releaseAddress, { AllocationId })
  world.write(detachInternetGateway, { VpcId, InternetGatewayId })
  expect(world.write(allocateAddress, {}).PublicIp).not.toBe(PublicIp)
})

test('an address needs a gateway, an interface that exists, and leave to move', () => {
  const { AllocationId } = world.write(allocateAddress, {})
  const [first, second] = [launch(), launch()]
  const to =
    (InstanceId: string, more = {}) =>
    () =>
      world.write(associateAddress, { AllocationId, InstanceId, ...more })
  refusal(to(first), 'Gateway.NotAttached')
  attach()
  refusal(to('i-0123456789abcdef0'), 'InvalidInstanceID.NotFound')
  refusal(to(first, { PrivateIpAddress: '10.0.1.250' }), 'InvalidParameterValue')
  to(first)()
  refusal(to(second, { AllowReassociation: false }), 'Resource.AlreadyAssociated')
  to(second)()
  expect([publicAddressOf(first), publicAddressOf(second)]).toEqual([undefined, expect.any(String)])
})

test('a launch’s public address ends with a stop, and gives way to an Elastic IP', () => {
  attach()
  const InstanceId = launch(true)
  settle()
  const first = publicAddressOf(InstanceId)
  expect(first).toMatch(/^44\./)
  world.write(stopInstances, { InstanceIds: [InstanceId] })
  expect(publicAddressOf(InstanceId)).toBeUndefined()
  settle()
  world.write(startInstances, { InstanceIds: [InstanceId] })
  expect(publicAddressOf(InstanceId)).not.toBe(first)
  const { AllocationId, PublicIp } = world.write(allocateAddress, {})
  const { AssociationId } = world.write(associateAddress, { AllocationId, InstanceId })
  expect(publicAddressOf(InstanceId)).toBe(PublicIp)
  world.write(disassociateAddress, { AssociationId })
  expect(publicAddressOf(InstanceId)).toMatch(/^44\./)
})

test('a NAT gateway from pending to deleted, with its address, its interface and its route', () => {
  const { AllocationId = '' } = world.write(allocateAddress, {})
  const create = () => world.write(createNatGateway, { SubnetId, AllocationId, ClientToken: 'once' }).NatGateway
  refusal(create, 'Gateway.NotAttached')
  attach()
  refusal(() => world.write(createNatGateway, { SubnetId }), 'MissingParameter')
  const NatGatewayId = create()?.NatGatewayId ?? ''
  expect(create()?.NatGatewayId).toBe(NatGatewayId)
  const read = () => world.read(describeNatGateways, { NatGatewayIds: [NatGatewayId] }).NatGateways?.[0]
  expect(read()?.State).toBe('pending')
  settle()
  expect(read()).toMatchObject({ State: 'available', NatGatewayAddresses: [{ AllocationId, PrivateIp: '10.0.1.4' }] })
  const RouteTableId = world.write(createRouteTable, { VpcId }).RouteTable?.RouteTableId ?? ''
  world.write(createRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId })
  const route = () =>
    world
      .read(describeRouteTables, { RouteTableIds: [RouteTableId] })
      .RouteTables?.[0]?.Routes?.find((one) => one.NatGatewayId === NatGatewayId)
  expect(route()?.State).toBe('active')
  const associationId = read()?.NatGatewayAddresses?.[0]?.AssociationId
  refusal(() => world.write(disassociateAddress, { AssociationId: associationId }), 'InvalidIPAddress.InUse')
  refusal(() => world.write(deleteSubnet, { SubnetId }), 'DependencyViolation')
  world.write(deleteNatGateway, { NatGatewayId })
  expect([read()?.State, route()?.State]).toEqual(['deleting', 'blackhole'])
  settle()
  expect(read()?.State).toBe('deleted')
  world.write(releaseAddress, { AllocationId })
  world.write(deleteSubnet, { SubnetId })
})

function allocate(): string {
  return world.write(allocateAddress, {}).AllocationId ?? ''
}

function addressesOf(NatGatewayId: string) {
  const { NatGateways } = world.read(describeNatGateways, { NatGatewayIds: [NatGatewayId] })
  return (NatGateways?.[0]?.NatGatewayAddresses ?? []).map(({ PrivateIp, AllocationId, IsPrimary }) =>
    [PrivateIp, AllocationId, IsPrimary ? 'primary' : ''].filter(Boolean).join(' '),
  )
}

test('a public NAT gateway has more addresses from the start, and later', () => {
  attach()
  const [first, second, third] = [allocate(), allocate(), allocate()]
  const { NatGateway } = world.write(createNatGateway, {
    SubnetId,
    AllocationId: first,
    PrivateIpAddress: '10.0.1.10',
    SecondaryAllocationIds: [second],
    SecondaryPrivateIpAddresses: ['10.0.1.11'],
  })
  const NatGatewayId = NatGateway?.NatGatewayId ?? ''
  const before = [`10.0.1.10 ${first} primary`, `10.0.1.11 ${second}`]
  expect(addressesOf(NatGatewayId)).toEqual(before)
  settle()
  const added = world.write(associateNatGatewayAddress, { NatGatewayId, AllocationIds: [third] })
    .NatGatewayAddresses?.[0]
  expect(addressesOf(NatGatewayId)).toEqual([...before, `${added?.PrivateIp} ${third}`])
  refusal(
    () => world.write(associateNatGatewayAddress, { NatGatewayId, AllocationIds: [third] }),
    'Resource.AlreadyAssociated',
  )
  const AssociationIds = [added?.AssociationId ?? '']
  world.write(disassociateNatGatewayAddress, { NatGatewayId, AssociationIds })
  expect(addressesOf(NatGatewayId)).toEqual(before)
  world.write(releaseAddress, { AllocationId: third })
  refusal(() => world.write(disassociateNatGatewayAddress, { NatGatewayId, AssociationIds }), 'InvalidParameter')
  const primary = { NatGatewayId, AssociationIds: [NatGateway?.NatGatewayAddresses?.[0]?.AssociationId ?? ''] }
  refusal(() => world.write(disassociateNatGatewayAddress, primary), 'InvalidParameter')
  world.write(deleteNatGateway, { NatGatewayId })
  settle()
  world.write(releaseAddress, { AllocationId: second })
})

test('a private NAT gateway is given private addresses, and no Elastic IP', () => {
  const made = world.write(createNatGateway, {
    SubnetId,
    ConnectivityType: 'private',
    PrivateIpAddress: '10.0.1.10',
    SecondaryPrivateIpAddressCount: 2,
  })
  const NatGatewayId = made.NatGateway?.NatGatewayId ?? ''
  expect(addressesOf(NatGatewayId)).toHaveLength(3)
  world.write(assignPrivateNatGatewayAddress, { NatGatewayId, PrivateIpAddresses: ['10.0.1.99'] })
  expect(addressesOf(NatGatewayId)[3]).toBe('10.0.1.99')
  const many = { NatGatewayId, PrivateIpAddressCount: 5 }
  refusal(() => world.write(assignPrivateNatGatewayAddress, many), 'InvalidParameterValue')
  refusal(
    () => world.write(associateNatGatewayAddress, { NatGatewayId, AllocationIds: [allocate()] }),
    'InvalidParameter',
  )
  world.write(unassignPrivateNatGatewayAddress, { NatGatewayId, PrivateIpAddresses: ['10.0.1.99'] })
  expect(addressesOf(NatGatewayId)).toHaveLength(3)
  const primary = { NatGatewayId, PrivateIpAddresses: ['10.0.1.10'] }
  refusal(() => world.write(unassignPrivateNatGatewayAddress, primary), 'InvalidParameter')
  const SecondaryAllocationIds = [allocate()]
  refusal(
    () => world.write(createNatGateway, { SubnetId, ConnectivityType: 'private', SecondaryAllocationIds }),
    'InvalidParameterCombination',
  )
})
