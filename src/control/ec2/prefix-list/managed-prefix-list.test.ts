// Customer-managed prefix lists: versions, sizes, who refers to them, and who else may.

import { beforeEach, describe, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import type { Caller } from '../../caller.ts'
import { associateResourceShare } from '../../ram/association.ts'
import { acceptResourceShareInvitation, getResourceShareInvitations } from '../../ram/invitation.ts'
import { createResourceShare } from '../../ram/share.ts'
import { requestServiceQuotaIncrease } from '../../service-quotas/quota-increase.ts'
import { createSecurityGroup } from '../filtering/security-group.ts'
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from '../filtering/security-group-rule.ts'
import { createTags } from '../request/tag-operations.ts'
import { CALLER, callerOf, contents, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createRoute } from '../route/route.ts'
import { createRouteTable } from '../route/route-table.ts'
import { attachInternetGateway, createInternetGateway } from '../vpc/internet-gateway.ts'
import { createVpc } from '../vpc/vpc.ts'
import {
  describeManagedPrefixLists,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
} from './describe.ts'
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  finishPrefixListChange,
  modifyManagedPrefixList,
  restoreManagedPrefixListVersion,
} from './managed-prefix-list.ts'

let world: World
const NEW = { PrefixListName: 'offices', MaxEntries: 4, AddressFamily: 'IPv4' }

beforeEach(async () => {
  world = await openWorld()
})

/** As the kernel having it does. */
function settle(): void {
  world.store.transact((tx) => {
    for (const list of tx.managedPrefixLists.all())
      if (list.state.endsWith('-in-progress')) finishPrefixListChange(tx, list)
  })
}

function create(input: object = {}, caller: Caller = CALLER): string {
  const made = world.write(createManagedPrefixList, { ...NEW, ...input }, caller).PrefixList?.PrefixListId ?? ''
  settle()
  return made
}

function shown(id: string, caller: Caller = CALLER) {
  return world.read(describeManagedPrefixLists, { PrefixListIds: [id] }, caller).PrefixLists?.[0]
}

function cidrs(id: string, input: object = {}, caller: Caller = CALLER) {
  const { Entries } = world.read(getManagedPrefixListEntries, { PrefixListId: id, ...input }, caller)
  return Entries?.map((entry) => entry.Cidr)
}

function add(PrefixListId: string, CurrentVersion: number, ...blocks: string[]) {
  const AddEntries = blocks.map((Cidr) => ({ Cidr }))
  const made = world.write(modifyManagedPrefixList, { PrefixListId, CurrentVersion, AddEntries })
  settle()
  return made
}

function newGroup(caller: Caller = CALLER): string {
  const { Vpc } = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }, caller)
  const group = { GroupName: 'group', Description: 'group', VpcId: Vpc?.VpcId }
  return world.write(createSecurityGroup, group, caller).GroupId ?? ''
}

function allow(GroupId: string, PrefixListId: string, caller: Caller = CALLER): void {
  const rule = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, PrefixListIds: [{ PrefixListId }] }
  world.write(authorizeSecurityGroupIngress, { GroupId, IpPermissions: [rule] }, caller)
}

describe('a list', () => {
  test('is made, in progress until the kernel has it, and reads back', () => {
    const input = {
      ...NEW,
      Entries: [{ Cidr: '10.0.0.1/8', Description: 'head' }, { Cidr: '192.0.2.0/24' }],
      TagSpecifications: [{ ResourceType: 'prefix-list' as const, Tags: [{ Key: 'a', Value: '1' }] }],
    }
    const { PrefixList } = world.write(createManagedPrefixList, input)
    const id = PrefixList?.PrefixListId ?? ''
    expect(PrefixList).toMatchObject({
      State: 'create-in-progress',
      Version: 1,
      MaxEntries: 4,
      OwnerId: CALLER.account,
    })
    expect(PrefixList?.PrefixListArn).toBe(`arn:aws:ec2:us-east-1:${CALLER.account}:prefix-list/${id}`)
    settle()
    expect(shown(id)).toEqual({ ...PrefixList, State: 'create-complete' })
    const { Entries } = world.read(getManagedPrefixListEntries, { PrefixListId: id })
    expect(Entries).toEqual([{ Cidr: '10.0.0.0/8', Description: 'head' }, { Cidr: '192.0.2.0/24' }])
    world.write(createTags, { Resources: [id], Tags: [{ Key: 'b', Value: '2' }] })
    const byTag = { Filters: [{ Name: 'tag:b', Values: ['2'] }] }
    expect(world.read(describeManagedPrefixLists, byTag).PrefixLists).toMatchObject([{ PrefixListId: id }])
    const byOwner = { Filters: [{ Name: 'owner-id', Values: ['AWS'] }] }
    expect(world.read(describeManagedPrefixLists, byOwner).PrefixLists).toHaveLength(2)
  })

  test('a token makes one list', () => {
    expect(create({ ClientToken: 'a' })).toBe(create({ ClientToken: 'a' }))
    expect(world.read(describeManagedPrefixLists, {}).PrefixLists).toHaveLength(3)
  })

  test.each([
    { name: 'a name of AWS', input: { PrefixListName: 'com.amazonaws.x' }, code: 'InvalidParameterValue' },
    { name: 'no name', input: { PrefixListName: undefined }, code: 'MissingParameter' },
    { name: 'no family', input: { AddressFamily: undefined }, code: 'MissingParameter' },
    { name: 'another family', input: { AddressFamily: 'ipx' }, code: 'InvalidParameterValue' },
    { name: 'no room', input: { MaxEntries: 0 }, code: 'InvalidParameterValue' },
    { name: 'too much room', input: { MaxEntries: 1001 }, code: 'InvalidParameterValue' },
    { name: 'a block of IPv6', input: { Entries: [{ Cidr: '::/0' }] }, code: 'InvalidParameterValue' },
    { name: 'no block', input: { Entries: [{ Cidr: '10.0.0.0' }] }, code: 'InvalidParameterValue' },
    {
      name: 'a block twice',
      input: { Entries: [{ Cidr: '10.0.0.0/8' }, { Cidr: '10.1.0.0/8' }] },
      code: 'InvalidParameterValue',
    },
    {
      name: 'more than fit',
      input: { MaxEntries: 1, Entries: [{ Cidr: '10.0.0.0/8' }, { Cidr: '11.0.0.0/8' }] },
      code: 'PrefixListMaxEntriesExceeded',
    },
  ])('$name is refused', ({ input, code }) => {
    const before = contents(world.store)
    refusal(() => create(input), code)
    expect(contents(world.store)).toEqual(before)
  })
})

describe('versions', () => {
  test('each change of the entries makes one, and old ones are kept', () => {
    const id = create({ Entries: [{ Cidr: '10.0.0.0/8' }] })
    expect(add(id, 1, '11.0.0.0/8').PrefixList).toMatchObject({ State: 'modify-in-progress', Version: 2 })
    const RemoveEntries = [{ Cidr: '10.0.0.0/8' }]
    world.write(modifyManagedPrefixList, { PrefixListId: id, CurrentVersion: 2, RemoveEntries })
    settle()
    expect(shown(id)).toMatchObject({ State: 'modify-complete', Version: 3 })
    expect([cidrs(id), cidrs(id, { TargetVersion: 1 }), cidrs(id, { TargetVersion: 2 })]).toEqual([
      ['11.0.0.0/8'],
      ['10.0.0.0/8'],
      ['10.0.0.0/8', '11.0.0.0/8'],
    ])
    refusal(() => cidrs(id, { TargetVersion: 4 }), 'InvalidParameterValue')
    const restore = { PrefixListId: id, PreviousVersion: 1, CurrentVersion: 3 }
    expect(world.write(restoreManagedPrefixListVersion, restore).PrefixList).toMatchObject({ Version: 4 })
    settle()
    expect(shown(id)?.State).toBe('restore-complete')
    expect(cidrs(id)).toEqual(['10.0.0.0/8'])
    refusal(() => world.write(restoreManagedPrefixListVersion, restore), 'PrefixListVersionMismatch')
    refusal(
      () => world.write(restoreManagedPrefixListVersion, { ...restore, CurrentVersion: 4, PreviousVersion: 4 }),
      'InvalidParameterValue',
    )
  })

  test('rules that name the list follow it', () => {
    const id = create({ Entries: [{ Cidr: '10.0.0.0/8' }] })
    allow(newGroup(), id)
    const peers = () =>
      compile(world.store.records).vpcs.flatMap(({ securityGroups }) =>
        securityGroups.flatMap(({ ingress }) =>
          ingress.flatMap(({ peer }) => (peer.kind === 'cidrs' ? [peer.cidrs] : [])),
        ),
      )
    const first = peers()
    add(id, 1, '11.0.0.0/8')
    expect(peers()).toContainEqual(['10.0.0.0/8', '11.0.0.0/8'])
    world.write(restoreManagedPrefixListVersion, { PrefixListId: id, PreviousVersion: 1, CurrentVersion: 2 })
    expect(peers()).toEqual(first)
  })

  test('a name and a size are no version', () => {
    const id = create()
    world.write(modifyManagedPrefixList, { PrefixListId: id, PrefixListName: 'renamed' })
    settle()
    world.write(modifyManagedPrefixList, { PrefixListId: id, MaxEntries: 10 })
    settle()
    expect(shown(id)).toMatchObject({ PrefixListName: 'renamed', MaxEntries: 10, Version: 1 })
  })

  test('a change while another is in progress is refused', () => {
    const id = world.write(createManagedPrefixList, NEW).PrefixList?.PrefixListId ?? ''
    refusal(() => world.write(modifyManagedPrefixList, { PrefixListId: id, MaxEntries: 5 }), 'IncorrectState')
  })

  test.each([
    { name: 'a stale version', input: { CurrentVersion: 2 }, code: 'PrefixListVersionMismatch' },
    { name: 'no version', input: { CurrentVersion: undefined }, code: 'PrefixListVersionMismatch' },
    { name: 'a size beside entries', input: { MaxEntries: 9 }, code: 'InvalidParameterCombination' },
    {
      name: 'more than fit',
      input: { AddEntries: [1, 2, 3, 4].map((n) => ({ Cidr: `${n}.0.0.0/8` })) },
      code: 'PrefixListMaxEntriesExceeded',
    },
    { name: 'one that is not there', input: { RemoveEntries: [{ Cidr: '9.0.0.0/8' }] }, code: 'InvalidParameterValue' },
    {
      name: 'one both ways',
      input: { AddEntries: [{ Cidr: '10.0.0.0/8' }], RemoveEntries: [{ Cidr: '10.0.0.0/8' }] },
      code: 'InvalidParameterValue',
    },
    {
      name: 'a size below what there is',
      input: { AddEntries: [], MaxEntries: 0, CurrentVersion: 1 },
      code: 'InvalidParameterValue',
    },
  ])('$name is refused', ({ input, code }) => {
    const PrefixListId = create({ Entries: [{ Cidr: '10.0.0.0/8' }] })
    const before = contents(world.store)
    const call = { PrefixListId, CurrentVersion: 1, AddEntries: [{ Cidr: '11.0.0.0/8' }], ...input }
    refusal(() => world.write(modifyManagedPrefixList, call), code)
    expect(contents(world.store)).toEqual(before)
  })

  test("AWS's lists and another's are not the caller's to change", () => {
    const aws = { PrefixListId: 'pl-63a5400a', MaxEntries: 2 }
    refusal(() => world.write(modifyManagedPrefixList, aws), 'UnauthorizedOperation')
    const other = { PrefixListId: create(), MaxEntries: 2 }
    refusal(() => world.write(modifyManagedPrefixList, other, STRANGER), 'InvalidPrefixListID.NotFound')
    refusal(
      () => world.write(modifyManagedPrefixList, other, callerOf(CALLER.account, 'eu-west-1')),
      'InvalidPrefixListID.NotFound',
    )
  })
})

describe('references', () => {
  test('are shown to the owner, and keep the list', () => {
    const id = create()
    const group = newGroup()
    allow(group, id)
    const vpcId = [...world.store.records.vpcs.all()][0]?.id
    const table = world.write(createRouteTable, { VpcId: vpcId }).RouteTable?.RouteTableId
    world.store.transact((tx) =>
      tx.routeTables.update(table as `rtb-${string}`, {
        routes: [
          {
            destination: { kind: 'prefixList', prefixListId: id as `pl-${string}` },
            target: { kind: 'other', id: 'tgw-0' },
          },
        ],
      }),
    )
    const { PrefixListAssociations } = world.read(getManagedPrefixListAssociations, { PrefixListId: id })
    expect(PrefixListAssociations).toEqual(
      [table, group].map((ResourceId) => ({ ResourceId, ResourceOwner: CALLER.account })),
    )
    expect(refusal(() => world.write(deleteManagedPrefixList, { PrefixListId: id }), 'DependencyViolation')).toContain(
      id,
    )
  })

  test('count as the most entries, in groups and when the list grows', () => {
    const quota = { ServiceCode: 'vpc', QuotaCode: 'L-0EA8095F' }
    world.write(requestServiceQuotaIncrease, { ...quota, DesiredValue: 1000 })
    const id = create({ MaxEntries: 600 })
    const group = newGroup()
    allow(group, id)
    const second = create({ MaxEntries: 401 })
    refusal(() => allow(group, second), 'RulesPerSecurityGroupLimitExceeded')
    const rule = { IpProtocol: '-1', PrefixListIds: [{ PrefixListId: second }] }
    world.write(authorizeSecurityGroupEgress, { GroupId: group, IpPermissions: [rule] })
    const larger = (PrefixListId: string, MaxEntries: number) => ({ PrefixListId, MaxEntries })
    world.write(modifyManagedPrefixList, larger(id, 1000))
    refusal(() => world.write(modifyManagedPrefixList, larger(second, 1000)), 'RulesPerSecurityGroupLimitExceeded')
  })

  test('count as the most entries in routes', () => {
    const { Vpc } = world.write(createVpc, { CidrBlock: '10.0.0.0/16' })
    const { RouteTable } = world.write(createRouteTable, { VpcId: Vpc?.VpcId })
    const routes = Array.from({ length: 998 }, (_, n) => ({
      destination: { kind: 'cidr' as const, cidr: `9.${n >> 8}.${n & 255}.0/24` as never },
      target: { kind: 'other' as const, id: 'tgw-0' },
    }))
    world.store.transact((tx) => tx.routeTables.update(RouteTable?.RouteTableId as `rtb-${string}`, { routes }))
    const call = {
      RouteTableId: RouteTable?.RouteTableId,
      DestinationPrefixListId: create(),
      GatewayId: gatewayOf(Vpc?.VpcId),
    }
    refusal(() => world.write(createRoute, call), 'RouteLimitExceeded')
  })

  test('gone, the list goes with all its versions', () => {
    const id = create()
    add(id, 1, '10.0.0.0/8')
    const { PrefixList } = world.write(deleteManagedPrefixList, { PrefixListId: id })
    expect(PrefixList?.State).toBe('delete-in-progress')
    refusal(() => shown(id), 'InvalidPrefixListID.NotFound')
    expect(world.store.records.prefixListVersions.size).toBe(0)
  })
})

test('a list that is shared is seen and referred to, not changed', () => {
  const id = create({ Entries: [{ Cidr: '10.0.0.0/8' }] })
  const arn = shown(id)?.PrefixListArn ?? ''
  const { resourceShare } = world.write(createResourceShare, { name: 'lists', principals: [STRANGER.account] })
  const { resourceShareArn } = resourceShare ?? {}
  world.write(associateResourceShare, { resourceShareArn, resourceArns: [arn] })
  refusal(() => shown(id, STRANGER), 'InvalidPrefixListID.NotFound')
  const [invitation] = world.read(getResourceShareInvitations, {}, STRANGER).resourceShareInvitations ?? []
  const { resourceShareInvitationArn } = invitation ?? {}
  world.write(acceptResourceShareInvitation, { resourceShareInvitationArn }, STRANGER)
  expect(world.read(describeManagedPrefixLists, {}, STRANGER).PrefixLists).toHaveLength(3)
  expect(shown(id, STRANGER)).toMatchObject({ OwnerId: CALLER.account })
  expect(cidrs(id, {}, STRANGER)).toEqual(['10.0.0.0/8'])
  const group = newGroup(STRANGER)
  allow(group, id, STRANGER)
  const references = world.read(getManagedPrefixListAssociations, { PrefixListId: id }).PrefixListAssociations
  expect(references).toEqual([{ ResourceId: group, ResourceOwner: STRANGER.account }])
  const change = { PrefixListId: id, MaxEntries: 9 }
  refusal(() => world.write(modifyManagedPrefixList, change, STRANGER), 'UnauthorizedOperation')
  refusal(() => world.read(getManagedPrefixListAssociations, { PrefixListId: id }, STRANGER), 'UnauthorizedOperation')
})

function gatewayOf(VpcId: string | undefined): string {
  const { InternetGateway } = world.write(createInternetGateway, {})
  world.write(attachInternetGateway, { InternetGatewayId: InternetGateway.InternetGatewayId, VpcId })
  return InternetGateway.InternetGatewayId ?? ''
}
