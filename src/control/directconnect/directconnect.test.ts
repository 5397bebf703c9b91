// Direct Connect gateways and their associations. Address plan: vpc 10.0.0.0/16.

import { beforeEach, expect, test } from 'vitest'
import { CALLER, contents, openWorld, refusal, STRANGER, type World } from '../ec2/request/testing.ts'
import { describeTransitGatewayAttachments } from '../ec2/transit-gateway/attachment.ts'
import { createTransitGateway, deleteTransitGateway } from '../ec2/transit-gateway/transit-gateway.ts'
import { createVpc } from '../ec2/vpc/vpc.ts'
import { attachVpnGateway, createVpnGateway, deleteVpnGateway } from '../ec2/vpn/vpn-gateway.ts'
import {
  createDirectConnectGatewayAssociation,
  deleteDirectConnectGatewayAssociation,
  describeDirectConnectGatewayAssociations,
  describeVirtualGateways,
  updateDirectConnectGatewayAssociation,
} from './association.ts'
import { directConnectAuthorisations } from './authorisation.ts'
import {
  createDirectConnectGateway,
  deleteDirectConnectGateway,
  describeDirectConnectGateways,
  updateDirectConnectGateway,
} from './gateway.ts'
import { describeTags, tagResource, untagResource } from './tags.ts'

let world: World
let gatewayId: string

const ERROR = 'DirectConnectClientException'

beforeEach(async () => {
  world = await openWorld()
  gatewayId = world.write(createVpnGateway, { Type: 'ipsec.1' }).VpnGateway?.VpnGatewayId ?? ''
})

function create(name = 'office', more: object = {}): string {
  const input = { directConnectGatewayName: name, amazonSideAsn: 64_600, ...more }
  return world.write(createDirectConnectGateway, input).directConnectGateway?.directConnectGatewayId ?? ''
}

function attach(): void {
  const VpcId = world.write(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc?.VpcId
  world.write(attachVpnGateway, { VpnGatewayId: gatewayId, VpcId })
}

test('a gateway belongs to an account and no region', () => {
  const before = contents(world.store)
  const id = create()
  expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  const read = (caller = CALLER) =>
    world.read(describeDirectConnectGateways, { directConnectGatewayId: id }, caller).directConnectGateways
  expect(read({ ...CALLER, region: 'eu-west-1' })).toMatchObject([
    { directConnectGatewayName: 'office', amazonSideAsn: 64_600, directConnectGatewayState: 'available' },
  ])
  expect(read(STRANGER)).toEqual([])
  world.write(updateDirectConnectGateway, { directConnectGatewayId: id, newDirectConnectGatewayName: 'hall' })
  expect(read()?.[0]?.directConnectGatewayName).toBe('hall')
  refusal(() => world.write(deleteDirectConnectGateway, { directConnectGatewayId: id }, STRANGER), ERROR)
  refusal(() => create(''), ERROR)
  refusal(() => create('a', { amazonSideAsn: 7 }), ERROR)
  world.write(deleteDirectConnectGateway, { directConnectGatewayId: id })
  expect(contents(world.store)).toEqual(before)
})

test('an association tells the VPC’s blocks, or those that are allowed', () => {
  const directConnectGatewayId = create()
  const associate = (more: object = {}) =>
    world.write(createDirectConnectGatewayAssociation, { directConnectGatewayId, gatewayId, ...more })
  expect(refusal(associate, ERROR)).toContain('not attached')
  attach()
  refusal(() => associate({ gatewayId: 'vgw-0123456789abcdef0' }), ERROR)
  refusal(() => associate({ addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0' }] }), ERROR)
  const made = associate().directConnectGatewayAssociation
  expect(made).toMatchObject({
    associationState: 'associating',
    associatedGateway: { id: gatewayId, type: 'virtualPrivateGateway', region: 'us-east-1' },
    allowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/16' }],
  })
  expect(refusal(associate, ERROR)).toContain('already associated')
  const associationId = made?.associationId
  world.write(updateDirectConnectGatewayAssociation, {
    associationId,
    addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }],
    removeAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/16' }],
  })
  const read = () =>
    world.read(describeDirectConnectGatewayAssociations, { directConnectGatewayId }).directConnectGatewayAssociations
  expect(read()).toMatchObject([
    { associationState: 'associated', allowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }] },
  ])
  expect(world.read(describeVirtualGateways, {}).virtualGateways).toMatchObject([{ virtualGatewayId: gatewayId }])
  refusal(() => world.write(deleteDirectConnectGateway, { directConnectGatewayId }), ERROR)
  refusal(() => world.write(deleteVpnGateway, { VpnGatewayId: gatewayId }), 'IncorrectState')
  world.write(deleteDirectConnectGatewayAssociation, { directConnectGatewayId, virtualGatewayId: gatewayId })
  expect(read()).toEqual([])
  refusal(() => world.write(deleteDirectConnectGatewayAssociation, { associationId }), ERROR)
})

test('a transit gateway is associated by an attachment of its own, with prefixes that are told as they are', () => {
  const directConnectGatewayId = create()
  const transit = (AmazonSideAsn = 64_512) => {
    const made = world.write(createTransitGateway, { Options: { AmazonSideAsn } }).TransitGateway
    return made?.TransitGatewayId ?? ''
  }
  const associate = (id: string, cidrs: readonly string[] = ['10.0.0.0/8']) =>
    world.write(createDirectConnectGatewayAssociation, {
      directConnectGatewayId,
      gatewayId: id,
      addAllowedPrefixesToDirectConnectGateway: cidrs.map((cidr) => ({ cidr })),
    }).directConnectGatewayAssociation
  const id = transit()
  refusal(() => associate(id, []), ERROR)
  refusal(() => associate('tgw-0123456789abcdef0'), ERROR)
  expect(refusal(() => associate(transit(64_600)), ERROR)).toContain('must differ')
  const made = associate(id)
  expect(made).toMatchObject({ associatedGateway: { id, type: 'transitGateway' } })
  expect(made?.virtualGatewayId).toBeUndefined()
  refusal(() => associate(id), ERROR)
  attach()
  refusal(() => associate(gatewayId), ERROR)
  const attached = () => world.read(describeTransitGatewayAttachments, {}).TransitGatewayAttachments?.[0]
  expect(attached()).toMatchObject({
    ResourceType: 'direct-connect-gateway',
    ResourceId: directConnectGatewayId,
    State: 'available',
    Association: { State: 'associated' },
  })
  refusal(() => world.write(deleteTransitGateway, { TransitGatewayId: id }), 'IncorrectState')
  world.write(deleteDirectConnectGatewayAssociation, { associationId: made?.associationId })
  expect(attached()?.State).toBe('deleting')
})

test('tags go by ARN, and policies are asked with them', () => {
  const id = create('office', { tags: [{ key: 'team', value: 'blue' }] })
  const resourceArn = `arn:aws:directconnect::${CALLER.account}:dx-gateway/${id}`
  world.write(tagResource, { resourceArn, tags: [{ key: 'stage', value: 'live' }] })
  world.write(untagResource, { resourceArn, tagKeys: ['team'] })
  expect(world.read(describeTags, { resourceArns: [resourceArn] }).resourceTags).toEqual([
    { resourceArn, tags: [{ key: 'stage', value: 'live' }] },
  ])
  refusal(() => world.read(describeTags, { resourceArns: [resourceArn] }, STRANGER), ERROR)
  const input = { directConnectGatewayId: id }
  const [asked] = directConnectAuthorisations(world.store.records, CALLER, 'DeleteDirectConnectGateway', input)
  expect(asked).toMatchObject({ resource: resourceArn, keys: { 'aws:resourcetag/stage': 'live' } })
})
