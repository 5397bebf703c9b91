import { beforeEach, describe, expect, test } from 'vitest'
import { createVpcEndpoint, describeVpcEndpoints } from '../endpoint/vpc-endpoint.ts'
import { describeNatGateways } from '../internet/nat-gateway.ts'
import { describeVpcPeeringConnections } from '../peering/vpc-peering-connection.ts'
import { ensureDefaultVpc } from '../vpc/default-vpc.ts'
import { describeAccountAttributes, describeAvailabilityZones, describeRegions } from '../vpc/region.ts'
import { createVpc, describeVpcs } from '../vpc/vpc.ts'
import { createTags, deleteTags, describeTags } from './tag-operations.ts'
import { CALLER, callerOf, openWorld, refusal, STRANGER, type World } from './testing.ts'

let world: World
let VpcId: string

beforeEach(async () => {
  world = await openWorld()
  VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId ?? ''
})

function tagsOf(id: string) {
  const Filters = [{ Name: 'resource-id', Values: [id] }]
  return (world.read(describeTags, { Filters }).Tags ?? []).map((tag) => `${tag.ResourceType} ${tag.Key}=${tag.Value}`)
}

describe('CreateTags and DeleteTags', () => {
  test('set, overwrite and take away, as the resource itself shows', () => {
    const Resources = [VpcId]
    world.write(createTags, { Resources, Tags: [{ Key: 'Name', Value: 'a' }, { Key: 'tier' }] })
    world.write(createTags, { Resources, Tags: [{ Key: 'Name', Value: 'b' }] })
    expect(tagsOf(VpcId)).toEqual(['vpc Name=b', 'vpc tier='])
    expect(world.read(describeVpcs, { VpcIds: [VpcId] }).Vpcs?.[0]?.Tags).toEqual([
      { Key: 'Name', Value: 'b' },
      { Key: 'tier', Value: '' },
    ])
    world.write(deleteTags, { Resources, Tags: [{ Key: 'Name', Value: 'a' }] })
    expect(tagsOf(VpcId)).toEqual(['vpc Name=b', 'vpc tier='])
    world.write(deleteTags, { Resources, Tags: [{ Key: 'Name' }] })
    expect(tagsOf(VpcId)).toEqual(['vpc tier='])
    world.write(deleteTags, { Resources })
    expect(tagsOf(VpcId)).toEqual([])
  })

  test('an endpoint and all that a VPC brings can be tagged', () => {
    const made = world.write(createVpcEndpoint, { VpcId, ServiceName: 'com.amazonaws.us-east-1.s3' })
    const VpcEndpointId = made.VpcEndpoint.VpcEndpointId ?? ''
    const { records } = world.store
    const first = (table: { all(): Iterable<{ id: string }> }) => [...table.all()].slice(0, 1).map(({ id }) => id)
    const Resources = [
      VpcEndpointId,
      ...first(records.subnets),
      ...first(records.routeTables),
      ...first(records.networkAcls),
      ...first(records.securityGroups),
      ...first(records.securityGroupRules),
      ...first(records.internetGateways),
      ...first(records.dhcpOptions),
    ]
    expect(Resources).toHaveLength(8)
    world.write(createTags, { Resources, Tags: [{ Key: 'k', Value: 'v' }] })
    expect(Resources.flatMap(tagsOf)).toEqual([
      'vpc-endpoint k=v',
      'subnet k=v',
      'route-table k=v',
      'network-acl k=v',
      'security-group k=v',
      'security-group-rule k=v',
      'internet-gateway k=v',
      'dhcp-options k=v',
    ])
    const [endpoint] = world.read(describeVpcEndpoints, { VpcEndpointIds: [VpcEndpointId] }).VpcEndpoints
    expect(endpoint?.Tags).toEqual([{ Key: 'k', Value: 'v' }])
  })

  const bad = [
    { name: 'no resource', input: { Tags: [{ Key: 'k' }] }, code: 'MissingParameter' },
    { name: 'no tag', input: { Resources: ['VPC'], Tags: [] }, code: 'MissingParameter' },
    { name: 'an unknown kind', input: { Resources: ['VPC', 'xyz-1'] }, code: 'InvalidID' },
    { name: 'an unknown VPC', input: { Resources: ['VPC', 'vpc-1'] }, code: 'InvalidVpcID.NotFound' },
    { name: 'a reserved key', input: { Resources: ['VPC'], Tags: [{ Key: 'aws:x' }] }, code: 'InvalidParameterValue' },
    {
      name: '51 tags',
      input: { Resources: ['VPC'], Tags: Array.from({ length: 51 }, (_, i) => ({ Key: `k${i}` })) },
      code: 'TagLimitExceeded',
    },
  ]
  test.each(bad)('$name is refused and nothing is tagged', ({ input, code }) => {
    const Resources = input.Resources?.map((id) => (id === 'VPC' ? VpcId : id))
    refusal(() => world.write(createTags, { Tags: [{ Key: 'k' }], ...input, Resources }), code)
    expect(tagsOf(VpcId)).toEqual([])
  })

  test("another account's resource cannot be tagged", () => {
    const input = { Resources: [VpcId], Tags: [{ Key: 'k' }] }
    refusal(() => world.write(createTags, input, STRANGER), 'InvalidVpcID.NotFound')
  })
})

describe('regions and zones', () => {
  test('DescribeRegions names the endpoint, and filters', () => {
    expect(world.read(describeRegions, { RegionNames: ['eu-west-1'] }).Regions).toEqual([
      { RegionName: 'eu-west-1', Endpoint: 'ec2.eu-west-1.amazonaws.com', OptInStatus: 'opt-in-not-required' },
    ])
    const Filters = [{ Name: 'region-name', Values: ['us-*'] }]
    expect(world.read(describeRegions, { Filters }).Regions).toHaveLength(4)
    refusal(() => world.read(describeRegions, { RegionNames: ['mars-1'] }), 'InvalidParameterValue')
  })

  test('DescribeAvailabilityZones shows those of the region', () => {
    const Filters = [{ Name: 'state', Values: ['available'] }]
    const zones = world.read(describeAvailabilityZones, { Filters }, callerOf(CALLER.account, 'eu-west-1'))
    expect(zones.AvailabilityZones?.map((zone) => `${zone.ZoneName} ${zone.ZoneId}`)).toEqual([
      'eu-west-1a euw1-az3',
      'eu-west-1b euw1-az1',
      'eu-west-1c euw1-az2',
    ])
    refusal(() => world.read(describeAvailabilityZones, { ZoneNames: ['eu-west-1a'] }), 'InvalidParameterValue')
  })

  test('DescribeAccountAttributes names the default VPC', () => {
    world.store.transact((tx) => ensureDefaultVpc(tx, STRANGER.account, STRANGER.region, STRANGER.now))
    const input = { AttributeNames: ['default-vpc' as const] }
    const [attribute] = world.read(describeAccountAttributes, input, STRANGER).AccountAttributes ?? []
    expect(attribute?.AttributeValues?.[0]?.AttributeValue).toMatch(/^vpc-0/)
  })
})

test('what there is none of is an empty list, or not found by id', () => {
  expect(world.read(describeNatGateways, {}).NatGateways).toEqual([])
  refusal(() => world.read(describeNatGateways, { NatGatewayIds: ['nat-1'] }), 'NatGatewayNotFound')
  const ids = { VpcPeeringConnectionIds: ['pcx-1'] }
  refusal(() => world.read(describeVpcPeeringConnections, ids), 'InvalidVpcPeeringConnectionID.NotFound')
})
