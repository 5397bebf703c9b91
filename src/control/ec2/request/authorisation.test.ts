// What each EC2 call asks the policies.
// 10.0.0.0/16 VPC, 10.0.1.0/24 subnet

import { beforeAll, describe, expect, test } from 'vitest'
import type { Authorisation } from '../../../iam/request.ts'
import { createVpcEndpoint } from '../endpoint/vpc-endpoint.ts'
import { createSecurityGroup } from '../filtering/security-group.ts'
import { associateRouteTable, createRouteTable } from '../route/route-table.ts'
import { createSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import { ec2Authorisations } from './authorisation.ts'
import type { Input } from './named-resources.ts'
import { CALLER, openWorld, refusal, STRANGER } from './testing.ts'

const world = await openWorld()
const arn = (type: string, id: string) => `arn:aws:ec2:us-east-1:${CALLER.account}:${type}/${id}`
const ids = { vpc: '', subnet: '', table: '', group: '', endpoint: '', association: '', aclAssociation: '' }

beforeAll(() => {
  const Tags = [{ Key: 'Team', Value: 'blue' }]
  const tagged = (type: 'vpc' | 'subnet') => ({ TagSpecifications: [{ ResourceType: type, Tags }] })
  ids.vpc = world.write(createVpc, { CidrBlock: '10.0.0.0/16', ...tagged('vpc') }).Vpc!.VpcId!
  const inVpc = { VpcId: ids.vpc }
  const subnet = world.write(createSubnet, { ...inVpc, CidrBlock: '10.0.1.0/24', ...tagged('subnet') }).Subnet!
  ids.subnet = subnet.SubnetId!
  ids.aclAssociation = world.store.records.subnets.get(ids.subnet)!.networkAclAssociationId
  ids.table = world.write(createRouteTable, inVpc).RouteTable!.RouteTableId!
  const joined = { RouteTableId: ids.table, SubnetId: ids.subnet }
  ids.association = world.write(associateRouteTable, joined).AssociationId!
  ids.group = world.write(createSecurityGroup, { ...inVpc, GroupName: 'web', Description: 'web' }).GroupId!
  const service = { ...inVpc, ServiceName: 'com.amazonaws.us-east-1.s3' }
  ids.endpoint = world.write(createVpcEndpoint, service).VpcEndpoint!.VpcEndpointId!
})

function ask(operation: string, input: Input, caller = CALLER): Authorisation[] {
  return ec2Authorisations(world.store.records, caller, operation, input)
}

describe('resources', () => {
  const cases: readonly [name: string, operation: string, input: () => Input, resources: () => string[]][] = [
    ['a list asks about anything', 'DescribeVpcs', () => ({ VpcIds: [ids.vpc] }), () => ['*']],
    ['a new VPC has no id yet', 'CreateVpc', () => ({ CidrBlock: '10.1.0.0/16' }), () => [arn('vpc', '*')]],
    [
      'what is named and what is made',
      'CreateSubnet',
      () => ({ VpcId: ids.vpc, CidrBlock: '10.0.2.0/24' }),
      () => [arn('subnet', '*'), arn('vpc', ids.vpc)],
    ],
    [
      'every named resource of an endpoint',
      'CreateVpcEndpoint',
      () => ({ VpcId: ids.vpc, RouteTableIds: [ids.table], ServiceName: 'com.amazonaws.us-east-1.s3' }),
      () => [arn('route-table', ids.table), arn('vpc', ids.vpc), arn('vpc-endpoint', '*')],
    ],
    [
      'each of many',
      'TerminateInstances',
      () => ({ InstanceIds: ['i-01', 'i-02'] }),
      () => [arn('instance', 'i-01'), arn('instance', 'i-02')],
    ],
    ['a missing parameter asks about anything', 'DeleteVpc', () => ({}), () => ['*']],
    [
      'a route asks about its table alone',
      'CreateRoute',
      () => ({ RouteTableId: ids.table, GatewayId: 'igw-01', DestinationCidrBlock: '0.0.0.0/0' }),
      () => [arn('route-table', ids.table)],
    ],
    [
      'a rule asks about its group, not about its peers',
      'AuthorizeSecurityGroupIngress',
      () => ({ GroupId: ids.group, IpPermissions: [{ UserIdGroupPairs: [{ GroupId: 'sg-0a' }] }] }),
      () => [arn('security-group', ids.group)],
    ],
    [
      'an association stands for what it joins',
      'DisassociateRouteTable',
      () => ({ AssociationId: ids.association }),
      () => [arn('route-table', ids.table), arn('subnet', ids.subnet)],
    ],
    [
      'a subnet by its ACL association, and the new ACL',
      'ReplaceNetworkAclAssociation',
      () => ({ AssociationId: ids.aclAssociation, NetworkAclId: 'acl-01' }),
      () => [arn('network-acl', 'acl-01'), arn('subnet', ids.subnet)],
    ],
    [
      'a value that looks like an id names nothing',
      'CreateVpc',
      () => ({ TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'peer', Value: 'vpc-01' }] }] }),
      () => [arn('vpc', '*'), arn('vpc', '*')],
    ],
  ]
  test.each(cases)('%s: %s', (_name, operation, input, resources) => {
    expect(ask(operation, input()).map((one) => one.resource)).toEqual(resources())
  })

  test('a launch asks about all that it uses and makes', () => {
    const input = { ImageId: 'ami-01', SubnetId: ids.subnet, SecurityGroupIds: [ids.group], KeyName: 'me' }
    expect(ask('RunInstances', input).map((one) => one.resource)).toEqual([
      'arn:aws:ec2:us-east-1::image/ami-01',
      arn('instance', '*'),
      arn('key-pair', 'me'),
      arn('network-interface', '*'),
      arn('security-group', ids.group),
      arn('subnet', ids.subnet),
      arn('volume', '*'),
    ])
  })

  test('a launch without subnet and group asks about the default ones', () => {
    const { records } = world.store
    const vpc = [...records.vpcs.all()].find((one) => one.isDefault)!
    const [subnet] = records.subnets.where('vpcId', vpc.id)
    const [group] = records.securityGroups.where('vpcId', vpc.id)
    const asked = ask('RunInstances', { ImageId: 'ami-01' }).map((one) => one.resource)
    expect(asked).toContain(arn('subnet', subnet!.id))
    expect(asked).toContain(arn('security-group', group!.id))
  })
})

test('a call about more resources than can be asked about is refused', () => {
  const InstanceIds = Array.from({ length: 1001 }, (_, at) => `i-${at.toString(16)}`)
  refusal(() => ask('StopInstances', { InstanceIds }), 'RequestResourceCountExceeded')
  expect(ask('StopInstances', { InstanceIds: InstanceIds.slice(1) })).toHaveLength(1000)
})

describe('keys', () => {
  const keysOf = (operation: string, input: Input, type: string) =>
    ask(operation, input).find((one) => one.resource.includes(`:${type}/`))?.keys

  test('a subnet has its tags, its zone and its VPC', () => {
    expect(keysOf('DeleteSubnet', { SubnetId: ids.subnet }, 'subnet')).toEqual({
      'ec2:region': 'us-east-1',
      'aws:resourcetag/team': 'blue',
      'ec2:resourcetag/team': 'blue',
      'ec2:availabilityzone': 'us-east-1a',
      'ec2:availabilityzoneid': world.store.records.subnets.get(ids.subnet)!.availabilityZoneId,
      'ec2:subnetid': ids.subnet,
      'ec2:vpc': arn('vpc', ids.vpc),
    })
  })

  test('only those that the action has for the resource', () => {
    expect(keysOf('CreateSubnet', { VpcId: ids.vpc }, 'subnet')).toEqual({ 'ec2:region': 'us-east-1' })
    expect(keysOf('DeleteVpc', { VpcId: ids.vpc }, 'vpc')).toMatchObject({ 'ec2:vpcid': ids.vpc })
    expect(keysOf('DeleteVpc', { VpcId: ids.vpc }, 'vpc')).not.toHaveProperty('ec2:vpc')
  })

  test('an endpoint has the service that it is for', () => {
    const made = { VpcId: ids.vpc, ServiceName: 'com.amazonaws.us-east-1.logs' }
    expect(keysOf('CreateVpcEndpoint', made, 'vpc-endpoint')).toMatchObject({
      'ec2:vpceservicename': 'com.amazonaws.us-east-1.logs',
      'ec2:vpceserviceowner': 'amazon',
    })
    expect(keysOf('CreateVpcEndpoint', made, 'vpc')).not.toHaveProperty('ec2:vpceservicename')
    expect(keysOf('DeleteVpcEndpoints', { VpcEndpointIds: [ids.endpoint] }, 'vpc-endpoint')).toMatchObject({
      'ec2:vpceservicename': 'com.amazonaws.us-east-1.s3',
    })
  })

  test('an instance has the type and the metadata options of its launch', () => {
    const input = { SubnetId: ids.subnet, InstanceType: 't3.micro', MetadataOptions: { HttpTokens: 'required' } }
    expect(keysOf('RunInstances', input, 'instance')).toMatchObject({
      'ec2:instancetype': 't3.micro',
      'ec2:metadatahttptokens': 'required',
      'ec2:availabilityzone': 'us-east-1a',
    })
    expect(keysOf('RunInstances', input, 'network-interface')).toMatchObject({
      'ec2:subnet': arn('subnet', ids.subnet),
      'ec2:vpc': arn('vpc', ids.vpc),
    })
  })

  test('what a change sets is an attribute with its value', () => {
    const input = { VpcId: ids.vpc, EnableDnsHostnames: { Value: true } }
    expect(keysOf('ModifyVpcAttribute', input, 'vpc')).toMatchObject({
      'ec2:attribute': ['EnableDnsHostnames'],
      'ec2:attribute/enablednshostnames': 'true',
    })
  })

  test('another account’s resource tells nothing', () => {
    const [asked] = ask('DeleteVpc', { VpcId: ids.vpc }, STRANGER)
    expect(asked).toEqual({
      action: 'ec2:DeleteVpc',
      resource: `arn:aws:ec2:us-east-1:${STRANGER.account}:vpc/${ids.vpc}`,
      resourceAccount: STRANGER.account,
      keys: { 'ec2:region': 'us-east-1' },
    })
  })
})

describe('tags', () => {
  const Tags = [{ Key: 'Team', Value: 'red' }]

  test('making with tags asks for ec2:CreateTags too', () => {
    const asked = ask('CreateVpc', { TagSpecifications: [{ ResourceType: 'vpc', Tags }] })
    const given = { 'aws:tagkeys': ['Team'], 'aws:requesttag/team': 'red' }
    expect(asked).toMatchObject([
      { action: 'ec2:CreateVpc', keys: given },
      { action: 'ec2:CreateTags', resource: arn('vpc', '*'), keys: { ...given, 'ec2:createaction': 'CreateVpc' } },
    ])
  })

  test('an empty specification asks for nothing more', () => {
    expect(ask('CreateVpc', { TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] })).toHaveLength(1)
  })

  test('CreateTags has the tags that are there and those that are given', () => {
    const [asked] = ask('CreateTags', { Resources: [ids.subnet], Tags })
    expect(asked).toMatchObject({
      resource: arn('subnet', ids.subnet),
      keys: { 'aws:resourcetag/team': 'blue', 'aws:requesttag/team': 'red', 'aws:tagkeys': ['Team'] },
    })
  })

  test('DeleteTags has the keys', () => {
    expect(ask('DeleteTags', { Resources: [ids.vpc], Tags: [{ Key: 'Team' }] })).toMatchObject([
      { resource: arn('vpc', ids.vpc), keys: { 'aws:tagkeys': ['Team'] } },
    ])
  })
})
