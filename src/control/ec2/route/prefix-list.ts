// AWS-managed prefix lists, in the older and the newer API.
// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html

import type {
  DescribeManagedPrefixListsRequest,
  DescribeManagedPrefixListsResult,
  DescribePrefixListsRequest,
  DescribePrefixListsResult,
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult,
} from '@aws-sdk/client-ec2'
import { type AwsPrefixList, awsPrefixLists } from '../../../catalogue/prefix-lists.ts'
import { notFound } from '../../../errors.ts'
import type { Region } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { requireId } from '../request/require.ts'

const MANAGED_PAGE = { min: 1, max: 100 }

export function findAwsPrefixListByName(region: Region, name: string): AwsPrefixList | undefined {
  return listsOf(region).find((list) => list.name === name)
}

export function requirePrefixList(caller: Caller, id: string | undefined): AwsPrefixList {
  const wanted = requireId('PrefixList', id)
  const list = listsOf(caller.region).find((one) => one.id === wanted)
  if (!list) throw notFound('PrefixList', wanted)
  return list
}

export function describePrefixLists(
  _records: Records,
  caller: Caller,
  input: DescribePrefixListsRequest,
): DescribePrefixListsResult {
  const found = applyPlainFilters(namedLists(caller, input.PrefixListIds), input.Filters, FILTERS)
  const { items, nextToken } = pageOf(found, input, (list) => list.id)
  return {
    PrefixLists: items.map((list) => ({
      PrefixListId: list.id,
      PrefixListName: list.name,
      Cidrs: [...list.cidrs],
    })),
    NextToken: nextToken,
  }
}

export function describeManagedPrefixLists(
  _records: Records,
  caller: Caller,
  input: DescribeManagedPrefixListsRequest,
): DescribeManagedPrefixListsResult {
  const found = applyPlainFilters(namedLists(caller, input.PrefixListIds), input.Filters, MANAGED_FILTERS)
  const { items, nextToken } = pageOf(found, input, (list) => list.id, MANAGED_PAGE)
  return {
    PrefixLists: items.map((list) => ({
      PrefixListId: list.id,
      PrefixListName: list.name,
      PrefixListArn: `arn:aws:ec2:${caller.region}:aws:prefix-list/${list.id}`,
      AddressFamily: 'IPv4',
      State: 'create-complete',
      OwnerId: 'AWS',
      Tags: [],
    })),
    NextToken: nextToken,
  }
}

export function getManagedPrefixListEntries(
  _records: Records,
  caller: Caller,
  input: GetManagedPrefixListEntriesRequest,
): GetManagedPrefixListEntriesResult {
  const list = requirePrefixList(caller, input.PrefixListId)
  const { items, nextToken } = pageOf(list.cidrs, input, (cidr) => cidr, MANAGED_PAGE)
  return { Entries: items.map((Cidr) => ({ Cidr })), NextToken: nextToken }
}

const listsByRegion = new Map<Region, readonly AwsPrefixList[]>()

/** Every route table that is shown asks for these. */
function listsOf(region: Region): readonly AwsPrefixList[] {
  const known = listsByRegion.get(region)
  if (known) return known
  const lists = awsPrefixLists(region)
  listsByRegion.set(region, lists)
  return lists
}

function namedLists(caller: Caller, ids: readonly string[] | undefined): readonly AwsPrefixList[] {
  return ids && ids.length > 0 ? ids.map((id) => requirePrefixList(caller, id)) : listsOf(caller.region)
}

const FILTERS: FilterFields<AwsPrefixList> = {
  'prefix-list-id': (list) => list.id,
  'prefix-list-name': (list) => list.name,
}

const MANAGED_FILTERS: FilterFields<AwsPrefixList> = { ...FILTERS, 'owner-id': () => 'AWS' }
