// Records of the VPCs of small-peering.ts with networks outside of AWS behind two of them, for tests. Every table of vpc-b takes
// what its gateway learns; vpc-c has its way back by a static route. A test changes the part that it is about.
//
//   vgw-b on vpc-b    hq      192.168.0.0/16  host 192.168.1.10, attached to vgw-b itself
//                     branch  172.20.0.0/16   host 172.20.0.10, by vpn-b: static routes 172.20.0.0/17
//   vgw-c on vpc-c    branch, by vpn-c with BGP
//   tgw-1             vpc-b and vpc-c, and lab 172.30.0.0/16 host 172.30.0.10 by vpn-t with BGP: one table; tables b1, b2 and c1
//                     lead 172.30.0.0/15 there
//   vpc-b also has vpce-s3 (S3, gateway) in both tables and igw-b, and rtb-b2 a default route to it

import { awsPrefixLists } from '../catalogue/prefix-lists.ts'
import type { Address } from '../ip/address.ts'
import { cidr } from '../ip/cidr.ts'
import type { Store, Tx } from '../store/store.ts'
import type { TransitGatewayAttachment } from '../store/transit-gateway-records.ts'
import type { VpnConnection, VpnGatewayId } from '../store/vpn-records.ts'
import { address } from './small-network.ts'
import { created, peeringStore } from './small-peering.ts'
import { insertGateway } from './small-transit.ts'

const NOW = '2026-01-01T00:00:00.000Z'

export async function onPremisesStore(): Promise<Store> {
  const store = await peeringStore()
  store.transact((tx) => {
    for (const side of ['b', 'c'] as const) insertVpnGateway(tx, side)
    insertConnection(tx, 'b', { staticRoutesOnly: true, staticRoutes: [cidr('172.20.0.0/17')] })
    insertConnection(tx, 'c', { staticRoutesOnly: false, staticRoutes: [] })
    insertOnPremises(tx, 'hq', '192.168.0.0/16', '192.168.1.10', 1)
    insertOnPremises(tx, 'branch', '172.20.0.0/16', '172.20.0.10', 2)
    attach(tx, 'hq', 'vgw-b')
    attach(tx, 'branch', 'vpn-b')
    attach(tx, 'branch', 'vpn-c')
    for (const id of ['rtb-b1', 'rtb-b2'] as const) {
      tx.routeTables.update(id, { propagatingVpnGatewayIds: ['vgw-b'] })
    }
    addRoute(tx, 'rtb-c1', '172.20.0.0/16', { kind: 'vpnGateway', id: 'vgw-c' })
    tx.internetGateways.insert({ ...created('b'), id: 'igw-b', vpcId: 'vpc-b' })
    addRoute(tx, 'rtb-b2', '0.0.0.0/0', { kind: 'internetGateway', id: 'igw-b' })
    insertS3(tx)
    insertTransit(tx)
  })
  return store
}

/** An address of S3's, which the gateway endpoint of vpc-b carries. */
export function s3Address(): Address {
  const list = awsPrefixLists('us-east-1').find(({ name }) => name.endsWith('.s3'))
  return address(list?.cidrs[0]?.replace(/\.\d+\/\d+$/, '.9') ?? '')
}

function insertVpnGateway(tx: Tx, side: 'b' | 'c'): void {
  const id: VpnGatewayId = `vgw-${side}`
  tx.vpnGateways.insert({ ...created(side), id, vpcId: `vpc-${side}`, amazonSideAsn: 64_512, state: 'available' })
}

function insertConnection(
  tx: Tx,
  side: 'b' | 'c' | 't',
  routing: Pick<VpnConnection, 'staticRoutesOnly' | 'staticRoutes'>,
): void {
  tx.vpnConnections.insert({
    ...created(side === 'c' ? 'c' : 'b'),
    id: `vpn-${side}`,
    customerGatewayId: `cgw-${side}`,
    ...(side === 't' ? { transitGatewayId: 'tgw-1' as const } : { vpnGatewayId: `vgw-${side}` as const }),
    tunnels: [],
    localCidr: cidr('0.0.0.0/0'),
    remoteCidr: cidr('0.0.0.0/0'),
    isAccelerated: false,
    state: 'available',
    ...routing,
  })
}

export function insertOnPremises(tx: Tx, id: string, block: string, host: string, number: number): void {
  tx.onPremisesNetworks.insert({
    id,
    cidrs: [cidr(block)],
    address: address(host),
    backboneAddress: address(`240.3.0.${number}`),
    resolvers: [],
    createdAt: NOW,
  })
}

export function attach(tx: Tx, networkId: string, gatewayId: string): void {
  tx.onPremisesAttachments.insert({ id: `${networkId}/${gatewayId}`, networkId, gatewayId, createdAt: NOW })
}

function addRoute(
  tx: Tx,
  id: `rtb-${string}`,
  block: string,
  target:
    | { readonly kind: 'transitGateway'; readonly id: 'tgw-1' }
    | { readonly kind: 'vpnGateway'; readonly id: VpnGatewayId }
    | { readonly kind: 'internetGateway'; readonly id: 'igw-b' },
): void {
  const routes = tx.routeTables.get(id)?.routes ?? []
  tx.routeTables.update(id, { routes: [...routes, { destination: { kind: 'cidr', cidr: cidr(block) }, target }] })
}

function insertTransit(tx: Tx): void {
  insertGateway(tx, 'b', [1])
  insertConnection(tx, 't', { staticRoutesOnly: false, staticRoutes: [] })
  insertOnPremises(tx, 'lab', '172.30.0.0/16', '172.30.0.10', 4)
  attach(tx, 'lab', 'vpn-t')
  insertTransitAttachment(tx, 'b', { kind: 'vpc', subnetIds: ['subnet-b1', 'subnet-b2'] })
  insertTransitAttachment(tx, 'c', { kind: 'vpc', subnetIds: ['subnet-c1'] })
  insertTransitAttachment(tx, 't', { kind: 'vpn', vpnConnectionId: 'vpn-t' })
  insertTransitAttachment(tx, 'x', { kind: 'direct-connect-gateway', directConnectGatewayId: 'dx-t' })
  tx.directConnectGatewayAssociations.insert({
    id: 'dx-t-tgw-1',
    directConnectGatewayId: 'dx-t',
    owner: created('b').owner,
    region: created('b').region,
    gatewayId: 'tgw-1',
    allowedPrefixes: [cidr('10.1.0.0/16'), cidr('10.2.0.0/16')],
  })
  for (const id of ['rtb-b1', 'rtb-b2', 'rtb-c1'] as const) {
    addRoute(tx, id, '172.30.0.0/15', { kind: 'transitGateway', id: 'tgw-1' })
  }
}

function insertTransitAttachment(
  tx: Tx,
  side: 'b' | 'c' | 't' | 'x',
  resource: TransitGatewayAttachment['resource'],
): void {
  tx.transitGatewayAttachments.insert({
    ...created(side === 'c' ? 'c' : 'b'),
    id: `tgw-attach-${side}`,
    transitGatewayId: 'tgw-1',
    transitGatewayOwner: created('b').owner,
    ...((side === 'b' || side === 'c') && { vpcId: `vpc-${side}` as const }),
    resource,
    state: 'available',
    dnsSupport: false,
    ipv6Support: false,
    applianceModeSupport: false,
    securityGroupReferencingSupport: false,
    associatedRouteTableId: 'tgw-rtb-1',
    propagatesTo: ['tgw-rtb-1'],
  })
}

function insertS3(tx: Tx): void {
  tx.vpcEndpoints.insert({
    ...created('b'),
    id: 'vpce-s3',
    type: 'Gateway',
    vpcId: 'vpc-b',
    serviceName: 'com.amazonaws.us-east-1.s3',
    state: 'available',
    policyDocument: '{}',
    routeTableIds: ['rtb-b1', 'rtb-b2'],
    ipAddressType: 'ipv4',
    dnsRecordIpType: 'ipv4',
    groupIds: [],
    privateDnsEnabled: false,
    privateDnsOnlyForInboundResolverEndpoint: false,
    backboneAddress: address('240.2.0.2'),
    dnsHash: 'hash0002',
  })
}
