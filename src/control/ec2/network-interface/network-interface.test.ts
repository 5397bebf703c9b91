// Addresses: VPC 10.0.0.0/16 with subnet `a` 10.0.1.0/24 and `small` 10.0.2.0/28 (11 free) in us-east-1a and `b`
// 10.0.3.0/24 in us-east-1b; a second VPC 10.9.0.0/16.

import type { CreateNetworkInterfaceRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import type { InstanceId, NetworkInterfaceId } from '../../../store/records.ts'
import { createSecurityGroup } from '../filtering/security-group.ts'
import { runInstances } from '../instance/run-instances.ts'
import { contents, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import { createNetworkInterface, deleteNetworkInterface, describeNetworkInterfaces } from './network-interface.ts'
import { attachNetworkInterface, detachNetworkInterface } from './network-interface-attachment.ts'
import {
  describeNetworkInterfaceAttribute,
  modifyNetworkInterfaceAttribute,
  resetNetworkInterfaceAttribute,
} from './network-interface-attribute.ts'
import { assignPrivateIpAddresses, unassignPrivateIpAddresses } from './private-ip-addresses.ts'

const [IMAGE] = hostImages('us-east-1', 'x86_64')

let world: World
let subnets: Record<'a' | 'small' | 'b' | 'other', string>
let groupId: string
let otherGroupId: string

beforeEach(async () => {
  world = await openWorld()
  const vpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!
  const otherVpcId = world.write(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc!.VpcId!
  const subnet = (VpcId: string, CidrBlock: string, AvailabilityZone: string) =>
    world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZone }).Subnet!.SubnetId!
  const group = (VpcId: string) =>
    world.write(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' }).GroupId!
  subnets = {
    a: subnet(vpcId, '10.0.1.0/24', 'us-east-1a'),
    small: subnet(vpcId, '10.0.2.0/28', 'us-east-1a'),
    b: subnet(vpcId, '10.0.3.0/24', 'us-east-1b'),
    other: subnet(otherVpcId, '10.9.1.0/24', 'us-east-1a'),
  }
  groupId = group(vpcId)
  otherGroupId = group(otherVpcId)
})

function create(input: Partial<CreateNetworkInterfaceRequest> = {}): NetworkInterfaceId {
  const made = world.write(createNetworkInterface, { SubnetId: subnets.a, ...input })
  return made.NetworkInterface!.NetworkInterfaceId as NetworkInterfaceId
}

function launch(state: 'pending' | 'running' = 'running', SubnetId = subnets.a): InstanceId {
  const request = { ImageId: IMAGE!.id, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId } as const
  const made = world.write((tx, caller, input: typeof request) => runInstances(tx, caller, input, 'x86_64'), request)
  const id = made.Instances![0]!.InstanceId as InstanceId
  world.store.transact((tx) => tx.instances.update(id, { state }))
  return id
}

const record = (id: NetworkInterfaceId) => world.store.records.networkInterfaces.get(id)!
const primaryOf = (id: InstanceId) =>
  [...world.store.records.networkInterfaces.all()].find((eni) => eni.attachment?.instanceId === id)!.id

describe('createNetworkInterface', () => {
  test('takes the lowest free address and the default group', () => {
    const made = world.write(createNetworkInterface, { SubnetId: subnets.a, Description: 'one' }).NetworkInterface!
    expect(made).toMatchObject({
      Status: 'available',
      Description: 'one',
      InterfaceType: 'interface',
      SourceDestCheck: true,
      RequesterManaged: false,
      PrivateIpAddress: '10.0.1.4',
      Groups: [{ GroupName: 'default' }],
      AvailabilityZone: 'us-east-1a',
    })
    const NetworkInterfaceIds = [made.NetworkInterfaceId!]
    expect(world.read(describeNetworkInterfaces, { NetworkInterfaceIds }).NetworkInterfaces).toEqual([made])
  })

  test('named, secondary and counted addresses do not meet', () => {
    create({ PrivateIpAddress: '10.0.1.4', SecondaryPrivateIpAddressCount: 2 })
    const PrivateIpAddresses = [{ PrivateIpAddress: '10.0.1.7' }, { PrivateIpAddress: '10.0.1.9', Primary: true }]
    const id = create({ PrivateIpAddresses })
    expect([...world.store.records.networkInterfaces.all()].map((eni) => eni.privateAddresses)).toEqual([
      ['10.0.1.4', '10.0.1.5', '10.0.1.6'],
      ['10.0.1.9', '10.0.1.7'],
    ])
    expect(record(id).macAddress).toMatch(/^02:50(:[0-9a-f]{2}){4}$/)
  })

  test('the same token again answers the same interface', () => {
    expect(create({ ClientToken: 'once' })).toBe(create({ ClientToken: 'once' }))
  })

  test.each<[string, string, () => Partial<CreateNetworkInterfaceRequest>]>([
    ['no subnet', 'MissingParameter', () => ({ SubnetId: undefined })],
    ['an unknown subnet', 'InvalidSubnetID.NotFound', () => ({ SubnetId: 'subnet-0123456789abcdef0' })],
    ['an unknown group', 'InvalidGroup.NotFound', () => ({ Groups: ['sg-0123456789abcdef0'] })],
    ['a group of another VPC', 'InvalidParameter', () => ({ Groups: [otherGroupId] })],
    ['an address in use', 'InvalidIPAddress.InUse', () => ({ PrivateIpAddress: '10.0.1.4' })],
    ['the router’s address', 'InvalidParameterValue', () => ({ PrivateIpAddress: '10.0.1.1' })],
    ['an address of another subnet', 'InvalidParameterValue', () => ({ PrivateIpAddress: '10.0.2.4' })],
    ['an IPv6 address', 'InvalidParameterValue', () => ({ PrivateIpAddress: '2001:db8::1' })],
    [
      'an address twice',
      'InvalidIPAddress.InUse',
      () => ({ PrivateIpAddress: '10.0.1.9', PrivateIpAddresses: [{ PrivateIpAddress: '10.0.1.9' }] }),
    ],
    [
      'secondary addresses by name and by count',
      'InvalidParameterCombination',
      () => ({ SecondaryPrivateIpAddressCount: 1, PrivateIpAddresses: [{ PrivateIpAddress: '10.0.1.9' }] }),
    ],
    [
      'more than the subnet has',
      'InsufficientFreeAddressesInSubnet',
      () => ({ SubnetId: subnets.small, SecondaryPrivateIpAddressCount: 11 }),
    ],
    ['an Elastic Fabric Adapter', 'UnsupportedOperation', () => ({ InterfaceType: 'efa' })],
    ['a prefix', 'UnsupportedOperation', () => ({ Ipv4PrefixCount: 1 })],
  ])('refuses %s with %s and changes nothing', (_, code, input) => {
    create()
    const before = contents(world.store)
    refusal(() => create(input()), code)
    expect(contents(world.store)).toEqual(before)
  })

  test('refuses more than five groups', () => {
    const { vpcId } = record(create())
    const Groups = [1, 2, 3, 4, 5, 6].map(
      (n) => world.write(createSecurityGroup, { VpcId: vpcId, GroupName: `g${n}`, Description: 'g' }).GroupId!,
    )
    refusal(() => create({ Groups }), 'SecurityGroupsPerInterfaceLimitExceeded')
    expect(record(create({ Groups: Groups.slice(1) })).groupIds).toHaveLength(5)
  })
})

describe('describeNetworkInterfaces', () => {
  test.each([
    ['subnet-id', () => subnets.a, true],
    ['subnet-id', () => subnets.b, false],
    ['group-id', () => groupId, true],
    ['group-name', () => 'web', true],
    ['description', () => 'front*', true],
    ['status', () => 'available', true],
    ['private-ip-address', () => '10.0.1.4', true],
    ['addresses.private-ip-address', () => '10.0.1.5', true],
    ['attachment.instance-id', () => 'i-*', false],
    ['attachment.attachment-id', () => '*', false],
    ['attachment.instance-owner-id', () => 'amazon-elb', false],
    ['interface-type', () => 'interface', true],
    ['requester-managed', () => 'false', true],
    ['availability-zone', () => 'us-east-1a', true],
    ['tag:Name', () => 'x', true],
  ])('filter %s', (Name, value, isShown) => {
    const TagSpecifications = [{ ResourceType: 'network-interface' as const, Tags: [{ Key: 'Name', Value: 'x' }] }]
    const one = { Groups: [groupId], Description: 'front door', SecondaryPrivateIpAddressCount: 1, TagSpecifications }
    const id = create(one)
    const shown = world.read(describeNetworkInterfaces, { Filters: [{ Name, Values: [value()] }] })
    expect(shown.NetworkInterfaces!.some((eni) => eni.NetworkInterfaceId === id)).toBe(isShown)
  })

  test("another account's interface does not exist", () => {
    const NetworkInterfaceIds = [create()]
    refusal(
      () => world.read(describeNetworkInterfaces, { NetworkInterfaceIds }, STRANGER),
      'InvalidNetworkInterfaceID.NotFound',
    )
  })
})

describe('attachments', () => {
  const attach = (NetworkInterfaceId: string, InstanceId: string, DeviceIndex = 1) =>
    world.write(attachNetworkInterface, { NetworkInterfaceId, InstanceId, DeviceIndex })

  test('attach and detach', () => {
    const [eni, instance] = [create(), launch()]
    const { AttachmentId } = attach(eni, instance)
    expect(record(eni).attachment).toMatchObject({ instanceId: instance, deviceIndex: 1, deleteOnTermination: false })
    expect(
      refusal(() => world.write(deleteNetworkInterface, { NetworkInterfaceId: eni }), 'InvalidParameterValue'),
    ).toBe(`Network interface '${eni}' is currently in use.`)
    world.write(detachNetworkInterface, { AttachmentId })
    const byAttachment = { Filters: [{ Name: 'attachment.attachment-id', Values: [AttachmentId!] }] }
    expect(world.read(describeNetworkInterfaces, byAttachment).NetworkInterfaces).toMatchObject([
      { NetworkInterfaceId: eni, Status: 'available', Attachment: { Status: 'detached', InstanceId: instance } },
    ])
    const byId = { NetworkInterfaceIds: [eni] }
    expect(world.read(describeNetworkInterfaces, byId).NetworkInterfaces![0]!.Attachment).toBeUndefined()
    refusal(() => world.write(detachNetworkInterface, { AttachmentId }), 'InvalidAttachmentID.NotFound')
    world.write(deleteNetworkInterface, { NetworkInterfaceId: eni })
    expect(record(eni)).toBeUndefined()
  })

  test('an interface that is in use is not attached again', () => {
    const [eni, first, second] = [create(), launch(), launch()]
    attach(eni, first)
    expect(refusal(() => attach(eni, second), 'InvalidNetworkInterface.InUse')).toBe(`Interface: [${eni}] in use.`)
  })

  test('the primary interface stays', () => {
    const AttachmentId = record(primaryOf(launch())).attachment!.id
    refusal(() => world.write(detachNetworkInterface, { AttachmentId }), 'OperationNotPermitted')
  })

  test.each<[string, string, () => unknown]>([
    ['a device index that is taken', 'InvalidParameterValue', () => attach(create(), launch(), 0)],
    ['a pending instance', 'IncorrectInstanceState', () => attach(create(), launch('pending'))],
    ['another zone', 'InvalidParameterCombination', () => attach(create({ SubnetId: subnets.b }), launch())],
    ['another VPC', 'InvalidParameterCombination', () => attach(create({ SubnetId: subnets.other }), launch())],
    [
      'more addresses than the type has',
      'PrivateIpAddressLimitExceeded',
      () => attach(create({ SecondaryPrivateIpAddressCount: 2 }), launch()),
    ],
    [
      'more interfaces than the type has',
      'AttachmentLimitExceeded',
      () => {
        const instance = launch()
        attach(create(), instance)
        attach(create(), instance, 2)
      },
    ],
  ])('refuses %s', (_, code, call) => {
    refusal(call, code)
  })
})

describe('attributes', () => {
  test('modify one by one, and read back', () => {
    const id = create()
    const NetworkInterfaceId = id
    const modify = (change: object) => world.write(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, ...change })
    modify({ Description: { Value: 'new' } })
    modify({ SourceDestCheck: { Value: false } })
    modify({ Groups: [groupId] })
    expect(record(id)).toMatchObject({ description: 'new', sourceDestCheck: false, groupIds: [groupId] })
    const read = (Attribute: 'description' | 'groupSet' | 'sourceDestCheck' | 'attachment') =>
      world.read(describeNetworkInterfaceAttribute, { NetworkInterfaceId, Attribute })
    expect(read('description').Description).toEqual({ Value: 'new' })
    expect(read('groupSet').Groups).toEqual([{ GroupId: groupId, GroupName: 'web' }])
    expect(read('attachment').Attachment).toBeUndefined()
    world.write(resetNetworkInterfaceAttribute, { NetworkInterfaceId, SourceDestCheck: 'true' })
    expect(read('sourceDestCheck').SourceDestCheck).toEqual({ Value: true })
    refusal(() => modify({}), 'MissingParameter')
    refusal(
      () => modify({ Description: { Value: 'x' }, SourceDestCheck: { Value: true } }),
      'InvalidParameterCombination',
    )
    refusal(() => modify({ Groups: [otherGroupId] }), 'InvalidParameter')
  })

  test('deleteOnTermination of an attachment, which must be the interface’s', () => {
    const id = primaryOf(launch())
    const modify = (AttachmentId: string) =>
      world.write(modifyNetworkInterfaceAttribute, {
        NetworkInterfaceId: id,
        Attachment: { AttachmentId, DeleteOnTermination: false },
      })
    modify(record(id).attachment!.id)
    expect(record(id).attachment).toMatchObject({ deleteOnTermination: false })
    refusal(() => modify('eni-attach-0123456789abcdef0'), 'InvalidAttachmentID.NotFound')
  })
})

describe('secondary addresses', () => {
  const assign = (NetworkInterfaceId: string, more: object) =>
    world.write(assignPrivateIpAddresses, { NetworkInterfaceId, ...more })
  const unassign = (NetworkInterfaceId: string, ...PrivateIpAddresses: string[]) =>
    world.write(unassignPrivateIpAddresses, { NetworkInterfaceId, PrivateIpAddresses })

  test('assign by count and by name, unassign', () => {
    const id = create()
    expect(assign(id, { SecondaryPrivateIpAddressCount: 1 }).AssignedPrivateIpAddresses).toEqual([
      { PrivateIpAddress: '10.0.1.5' },
    ])
    assign(id, { PrivateIpAddresses: ['10.0.1.30', '10.0.1.5'] })
    expect(record(id).privateAddresses).toEqual(['10.0.1.4', '10.0.1.5', '10.0.1.30'])
    unassign(id, '10.0.1.5')
    expect(record(id).privateAddresses).toEqual(['10.0.1.4', '10.0.1.30'])
  })

  test('an address moves from another interface only when that is asked for, and never a primary one', () => {
    const [from, to] = [create({ SecondaryPrivateIpAddressCount: 1 }), create()]
    const PrivateIpAddresses = ['10.0.1.5']
    refusal(() => assign(to, { PrivateIpAddresses }), 'InvalidIPAddress.InUse')
    assign(to, { PrivateIpAddresses, AllowReassignment: true })
    expect([record(from).privateAddresses, record(to).privateAddresses]).toEqual([
      ['10.0.1.4'],
      ['10.0.1.6', '10.0.1.5'],
    ])
    const primary = { PrivateIpAddresses: ['10.0.1.4'], AllowReassignment: true }
    refusal(() => assign(to, primary), 'InvalidIPAddress.InUse')
  })

  test.each<[string, string, () => unknown]>([
    ['neither count nor names', 'MissingParameter', () => assign(create(), {})],
    ['a count of 0', 'InvalidParameterValue', () => assign(create(), { SecondaryPrivateIpAddressCount: 0 })],
    [
      'count and names',
      'InvalidParameterCombination',
      () => assign(create(), { SecondaryPrivateIpAddressCount: 1, PrivateIpAddresses: ['10.0.1.9'] }),
    ],
    [
      'an address of another subnet',
      'InvalidParameterValue',
      () => assign(create(), { PrivateIpAddresses: ['10.0.3.9'] }),
    ],
    [
      'more than the instance’s type has',
      'PrivateIpAddressLimitExceeded',
      () => assign(primaryOf(launch()), { SecondaryPrivateIpAddressCount: 2 }),
    ],
    ['to take the primary address off', 'InvalidParameterValue', () => unassign(create(), '10.0.1.4')],
    ['to take off what it has not', 'InvalidParameterValue', () => unassign(create(), '10.0.1.99')],
  ])('refuses %s', (_, code, call) => {
    refusal(call, code)
  })
})
