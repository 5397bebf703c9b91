// Networks outside of AWS behind two of three VPCs as a few choices, and the records of compile/small-on-premises.ts with them
// made. The address plan is there.

import fc from 'fast-check'
import { attach, insertOnPremises, onPremisesStore } from '../../src/compile/small-on-premises.ts'
import { cidr } from '../../src/ip/cidr.ts'
import type { RouteTarget, SubnetId } from '../../src/store/records.ts'
import type { Records, Tx } from '../../src/store/store.ts'
import { mirrorInIpv6 } from './ipv6-mirror.ts'
import {
  type AclRule,
  aclRule,
  changeGroup,
  changeSubnet,
  type Rule,
  rule,
  type Sided,
  sided,
  some,
} from './peering-shape.ts'

const SUBNETS = ['b1', 'b2', 'c1'] as const
const GROUPS = ['sg-b', 'sg-c'] as const
/** Third network: by a Direct Connect gateway, which is associated with both gateways. */
const WAYS = [
  'hq/vgw-b',
  'hq/vgw-c',
  'branch/vpn-b',
  'branch/vpn-c',
  'plant/dx',
  'lab/vpn-t',
  'lab/vgw-b',
  'lab/vpn-c',
  'plant/dx-t',
] as const
const TARGETS = {
  'vgw-b': { kind: 'vpnGateway', id: 'vgw-b' },
  'vgw-c': { kind: 'vpnGateway', id: 'vgw-c' },
  'pcx-ab': { kind: 'peering', id: 'pcx-ab' },
  'pcx-bc': { kind: 'peering', id: 'pcx-bc' },
  'tgw-1': { kind: 'transitGateway', id: 'tgw-1' },
  'igw-b': { kind: 'internetGateway', id: 'igw-b' },
  hole: { kind: 'other', id: 'hole' },
} as const satisfies Readonly<Record<string, RouteTarget>>
const ATTACHED = ['b', 'c', 't'] as const
type Attached = (typeof ATTACHED)[number]
type Target = keyof typeof TARGETS
type SubnetName = (typeof SUBNETS)[number]

export interface OnPremisesShape {
  readonly ways: readonly (typeof WAYS)[number][]
  /** Whether each gateway is attached to its VPC. */
  readonly attached: { readonly b: boolean; readonly c: boolean }
  /** Of the connection of vpc-b; absent: it has BGP. */
  readonly staticRoutes?: readonly string[]
  /** Of vpc-c's association with the Direct Connect gateway. */
  readonly allowed: readonly string[]
  /** Of the transit gateway's attachments, those that are associated with its table, and those that it knows. */
  readonly transit: { readonly associated: readonly Attached[]; readonly propagates: readonly Attached[] }
  /** Subnets that lose their IPv4; absent: none. */
  readonly ipv6Only?: readonly SubnetName[]
  /** Tables that take what their VPC's gateway has learnt. */
  readonly propagating: readonly SubnetName[]
  /** Those that are not here are as in the plan. */
  readonly routes: Partial<Readonly<Record<SubnetName, readonly { cidr: string; to: Target }[]>>>
  /** Those that are not here allow everything. */
  readonly groups: Partial<Readonly<Record<(typeof GROUPS)[number], Sided<Rule>>>>
  readonly acls: Partial<Readonly<Record<SubnetName, Sided<AclRule>>>>
}

export const OPEN: OnPremisesShape = {
  ways: ['hq/vgw-b', 'branch/vpn-b', 'branch/vpn-c', 'lab/vpn-t'],
  attached: { b: true, c: true },
  staticRoutes: ['172.20.0.0/17'],
  allowed: ['10.2.0.0/16'],
  transit: { associated: ATTACHED, propagates: ATTACHED },
  propagating: ['b1', 'b2'],
  routes: {},
  groups: {},
  acls: {},
}

export async function recordsOf(shape: OnPremisesShape): Promise<Records> {
  const store = await onPremisesStore()
  store.transact((tx) => {
    insertOnPremises(tx, 'plant', '192.168.64.0/20', '192.168.64.9', 3)
    for (const { id } of [...tx.onPremisesAttachments.all()]) tx.onPremisesAttachments.delete(id)
    for (const way of shape.ways) attach(tx, ...(way.split('/') as [string, string]))
    associate(tx, 'b', ['10.0.0.0/8'])
    associate(tx, 'c', shape.allowed)
    tx.vpnConnections.update('vpn-b', {
      staticRoutesOnly: shape.staticRoutes !== undefined,
      staticRoutes: (shape.staticRoutes ?? []).map(cidr),
    })
    for (const side of ['b', 'c'] as const) {
      if (!shape.attached[side]) tx.vpnGateways.update(`vgw-${side}`, { vpcId: undefined })
    }
    for (const name of ATTACHED) changeAttachment(tx, name, shape.transit)
    for (const name of SUBNETS) changeTable(tx, name, shape)
    for (const id of GROUPS) changeGroup(tx, id, shape.groups[id])
    mirrorInIpv6(tx)
    for (const name of shape.ipv6Only ?? []) takeIpv4(tx, `subnet-${name}`)
  })
  return store.records
}

function takeIpv4(tx: Tx, subnetId: SubnetId): void {
  tx.subnets.update(subnetId, { cidr: undefined })
  for (const { id } of [...tx.networkInterfaces.where('subnetId', subnetId)]) {
    tx.networkInterfaces.update(id, { privateAddresses: [] })
  }
  // No attachment is made in such a subnet.
  for (const { id, resource } of [...tx.transitGatewayAttachments.all()]) {
    if (resource.kind !== 'vpc') continue
    const subnetIds = resource.subnetIds.filter((one) => one !== subnetId)
    tx.transitGatewayAttachments.update(id, { resource: { kind: 'vpc', subnetIds } })
  }
}

function associate(tx: Tx, side: 'b' | 'c', allowed: readonly string[]): void {
  tx.directConnectGatewayAssociations.insert({
    id: `dx-${side}`,
    directConnectGatewayId: 'dx',
    owner: '222222222222',
    region: 'us-east-1',
    gatewayId: `vgw-${side}`,
    allowedPrefixes: allowed.map(cidr),
  })
}

function changeAttachment(tx: Tx, name: Attached, { associated, propagates }: OnPremisesShape['transit']): void {
  tx.transitGatewayAttachments.update(`tgw-attach-${name}`, {
    associatedRouteTableId: associated.includes(name) ? 'tgw-rtb-1' : undefined,
    propagatesTo: propagates.includes(name) ? ['tgw-rtb-1'] : [],
  })
}

function changeTable(tx: Tx, name: SubnetName, { routes, propagating, attached, acls }: OnPremisesShape): void {
  const side = name === 'c1' ? 'c' : 'b'
  const made = routes[name]?.map(({ cidr: block, to }) => ({
    destination: { kind: 'cidr', cidr: cidr(block) } as const,
    target: TARGETS[to],
  }))
  changeSubnet(tx, name, made, acls[name])
  const takes = attached[side] && propagating.includes(name)
  tx.routeTables.update(`rtb-${name}`, { propagatingVpnGatewayIds: takes ? [`vgw-${side}`] : undefined })
}

const BLOCKS = [
  '0.0.0.0/0',
  '192.168.0.0/16',
  '192.168.1.0/24',
  '192.168.64.0/20',
  '172.20.0.0/16',
  '172.16.0.0/12',
  '172.20.0.10/32',
  '172.30.0.0/15',
  '10.0.0.0/8',
] as const
const block = fc.constantFrom(...BLOCKS)
const route = fc.record({ cidr: block, to: fc.constantFrom(...(Object.keys(TARGETS) as Target[])) })
const routes = fc.uniqueArray(route, { selector: (one) => one.cidr, maxLength: 4 })

export const onPremisesShape: fc.Arbitrary<OnPremisesShape> = fc
  .record(
    {
      ways: fc.uniqueArray(fc.constantFrom(...WAYS), { minLength: 1 }),
      attached: fc.record({ b: mostly(), c: mostly() }),
      staticRoutes: fc.uniqueArray(block, { maxLength: 3 }),
      allowed: fc.uniqueArray(fc.constantFrom('10.2.0.0/16', '10.0.0.0/8', '10.2.1.0/24'), { maxLength: 2 }),
      transit: fc.record({ associated: mostOf(), propagates: mostOf() }),
      propagating: fc.uniqueArray(fc.constantFrom(...SUBNETS)),
      routes: some(SUBNETS, routes),
      groups: some(GROUPS, sided(rule)),
      acls: some(SUBNETS, sided(aclRule)),
    },
    { requiredKeys: ['ways', 'attached', 'allowed', 'transit', 'propagating', 'routes', 'groups', 'acls'] },
  )
  .map((shape) => ({ ...shape, routes: withoutForeign(shape.routes) }))

function mostOf(): fc.Arbitrary<readonly Attached[]> {
  return fc.oneof(fc.constant(ATTACHED), fc.subarray([...ATTACHED]))
}

function mostly(): fc.Arbitrary<boolean> {
  return fc.constantFrom(true, true, true, false)
}

/** A table leads by what its own VPC has. */
function withoutForeign(routesOf: OnPremisesShape['routes']): OnPremisesShape['routes'] {
  const own = {
    b: ['vgw-b', 'pcx-ab', 'pcx-bc', 'tgw-1', 'igw-b', 'hole'],
    c: ['vgw-c', 'pcx-bc', 'tgw-1', 'hole'],
  } as const
  return Object.fromEntries(
    Object.entries(routesOf).map(([name, list]) => {
      const targets: readonly string[] = own[name.charAt(0) as keyof typeof own]
      return [name, list.filter(({ to }) => targets.includes(to))]
    }),
  )
}
