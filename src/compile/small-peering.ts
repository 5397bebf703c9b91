// Records of three VPCs in a row, for tests: a is peered with b, and b with c. Everything is allowed, and every table leads to
// every other VPC by the connection that its own VPC has. A test changes the part that it is about.
//
//   111111111111  vpc-a 10.0.0.0/16   subnet-a1 10.0.1.0/24 i-a1 10.0.1.5   subnet-a2 10.0.2.0/24 i-a2 10.0.2.5
//   222222222222  vpc-b 10.1.0.0/16   subnet-b1 10.1.1.0/24 i-b1 10.1.1.5   subnet-b2 10.1.2.0/24 i-b2 10.1.2.5
//                                     vpce-b (ssm, sg-b): 10.1.1.100, 10.1.2.100
//   111111111111  vpc-c 10.2.0.0/16   subnet-c1 10.2.1.0/24 i-c1 10.2.1.5   subnet-c2 10.2.2.0/24
//   pcx-ab (requested by a), pcx-bc (requested by b)

import { type Address, addressPlus, parseAddress } from '../ip/address.ts'
import { cidr } from '../ip/cidr.ts'
import { ALL_PROTOCOLS } from '../ip/protocol.ts'
import { MemoryJournal } from '../store/journal.ts'
import type { VpcPeeringConnection, VpcPeeringConnectionId } from '../store/peering-records.ts'
import type { NetworkInterface, Route } from '../store/records.ts'
import { Store, type Tx } from '../store/store.ts'
import { FIRST_ALLOCATED } from './backbone.ts'
import { smallInstance } from './small-instance.ts'

/** d is not one of the three: its blocks are a's. */
const OWNERS = { a: '111111111111', b: '222222222222', c: '111111111111', d: '111111111111' } as const
export type AnySide = keyof typeof OWNERS
export type Side = Exclude<AnySide, 'd'>
const SIDES: readonly Side[] = ['a', 'b', 'c']
const NUMBERS = { a: 0, b: 1, c: 2, d: 0 } as const
const NOW = '2026-01-01T00:00:00.000Z'

export const PEERINGS = [
  { id: 'pcx-ab', from: 'a', to: 'b' },
  { id: 'pcx-bc', from: 'b', to: 'c' },
] as const satisfies readonly { id: VpcPeeringConnectionId; from: Side; to: Side }[]

export function created(side: AnySide) {
  return { owner: OWNERS[side], region: 'us-east-1', tags: {}, createdAt: NOW }
}

export async function peeringStore(): Promise<Store> {
  const store = await Store.open(new MemoryJournal())
  store.transact((tx) => {
    for (const side of SIDES) insertVpc(tx, side, routesOf(side))
    for (const side of SIDES) insertInstance(tx, side, 1)
    insertInstance(tx, 'a', 2)
    insertInstance(tx, 'b', 2)
    insertEndpoint(tx)
    for (const { id, from, to } of PEERINGS) insertPeering(tx, id, from, to)
  })
  return store
}

/** Where a table leads: to each other VPC by what its own is peered by. */
function routesOf(side: Side): Route[] {
  return SIDES.filter((other) => other !== side).map((other) => ({
    destination: { kind: 'cidr', cidr: blockOf(other) },
    target: { kind: 'peering', id: [side, other].includes('c') && side !== 'a' ? 'pcx-bc' : 'pcx-ab' },
  }))
}

export function blockOf(side: AnySide) {
  return cidr(`10.${NUMBERS[side]}.0.0/16`)
}

function address(text: string): Address {
  const parsed = parseAddress(text)
  if (!parsed) throw new TypeError(`not an address: ${text}`)
  return parsed
}

export function insertVpc(tx: Tx, side: AnySide, routes: readonly Route[]): void {
  const vpcId = `vpc-${side}` as const
  tx.vpcs.insert({
    ...created(side),
    id: vpcId,
    cidrBlocks: [{ associationId: `vpc-cidr-assoc-${side}`, cidr: blockOf(side) }],
    isDefault: false,
    instanceTenancy: 'default',
    enableDnsSupport: true,
    enableDnsHostnames: true,
    enableNetworkAddressUsageMetrics: false,
    dhcpOptionsId: 'dopt-1',
  })
  const entry = { ruleNumber: 100, action: 'allow', protocol: ALL_PROTOCOLS, cidr: cidr('0.0.0.0/0') } as const
  for (const number of [1, 2]) {
    const name = `${side}${number}`
    const entries = [false, true].map((egress) => ({ ...entry, egress }))
    tx.networkAcls.insert({ ...created(side), id: `acl-${name}`, vpcId, isDefault: number === 1, entries })
    tx.subnets.insert({
      ...created(side),
      id: `subnet-${name}`,
      vpcId,
      cidr: cidr(`10.${NUMBERS[side]}.${number}.0/24`),
      availabilityZone: number === 1 ? 'us-east-1a' : 'us-east-1b',
      availabilityZoneId: number === 1 ? 'use1-az6' : 'use1-az1',
      defaultForAz: false,
      mapPublicIpOnLaunch: false,
      networkAclId: `acl-${name}`,
      networkAclAssociationId: `aclassoc-${name}`,
      assignIpv6AddressOnCreation: false,
      enableDns64: false,
      hostnameType: 'ip-name',
      enableResourceNameDnsARecord: false,
      enableResourceNameDnsAAAARecord: false,
    })
    tx.routeTables.insert({
      ...created(side),
      id: `rtb-${name}`,
      vpcId,
      number,
      routes,
      associations: [
        { id: `rtbassoc-${name}`, subnetId: `subnet-${name}`, main: false },
        ...(number === 1 ? [{ id: `rtbassoc-${side}`, main: true }] : []),
      ],
    })
  }
  tx.securityGroups.insert({ ...created(side), id: `sg-${side}`, vpcId, name: `sg-${side}`, description: '' })
  for (const direction of ['ingress', 'egress'] as const) {
    tx.securityGroupRules.insert({
      ...created(side),
      id: `sgr-${side}-${direction}`,
      groupId: `sg-${side}`,
      direction,
      protocol: ALL_PROTOCOLS,
      peer: { kind: 'cidr', cidr: cidr('0.0.0.0/0') },
    })
  }
}

export function insertInterface(
  tx: Tx,
  side: AnySide,
  number: number,
  eni: Pick<NetworkInterface, 'id' | 'interfaceType'> & { readonly host: number } & Pick<
      Partial<NetworkInterface>,
      'attachment' | 'vpcEndpointId'
    >,
): Address {
  const { host, ...rest } = eni
  const place = tx.networkInterfaces.size + 1
  const own = address(`10.${NUMBERS[side]}.${number}.${host}`)
  tx.networkInterfaces.insert({
    ...created(side),
    vpcId: `vpc-${side}`,
    subnetId: `subnet-${side}${number}`,
    description: '',
    requesterManaged: eni.interfaceType !== 'interface',
    macAddress: `0a:00:00:00:01:${place.toString(16).padStart(2, '0')}`,
    privateAddresses: [own],
    groupIds: [`sg-${side}`],
    sourceDestCheck: true,
    backboneAddress: addressPlus(FIRST_ALLOCATED, place),
    ...rest,
    host: 'local',
  })
  return own
}

export function insertInstance(tx: Tx, side: AnySide, number: number): void {
  const id = `i-${side}${number}` as const
  tx.instances.insert(
    smallInstance({ ...created(side), id, vpcId: `vpc-${side}`, subnetId: `subnet-${side}${number}` }),
  )
  insertInterface(tx, side, number, {
    id: `eni-${side}${number}`,
    interfaceType: 'interface',
    host: 5,
    attachment: {
      id: `eni-attach-${side}${number}`,
      instanceId: id,
      deviceIndex: 0,
      deleteOnTermination: true,
      attachedAt: NOW,
    },
  })
}

export function insertEndpoint(tx: Tx): void {
  tx.vpcEndpoints.insert({
    ...created('b'),
    id: 'vpce-b',
    type: 'Interface',
    vpcId: 'vpc-b',
    serviceName: 'com.amazonaws.us-east-1.ssm',
    state: 'available',
    policyDocument: '{}',
    routeTableIds: [],
    ipAddressType: 'ipv4',
    dnsRecordIpType: 'ipv4',
    groupIds: ['sg-b'],
    privateDnsEnabled: false,
    privateDnsOnlyForInboundResolverEndpoint: false,
    backboneAddress: address('240.2.0.1'),
    dnsHash: 'hash0001',
  })
  for (const number of [1, 2]) {
    const endpoint = { interfaceType: 'vpc_endpoint', host: 100, vpcEndpointId: 'vpce-b' } as const
    insertInterface(tx, 'b', number, { id: `eni-e${number}`, ...endpoint })
  }
}

export function insertPeering(
  tx: Tx,
  id: VpcPeeringConnectionId,
  from: Side,
  to: Side,
  changes: Partial<VpcPeeringConnection> = {},
): void {
  tx.vpcPeeringConnections.insert({
    ...created(from),
    id,
    requesterVpcId: `vpc-${from}`,
    accepter: OWNERS[to],
    accepterRegion: 'us-east-1',
    accepterVpcId: `vpc-${to}`,
    accepterTags: {},
    state: 'active',
    changedAt: NOW,
    expiresAt: '2026-01-08T00:00:00.000Z',
    requesterAllowsDns: false,
    accepterAllowsDns: false,
    ...changes,
  })
}
