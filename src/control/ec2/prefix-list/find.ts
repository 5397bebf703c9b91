// Finds a prefix list that a call names: AWS's own, the caller's, or one that was shared with the caller.

import { type AwsPrefixList, awsPrefixLists } from '../../../catalogue/prefix-lists.ts'
import { ApiError, notFound } from '../../../errors.ts'
import type { ManagedPrefixList, PrefixListEntry } from '../../../store/prefix-list-records.ts'
import type { PrefixListId, Region } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { isSharedWith, sharesFor } from '../../ram/sharing.ts'
import { ec2Arn } from '../request/owned.ts'
import { findAll, requireId } from '../request/require.ts'

export type AnyPrefixList =
  | { readonly kind: 'aws'; readonly list: AwsPrefixList }
  | { readonly kind: 'customer'; readonly list: ManagedPrefixList }

/** A gateway endpoint's list, by the name of its service. */
export function findAwsPrefixListByName(region: Region, name: string): AwsPrefixList | undefined {
  return awsPrefixLists(region).find((list) => list.name === name)
}

export function requireAwsPrefixList(caller: Caller, id: string | undefined): AwsPrefixList {
  const wanted = requireId('PrefixList', id)
  const list = awsPrefixLists(caller.region).find((one) => one.id === wanted)
  if (!list) throw notFound('PrefixList', wanted)
  return list
}

/** One that the caller may see and refer to. */
export function requirePrefixList(records: Records, caller: Caller, id: string | undefined): AnyPrefixList {
  const wanted = requireId('PrefixList', id)
  const list = records.managedPrefixLists.get(wanted)
  if (!list) return { kind: 'aws', list: requireAwsPrefixList(caller, id) }
  if (list.region !== caller.region || !isVisible(records, caller, list)) throw notFound('PrefixList', wanted)
  return { kind: 'customer', list }
}

/** One that the caller may change. */
export function requireOwnPrefixList(records: Records, caller: Caller, id: string | undefined): ManagedPrefixList {
  const { kind, list } = requirePrefixList(records, caller, id)
  if (kind === 'customer' && list.owner === caller.account) return list
  const whose = kind === 'aws' ? 'AWS manages it' : `it belongs to the account ${list.owner}`
  throw new ApiError('UnauthorizedOperation', `You cannot change the prefix list ${list.id}: ${whose}.`)
}

/** All that the caller may see: AWS's, its own, and those shared with it. */
export function visiblePrefixLists(records: Records, caller: Caller): AnyPrefixList[] {
  const shared = [...sharesFor(records, caller.account)].flatMap((share) =>
    records.sharedResources.where('shareId', share).map(({ resourceArn }) => {
      return records.managedPrefixLists.get(resourceArn.slice(resourceArn.lastIndexOf('/') + 1))
    }),
  )
  const customer = new Set([...findAll(records.managedPrefixLists, caller), ...shared])
  return [
    ...awsPrefixLists(caller.region).map((list) => ({ kind: 'aws', list }) as const),
    ...[...customer].flatMap((list) => (list?.region === caller.region ? [{ kind: 'customer', list } as const] : [])),
  ]
}

/** What the list has in the version; undefined when there is no such version. */
export function findEntries(
  records: Records,
  list: ManagedPrefixList,
  version = list.version,
): readonly PrefixListEntry[] | undefined {
  return records.prefixListVersions.get(`${list.id}/${version}`)?.entries
}

/** What a reference to the list counts as among the rules of a group or the routes of a table: AWS's lists of gateway
 * endpoints count as one each. */
export function weightOf(records: Records, id: PrefixListId): number {
  return records.managedPrefixLists.get(id)?.maxEntries ?? 1
}

export function prefixListArn(list: ManagedPrefixList): string {
  return ec2Arn('prefix-list', list)
}

function isVisible(records: Records, caller: Caller, list: ManagedPrefixList): boolean {
  return list.owner === caller.account || isSharedWith(records, caller.account, prefixListArn(list))
}
