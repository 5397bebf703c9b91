// Address plan: a VPC 10.0.0.0/16 with a = 10.0.1.0/24 and b = 10.0.2.0/24; another of 10.9.0.0/16 with 10.9.1.0/24.

import { beforeEach, describe, expect, test } from 'vitest'
import { createSecurityGroup } from '../ec2/filtering/security-group.ts'
import { deleteNetworkInterface, describeNetworkInterfaces } from '../ec2/network-interface/network-interface.ts'
import { openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { createSubnet } from '../ec2/vpc/subnet.ts'
import { associateSubnetCidrBlock } from '../ec2/vpc/subnet-ipv6.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { associateVpcCidrBlock } from '../ec2/vpc/vpc-cidr-block.ts'
import {
  associateResolverEndpointIpAddress,
  disassociateResolverEndpointIpAddress,
  listResolverEndpointIpAddresses,
} from './endpoint-address.ts'
import type { CreateResolverEndpointRequest } from './messages.ts'
import {
  createResolverEndpoint,
  deleteResolverEndpoint,
  getResolverEndpoint,
  listResolverEndpoints,
  updateResolverEndpoint,
} from './resolver-endpoint.ts'
import {
  createResolverRule,
  deleteResolverRule,
  getResolverRule,
  listResolverRules,
  updateResolverRule,
} from './resolver-rule.ts'
import {
  associateResolverRule,
  disassociateResolverRule,
  getResolverRuleAssociation,
  listResolverRuleAssociations,
} from './rule-association.ts'
import { listTagsForResource, tagResource, untagResource } from './tags.ts'

let world: World
let VPCId: string
let a: string
let b: string
let group: string
let foreignSubnet: string
let requests = 0

beforeEach(async () => {
  world = await openWorld()
  VPCId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
  a = makeSubnet(VPCId, '10.0.1.0/24')
  b = makeSubnet(VPCId, '10.0.2.0/24')
  const other = world.write(createVpc, { CidrBlock: '10.9.0.0/16' }).Vpc?.VpcId ?? ''
  foreignSubnet = makeSubnet(other, '10.9.1.0/24')
  group = world.write(createSecurityGroup, { VpcId: VPCId, GroupName: 'dns', Description: 'dns' }).GroupId ?? ''
})

function makeSubnet(VpcId: string, CidrBlock: string): string {
  return world.write(createSubnet, { VpcId, CidrBlock }).Subnet?.SubnetId ?? ''
}

function requestId(): string {
  requests += 1
  return `request-${requests}`
}

function make(input: Partial<CreateResolverEndpointRequest> = {}) {
  return world.write(createResolverEndpoint, {
    CreatorRequestId: requestId(),
    Direction: 'INBOUND',
    SecurityGroupIds: [group],
    IpAddresses: [{ SubnetId: a, Ip: '10.0.1.53' }, { SubnetId: b }],
    ...input,
  }).ResolverEndpoint
}

function makeRule(input: object = {}) {
  const ResolverEndpointId = make({ Direction: 'OUTBOUND', IpAddresses: [{ SubnetId: a }, { SubnetId: b }] })?.Id
  const TargetIps = [{ Ip: '192.0.2.53', Port: 53 }]
  const rule = { RuleType: 'FORWARD', DomainName: 'Corp.Example.', TargetIps, ResolverEndpointId, ...input }
  return world.write(createResolverRule, { CreatorRequestId: requestId(), ...rule }).ResolverRule
}

function addresses(ResolverEndpointId: string | undefined) {
  return world.read(listResolverEndpointIpAddresses, { ResolverEndpointId }).IpAddresses ?? []
}

describe('endpoints', () => {
  test('are made with an interface for each address, and gone with them', () => {
    const made = make({ Name: 'in', Tags: [{ Key: 'Name', Value: 'in' }] })
    expect(made).toMatchObject({ Status: 'CREATING', IpAddressCount: 2, HostVPCId: VPCId, Direction: 'INBOUND' })
    const ResolverEndpointId = made?.Id
    expect(world.read(getResolverEndpoint, { ResolverEndpointId }).ResolverEndpoint).toMatchObject({
      Arn: `arn:aws:route53resolver:us-east-1:123456789012:resolver-endpoint/${ResolverEndpointId}`,
      Status: 'OPERATIONAL',
      ResolverEndpointType: 'IPV4',
      Protocols: ['Do53'],
    })
    expect(addresses(ResolverEndpointId).map(({ Ip, SubnetId, Status }) => [Ip, SubnetId, Status])).toEqual([
      ['10.0.1.53', a, 'ATTACHED'],
      ['10.0.2.4', b, 'ATTACHED'],
    ])
    const { NetworkInterfaces = [] } = world.read(describeNetworkInterfaces, {})
    expect(NetworkInterfaces[0]).toMatchObject({
      RequesterManaged: true,
      Status: 'in-use',
      Description: `Route 53 Resolver: ${ResolverEndpointId}:${addresses(ResolverEndpointId)[0]?.IpId}`,
      Groups: [{ GroupId: group }],
    })
    const { NetworkInterfaceId } = NetworkInterfaces[0] ?? {}
    refusal(() => world.write(deleteNetworkInterface, { NetworkInterfaceId }), 'InvalidParameterValue')
    world.write(deleteResolverEndpoint, { ResolverEndpointId })
    expect(world.read(describeNetworkInterfaces, {}).NetworkInterfaces).toEqual([])
    refusal(() => world.read(getResolverEndpoint, { ResolverEndpointId }), 'ResourceNotFoundException')
  })

  test('are made once for one request ID', () => {
    const first = make({ CreatorRequestId: 'same' })
    expect(make({ CreatorRequestId: 'same' })?.Id).toBe(first?.Id)
    refusal(() => make({ CreatorRequestId: 'same', Name: 'other' }), 'ResourceExistsException')
  })

  test.each<[name: string, input: () => Partial<CreateResolverEndpointRequest>, code: string]>([
    ['one address', () => ({ IpAddresses: [{ SubnetId: a }] }), 'InvalidRequestException'],
    ['two VPCs', () => ({ IpAddresses: [{ SubnetId: a }, { SubnetId: foreignSubnet }] }), 'InvalidParameterException'],
    ['an unknown subnet', () => ({ IpAddresses: [{ SubnetId: 'subnet-1' }] }), 'InvalidParameterException'],
    [
      'one address twice',
      () => ({ IpAddresses: [1, 2].map(() => ({ SubnetId: a, Ip: '10.0.1.9' })) }),
      'InvalidParameterException',
    ],
    [
      'an address of another subnet',
      () => ({ IpAddresses: [{ SubnetId: a, Ip: '10.0.2.9' }] }),
      'InvalidParameterException',
    ],
    ['an unknown group', () => ({ SecurityGroupIds: ['sg-1'] }), 'InvalidParameterException'],
    ['no group', () => ({ SecurityGroupIds: [] }), 'InvalidParameterException'],
    ['no direction', () => ({ Direction: undefined }), 'InvalidParameterException'],
    ['an unknown type', () => ({ ResolverEndpointType: 'IPV5' }), 'InvalidParameterException'],
    ['dual stack without IPv6', () => ({ ResolverEndpointType: 'DUALSTACK' }), 'InvalidParameterException'],
    [
      'an IPv6 address of IPv4',
      () => ({ IpAddresses: [1, 2].map(() => ({ SubnetId: a, Ipv6: '2600:1f10::9' })) }),
      'InvalidParameterException',
    ],
    [
      'an IPv4 address of IPv6',
      () => ({ ResolverEndpointType: 'IPV6', IpAddresses: [1, 2].map(() => ({ SubnetId: a, Ip: '10.0.1.9' })) }),
      'InvalidParameterException',
    ],
    ['DNS over HTTPS', () => ({ Protocols: ['DoH'] }), 'InvalidRequestException'],
    ['a bad name', () => ({ Name: '$' }), 'InvalidParameterException'],
    ['no request ID', () => ({ CreatorRequestId: undefined }), 'InvalidParameterException'],
  ])('%s is refused and makes nothing', (_, input, code) => {
    refusal(() => make(input()), code)
    expect(world.read(describeNetworkInterfaces, {}).NetworkInterfaces).toEqual([])
  })

  test('speak IPv6, alone or beside IPv4, and change to both', () => {
    const block = giveIpv6(world, [a, b])
    const shown = (id: string | undefined) => addresses(id).map(({ Ip, Ipv6 }) => [Ip, Ipv6])
    const IpAddresses = [{ SubnetId: a, Ipv6: `${block(a)}53` }, { SubnetId: b }]
    const alone = make({ CreatorRequestId: 'six', ResolverEndpointType: 'IPV6', IpAddresses })
    expect(alone?.ResolverEndpointType).toBe('IPV6')
    expect(shown(alone?.Id)).toEqual([
      [undefined, `${block(a)}53`],
      [undefined, `${block(b)}4`],
    ])
    const outbound = make({
      CreatorRequestId: 'out',
      Direction: 'OUTBOUND',
      ResolverEndpointType: 'IPV6',
      IpAddresses: [a, b].map((SubnetId) => ({ SubnetId })),
    })
    const rule = {
      CreatorRequestId: 'rule',
      RuleType: 'FORWARD',
      DomainName: 'corp.example',
      ResolverEndpointId: outbound?.Id,
    }
    refusal(
      () => world.write(createResolverRule, { ...rule, TargetIps: [{ Ip: '10.9.9.9' }] }),
      'InvalidRequestException',
    )
    const TargetIps = [{ Ipv6: '2001:db8::53', Port: 5353 }]
    const made = world.write(createResolverRule, { ...rule, TargetIps }).ResolverRule
    expect(made?.TargetIps).toEqual([{ ...TargetIps[0], Protocol: 'Do53' }])
    const ResolverEndpointId = make({
      CreatorRequestId: 'both',
      IpAddresses: [a, b].map((SubnetId) => ({ SubnetId })),
    })?.Id
    const update = (more: object) => world.write(updateResolverEndpoint, { ResolverEndpointId, ...more })
    refusal(() => update({ ResolverEndpointType: 'IPV6' }), 'InvalidRequestException')
    const UpdateIpAddresses = [{ IpId: addresses(ResolverEndpointId)[1]?.IpId, Ipv6: `${block(b)}99` }]
    refusal(() => update({ UpdateIpAddresses }), 'InvalidRequestException')
    update({ ResolverEndpointType: 'DUALSTACK', UpdateIpAddresses })
    expect(shown(ResolverEndpointId).map(([, ipv6]) => ipv6)).toEqual([`${block(a)}5`, `${block(b)}99`])
    update({ ResolverEndpointType: 'IPV4' })
    expect(shown(ResolverEndpointId).map(([, ipv6]) => ipv6)).toEqual([undefined, undefined])
  })

  test('get and lose addresses, two at least and six at most', () => {
    const ResolverEndpointId = make()?.Id
    const add = (Ip: string) =>
      world.write(associateResolverEndpointIpAddress, { ResolverEndpointId, IpAddress: { SubnetId: a, Ip } })
    for (const last of [54, 55, 56, 57]) add(`10.0.1.${last}`)
    refusal(() => add('10.0.1.58'), 'InvalidRequestException')
    const drop = (IpAddress: object) =>
      world.write(disassociateResolverEndpointIpAddress, { ResolverEndpointId, IpAddress })
    drop({ Ip: '10.0.1.54' })
    drop({ IpId: addresses(ResolverEndpointId)[0]?.IpId })
    drop({ SubnetId: b })
    refusal(() => drop({ SubnetId: a }), 'InvalidRequestException')
    refusal(() => drop({ Ip: '10.0.1.99' }), 'ResourceNotFoundException')
    drop({ Ip: '10.0.1.55' })
    refusal(() => drop({ Ip: '10.0.1.56' }), 'InvalidRequestException')
    expect(addresses(ResolverEndpointId).map(({ Ip }) => Ip)).toEqual(['10.0.1.56', '10.0.1.57'])
  })

  test('are listed by pages and filters, renamed, and nobody else’s', () => {
    const ids = [
      make({ IpAddresses: [{ SubnetId: a }, { SubnetId: b }] }),
      make({ Direction: 'OUTBOUND', IpAddresses: [{ SubnetId: a }, { SubnetId: b }] }),
    ].map((one) => one?.Id)
    const first = world.read(listResolverEndpoints, { MaxResults: 1 })
    const second = world.read(listResolverEndpoints, { MaxResults: 1, NextToken: first.NextToken })
    expect([first, second].flatMap((page) => page.ResolverEndpoints?.map(({ Id }) => Id))).toEqual(ids)
    expect(second.NextToken).toBeUndefined()
    const Filters = [{ Name: 'DIRECTION', Values: ['OUTBOUND'] }]
    expect(world.read(listResolverEndpoints, { Filters }).ResolverEndpoints?.map(({ Id }) => Id)).toEqual([ids[1]])
    refusal(
      () => world.read(listResolverEndpoints, { Filters: [{ Name: 'x', Values: [] }] }),
      'InvalidParameterException',
    )
    refusal(() => world.read(listResolverEndpoints, { NextToken: 'x' }), 'InvalidNextTokenException')
    world.write(updateResolverEndpoint, { ResolverEndpointId: ids[0], Name: 'new' })
    expect(world.read(getResolverEndpoint, { ResolverEndpointId: ids[0] }).ResolverEndpoint?.Name).toBe('new')
    refusal(
      () => world.read(getResolverEndpoint, { ResolverEndpointId: ids[0] }, STRANGER),
      'ResourceNotFoundException',
    )
  })
})

describe('rules', () => {
  test('are made, associated, changed and deleted', () => {
    const rule = makeRule({ Name: 'corp' })
    const ResolverRuleId = rule?.Id
    expect(rule).toMatchObject({
      DomainName: 'corp.example.',
      Status: 'COMPLETE',
      OwnerId: '123456789012',
      TargetIps: [{ Ip: '192.0.2.53', Port: 53 }],
    })
    const made = world.write(associateResolverRule, { ResolverRuleId, VPCId }).ResolverRuleAssociation
    const ResolverRuleAssociationId = made?.Id
    const association = world.read(getResolverRuleAssociation, { ResolverRuleAssociationId }).ResolverRuleAssociation
    expect(association).toMatchObject({ ResolverRuleId, VPCId, Status: 'COMPLETE' })
    const again = makeRule()
    refusal(() => world.write(associateResolverRule, { ResolverRuleId: again?.Id, VPCId }), 'ResourceExistsException')
    refusal(() => world.write(deleteResolverRule, { ResolverRuleId }), 'ResourceInUseException')
    refusal(
      () => world.write(deleteResolverEndpoint, { ResolverEndpointId: rule?.ResolverEndpointId }),
      'InvalidRequestException',
    )
    const Config = { Name: 'new', TargetIps: [{ Ip: '192.0.2.54', Port: 5353 }] }
    expect(world.write(updateResolverRule, { ResolverRuleId, Config }).ResolverRule).toMatchObject(Config)
    world.write(disassociateResolverRule, { ResolverRuleId, VPCId })
    refusal(() => world.write(disassociateResolverRule, { ResolverRuleId, VPCId }), 'ResourceNotFoundException')
    world.write(deleteResolverRule, { ResolverRuleId })
    refusal(() => world.read(getResolverRule, { ResolverRuleId }), 'ResourceNotFoundException')
    expect(world.read(listResolverRuleAssociations, {}).ResolverRuleAssociations).toEqual([])
  })

  test('the rule of all VPCs is listed with them', () => {
    const system = makeRule({ RuleType: 'SYSTEM', TargetIps: [], ResolverEndpointId: undefined })
    expect(world.read(listResolverRules, {}).ResolverRules?.map(({ Id }) => Id)).toEqual([
      'rslvr-autodefined-rr-internet-resolver',
      system?.Id,
    ])
    const Filters = [{ Name: 'TYPE', Values: ['RECURSIVE'] }]
    expect(world.read(listResolverRules, { Filters }).ResolverRules).toHaveLength(1)
    const ResolverRuleId = 'rslvr-autodefined-rr-internet-resolver'
    expect(world.read(getResolverRule, { ResolverRuleId }).ResolverRule?.RuleType).toBe('RECURSIVE')
  })

  test.each([
    ['no targets', { TargetIps: [] }, 'InvalidParameterException'],
    ['a bad target', { TargetIps: [{ Ip: 'x' }] }, 'InvalidParameterException'],
    ['a bad port', { TargetIps: [{ Ip: '192.0.2.1', Port: 0 }] }, 'InvalidParameterException'],
    ['an IPv6 target', { TargetIps: [{ Ipv6: '2001:db8::1' }] }, 'InvalidRequestException'],
    ['an unknown endpoint', { ResolverEndpointId: 'rslvr-out-0123456789abcdef0' }, 'ResourceNotFoundException'],
    ['a bad domain', { DomainName: 'a..b' }, 'InvalidParameterException'],
    ['SYSTEM with targets', { RuleType: 'SYSTEM' }, 'InvalidRequestException'],
    ['an unknown type', { RuleType: 'RECURSIVE' }, 'InvalidParameterException'],
    ['seven targets', { TargetIps: Array.from({ length: 7 }, () => ({ Ip: '192.0.2.1' })) }, 'InvalidRequestException'],
  ])('%s is refused', (_, input, code) => {
    refusal(() => makeRule(input), code)
  })

  test('an inbound endpoint forwards nothing', () => {
    refusal(() => makeRule({ ResolverEndpointId: make()?.Id }), 'InvalidRequestException')
  })
})

test('tags are by ARN', () => {
  const ResourceArn = make({ Tags: [{ Key: 'a', Value: '1' }] })?.Arn
  world.write(tagResource, { ResourceArn, Tags: [{ Key: 'b', Value: '2' }] })
  world.write(untagResource, { ResourceArn, TagKeys: ['a'] })
  expect(world.read(listTagsForResource, { ResourceArn }).Tags).toEqual([{ Key: 'b', Value: '2' }])
  refusal(() => world.write(tagResource, { ResourceArn, Tags: [{ Key: 'aws:x' }] }), 'InvalidParameterException')
  refusal(() => world.read(listTagsForResource, { ResourceArn: `${ResourceArn}0` }), 'ResourceNotFoundException')
})

/** Gives the VPC of subnets an IPv6 block, and each subnet one of it; the result says how a subnet's addresses begin. */
function giveIpv6(world: World, subnetIds: readonly string[]): (subnetId: string) => string {
  const { records } = world.store
  const VpcId = records.subnets.get(subnetIds[0] ?? '')?.vpcId
  world.write(associateVpcCidrBlock, { VpcId, AmazonProvidedIpv6CidrBlock: true })
  const block = records.vpcs.get(VpcId ?? '')?.ipv6CidrBlocks?.[0]?.cidr ?? ''
  for (const [index, SubnetId] of subnetIds.entries()) {
    const Ipv6CidrBlock = block.replace(/0?0::\/56$/, `0${index + 1}::/64`)
    world.write(associateSubnetCidrBlock, { SubnetId, Ipv6CidrBlock })
  }
  return (subnetId) => records.subnets.get(subnetId)?.ipv6Cidr?.cidr.replace('/64', '') ?? ''
}
