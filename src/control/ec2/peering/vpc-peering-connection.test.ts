import { beforeEach, describe, expect, test } from 'vitest'
import type { Caller } from '../../caller.ts'
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from '../filtering/security-group.ts'
import { authorizeSecurityGroupIngress } from '../filtering/security-group-rule.ts'
import { ec2Authorisations } from '../request/authorisation.ts'
import { createTags, describeTags } from '../request/tag-operations.ts'
import { CALLER, callerOf, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createRoute } from '../route/route.ts'
import { createRouteTable, describeRouteTables } from '../route/route-table.ts'
import { createVpc, deleteVpc } from '../vpc/vpc.ts'
import { associateVpcCidrBlock } from '../vpc/vpc-cidr-block.ts'
import { describeSecurityGroupReferences, describeStaleSecurityGroups } from './group-references.ts'
import { modifyVpcPeeringConnectionOptions } from './peering-options.ts'
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
  describeVpcPeeringConnections,
  rejectVpcPeeringConnection,
} from './vpc-peering-connection.ts'

let world: World
/** 10.0.0.0/16 of CALLER, 10.1.0.0/16 of STRANGER. */
let VpcId: string
let PeerVpcId: string

const DAY_MS = 24 * 3_600_000
const later = (caller: Caller, days: number): Caller => ({
  ...caller,
  now: new Date(caller.now.getTime() + days * DAY_MS),
})

function vpc(CidrBlock: string, caller = CALLER): string {
  return world.write(createVpc, { CidrBlock }, caller).Vpc?.VpcId ?? ''
}

function request(changes: Record<string, unknown> = {}): string {
  const input = { VpcId, PeerVpcId, PeerOwnerId: STRANGER.account, ...changes }
  return world.write(createVpcPeeringConnection, input).VpcPeeringConnection?.VpcPeeringConnectionId ?? ''
}

function peered(): string {
  const VpcPeeringConnectionId = request()
  world.write(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, STRANGER)
  return VpcPeeringConnectionId
}

function find(id: string, caller = CALLER) {
  return world.read(describeVpcPeeringConnections, { VpcPeeringConnectionIds: [id] }, caller).VpcPeeringConnections?.[0]
}

const codeOf = (id: string, caller = CALLER) => find(id, caller)?.Status?.Code

beforeEach(async () => {
  world = await openWorld()
  VpcId = vpc('10.0.0.0/16')
  PeerVpcId = vpc('10.1.0.0/16', STRANGER)
})

describe('a request', () => {
  test('createVpcPeeringConnection: waits for the other account, which accepts it', () => {
    const made = world.write(createVpcPeeringConnection, {
      VpcId,
      PeerVpcId,
      PeerOwnerId: STRANGER.account,
      TagSpecifications: [{ ResourceType: 'vpc-peering-connection', Tags: [{ Key: 'Name', Value: 'ours' }] }],
    }).VpcPeeringConnection
    const id = made?.VpcPeeringConnectionId ?? ''
    expect(made).toMatchObject({
      Status: { Code: 'initiating-request', Message: `Initiating Request to ${STRANGER.account}` },
      RequesterVpcInfo: { VpcId, CidrBlock: '10.0.0.0/16', OwnerId: CALLER.account, Region: 'us-east-1' },
      AccepterVpcInfo: { VpcId: PeerVpcId, OwnerId: STRANGER.account, Region: 'us-east-1' },
      Tags: [{ Key: 'Name', Value: 'ours' }],
    })
    expect(made?.AccepterVpcInfo?.CidrBlock).toBeUndefined()
    expect(find(id, STRANGER)).toMatchObject({ Status: { Code: 'pending-acceptance' }, Tags: [] })
    const accepted = world.write(acceptVpcPeeringConnection, { VpcPeeringConnectionId: id }, STRANGER)
    expect(accepted.VpcPeeringConnection?.Status).toEqual({ Code: 'provisioning', Message: 'Provisioning' })
    expect(find(id)).toMatchObject({
      Status: { Code: 'active', Message: 'Active' },
      AccepterVpcInfo: { CidrBlock: '10.1.0.0/16', PeeringOptions: { AllowDnsResolutionFromRemoteVpc: false } },
    })
  })

  test('is accepted and rejected by its receiver only, and taken back by its sender only', () => {
    const VpcPeeringConnectionId = request()
    refusal(() => world.write(acceptVpcPeeringConnection, { VpcPeeringConnectionId }), 'OperationNotPermitted')
    refusal(() => world.write(rejectVpcPeeringConnection, { VpcPeeringConnectionId }), 'OperationNotPermitted')
    refusal(
      () => world.write(deleteVpcPeeringConnection, { VpcPeeringConnectionId }, STRANGER),
      'OperationNotPermitted',
    )
    const other = callerOf('333333333333')
    refusal(() => find(VpcPeeringConnectionId, other), 'InvalidVpcPeeringConnectionID.NotFound')
    world.write(rejectVpcPeeringConnection, { VpcPeeringConnectionId }, STRANGER)
    expect(codeOf(VpcPeeringConnectionId)).toBe('rejected')
    refusal(
      () => world.write(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, STRANGER),
      'InvalidStateTransition',
    )
    const second = request()
    world.write(deleteVpcPeeringConnection, { VpcPeeringConnectionId: second })
    expect(codeOf(second)).toBe('deleted')
  })

  test('fails for blocks that overlap, and for a VPC that is not there, without saying which', () => {
    const same = vpc('10.0.0.0/16', STRANGER)
    const Message = 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range'
    for (const PeerVpcId of [same, 'vpc-0123456789abcdef0']) {
      const id = request({ PeerVpcId })
      expect(find(id)?.Status).toEqual({ Code: 'failed', Message })
      refusal(() => find(id, STRANGER), 'InvalidVpcPeeringConnectionID.NotFound')
    }
    const own = { PeerVpcId: 'vpc-0123456789abcdef0', PeerOwnerId: undefined }
    refusal(() => request(own), 'InvalidVpcID.NotFound')
    expect(codeOf(request({ PeerVpcId: VpcId, PeerOwnerId: undefined }))).toBe('failed')
  })

  test('expires after a week, and what has ended is shown for a while', () => {
    const id = request()
    expect(codeOf(id, later(CALLER, 6.9))).toBe('pending-acceptance')
    expect(codeOf(id, later(CALLER, 7))).toBe('expired')
    refusal(
      () => world.write(acceptVpcPeeringConnection, { VpcPeeringConnectionId: id }, later(STRANGER, 7)),
      'InvalidStateTransition',
    )
    refusal(() => find(id, later(CALLER, 9)), 'InvalidVpcPeeringConnectionID.NotFound')
    world.write(deleteVpcPeeringConnection, { VpcPeeringConnectionId: id })
    const deleted = peered()
    world.write(deleteVpcPeeringConnection, { VpcPeeringConnectionId: deleted }, STRANGER)
    expect(find(deleted)?.Status?.Message).toBe(`Deleted by ${STRANGER.account}`)
    refusal(() => find(deleted, later(CALLER, 0.1)), 'InvalidVpcPeeringConnectionID.NotFound')
  })

  test('there is one between two VPCs, whoever asked', () => {
    request()
    refusal(() => request(), 'VpcPeeringConnectionAlreadyExists')
    const back = { VpcId: PeerVpcId, PeerVpcId: VpcId, PeerOwnerId: CALLER.account }
    refusal(() => world.write(createVpcPeeringConnection, back, STRANGER), 'VpcPeeringConnectionAlreadyExists')
  })

  test.each([
    [{ PeerVpcId: undefined }, 'MissingParameter'],
    [{ PeerVpcId: 'x-1' }, 'InvalidVpcId.Malformed'],
    [{ PeerOwnerId: '12' }, 'InvalidParameterValue'],
    [{ PeerRegion: 'nowhere-1' }, 'InvalidParameterValue'],
    [{ VpcId: 'vpc-0123456789abcdef0' }, 'InvalidVpcID.NotFound'],
    [{ TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] }, 'InvalidParameterValue'],
  ])('%j is refused', (changes, code) => {
    refusal(() => request(changes), code)
  })

  test('to another Region is accepted there', () => {
    const there = callerOf(CALLER.account, 'eu-west-1')
    const id = request({ PeerVpcId: vpc('10.9.0.0/16', there), PeerOwnerId: undefined, PeerRegion: 'eu-west-1' })
    const input = { VpcPeeringConnectionId: id }
    refusal(() => world.write(acceptVpcPeeringConnection, input), 'OperationNotPermitted')
    world.write(acceptVpcPeeringConnection, input, there)
    expect([codeOf(id), find(id, there)?.AccepterVpcInfo?.Region]).toEqual(['active', 'eu-west-1'])
    const options = { RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: true } }
    refusal(
      () => world.write(modifyVpcPeeringConnectionOptions, { ...input, ...options }, there),
      'OperationNotPermitted',
    )
  })
})

describe('an active connection', () => {
  test('modifyVpcPeeringConnectionOptions: each side its own', () => {
    const pending = { VpcPeeringConnectionId: request() }
    const ours = { RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: true } }
    expect(
      refusal(() => world.write(modifyVpcPeeringConnectionOptions, { ...pending, ...ours }), 'OperationNotPermitted'),
    ).toContain('is not active')
    world.write(acceptVpcPeeringConnection, pending, STRANGER)
    const answer = world.write(modifyVpcPeeringConnectionOptions, { ...pending, ...ours })
    expect(answer.RequesterPeeringConnectionOptions?.AllowDnsResolutionFromRemoteVpc).toBe(true)
    const theirs = { AccepterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: true } }
    refusal(() => world.write(modifyVpcPeeringConnectionOptions, { ...pending, ...theirs }), 'OperationNotPermitted')
    const { RequesterVpcInfo, AccepterVpcInfo } = find(pending.VpcPeeringConnectionId, STRANGER) ?? {}
    const shown = [RequesterVpcInfo, AccepterVpcInfo].map((one) => one?.PeeringOptions?.AllowDnsResolutionFromRemoteVpc)
    expect(shown).toEqual([true, false])
  })

  test('routes lead to it, and nowhere once it is gone', () => {
    const VpcPeeringConnectionId = peered()
    const { RouteTableId } = world.write(createRouteTable, { VpcId }).RouteTable ?? {}
    const route = { RouteTableId, DestinationCidrBlock: '10.1.0.0/16', VpcPeeringConnectionId }
    world.write(createRoute, route)
    const Filters = [{ Name: 'route.vpc-peering-connection-id', Values: [VpcPeeringConnectionId] }]
    const shown = () =>
      world.read(describeRouteTables, { Filters }).RouteTables?.[0]?.Routes?.find((one) => one.VpcPeeringConnectionId)
    expect(shown()).toMatchObject({ DestinationCidrBlock: '10.1.0.0/16', VpcPeeringConnectionId, State: 'active' })
    world.write(deleteVpcPeeringConnection, { VpcPeeringConnectionId })
    expect(shown()?.State).toBe('blackhole')
    const again = { ...route, DestinationCidrBlock: '10.2.0.0/16' }
    refusal(() => world.write(createRoute, again), 'InvalidVpcPeeringConnectionID.NotFound')
    const absent = { ...again, VpcPeeringConnectionId: 'pcx-0123456789abcdef0' }
    refusal(() => world.write(createRoute, absent), 'InvalidVpcPeeringConnectionID.NotFound')
    const third = world.write(createRouteTable, { VpcId: vpc('10.5.0.0/16') }).RouteTable?.RouteTableId
    const foreign = { ...again, RouteTableId: third, VpcPeeringConnectionId: peered() }
    refusal(() => world.write(createRoute, foreign), 'InvalidParameterValue')
  })

  test('associateVpcCidrBlock: no block of the peer', () => {
    peered()
    expect(
      refusal(() => world.write(associateVpcCidrBlock, { VpcId, CidrBlock: '10.1.128.0/17' }), 'InvalidVpc.Range'),
    ).toMatch(/peered by pcx-/)
    world.write(associateVpcCidrBlock, { VpcId, CidrBlock: '10.2.0.0/16' })
  })

  test('a block that came between request and answer makes the answer fail', () => {
    const VpcPeeringConnectionId = request()
    world.write(associateVpcCidrBlock, { VpcId, CidrBlock: '10.1.128.0/17' })
    world.write(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, STRANGER)
    expect(codeOf(VpcPeeringConnectionId)).toBe('failed')
  })

  test('deleteVpc: takes its connections along', () => {
    const id = peered()
    world.write(deleteVpc, { VpcId: PeerVpcId }, STRANGER)
    expect(codeOf(id)).toBe('deleted')
  })

  test('each account has its own tags', () => {
    const id = peered()
    world.write(createTags, { Resources: [id], Tags: [{ Key: 'side', Value: 'a' }] })
    world.write(createTags, { Resources: [id], Tags: [{ Key: 'side', Value: 'b' }] }, STRANGER)
    expect([find(id)?.Tags, find(id, STRANGER)?.Tags]).toEqual([
      [{ Key: 'side', Value: 'a' }],
      [{ Key: 'side', Value: 'b' }],
    ])
    const Filters = [{ Name: 'tag:side', Values: ['b'] }]
    expect(world.read(describeVpcPeeringConnections, { Filters }).VpcPeeringConnections).toEqual([])
    expect(world.read(describeVpcPeeringConnections, { Filters }, STRANGER).VpcPeeringConnections).toHaveLength(1)
    expect(world.read(describeTags, {}).Tags).toMatchObject([
      { ResourceId: id, ResourceType: 'vpc-peering-connection' },
    ])
  })

  test('describeVpcPeeringConnections: filters and pages', () => {
    const ids = [peered()]
    for (let number = 2; number < 9; number++) {
      ids.push(request({ PeerVpcId: vpc(`10.${number}.0.0/16`), PeerOwnerId: undefined }))
    }
    const found = (Name: string, Value: string) =>
      world.read(describeVpcPeeringConnections, { Filters: [{ Name, Values: [Value] }] }).VpcPeeringConnections?.length
    expect([
      found('status-code', 'active'),
      found('requester-vpc-info.vpc-id', VpcId),
      found('requester-vpc-info.cidr-block', '10.0.*'),
      found('accepter-vpc-info.owner-id', STRANGER.account),
      found('accepter-vpc-info.vpc-id', PeerVpcId),
      found('vpc-peering-connection-id', ids[3] ?? ''),
    ]).toEqual([1, 8, 8, 1, 1, 1])
    refusal(() => found('colour', 'red'), 'InvalidParameterValue')
    const first = world.read(describeVpcPeeringConnections, { MaxResults: 5 })
    const second = world.read(describeVpcPeeringConnections, { MaxResults: 5, NextToken: first.NextToken })
    expect([first.VpcPeeringConnections?.length, second.VpcPeeringConnections?.length]).toEqual([5, 3])
  })
})

describe('security groups across it', () => {
  function group(GroupName: string, of: string, caller = CALLER): string {
    return world.write(createSecurityGroup, { GroupName, Description: 'd', VpcId: of }, caller).GroupId ?? ''
  }
  const admit = (GroupId: string, pair: Record<string, string>) =>
    world.write(authorizeSecurityGroupIngress, {
      GroupId,
      IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [pair] }],
    })

  test('a rule names the group of the peer with its account, and grows stale', () => {
    const [ours, theirs] = [group('ours', VpcId), group('theirs', PeerVpcId, STRANGER)]
    const pair = { GroupId: theirs, UserId: STRANGER.account }
    refusal(() => admit(ours, pair), 'InvalidGroup.NotFound')
    const VpcPeeringConnectionId = peered()
    refusal(() => admit(ours, { GroupId: theirs }), 'InvalidGroup.NotFound')
    admit(ours, pair)
    const shown = world.read(describeSecurityGroups, { GroupIds: [ours] }).SecurityGroups?.[0]?.IpPermissions
    expect(shown?.[0]?.UserIdGroupPairs).toEqual([{ ...pair, VpcId: PeerVpcId, VpcPeeringConnectionId }])
    const references = world.read(describeSecurityGroupReferences, { GroupId: [theirs] }, STRANGER)
    expect(references.SecurityGroupReferenceSet).toEqual([
      { GroupId: theirs, ReferencingVpcId: VpcId, VpcPeeringConnectionId },
    ])
    const stale = () =>
      world.read(describeStaleSecurityGroups, { VpcId }).StaleSecurityGroupSet?.map((one) => one.GroupId)
    expect(stale()).toEqual([])
    world.write(deleteSecurityGroup, { GroupId: theirs }, STRANGER)
    expect(stale()).toEqual([ours])
  })

  test('and when the connection is gone', () => {
    const [ours, theirs] = [group('ours', VpcId), group('theirs', PeerVpcId, STRANGER)]
    const VpcPeeringConnectionId = peered()
    admit(ours, { GroupId: theirs, UserId: STRANGER.account })
    world.write(deleteVpcPeeringConnection, { VpcPeeringConnectionId })
    const [found] = world.read(describeStaleSecurityGroups, { VpcId }).StaleSecurityGroupSet ?? []
    expect(found?.StaleIpPermissions?.[0]?.UserIdGroupPairs).toMatchObject([
      { GroupId: theirs, VpcPeeringConnectionId },
    ])
    expect(world.read(describeSecurityGroupReferences, { GroupId: [ours] }).SecurityGroupReferenceSet).toEqual([])
  })
})

test('what policies are asked: both VPCs as keys, and the own one as a resource', () => {
  const { account, region } = CALLER
  const input = { VpcId, PeerVpcId, PeerOwnerId: STRANGER.account }
  const vpcArn = (owner: string, id: string) => `arn:aws:ec2:us-east-1:${owner}:vpc/${id}`
  const asked = ec2Authorisations(world.store.records, { account, region }, 'CreateVpcPeeringConnection', input)
  expect(asked.map(({ resource }) => resource).sort()).toEqual([
    `arn:aws:ec2:us-east-1:${account}:vpc-peering-connection/*`,
    vpcArn(account, VpcId),
  ])
  expect(asked.find(({ resource }) => resource.endsWith('/*'))?.keys).toMatchObject({
    'ec2:requestervpc': vpcArn(account, VpcId),
    'ec2:acceptervpc': vpcArn(STRANGER.account, PeerVpcId),
  })
  const VpcPeeringConnectionId = request()
  const where = { account: STRANGER.account, region }
  const accepting = ec2Authorisations(world.store.records, where, 'AcceptVpcPeeringConnection', {
    VpcPeeringConnectionId,
  })
  expect(accepting.map(({ resource }) => resource).sort()).toEqual([
    `arn:aws:ec2:us-east-1:${STRANGER.account}:vpc-peering-connection/${VpcPeeringConnectionId}`,
    vpcArn(STRANGER.account, PeerVpcId),
  ])
})
