// Address plan: VPCs in 10.0.0.0/8, 172.16.0.0/12 and 192.168.0.0/16; the default VPC is 172.31.0.0/16.

import { beforeEach, describe, expect, test } from 'vitest'
import { describeNetworkAcls } from '../filtering/network-acl.ts'
import { createSecurityGroup, describeSecurityGroups } from '../filtering/security-group.ts'
import { CALLER, callerOf, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createRoute } from '../route/route.ts'
import { describeRouteTables } from '../route/route-table.ts'
import { createDefaultVpc, ensureDefaultVpc } from './default-vpc.ts'
import { associateDhcpOptions, createDhcpOptions, deleteDhcpOptions, describeDhcpOptions } from './dhcp-options.ts'
import { attachInternetGateway, createInternetGateway, describeInternetGateways } from './internet-gateway.ts'
import { createSubnet, describeSubnets } from './subnet.ts'
import { createVpc, deleteVpc, describeVpcs } from './vpc.ts'
import { describeVpcAttribute, modifyVpcAttribute } from './vpc-attribute.ts'
import { associateVpcCidrBlock, disassociateVpcCidrBlock } from './vpc-cidr-block.ts'

let world: World

beforeEach(async () => {
  world = await openWorld()
})

function makeVpc(CidrBlock = '10.0.0.0/16'): string {
  return world.write(createVpc, { CidrBlock }).Vpc?.VpcId ?? ''
}

function filter(Name: string, ...Values: string[]) {
  return { Filters: [{ Name, Values }] }
}

describe('CreateVpc', () => {
  test('makes a main route table, a default network ACL and a default security group', () => {
    const id = makeVpc()
    const [table] = world.read(describeRouteTables, filter('vpc-id', id)).RouteTables ?? []
    expect(table?.Associations?.map((one) => one.Main)).toEqual([true])
    expect(table?.Routes).toEqual([
      { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' },
    ])
    const [acl] = world.read(describeNetworkAcls, filter('vpc-id', id)).NetworkAcls ?? []
    expect(acl?.IsDefault).toBe(true)
    expect(acl?.Entries?.map((entry) => `${entry.Egress} ${entry.RuleNumber} ${entry.RuleAction}`)).toEqual([
      'true 100 allow',
      'true 32767 deny',
      'false 100 allow',
      'false 32767 deny',
    ])
    const [group] = world.read(describeSecurityGroups, filter('vpc-id', id)).SecurityGroups ?? []
    expect(group).toMatchObject({
      GroupName: 'default',
      Description: 'default VPC security group',
      IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: group?.GroupId, UserId: CALLER.account }] }],
      IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    })
  })

  test('clears host bits', () => {
    expect(world.write(createVpc, { CidrBlock: '100.68.0.18/18' }).Vpc?.CidrBlock).toBe('100.68.0.0/18')
  })

  test('answers pending, and DescribeVpcs available', () => {
    const { Vpc } = world.write(createVpc, { CidrBlock: '10.0.0.0/16' })
    expect(Vpc?.State).toBe('pending')
    const [shown] = world.read(describeVpcs, { VpcIds: [Vpc?.VpcId ?? ''] }).Vpcs ?? []
    expect(shown).toMatchObject({ ...Vpc, State: 'available' })
  })

  test('the tags are there at once', () => {
    const TagSpecifications = [{ ResourceType: 'vpc' as const, Tags: [{ Key: 'Name', Value: 'lab' }] }]
    world.write(createVpc, { CidrBlock: '10.0.0.0/16', TagSpecifications })
    expect(world.read(describeVpcs, filter('tag:Name', 'la?')).Vpcs).toHaveLength(1)
  })

  const bad = [
    { name: 'no block', input: {}, code: 'MissingParameter' },
    { name: 'no CIDR', input: { CidrBlock: '10.0.0.0' }, code: 'InvalidParameterValue' },
    { name: 'a /15', input: { CidrBlock: '10.0.0.0/15' }, code: 'InvalidVpc.Range' },
    { name: 'a /29', input: { CidrBlock: '10.0.0.0/29' }, code: 'InvalidVpc.Range' },
    { name: 'link-local', input: { CidrBlock: '169.254.0.0/16' }, code: 'InvalidVpc.Range' },
    { name: 'the backbone', input: { CidrBlock: '240.1.0.0/16' }, code: 'InvalidVpc.Range' },
    { name: 'an IPv6 block', input: { CidrBlock: 'fd00::/56' }, code: 'InvalidParameterValue' },
    {
      name: 'tags of another type',
      input: { CidrBlock: '10.0.0.0/16', TagSpecifications: [{ ResourceType: 'subnet' as const }] },
      code: 'InvalidParameterValue',
    },
  ]
  test.each(bad)('$name is refused and makes nothing', ({ input, code }) => {
    refusal(() => world.write(createVpc, input), code)
    expect(world.store.revision).toBe(0)
  })
})

describe('the default VPC', () => {
  test('is made once, with a subnet per zone, a gateway and a route to it', () => {
    for (const _ of [1, 2]) {
      world.store.transact((tx) => ensureDefaultVpc(tx, CALLER.account, CALLER.region, CALLER.now))
    }
    const [vpc, ...others] = world.read(describeVpcs, {}).Vpcs ?? []
    expect(others).toEqual([])
    expect(vpc).toMatchObject({ CidrBlock: '172.31.0.0/16', IsDefault: true })
    const subnets = world.read(describeSubnets, {}).Subnets ?? []
    expect(subnets.map((one) => `${one.AvailabilityZone} ${one.CidrBlock} ${one.AvailableIpAddressCount}`)).toEqual([
      'us-east-1a 172.31.0.0/20 4091',
      'us-east-1b 172.31.16.0/20 4091',
      'us-east-1c 172.31.32.0/20 4091',
      'us-east-1d 172.31.48.0/20 4091',
      'us-east-1e 172.31.64.0/20 4091',
      'us-east-1f 172.31.80.0/20 4091',
    ])
    const [gateway] = world.read(describeInternetGateways, {}).InternetGateways
    expect(gateway?.Attachments).toEqual([{ State: 'available', VpcId: vpc?.VpcId }])
    const [table] = world.read(describeRouteTables, {}).RouteTables ?? []
    expect(table?.Routes?.[1]).toMatchObject({ GatewayId: gateway?.InternetGatewayId, State: 'active' })
    const hostnames = { VpcId: vpc?.VpcId ?? '', Attribute: 'enableDnsHostnames' as const }
    expect(world.read(describeVpcAttribute, hostnames).EnableDnsHostnames?.Value).toBe(true)
  })

  test('CreateVpc makes it first, and a deleted one does not come back by itself', () => {
    makeVpc()
    expect(world.read(describeVpcs, filter('is-default', 'true')).Vpcs).toHaveLength(1)
    refusal(() => world.write(createDefaultVpc, {}), 'DefaultVpcAlreadyExists')
  })

  test('each account and region has its own', () => {
    for (const caller of [CALLER, STRANGER, callerOf(CALLER.account, 'eu-west-1')]) {
      expect(world.write(createDefaultVpc, {}, caller).Vpc?.IsDefault).toBe(true)
      expect(world.read(describeVpcs, {}, caller).Vpcs).toHaveLength(1)
    }
  })
})

describe('DescribeVpcs', () => {
  test('shows only what the caller has in the region', () => {
    makeVpc()
    expect(world.read(describeVpcs, {}, STRANGER).Vpcs).toEqual([])
    expect(world.read(describeVpcs, {}, callerOf(CALLER.account, 'eu-west-1')).Vpcs).toEqual([])
  })

  test("another account's id looks as if it did not exist", () => {
    const id = makeVpc()
    const message = refusal(() => world.read(describeVpcs, { VpcIds: [id] }, STRANGER), 'InvalidVpcID.NotFound')
    expect(message).toBe(`The vpc ID '${id}' does not exist`)
  })

  test('an id of another shape is malformed', () => {
    refusal(() => world.read(describeVpcs, { VpcIds: ['subnet-1'] }), 'InvalidVpcId.Malformed')
    refusal(() => world.read(describeVpcs, { VpcIds: ['vpc-A!'] }), 'InvalidVpcId.Malformed')
  })
})

describe('ModifyVpcAttribute', () => {
  test('sets one attribute, which reads back', () => {
    const VpcId = makeVpc()
    world.write(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } })
    const shown = world.read(describeVpcAttribute, { VpcId, Attribute: 'enableDnsHostnames' })
    expect(shown).toEqual({ VpcId, EnableDnsHostnames: { Value: true } })
  })

  test('two attributes in one call, and none, are refused', () => {
    const VpcId = makeVpc()
    const two = { VpcId, EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } }
    refusal(() => world.write(modifyVpcAttribute, two), 'InvalidParameterCombination')
    refusal(() => world.write(modifyVpcAttribute, { VpcId }), 'MissingParameter')
  })
})

describe('AssociateVpcCidrBlock', () => {
  const cases = [
    { primary: '10.0.0.0/16', added: '10.2.0.0/16', code: undefined },
    { primary: '10.0.0.0/16', added: '100.64.0.0/16', code: undefined },
    { primary: '10.0.0.0/16', added: '10.0.0.0/17', code: 'CidrConflict' },
    { primary: '10.0.0.0/16', added: '172.16.0.0/16', code: 'InvalidVpc.Range' },
    { primary: '10.1.0.0/16', added: '10.0.0.0/16', code: 'InvalidVpc.Range' },
    { primary: '10.0.0.0/16', added: '198.19.0.0/16', code: 'InvalidVpc.Range' },
    { primary: '172.16.0.0/16', added: '172.31.0.0/16', code: 'InvalidVpc.Range' },
    { primary: '192.168.0.0/16', added: '10.0.0.0/16', code: 'InvalidVpc.Range' },
    { primary: '100.64.0.0/16', added: '10.0.0.0/16', code: 'InvalidVpc.Range' },
    { primary: '10.0.0.0/16', added: '10.2.0.0/15', code: 'InvalidVpc.Range' },
  ]
  test.each(cases)('$added beside $primary: $code', ({ primary, added, code }) => {
    const VpcId = makeVpc(primary)
    const call = () => world.write(associateVpcCidrBlock, { VpcId, CidrBlock: added })
    if (code) refusal(call, code)
    else expect(call().CidrBlockAssociation?.CidrBlockState?.State).toBe('associating')
  })

  test('adds a local route, and DisassociateVpcCidrBlock takes it away', () => {
    const VpcId = makeVpc()
    const made = world.write(associateVpcCidrBlock, { VpcId, CidrBlock: '10.2.0.0/16' })
    const AssociationId = made.CidrBlockAssociation?.AssociationId
    const local = () => {
      const [table] = world.read(describeRouteTables, filter('vpc-id', VpcId)).RouteTables ?? []
      return table?.Routes?.map((route) => route.DestinationCidrBlock)
    }
    expect(local()).toEqual(['10.0.0.0/16', '10.2.0.0/16'])
    world.write(createSubnet, { VpcId, CidrBlock: '10.2.1.0/24' })
    refusal(() => world.write(disassociateVpcCidrBlock, { AssociationId }), 'InvalidCidrBlock.InUse')
    const primary = world.store.records.vpcs.get(VpcId)?.cidrBlocks[0]?.associationId
    refusal(() => world.write(disassociateVpcCidrBlock, { AssociationId: primary }), 'OperationNotPermitted')
    const unknown = { AssociationId: 'vpc-cidr-assoc-1' }
    refusal(() => world.write(disassociateVpcCidrBlock, unknown), 'InvalidVpcCidrBlockAssociationID.NotFound')
  })

  test('a block that swallows the destination of a route is refused', () => {
    const VpcId = makeVpc()
    const gateway = world.write(createInternetGateway, {}).InternetGateway.InternetGatewayId ?? ''
    world.write(attachInternetGateway, { VpcId, InternetGatewayId: gateway })
    const [table] = world.read(describeRouteTables, filter('vpc-id', VpcId)).RouteTables ?? []
    world.write(createRoute, {
      RouteTableId: table?.RouteTableId ?? '',
      DestinationCidrBlock: '10.3.0.0/24',
      GatewayId: gateway,
    })
    refusal(() => world.write(associateVpcCidrBlock, { VpcId, CidrBlock: '10.3.0.0/16' }), 'InvalidVpc.Range')
  })
})

describe('DeleteVpc', () => {
  test('takes what was made with the VPC', () => {
    makeVpc()
    const before = world.store.records.securityGroupRules.size
    const VpcId = makeVpc()
    world.write(deleteVpc, { VpcId })
    expect(world.store.records.securityGroupRules.size).toBe(before)
    refusal(() => world.write(deleteVpc, { VpcId }), 'InvalidVpcID.NotFound')
  })

  const dependencies: { name: string; make: (VpcId: string) => unknown }[] = [
    { name: 'a subnet', make: (VpcId) => world.write(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }) },
    {
      name: 'a security group',
      make: (VpcId) => world.write(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' }),
    },
    {
      name: 'an internet gateway',
      make: (VpcId) => {
        const gateway = world.write(createInternetGateway, {}).InternetGateway.InternetGatewayId
        world.write(attachInternetGateway, { VpcId, InternetGatewayId: gateway })
      },
    },
  ]
  test.each(dependencies)('$name keeps it', ({ make }) => {
    const VpcId = makeVpc()
    make(VpcId)
    const message = refusal(() => world.write(deleteVpc, { VpcId }), 'DependencyViolation')
    expect(message).toBe(`The vpc '${VpcId}' has dependencies and cannot be deleted.`)
  })
})

describe('DHCP options', () => {
  test('a VPC has those of the region, and can have others or none', () => {
    const VpcId = makeVpc()
    const optionsOf = () => world.read(describeVpcs, { VpcIds: [VpcId] }).Vpcs?.[0]?.DhcpOptionsId ?? ''
    const [region] = world.read(describeDhcpOptions, { DhcpOptionsIds: [optionsOf()] }).DhcpOptions ?? []
    expect(region?.DhcpConfigurations).toEqual([
      { Key: 'domain-name', Values: [{ Value: 'ec2.internal' }] },
      { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
    ])
    const made = world.write(createDhcpOptions, {
      DhcpConfigurations: [{ Key: 'domain-name', Values: ['lab.example'] }],
    })
    const DhcpOptionsId = made.DhcpOptions?.DhcpOptionsId ?? ''
    world.write(associateDhcpOptions, { VpcId, DhcpOptionsId })
    expect(optionsOf()).toBe(DhcpOptionsId)
    refusal(() => world.write(deleteDhcpOptions, { DhcpOptionsId }), 'DependencyViolation')
    world.write(associateDhcpOptions, { VpcId, DhcpOptionsId: 'default' })
    expect(optionsOf()).toBe('default')
    world.write(deleteDhcpOptions, { DhcpOptionsId })
    refusal(() => world.write(deleteDhcpOptions, { DhcpOptionsId }), 'InvalidDhcpOptionID.NotFound')
  })

  const bad = [
    { name: 'no option', configurations: [], code: 'MissingParameter' },
    { name: 'an unknown option', configurations: [{ Key: 'colour', Values: ['red'] }], code: 'InvalidParameterValue' },
    {
      name: 'a name for a server',
      configurations: [{ Key: 'ntp-servers', Values: ['ntp'] }],
      code: 'InvalidParameterValue',
    },
    {
      name: 'an address twice',
      configurations: [{ Key: 'domain-name-servers', Values: ['10.0.0.9', '10.0.0.9'] }],
      code: 'InvalidParameterValue',
    },
    {
      name: 'five servers',
      configurations: [{ Key: 'ntp-servers', Values: [1, 2, 3, 4, 5].map((one) => `10.0.0.${one}`) }],
      code: 'InvalidParameterValue',
    },
    {
      name: 'NetBIOS over IPv6',
      configurations: [{ Key: 'netbios-name-servers', Values: ['2001:db8::1'] }],
      code: 'InvalidParameterValue',
    },
    {
      name: 'node type 3',
      configurations: [{ Key: 'netbios-node-type', Values: ['3'] }],
      code: 'InvalidParameterValue',
    },
    { name: 'an option without values', configurations: [{ Key: 'domain-name' }], code: 'MissingParameter' },
  ]
  test.each(bad)('$name is refused', ({ configurations, code }) => {
    refusal(() => world.write(createDhcpOptions, { DhcpConfigurations: configurations }), code)
  })
})
