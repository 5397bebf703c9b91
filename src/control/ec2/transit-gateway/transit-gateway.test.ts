import type { ModifyTransitGatewayOptions } from '@aws-sdk/client-ec2'
import { beforeEach, describe, expect, test } from 'vitest'
import { createResourceShare } from '../../ram/share.ts'
import { describeNetworkInterfaces } from '../network-interface/network-interface.ts'
import { ec2Authorisations } from '../request/authorisation.ts'
import { createTags, describeTags } from '../request/tag-operations.ts'
import { CALLER, openWorld, refusal, STRANGER, type World } from '../request/testing.ts'
import { createRoute } from '../route/route.ts'
import { describeRouteTables } from '../route/route-table.ts'
import { createSubnet, deleteSubnet } from '../vpc/subnet.ts'
import { createVpc } from '../vpc/vpc.ts'
import { describeTransitGatewayAttachments, getTransitGatewayAttachmentPropagations } from './attachment.ts'
import { transitGatewayArn } from './find.ts'
import { finishTransitChanges, forgetEndedTransitRecords, passingTransitRecords } from './lifecycle.ts'
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
  replaceTransitGatewayRoute,
  searchTransitGatewayRoutes,
} from './route.ts'
import {
  associateTransitGatewayRouteTable,
  createTransitGatewayRouteTable,
  deleteTransitGatewayRouteTable,
  describeTransitGatewayRouteTables,
  disableTransitGatewayRouteTablePropagation,
  disassociateTransitGatewayRouteTable,
  enableTransitGatewayRouteTablePropagation,
  getTransitGatewayRouteTableAssociations,
  getTransitGatewayRouteTablePropagations,
} from './route-table.ts'
import {
  createTransitGateway,
  deleteTransitGateway,
  describeTransitGateways,
  modifyTransitGateway,
} from './transit-gateway.ts'
import {
  acceptTransitGatewayVpcAttachment,
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
  describeTransitGatewayVpcAttachments,
  modifyTransitGatewayVpcAttachment,
  rejectTransitGatewayVpcAttachment,
} from './vpc-attachment.ts'

let world: World
let TransitGatewayId: string
let VpcId: string
let SubnetId: string

/** What the reconciler does once the kernel has followed. */
function settle(now = CALLER.now): void {
  world.store.transact((tx) => {
    finishTransitChanges(tx, passingTransitRecords(tx), () => false)
    forgetEndedTransitRecords(tx, now)
  })
}

function gateway(Options: Parameters<typeof createTransitGateway>[2]['Options'] = {}): string {
  const { TransitGateway } = world.write(createTransitGateway, { Options })
  settle()
  return TransitGateway?.TransitGatewayId ?? ''
}

function vpc(CidrBlock: string, caller = CALLER): string {
  return world.write(createVpc, { CidrBlock }, caller).Vpc?.VpcId ?? ''
}

function subnet(of: string, CidrBlock: string, AvailabilityZone = 'us-east-1a', caller = CALLER): string {
  return world.write(createSubnet, { VpcId: of, CidrBlock, AvailabilityZone }, caller).Subnet?.SubnetId ?? ''
}

function attach(to = TransitGatewayId, of = VpcId, SubnetIds = [SubnetId], caller = CALLER): string {
  const input = { TransitGatewayId: to, VpcId: of, SubnetIds }
  const made = world.write(createTransitGatewayVpcAttachment, input, caller).TransitGatewayVpcAttachment
  settle()
  return made?.TransitGatewayAttachmentId ?? ''
}

function table(): string {
  const made = world.write(createTransitGatewayRouteTable, { TransitGatewayId }).TransitGatewayRouteTable
  settle()
  return made?.TransitGatewayRouteTableId ?? ''
}

const optionsOf = (id = TransitGatewayId) =>
  world.read(describeTransitGateways, { TransitGatewayIds: [id] }).TransitGateways?.[0]?.Options

function routes(TransitGatewayRouteTableId: string, Name = 'state', Values = ['active', 'blackhole']) {
  const found = world.read(searchTransitGatewayRoutes, { TransitGatewayRouteTableId, Filters: [{ Name, Values }] })
  return found.Routes?.map(({ DestinationCidrBlock, Type, State }) => `${DestinationCidrBlock} ${Type} ${State}`)
}

beforeEach(async () => {
  world = await openWorld()
  TransitGatewayId = gateway()
  VpcId = vpc('10.0.0.0/16')
  SubnetId = subnet(VpcId, '10.0.1.0/24')
})

describe('a gateway', () => {
  test('has a default table, and is as its options say', () => {
    const options = optionsOf()
    expect(options).toMatchObject({
      AmazonSideAsn: 64512,
      AutoAcceptSharedAttachments: 'disable',
      DefaultRouteTableAssociation: 'enable',
      DnsSupport: 'enable',
      SecurityGroupReferencingSupport: 'disable',
    })
    expect(options?.AssociationDefaultRouteTableId).toBe(options?.PropagationDefaultRouteTableId)
    const plain = gateway({ DefaultRouteTableAssociation: 'disable', DefaultRouteTablePropagation: 'disable' })
    expect(optionsOf(plain)?.AssociationDefaultRouteTableId).toBeUndefined()
  })

  test('is changed, within what makes sense', () => {
    const Options: ModifyTransitGatewayOptions = {
      AutoAcceptSharedAttachments: 'enable',
      AddTransitGatewayCidrBlocks: ['10.99.0.0/24'],
    }
    const { TransitGateway } = world.write(modifyTransitGateway, { TransitGatewayId, Description: 'd', Options })
    expect(TransitGateway).toMatchObject({ State: 'modifying', Description: 'd' })
    settle()
    expect(optionsOf()).toMatchObject({
      AutoAcceptSharedAttachments: 'enable',
      TransitGatewayCidrBlocks: ['10.99.0.0/24'],
    })
    const change = (Changed: object) => world.write(modifyTransitGateway, { TransitGatewayId, Options: Changed })
    refusal(() => change({ RemoveTransitGatewayCidrBlocks: ['10.98.0.0/24'] }), 'InvalidParameterValue')
    refusal(() => change({ AddTransitGatewayCidrBlocks: ['10.99.0.0/16'] }), 'InvalidParameterValue')
    refusal(() => change({ AmazonSideAsn: 7 }), 'InvalidParameterValue')
    refusal(() => change({ DnsSupport: 'maybe' }), 'InvalidParameterValue')
    refusal(() => change({ SecurityGroupReferencingSupport: 'enable' }), 'UnsupportedOperation')
    refusal(() => gateway({ MulticastSupport: 'enable' }), 'UnsupportedOperation')
    const other = gateway({ DefaultRouteTableAssociation: 'disable', DefaultRouteTablePropagation: 'disable' })
    const enable = { TransitGatewayId: other, Options: { DefaultRouteTableAssociation: 'enable' } as const }
    refusal(() => world.write(modifyTransitGateway, enable), 'MissingParameter')
  })

  test('is deleted once nothing is attached, with its tables, and then forgotten', () => {
    const id = attach()
    const message = refusal(() => world.write(deleteTransitGateway, { TransitGatewayId }), 'IncorrectState')
    expect(message).toBe(`${TransitGatewayId} has non-deleted Transit Gateway Attachments: ${id}.`)
    world.write(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: id })
    settle()
    world.write(deleteTransitGateway, { TransitGatewayId })
    settle()
    expect(world.read(describeTransitGateways, {}).TransitGateways?.map(({ State }) => State)).toEqual(['deleted'])
    refusal(() => attach(), 'InvalidTransitGatewayID.NotFound')
    settle(new Date(CALLER.now.getTime() + 2 * 3_600_000))
    expect(world.read(describeTransitGateways, {}).TransitGateways).toEqual([])
    expect(world.read(describeTransitGatewayRouteTables, {}).TransitGatewayRouteTables).toEqual([])
  })

  test('is found by what it has, and by nobody else', () => {
    const found = (Name: string, Value: string, caller = CALLER) =>
      world.read(describeTransitGateways, { Filters: [{ Name, Values: [Value] }] }, caller).TransitGateways?.length
    world.write(createTags, { Resources: [TransitGatewayId], Tags: [{ Key: 'Name', Value: 'hub' }] })
    expect([found('tag:Name', 'hub'), found('options.dns-support', 'enable'), found('state', 'deleted')]).toEqual([
      1, 1, 0,
    ])
    expect(world.read(describeTags, {}).Tags).toMatchObject([{ ResourceType: 'transit-gateway' }])
    refusal(() => found('colour', 'red'), 'InvalidParameterValue')
    expect(found('state', 'available', STRANGER)).toBe(0)
    const TransitGatewayIds = [TransitGatewayId]
    refusal(
      () => world.read(describeTransitGateways, { TransitGatewayIds }, STRANGER),
      'InvalidTransitGatewayID.NotFound',
    )
    refusal(
      () => world.read(describeTransitGateways, { TransitGatewayIds: ['tgw-!'] }),
      'InvalidTransitGatewayID.Malformed',
    )
  })
})

describe('an attachment', () => {
  test('has an interface in each subnet, which keeps the subnet', () => {
    const second = subnet(VpcId, '10.0.2.0/24', 'us-east-1b')
    const TransitGatewayAttachmentId = attach(TransitGatewayId, VpcId, [SubnetId, second])
    const interfaces = () =>
      world.read(describeNetworkInterfaces, { Filters: [{ Name: 'interface-type', Values: ['transit_gateway'] }] })
        .NetworkInterfaces
    expect(interfaces()).toMatchObject([
      {
        Description: `Network Interface for Transit Gateway Attachment ${TransitGatewayAttachmentId}`,
        RequesterManaged: true,
      },
      {},
    ])
    refusal(() => world.write(deleteSubnet, { SubnetId: second }), 'DependencyViolation')
    const change = { TransitGatewayAttachmentId, RemoveSubnetIds: [second] }
    const changed = world.write(modifyTransitGatewayVpcAttachment, change).TransitGatewayVpcAttachment
    expect(changed).toMatchObject({ State: 'modifying', SubnetIds: [SubnetId] })
    expect(interfaces()).toHaveLength(1)
    settle()
    refusal(() => world.write(modifyTransitGatewayVpcAttachment, change), 'InvalidSubnetID.NotFound')
    world.write(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId })
    expect(interfaces()).toHaveLength(1)
    settle()
    expect(interfaces()).toEqual([])
    const [ended] = world.read(describeTransitGatewayVpcAttachments, {}).TransitGatewayVpcAttachments ?? []
    expect(ended?.State).toBe('deleted')
  })

  test('is one for a VPC, and in a zone', () => {
    const [zone, other] = [subnet(VpcId, '10.0.2.0/24'), subnet(vpc('10.1.0.0/16'), '10.1.1.0/24')]
    refusal(() => attach(TransitGatewayId, VpcId, [SubnetId, zone]), 'DuplicateSubnetsInSameZone')
    refusal(() => attach(TransitGatewayId, VpcId, [other]), 'InvalidParameterValue')
    refusal(() => attach(TransitGatewayId, VpcId, []), 'MissingParameter')
    attach()
    refusal(() => attach(), 'DuplicateTransitGatewayAttachment')
    const Options = { Ipv6Support: 'enable' } as const
    const dual = { TransitGatewayId: gateway(), VpcId, SubnetIds: [SubnetId], Options }
    const made = world.write(createTransitGatewayVpcAttachment, dual).TransitGatewayVpcAttachment
    expect(made?.Options?.Ipv6Support).toBe('enable')
    for (let number = 0; number < 3; number++) attach(gateway())
    refusal(() => attach(gateway()), 'TransitGatewayAttachmentLimitExceeded')
  })

  test('is what a route to the gateway needs, and lacks', () => {
    const own = { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }
    const RouteTableId = world.read(describeRouteTables, own).RouteTables?.[0]?.RouteTableId
    const lead = () => world.write(createRoute, { RouteTableId, DestinationCidrBlock: '10.0.0.0/8', TransitGatewayId })
    const message = refusal(lead, 'InvalidTransitGatewayID.NotFound')
    expect(message).toBe(`The transitGateway ID '${TransitGatewayId}' does not exist`)
    const TransitGatewayAttachmentId = attach()
    lead()
    const Filters = [{ Name: 'route.transit-gateway-id', Values: [TransitGatewayId] }]
    const state = () =>
      world.read(describeRouteTables, { Filters }).RouteTables?.[0]?.Routes?.find((one) => one.TransitGatewayId)?.State
    expect(state()).toBe('active')
    world.write(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId })
    expect(state()).toBe('blackhole')
  })

  test('of another account waits, where the gateway is shared with it', () => {
    const theirs = vpc('10.1.0.0/16', STRANGER)
    const SubnetIds = [subnet(theirs, '10.1.1.0/24', 'us-east-1a', STRANGER)]
    const attachTheirs = () => attach(TransitGatewayId, theirs, SubnetIds, STRANGER)
    refusal(attachTheirs, 'InvalidTransitGatewayID.NotFound')
    share()
    const TransitGatewayAttachmentId = attachTheirs()
    const find = (caller = CALLER) =>
      world.read(describeTransitGatewayAttachments, {}, caller).TransitGatewayAttachments?.[0]
    expect([find()?.State, find(STRANGER)?.State]).toEqual(['pendingAcceptance', 'pendingAcceptance'])
    const accept = (caller = CALLER) =>
      world.write(acceptTransitGatewayVpcAttachment, { TransitGatewayAttachmentId }, caller)
    refusal(() => accept(STRANGER), 'OperationNotPermitted')
    accept()
    settle()
    expect(find()).toMatchObject({ State: 'available', Association: { State: 'associated' } })
    expect(find(STRANGER)?.Association).toBeUndefined()
    refusal(() => accept(), 'IncorrectState')
    const tableId = optionsOf()?.AssociationDefaultRouteTableId ?? ''
    expect(routes(tableId)).toEqual(['10.1.0.0/16 propagated active'])
    const search = { TransitGatewayRouteTableId: tableId, Filters: [{ Name: 'type', Values: ['static'] }] }
    refusal(() => world.read(searchTransitGatewayRoutes, search, STRANGER), 'InvalidRouteTableID.NotFound')
    refusal(() => world.write(deleteTransitGateway, { TransitGatewayId }, STRANGER), 'OperationNotPermitted')
    world.write(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId }, STRANGER)
    settle()
    const second = attachTheirs()
    world.write(rejectTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: second })
    const rejected = { Filters: [{ Name: 'state', Values: ['rejected'] }] }
    expect(world.read(describeTransitGatewayVpcAttachments, rejected).TransitGatewayVpcAttachments).toHaveLength(1)
  })

  function share(): void {
    const record = world.store.records.transitGateways.get(TransitGatewayId)
    if (!record) throw new Error('no gateway')
    const input = {
      name: 'hub',
      resourceArns: [transitGatewayArn(record)],
      principals: [STRANGER.account],
      allowExternalPrincipals: true,
    }
    world.write(createResourceShare, input)
    world.store.transact((tx) => {
      for (const { id } of [...tx.sharePrincipals.all()]) tx.sharePrincipals.update(id, { status: 'ASSOCIATED' })
    })
  }
})

describe('a route table', () => {
  test('is associated once, and told by whom propagates', () => {
    const TransitGatewayAttachmentId = attach()
    const first = optionsOf()?.AssociationDefaultRouteTableId ?? ''
    const second = table()
    const pair = (TransitGatewayRouteTableId: string) => ({ TransitGatewayRouteTableId, TransitGatewayAttachmentId })
    refusal(() => world.write(associateTransitGatewayRouteTable, pair(second)), 'Resource.AlreadyAssociated')
    refusal(() => world.write(disassociateTransitGatewayRouteTable, pair(second)), 'InvalidAssociation.NotFound')
    world.write(disassociateTransitGatewayRouteTable, pair(first))
    const { Association } = world.write(associateTransitGatewayRouteTable, pair(second))
    expect(Association).toMatchObject({ ...pair(second), ResourceType: 'vpc', ResourceId: VpcId, State: 'associating' })
    const associations = (id: string) =>
      world.read(getTransitGatewayRouteTableAssociations, { TransitGatewayRouteTableId: id }).Associations?.length
    expect([associations(first), associations(second)]).toEqual([0, 1])
    const enable = () => world.write(enableTransitGatewayRouteTablePropagation, pair(second))
    enable()
    refusal(enable, 'TransitGatewayRouteTablePropagation.Duplicate')
    const told = world.read(getTransitGatewayAttachmentPropagations, { TransitGatewayAttachmentId })
    expect(told.TransitGatewayAttachmentPropagations).toHaveLength(2)
    expect(routes(second)).toEqual(['10.0.0.0/16 propagated active'])
    const disable = () => world.write(disableTransitGatewayRouteTablePropagation, pair(second))
    disable()
    refusal(disable, 'TransitGatewayRouteTablePropagation.NotFound')
    const propagations = { TransitGatewayRouteTableId: second }
    const found = world.read(getTransitGatewayRouteTablePropagations, propagations)
    expect(found.TransitGatewayRouteTablePropagations).toEqual([])
    const remove = (id: string) => world.write(deleteTransitGatewayRouteTable, { TransitGatewayRouteTableId: id })
    refusal(() => remove(first), 'IncorrectState')
    expect(refusal(() => remove(second), 'IncorrectState')).toContain(TransitGatewayAttachmentId)
    world.write(disassociateTransitGatewayRouteTable, pair(second))
    remove(second)
    settle()
    refusal(() => world.write(associateTransitGatewayRouteTable, pair(second)), 'InvalidRouteTableID.NotFound')
    const isDefault = [{ Name: 'default-association-route-table', Values: ['true'] }]
    const tables = world.read(describeTransitGatewayRouteTables, { Filters: isDefault }).TransitGatewayRouteTables
    expect(tables?.map((one) => one.TransitGatewayRouteTableId)).toEqual([first])
  })

  test('has static routes before propagated ones, and blackholes', () => {
    const TransitGatewayAttachmentId = attach()
    const TransitGatewayRouteTableId = optionsOf()?.AssociationDefaultRouteTableId ?? ''
    const route = (DestinationCidrBlock: string, target: object = { TransitGatewayAttachmentId }) => ({
      TransitGatewayRouteTableId,
      DestinationCidrBlock,
      ...target,
    })
    const create = (...input: Parameters<typeof route>) => world.write(createTransitGatewayRoute, route(...input))
    expect(create('0.0.0.0/0').Route).toMatchObject({ Type: 'static', State: 'active' })
    refusal(() => create('0.0.0.0/0'), 'RouteAlreadyExists')
    refusal(() => create('10.9.0.0/16', {}), 'MissingParameter')
    refusal(() => create('10.9.0.0/16', { TransitGatewayAttachmentId, Blackhole: true }), 'InvalidParameterCombination')
    refusal(() => create('10.9.0.0/33'), 'InvalidParameterValue')
    create('10.0.0.0/16', { Blackhole: true })
    expect(routes(TransitGatewayRouteTableId)).toEqual(['10.0.0.0/16 static blackhole', '0.0.0.0/0 static active'])
    world.write(replaceTransitGatewayRoute, route('10.0.0.0/16'))
    const searched = (kind: string, block: string) =>
      routes(TransitGatewayRouteTableId, `route-search.${kind}`, [block])
    expect(searched('exact-match', '10.0.0.0/16')).toEqual(['10.0.0.0/16 static active'])
    expect(searched('exact-match', '10.0.0.0/24')).toEqual([])
    expect(searched('longest-prefix-match', '10.0.3.0/24')).toEqual(['10.0.0.0/16 static active'])
    expect(searched('subnet-of-match', '10.0.0.0/8')).toHaveLength(1)
    expect(searched('supernet-of-match', '10.0.1.0/24')).toHaveLength(2)
    refusal(() => searched('fancy-match', '10.0.0.0/8'), 'InvalidParameterValue')
    const remove = () => world.write(deleteTransitGatewayRoute, route('10.0.0.0/16'))
    expect(remove().Route?.State).toBe('deleted')
    refusal(remove, 'InvalidRoute.NotFound')
    refusal(() => world.write(replaceTransitGatewayRoute, route('10.0.0.0/16')), 'InvalidRoute.NotFound')
    world.write(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId })
    settle()
    expect(routes(TransitGatewayRouteTableId)).toEqual(['0.0.0.0/0 static blackhole'])
  })
})

test('policies are asked about all that takes part', () => {
  const { account, region } = CALLER
  const input = { TransitGatewayId, VpcId, SubnetIds: [SubnetId] }
  const asked = ec2Authorisations(world.store.records, { account, region }, 'CreateTransitGatewayVpcAttachment', input)
  expect(asked.map(({ resource }) => resource.split(':').at(-1)).sort()).toEqual([
    `subnet/${SubnetId}`,
    'transit-gateway-attachment/*',
    `transit-gateway/${TransitGatewayId}`,
    `vpc/${VpcId}`,
  ])
})
