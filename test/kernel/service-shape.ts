// A service and its consumer as a few choices, and the records of compile/small-service.ts with them made. The address plan
// is there; sg-n is the load balancer's group, when it has one.

import fc from 'fast-check'
import {
  insertEndpoint,
  insertGroup,
  insertRule,
  LISTENER,
  LOAD_BALANCER,
  serviceStore,
  TARGET_GROUP,
  targetId,
} from '../../src/compile/small-service.ts'
import { cidr } from '../../src/ip/cidr.ts'
import { ALL_PROTOCOLS, type PortRange, type Protocol, TCP, UDP } from '../../src/ip/protocol.ts'
import type { InstanceId, NetworkInterfaceId, SecurityGroupPeer } from '../../src/store/records.ts'
import type { Records, Tx } from '../../src/store/store.ts'
import { openToInternet } from './internet-facing-shape.ts'
import { mirrorInIpv6 } from './ipv6-mirror.ts'

interface Traffic {
  readonly protocol: Protocol
  readonly ports?: PortRange
}

/** `10.0.1.0/24`, or a group. */
export type Peer = `${number}.${string}` | GroupId

export interface Rule extends Traffic {
  readonly peer: Peer
}

export interface AclRule extends Traffic {
  readonly action: 'allow' | 'deny'
  readonly cidr: string
}

type Sided<T> = { readonly ingress: readonly T[]; readonly egress: readonly T[] }
export type GroupId = 'sg-c' | 'sg-e' | 'sg-p' | 'sg-n'
export type AclId = 'ca' | 'cb' | 'pa' | 'pb'

export interface ServiceShape {
  readonly state: 'available' | 'pendingAcceptance' | 'rejected'
  readonly protocol: 'TCP' | 'UDP' | 'TCP_UDP'
  readonly preserve: boolean
  readonly crossZone: boolean
  readonly sticky: boolean
  readonly minimumHealthy: number
  readonly targets: readonly { readonly instance: number; readonly health: 'initial' | 'healthy' | 'unhealthy' }[]
  /** Absent: the load balancer has no groups. `enforced`: it asks them about endpoints. */
  readonly balancerGroup?: { readonly enforced: boolean }
  /** Which zones the load balancer, and the endpoint, are in. */
  readonly nodes: readonly ('a' | 'b')[]
  readonly doors: readonly ('a' | 'b')[]
  /** Those that are not here allow everything. */
  readonly groups: Partial<Readonly<Record<GroupId, Partial<Sided<Rule>>>>>
  readonly acls: Partial<Readonly<Record<AclId, Partial<Sided<AclRule>>>>>
  /** The provider's VPC has an endpoint to its own service too: vpce-2, with the group sg-p. */
  readonly ownEndpoint: boolean
  /** Routes of the subnets' tables, to the instance of that number on their side or to nowhere. */
  readonly routes: Partial<Readonly<Record<AclId, readonly { readonly cidr: string; readonly to: number | 'hole' }[]>>>
  readonly failedZones: readonly ('use1-az6' | 'use1-az1')[]
  /** Both VPCs, the load balancer and the endpoint have IPv6 too, all of IPv4 mirrored in it, and the targets are reached over
   * this family. Absent: IPv4 alone. */
  readonly dualStack?: 'ipv4' | 'ipv6'
  /** The load balancer is internet-facing, and i-c1, i-c2 and i-p3 have ways to it: internet-facing-shape.ts. */
  readonly online?: true
}

export const OPEN: ServiceShape = {
  state: 'available',
  protocol: 'TCP',
  preserve: false,
  crossZone: false,
  sticky: false,
  minimumHealthy: 1,
  targets: [
    { instance: 1, health: 'healthy' },
    { instance: 2, health: 'healthy' },
  ],
  nodes: ['a', 'b'],
  doors: ['a', 'b'],
  ownEndpoint: false,
  groups: {},
  acls: {},
  routes: {},
  failedZones: [],
}

export async function recordsOf(shape: ServiceShape): Promise<Records> {
  const store = await serviceStore()
  store.transact((tx) => {
    changeService(tx, shape)
    changeBalancer(tx, shape)
    changeTargets(tx, shape)
    for (const id of ['sg-c', 'sg-e', 'sg-p', 'sg-n'] as const) changeGroup(tx, id, shape)
    for (const id of ['ca', 'cb', 'pa', 'pb'] as const) changeAcl(tx, id, shape)
    for (const id of ['ca', 'cb', 'pa', 'pb'] as const) changeRoutes(tx, id, shape)
    for (const id of shape.failedZones) tx.failedZones.insert({ id, since: '2026-01-01T00:00:00.000Z' })
    if (shape.online) openToInternet(tx)
    if (shape.dualStack) makeDualStack(tx, shape.dualStack)
  })
  return store.records
}

/** Everything with IPv4 gets the same in IPv6. */
export function makeDualStack(tx: Tx, targets: 'ipv4' | 'ipv6'): void {
  mirrorInIpv6(tx)
  tx.loadBalancers.update(LOAD_BALANCER, { ipAddressType: 'dualstack' })
  tx.targetGroups.update(TARGET_GROUP, { ipAddressType: targets })
  tx.endpointServices.update('vpce-svc-1', { supportedIpAddressTypes: ['ipv4', 'ipv6'] })
  for (const { id } of [...tx.vpcEndpoints.all()]) {
    tx.vpcEndpoints.update(id, { ipAddressType: 'dualstack', dnsRecordIpType: 'dualstack' })
  }
}

function changeService(tx: Tx, { state, doors, nodes, ownEndpoint }: ServiceShape): void {
  tx.vpcEndpoints.update('vpce-1', { state })
  const gone: NetworkInterfaceId[] = []
  if (!doors.includes('a')) gone.push('eni-e1')
  if (!doors.includes('b')) gone.push('eni-e2')
  if (!nodes.includes('a')) gone.push('eni-n1')
  if (!nodes.includes('b')) gone.push('eni-n2')
  if (ownEndpoint) insertEndpoint(tx, 'p')
  for (const id of gone) tx.networkInterfaces.delete(id)
}

function changeBalancer(tx: Tx, { balancerGroup, protocol }: ServiceShape): void {
  if (balancerGroup) {
    insertGroup(tx, 'p', 'sg-n')
    tx.loadBalancers.update(LOAD_BALANCER, {
      groupIds: ['sg-n'],
      enforceGroupsOnPrivateLink: balancerGroup.enforced,
    })
    for (const id of ['eni-n1', 'eni-n2']) {
      if (tx.networkInterfaces.has(id)) tx.networkInterfaces.update(id, { groupIds: ['sg-n'] })
    }
  }
  tx.listeners.update(LISTENER, { protocol })
}

function changeTargets(tx: Tx, { preserve, crossZone, sticky, minimumHealthy, targets, protocol }: ServiceShape): void {
  const { attributes = {} } = tx.targetGroups.get(TARGET_GROUP) ?? {}
  tx.targetGroups.update(TARGET_GROUP, {
    protocol,
    attributes: {
      ...attributes,
      // AWS keeps the client's address wherever datagrams are taken.
      'preserve_client_ip.enabled': String(preserve || protocol !== 'TCP'),
      'load_balancing.cross_zone.enabled': String(crossZone),
      'stickiness.enabled': String(sticky),
      'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': String(minimumHealthy),
    },
  })
  for (const number of [1, 2]) tx.targets.delete(targetId(`i-p${number}`, 8080))
  for (const { instance, health } of targets) {
    const target: InstanceId = `i-p${instance}`
    const place = { id: targetId(target, 8080), targetGroupId: TARGET_GROUP, target, port: 8080 }
    tx.targets.insert({ ...place, registeredAt: '2026-01-01T00:00:00.000Z', health })
  }
}

function changeGroup(tx: Tx, id: GroupId, { groups, balancerGroup }: ServiceShape): void {
  const wanted = groups[id]
  if (!wanted || (id === 'sg-n' && !balancerGroup)) return
  const side = id === 'sg-c' || id === 'sg-e' ? 'c' : 'p'
  for (const direction of ['ingress', 'egress'] as const) {
    const rules = wanted[direction]
    if (!rules) continue
    tx.securityGroupRules.delete(`sgr-${id}-${direction}`)
    for (const [index, { peer, ...traffic }] of rules.entries()) {
      insertRule(tx, side, {
        id: `sgr-${id}-${direction}${index}`,
        groupId: id,
        direction,
        ...traffic,
        peer: peerOf(peer),
      })
    }
  }
}

function peerOf(peer: Peer): SecurityGroupPeer {
  return isGroup(peer) ? { kind: 'group', groupId: peer, account: OWNERS[peer] } : { kind: 'cidr', cidr: cidr(peer) }
}

/** Which side each group is on. */
const OWNERS: Readonly<Record<GroupId, string>> = {
  'sg-c': '111111111111',
  'sg-e': '111111111111',
  'sg-p': '222222222222',
  'sg-n': '222222222222',
}

function isGroup(peer: Peer): peer is GroupId {
  return peer.startsWith('sg-')
}

function changeAcl(tx: Tx, id: AclId, { acls }: ServiceShape): void {
  const wanted = acls[id]
  if (!wanted) return
  const acl = tx.networkAcls.get(`acl-${id}`)
  const entries = (['ingress', 'egress'] as const).flatMap((direction) => {
    const egress = direction === 'egress'
    const rules = wanted[direction]
    if (!rules) return acl?.entries.filter((entry) => entry.egress === egress) ?? []
    return rules.map(({ cidr: block, ...rule }, index) => ({
      ...rule,
      cidr: cidr(block),
      egress,
      ruleNumber: index + 1,
    }))
  })
  tx.networkAcls.update(`acl-${id}`, { entries })
}

function changeRoutes(tx: Tx, id: AclId, { routes }: ServiceShape): void {
  const wanted = routes[id] ?? []
  tx.routeTables.update(`rtb-${id}`, {
    routes: wanted.map(({ cidr: block, to }) => ({
      destination: { kind: 'cidr', cidr: cidr(block) },
      target:
        to === 'hole' ? { kind: 'other', id: 'nat-0' } : { kind: 'networkInterface', id: `eni-${id.slice(0, 1)}${to}` },
    })),
  })
}

const PORTS: readonly PortRange[] = [
  { from: 0, to: 65_535 },
  { from: 443, to: 443 },
  { from: 8080, to: 8080 },
  { from: 443, to: 8080 },
  { from: 1024, to: 65_535 },
  { from: 32_768, to: 60_999 },
]
const BLOCKS = [
  '0.0.0.0/0',
  '10.0.0.0/16',
  '10.0.1.0/24',
  '10.0.2.0/24',
  '10.0.1.50/32',
  '10.0.1.5/32',
  '10.0.1.9/32',
  '44.80.0.1/32',
  '44.80.0.0/24',
] as const

const traffic: fc.Arbitrary<Traffic> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ protocol: ALL_PROTOCOLS }) },
  { weight: 5, arbitrary: fc.record({ protocol: fc.constantFrom(TCP, TCP, UDP), ports: fc.constantFrom(...PORTS) }) },
)
const peer = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Peer>(...BLOCKS) },
  { weight: 2, arbitrary: fc.constantFrom<Peer>('sg-c', 'sg-e', 'sg-p', 'sg-n') },
)
const rule: fc.Arbitrary<Rule> = fc.tuple(traffic, peer).map(([what, other]): Rule => ({ ...what, peer: other }))
const aclRule: fc.Arbitrary<AclRule> = fc
  .tuple(traffic, fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const), fc.constantFrom(...BLOCKS))
  .map(([what, action, block]) => ({ ...what, action, cidr: block }))
const OPEN_ACL: AclRule = { protocol: ALL_PROTOCOLS, action: 'allow', cidr: '0.0.0.0/0' }
const aclRules = fc.oneof(
  { weight: 3, arbitrary: fc.array(aclRule, { maxLength: 2 }).map((rules) => [...rules, OPEN_ACL]) },
  { weight: 1, arbitrary: fc.array(aclRule, { maxLength: 3 }) },
)

/** Mostly nothing, so that a packet meets something else too. */
function seldom<T>(arbitrary: fc.Arbitrary<T>, freq = 3): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { freq, nil: undefined }).map((value) => value)
}

function rarely<T>(arbitrary: fc.Arbitrary<T>, usual: T, weight = 5): fc.Arbitrary<T> {
  return fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary })
}

function partial<K extends string, T>(
  keys: readonly K[],
  arbitrary: fc.Arbitrary<T>,
): fc.Arbitrary<Partial<Record<K, T>>> {
  return fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), arbitrary), { selector: ([key]) => key, maxLength: 2 }).map(
    // `fromEntries` forgets the names of the keys.
    (entries) => Object.fromEntries(entries) as Partial<Record<K, T>>,
  )
}

const sided = <T>(rules: fc.Arbitrary<readonly T[]>): fc.Arbitrary<Partial<Sided<T>>> =>
  fc.oneof(
    rules.map((ingress) => ({ ingress })),
    rules.map((egress) => ({ egress })),
  )

const ZONES: fc.Arbitrary<readonly ('a' | 'b')[]> = fc.subarray(['a', 'b'])

export const serviceShape: fc.Arbitrary<ServiceShape> = fc
  .record({
    state: rarely(fc.constantFrom<ServiceShape['state']>('rejected', 'pendingAcceptance'), 'available', 9),
    protocol: fc.constantFrom('TCP' as const, 'TCP' as const, 'UDP' as const, 'TCP_UDP' as const),
    preserve: fc.boolean(),
    crossZone: fc.boolean(),
    sticky: fc.boolean(),
    minimumHealthy: rarely(fc.constant(2), 1),
    targets: fc.uniqueArray(
      fc.record({
        instance: fc.integer({ min: 1, max: 3 }),
        health: rarely(fc.constantFrom('initial' as const, 'unhealthy' as const), 'healthy' as const, 3),
      }),
      { selector: ({ instance }) => instance, maxLength: 3 },
    ),
    balancerGroup: seldom(fc.record({ enforced: fc.boolean() }), 1),
    nodes: rarely(ZONES, ['a', 'b'], 4),
    doors: rarely(ZONES, ['a', 'b'], 6),
    groups: partial(['sg-c', 'sg-e', 'sg-p', 'sg-n'] as const, sided(fc.array(rule, { maxLength: 3 }))),
    acls: partial(['ca', 'cb', 'pa', 'pb', 'pa', 'pb'] as const, sided(aclRules)),
    routes: rarely(
      partial(
        ['pa', 'pb', 'pa', 'pb', 'ca', 'cb'] as const,
        fc
          .record({
            cidr: fc.constantFrom('10.0.1.0/24', '10.0.2.0/24'),
            to: fc.oneof(fc.constant('hole' as const), fc.integer({ min: 1, max: 2 })),
          })
          .map((route) => [route]),
      ),
      {},
      3,
    ),
    ownEndpoint: rarely(fc.constant(true), false, 3),
    failedZones: rarely(fc.subarray(['use1-az6' as const, 'use1-az1' as const]), [], 6),
    dualStack: seldom(fc.constantFrom('ipv6' as const, 'ipv6' as const, 'ipv4' as const), 1),
    online: seldom(fc.constant(true as const), 1),
  })
  .map(({ balancerGroup, dualStack, online, ...shape }) => ({
    ...shape,
    ...(balancerGroup && { balancerGroup }),
    // IPv4 has the public addresses.
    ...(online ? { online } : dualStack && { dualStack }),
  }))

/** For the rows. */
export function tcp(port: number, to: Peer = '0.0.0.0/0'): Rule {
  return { protocol: TCP, ports: { from: port, to: port }, peer: to }
}

export function any(to: Peer): Rule {
  return { protocol: ALL_PROTOCOLS, peer: to }
}

export function allow(block: string, ports?: PortRange): AclRule {
  return { action: 'allow', cidr: block, protocol: ports ? TCP : ALL_PROTOCOLS, ...(ports && { ports }) }
}
