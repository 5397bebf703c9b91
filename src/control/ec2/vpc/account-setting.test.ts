// What tools ask of an account beside its VPCs, and quotas of a VPC. Address plan: VPC
// 10.0.0.0/16 with 10.0.1.0/24; the default VPC is 172.31.0.0/16.

import { beforeEach, describe, expect, test } from 'vitest'
import { createSecurityGroup } from '../filtering/security-group.ts'
import { getSecurityGroupsForVpc } from '../filtering/security-groups-for-vpc.ts'
import { createNetworkInterface, deleteNetworkInterface } from '../network-interface/network-interface.ts'
import {
  createNetworkInterfacePermission,
  deleteNetworkInterfacePermission,
  describeNetworkInterfacePermissions,
} from '../network-interface/network-interface-permission.ts'
import { describeVpcBlockPublicAccessOptions } from '../public-access/options.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createRouteTable } from '../route/route-table.ts'
import {
  describeAggregateIdFormat,
  describeIdFormat,
  getEbsDefaultKmsKeyId,
  getEbsEncryptionByDefault,
  getInstanceMetadataDefaults,
  getSerialConsoleAccessStatus,
  refuseClassicLink,
} from './account-setting.ts'
import { createDefaultSubnet } from './default-subnet.ts'
import { createSubnet, deleteSubnet, describeSubnets } from './subnet.ts'
import { getSubnetCidrReservations } from './subnet-reservation.ts'
import { createVpc, describeVpcs, modifyVpcTenancy } from './vpc.ts'
import { associateVpcCidrBlock } from './vpc-cidr-block.ts'

let world: World
let VpcId: string
let SubnetId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16', InstanceTenancy: 'dedicated' }).Vpc!.VpcId!
  SubnetId = world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet!.SubnetId!
})

test('an account has what AWS gives it at first', () => {
  expect(world.read(getEbsDefaultKmsKeyId, {})).toEqual({ KmsKeyId: 'alias/aws/ebs' })
  expect(world.read(getInstanceMetadataDefaults, {})).toEqual({ AccountLevel: {} })
  expect(world.read(getSerialConsoleAccessStatus, {}).SerialConsoleAccessEnabled).toBe(false)
})

describe('an account', () => {
  test('blocks nothing, encrypts nothing by itself, and has no EC2-Classic', () => {
    expect(world.read(describeVpcBlockPublicAccessOptions, {}).VpcBlockPublicAccessOptions).toMatchObject({
      AwsAccountId: CALLER.account,
      InternetGatewayBlockMode: 'off',
    })
    expect(world.read(getEbsEncryptionByDefault, {})).toEqual({ EbsEncryptionByDefault: false })
    expect(world.read(describeIdFormat, { Resource: 'vpc' }).Statuses).toEqual([{ Resource: 'vpc', UseLongIds: true }])
    refusal(() => world.read(describeIdFormat, { Resource: 'moon' }), 'InvalidParameterValue')
    expect(world.read(describeAggregateIdFormat, {}).UseLongIdsAggregated).toBe(true)
    refusal(refuseClassicLink, 'UnsupportedOperation')
  })

  test('gets a default subnet again', () => {
    const [first] = world.read(describeSubnets, { Filters: [{ Name: 'default-for-az', Values: ['true'] }] }).Subnets!
    const { AvailabilityZone } = first!
    const code = 'DefaultSubnetAlreadyExistsInAvailabilityZone'
    refusal(() => world.write(createDefaultSubnet, { AvailabilityZone }), code)
    world.write(deleteSubnet, { SubnetId: first!.SubnetId })
    const { Subnet } = world.write(createDefaultSubnet, { AvailabilityZone })
    expect(Subnet).toMatchObject({ AvailabilityZone, CidrBlock: first!.CidrBlock, DefaultForAz: true })
    refusal(() => world.write(createDefaultSubnet, { AvailabilityZone }, STRANGER), 'DefaultVpcDoesNotExist')
  })
})

describe('a VPC', () => {
  test('has 200 subnets and 200 route tables, the main one with them', () => {
    const subnet = (n: number) =>
      world.write(createSubnet, { VpcId, CidrBlock: `10.0.${2 + Math.floor(n / 16)}.${(n % 16) * 16}/28` })
    for (let n = 1; n < 200; n++) {
      subnet(n)
      world.write(createRouteTable, { VpcId })
    }
    refusal(() => subnet(200), 'SubnetLimitExceeded')
    refusal(() => world.write(createRouteTable, { VpcId }), 'RouteTableLimitExceeded')
  })

  test('goes from dedicated to default tenancy only', () => {
    refusal(
      () => world.write(modifyVpcTenancy, { VpcId, InstanceTenancy: 'dedicated' as 'default' }),
      'InvalidParameterValue',
    )
    expect(world.write(modifyVpcTenancy, { VpcId, InstanceTenancy: 'default' })).toEqual({ ReturnValue: true })
    expect(world.read(describeVpcs, { VpcIds: [VpcId] }).Vpcs).toMatchObject([{ InstanceTenancy: 'default' }])
  })

  test('lists the groups that its interfaces can have', () => {
    const { GroupId } = world.write(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' })
    const Filters = [{ Name: 'group-name', Values: ['web'] }]
    expect(world.read(getSecurityGroupsForVpc, { VpcId, Filters }).SecurityGroupForVpcs).toMatchObject([
      { GroupId, PrimaryVpcId: VpcId },
    ])
    expect(world.read(getSecurityGroupsForVpc, { VpcId }).SecurityGroupForVpcs).toHaveLength(2)
    refusal(() => world.read(getSecurityGroupsForVpc, { VpcId }, STRANGER), 'InvalidVpcID.NotFound')
  })

  test('has four blocks beside the first, and no fifth', () => {
    for (const CidrBlock of ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16', '10.4.0.0/16']) {
      world.write(associateVpcCidrBlock, { VpcId, CidrBlock })
    }
    refusal(() => world.write(associateVpcCidrBlock, { VpcId, CidrBlock: '10.5.0.0/16' }), 'CidrLimitExceeded')
  })

  test('has subnets without reservations', () => {
    expect(world.read(getSubnetCidrReservations, { SubnetId })).toMatchObject({ SubnetIpv4CidrReservations: [] })
    refusal(() => world.read(getSubnetCidrReservations, { SubnetId }, STRANGER), 'InvalidSubnetID.NotFound')
  })
})

test('permissions of an interface are kept, shown, and go with it', () => {
  const NetworkInterfaceId = world.write(createNetworkInterface, { SubnetId }).NetworkInterface!.NetworkInterfaceId!
  const asked = { NetworkInterfaceId, AwsAccountId: STRANGER.account, Permission: 'INSTANCE-ATTACH' } as const
  const made = () => world.write(createNetworkInterfacePermission, asked).InterfacePermission!
  const first = made()
  const shown = () => world.read(describeNetworkInterfacePermissions, {}).NetworkInterfacePermissions
  expect(shown()).toEqual([first])
  const { NetworkInterfacePermissionId } = first
  world.write(deleteNetworkInterfacePermission, { NetworkInterfacePermissionId })
  const again = () => world.write(deleteNetworkInterfacePermission, { NetworkInterfacePermissionId })
  refusal(again, 'InvalidPermissionID.NotFound')
  refusal(
    () => world.write(createNetworkInterfacePermission, { ...asked, AwsAccountId: 'me' }),
    'InvalidParameterValue',
  )
  made()
  world.write(deleteNetworkInterface, { NetworkInterfaceId })
  expect(shown()).toEqual([])
})
