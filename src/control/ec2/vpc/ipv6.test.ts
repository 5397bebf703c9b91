// Address plan: VPCs of 10.0.0.0/16; IPv6 blocks are out of us-east-1's, 2600:1f2e::/32, the first 2600:1f2e:0:100::/56.

import type { RunInstancesRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import { DEFAULT_REGION } from '../../../catalogue/regions.ts'
import { describeNetworkAcls } from '../filtering/network-acl.ts'
import { deleteNetworkAclEntry } from '../filtering/network-acl-entry.ts'
import { createSecurityGroup, describeSecurityGroups } from '../filtering/security-group.ts'
import { revokeSecurityGroupEgress } from '../filtering/security-group-rule.ts'
import { describeInstances } from '../instance/instance.ts'
import { runInstances } from '../instance/run-instances.ts'
import { createNatGateway } from '../internet/nat-gateway.ts'
import { assignIpv6Addresses, unassignIpv6Addresses } from '../network-interface/ipv6-addresses.ts'
import { createNetworkInterface, describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { modifyNetworkInterfaceAttribute } from '../network-interface/network-interface-attribute.ts'
import { callerOf, openWorld, refusal, type World } from '../request/testing.ts'
import { createSubnet, deleteSubnet, describeSubnets } from './subnet.ts'
import { modifySubnetAttribute } from './subnet-attribute.ts'
import { associateSubnetCidrBlock, disassociateSubnetCidrBlock } from './subnet-ipv6.ts'
import { createVpc, describeVpcs } from './vpc.ts'
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from './vpc-cidr-block.ts'

const BLOCK = '2600:1f2e:0:100::/56'
const SUBNET_BLOCK = '2600:1f2e:0:101::/64'

let world: World

beforeEach(async () => {
  world = await openWorld()
})

function makeVpc(AmazonProvidedIpv6CidrBlock = true): string {
  return world.write(createVpc, { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock }).Vpc?.VpcId ?? ''
}

function makeSubnet(VpcId: string, Ipv6CidrBlock: string | undefined = SUBNET_BLOCK): string {
  return world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24', Ipv6CidrBlock }).Subnet?.SubnetId ?? ''
}

function assignOnCreation(SubnetId: string, Value = true) {
  world.write(modifySubnetAttribute, { SubnetId, AssignIpv6AddressOnCreation: { Value } })
}

function makeInterface(SubnetId: string, wish: object = {}) {
  const eni = world.write(createNetworkInterface, { SubnetId, ...wish }).NetworkInterface
  return { id: eni?.NetworkInterfaceId ?? '', addresses: eni?.Ipv6Addresses?.map((one) => one.Ipv6Address) }
}

function launch(SubnetId: string, wish: Partial<RunInstancesRequest> = {}) {
  return world.write((tx, caller, input: RunInstancesRequest) => runInstances(tx, caller, input, 'x86_64'), {
    ImageId: hostImages(DEFAULT_REGION, 'x86_64')[0]?.id,
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    SubnetId,
    ...wish,
  }).Instances
}

function association(vpcId: string) {
  return world.read(describeVpcs, { VpcIds: [vpcId] }).Vpcs?.[0]?.Ipv6CidrBlockAssociationSet?.[0]
}

describe('CreateVpc with AmazonProvidedIpv6CidrBlock', () => {
  test('has a /56 that no other VPC of the world has', () => {
    const shape = world.write(createVpc, { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }).Vpc
    expect(shape?.Ipv6CidrBlockAssociationSet).toEqual([
      {
        AssociationId: expect.stringMatching(/^vpc-cidr-assoc-/),
        Ipv6CidrBlock: BLOCK,
        Ipv6CidrBlockState: { State: 'associating' },
        Ipv6Pool: 'Amazon',
        NetworkBorderGroup: 'us-east-1',
        Ipv6AddressAttribute: 'public',
        IpSource: 'amazon',
      },
    ])
    expect(association(makeVpc())?.Ipv6CidrBlock).toBe('2600:1f2e:0:200::/56')
    const elsewhere = callerOf('123456789012', 'eu-west-1')
    const other = world.write(createVpc, { CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }, elsewhere)
    expect(other.Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock).toMatch(/^2600:1f(?!2e)/)
  })

  test('lets IPv6 through its default ACL and out of its groups', () => {
    const Filters = [{ Name: 'vpc-id', Values: [makeVpc()] }]
    const [acl] = world.read(describeNetworkAcls, { Filters }).NetworkAcls ?? []
    expect(acl?.Entries?.map((one) => `${one.Egress} ${one.RuleNumber} ${one.CidrBlock ?? one.Ipv6CidrBlock}`)).toEqual(
      [
        'true 100 0.0.0.0/0',
        'true 101 ::/0',
        'true 32767 0.0.0.0/0',
        'true 32768 ::/0',
        'false 100 0.0.0.0/0',
        'false 101 ::/0',
        'false 32767 0.0.0.0/0',
        'false 32768 ::/0',
      ],
    )
    const VpcId = Filters[0]?.Values[0]
    world.write(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' })
    for (const group of world.read(describeSecurityGroups, { Filters }).SecurityGroups ?? []) {
      expect(group.IpPermissionsEgress).toMatchObject([
        { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
      ])
    }
  })

  test.each([
    ['UnsupportedOperation', { Ipv6CidrBlock: '2001:db8::/56', Ipv6Pool: 'ipv6pool-ec2-0123456789abcdef0' }],
    ['UnsupportedOperation', { Ipv6IpamPoolId: 'ipam-pool-0123456789abcdef0', Ipv6NetmaskLength: 56 }],
    ['InvalidParameterCombination', { Ipv6CidrBlockNetworkBorderGroup: 'us-east-1' }],
    [
      'InvalidParameterValue',
      { AmazonProvidedIpv6CidrBlock: true, Ipv6CidrBlockNetworkBorderGroup: 'us-east-1-dfw-1' },
    ],
  ])('%s: %j', (code, wish) => {
    refusal(() => world.write(createVpc, { CidrBlock: '10.0.0.0/16', ...wish }), code)
  })
})

describe('AssociateVpcCidrBlock', () => {
  test('gives a block, and with the first one what was never changed lets IPv6 through', () => {
    const VpcId = makeVpc(false)
    const Filters = [{ Name: 'vpc-id', Values: [VpcId] }]
    const touched = world.write(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' }).GroupId
    const everything = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }]
    world.write(revokeSecurityGroupEgress, { GroupId: touched, IpPermissions: everything })
    const [acl] = world.read(describeNetworkAcls, { Filters }).NetworkAcls ?? []
    world.write(deleteNetworkAclEntry, { NetworkAclId: acl?.NetworkAclId, RuleNumber: 100, Egress: true })

    const made = world.write(associateVpcCidrBlock, { VpcId, AmazonProvidedIpv6CidrBlock: true })
    expect(made.Ipv6CidrBlockAssociation).toMatchObject({ Ipv6CidrBlockState: { State: 'associating' } })

    const groups = world.read(describeSecurityGroups, { Filters }).SecurityGroups ?? []
    expect(groups.map((one) => one.IpPermissionsEgress?.flatMap((rule) => rule.Ipv6Ranges ?? []).length)).toEqual([
      1, 0,
    ])
    const entries = world.read(describeNetworkAcls, { Filters }).NetworkAcls?.[0]?.Entries ?? []
    expect(entries.filter((one) => one.RuleNumber === 101).map((one) => one.Egress)).toEqual([false])
    expect(association(VpcId)).toMatchObject({ Ipv6CidrBlockState: { State: 'associated' } })
  })

  test('is found by the filters, and gone once it is disassociated', () => {
    const VpcId = makeVpc()
    const { AssociationId = '' } = association(VpcId) ?? {}
    const found = (name: string, value: string) => {
      const Filters = [{ Name: `ipv6-cidr-block-association.${name}`, Values: [value] }]
      return world.read(describeVpcs, { Filters }).Vpcs?.map((vpc) => vpc.VpcId)
    }
    expect(found('association-id', AssociationId)).toEqual([VpcId])
    expect(found('ipv6-cidr-block', BLOCK)).toEqual([VpcId])
    expect(found('ipv6-pool', 'Amazon')).toEqual([VpcId])
    expect(found('state', 'associated')).toEqual([VpcId])
    const gone = world.write(disassociateVpcCidrBlock, { AssociationId })
    expect(gone.Ipv6CidrBlockAssociation?.Ipv6CidrBlockState?.State).toBe('disassociating')
    expect(association(VpcId)).toBeUndefined()
  })

  test('stays while a subnet has a part of it', () => {
    const VpcId = makeVpc()
    makeSubnet(VpcId)
    const message = refusal(
      () => world.write(disassociateVpcCidrBlock, { AssociationId: association(VpcId)?.AssociationId }),
      'InvalidCidrBlock.InUse',
    )
    expect(message).toBe(`The vpc ${VpcId} currently has a subnet within CIDR block ${BLOCK}`)
  })
})

describe('the IPv6 block of a subnet', () => {
  test.each([
    ['InvalidSubnet.Range', '2600:1f2e:0:200::/64'],
    ['InvalidParameterValue', '2600:1f2e:0:100::/60'],
    ['InvalidParameterValue', '10.0.0.0/24'],
    ['InvalidSubnet.Conflict', SUBNET_BLOCK],
  ])('%s: %s', (code, Ipv6CidrBlock) => {
    const VpcId = makeVpc()
    makeSubnet(VpcId)
    refusal(() => world.write(createSubnet, { VpcId, CidrBlock: '10.0.2.0/24', Ipv6CidrBlock }), code)
  })

  test('a VPC without a block has none to give', () => {
    const VpcId = makeVpc(false)
    refusal(() => makeSubnet(VpcId), 'InvalidSubnet.Range')
  })

  test('is associated and disassociated', () => {
    const SubnetId = world.write(createSubnet, { VpcId: makeVpc(), CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId
    const made = world.write(associateSubnetCidrBlock, { SubnetId, Ipv6CidrBlock: SUBNET_BLOCK })
    const AssociationId = made.Ipv6CidrBlockAssociation?.AssociationId ?? ''
    const Filters = [{ Name: 'ipv6-cidr-block-association.association-id', Values: [AssociationId] }]
    const [shown] = world.read(describeSubnets, { Filters }).Subnets ?? []
    expect(shown?.Ipv6CidrBlockAssociationSet).toMatchObject([
      { Ipv6CidrBlock: SUBNET_BLOCK, Ipv6CidrBlockState: { State: 'associated' } },
    ])
    refusal(
      () => world.write(associateSubnetCidrBlock, { SubnetId, Ipv6CidrBlock: '2600:1f2e:0:102::/64' }),
      'SubnetCidrBlockAlreadyAssociated',
    )
    world.write(disassociateSubnetCidrBlock, { AssociationId })
    expect(world.read(describeSubnets, { Filters }).Subnets).toEqual([])
  })

  test('stays while it is used', () => {
    const SubnetId = makeSubnet(makeVpc())
    const [{ Ipv6CidrBlockAssociationSet } = {}] = world.read(describeSubnets, { SubnetIds: [SubnetId] }).Subnets ?? []
    const AssociationId = Ipv6CidrBlockAssociationSet?.[0]?.AssociationId
    const disassociate = () => world.write(disassociateSubnetCidrBlock, { AssociationId })
    assignOnCreation(SubnetId)
    expect(refusal(disassociate, 'InvalidCidrBlock.InUse')).toMatch(/assign-ipv6-address-on-creation set to true/)
    const eni = makeInterface(SubnetId)
    assignOnCreation(SubnetId, false)
    expect(refusal(disassociate, 'InvalidCidrBlock.InUse')).toContain(eni.id)
    world.write(unassignIpv6Addresses, { NetworkInterfaceId: eni.id, Ipv6Addresses: eni.addresses as string[] })
    disassociate()
    refusal(() => assignOnCreation(SubnetId), 'InvalidParameterValue')
    refusal(
      () => world.write(modifySubnetAttribute, { SubnetId, EnableDns64: { Value: true } }),
      'InvalidParameterValue',
    )
  })

  test.each([
    ['InvalidSubnetCidrBlockAssociationId.Malformed', ''],
    ['InvalidSubnetCidrBlockAssociationID.NotFound', 'subnet-cidr-assoc-0123456789abcdef0'],
  ])('%s', (code, AssociationId) => {
    refusal(() => world.write(disassociateSubnetCidrBlock, { AssociationId }), code)
  })
})

describe('the IPv6 addresses of an interface', () => {
  test('are as many as were asked for, or those that were named', () => {
    const SubnetId = makeSubnet(makeVpc())
    expect(makeInterface(SubnetId).addresses).toEqual([])
    expect(makeInterface(SubnetId, { Ipv6AddressCount: 2 }).addresses).toEqual([
      '2600:1f2e:0:101::4',
      '2600:1f2e:0:101::5',
    ])
    const Ipv6Addresses = [{ Ipv6Address: '2600:1F2E:0:101:0:0:0:6' }]
    expect(makeInterface(SubnetId, { Ipv6Addresses }).addresses).toEqual(['2600:1f2e:0:101::6'])
    refusal(() => makeInterface(SubnetId, { Ipv6Addresses }), 'InvalidIPAddress.InUse')
    assignOnCreation(SubnetId)
    expect(makeInterface(SubnetId).addresses).toEqual(['2600:1f2e:0:101::7'])
    expect(makeInterface(SubnetId, { Ipv6AddressCount: 0 }).addresses).toEqual([])
  })

  test.each([
    ['InvalidParameterValue', { Ipv6Addresses: [{ Ipv6Address: '2600:1f2e:0:101::3' }] }],
    ['InvalidParameterValue', { Ipv6Addresses: [{ Ipv6Address: '2600:1f2e:0:101:ffff:ffff:ffff:ffff' }] }],
    ['InvalidParameterValue', { Ipv6Addresses: [{ Ipv6Address: '2600:1f2e:0:102::9' }] }],
    ['InvalidParameterValue', { Ipv6Addresses: [{ Ipv6Address: '10.0.1.9' }] }],
    ['InvalidParameterCombination', { Ipv6Addresses: [{ Ipv6Address: '2600:1f2e:0:101::9' }], Ipv6AddressCount: 1 }],
    ['UnsupportedOperation', { Ipv6PrefixCount: 1 }],
  ])('%s: %j', (code, wish) => {
    const SubnetId = makeSubnet(makeVpc())
    refusal(() => makeInterface(SubnetId, wish), code)
  })

  test('are of no subnet without a block', () => {
    const SubnetId = world.write(createSubnet, { VpcId: makeVpc(), CidrBlock: '10.0.1.0/24' }).Subnet?.SubnetId ?? ''
    refusal(() => makeInterface(SubnetId, { Ipv6AddressCount: 1 }), 'InvalidParameterValue')
  })

  test('are assigned and taken away, the primary one not', () => {
    const { id: NetworkInterfaceId } = makeInterface(makeSubnet(makeVpc()))
    expect(world.write(assignIpv6Addresses, { NetworkInterfaceId, Ipv6AddressCount: 2 })).toMatchObject({
      AssignedIpv6Addresses: ['2600:1f2e:0:101::4', '2600:1f2e:0:101::5'],
    })
    world.write(modifyNetworkInterfaceAttribute, { NetworkInterfaceId, EnablePrimaryIpv6: true })
    const unassign = (address: string) =>
      world.write(unassignIpv6Addresses, { NetworkInterfaceId, Ipv6Addresses: [address] })
    refusal(() => unassign('2600:1f2e:0:101::4'), 'InvalidParameterValue')
    unassign('2600:1f2e:0:101::5')
    refusal(() => unassign('2600:1f2e:0:101::5'), 'InvalidParameterValue')
    const Filters = [{ Name: 'ipv6-addresses.ipv6-address', Values: ['2600:1f2e:0:101::4'] }]
    expect(world.read(describeNetworkInterfaces, { Filters }).NetworkInterfaces?.[0]?.Ipv6Addresses).toEqual([
      { Ipv6Address: '2600:1f2e:0:101::4', IsPrimaryIpv6: true },
    ])
    refusal(() => world.write(assignIpv6Addresses, { NetworkInterfaceId }), 'MissingParameter')
  })

  test('of a launch: by count, by name, by the subnet, and found by the filter', () => {
    const SubnetId = makeSubnet(makeVpc())
    const [counted] = launch(SubnetId, { Ipv6AddressCount: 1 }) ?? []
    expect(counted?.Ipv6Address).toBe('2600:1f2e:0:101::4')
    const [named] = launch(SubnetId, { Ipv6Addresses: [{ Ipv6Address: '2600:1f2e:0:101::9' }] }) ?? []
    expect(named?.NetworkInterfaces?.[0]?.Ipv6Addresses).toEqual([
      { Ipv6Address: '2600:1f2e:0:101::9', IsPrimaryIpv6: false },
    ])
    assignOnCreation(SubnetId)
    const both = launch(SubnetId, { MinCount: 2, MaxCount: 2, EnablePrimaryIpv6: true })
    expect(both?.map((one) => one.Ipv6Address)).toEqual(['2600:1f2e:0:101::5', '2600:1f2e:0:101::6'])
    const Filters = [{ Name: 'ipv6-address', Values: ['2600:1f2e:0:101::9'] }]
    const found = world.read(describeInstances, { Filters }).Reservations?.[0]?.Instances
    expect(found?.map((one) => one.InstanceId)).toEqual([named?.InstanceId])
    refusal(() => launch(SubnetId, { Ipv6AddressCount: 3 }), 'PrivateIpAddressLimitExceeded')
  })
})

test('DeleteSubnet takes the block with it', () => {
  const SubnetId = makeSubnet(makeVpc())
  world.write(deleteSubnet, { SubnetId })
})

describe('a subnet of IPv6 alone', () => {
  const SECOND = '2600:1f2e:0:102::/64'
  let VpcId: string
  let SubnetId: string

  beforeEach(() => {
    VpcId = makeVpc()
    const wish = { VpcId, Ipv6CidrBlock: SUBNET_BLOCK, Ipv6Native: true }
    SubnetId = world.write(createSubnet, wish).Subnet?.SubnetId ?? ''
  })

  test('is shown as one, and gives each interface an IPv6 address and no other', () => {
    const shape = world.read(describeSubnets, { SubnetIds: [SubnetId] }).Subnets?.[0]
    expect(shape).toMatchObject({
      Ipv6Native: true,
      AssignIpv6AddressOnCreation: true,
      PrivateDnsNameOptionsOnLaunch: { HostnameType: 'resource-name' },
    })
    expect(shape?.CidrBlock).toBeUndefined()
    const Filters = [{ Name: 'ipv6-native', Values: ['true'] }]
    expect(world.read(describeSubnets, { Filters }).Subnets?.map((one) => one.SubnetId)).toEqual([SubnetId])
    const [instance] = launch(SubnetId) ?? []
    const shown = world.read(describeInstances, { InstanceIds: [instance?.InstanceId ?? ''] })
    expect(shown.Reservations?.[0]?.Instances?.[0]).toMatchObject({
      Ipv6Address: '2600:1f2e:0:101::4',
      PrivateDnsName: `${instance?.InstanceId}.ec2.internal`,
      SubnetId,
      VpcId,
      NetworkInterfaces: [{ PrivateIpAddresses: [], Ipv6Addresses: [{ Ipv6Address: '2600:1f2e:0:101::4' }] }],
    })
    expect(shown.Reservations?.[0]?.Instances?.[0]?.PrivateIpAddress).toBeUndefined()
    expect(makeInterface(SubnetId).addresses).toEqual(['2600:1f2e:0:101::5'])
  })

  test('takes nothing of IPv4, and keeps what it needs', () => {
    const create = (wish: object) => world.write(createSubnet, { VpcId, Ipv6Native: true, ...wish })
    const both = { Ipv6CidrBlock: SECOND, CidrBlock: '10.0.2.0/24' }
    refusal(() => create(both), 'InvalidParameterCombination')
    refusal(() => create({}), 'MissingParameter')
    refusal(() => makeInterface(SubnetId, { PrivateIpAddress: '10.0.1.9' }), 'InvalidParameterValue')
    refusal(() => makeInterface(SubnetId, { SecondaryPrivateIpAddressCount: 1 }), 'InvalidParameterValue')
    refusal(() => makeInterface(SubnetId, { Ipv6AddressCount: 0 }), 'InvalidParameterValue')
    refusal(() => launch(SubnetId, { PrivateDnsNameOptions: { HostnameType: 'ip-name' } }), 'InvalidParameterValue')
    const { id, addresses } = makeInterface(SubnetId)
    const last = { NetworkInterfaceId: id, Ipv6Addresses: (addresses ?? []).flatMap((one) => one ?? []) }
    refusal(() => world.write(unassignIpv6Addresses, last), 'InvalidParameterValue')
    refusal(() => assignOnCreation(SubnetId, false), 'InvalidParameterValue')
    const modify = (wish: object) => world.write(modifySubnetAttribute, { SubnetId, ...wish })
    refusal(() => modify({ MapPublicIpOnLaunch: { Value: true } }), 'InvalidParameterValue')
    refusal(() => modify({ PrivateDnsHostnameTypeOnLaunch: 'ip-name' }), 'InvalidParameterValue')
    modify({ EnableDns64: { Value: true } })
    const nat = () => world.write(createNatGateway, { SubnetId, ConnectivityType: 'private' })
    refusal(nat, 'InvalidParameterValue')
    const AssociationId = world.store.records.subnets.get(SubnetId)?.ipv6Cidr?.associationId
    refusal(() => world.write(disassociateSubnetCidrBlock, { AssociationId }), 'InvalidCidrBlock.InUse')
  })
})
