// Who refers to a customer's prefix list: rules of security groups, routes, and transit gateways' route tables. A list cannot go while one does, and can
// only grow as far as their quotas let it.

import { ApiError } from '../../../errors.ts'
import type { ManagedPrefixList } from '../../../store/prefix-list-records.ts'
import type {
  AccountId,
  PrefixListId,
  RouteTable,
  SecurityGroup,
  SecurityGroupRule,
  VpcId,
} from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { TransitGatewayRouteTable } from '../../../store/transit-gateway-records.ts'
import { quotaFor } from '../../service-quotas/quota-value.ts'
import { weightOf } from './find.ts'

/** A group or a route table. */
export interface PrefixListReference {
  readonly id: string
  readonly owner: AccountId
  /** Absent: a transit gateway's. */
  readonly vpcId?: VpcId
}

/** Each once, of any account, by id. */
export function referencesTo(records: Records, id: PrefixListId): PrefixListReference[] {
  const found = new Map<string, PrefixListReference>()
  for (const table of tablesWith(records, id)) found.set(table.id, table)
  for (const group of groupsWith(records, id)) found.set(group.id, group)
  for (const { id: tableId, owner } of transitTablesWith(records, id)) found.set(tableId, { id: tableId, owner })
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** What these rules count as: a prefix list is as many as it may have entries. */
export function ruleWeight(records: Records, rules: readonly Pick<SecurityGroupRule, 'peer'>[]): number {
  return sum(rules.map(({ peer }) => (peer.kind === 'prefixList' ? weightOf(records, peer.prefixListId) : 1)))
}

export function routeWeight(records: Records, routes: RouteTable['routes']): number {
  return sum(routes.map(({ destination: to }) => (to.kind === 'prefixList' ? weightOf(records, to.prefixListId) : 1)))
}

/** Refuses a size that some group or table which refers to the list has no room for. */
export function checkRoomFor(records: Records, list: ManagedPrefixList, maxEntries: number): void {
  const more = maxEntries - list.maxEntries
  if (more <= 0) return
  for (const table of tablesWith(records, list.id)) {
    const uses = table.routes.filter((one) => isTo(one.destination, list.id)).length
    if (routeWeight(records, table.routes) + uses * more > quotaFor(records, table, 'routesPerTable'))
      throw noRoom(list, table.id, 'RouteLimitExceeded')
  }
  for (const group of groupsWith(records, list.id)) {
    for (const direction of ['ingress', 'egress']) {
      const rules = records.securityGroupRules.where('groupId', group.id).filter((one) => one.direction === direction)
      const uses = rules.filter(({ peer }) => isTo(peer, list.id)).length
      if (uses > 0 && ruleWeight(records, rules) + uses * more > quotaFor(records, group, 'rulesPerGroup')) {
        throw noRoom(list, group.id, 'RulesPerSecurityGroupLimitExceeded')
      }
    }
  }
}

function tablesWith(records: Records, id: PrefixListId): RouteTable[] {
  return [...records.routeTables.all()].filter((table) => table.routes.some((one) => isTo(one.destination, id)))
}

function transitTablesWith(records: Records, id: PrefixListId): TransitGatewayRouteTable[] {
  return [...records.transitGatewayRouteTables.all()].filter(
    ({ state, prefixListReferences = [] }) =>
      state !== 'deleted' && prefixListReferences.some(({ prefixListId }) => prefixListId === id),
  )
}

function groupsWith(records: Records, id: PrefixListId): SecurityGroup[] {
  const ids = new Set<SecurityGroup['id']>()
  for (const { peer, groupId } of records.securityGroupRules.all()) if (isTo(peer, id)) ids.add(groupId)
  return [...ids].flatMap((groupId) => records.securityGroups.get(groupId) ?? [])
}

function isTo(one: { readonly kind: string; readonly prefixListId?: PrefixListId }, id: PrefixListId): boolean {
  return one.kind === 'prefixList' && one.prefixListId === id
}

function noRoom(list: ManagedPrefixList, where: string, code: string): ApiError {
  return new ApiError(
    code,
    `The prefix list ${list.id} cannot be made larger: ${where}, which refers to it, has no room.`,
  )
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
