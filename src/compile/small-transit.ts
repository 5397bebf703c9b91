// Records of four VPCs at one transit gateway, for tests. Everything is allowed, every table leads to every other VPC by the
// gateway, and all attachments are associated with the gateway's first table and propagate to it. A test changes the part that
// it is about. VPCs, instances and the endpoint of b are those of small-peering.ts.
//
//   tgw-1 (111111111111)   tgw-rtb-1, tgw-rtb-2 (which nothing is associated with)
//   tgw-attach-a   vpc-a 10.0.0.0/16   subnet-a1, subnet-a2
//   tgw-attach-b   vpc-b 10.1.0.0/16   subnet-b1, subnet-b2   (222222222222)
//   tgw-attach-c   vpc-c 10.2.0.0/16   subnet-c1 alone: i-c2 in use1-az1 is out of its reach
//   tgw-attach-d   vpc-d 10.0.0.0/16   subnet-d1, subnet-d2; a came first with the same block

import { cidr } from '../ip/cidr.ts'
import { MemoryJournal } from '../store/journal.ts'
import type { Route } from '../store/records.ts'
import { Store, type Tx } from '../store/store.ts'
import { address } from './small-network.ts'
import {
  type AnySide,
  blockOf,
  created,
  insertEndpoint,
  insertInstance,
  insertInterface,
  insertVpc,
} from './small-peering.ts'

export const TRANSIT_SIDES = ['a', 'b', 'c', 'd'] as const satisfies readonly AnySide[]

export async function transitStore(): Promise<Store> {
  const store = await Store.open(new MemoryJournal())
  store.transact((tx) => {
    for (const side of TRANSIT_SIDES) insertVpc(tx, side, routesOf(side))
    for (const side of TRANSIT_SIDES) for (const number of [1, 2]) insertInstance(tx, side, number)
    insertEndpoint(tx)
    insertGateway(tx, 'a', [1, 2])
    for (const side of TRANSIT_SIDES) insertAttachment(tx, side)
  })
  return store
}

/** Makes b a VPC that others leave by: nat-b in subnet-b2, which leads to igw-b, and the default of subnet-b1 to nat-b; with a
 * gateway endpoint for S3 in subnet-b1. */
export function insertEgress(tx: Tx): void {
  const gateway = { destination: { kind: 'cidr', cidr: cidr('0.0.0.0/0') } } as const
  const lead = (id: 'rtb-b1' | 'rtb-b2', target: Route['target']) => {
    const others = (tx.routeTables.get(id)?.routes ?? []).filter(({ destination }) => !isDefault(destination))
    tx.routeTables.update(id, { routes: [...others, { ...gateway, target }] })
  }
  tx.internetGateways.insert({ ...created('b'), id: 'igw-b', vpcId: 'vpc-b' })
  const privateAddress = insertInterface(tx, 'b', 2, { id: 'eni-nat-b', interfaceType: 'nat_gateway', host: 200 })
  tx.natGateways.insert({
    ...created('b'),
    id: 'nat-b',
    vpcId: 'vpc-b',
    subnetId: 'subnet-b2',
    connectivityType: 'public',
    state: 'available',
    networkInterfaceId: 'eni-nat-b',
    privateAddress,
    publicIp: address('44.192.7.1'),
  })
  lead('rtb-b1', { kind: 'natGateway', id: 'nat-b' })
  lead('rtb-b2', { kind: 'internetGateway', id: 'igw-b' })
  tx.vpcEndpoints.insert({
    ...created('b'),
    id: 'vpce-s3',
    type: 'Gateway',
    vpcId: 'vpc-b',
    serviceName: 'com.amazonaws.us-east-1.s3',
    state: 'available',
    policyDocument: '{}',
    routeTableIds: ['rtb-b1'],
    ipAddressType: 'ipv4',
    dnsRecordIpType: 'ipv4',
    groupIds: [],
    privateDnsEnabled: false,
    privateDnsOnlyForInboundResolverEndpoint: false,
    backboneAddress: address('240.2.0.9'),
    dnsHash: 'hash0009',
  })
}

function isDefault(destination: Route['destination']): boolean {
  return destination.kind === 'cidr' && destination.cidr === '0.0.0.0/0'
}

function routesOf(side: AnySide): Route[] {
  const blocks = new Set(TRANSIT_SIDES.map(blockOf).filter((block) => block !== blockOf(side)))
  return [...blocks].map((block) => ({
    destination: { kind: 'cidr', cidr: block },
    target: { kind: 'transitGateway', id: 'tgw-1' },
  }))
}

/** Another gateway, tgw-2 of b's account, to which c is attached instead by tgw-attach-e, and its peering with the first: tgw-attach-p1 at the
 * first and tgw-attach-p2 at the second, with static routes both ways. tgw-2 has the one table tgw-rtb-3. */
export function insertPeerGateway(tx: Tx): void {
  insertGateway(tx, 'b', [3], 'tgw-2')
  const attached = tx.transitGatewayAttachments.get('tgw-attach-c')
  if (!attached) throw new TypeError('no tgw-attach-c')
  tx.transitGatewayAttachments.delete(attached.id)
  tx.transitGatewayAttachments.insert({
    ...attached,
    id: 'tgw-attach-e',
    transitGatewayId: 'tgw-2',
    transitGatewayOwner: created('b').owner,
    associatedRouteTableId: 'tgw-rtb-3',
    propagatesTo: ['tgw-rtb-3'],
  })
  for (const id of ['rtb-c1', 'rtb-c2'] as const) {
    const routes = (tx.routeTables.get(id)?.routes ?? []).map((route) => ({
      ...route,
      target: { kind: 'transitGateway', id: 'tgw-2' } as const,
    }))
    tx.routeTables.update(id, { routes })
  }
  insertHalf(tx, 'p1', { side: 'a', of: 'tgw-1', table: 'tgw-rtb-1' }, 'p2')
  insertHalf(tx, 'p2', { side: 'b', of: 'tgw-2', table: 'tgw-rtb-3' }, 'p1')
  tx.transitGatewayRouteTables.update('tgw-rtb-1', {
    staticRoutes: [{ cidr: blockOf('c'), attachmentId: 'tgw-attach-p1' }],
  })
  const back = [blockOf('a'), blockOf('b')].map((block) => ({ cidr: block, attachmentId: 'tgw-attach-p2' as const }))
  tx.transitGatewayRouteTables.update('tgw-rtb-3', { staticRoutes: back })
}

interface Half {
  readonly side: AnySide
  readonly of: 'tgw-1' | 'tgw-2'
  readonly table: `tgw-rtb-${number}`
}

function insertHalf(tx: Tx, name: 'p1' | 'p2', { side, of, table }: Half, other: 'p1' | 'p2'): void {
  tx.transitGatewayAttachments.insert({
    ...created(side),
    id: `tgw-attach-${name}`,
    transitGatewayId: of,
    transitGatewayOwner: created(side).owner,
    resource: {
      kind: 'peering',
      peerId: of === 'tgw-1' ? 'tgw-2' : 'tgw-1',
      peerOwner: created(side === 'a' ? 'b' : 'a').owner,
      peerRegion: created(side).region,
      peerAttachmentId: `tgw-attach-${other}`,
      isRequester: name === 'p1',
    },
    state: 'available',
    dnsSupport: false,
    ipv6Support: true,
    applianceModeSupport: false,
    securityGroupReferencingSupport: false,
    associatedRouteTableId: table,
    propagatesTo: [],
  })
}

/** A gateway with route tables of these numbers, of which the first is the default. */
export function insertGateway(tx: Tx, side: AnySide, tables: readonly number[], id: 'tgw-1' | 'tgw-2' = 'tgw-1'): void {
  tx.transitGateways.insert({
    ...created(side),
    id,
    description: '',
    state: 'available',
    amazonSideAsn: 64512,
    autoAcceptSharedAttachments: true,
    defaultRouteTableAssociation: true,
    defaultRouteTablePropagation: true,
    associationDefaultRouteTableId: `tgw-rtb-${tables[0] ?? 1}`,
    propagationDefaultRouteTableId: `tgw-rtb-${tables[0] ?? 1}`,
    vpnEcmpSupport: true,
    dnsSupport: true,
    securityGroupReferencingSupport: false,
    multicastSupport: false,
    cidrBlocks: [],
  })
  for (const number of tables) {
    tx.transitGatewayRouteTables.insert({
      ...created(side),
      id: `tgw-rtb-${number}`,
      transitGatewayId: id,
      state: 'available',
      number,
      staticRoutes: [],
    })
  }
}

function insertAttachment(tx: Tx, side: AnySide): void {
  const numbers = side === 'c' ? [1] : [1, 2]
  tx.transitGatewayAttachments.insert({
    ...created(side),
    id: `tgw-attach-${side}`,
    transitGatewayId: 'tgw-1',
    transitGatewayOwner: created('a').owner,
    vpcId: `vpc-${side}`,
    resource: { kind: 'vpc', subnetIds: numbers.map((number) => `subnet-${side}${number}` as const) },
    state: 'available',
    dnsSupport: true,
    ipv6Support: false,
    applianceModeSupport: false,
    securityGroupReferencingSupport: false,
    associatedRouteTableId: 'tgw-rtb-1',
    propagatesTo: ['tgw-rtb-1'],
  })
}
