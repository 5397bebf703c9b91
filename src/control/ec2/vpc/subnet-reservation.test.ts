// Addresses: VPC 10.0.0.0/16 and an IPv6 block of Amazon's, with one subnet 10.0.1.0/24 and the first /64.

import { beforeEach, expect, test } from 'vitest'
import { createNetworkInterface } from '../network-interface/network-interface.ts'
import { createTags } from '../request/tag-operations.ts'
import { openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet, deleteSubnet } from './subnet.ts'
import {
  createSubnetCidrReservation,
  deleteSubnetCidrReservation,
  getSubnetCidrReservations,
} from './subnet-reservation.ts'
import { createVpc, describeVpcs } from './vpc.ts'

let world: World
let SubnetId: string
let ipv6: string

beforeEach(async () => {
  world = await openWorld()
  const made = world.write(createVpc, { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }).Vpc
  const VpcId = made?.VpcId ?? ''
  const { Vpcs: [vpc] = [] } = world.read(describeVpcs, { VpcIds: [VpcId] })
  ipv6 = (vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? '').replace('/56', '/64')
  const input = { VpcId, CidrBlock: '10.0.1.0/24', Ipv6CidrBlock: ipv6 }
  SubnetId = world.write(createSubnet, input).Subnet?.SubnetId ?? ''
})

function reserve(Cidr: string, ReservationType: 'explicit' | 'prefix' = 'explicit'): string {
  const { SubnetCidrReservation } = world.write(createSubnetCidrReservation, { SubnetId, Cidr, ReservationType })
  return SubnetCidrReservation?.SubnetCidrReservationId ?? ''
}

function addresses(input: object = {}) {
  const { NetworkInterface: eni } = world.write(createNetworkInterface, { SubnetId, ...input })
  return [eni?.PrivateIpAddress, eni?.Ipv6Addresses?.[0]?.Ipv6Address?.replace(/^.*::/, '::')].filter(Boolean)
}

test('automatic addresses avoid it, and a call may name one of it', () => {
  reserve('10.0.1.0/28')
  reserve('10.0.1.16/29', 'prefix')
  reserve(ipv6.replace('/64', '/120'))
  expect(addresses({ Ipv6AddressCount: 1 })).toEqual(['10.0.1.24', '::100'])
  expect(addresses({ PrivateIpAddress: '10.0.1.10' })).toEqual(['10.0.1.10'])
  const id = reserve('10.0.1.32/27')
  expect(addresses({ SecondaryPrivateIpAddressCount: 7 })).toEqual(['10.0.1.25'])
  expect(addresses()).toEqual(['10.0.1.65'])
  world.write(deleteSubnetCidrReservation, { SubnetCidrReservationId: id })
  expect(addresses()).toEqual(['10.0.1.32'])
})

test('a subnet that is reserved whole gives no address by itself', () => {
  reserve('10.0.1.0/24')
  refusal(() => addresses(), 'InsufficientFreeAddressesInSubnet')
  reserve(ipv6)
  const one = { PrivateIpAddress: '10.0.1.9', Ipv6AddressCount: 1 }
  refusal(() => addresses(one), 'InsufficientFreeAddressesInSubnet')
})

test('by family, with filters and tags', () => {
  const id = reserve('10.0.1.0/28')
  reserve(ipv6.replace('/64', '/80'), 'prefix')
  world.write(createTags, { Resources: [id], Tags: [{ Key: 'Name', Value: 'databases' }] })
  expect(world.read(getSubnetCidrReservations, { SubnetId })).toMatchObject({
    SubnetIpv4CidrReservations: [{ SubnetCidrReservationId: id, Cidr: '10.0.1.0/28', Tags: [{ Value: 'databases' }] }],
    SubnetIpv6CidrReservations: [{ ReservationType: 'prefix', OwnerId: '123456789012' }],
  })
  const Filters = [{ Name: 'reservationType', Values: ['explicit'] }]
  expect(world.read(getSubnetCidrReservations, { SubnetId, Filters }).SubnetIpv6CidrReservations).toEqual([])
  world.write(deleteSubnet, { SubnetId })
  const gone = { SubnetCidrReservationId: id }
  refusal(() => world.write(deleteSubnetCidrReservation, gone), 'InvalidSubnetCidrReservationID.NotFound')
})

test('what cannot be reserved', () => {
  const make = (input: object) => () =>
    world.write(createSubnetCidrReservation, { SubnetId, Cidr: '10.0.1.0/28', ReservationType: 'explicit', ...input })
  refusal(make({ Cidr: '10.0.2.0/28' }), 'InvalidParameterValue')
  refusal(make({ Cidr: undefined }), 'MissingParameter')
  refusal(make({ ReservationType: undefined }), 'MissingParameter')
  refusal(make({ ReservationType: 'other' }), 'InvalidParameterValue')
  refusal(make({ SubnetId: 'subnet-0123456789abcdef0' }), 'InvalidSubnetID.NotFound')
  const id = reserve('10.0.1.0/28')
  refusal(make({ Cidr: '10.0.1.8/29' }), 'InvalidParameterValue')
  const strange = () => world.write(deleteSubnetCidrReservation, { SubnetCidrReservationId: id }, STRANGER)
  refusal(strange, 'InvalidSubnetCidrReservationID.NotFound')
})
