// Records of four VPCs at one transit gateway, for tests. Everything is allowed, every table leads to every other VPC by the
// gateway, and all attachments are associated with the gateway's first table and propagate to it. A test changes the part that
// it is about. VPCs, instances and the endpoint of b are those of small-peering.ts.
//
//   tgw-1 (111111111111)   tgw-rtb-1, tgw-rtb-2 (which nothing is associated with)
//   tgw-attach-a   vpc-a 10.0.0.0/16   subnet-a1, subnet-a2
//   tgw-attach-b   vpc-b 10.1.0.0/16   subnet-b1, subnet-b2   (222222222222)
//   tgw-attach-c   vpc-c 10.2.0.0/16   subnet-c1 alone: i-c2 in use1-az1 is out of its reach
//   tgw-attach-d   vpc-d 10.0.0.0/16   subnet-d1, subnet-d2; a came first with the same block

import { MemoryJournal } from '../store/journal.ts'
import type { Route } from '../store/records.ts'
import { Store, type Tx } from '../store/store.ts'
import { type AnySide, blockOf, created, insertEndpoint, insertInstance, insertVpc } from './small-peering.ts'

export const TRANSIT_SIDES = ['a', 'b', 'c', 'd'] as const satisfies readonly AnySide[]

export async function transitStore(): Promise<Store> {
  const store = await Store.open(new MemoryJournal())
  store.transact((tx) => {
    for (const side of TRANSIT_SIDES) insertVpc(tx, side, routesOf(side))
    for (const side of TRANSIT_SIDES) for (const number of [1, 2]) insertInstance(tx, side, number)
    insertEndpoint(tx)
    insertGateway(tx)
    for (const side of TRANSIT_SIDES) insertAttachment(tx, side)
  })
  return store
}

function routesOf(side: AnySide): Route[] {
  const blocks = new Set(TRANSIT_SIDES.map(blockOf).filter((block) => block !== blockOf(side)))
  return [...blocks].map((block) => ({
    destination: { kind: 'cidr', cidr: block },
    target: { kind: 'transitGateway', id: 'tgw-1' },
  }))
}

function insertGateway(tx: Tx): void {
  tx.transitGateways.insert({
    ...created('a'),
    id: 'tgw-1',
    description: '',
    state: 'available',
    amazonSideAsn: 64512,
    autoAcceptSharedAttachments: true,
    defaultRouteTableAssociation: true,
    defaultRouteTablePropagation: true,
    associationDefaultRouteTableId: 'tgw-rtb-1',
    propagationDefaultRouteTableId: 'tgw-rtb-1',
    vpnEcmpSupport: true,
    dnsSupport: true,
    securityGroupReferencingSupport: false,
    multicastSupport: false,
    cidrBlocks: [],
  })
  for (const number of [1, 2]) {
    tx.transitGatewayRouteTables.insert({
      ...created('a'),
      id: `tgw-rtb-${number}`,
      transitGatewayId: 'tgw-1',
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
