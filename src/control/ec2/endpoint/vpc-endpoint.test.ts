// Address plan: VPC 10.0.0.0/16; a second VPC 10.9.0.0/16. S3's prefix list in us-east-1 is pl-63a5400a.

import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { FIRST_ALLOCATED } from '../../../compile/backbone.ts'
import {
  describeManagedPrefixLists,
  describePrefixLists,
  getManagedPrefixListEntries,
} from '../prefix-list/describe.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createRouteTable, deleteRouteTable, describeRouteTables } from '../route/route-table.ts'
import { createVpc, deleteVpc } from '../vpc/vpc.ts'
import { DEFAULT_GATEWAY_POLICY } from './endpoint-policy.ts'
import { createVpcEndpoint, deleteVpcEndpoints, describeVpcEndpoints, modifyVpcEndpoint } from './vpc-endpoint.ts'

const S3 = 'com.amazonaws.us-east-1.s3'
const DYNAMODB = 'com.amazonaws.us-east-1.dynamodb'

let world: World
let VpcId: string
let RouteTableId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = makeVpc('10.0.0.0/16')
  RouteTableId = makeTable(VpcId)
})

function makeVpc(CidrBlock: string): string {
  return world.write(createVpc, { CidrBlock }).Vpc?.VpcId ?? ''
}

function makeTable(vpc: string): string {
  return world.write(createRouteTable, { VpcId: vpc }).RouteTable?.RouteTableId ?? ''
}

function make(input: Partial<CreateVpcEndpointRequest> = {}) {
  return world.write(createVpcEndpoint, { VpcId, ServiceName: S3, ...input }).VpcEndpoint
}

function makeId(input: Partial<CreateVpcEndpointRequest> = {}): string {
  return make(input).VpcEndpointId ?? ''
}

function shown(id: string) {
  return world.read(describeVpcEndpoints, { VpcEndpointIds: [id] }).VpcEndpoints[0]
}

function endpointRoutesOf(table: string) {
  const [found] = world.read(describeRouteTables, { RouteTableIds: [table] }).RouteTables ?? []
  return (found?.Routes ?? []).filter((route) => route.DestinationPrefixListId).map((route) => route.GatewayId)
}

describe('CreateVpcEndpoint', () => {
  test('a gateway endpoint is pending, with the default policy, and reads back the same', () => {
    const made = make({
      RouteTableIds: [RouteTableId, RouteTableId],
      PrivateDnsEnabled: false,
      TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: [{ Key: 'Name', Value: 's3' }] }],
    })
    expect(made).toEqual({
      VpcEndpointId: expect.stringMatching(/^vpce-0[0-9a-f]{16}$/),
      VpcEndpointType: 'Gateway',
      VpcId,
      ServiceName: S3,
      ServiceRegion: 'us-east-1',
      State: 'pending',
      PolicyDocument: DEFAULT_GATEWAY_POLICY,
      RouteTableIds: [RouteTableId],
      SubnetIds: [],
      Groups: [],
      IpAddressType: 'ipv4',
      DnsOptions: { DnsRecordIpType: 'service-defined' },
      PrivateDnsEnabled: false,
      RequesterManaged: false,
      NetworkInterfaceIds: [],
      DnsEntries: [],
      CreationTimestamp: CALLER.now,
      OwnerId: CALLER.account,
      Tags: [{ Key: 'Name', Value: 's3' }],
    })
    expect(shown(made.VpcEndpointId ?? '')).toEqual(made)
    expect(endpointRoutesOf(RouteTableId)).toEqual([made.VpcEndpointId])
  })

  test('each endpoint has a backbone address of its own', () => {
    const addresses = [makeId(), makeId()].map((id) => world.store.records.vpcEndpoints.get(id)?.backboneAddress)
    expect(addresses[0]).toBe(FIRST_ALLOCATED)
    expect(new Set(addresses).size).toBe(2)
  })

  test('an address that was given back is not the next to be given', () => {
    const first = makeId()
    const address = world.store.records.vpcEndpoints.get(first)?.backboneAddress
    world.store.transact((tx) => tx.vpcEndpoints.delete(first))
    expect(world.store.records.vpcEndpoints.get(makeId())?.backboneAddress).not.toBe(address)
  })

  test('a policy is kept as it was sent', () => {
    const PolicyDocument = '{"Statement": [{"Action":"s3:GetObject","Effect":"Allow","Resource":"*","Principal":"*"}]}'
    expect(make({ PolicyDocument }).PolicyDocument).toBe(PolicyDocument)
  })

  const bad: { name: string; input: Partial<CreateVpcEndpointRequest>; code: string; says?: string }[] = [
    { name: 'no VPC', input: { VpcId: undefined }, code: 'MissingParameter' },
    { name: 'no service', input: { ServiceName: undefined }, code: 'MissingParameter' },
    { name: 'an unknown VPC', input: { VpcId: 'vpc-1' }, code: 'InvalidVpcID.NotFound' },
    {
      name: 'an unknown service',
      input: { ServiceName: 'com.amazonaws.us-east-1.foo' },
      code: 'InvalidServiceName',
      says: "The Vpc Endpoint Service 'com.amazonaws.us-east-1.foo' does not exist",
    },
    {
      name: 'a service of another region',
      input: { ServiceName: 'com.amazonaws.eu-west-1.s3' },
      code: 'InvalidServiceName',
    },
    {
      name: 'an interface service without a type',
      input: { ServiceName: 'com.amazonaws.us-east-1.ssm' },
      code: 'InvalidParameter',
      says: 'Endpoint type (Gateway) does not match available service types ([Interface]).',
    },
    {
      name: 'subnets',
      input: { SubnetIds: ['subnet-1'] },
      code: 'InvalidParameter',
      says: 'Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.',
    },
    { name: 'security groups', input: { SecurityGroupIds: ['sg-1'] }, code: 'InvalidParameter' },
    { name: 'private DNS', input: { PrivateDnsEnabled: true }, code: 'InvalidParameter' },
    { name: 'IPv6', input: { IpAddressType: 'ipv6' }, code: 'InvalidParameter' },
    { name: 'AAAA records', input: { DnsOptions: { DnsRecordIpType: 'ipv6' } }, code: 'InvalidParameter' },
    { name: 'an unknown route table', input: { RouteTableIds: ['rtb-1'] }, code: 'InvalidRouteTableID.NotFound' },
    { name: 'a malformed route table id', input: { RouteTableIds: ['main'] }, code: 'InvalidRouteTableId.Malformed' },
    {
      name: 'a policy that is not JSON',
      input: { PolicyDocument: '{"Statement": [}' },
      code: 'InvalidPolicyDocument',
      says: 'The Policy Document is not valid. Syntax error at position (1,16)',
    },
    {
      name: 'a policy that ends too soon',
      input: { PolicyDocument: '{\n"Statement": [' },
      code: 'InvalidPolicyDocument',
      says: 'The Policy Document is not valid. Syntax error at position (2,15)',
    },
    { name: 'a policy without a statement', input: { PolicyDocument: '{}' }, code: 'InvalidPolicyDocument' },
    {
      name: 'a policy without a principal',
      input: { PolicyDocument: '{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}' },
      code: 'InvalidPolicyDocument',
    },
    {
      name: 'a policy of 20,481 characters',
      input: { PolicyDocument: DEFAULT_GATEWAY_POLICY.padEnd(20_481) },
      code: 'InvalidPolicyDocument',
    },
    { name: 'a token of 65 characters', input: { ClientToken: 'x'.repeat(65) }, code: 'InvalidClientToken' },
    {
      name: 'tags of another type',
      input: { TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] },
      code: 'InvalidParameterValue',
    },
  ]
  test.each(bad)('$name is refused and nothing is made', ({ input, code, says }) => {
    const before = world.store.revision
    const message = refusal(() => make(input), code)
    if (says) expect(message).toBe(says)
    expect(world.store.revision).toBe(before)
  })

  test('a policy of 20,480 characters is taken', () => {
    const PolicyDocument = DEFAULT_GATEWAY_POLICY.padEnd(20_480)
    expect(make({ PolicyDocument }).PolicyDocument).toHaveLength(20_480)
  })

  test('a route table of another VPC is refused', () => {
    const foreign = makeTable(makeVpc('10.9.0.0/16'))
    const message = refusal(() => make({ RouteTableIds: [foreign] }), 'InvalidParameter')
    expect(message).toBe(`Route table ${foreign} does not belong to VPC ${VpcId}.`)
  })

  test('a second endpoint for a service on one table is refused; another table or service is not', () => {
    make({ RouteTableIds: [RouteTableId] })
    const message = refusal(() => make({ RouteTableIds: [RouteTableId] }), 'RouteAlreadyExists')
    expect(message).toBe(`route table ${RouteTableId} already has a route with destination-prefix-list-id pl-63a5400a`)
    make({ RouteTableIds: [makeTable(VpcId)] })
    make({ RouteTableIds: [RouteTableId], ServiceName: DYNAMODB })
    expect(endpointRoutesOf(RouteTableId)).toHaveLength(2)
  })

  test('the same token answers the same endpoint; with other parameters it is refused', () => {
    const ClientToken = 'terraform-1'
    const first = make({ ClientToken })
    expect(make({ ClientToken })).toEqual(first)
    refusal(() => make({ ClientToken, ServiceName: DYNAMODB }), 'IdempotentParameterMismatch')
    expect(world.store.records.vpcEndpoints.size).toBe(1)
  })

  test('a token is free again once its endpoint is being deleted', () => {
    const ClientToken = 'terraform-1'
    const first = makeId({ ClientToken })
    world.write(deleteVpcEndpoints, { VpcEndpointIds: [first] })
    expect(makeId({ ClientToken })).not.toBe(first)
  })

  test('255 endpoints are the most of a VPC', () => {
    for (let i = 0; i < 255; i++) make()
    refusal(() => make(), 'VpcEndpointLimitExceeded')
  })
})

describe('ModifyVpcEndpoint', () => {
  test('tables come and go, and the state stays', () => {
    const VpcEndpointId = makeId({ RouteTableIds: [RouteTableId] })
    world.store.transact((tx) => tx.vpcEndpoints.update(VpcEndpointId, { state: 'available' }))
    const other = makeTable(VpcId)
    const change = { VpcEndpointId, AddRouteTableIds: [other, RouteTableId], RemoveRouteTableIds: [] }
    expect(world.write(modifyVpcEndpoint, change)).toEqual({ Return: true })
    expect(shown(VpcEndpointId)).toMatchObject({ RouteTableIds: [RouteTableId, other], State: 'available' })
    world.write(modifyVpcEndpoint, { VpcEndpointId, RemoveRouteTableIds: [RouteTableId] })
    expect(shown(VpcEndpointId)?.RouteTableIds).toEqual([other])
    expect(endpointRoutesOf(RouteTableId)).toEqual([])
  })

  test('a policy is replaced and reset', () => {
    const VpcEndpointId = makeId()
    const PolicyDocument = '{"Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}'
    world.write(modifyVpcEndpoint, { VpcEndpointId, PolicyDocument })
    expect(shown(VpcEndpointId)?.PolicyDocument).toBe(PolicyDocument)
    world.write(modifyVpcEndpoint, { VpcEndpointId, ResetPolicy: true })
    expect(shown(VpcEndpointId)?.PolicyDocument).toBe(DEFAULT_GATEWAY_POLICY)
  })

  const bad = [
    { name: 'an unknown table', input: { AddRouteTableIds: ['rtb-1'] }, code: 'InvalidRouteTableID.NotFound' },
    {
      name: 'to remove an unknown table',
      input: { RemoveRouteTableIds: ['rtb-1'] },
      code: 'InvalidRouteTableID.NotFound',
    },
    { name: 'a bad policy', input: { PolicyDocument: 'allow' }, code: 'InvalidPolicyDocument' },
    { name: 'subnets', input: { AddSubnetIds: ['subnet-1'] }, code: 'InvalidParameter' },
    { name: 'groups', input: { RemoveSecurityGroupIds: ['sg-1'] }, code: 'InvalidParameter' },
    {
      name: 'a policy and its reset',
      input: { PolicyDocument: DEFAULT_GATEWAY_POLICY, ResetPolicy: true },
      code: 'InvalidParameterCombination',
    },
  ]
  test.each(bad)('$name is refused and nothing changes', ({ input, code }) => {
    const VpcEndpointId = makeId({ RouteTableIds: [RouteTableId] })
    const other = makeTable(VpcId)
    const before = shown(VpcEndpointId)
    const change = { VpcEndpointId, AddRouteTableIds: [other], ...input }
    refusal(() => world.write(modifyVpcEndpoint, change), code)
    expect(shown(VpcEndpointId)).toEqual(before)
  })

  test('a table that has an endpoint for the service is refused', () => {
    make({ RouteTableIds: [RouteTableId] })
    const change = { VpcEndpointId: makeId(), AddRouteTableIds: [RouteTableId] }
    refusal(() => world.write(modifyVpcEndpoint, change), 'RouteAlreadyExists')
  })

  test('an endpoint that is being deleted, and one of another account', () => {
    const VpcEndpointId = makeId()
    const code = 'InvalidVpcEndpointId.NotFound'
    refusal(() => world.write(modifyVpcEndpoint, { VpcEndpointId, ResetPolicy: true }, STRANGER), code)
    world.write(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] })
    refusal(() => world.write(modifyVpcEndpoint, { VpcEndpointId, ResetPolicy: true }), 'IncorrectState')
  })
})

describe('DeleteVpcEndpoints', () => {
  test('good ones go, and an unknown one is reported', () => {
    const id = makeId({ RouteTableIds: [RouteTableId] })
    const { Unsuccessful } = world.write(deleteVpcEndpoints, { VpcEndpointIds: [id, 'vpce-1'] })
    expect(Unsuccessful).toEqual([
      {
        ResourceId: 'vpce-1',
        Error: { Code: 'InvalidVpcEndpoint.NotFound', Message: "The Vpc Endpoint Id 'vpce-1' does not exist" },
      },
    ])
    expect(shown(id)?.State).toBe('deleting')
  })

  test('the route goes at once, and the table can have another endpoint', () => {
    const id = makeId({ RouteTableIds: [RouteTableId] })
    world.write(deleteVpcEndpoints, { VpcEndpointIds: [id] })
    expect(endpointRoutesOf(RouteTableId)).toEqual([])
    make({ RouteTableIds: [RouteTableId] })
  })

  test('a malformed id refuses the whole call', () => {
    const id = makeId()
    refusal(() => world.write(deleteVpcEndpoints, { VpcEndpointIds: [id, 'x'] }), 'InvalidVpcEndpointId.Malformed')
    refusal(() => world.write(deleteVpcEndpoints, { VpcEndpointIds: [] }), 'MissingParameter')
    expect(shown(id)?.State).toBe('pending')
  })

  test("another account's endpoint is reported as unknown and stays", () => {
    const id = makeId()
    expect(world.write(deleteVpcEndpoints, { VpcEndpointIds: [id] }, STRANGER).Unsuccessful).toHaveLength(1)
    expect(shown(id)?.State).toBe('pending')
  })

  test('an endpoint keeps its VPC until it is gone, and loses a table that is deleted', () => {
    const id = makeId({ RouteTableIds: [RouteTableId] })
    world.write(deleteRouteTable, { RouteTableId })
    expect(shown(id)?.RouteTableIds).toEqual([])
    world.write(deleteVpcEndpoints, { VpcEndpointIds: [id] })
    refusal(() => world.write(deleteVpc, { VpcId }), 'DependencyViolation')
    world.store.transact((tx) => tx.vpcEndpoints.delete(id))
    world.write(deleteVpc, { VpcId })
  })
})

describe('DescribeVpcEndpoints', () => {
  const filters = [
    { Name: 'service-name', Values: ['*.s3'] },
    { Name: 'vpc-endpoint-state', Values: ['pending'] },
    { Name: 'vpc-endpoint-type', Values: ['Gateway'] },
    { Name: 'tag:Key1', Values: ['Value1'] },
  ]
  test.each(filters)('filters by $Name', (filter) => {
    make({ ServiceName: DYNAMODB })
    const Tags = [{ Key: 'Key1', Value: 'Value1' }]
    const id = makeId({ TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags }] })
    const Filters = [filter, { Name: 'vpc-endpoint-id', Values: [id] }]
    expect(world.read(describeVpcEndpoints, { Filters }).VpcEndpoints).toHaveLength(1)
  })

  test('an unknown id refuses the whole call', () => {
    refusal(() => shown('vpce-1'), 'InvalidVpcEndpointId.NotFound')
  })
})

describe('AWS-managed prefix lists', () => {
  test('by service name, and none for a service without one', () => {
    const byName = (name: string) => ({ Filters: [{ Name: 'prefix-list-name', Values: [name] }] })
    const [list] = world.read(describePrefixLists, byName(S3)).PrefixLists ?? []
    expect(list?.PrefixListId).toBe('pl-63a5400a')
    expect(list?.Cidrs).toContain('52.216.0.0/15')
    expect(world.read(describePrefixLists, byName('com.amazonaws.us-east-1.ssm')).PrefixLists).toEqual([])
    expect(world.read(describeManagedPrefixLists, byName(S3)).PrefixLists).toMatchObject([
      { OwnerId: 'AWS', PrefixListArn: 'arn:aws:ec2:us-east-1:aws:prefix-list/pl-63a5400a' },
    ])
  })

  test('the entries come in pages', () => {
    const first = world.read(getManagedPrefixListEntries, { PrefixListId: 'pl-63a5400a', MaxResults: 3 })
    const rest = world.read(getManagedPrefixListEntries, { PrefixListId: 'pl-63a5400a', NextToken: first.NextToken })
    expect(first.Entries).toHaveLength(3)
    expect(rest.Entries).toHaveLength(2)
    refusal(() => world.read(getManagedPrefixListEntries, { PrefixListId: 'pl-1' }), 'InvalidPrefixListID.NotFound')
    refusal(() => world.read(describePrefixLists, { PrefixListIds: ['x'] }), 'InvalidPrefixListId.Malformed')
  })
})
