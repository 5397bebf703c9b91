// Four VPCs at a transit gateway as a few choices, and the records of compile/small-transit.ts with them made. The address plan
// is there.

import fc from 'fast-check'
import { insertEgress, insertPeerGateway, TRANSIT_SIDES, transitStore } from '../../src/compile/small-transit.ts'
import { cidr } from '../../src/ip/cidr.ts'
import type { FlowLog } from '../../src/store/flow-log-records.ts'
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

const SUBNETS = ['a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'd1', 'd2'] as const
const GROUPS = ['sg-a', 'sg-b', 'sg-c', 'sg-d'] as const
const TABLES = ['tgw-rtb-1', 'tgw-rtb-2'] as const
const ALL_TABLES = [...TABLES, 'tgw-rtb-3'] as const
type Side = (typeof TRANSIT_SIDES)[number]
type SubnetName = (typeof SUBNETS)[number]
type TableId = (typeof ALL_TABLES)[number]
/** `p` is the attachment to the other gateway. */
type RouteTo = Side | 'p' | 'blackhole'

export interface AttachmentShape {
  readonly state?: 'available' | 'deleted' | 'pendingAcceptance'
  readonly appliance?: boolean
  /** Which of the VPC's two subnets; absent: as in the plan. */
  readonly subnets?: readonly (1 | 2)[]
  /** Absent: the first table. */
  readonly associated?: TableId | 'none'
  /** Absent: the first table. */
  readonly propagates?: readonly TableId[]
}

export interface TransitShape {
  readonly attachments: Partial<Readonly<Record<Side, AttachmentShape>>>
  readonly staticRoutes: Partial<Readonly<Record<TableId, readonly { cidr: string; to: RouteTo }[]>>>
  /** Those that are not here lead to every VPC by the gateway. */
  readonly routes: Partial<Readonly<Record<SubnetName, readonly { cidr: string; to: 'gateway' | 'hole' }[]>>>
  /** Those that are not here allow everything. */
  readonly groups: Partial<Readonly<Record<(typeof GROUPS)[number], Sided<Rule>>>>
  readonly acls: Partial<Readonly<Record<SubnetName, Sided<AclRule>>>>
  /** c is attached to another gateway, tgw-2, that is peered with this one. */
  readonly peered?: boolean | undefined
  /** b has ways out that others may take. */
  readonly egress?: boolean | undefined
  /** b has a flow log. */
  readonly counted?: true
}

export const OPEN: TransitShape = { attachments: {}, staticRoutes: {}, routes: {}, groups: {}, acls: {} }

export const FLOW_LOG: FlowLog = {
  id: 'fl-b',
  owner: '222222222222',
  region: 'us-east-1',
  tags: {},
  createdAt: '2026-01-01T00:00:00Z',
  resourceId: 'vpc-b',
  vpcId: 'vpc-b',
  trafficType: 'ALL',
  destination: { kind: 'cloud-watch-logs', logGroupName: 'flows' },
  logFormat: 'interface-id flow-direction srcaddr dstaddr pkt-srcaddr pkt-dstaddr dstport action'
    .split(' ')
    .map((field) => `\${${field}}`)
    .join(' '),
  maxAggregationInterval: 60,
}

export async function recordsOf(shape: TransitShape): Promise<Records> {
  const store = await transitStore()
  store.transact((tx) => {
    if (shape.peered) insertPeerGateway(tx)
    for (const side of TRANSIT_SIDES) changeAttachment(tx, attachmentId(shape, side), side, attachmentOf(shape, side))
    for (const id of shape.peered ? ALL_TABLES : TABLES) changeTable(tx, id, shape)
    for (const name of SUBNETS) {
      const routes = shape.routes[name]?.map(({ cidr: block, to }) => ({
        destination: { kind: 'cidr', cidr: cidr(block) } as const,
        target:
          to === 'gateway'
            ? ({ kind: 'transitGateway', id: gatewayOf(shape, name) } as const)
            : ({ kind: 'other', id: to } as const),
      }))
      changeSubnet(tx, name, routes, shape.acls[name])
    }
    for (const id of GROUPS) changeGroup(tx, id, shape.groups[id])
    mirrorInIpv6(tx)
    if (shape.egress) insertEgress(tx)
    if (shape.counted) tx.flowLogs.insert(FLOW_LOG)
  })
  return store.records
}

function gatewayOf({ peered }: TransitShape, name: SubnetName): 'tgw-1' | 'tgw-2' {
  return peered && name.startsWith('c') ? 'tgw-2' : 'tgw-1'
}

/** The other gateway has one table. */
function attachmentOf({ attachments, peered }: TransitShape, side: Side): AttachmentShape {
  const { associated, propagates, ...rest } = attachments[side] ?? {}
  const isOther = peered && side === 'c'
  const there = (id: TableId): TableId => (isOther ? 'tgw-rtb-3' : id)
  return {
    ...rest,
    ...(associated && { associated: associated === 'none' ? associated : there(associated) }),
    ...(propagates && { propagates: [...new Set(propagates.map(there))] }),
  }
}

function attachmentId({ peered }: TransitShape, side: Side) {
  return `tgw-attach-${peered && side === 'c' ? 'e' : side}` as const
}

function changeAttachment(
  tx: Tx,
  id: `tgw-attach-${string}`,
  side: Side,
  { state, subnets, associated, propagates, appliance }: AttachmentShape,
): void {
  const { associatedRouteTableId, ...rest } = tx.transitGatewayAttachments.get(id) ?? {}
  if (!('id' in rest)) throw new TypeError(`no ${id}`)
  const table = associated ?? associatedRouteTableId
  tx.transitGatewayAttachments.delete(id)
  tx.transitGatewayAttachments.insert({
    ...rest,
    ...(state && { state }),
    ...(appliance && { applianceModeSupport: true }),
    ...(subnets && {
      resource: { kind: 'vpc', subnetIds: subnets.map((number) => `subnet-${side}${number}` as const) },
    }),
    ...(table && table !== 'none' && { associatedRouteTableId: table }),
    ...(propagates && { propagatesTo: propagates }),
  })
}

/** What is not given stays as it is. */
function changeTable(tx: Tx, id: TableId, shape: TransitShape): void {
  const { staticRoutes, peered } = shape
  const isOther = id === 'tgw-rtb-3'
  const routes = staticRoutes[id]?.filter(({ to }) => to === 'blackhole' || isThere(to, isOther, peered))
  if (!routes) return
  const half = isOther ? ('tgw-attach-p2' as const) : ('tgw-attach-p1' as const)
  tx.transitGatewayRouteTables.update(id, {
    staticRoutes: routes.map(({ cidr: block, to }) => ({
      cidr: cidr(block),
      ...(to !== 'blackhole' && { attachmentId: to === 'p' ? half : attachmentId(shape, to) }),
    })),
  })
}

/** A route leads to what is attached to the table's own gateway. */
function isThere(to: Side | 'p', isOther: boolean, peered = false): boolean {
  if (to === 'p') return peered
  return (peered && to === 'c') === isOther
}

const block = fc.constantFrom(
  '0.0.0.0/0',
  '10.0.0.0/8',
  '10.0.0.0/16',
  '10.1.0.0/16',
  '10.2.0.0/16',
  '10.1.1.0/24',
  '10.0.1.5/32',
)
const attachment: fc.Arbitrary<AttachmentShape> = fc.record(
  {
    state: fc.constantFrom('available', 'available', 'available', 'deleted', 'pendingAcceptance'),
    subnets: fc.constantFrom([1], [2], [1, 2]) as fc.Arbitrary<(1 | 2)[]>,
    associated: fc.constantFrom('tgw-rtb-1', 'tgw-rtb-1', 'tgw-rtb-2', 'none'),
    propagates: fc.subarray([...TABLES]),
  },
  { requiredKeys: [] },
)
const staticRoute = fc.record({
  cidr: block,
  to: fc.constantFrom(...TRANSIT_SIDES, 'p' as const, 'blackhole' as const),
})
const unique = <T extends { cidr: string }>(one: fc.Arbitrary<T>) =>
  fc.uniqueArray(one, { selector: (made) => made.cidr, maxLength: 3 })
const route = fc.record({ cidr: block, to: fc.constantFrom('gateway' as const, 'gateway' as const, 'hole' as const) })

export const transitShape: fc.Arbitrary<TransitShape> = fc
  .record({
    attachments: some(TRANSIT_SIDES, attachment),
    staticRoutes: some(ALL_TABLES, unique(staticRoute)),
    routes: some(SUBNETS, unique(route)),
    groups: some(GROUPS, sided(rule)),
    acls: some(SUBNETS, sided(aclRule)),
    egress: fc.boolean(),
    peered: fc.boolean(),
  })
  .map((shape) => ({ ...shape, routes: withoutOwn(shape.routes) }))

/** No route leads into the block of its own VPC: AWS refuses such a route to a transit gateway. */
function withoutOwn(routes: TransitShape['routes']): TransitShape['routes'] {
  const own = { a: '10.0.', b: '10.1.', c: '10.2.', d: '10.0.' } as const
  return Object.fromEntries(
    Object.entries(routes).map(([name, list]) => {
      const prefix = own[name.charAt(0) as Side]
      return [name, list.filter(({ cidr: to }) => !to.startsWith(prefix) || to === '10.0.0.0/8')]
    }),
  )
}
