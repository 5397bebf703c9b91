// Subnets shared within an organization. Address plan: the owner's VPC is 10.0.0.0/16 with 10.0.1.0/24, which is shared, and
// 10.0.2.0/24, which is not, both in use1-az6.

import { beforeEach, describe, expect, test } from 'vitest'
import { hostImages } from '../../../catalogue/images.ts'
import { accountZones } from '../../../catalogue/regions.ts'
import { compile } from '../../../compile/compile.ts'
import type { Caller } from '../../caller.ts'
import { createAccount } from '../../organizations/account.ts'
import { createOrganization } from '../../organizations/organization.ts'
import { associateResourceShare } from '../../ram/association.ts'
import { enableSharingWithAwsOrganization } from '../../ram/organization-sharing.ts'
import { createResourceShare, deleteResourceShare } from '../../ram/share.ts'
import { createVpcEndpoint } from '../endpoint/vpc-endpoint.ts'
import { createSecurityGroup, describeSecurityGroups } from '../filtering/security-group.ts'
import { authorizeSecurityGroupIngress } from '../filtering/security-group-rule.ts'
import { runInstances } from '../instance/run-instances.ts'
import { createNetworkInterface, describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { assignPrivateIpAddresses } from '../network-interface/private-ip-addresses.ts'
import { createRoute } from '../route/route.ts'
import { associateRouteTable, createRouteTable, describeRouteTables } from '../route/route-table.ts'
import { createSubnet, deleteSubnet, describeSubnets } from '../vpc/subnet.ts'
import { modifySubnetAttribute } from '../vpc/subnet-attribute.ts'
import { createVpc, deleteVpc, describeVpcs } from '../vpc/vpc.ts'
import { describeVpcAttribute } from '../vpc/vpc-attribute.ts'
import { callerOf, CALLER as OWNER, openWorld, refusal, STRANGER, type World } from './testing.ts'

const ImageId = hostImages('us-east-1', 'x86_64').find((one) => one.name.startsWith('amzn2-ami-hvm'))!.id
let world: World
let guest: Caller
let VpcId: string
let shared: string
let kept: string
let shareArn: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }, OWNER).Vpc!.VpcId!
  const subnet = (CidrBlock: string) =>
    world.write(createSubnet, { VpcId, CidrBlock, AvailabilityZoneId: 'use1-az6' }, OWNER).Subnet!
  const first = subnet('10.0.1.0/24')
  shared = first.SubnetId!
  kept = subnet('10.0.2.0/24').SubnetId!
  world.write(createOrganization, { FeatureSet: 'ALL' }, OWNER)
  const made = world.write(createAccount, { AccountName: 'guest', Email: 'guest@example.com' }, OWNER)
  guest = callerOf(made.CreateAccountStatus!.AccountId!)
  world.write(enableSharingWithAwsOrganization, {}, OWNER)
  const share = { name: 'subnets', resourceArns: [first.SubnetArn!], principals: [guest.account] }
  shareArn = world.write(createResourceShare, share, OWNER).resourceShare!.resourceShareArn!
})

const group = (caller: Caller, GroupName = 'web') =>
  world.write(createSecurityGroup, { GroupName, Description: 'web', VpcId }, caller).GroupId!

function launch(caller: Caller, SubnetId: string, SecurityGroupIds: string[]) {
  const input = { ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId, SecurityGroupIds } as const
  return world.write(
    (tx, who, asked: typeof input) => runInstances(tx, who, { ...asked, SecurityGroupIds }, 'x86_64'),
    input,
    caller,
  ).Instances![0]!
}

describe('a shared subnet', () => {
  test('is seen with its VPC by who takes part, by the zone’s own name there and without tags, and by nobody else', () => {
    const zone = accountZones(guest.account, 'us-east-1').find(({ id }) => id === 'use1-az6')!.name
    const subnets = world.read(describeSubnets, { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }, guest).Subnets
    expect(subnets).toMatchObject([{ SubnetId: shared, OwnerId: OWNER.account, AvailabilityZone: zone, Tags: [] }])
    expect(world.read(describeVpcs, { VpcIds: [VpcId] }, guest).Vpcs).toMatchObject([{ OwnerId: OWNER.account }])
    expect(world.read(describeVpcs, {}, guest).Vpcs!.map((vpc) => vpc.VpcId)).toContain(VpcId)
    expect(world.read(describeVpcAttribute, { VpcId, Attribute: 'enableDnsSupport' }, guest)).toMatchObject({ VpcId })
    refusal(() => world.read(describeSubnets, { SubnetIds: [kept] }, guest), 'InvalidSubnetID.NotFound')
    refusal(() => world.read(describeSubnets, { SubnetIds: [shared] }, STRANGER), 'InvalidSubnetID.NotFound')
    refusal(() => world.read(describeVpcs, { VpcIds: [VpcId] }, STRANGER), 'InvalidVpcID.NotFound')
  })

  test('takes instances, interfaces and groups of the participant’s, which are its own', () => {
    const own = group(guest)
    const instance = launch(guest, shared, [own])
    expect(instance).toMatchObject({ SubnetId: shared, VpcId, PrivateIpAddress: '10.0.1.4' })
    expect(instance.NetworkInterfaces).toMatchObject([{ OwnerId: guest.account }])
    const eni = world.write(createNetworkInterface, { SubnetId: shared, Groups: [own] }, guest).NetworkInterface!
    world.write(
      assignPrivateIpAddresses,
      { NetworkInterfaceId: eni.NetworkInterfaceId!, SecondaryPrivateIpAddressCount: 1 },
      guest,
    )
    expect(world.read(describeSecurityGroups, { GroupIds: [own] }, guest).SecurityGroups).toMatchObject([
      { OwnerId: guest.account, VpcId },
    ])
    // The VPC's owner looks at them, and cannot delete what they are in.
    expect(world.read(describeNetworkInterfaces, {}, OWNER).NetworkInterfaces).toHaveLength(2)
    refusal(() => world.write(deleteSubnet, { SubnetId: shared }, OWNER), 'DependencyViolation')
    refusal(() => world.write(deleteVpc, { VpcId }, OWNER), 'DependencyViolation')
    const [compiled] = compile(world.store.records).vpcs.filter(({ id }) => id === VpcId)
    expect(compiled!.instances).toMatchObject([{ owner: guest.account }])
    expect(compiled!.interfaces.map(({ owner }) => owner)).toEqual([guest.account, guest.account])
  })

  test('owner and participant name each other’s groups in rules, and each has names of its own', () => {
    const [owners, guests] = [group(OWNER), group(guest)]
    const IpPermissions = [
      { IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: guests, UserId: guest.account }] },
    ]
    world.write(authorizeSecurityGroupIngress, { GroupId: owners, IpPermissions }, OWNER)
    const [rule] = world.read(describeSecurityGroups, { GroupIds: [owners] }, OWNER).SecurityGroups![0]!.IpPermissions!
    expect(rule!.UserIdGroupPairs).toMatchObject([{ GroupId: guests, UserId: guest.account }])
    refusal(() => launch(guest, shared, [owners]), 'InvalidGroup.NotFound')
    refusal(() => launch(guest, shared, []), 'InvalidParameterCombination')
  })

  test.each<[string, () => unknown]>([
    ['DeleteSubnet', () => world.write(deleteSubnet, { SubnetId: shared }, guest)],
    [
      'ModifySubnetAttribute',
      () => world.write(modifySubnetAttribute, { SubnetId: shared, MapPublicIpOnLaunch: { Value: true } }, guest),
    ],
    ['CreateSubnet', () => world.write(createSubnet, { VpcId, CidrBlock: '10.0.3.0/24' }, guest)],
    ['CreateRouteTable', () => world.write(createRouteTable, { VpcId }, guest)],
    ['DeleteVpc', () => world.write(deleteVpc, { VpcId }, guest)],
    [
      'CreateVpcEndpoint',
      () => world.write(createVpcEndpoint, { VpcId, ServiceName: 'com.amazonaws.us-east-1.s3' }, guest),
    ],
  ])('%s is the owner’s alone', (_name, call) => {
    expect(refusal(call, 'UnauthorizedOperation')).toContain(OWNER.account)
  })

  test('its route tables are not the participant’s to see or change', () => {
    const [table] = world.read(describeRouteTables, { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }, OWNER)
      .RouteTables!
    expect(
      world.read(describeRouteTables, { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }, guest).RouteTables,
    ).toEqual([])
    const RouteTableId = table!.RouteTableId!
    const code = 'InvalidRouteTableID.NotFound'
    refusal(
      () => world.write(createRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-01' }, guest),
      code,
    )
    refusal(() => world.write(associateRouteTable, { RouteTableId, SubnetId: shared }, guest), code)
  })

  test('unshared, it is gone for the participant, and what is there stays', () => {
    launch(guest, shared, [group(guest)])
    world.write(deleteResourceShare, { resourceShareArn: shareArn }, OWNER)
    expect(world.read(describeSubnets, { SubnetIds: [kept] }, OWNER).Subnets).toHaveLength(1)
    refusal(() => world.write(createNetworkInterface, { SubnetId: shared }, guest), 'InvalidSubnetID.NotFound')
    expect(world.read(describeNetworkInterfaces, {}, guest).NetworkInterfaces).toHaveLength(1)
  })

  test('stays inside the organization, and is not of a default VPC', () => {
    const arn = (id: string) => `arn:aws:ec2:us-east-1:${OWNER.account}:subnet/${id}`
    const outside = { name: 'out', resourceArns: [arn(kept)], principals: [STRANGER.account] }
    refusal(() => world.write(createResourceShare, outside, OWNER), 'OperationNotPermittedException')
    const more = { resourceShareArn: shareArn, principals: [STRANGER.account] }
    refusal(() => world.write(associateResourceShare, more, OWNER), 'OperationNotPermittedException')
  })
})
