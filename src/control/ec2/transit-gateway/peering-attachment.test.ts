// Address plan: tgw of 123456789012 in us-east-1 with vpc 10.0.0.0/16, theirs of 999999999999 in eu-west-1 with 10.1.0.0/16.

import { beforeEach, expect, test } from 'vitest'
import { compile } from '../../../compile/compile.ts'
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  finishPrefixListChange,
  modifyManagedPrefixList,
} from '../prefix-list/managed-prefix-list.ts'
import { createTags, describeTags } from '../request/tag-operations.ts'
import { CALLER, callerOf, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { describeTransitGatewayAttachments } from './attachment.ts'
import { finishTransitChanges, passingTransitRecords } from './lifecycle.ts'
import {
  acceptTransitGatewayPeeringAttachment,
  createTransitGatewayPeeringAttachment,
  deleteTransitGatewayPeeringAttachment,
  describeTransitGatewayPeeringAttachments,
  rejectTransitGatewayPeeringAttachment,
} from './peering-attachment.ts'
import {
  createTransitGatewayPrefixListReference,
  deleteTransitGatewayPrefixListReference,
  getTransitGatewayPrefixListReferences,
  modifyTransitGatewayPrefixListReference,
} from './prefix-list-reference.ts'
import { createTransitGatewayRoute, searchTransitGatewayRoutes } from './route.ts'
import { enableTransitGatewayRouteTablePropagation } from './route-table.ts'
import { createTransitGateway, deleteTransitGateway } from './transit-gateway.ts'

const FAR = callerOf(STRANGER.account, 'eu-west-1')
let world: World
let near: string
let far: string
let nearTable: string
let farTable: string

function settle(): void {
  world.store.transact((tx) => {
    finishTransitChanges(tx, passingTransitRecords(tx), () => false)
    for (const list of [...tx.managedPrefixLists.all()]) {
      if (list.state.endsWith('-in-progress')) finishPrefixListChange(tx, list)
    }
  })
}

function gateway(caller = CALLER): [id: string, table: string] {
  const made = world.write(createTransitGateway, {}, caller).TransitGateway
  settle()
  return [made?.TransitGatewayId ?? '', made?.Options?.AssociationDefaultRouteTableId ?? '']
}

beforeEach(async () => {
  world = await openWorld()
  ;[near, nearTable] = gateway()
  ;[far, farTable] = gateway(FAR)
})

function ask(peer = far, owner = STRANGER.account, region = 'eu-west-1') {
  const input = {
    TransitGatewayId: near,
    PeerTransitGatewayId: peer,
    PeerAccountId: owner,
    PeerRegion: region,
    TagSpecifications: [
      { ResourceType: 'transit-gateway-attachment' as const, Tags: [{ Key: 'team', Value: 'blue' }] },
    ],
  }
  return world.write(createTransitGatewayPeeringAttachment, input).TransitGatewayPeeringAttachment
}

function stateFor(caller = CALLER) {
  const all = world.read(describeTransitGatewayPeeringAttachments, {}, caller).TransitGatewayPeeringAttachments
  return all?.map(({ TransitGatewayAttachmentId: id, State }) => [id, State])
}

test('between regions both sides know it by one id, and each has its own tags', () => {
  const made = ask()
  const TransitGatewayAttachmentId = made?.TransitGatewayAttachmentId ?? ''
  expect(made).toMatchObject({
    State: 'initiatingRequest',
    RequesterTgwInfo: { TransitGatewayId: near, OwnerId: CALLER.account, Region: 'us-east-1' },
    AccepterTgwInfo: { TransitGatewayId: far, OwnerId: STRANGER.account, Region: 'eu-west-1' },
    Tags: [{ Key: 'team', Value: 'blue' }],
  })
  expect([stateFor(), stateFor(FAR)]).toEqual([
    [[TransitGatewayAttachmentId, 'pendingAcceptance']],
    [[TransitGatewayAttachmentId, 'pendingAcceptance']],
  ])
  expect(stateFor(callerOf(STRANGER.account))).toEqual([])
  world.write(createTags, { Resources: [TransitGatewayAttachmentId], Tags: [{ Key: 'side', Value: 'far' }] }, FAR)
  const tags = (caller = CALLER) => world.read(describeTags, {}, caller).Tags
  expect(tags(FAR)).toMatchObject([{ ResourceId: TransitGatewayAttachmentId, Key: 'side' }])
  expect(tags()).toMatchObject([{ ResourceId: TransitGatewayAttachmentId, Key: 'team' }])
  const accept = (caller = CALLER) =>
    world.write(acceptTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }, caller)
  expect(refusal(() => accept(), 'InvalidParameterValue')).toBe(
    `Cannot accept ${TransitGatewayAttachmentId} as the source of the peering request.`,
  )
  expect(accept(FAR).TransitGatewayPeeringAttachment?.State).toBe('pending')
  settle()
  expect([stateFor(), stateFor(FAR)]).toEqual([
    [[TransitGatewayAttachmentId, 'available']],
    [[TransitGatewayAttachmentId, 'available']],
  ])
  const [shown] = world.read(describeTransitGatewayAttachments, {}, FAR).TransitGatewayAttachments ?? []
  expect(shown).toMatchObject({
    TransitGatewayAttachmentId,
    ResourceType: 'peering',
    ResourceId: near,
    ResourceOwnerId: CALLER.account,
    Association: { TransitGatewayRouteTableId: farTable },
  })
  refusal(() => accept(FAR), 'IncorrectState')
})

test('within a region each side has an id of its own', () => {
  const [second] = gateway()
  const made = ask(second, CALLER.account, 'us-east-1')
  const [mine, theirs] = [made?.TransitGatewayAttachmentId, made?.AccepterTransitGatewayAttachmentId]
  expect(theirs).not.toBe(mine)
  const Filters = [{ Name: 'transit-gateway-id', Values: [second] }]
  const found = world.read(describeTransitGatewayPeeringAttachments, { Filters }).TransitGatewayPeeringAttachments
  expect(found?.map(({ TransitGatewayAttachmentId: id }) => id)).toEqual([theirs])
  world.write(rejectTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId: theirs })
  expect(stateFor()?.map(([, state]) => state)).toEqual(['rejected', 'rejected'])
  expect(ask(second, CALLER.account, 'us-east-1')?.State).toBe('initiatingRequest')
})

test('leads by static routes alone, while both halves are there', () => {
  const TransitGatewayAttachmentId = ask()?.TransitGatewayAttachmentId ?? ''
  const lead = (TransitGatewayRouteTableId: string, DestinationCidrBlock: string, caller = CALLER) =>
    world.write(
      createTransitGatewayRoute,
      { TransitGatewayRouteTableId, DestinationCidrBlock, TransitGatewayAttachmentId },
      caller,
    ).Route
  refusal(() => lead(nearTable, '10.1.0.0/16'), 'IncorrectState')
  world.write(acceptTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }, FAR)
  settle()
  expect(lead(nearTable, '10.1.0.0/16')).toMatchObject({ State: 'active', Type: 'static' })
  expect(lead(farTable, '10.0.0.0/16', FAR)?.TransitGatewayAttachments).toEqual([
    { TransitGatewayAttachmentId, ResourceType: 'peering', ResourceId: near },
  ])
  const told = { TransitGatewayRouteTableId: nearTable, TransitGatewayAttachmentId }
  refusal(() => world.write(enableTransitGatewayRouteTablePropagation, told), 'InvalidParameterValue')
  const led = () =>
    compile(world.store.records).transitGateways?.map(({ id, attachments, routeTables }) => [
      id,
      attachments.map(({ resource }) => resource.kind),
      routeTables.flatMap(({ entries }) => entries.map(({ cidr, attachmentId }) => `${cidr} ${attachmentId}`)),
    ])
  const both = [
    [near, ['transitGateway'], [`10.1.0.0/16 ${TransitGatewayAttachmentId}`]],
    [far, ['transitGateway'], [`10.0.0.0/16 ${TransitGatewayAttachmentId}@eu-west-1`]],
  ]
  expect(led()).toEqual(near < far ? both : both.reverse())
  refusal(() => world.write(deleteTransitGateway, { TransitGatewayId: near }), 'IncorrectState')
  world.write(deleteTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }, FAR)
  expect(stateFor()?.[0]?.[1]).toBe('deleting')
  settle()
  expect([stateFor()?.[0]?.[1], stateFor(FAR)?.[0]?.[1], led()]).toEqual(['deleted', 'deleted', undefined])
})

test('refuses what is no other gateway, and a second peering of the two', () => {
  refusal(() => ask('tgw-0123456789abcdef0'), 'InvalidTransitGatewayID.NotFound')
  refusal(() => ask(far, CALLER.account), 'InvalidTransitGatewayID.NotFound')
  refusal(() => ask(near, CALLER.account, 'us-east-1'), 'InvalidParameterValue')
  ask()
  refusal(() => ask(), 'DuplicateTransitGatewayAttachment')
})

test('a table refers to a prefix list, and routes what is in it', () => {
  const list = { PrefixListName: 'far', AddressFamily: 'IPv4', MaxEntries: 5, Entries: [{ Cidr: '10.1.0.0/16' }] }
  const PrefixListId = world.write(createManagedPrefixList, list).PrefixList?.PrefixListId ?? ''
  const at = { TransitGatewayRouteTableId: nearTable, PrefixListId }
  refusal(() => world.write(createTransitGatewayPrefixListReference, at), 'MissingParameter')
  const made = world.write(createTransitGatewayPrefixListReference, { ...at, Blackhole: true })
  expect(made.TransitGatewayPrefixListReference).toMatchObject({ PrefixListId, Blackhole: true, State: 'pending' })
  refusal(
    () => world.write(createTransitGatewayPrefixListReference, { ...at, Blackhole: true }),
    'PrefixListReferenceAlreadyExists',
  )
  refusal(() => world.write(deleteManagedPrefixList, { PrefixListId }), 'DependencyViolation')
  const TransitGatewayAttachmentId = ask()?.TransitGatewayAttachmentId ?? ''
  world.write(acceptTransitGatewayPeeringAttachment, { TransitGatewayAttachmentId }, FAR)
  settle()
  world.write(modifyTransitGatewayPrefixListReference, { ...at, TransitGatewayAttachmentId })
  const { TransitGatewayPrefixListReferences: references } = world.read(getTransitGatewayPrefixListReferences, {
    TransitGatewayRouteTableId: nearTable,
    Filters: [{ Name: 'is-blackhole', Values: ['false'] }],
  })
  expect(references).toMatchObject([
    { PrefixListId, State: 'available', TransitGatewayAttachment: { TransitGatewayAttachmentId } },
  ])
  const AddEntries = [{ Cidr: '10.2.0.0/16' }]
  world.write(modifyManagedPrefixList, { PrefixListId, CurrentVersion: 1, AddEntries })
  const Filters = [{ Name: 'prefix-list-id', Values: [PrefixListId] }]
  const routes = () =>
    world
      .read(searchTransitGatewayRoutes, { TransitGatewayRouteTableId: nearTable, Filters })
      .Routes?.map(({ DestinationCidrBlock, State }) => `${DestinationCidrBlock} ${State}`)
  expect(routes()).toEqual(['10.1.0.0/16 active', '10.2.0.0/16 active'])
  world.write(deleteTransitGatewayPrefixListReference, at)
  expect(routes()).toEqual([])
  refusal(() => world.write(deleteTransitGatewayPrefixListReference, at), 'InvalidPrefixListReference.NotFound')
})
