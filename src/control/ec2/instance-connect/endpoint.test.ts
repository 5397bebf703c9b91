// Addresses: VPC 10.0.0.0/16 with one subnet 10.0.1.0/24.

import { beforeEach, expect, test } from 'vitest'
import { createSecurityGroup, deleteSecurityGroup } from '../filtering/security-group.ts'
import { deleteNetworkInterface, describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet, deleteSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import {
  createInstanceConnectEndpoint,
  deleteInstanceConnectEndpoint,
  describeInstanceConnectEndpoints,
  modifyInstanceConnectEndpoint,
} from './endpoint.ts'

let world: World
let VpcId: string
let SubnetId: string
let GroupId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  SubnetId = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId ?? ''
  GroupId = world.write(createSecurityGroup, { VpcId, GroupName: 'ssh', Description: 'ssh' }).GroupId ?? ''
})

const make = (input: object = {}) =>
  world.write(createInstanceConnectEndpoint, { SubnetId, ...input }).InstanceConnectEndpoint ?? {}
const shown = () => world.read(describeInstanceConnectEndpoints, {}).InstanceConnectEndpoints

test('it has an interface of its own, which keeps its subnet and its groups', () => {
  const made = make({ SecurityGroupIds: [GroupId], ClientToken: 't' })
  expect(made).toMatchObject({
    State: 'create-in-progress',
    VpcId,
    SecurityGroupIds: [GroupId],
    PreserveClientIp: false,
  })
  expect(make({ SecurityGroupIds: [GroupId], ClientToken: 't' }).InstanceConnectEndpointId).toBe(
    made.InstanceConnectEndpointId,
  )
  expect(shown()).toMatchObject([{ State: 'create-complete', IpAddressType: 'ipv4' }])
  const NetworkInterfaceIds = made.NetworkInterfaceIds ?? []
  const { NetworkInterfaces: [eni] = [] } = world.read(describeNetworkInterfaces, { NetworkInterfaceIds })
  expect(eni).toMatchObject({
    PrivateIpAddress: '10.0.1.4',
    InterfaceType: 'ec2_instance_connect_endpoint',
    RequesterManaged: true,
  })
  const own = () => world.write(deleteNetworkInterface, { NetworkInterfaceId: NetworkInterfaceIds[0] })
  expect(own).toThrow()
  refusal(() => world.write(deleteSubnet, { SubnetId }), 'DependencyViolation')
  refusal(() => world.write(deleteSecurityGroup, { GroupId }), 'DependencyViolation')
  const { InstanceConnectEndpointId } = made
  world.write(deleteInstanceConnectEndpoint, { InstanceConnectEndpointId })
  expect(shown()).toEqual([])
  world.write(deleteSubnet, { SubnetId })
  const gone = () => world.write(deleteInstanceConnectEndpoint, { InstanceConnectEndpointId })
  refusal(gone, 'InvalidInstanceConnectEndpointId.NotFound')
})

test('its groups and whose address instances see change in place', () => {
  const { InstanceConnectEndpointId } = make()
  world.write(modifyInstanceConnectEndpoint, {
    InstanceConnectEndpointId,
    SecurityGroupIds: [GroupId],
    PreserveClientIp: true,
  })
  expect(shown()).toMatchObject([{ SecurityGroupIds: [GroupId], PreserveClientIp: true }])
  const NetworkInterfaceIds = shown()?.[0]?.NetworkInterfaceIds
  const { NetworkInterfaces: [eni] = [] } = world.read(describeNetworkInterfaces, { NetworkInterfaceIds })
  expect(eni?.Groups?.map((group) => group.GroupId)).toEqual([GroupId])
})

test('a VPC has one, and what it cannot be', () => {
  refusal(() => make({ SubnetId: undefined }), 'MissingParameter')
  refusal(() => make({ SubnetId: 'subnet-0123456789abcdef0' }), 'InvalidSubnetID.NotFound')
  refusal(() => make({ IpAddressType: 'ipv6' }), 'UnsupportedOperation')
  make()
  refusal(() => make(), 'ResourceLimitExceeded')
  const list = (Name: string, value: string) =>
    world.read(describeInstanceConnectEndpoints, { Filters: [{ Name, Values: [value] }] }).InstanceConnectEndpoints
  expect(list('vpc-id', VpcId)).toHaveLength(1)
  expect(list('subnet-id', 'subnet-1')).toEqual([])
  expect(world.read(describeInstanceConnectEndpoints, {}, STRANGER).InstanceConnectEndpoints).toEqual([])
})
