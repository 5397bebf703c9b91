// Address plan: VPC 10.0.0.0/16; peers in 10.0.0.0/16, 192.0.2.0/24 and 2001:db8::/32.

import type { IpPermission } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import { createNetworkInterface, deleteNetworkInterface } from '../network-interface/network-interface.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc, deleteVpc, describeVpcs } from '../vpc/vpc.ts'
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from './security-group.ts'
import {
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from './security-group-description.ts'
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  describeSecurityGroupRules,
  modifySecurityGroupRules,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
} from './security-group-rule.ts'
import {
  associateSecurityGroupVpc,
  describeSecurityGroupVpcAssociations,
  disassociateSecurityGroupVpc,
} from './security-group-vpc.ts'
import { getSecurityGroupsForVpc } from './security-groups-for-vpc.ts'

let world: World
let VpcId: string
let GroupId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  GroupId = makeGroup('web')
})

function makeGroup(GroupName: string, vpc = VpcId): string {
  return world.write(createSecurityGroup, { VpcId: vpc, GroupName, Description: 'a group' }).GroupId ?? ''
}

const https: IpPermission = {
  IpProtocol: 'tcp',
  FromPort: 443,
  ToPort: 443,
  IpRanges: [{ CidrIp: '10.0.0.0/16', Description: 'inside' }],
}

function authorize(...IpPermissions: IpPermission[]) {
  return world.write(authorizeSecurityGroupIngress, { GroupId, IpPermissions }).SecurityGroupRules ?? []
}

function shown() {
  return world.read(describeSecurityGroups, { GroupIds: [GroupId] }).SecurityGroups?.[0]
}

const bare = { Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] }

describe('CreateSecurityGroup', () => {
  test('a new group lets everything out and nothing in', () => {
    expect(shown()?.IpPermissions).toEqual([])
    expect(shown()?.IpPermissionsEgress).toEqual([{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }], ...bare }])
  })

  test('without a VPC it is in the default VPC', () => {
    const { GroupId: made } = world.write(createSecurityGroup, { GroupName: 'x', Description: 'x' })
    const Filters = [{ Name: 'is-default', Values: ['true'] }]
    const [vpc] = world.read(describeVpcs, { Filters }).Vpcs ?? []
    expect(world.store.records.securityGroups.get(made ?? '')?.vpcId).toBe(vpc?.VpcId)
  })

  const bad = [
    { name: 'no name', input: { GroupName: undefined }, code: 'MissingParameter' },
    { name: 'no description', input: { Description: undefined }, code: 'MissingParameter' },
    { name: 'a name like an id', input: { GroupName: 'sg-web' }, code: 'InvalidParameterValue' },
    { name: 'the reserved name', input: { GroupName: 'default' }, code: 'InvalidGroup.Reserved' },
    { name: 'a name of 256 characters', input: { GroupName: 'x'.repeat(256) }, code: 'InvalidParameterValue' },
    { name: 'an umlaut', input: { Description: 'Büro' }, code: 'InvalidParameterValue' },
    { name: 'the name of another group', input: { GroupName: 'web' }, code: 'InvalidGroup.Duplicate' },
    { name: 'an unknown VPC', input: { VpcId: 'vpc-1' }, code: 'InvalidVpcID.NotFound' },
  ]
  test.each(bad)('$name is refused', ({ input, code }) => {
    refusal(() => world.write(createSecurityGroup, { VpcId, GroupName: 'db', Description: 'db', ...input }), code)
  })

  test('without a default VPC, a VPC must be named', () => {
    const Filters = [{ Name: 'is-default', Values: ['true'] }]
    const [vpc] = world.read(describeVpcs, { Filters }).Vpcs ?? []
    world.store.transact((tx) => {
      for (const { id } of tx.subnets.where('vpcId', `vpc-${vpc?.VpcId?.slice(4)}`)) tx.subnets.delete(id)
      for (const { id } of tx.internetGateways.all()) tx.internetGateways.delete(id)
    })
    world.write(deleteVpc, { VpcId: vpc?.VpcId })
    refusal(() => world.write(createSecurityGroup, { GroupName: 'x', Description: 'x' }), 'VPCIdNotSpecified')
    expect(world.read(describeVpcs, { Filters }).Vpcs).toEqual([])
  })
})

describe('AuthorizeSecurityGroupIngress', () => {
  test('makes one rule per peer, each with an id, and they show as one permission', () => {
    const rules = authorize({
      ...https,
      IpRanges: [{ CidrIp: '10.0.1.7/24' }, { CidrIp: '192.0.2.0/24', Description: 'lab' }],
      Ipv6Ranges: [{ CidrIpv6: '2001:DB8::/32' }],
      PrefixListIds: [{ PrefixListId: 'pl-63a5400a' }],
      UserIdGroupPairs: [{ GroupId }],
    })
    expect(rules.map((rule) => rule.SecurityGroupRuleId)).toEqual(Array(5).fill(expect.stringMatching(/^sgr-/)))
    expect(shown()?.IpPermissions).toEqual([
      {
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        IpRanges: [{ CidrIp: '10.0.1.0/24' }, { CidrIp: '192.0.2.0/24', Description: 'lab' }],
        Ipv6Ranges: [{ CidrIpv6: '2001:db8::/32' }],
        PrefixListIds: [{ PrefixListId: 'pl-63a5400a' }],
        UserIdGroupPairs: [{ GroupId, UserId: CALLER.account }],
      },
    ])
  })

  const traffic: { name: string; permission: IpPermission; rule: object; permissionShown: object }[] = [
    {
      name: 'all protocols',
      permission: { IpProtocol: 'all', FromPort: 0, ToPort: 0 },
      rule: { IpProtocol: '-1', FromPort: -1, ToPort: -1 },
      permissionShown: { IpProtocol: '-1', FromPort: undefined, ToPort: undefined },
    },
    {
      name: 'a protocol by number',
      permission: { IpProtocol: '17', FromPort: 53, ToPort: 53 },
      rule: { IpProtocol: 'udp', FromPort: 53, ToPort: 53 },
      permissionShown: { IpProtocol: 'udp', FromPort: 53, ToPort: 53 },
    },
    {
      name: 'ICMP type and code',
      permission: { IpProtocol: 'icmp', FromPort: 8, ToPort: 0 },
      rule: { IpProtocol: 'icmp', FromPort: 8, ToPort: 0 },
      permissionShown: { IpProtocol: 'icmp', FromPort: 8, ToPort: 0 },
    },
    {
      name: 'all of ICMP',
      permission: { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 },
      rule: { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 },
      permissionShown: { IpProtocol: 'icmp', FromPort: -1, ToPort: -1 },
    },
    {
      name: 'a protocol without ports',
      permission: { IpProtocol: '50', FromPort: 0, ToPort: 0 },
      rule: { IpProtocol: '50', FromPort: -1, ToPort: -1 },
      permissionShown: { IpProtocol: '50', FromPort: undefined, ToPort: undefined },
    },
    {
      name: 'every port',
      permission: { IpProtocol: 'tcp', FromPort: -1, ToPort: -1 },
      rule: { IpProtocol: 'tcp', FromPort: 0, ToPort: 65535 },
      permissionShown: { IpProtocol: 'tcp', FromPort: 0, ToPort: 65535 },
    },
  ]
  test.each(traffic)('$name reads back', ({ permission, rule, permissionShown }) => {
    const [made] = authorize({ ...permission, IpRanges: [{ CidrIp: '0.0.0.0/0' }] })
    expect(made).toMatchObject(rule)
    expect(shown()?.IpPermissions?.[0]).toMatchObject(permissionShown)
  })

  const bad: { name: string; permission: IpPermission; code: string }[] = [
    { name: 'no protocol', permission: { IpRanges: [{ CidrIp: '0.0.0.0/0' }] }, code: 'MissingParameter' },
    { name: 'no peer', permission: { IpProtocol: '-1' }, code: 'InvalidParameterValue' },
    { name: 'an unknown protocol', permission: { ...https, IpProtocol: 'http' }, code: 'InvalidParameterValue' },
    { name: 'TCP without ports', permission: { ...https, FromPort: undefined }, code: 'InvalidParameterValue' },
    { name: 'port 65536', permission: { ...https, ToPort: 65_536 }, code: 'InvalidParameterValue' },
    { name: 'ports upside down', permission: { ...https, ToPort: 80 }, code: 'InvalidParameterValue' },
    { name: 'no CIDR', permission: { ...https, IpRanges: [{ CidrIp: '10.0.0.1' }] }, code: 'InvalidParameterValue' },
    {
      name: 'an IPv6 block as IPv4',
      permission: { ...https, IpRanges: [{ CidrIp: '::/0' }] },
      code: 'InvalidParameterValue',
    },
    {
      name: 'an unknown prefix list',
      permission: { ...https, PrefixListIds: [{ PrefixListId: 'pl-1' }] },
      code: 'InvalidPrefixListID.NotFound',
    },
    {
      name: 'an unknown group',
      permission: { ...https, UserIdGroupPairs: [{ GroupId: 'sg-1' }] },
      code: 'InvalidGroup.NotFound',
    },
    {
      name: 'a malformed group id',
      permission: { ...https, UserIdGroupPairs: [{ GroupId: 'web' }] },
      code: 'InvalidGroupId.Malformed',
    },
    {
      name: 'a description with a umlaut',
      permission: { ...https, IpRanges: [{ CidrIp: '10.0.0.0/8', Description: 'Büro' }] },
      code: 'InvalidParameterValue',
    },
    {
      name: 'the same peer twice',
      permission: { ...https, IpRanges: [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '10.1.0.0/8' }] },
      code: 'InvalidParameterValue',
    },
  ]
  test.each(bad)('$name is refused and nothing is made', ({ permission, code }) => {
    refusal(() => authorize(https, permission), code)
    expect(shown()?.IpPermissions).toEqual([])
  })

  test('a rule that is there is a duplicate, whatever its description', () => {
    authorize(https)
    const message = refusal(
      () => authorize({ ...https, IpRanges: [{ CidrIp: '10.0.0.0/16' }] }),
      'InvalidPermission.Duplicate',
    )
    expect(message).toBe(
      'the specified rule "peer: 10.0.0.0/16, TCP, from port: 443, to port: 443, ALLOW" already exists',
    )
  })

  test('a group of another VPC is refused', () => {
    const other = makeGroup('x', world.write(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc?.VpcId)
    refusal(() => authorize({ ...https, UserIdGroupPairs: [{ GroupId: other }] }), 'InvalidGroup.NotFound')
  })

  test('the flat parameters make one rule', () => {
    const flat = { GroupId, IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIp: '192.0.2.1/32' }
    world.write(authorizeSecurityGroupIngress, flat)
    expect(shown()?.IpPermissions).toMatchObject([{ FromPort: 22, IpRanges: [{ CidrIp: '192.0.2.1/32' }] }])
    const both = { ...flat, IpPermissions: [https] }
    refusal(() => world.write(authorizeSecurityGroupIngress, both), 'InvalidParameterCombination')
    refusal(() => world.write(authorizeSecurityGroupIngress, { GroupId }), 'MissingParameter')
  })

  test('1,000 rules are the most', () => {
    const IpRanges = Array.from({ length: 1001 }, (_, i) => ({ CidrIp: `10.${i >> 8}.${i & 255}.0/24` }))
    refusal(() => authorize({ ...https, IpRanges }), 'RulesPerSecurityGroupLimitExceeded')
  })
})

describe('RevokeSecurityGroupEgress', () => {
  test('takes the default rule as Terraform does, and ::/0 is not there', () => {
    const all = { IpProtocol: '-1', FromPort: 0, ToPort: 0 }
    const v4 = { GroupId, IpPermissions: [{ ...all, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }] }
    const v6 = { GroupId, IpPermissions: [{ ...all, Ipv6Ranges: [{ CidrIpv6: '::/0' }] }] }
    expect(world.write(revokeSecurityGroupEgress, v4).RevokedSecurityGroupRules).toMatchObject([
      { IsEgress: true, CidrIpv4: '0.0.0.0/0' },
    ])
    expect(shown()?.IpPermissionsEgress).toEqual([])
    refusal(() => world.write(revokeSecurityGroupEgress, v6), 'InvalidPermission.NotFound')
  })

  test('by id: only a rule of this group and direction', () => {
    const [rule] = authorize(https)
    const SecurityGroupRuleIds = [rule?.SecurityGroupRuleId ?? '']
    const code = 'InvalidSecurityGroupRuleId.NotFound'
    refusal(() => world.write(revokeSecurityGroupEgress, { GroupId, SecurityGroupRuleIds }), code)
    refusal(() => world.write(revokeSecurityGroupIngress, { GroupId: makeGroup('b'), SecurityGroupRuleIds }), code)
    world.write(revokeSecurityGroupIngress, { GroupId, SecurityGroupRuleIds })
    expect(shown()?.IpPermissions).toEqual([])
  })
})

describe('rules as records', () => {
  test('DescribeSecurityGroupRules filters by group', () => {
    authorize(https)
    const Filters = [{ Name: 'group-id', Values: [GroupId] }]
    const rules = world.read(describeSecurityGroupRules, { Filters }).SecurityGroupRules ?? []
    expect(rules.map((rule) => `${rule.IsEgress} ${rule.IpProtocol} ${rule.CidrIpv4}`)).toEqual([
      'true -1 0.0.0.0/0',
      'false tcp 10.0.0.0/16',
    ])
    refusal(
      () => world.read(describeSecurityGroupRules, { SecurityGroupRuleIds: ['sgr-1'] }),
      'InvalidSecurityGroupRuleId.NotFound',
    )
  })

  test('ModifySecurityGroupRules keeps the id', () => {
    const [rule] = authorize(https)
    const id = rule?.SecurityGroupRuleId ?? ''
    const SecurityGroupRule = { IpProtocol: '-1', CidrIpv4: '192.0.2.0/24', Description: 'all' }
    const update = { GroupId, SecurityGroupRules: [{ SecurityGroupRuleId: id, SecurityGroupRule }] }
    world.write(modifySecurityGroupRules, update)
    const [changed] = world.read(describeSecurityGroupRules, { SecurityGroupRuleIds: [id] }).SecurityGroupRules ?? []
    expect(changed).toMatchObject({ ...SecurityGroupRule, FromPort: -1, ToPort: -1 })
  })

  test('ModifySecurityGroupRules refuses two peers, and a rule that is there', () => {
    const [rule] = authorize(https, { ...https, IpRanges: [{ CidrIp: '192.0.2.0/24' }] })
    const modify = (SecurityGroupRule: object) => () =>
      world.write(modifySecurityGroupRules, {
        GroupId,
        SecurityGroupRules: [{ SecurityGroupRuleId: rule?.SecurityGroupRuleId, SecurityGroupRule }],
      })
    const ports = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }
    refusal(modify({ ...ports, CidrIpv4: '10.0.0.0/8', CidrIpv6: '::/0' }), 'InvalidParameterCombination')
    refusal(modify({ ...ports, CidrIpv4: '192.0.2.0/24' }), 'InvalidPermission.Duplicate')
    expect(shown()?.IpPermissions?.[0]?.IpRanges).toHaveLength(2)
  })

  test('UpdateSecurityGroupRuleDescriptions by permission and by id, and away', () => {
    const [rule] = authorize(https)
    const describe = (input: object) => {
      world.write(updateSecurityGroupRuleDescriptionsIngress, { GroupId, ...input })
      return shown()?.IpPermissions?.[0]?.IpRanges?.[0]?.Description
    }
    const permission = { ...https, IpRanges: [{ CidrIp: '10.0.0.0/16', Description: 'new' }] }
    expect(describe({ IpPermissions: [permission] })).toBe('new')
    const byId = { SecurityGroupRuleId: rule?.SecurityGroupRuleId }
    expect(describe({ SecurityGroupRuleDescriptions: [{ ...byId, Description: 'newer' }] })).toBe('newer')
    expect(describe({ SecurityGroupRuleDescriptions: [byId] })).toBeUndefined()
  })

  test('UpdateSecurityGroupRuleDescriptionsEgress describes what leaves', () => {
    const IpPermissions = [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'out' }] }]
    world.write(updateSecurityGroupRuleDescriptionsEgress, { GroupId, IpPermissions })
    expect(shown()?.IpPermissionsEgress).toMatchObject(IpPermissions)
  })
})

describe('DeleteSecurityGroup', () => {
  test('takes the rules with it', () => {
    authorize({ ...https, UserIdGroupPairs: [{ GroupId }] })
    expect(world.write(deleteSecurityGroup, { GroupId })).toEqual({ Return: true, GroupId })
    expect([...world.store.records.securityGroupRules.all()].filter((rule) => rule.groupId === GroupId)).toEqual([])
    refusal(() => world.write(deleteSecurityGroup, { GroupId }), 'InvalidGroup.NotFound')
  })

  test('a group that another names is kept', () => {
    const db = makeGroup('db')
    world.write(authorizeSecurityGroupEgress, {
      GroupId: db,
      IpPermissions: [{ ...https, IpRanges: [], UserIdGroupPairs: [{ GroupId }] }],
    })
    const message = refusal(() => world.write(deleteSecurityGroup, { GroupId }), 'DependencyViolation')
    expect(message).toBe(`resource ${GroupId} has a dependent object`)
  })

  test('the default group stays', () => {
    const Filters = [
      { Name: 'group-name', Values: ['default'] },
      { Name: 'vpc-id', Values: [VpcId] },
    ]
    const [group] = world.read(describeSecurityGroups, { Filters }).SecurityGroups ?? []
    refusal(() => world.write(deleteSecurityGroup, { GroupId: group?.GroupId }), 'CannotDelete')
  })

  test("another account's group looks as if it did not exist", () => {
    refusal(() => world.write(deleteSecurityGroup, { GroupId }, STRANGER), 'InvalidGroup.NotFound')
  })
})

describe('DescribeSecurityGroups', () => {
  const filters = [
    { Name: 'ip-permission.cidr', Values: ['10.0.0.0/16'] },
    { Name: 'ip-permission.from-port', Values: ['443'] },
    { Name: 'ip-permission.protocol', Values: ['tcp'] },
    { Name: 'egress.ip-permission.cidr', Values: ['0.0.0.0/0'] },
    { Name: 'description', Values: ['a gr*'] },
  ]
  test.each(filters)('filters by $Name', (filter) => {
    authorize(https)
    const Filters = [filter, { Name: 'group-id', Values: [GroupId] }]
    expect(world.read(describeSecurityGroups, { Filters }).SecurityGroups).toHaveLength(1)
  })
})

describe('a group in another VPC', () => {
  test('is used there while it is associated with it', () => {
    const second = world.write(createVpc, { CidrBlock: '10.1.0.0/16' }).Vpc?.VpcId ?? ''
    const SubnetId = world.write(createSubnet, { VpcId: second, CidrBlock: '10.1.1.0/24' }).Subnet?.SubnetId
    const make = () => world.write(createNetworkInterface, { SubnetId, Groups: [GroupId] }).NetworkInterface
    refusal(make, 'InvalidParameter')
    const pair = { GroupId, VpcId: second }
    expect(world.write(associateSecurityGroupVpc, pair)).toEqual({ State: 'associating' })
    const shown = () => world.read(describeSecurityGroupVpcAssociations, {}).SecurityGroupVpcAssociations
    expect(shown()).toEqual([
      { GroupId, VpcId: second, VpcOwnerId: CALLER.account, GroupOwnerId: CALLER.account, State: 'associated' },
    ])
    const usable = () => world.read(getSecurityGroupsForVpc, { VpcId: second }).SecurityGroupForVpcs
    expect(usable()?.find((one) => one.GroupId === GroupId)).toMatchObject({ PrimaryVpcId: VpcId })
    const NetworkInterfaceId = make()?.NetworkInterfaceId
    const there = compile(world.store.records).vpcs.find(({ id }) => id === second)
    expect(there?.securityGroups.find(({ id }) => id === GroupId)?.members).toHaveLength(1)
    refusal(() => world.write(disassociateSecurityGroupVpc, pair), 'DependencyViolation')
    world.write(deleteNetworkInterface, { NetworkInterfaceId })
    expect(world.write(disassociateSecurityGroupVpc, pair)).toEqual({ State: 'disassociating' })
    expect(shown()).toEqual([])
    refusal(() => world.write(disassociateSecurityGroupVpc, pair), 'InvalidSecurityGroupVpcAssociation.NotFound')
  })

  test('is none of the default ones, and goes with group and VPC', () => {
    const second = world.write(createVpc, { CidrBlock: '10.1.0.0/16' }).Vpc?.VpcId ?? ''
    const associate = (group: string, vpc: string) =>
      world.write(associateSecurityGroupVpc, { GroupId: group, VpcId: vpc })
    const groups = world.read(describeSecurityGroups, {
      Filters: [{ Name: 'vpc-id', Values: [second] }],
    }).SecurityGroups
    refusal(() => associate(groups?.[0]?.GroupId ?? '', VpcId), 'InvalidParameterValue')
    refusal(() => associate(GroupId, VpcId), 'InvalidParameterValue')
    associate(GroupId, second)
    refusal(() => associate(GroupId, second), 'InvalidParameterValue')
    world.write(deleteVpc, { VpcId: second })
    expect(world.store.records.securityGroupVpcAssociations.size).toBe(0)
  })
})
