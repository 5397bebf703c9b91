// Three VPCs in a row as a few choices, and the records of compile/small-peering.ts with them made. The address plan is there;
// IPv6 has the same of everything (ipv6-mirror.ts).

import fc from 'fast-check'
import { blockOf, created, insertInterface, PEERINGS, peeringStore } from '../../src/compile/small-peering.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { ALL_PROTOCOLS, type PortRange, TCP, UDP } from '../../src/ip/protocol.ts'
import type { Route, SecurityGroupId, SecurityGroupPeer } from '../../src/store/records.ts'
import type { Records, Tx } from '../../src/store/store.ts'
import { mirrorInIpv6 } from './ipv6-mirror.ts'

const SUBNETS = ['a1', 'a2', 'b1', 'b2', 'c1'] as const
const GROUPS = ['sg-a', 'sg-b', 'sg-c'] as const
type SubnetName = (typeof SUBNETS)[number]
type GroupId = (typeof GROUPS)[number]

export interface Rule {
  readonly protocol: 'tcp' | 'udp' | 'any'
  /** TCP and UDP only. */
  readonly ports?: PortRange
  /** A group may be the peer's. */
  readonly peer: string | GroupId
}

export interface AclRule {
  readonly action: 'allow' | 'deny'
  readonly cidr: string
  readonly ports?: PortRange
}

export type Sided<T> = { readonly ingress?: readonly T[]; readonly egress?: readonly T[] }

export interface PeeringShape {
  readonly states: { readonly [id in 'pcx-ab' | 'pcx-bc']: 'active' | 'deleted' | 'pending-acceptance' }
  /** Those that are not here lead to every VPC by a connection. */
  readonly routes: Partial<Readonly<Record<SubnetName, readonly { cidr: string; to: 'pcx-ab' | 'pcx-bc' }[]>>>
  /** Those that are not here allow everything. */
  readonly groups: Partial<Readonly<Record<GroupId, Sided<Rule>>>>
  readonly acls: Partial<Readonly<Record<SubnetName, Sided<AclRule>>>>
  /** A private NAT gateway in subnet-a2, to which subnet-a1 leads what is for vpc-b. */
  readonly nat?: boolean
  /** sg-a is associated with vpc-b, and the only group of i-b2. */
  readonly lent?: boolean
}

export const OPEN: PeeringShape = {
  states: { 'pcx-ab': 'active', 'pcx-bc': 'active' },
  routes: {},
  groups: {},
  acls: {},
}

export async function recordsOf(shape: PeeringShape): Promise<Records> {
  const store = await peeringStore()
  store.transact((tx) => {
    for (const { id } of PEERINGS) tx.vpcPeeringConnections.update(id, { state: shape.states[id] })
    for (const name of SUBNETS) {
      const routes = shape.routes[name]?.map(({ cidr: block, to }) => ({
        destination: { kind: 'cidr', cidr: cidr(block) } as const,
        target: { kind: 'peering', id: to } as const,
      }))
      changeSubnet(tx, name, routes, shape.acls[name])
    }
    for (const id of GROUPS) changeGroup(tx, id, shape.groups[id])
    mirrorInIpv6(tx)
    if (shape.nat) insertNat(tx)
    if (shape.lent) lendGroup(tx)
  })
  return store.records
}

function lendGroup(tx: Tx): void {
  const { owner, region } = created('a')
  const pair = { groupId: 'sg-a', vpcId: 'vpc-b' } as const
  tx.securityGroupVpcAssociations.insert({ id: 'sg-a/vpc-b', owner, region, ...pair })
  tx.networkInterfaces.update('eni-b2', { groupIds: ['sg-a'] })
}

function insertNat(tx: Tx): void {
  const privateAddress = insertInterface(tx, 'a', 2, { id: 'eni-nat-a', interfaceType: 'nat_gateway', host: 200 })
  tx.natGateways.insert({
    ...created('a'),
    id: 'nat-a',
    vpcId: 'vpc-a',
    subnetId: 'subnet-a2',
    connectivityType: 'private',
    state: 'available',
    networkInterfaceId: 'eni-nat-a',
    privateAddress,
  })
  const toB = { kind: 'cidr', cidr: blockOf('b') } as const
  const others = (tx.routeTables.get('rtb-a1')?.routes ?? []).filter(
    ({ destination }) => destination.kind !== 'cidr' || destination.cidr !== toB.cidr,
  )
  const target = { kind: 'natGateway', id: 'nat-a' } as const
  tx.routeTables.update('rtb-a1', { routes: [...others, { destination: toB, target }] })
}

/** What is not given stays as it is. */
export function changeSubnet(
  tx: Tx,
  name: string,
  routes: readonly Route[] | undefined,
  acl: Sided<AclRule> | undefined,
): void {
  if (routes) tx.routeTables.update(`rtb-${name}`, { routes })
  if (!acl) return
  const before = tx.networkAcls.get(`acl-${name}`)?.entries ?? []
  const entries = (['ingress', 'egress'] as const).flatMap((direction) => {
    const egress = direction === 'egress'
    const rules = acl[direction]
    if (!rules) return before.filter((entry) => entry.egress === egress)
    return rules.map(({ action, cidr: block, ports }, index) => ({
      ruleNumber: 100 + index,
      egress,
      action,
      protocol: ports ? TCP : ALL_PROTOCOLS,
      cidr: cidr(block),
      ...(ports && { ports }),
    }))
  })
  tx.networkAcls.update(`acl-${name}`, { entries })
}

export function changeGroup(tx: Tx, id: SecurityGroupId, group: Sided<Rule> | undefined): void {
  for (const direction of ['ingress', 'egress'] as const) {
    const rules = group?.[direction]
    if (!rules) continue
    const [open] = tx.securityGroupRules.where('groupId', id).filter((rule) => rule.direction === direction)
    if (!open) continue
    tx.securityGroupRules.delete(open.id)
    for (const [index, { protocol, ports, peer }] of rules.entries()) {
      tx.securityGroupRules.insert({
        ...open,
        id: `sgr-${id}-${direction}-${index}`,
        protocol: protocol === 'any' ? ALL_PROTOCOLS : protocol === 'tcp' ? TCP : UDP,
        ...(protocol !== 'any' && { ports: ports ?? { from: 0, to: 65_535 } }),
        peer: peerOf(tx, peer),
      })
    }
  }
}

function peerOf(tx: Tx, text: string): SecurityGroupPeer {
  const group = tx.securityGroups.get(text)
  return group ? { kind: 'group', groupId: group.id, account: group.owner } : { kind: 'cidr', cidr: cidr(text) }
}

const state = fc.constantFrom('active', 'active', 'active', 'deleted', 'pending-acceptance')
const block = fc.constantFrom('0.0.0.0/0', '10.0.0.0/16', '10.1.0.0/16', '10.2.0.0/16', '10.1.1.0/24', '10.0.1.5/32')
const ports = fc.constantFrom<PortRange>({ from: 443, to: 443 }, { from: 1024, to: 65_535 }, { from: 0, to: 65_535 })
export const rule: fc.Arbitrary<Rule> = fc.record(
  { protocol: fc.constantFrom('tcp', 'udp', 'any'), ports, peer: fc.oneof(block, fc.constantFrom(...GROUPS)) },
  { requiredKeys: ['protocol', 'peer'] },
)
export const aclRule: fc.Arbitrary<AclRule> = fc.record(
  { action: fc.constantFrom('allow', 'allow', 'deny'), cidr: block, ports },
  { requiredKeys: ['action', 'cidr'] },
)
export const sided = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<Sided<T>> => {
  const some = fc.array(one, { maxLength: 4 })
  return fc.record({ ingress: some, egress: some }, { requiredKeys: [] })
}
const route = fc.record({ cidr: block, to: fc.constantFrom('pcx-ab' as const, 'pcx-bc' as const) })
const routes = fc.uniqueArray(route, { selector: (one) => one.cidr, maxLength: 3 })
export const some = <K extends string, T>(keys: readonly K[], value: fc.Arbitrary<T>) =>
  fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 2 }) as fc.Arbitrary<Partial<Record<K, T>>>

export const peeringShape: fc.Arbitrary<PeeringShape> = fc
  .record({
    states: fc.record({ 'pcx-ab': state, 'pcx-bc': state }) as fc.Arbitrary<PeeringShape['states']>,
    routes: some(SUBNETS, routes),
    groups: some(GROUPS, sided(rule)),
    acls: some(SUBNETS, sided(aclRule)),
    nat: fc.boolean(),
    lent: fc.boolean(),
  })
  .map((shape) => ({ ...shape, routes: withoutForeign(shape.routes) }))

/** A table leads by its own VPC's connections, and never into its own block: AWS refuses such a route to a peer. */
function withoutForeign(routesOf: PeeringShape['routes']): PeeringShape['routes'] {
  const own = { a: '10.0.', b: '10.1.', c: '10.2.' } as const
  return Object.fromEntries(
    Object.entries(routesOf).map(([name, list]) => {
      const side = name.charAt(0) as 'a' | 'b' | 'c'
      return [name, list.filter(({ cidr: to, to: by }) => by.slice(4).includes(side) && !to.startsWith(own[side]))]
    }),
  )
}
