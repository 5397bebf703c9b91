// Static routes of transit gateways, and what their tables know altogether.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SearchTransitGatewayRoutes.html

import type {
  CreateTransitGatewayRouteRequest,
  CreateTransitGatewayRouteResult,
  DeleteTransitGatewayRouteRequest,
  DeleteTransitGatewayRouteResult,
  Filter,
  ReplaceTransitGatewayRouteRequest,
  ReplaceTransitGatewayRouteResult,
  SearchTransitGatewayRoutesRequest,
  SearchTransitGatewayRoutesResult,
  TransitGatewayRoute,
} from '@aws-sdk/client-ec2'
import { bySpecificity } from '../../../compile/specificity.ts'
import { compileTransitGatewayEntries, type TransitGatewayEntry } from '../../../compile/transit-gateway-entry.ts'
import { ApiError, missingParameter } from '../../../errors.ts'
import { type Cidr, cidrBase, cidrContains, cidrCovers } from '../../../ip/cidr.ts'
import type { Records, Tx } from '../../../store/store.ts'
import type {
  TransitGatewayAttachment,
  TransitGatewayRouteTable,
  TransitGatewayStaticRoute,
} from '../../../store/transit-gateway-records.ts'
import type { Caller } from '../../caller.ts'
import { weightOf } from '../prefix-list/find.ts'
import { requireCidr } from '../request/cidr-parameter.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { isDeleted, requireAttachment, requireAvailable, requireTransitRouteTable } from './find.ts'
import { attachmentIdOf, resourceOf } from './shape.ts'

/** https://docs.aws.amazon.com/vpc/latest/tgw/transit-gateway-quotas.html */
const ROUTES_PER_GATEWAY = 10_000
const ROUTES_SHOWN = 1000

export function createTransitGatewayRoute(
  tx: Tx,
  caller: Caller,
  input: CreateTransitGatewayRouteRequest,
): CreateTransitGatewayRouteResult {
  const { table, cidr } = requirePlace(tx, caller, input)
  const route = { cidr, ...requireTarget(tx, caller, table, input) }
  if (findRoute(table, cidr)) {
    throw new ApiError('RouteAlreadyExists', `Route ${cidr} already exists in Transit Gateway Route Table ${table.id}.`)
  }
  checkRoom(tx, table, 1)
  const changed = tx.transitGatewayRouteTables.update(table.id, { staticRoutes: [...table.staticRoutes, route] })
  return { Route: requireShown(tx, changed, cidr) }
}

export function replaceTransitGatewayRoute(
  tx: Tx,
  caller: Caller,
  input: ReplaceTransitGatewayRouteRequest,
): ReplaceTransitGatewayRouteResult {
  const { table, cidr } = requirePlace(tx, caller, input)
  const route = { cidr, ...requireTarget(tx, caller, table, input) }
  const before = findRoute(table, cidr)
  if (!before) throw noRoute(table, cidr)
  const staticRoutes = table.staticRoutes.map((one) => (one === before ? route : one))
  return { Route: requireShown(tx, tx.transitGatewayRouteTables.update(table.id, { staticRoutes }), cidr) }
}

export function deleteTransitGatewayRoute(
  tx: Tx,
  caller: Caller,
  input: DeleteTransitGatewayRouteRequest,
): DeleteTransitGatewayRouteResult {
  const { table, cidr } = requirePlace(tx, caller, input)
  const route = findRoute(table, cidr)
  if (!route) throw noRoute(table, cidr)
  const shown = requireShown(tx, table, cidr)
  tx.transitGatewayRouteTables.update(table.id, { staticRoutes: table.staticRoutes.filter((one) => one !== route) })
  return { Route: { ...shown, State: 'deleted' } }
}

/** A prefix list counts as many as it may have entries. */
export function checkRoom(records: Records, { transitGatewayId }: TransitGatewayRouteTable, more: number): void {
  const weigh = ({ staticRoutes, prefixListReferences = [] }: TransitGatewayRouteTable) =>
    prefixListReferences.reduce((sum, one) => sum + weightOf(records, one.prefixListId), staticRoutes.length)
  const tables = records.transitGatewayRouteTables.where('transitGatewayId', transitGatewayId)
  if (tables.reduce((sum, table) => sum + weigh(table), more) <= ROUTES_PER_GATEWAY) return
  throw new ApiError('RouteLimitExceeded', 'The maximum number of routes has been reached.')
}

function noRoute(table: TransitGatewayRouteTable, cidr: Cidr): ApiError {
  return new ApiError(
    'InvalidRoute.NotFound',
    `Route ${cidr} does not exist in Transit Gateway Route Table ${table.id}.`,
  )
}

type PlaceInput = {
  readonly TransitGatewayRouteTableId?: string | undefined
  readonly DestinationCidrBlock?: string | undefined
}

function requirePlace(records: Records, caller: Caller, input: PlaceInput) {
  const table = requireAvailable(requireTransitRouteTable(records, caller, input.TransitGatewayRouteTableId))
  return { table, cidr: requireCidr(input.DestinationCidrBlock, 'DestinationCidrBlock') }
}

type TargetInput = {
  readonly TransitGatewayAttachmentId?: string | undefined
  readonly Blackhole?: boolean | undefined
}

/** Of a route or of a reference to a prefix list. */
export function requireTarget(
  records: Records,
  caller: Caller,
  table: TransitGatewayRouteTable,
  { TransitGatewayAttachmentId, Blackhole: isHole = false }: TargetInput,
): Pick<TransitGatewayStaticRoute, 'attachmentId'> {
  // Terraform sends an empty one with a blackhole.
  const id = TransitGatewayAttachmentId || undefined
  if (isHole && id !== undefined) {
    throw new ApiError(
      'InvalidParameterCombination',
      'A route is a blackhole or leads to a TransitGatewayAttachmentId, not both.',
    )
  }
  if (isHole) return {}
  if (id === undefined) throw missingParameter('TransitGatewayAttachmentId')
  const attachment = requireAvailable(requireAttachment(records, caller, id), 'modifying')
  if (attachment.transitGatewayId !== table.transitGatewayId) {
    throw new ApiError('InvalidParameterValue', `${attachment.id} is not an attachment to ${table.transitGatewayId}.`)
  }
  return { attachmentId: attachment.id }
}

function findRoute({ staticRoutes }: TransitGatewayRouteTable, cidr: Cidr): TransitGatewayStaticRoute | undefined {
  return staticRoutes.find((route) => route.cidr === cidr)
}

/** What the table knows, the most specific first. */
function routesOf(records: Records, table: TransitGatewayRouteTable): TransitGatewayRoute[] {
  const all = records.transitGatewayAttachments.where('transitGatewayId', table.transitGatewayId)
  const live = all.filter((one) => !isDeleted(one) && one.state !== 'pendingAcceptance')
  return compileTransitGatewayEntries(records, table, live)
    .sort(bySpecificity)
    .map((entry) => toRoute(entry, live))
}

/** A route to what is gone is a blackhole, and still says where it led. */
function toRoute(entry: TransitGatewayEntry, live: readonly TransitGatewayAttachment[]): TransitGatewayRoute {
  const attachment = live.find(({ id }) => id === entry.attachmentId)
  return {
    DestinationCidrBlock: entry.cidr,
    TransitGatewayAttachments: attachment
      ? [{ TransitGatewayAttachmentId: attachmentIdOf(attachment), ...resourceOf(attachment) }]
      : entry.attachmentId
        ? [{ TransitGatewayAttachmentId: attachmentIdOf({ id: entry.attachmentId }) }]
        : [],
    ...(entry.prefixListId && { PrefixListId: entry.prefixListId }),
    Type: entry.origin,
    State: attachment ? 'active' : 'blackhole',
  }
}

function requireShown(records: Records, table: TransitGatewayRouteTable, cidr: Cidr): TransitGatewayRoute {
  const route = routesOf(records, table).find((one) => one.DestinationCidrBlock === cidr)
  if (!route) throw new TypeError(`${table.id} has no ${cidr}`)
  return route
}

export function searchTransitGatewayRoutes(
  records: Records,
  caller: Caller,
  input: SearchTransitGatewayRoutesRequest,
): SearchTransitGatewayRoutesResult {
  const table = requireTransitRouteTable(records, caller, input.TransitGatewayRouteTableId)
  const filters = input.Filters ?? []
  if (filters.length === 0) throw missingParameter('Filters')
  const most = requireMost(input.MaxResults)
  // What is left over is told by AdditionalRoutesAvailable, so no token is ever given out.
  if (input.NextToken) throw new ApiError('InvalidNextToken', `The token '${input.NextToken}' is invalid`)
  const searches = filters.filter(({ Name }) => Name?.startsWith('route-search.'))
  const plain = filters.filter((filter) => !searches.includes(filter))
  const routes = applyPlainFilters(routesOf(records, table), plain, FILTERS)
  const found = searches.reduce((left, search) => searched(left, search), routes)
  return { Routes: found.slice(0, most), AdditionalRoutesAvailable: found.length > most }
}

function requireMost(given: number | undefined): number {
  if (given === undefined) return ROUTES_SHOWN
  if (given >= 5 && given <= ROUTES_SHOWN) return given
  throw new ApiError('InvalidParameterValue', `Value (${given}) for parameter MaxResults is invalid. Use 5 to 1000.`)
}

function searched(routes: readonly TransitGatewayRoute[], { Name: name, Values }: Filter): TransitGatewayRoute[] {
  const wanted = (Values ?? []).map((text) => requireCidr(text, name ?? ''))
  const passes = (test: (block: Cidr, value: Cidr) => boolean) =>
    routes.filter(({ DestinationCidrBlock: text }) => {
      const block = requireCidr(text, 'DestinationCidrBlock')
      return wanted.some((value) => test(block, value))
    })
  switch (name) {
    case 'route-search.exact-match':
      return passes((block, value) => block === value)
    case 'route-search.subnet-of-match':
      return passes((block, value) => cidrCovers(value, block))
    case 'route-search.supernet-of-match':
      return passes((block, value) => cidrCovers(block, value))
    case 'route-search.longest-prefix-match':
      // They are in that order.
      return wanted.flatMap((value) => {
        const holds = ({ DestinationCidrBlock: text }: TransitGatewayRoute) =>
          cidrContains(requireCidr(text, 'DestinationCidrBlock'), cidrBase(value))
        return routes.find(holds) ?? []
      })
    default:
      throw new ApiError('InvalidParameterValue', `The filter '${name}' is invalid`)
  }
}

const attachmentField = (key: 'TransitGatewayAttachmentId' | 'ResourceId' | 'ResourceType') => {
  return ({ TransitGatewayAttachments: list }: TransitGatewayRoute) => list?.[0]?.[key]
}

const FILTERS: FilterFields<TransitGatewayRoute> = {
  'attachment.resource-id': attachmentField('ResourceId'),
  'attachment.resource-type': attachmentField('ResourceType'),
  'attachment.transit-gateway-attachment-id': attachmentField('TransitGatewayAttachmentId'),
  'prefix-list-id': ({ PrefixListId }) => PrefixListId,
  state: ({ State }) => State,
  type: ({ Type }) => Type,
}
