// Hosted zones and their VPCs, as Terraform and the AWS CLI make, read and delete them.

import { beforeEach, describe, expect, test } from 'vitest'
import { createVpcEndpoint } from '../ec2/endpoint/vpc-endpoint.ts'
import { CALLER, contents, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { modifyVpcAttribute } from '../ec2/vpc/vpc-attribute.ts'
import { getChange } from './change.ts'
import { changeResourceRecordSets } from './change-batch.ts'
import {
  createHostedZone,
  deleteHostedZone,
  getHostedZone,
  getHostedZoneCount,
  updateHostedZoneComment,
} from './hosted-zone.ts'
import { listHostedZones, listHostedZonesByName, listHostedZonesByVpc } from './hosted-zone-list.ts'
import {
  associateVpcWithHostedZone,
  createVpcAssociationAuthorization,
  deleteVpcAssociationAuthorization,
  disassociateVpcFromHostedZone,
  listVpcAssociationAuthorizations,
} from './hosted-zone-vpc.ts'
import { changeTagsForResource, listTagsForResource, listTagsForResources } from './tags.ts'

const REGION = 'us-east-1'

let world: World
let references = 0
beforeEach(async () => {
  world = await openWorld()
})

function vpc(caller = CALLER) {
  const { Vpc } = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }, caller)
  const VpcId = Vpc?.VpcId ?? ''
  world.write(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } }, caller)
  return { VPCRegion: REGION, VPCId: VpcId } as const
}

function zone(Name: string, more: { VPC?: ReturnType<typeof vpc> } = {}, caller = CALLER) {
  const made = world.write(createHostedZone, { Name, CallerReference: `ref-${references++}`, ...more }, caller)
  return made.HostedZone?.Id ?? ''
}

describe('CreateHostedZone', () => {
  test('a private zone has its VPC, name servers that nobody asks, NS and SOA', () => {
    const VPC = vpc()
    const config = { Comment: 'inside', PrivateZone: true }
    const made = world.write(createHostedZone, {
      Name: 'Corp.Example',
      CallerReference: 'a',
      VPC,
      HostedZoneConfig: config,
    })
    expect(made).toMatchObject({
      HostedZone: {
        Id: expect.stringMatching(/^\/hostedzone\/Z[0-9A-Z]{20}$/),
        Name: 'corp.example.',
        CallerReference: 'a',
        Config: config,
        ResourceRecordSetCount: 2,
      },
      ChangeInfo: {
        Id: expect.stringMatching(/^\/change\/C[0-9A-Z]{20}$/),
        Status: 'PENDING',
        SubmittedAt: CALLER.now,
      },
      VPC,
      Location: expect.stringMatching(/\/hostedzone\/Z/),
    })
    expect(made.DelegationSet).toBeUndefined()
    expect(world.read(getHostedZone, { Id: made.HostedZone?.Id })).toMatchObject({ VPCs: [VPC] })
    expect(world.read(getChange, { Id: made.ChangeInfo?.Id })).toMatchObject({
      ChangeInfo: { Id: made.ChangeInfo?.Id, Status: 'INSYNC', SubmittedAt: CALLER.now },
    })
  })

  test('a public zone has four name servers', () => {
    const made = world.write(createHostedZone, { Name: 'example.org', CallerReference: 'a' })
    expect(made.DelegationSet?.NameServers).toHaveLength(4)
    expect(made.HostedZone?.Config).toEqual({ PrivateZone: false })
    const bare = made.HostedZone?.Id?.replace('/hostedzone/', '')
    expect(world.read(getHostedZone, { Id: bare }).DelegationSet).toEqual(made.DelegationSet)
  })

  test.each([
    ['a reference that was used', { Name: 'b.test', CallerReference: 'used' }, 'HostedZoneAlreadyExists'],
    ['an empty label', { Name: 'a..test', CallerReference: 'b' }, 'InvalidDomainName'],
    ['a star', { Name: '*.a.test', CallerReference: 'b' }, 'InvalidDomainName'],
    ['a long label', { Name: `${'a'.repeat(64)}.test`, CallerReference: 'b' }, 'InvalidDomainName'],
    ['no name', { Name: undefined, CallerReference: 'b' }, 'InvalidInput'],
    [
      'private without a VPC',
      { Name: 'a.test', CallerReference: 'b', HostedZoneConfig: { PrivateZone: true } },
      'InvalidInput',
    ],
    [
      'a VPC that is not there',
      { Name: 'a.test', CallerReference: 'b', VPC: { VPCRegion: REGION, VPCId: 'vpc-0' } } as const,
      'InvalidVPCId',
    ],
    ['a delegation set', { Name: 'a.test', CallerReference: 'b', DelegationSetId: 'N1' }, 'InvalidInput'],
  ])('refuses %s and changes nothing', (_, input, code) => {
    world.write(createHostedZone, { Name: 'a.test', CallerReference: 'used' })
    const before = contents(world.store)
    refusal(() => world.write(createHostedZone, input), code)
    expect(contents(world.store)).toEqual(before)
  })

  test('a VPC has one private zone of a name', () => {
    const VPC = vpc()
    const id = zone('corp.example', { VPC }).replace('/hostedzone/', '')
    expect(refusal(() => zone('corp.example', { VPC }), 'ConflictingDomainExists')).toBe(
      `The VPC ${VPC.VPCId} in region us-east-1 has already been associated with the hosted zone ${id} with the same domain name.`,
    )
    zone('a.corp.example', { VPC })
    zone('corp.example', { VPC: vpc() })
    zone('corp.example')
  })

  test("an endpoint's private name is such a zone", () => {
    const VPC = vpc()
    const ServiceName = `com.amazonaws.${REGION}.execute-api`
    world.write(createVpcEndpoint, {
      VpcId: VPC.VPCId,
      VpcEndpointType: 'Interface',
      ServiceName,
      PrivateDnsEnabled: true,
    })
    refusal(() => zone(`execute-api.${REGION}.amazonaws.com`, { VPC }), 'ConflictingDomainExists')
    zone(`${REGION}.amazonaws.com`, { VPC })
    const { HostedZoneSummaries } = world.read(listHostedZonesByVpc, VPC)
    expect(HostedZoneSummaries).toContainEqual({
      HostedZoneId: expect.stringMatching(/^Z/),
      Name: `execute-api.${REGION}.amazonaws.com.`,
      Owner: { OwningService: 'vpce.amazonaws.com' },
    })
    expect(HostedZoneSummaries).toHaveLength(2)
  })
})

describe('a hosted zone', () => {
  test('is its owner’s alone', () => {
    const Id = zone('a.test')
    refusal(() => world.read(getHostedZone, { Id }, STRANGER), 'AccessDenied')
    expect(refusal(() => world.read(getHostedZone, { Id: 'Z0' }), 'NoSuchHostedZone')).toBe(
      'No hosted zone found with ID: Z0',
    )
    expect(world.read(getHostedZoneCount, {})).toEqual({ HostedZoneCount: 1 })
    expect(world.read(getHostedZoneCount, {}, STRANGER)).toEqual({ HostedZoneCount: 0 })
  })

  test('takes another comment, and none', () => {
    const Id = zone('a.test')
    const config = (Comment?: string) => world.write(updateHostedZoneComment, { Id, Comment }).HostedZone?.Config
    expect(config('other')).toEqual({ Comment: 'other', PrivateZone: false })
    expect(config()).toEqual({ PrivateZone: false })
  })

  test('is deleted when nothing but its own NS and SOA is left', () => {
    const empty = contents(world.store)
    const Id = zone('a.test')
    const ResourceRecordSet = {
      Name: 'x.a.test',
      Type: 'A' as const,
      TTL: 60,
      ResourceRecords: [{ Value: '10.0.0.1' }],
    }
    const change = (Action: 'CREATE' | 'DELETE') =>
      world.write(changeResourceRecordSets, {
        HostedZoneId: Id,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet }] },
      })
    change('CREATE')
    refusal(() => world.write(deleteHostedZone, { Id }), 'HostedZoneNotEmpty')
    change('DELETE')
    world.write(deleteHostedZone, { Id })
    expect(contents(world.store)).toEqual(empty)
  })

  test('has tags', () => {
    const Id = zone('a.test')
    const ResourceId = Id.replace('/hostedzone/', '')
    const named = { ResourceType: 'hostedzone', ResourceId } as const
    world.write(changeTagsForResource, {
      ...named,
      AddTags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '2' },
      ],
    })
    world.write(changeTagsForResource, { ...named, AddTags: [{ Key: 'a', Value: '3' }], RemoveTagKeys: ['b'] })
    const ResourceTagSet = { ...named, Tags: [{ Key: 'a', Value: '3' }] }
    expect(world.read(listTagsForResource, named)).toEqual({ ResourceTagSet })
    expect(world.read(listTagsForResources, { ResourceType: 'hostedzone', ResourceIds: [ResourceId] })).toEqual({
      ResourceTagSets: [ResourceTagSet],
    })
    refusal(
      () => world.write(changeTagsForResource, { ...named, AddTags: [{ Key: 'aws:x', Value: '1' }] }),
      'InvalidInput',
    )
    refusal(
      () => world.read(listTagsForResource, { ResourceType: 'healthcheck', ResourceId: 'x' }),
      'NoSuchHealthCheck',
    )
  })
})

describe('the VPCs of a private zone', () => {
  test('come and go, but the last one stays', () => {
    const [first, second] = [vpc(), vpc()]
    const HostedZoneId = zone('corp.example', { VPC: first })
    world.write(associateVpcWithHostedZone, { HostedZoneId, VPC: second })
    expect(world.read(getHostedZone, { Id: HostedZoneId }).VPCs).toEqual([first, second])
    refusal(() => world.write(associateVpcWithHostedZone, { HostedZoneId, VPC: second }), 'ConflictingDomainExists')
    world.write(disassociateVpcFromHostedZone, { HostedZoneId, VPC: first })
    refusal(() => world.write(disassociateVpcFromHostedZone, { HostedZoneId, VPC: first }), 'VPCAssociationNotFound')
    refusal(() => world.write(disassociateVpcFromHostedZone, { HostedZoneId, VPC: second }), 'LastVPCAssociation')
    refusal(
      () => world.write(associateVpcWithHostedZone, { HostedZoneId: zone('b.test'), VPC: first }),
      'PublicZoneVPCAssociation',
    )
  })

  test('may be those of another account that the owner authorised', () => {
    const HostedZoneId = zone('corp.example', { VPC: vpc() })
    const theirs = vpc(STRANGER)
    const associate = () => world.write(associateVpcWithHostedZone, { HostedZoneId, VPC: theirs }, STRANGER)
    refusal(associate, 'NotAuthorizedException')
    world.write(createVpcAssociationAuthorization, { HostedZoneId, VPC: theirs })
    world.write(createVpcAssociationAuthorization, { HostedZoneId, VPC: theirs })
    expect(world.read(listVpcAssociationAuthorizations, { HostedZoneId })).toMatchObject({ VPCs: [theirs] })
    associate()
    world.write(deleteVpcAssociationAuthorization, { HostedZoneId, VPC: theirs })
    refusal(
      () => world.write(deleteVpcAssociationAuthorization, { HostedZoneId, VPC: theirs }),
      'VPCAssociationAuthorizationNotFound',
    )
    expect(world.read(listHostedZonesByVpc, theirs, STRANGER).HostedZoneSummaries).toMatchObject([
      { Name: 'corp.example.', Owner: { OwningAccount: CALLER.account } },
    ])
    world.write(disassociateVpcFromHostedZone, { HostedZoneId, VPC: theirs }, STRANGER)
    refusal(
      () => world.write(createVpcAssociationAuthorization, { HostedZoneId, VPC: theirs }, STRANGER),
      'AccessDenied',
    )
  })
})

describe('lists of hosted zones', () => {
  test('come in pages, by id or by name from the last label on', () => {
    for (const name of ['b.test', 'a.example', 'x.b.test', 'a.test']) zone(name)
    const first = world.read(listHostedZones, { MaxItems: 3 })
    expect(first).toMatchObject({ IsTruncated: true, MaxItems: 3 })
    const rest = world.read(listHostedZones, { MaxItems: 3, Marker: first.NextMarker })
    expect(rest).toMatchObject({ IsTruncated: false })
    const ids = [...(first.HostedZones ?? []), ...(rest.HostedZones ?? [])].map(({ Id }) => Id)
    expect(ids).toEqual([...ids].sort())
    const names = (input = {}) => world.read(listHostedZonesByName, input).HostedZones?.map(({ Name }) => Name)
    expect(names()).toEqual(['a.example.', 'a.test.', 'b.test.', 'x.b.test.'])
    expect(names({ DNSName: 'b.test', MaxItems: 1 })).toEqual(['b.test.'])
    refusal(() => world.read(listHostedZones, { Marker: 'Z0' }), 'NoSuchHostedZone')
  })
})

test('GetChange knows no other id', () => {
  refusal(() => world.read(getChange, { Id: '/change/C1' }), 'NoSuchChange')
})
