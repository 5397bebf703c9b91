import type {
  CreateVpcEndpointRequest,
  DescribeVpcEndpointAssociationsRequest,
  ModifyVpcEndpointRequest,
} from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { CALLER, refusal } from '../request/testing.ts'
import { DEFAULT_GATEWAY_POLICY, DEFAULT_INTERFACE_POLICY } from './endpoint-policy.ts'
import { type EndpointWorld, openEndpointWorld, S3, SSM } from './testing.ts'
import { createVpcEndpoint, deleteVpcEndpoints, describeVpcEndpoints } from './vpc-endpoint.ts'
import { describeVpcEndpointAssociations } from './vpc-endpoint-association.ts'

let at: EndpointWorld
beforeEach(async () => {
  at = await openEndpointWorld()
})

const ALLOW = '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"ssm:Get*","Resource":"*"}]}'

describe('CreateVpcEndpoint of type Interface', () => {
  test('has an interface in each subnet, the default group, the default policy and its names', () => {
    const made = at.make({ SubnetIds: [at.a, at.b, at.a] })
    const hash = /^vpce-[0-9a-f]{17}-([0-9a-z]{8})\.ssm/.exec(made.DnsEntries?.[0]?.DnsName ?? '')?.[1]
    const label = `${made.VpcEndpointId}-${hash}`
    expect(made).toEqual({
      VpcEndpointId: expect.stringMatching(/^vpce-0[0-9a-f]{16}$/),
      VpcEndpointType: 'Interface',
      VpcId: at.VpcId,
      ServiceName: SSM,
      ServiceRegion: 'us-east-1',
      State: 'pending',
      PolicyDocument: DEFAULT_INTERFACE_POLICY,
      RouteTableIds: [],
      SubnetIds: [at.a, at.b],
      Groups: [{ GroupId: expect.stringMatching(/^sg-/), GroupName: 'default' }],
      IpAddressType: 'ipv4',
      DnsOptions: { DnsRecordIpType: 'ipv4', PrivateDnsOnlyForInboundResolverEndpoint: false },
      PrivateDnsEnabled: true,
      RequesterManaged: false,
      NetworkInterfaceIds: [expect.stringMatching(/^eni-/), expect.stringMatching(/^eni-/)],
      DnsEntries: [
        { DnsName: `${label}.ssm.us-east-1.vpce.amazonaws.com`, HostedZoneId: 'Z7HUB22UULQXV' },
        { DnsName: `${label}-us-east-1a.ssm.us-east-1.vpce.amazonaws.com`, HostedZoneId: 'Z7HUB22UULQXV' },
        { DnsName: `${label}-us-east-1b.ssm.us-east-1.vpce.amazonaws.com`, HostedZoneId: 'Z7HUB22UULQXV' },
        { DnsName: 'ssm.us-east-1.amazonaws.com', HostedZoneId: expect.stringMatching(/^Z[0-9A-Z]{20}$/) },
      ],
      CreationTimestamp: CALLER.now,
      OwnerId: CALLER.account,
      Tags: [],
    })
    expect(at.shown(made.VpcEndpointId ?? '')).toEqual(made)
  })

  test('the default policy is text as AWS formats it', () => {
    expect(DEFAULT_INTERFACE_POLICY).toBe(
      '{\n  "Statement": [\n    {\n      "Action": "*", \n      "Effect": "Allow", \n      "Principal": "*", \n      "Resource": "*"\n    }\n  ]\n}',
    )
  })

  test("S3's names cover buckets, and its private names stay off unless asked for", () => {
    const made = at.make({ ServiceName: S3, SubnetIds: [at.a] })
    expect(made.PrivateDnsEnabled).toBe(false)
    expect(made.DnsEntries?.map(({ DnsName }) => DnsName?.replace(/vpce-[0-9a-f]+-[0-9a-z]{8}/, 'vpce'))).toEqual([
      '*.vpce.s3.us-east-1.vpce.amazonaws.com',
      '*.vpce-us-east-1a.s3.us-east-1.vpce.amazonaws.com',
    ])
  })

  test('in no subnet it has its regional name alone, and no interface', () => {
    const made = at.make({ PrivateDnsEnabled: false })
    expect(made).toMatchObject({ SubnetIds: [], NetworkInterfaceIds: [] })
    expect(made.DnsEntries).toHaveLength(1)
  })

  test('groups, policy, record type and tags are kept as they were sent', () => {
    const groups = [at.group('one'), at.group('two')]
    const made = at.make({
      SubnetIds: [at.a],
      SecurityGroupIds: [...groups, ...groups],
      PolicyDocument: ALLOW,
      IpAddressType: 'ipv4',
      DnsOptions: { DnsRecordIpType: 'service-defined' },
      ServiceRegion: 'us-east-1',
      TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: [{ Key: 'Name', Value: 'ssm' }] }],
    })
    expect(made).toMatchObject({
      Groups: [
        { GroupId: groups[0], GroupName: 'one' },
        { GroupId: groups[1], GroupName: 'two' },
      ],
      PolicyDocument: ALLOW,
      DnsOptions: { DnsRecordIpType: 'service-defined' },
      Tags: [{ Key: 'Name', Value: 'ssm' }],
    })
  })

  const bad: readonly [name: string, input: () => Partial<CreateVpcEndpointRequest>, code: string, says?: string][] = [
    ['an unknown VPC', () => ({ VpcId: 'vpc-1' }), 'InvalidVpcID.NotFound', "The vpc ID 'vpc-1' does not exist"],
    [
      'an unknown service',
      () => ({ ServiceName: 'com.amazonaws.us-east-1.foo' }),
      'InvalidServiceName',
      "The Vpc Endpoint Service 'com.amazonaws.us-east-1.foo' does not exist",
    ],
    ['a service of another region', () => ({ ServiceName: 'com.amazonaws.eu-west-1.ssm' }), 'InvalidServiceName'],
    [
      'a service without interface endpoints',
      () => ({ ServiceName: 'com.amazonaws.us-east-1.s3express' }),
      'InvalidParameter',
      'Endpoint type (Interface) does not match available service types ([Gateway]).',
    ],
    [
      'no type for a service that has only this one',
      () => ({ VpcEndpointType: undefined }),
      'InvalidParameter',
      'Endpoint type (Gateway) does not match available service types ([Interface]).',
    ],
    ['another region', () => ({ ServiceRegion: 'eu-west-1' }), 'InvalidParameter'],
    [
      'route tables',
      () => ({ RouteTableIds: ['rtb-1'] }),
      'InvalidParameter',
      'Route table IDs are only supported for Gateway type VPC Endpoint.',
    ],
    ['a malformed subnet id', () => ({ SubnetIds: ['x'] }), 'InvalidSubnetId.Malformed'],
    [
      'an unknown subnet',
      () => ({ SubnetIds: [at.a, 'subnet-1'] }),
      'InvalidSubnetID.NotFound',
      "The subnet ID 'subnet-1' does not exist",
    ],
    ['a subnet of another VPC', () => ({ SubnetIds: [at.a, at.foreign.subnet] }), 'InvalidParameter'],
    ['two subnets in one zone', () => ({ SubnetIds: [at.a, at.a2] }), 'DuplicateSubnetsInSameZone'],
    [
      'two subnets in one zone, one by its configuration',
      () => ({ SubnetIds: [at.a], SubnetConfigurations: [{ SubnetId: at.a2, Ipv4: '10.0.3.9' }] }),
      'DuplicateSubnetsInSameZone',
    ],
    ['a subnet where the service is not', () => ({ ServiceName: SES, SubnetIds: [inZoneE()] }), 'InvalidParameter'],
    [
      'a configuration without its subnet',
      () => ({ SubnetConfigurations: [{ Ipv4: '10.0.1.9' }] }),
      'MissingParameter',
    ],
    [
      'a subnet configured twice',
      () => ({ SubnetConfigurations: ['10.0.1.8', '10.0.1.9'].map((Ipv4) => ({ SubnetId: at.a, Ipv4 })) }),
      'InvalidParameter',
    ],
    ['an address of another subnet', () => configured('10.0.2.9'), 'InvalidParameterValue'],
    ['an address that is none', () => configured('ten'), 'InvalidParameterValue'],
    ['the address of the router', () => configured('10.0.1.1'), 'InvalidParameterValue'],
    ['an address in use', () => configured(usedAddress()), 'InvalidIPAddress.InUse'],
    [
      'an IPv6 address',
      () => ({ SubnetConfigurations: [{ SubnetId: at.a, Ipv6: '2001:db8::1' }] }),
      'InvalidParameter',
    ],
    ['a malformed group id', () => ({ SecurityGroupIds: ['x'] }), 'InvalidGroupId.Malformed'],
    ['an unknown group', () => ({ SecurityGroupIds: ['sg-1'] }), 'InvalidGroup.NotFound'],
    ['a group of another VPC', () => ({ SecurityGroupIds: [at.foreign.group] }), 'InvalidParameter'],
    ['six groups', () => ({ SecurityGroupIds: sixGroups() }), 'SecurityGroupsPerInterfaceLimitExceeded'],
    [
      'a policy that is not JSON',
      () => ({ PolicyDocument: '{"Statement": [}' }),
      'InvalidPolicyDocument',
      'The Policy Document is not valid. Syntax error at position (1,16)',
    ],
    ['a policy of 20,481 characters', () => ({ PolicyDocument: ALLOW.padEnd(20_481) }), 'InvalidPolicyDocument'],
    [
      'a policy for a service without them',
      () => ({ ServiceName: SES, PolicyDocument: ALLOW }),
      'InvalidParameter',
      `Service com.amazonaws.us-east-1.email-smtp only supports the full-access endpoint policy.`,
    ],
    ['ipv6', () => ({ IpAddressType: 'ipv6' }), 'InvalidParameter'],
    ['dualstack', () => ({ IpAddressType: 'dualstack' }), 'InvalidParameter'],
    ['AAAA records', () => ({ DnsOptions: { DnsRecordIpType: 'dualstack' } }), 'InvalidParameter'],
    [
      'the preferences of Lattice',
      () => ({ DnsOptions: { PrivateDnsPreference: 'ALL_DOMAINS' } }),
      'UnsupportedOperation',
    ],
    ['a resource configuration', () => ({ ResourceConfigurationArn: 'arn:aws:x' }), 'UnsupportedOperation'],
    [
      'tags of another type',
      () => ({ TagSpecifications: [{ ResourceType: 'subnet', Tags: [] }] }),
      'InvalidParameterValue',
    ],
    ['a token of 65 characters', () => ({ ClientToken: 'x'.repeat(65) }), 'InvalidClientToken'],
  ]
  test.each(bad)('%s is refused and nothing is made', (_, input, code, says) => {
    const sent = { SubnetIds: [at.a], ...input() }
    const before = at.world.store.revision
    const message = refusal(() => at.make(sent), code)
    if (says) expect(message).toBe(says)
    expect(at.world.store.revision).toBe(before)
  })

  const SES = 'com.amazonaws.us-east-1.email-smtp'
  const configured = (Ipv4: string) => ({ SubnetIds: [], SubnetConfigurations: [{ SubnetId: at.a, Ipv4 }] })
  const usedAddress = () => at.addresses(at.makeId({ SubnetIds: [at.a], ServiceName: SES }))[at.a] ?? ''
  const sixGroups = () => [1, 2, 3, 4, 5, 6].map((number) => at.group(`group ${number}`))
  const inZoneE = () => at.subnet('10.0.5.0/24', 'us-east-1e')

  test('what the two refusals about zones say', () => {
    expect(refusal(() => at.make({ SubnetIds: [at.a, at.a2] }), 'DuplicateSubnetsInSameZone')).toBe(
      `Found another VPC endpoint subnet in the availability zone of ${at.a2}. VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.`,
    )
    const subnet = inZoneE()
    expect(refusal(() => at.make({ ServiceName: SES, SubnetIds: [subnet] }), 'InvalidParameter')).toBe(
      `The VPC endpoint service ${SES} does not support the availability zone of the subnet: ${subnet}.`,
    )
  })

  test('a full subnet is refused', () => {
    const full = at.subnet('10.0.6.0/28', 'us-east-1c')
    for (let i = 0; i < 11; i++) at.make({ SubnetIds: [full], PrivateDnsEnabled: false })
    const message = refusal(
      () => at.make({ SubnetIds: [full], PrivateDnsEnabled: false }),
      'InsufficientFreeAddressesInSubnet',
    )
    expect(message).toBe('The specified subnet does not have enough free addresses to satisfy the request.')
  })

  test('50 are the most of a VPC, beside its gateway endpoints', () => {
    for (let i = 0; i < 50; i++) at.make({ PrivateDnsEnabled: false })
    expect(refusal(() => at.make({ PrivateDnsEnabled: false }), 'VpcEndpointLimitExceeded')).toBe(
      'The maximum number of VPC endpoints has been reached.',
    )
    at.make({ VpcEndpointType: 'Gateway', ServiceName: S3 })
    at.make({ VpcId: at.foreign.VpcId })
  })

  test('the same token answers the same endpoint; with other parameters it is refused', () => {
    const input = { ClientToken: 'terraform-1', SubnetIds: [at.a] }
    const first = at.make(input)
    expect(at.make(input)).toEqual(first)
    refusal(() => at.make({ ...input, SubnetIds: [at.b] }), 'IdempotentParameterMismatch')
    expect(at.world.store.records.networkInterfaces.where('vpcEndpointId', idOf(first))).toHaveLength(1)
  })
})

describe('ModifyVpcEndpoint of type Interface', () => {
  test('subnets come and go, the others keep their addresses, and the endpoint is pending until that is in force', () => {
    const id = at.makeId({ SubnetIds: [at.a] })
    settle(id)
    at.modify(id, { AddSubnetIds: [at.b, at.a] })
    expect(at.shown(id)).toMatchObject({ SubnetIds: [at.a, at.b], State: 'pending' })
    expect(at.addresses(id)).toEqual({ [at.a]: '10.0.1.4', [at.b]: '10.0.2.4' })
    at.modify(id, { RemoveSubnetIds: [at.a, at.a2] })
    expect(at.addresses(id)).toEqual({ [at.b]: '10.0.2.4' })
    expect(at.shown(id)?.DnsEntries?.[1]?.DnsName).toContain('-us-east-1b.')
    at.modify(id, { RemoveSubnetIds: [at.b] })
    expect(at.shown(id)).toMatchObject({ SubnetIds: [], NetworkInterfaceIds: [] })
  })

  test('a subnet takes the place of another in its zone', () => {
    const id = at.makeId({ SubnetIds: [at.a] })
    refusal(() => at.modify(id, { AddSubnetIds: [at.a2] }), 'DuplicateSubnetsInSameZone')
    at.modify(id, { RemoveSubnetIds: [at.a], AddSubnetIds: [at.a2] })
    expect(at.addresses(id)).toEqual({ [at.a2]: '10.0.3.4' })
  })

  test('another address is another interface; the same one changes nothing', () => {
    const id = at.makeId({ SubnetIds: [at.a, at.b] })
    const [first, second] = at.shown(id)?.NetworkInterfaceIds ?? []
    at.modify(id, { SubnetConfigurations: [{ SubnetId: at.a, Ipv4: '10.0.1.4' }, { SubnetId: at.b }] })
    expect(at.shown(id)?.NetworkInterfaceIds).toEqual([first, second])
    at.modify(id, { SubnetConfigurations: [{ SubnetId: at.a, Ipv4: '10.0.1.99' }] })
    expect(at.addresses(id)).toEqual({ [at.a]: '10.0.1.99', [at.b]: '10.0.2.4' })
    const interfaces = at.shown(id)?.NetworkInterfaceIds ?? []
    expect(interfaces).toContain(second)
    expect(interfaces).not.toContain(first)
  })

  test('a configuration alone adds its subnet', () => {
    const id = at.makeId()
    at.modify(id, { SubnetConfigurations: [{ SubnetId: at.a, Ipv4: '10.0.1.50' }] })
    expect(at.addresses(id)).toEqual({ [at.a]: '10.0.1.50' })
  })

  test('groups come and go, on the interfaces too', () => {
    const id = at.makeId({ SubnetIds: [at.a] })
    const [standard] = at.shown(id)?.Groups ?? []
    const added = at.group('added')
    at.modify(id, { AddSecurityGroupIds: [added, added] })
    expect(at.shown(id)?.Groups?.map((one) => one.GroupName)).toEqual(['default', 'added'])
    at.modify(id, { RemoveSecurityGroupIds: [standard?.GroupId ?? ''] })
    expect(at.shown(id)?.Groups).toEqual([{ GroupId: added, GroupName: 'added' }])
    const [eni] = at.world.store.records.networkInterfaces.where('vpcEndpointId', idOf(at.shown(id)))
    expect(eni?.groupIds).toEqual([added])
  })

  test('a policy is replaced and reset', () => {
    const id = at.makeId()
    at.modify(id, { PolicyDocument: ALLOW })
    expect(at.shown(id)?.PolicyDocument).toBe(ALLOW)
    at.modify(id, { PrivateDnsEnabled: false })
    expect(at.shown(id)?.PolicyDocument).toBe(ALLOW)
    at.modify(id, { ResetPolicy: true })
    expect(at.shown(id)?.PolicyDocument).toBe(DEFAULT_INTERFACE_POLICY)
  })

  const bad: readonly [name: string, input: () => Omit<ModifyVpcEndpointRequest, 'VpcEndpointId'>, code: string][] = [
    ['an unknown subnet', () => ({ AddSubnetIds: ['subnet-1'] }), 'InvalidSubnetID.NotFound'],
    ['to remove an unknown subnet', () => ({ RemoveSubnetIds: ['subnet-1'] }), 'InvalidSubnetID.NotFound'],
    ['a subnet of another VPC', () => ({ AddSubnetIds: [at.foreign.subnet] }), 'InvalidParameter'],
    ['a subnet added and removed', () => ({ AddSubnetIds: [at.a], RemoveSubnetIds: [at.a] }), 'InvalidParameter'],
    ['an unknown group', () => ({ AddSecurityGroupIds: ['sg-1'] }), 'InvalidGroup.NotFound'],
    ['to remove an unknown group', () => ({ RemoveSecurityGroupIds: ['sg-1'] }), 'InvalidGroup.NotFound'],
    ['a group of another VPC', () => ({ AddSecurityGroupIds: [at.foreign.group] }), 'InvalidParameter'],
    ['to remove the last group', () => ({ RemoveSecurityGroupIds: [at.defaultGroup()] }), 'InvalidParameter'],
    ['route tables', () => ({ AddRouteTableIds: ['rtb-1'] }), 'InvalidParameter'],
    ['to remove route tables', () => ({ RemoveRouteTableIds: ['rtb-1'] }), 'InvalidParameter'],
    ['a bad policy', () => ({ PolicyDocument: 'allow' }), 'InvalidPolicyDocument'],
    [
      'a policy and its reset',
      () => ({ PolicyDocument: DEFAULT_GATEWAY_POLICY, ResetPolicy: true }),
      'InvalidParameterCombination',
    ],
    ['dualstack', () => ({ IpAddressType: 'dualstack' }), 'InvalidParameter'],
  ]
  test.each(bad)('%s is refused and nothing changes', (_, input, code) => {
    const id = at.makeId({ SubnetIds: [at.a] })
    settle(id)
    const change = { AddSubnetIds: [at.b], ...input() }
    const before = at.shown(id)
    refusal(() => at.modify(id, change), code)
    expect(at.shown(id)).toEqual(before)
  })
})

describe('DescribeVpcEndpoints', () => {
  const filters: readonly [name: string, value: () => string, count: number][] = [
    ['ip-address-type', () => 'ipv4', 3],
    ['service-name', () => SSM, 1],
    ['service-region', () => 'us-east-1', 3],
    ['tag:Name', () => 'log*', 1],
    ['tag-key', () => 'Name', 1],
    ['vpc-endpoint-state', () => 'pending', 2],
    ['vpc-endpoint-state', () => 'available', 1],
    ['vpc-endpoint-type', () => 'Interface', 2],
    ['vpc-id', () => at.VpcId, 3],
    ['vpc-id', () => at.foreign.VpcId, 0],
  ]
  test.each(filters)('%s', (Name, value, count) => {
    settle(at.makeId())
    const Tags = [{ Key: 'Name', Value: 'logs' }]
    at.make({
      ServiceName: 'com.amazonaws.us-east-1.logs',
      TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags }],
    })
    at.make({ VpcEndpointType: 'Gateway', ServiceName: S3 })
    const Filters = [{ Name, Values: [value()] }]
    expect(at.world.read(describeVpcEndpoints, { Filters }).VpcEndpoints).toHaveLength(count)
  })

  test('comes in pages', () => {
    const ids = [1, 2, 3].map(() => at.makeId({ PrivateDnsEnabled: false }))
    const first = at.world.read(describeVpcEndpoints, { MaxResults: 2 })
    const rest = at.world.read(describeVpcEndpoints, { MaxResults: 2000, NextToken: first.NextToken })
    expect([...first.VpcEndpoints, ...rest.VpcEndpoints].map((one) => one.VpcEndpointId)).toEqual(ids)
    expect(rest.NextToken).toBeUndefined()
    refusal(() => at.world.read(describeVpcEndpoints, { NextToken: 'x' }), 'InvalidNextToken')
  })
})

test('DescribeVpcEndpointAssociations answers that there are none, for endpoints that exist', () => {
  const ask = (input: DescribeVpcEndpointAssociationsRequest) => at.world.read(describeVpcEndpointAssociations, input)
  const Filters = [{ Name: 'vpc-endpoint-id', Values: ['vpce-1'] }]
  expect(ask({ VpcEndpointIds: [at.makeId()], Filters, MaxResults: 100 }).VpcEndpointAssociations).toEqual([])
  refusal(() => ask({ VpcEndpointIds: ['vpce-1'] }), 'InvalidVpcEndpointId.NotFound')
  refusal(() => ask({ Filters: [{ Name: 'x', Values: ['y'] }] }), 'InvalidParameterValue')
  refusal(() => ask({ MaxResults: 101 }), 'InvalidMaxResults')
})

describe('DeleteVpcEndpoints', () => {
  test('the endpoint and its interfaces are there until the kernel has lost them', () => {
    const id = at.makeId({ SubnetIds: [at.a] })
    const { Unsuccessful } = at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [id, 'vpce-1'] })
    expect(Unsuccessful?.map((one) => [one.ResourceId, one.Error?.Code])).toEqual([
      ['vpce-1', 'InvalidVpcEndpoint.NotFound'],
    ])
    expect(at.shown(id)).toMatchObject({ State: 'deleting', SubnetIds: [at.a] })
    refusal(() => at.modify(id, { AddSubnetIds: [at.b] }), 'IncorrectState')
  })

  test('a token is free again, and the same call makes another', () => {
    const request = { VpcId: at.VpcId, ServiceName: SSM, VpcEndpointType: 'Interface' as const, ClientToken: 't' }
    const first = at.world.write(createVpcEndpoint, request).VpcEndpoint.VpcEndpointId ?? ''
    at.world.write(deleteVpcEndpoints, { VpcEndpointIds: [first] })
    expect(at.world.write(createVpcEndpoint, request).VpcEndpoint.VpcEndpointId).not.toBe(first)
  })
})

/** As the reconciler does when the kernel has the endpoint. */
function settle(id: string): void {
  at.world.store.transact((tx) => tx.vpcEndpoints.update(id, { state: 'available' }))
}

function idOf(endpoint: { readonly VpcEndpointId?: string | undefined } | undefined): `vpce-${string}` {
  return `vpce-${endpoint?.VpcEndpointId?.slice('vpce-'.length)}`
}
