// What calls read of prefix lists: AWS's own in the older API, and all that the caller may see in the newer one.
// https://docs.aws.amazon.com/vpc/latest/userguide/managed-prefix-lists.html

import type {
  DescribeManagedPrefixListsRequest,
  DescribeManagedPrefixListsResult,
  DescribePrefixListsRequest,
  DescribePrefixListsResult,
  GetManagedPrefixListAssociationsRequest,
  GetManagedPrefixListAssociationsResult,
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult,
  ManagedPrefixList as ManagedPrefixListOutput,
  PrefixListEntry as PrefixListEntryOutput,
} from '@aws-sdk/client-ec2'
import { type AwsPrefixList, awsPrefixLists } from '../../../catalogue/prefix-lists.ts'
import { ApiError } from '../../../errors.ts'
import type { ManagedPrefixList } from '../../../store/prefix-list-records.ts'
import type { Tags } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { applyFilters, applyPlainFilters, type FilterFields } from '../request/filters.ts'
import { pageOf } from '../request/pages.ts'
import { tagList } from '../request/tags.ts'
import {
  type AnyPrefixList,
  findEntries,
  prefixListArn,
  requireAwsPrefixList,
  requireOwnPrefixList,
  requirePrefixList,
  visiblePrefixLists,
} from './find.ts'
import { referencesTo } from './references.ts'

const LIST_PAGE = { min: 1, max: 100 }
const ASSOCIATION_PAGE = { min: 5, max: 255 }

export function describePrefixLists(
  _records: Records,
  caller: Caller,
  input: DescribePrefixListsRequest,
): DescribePrefixListsResult {
  const ids = input.PrefixListIds ?? []
  const named = ids.length > 0 ? ids.map((id) => requireAwsPrefixList(caller, id)) : awsPrefixLists(caller.region)
  const found = applyPlainFilters(named, input.Filters, FILTERS)
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
  records: Records,
  caller: Caller,
  input: DescribeManagedPrefixListsRequest,
): DescribeManagedPrefixListsResult {
  const ids = input.PrefixListIds ?? []
  const named =
    ids.length > 0 ? ids.map((id) => requirePrefixList(records, caller, id)) : visiblePrefixLists(records, caller)
  const found = applyFilters(named.map(described), input.Filters, MANAGED_FILTERS)
  const { items, nextToken } = pageOf(found, input, ({ any }) => any.list.id, LIST_PAGE)
  return {
    PrefixLists: items.map(({ any }) =>
      any.kind === 'aws' ? toAwsPrefixList(caller, any.list) : toManagedPrefixList(any.list),
    ),
    NextToken: nextToken,
  }
}

export function getManagedPrefixListEntries(
  records: Records,
  caller: Caller,
  input: GetManagedPrefixListEntriesRequest,
): GetManagedPrefixListEntriesResult {
  const any = requirePrefixList(records, caller, input.PrefixListId)
  const entries =
    any.kind === 'aws' ? any.list.cidrs.map((cidr) => ({ cidr })) : requireEntries(records, any.list, input)
  const { items, nextToken } = pageOf(entries, input, ({ cidr }) => cidr, LIST_PAGE)
  return { Entries: items.map(toEntry), NextToken: nextToken }
}

/** Only its owner sees who refers to a list. */
export function getManagedPrefixListAssociations(
  records: Records,
  caller: Caller,
  input: GetManagedPrefixListAssociationsRequest,
): GetManagedPrefixListAssociationsResult {
  const list = requireOwnPrefixList(records, caller, input.PrefixListId)
  const { items, nextToken } = pageOf(referencesTo(records, list.id), input, ({ id }) => id, ASSOCIATION_PAGE)
  return {
    PrefixListAssociations: items.map(({ id, owner }) => ({ ResourceId: id, ResourceOwner: owner })),
    NextToken: nextToken,
  }
}

export function toManagedPrefixList(list: ManagedPrefixList): ManagedPrefixListOutput {
  return {
    PrefixListId: list.id,
    AddressFamily: list.addressFamily,
    State: list.state,
    PrefixListArn: prefixListArn(list),
    PrefixListName: list.name,
    MaxEntries: list.maxEntries,
    Version: list.version,
    Tags: tagList(list.tags),
    OwnerId: list.owner,
  }
}

function toAwsPrefixList(caller: Caller, list: AwsPrefixList): ManagedPrefixListOutput {
  return {
    PrefixListId: list.id,
    PrefixListName: list.name,
    PrefixListArn: `arn:aws:ec2:${caller.region}:aws:prefix-list/${list.id}`,
    AddressFamily: 'IPv4',
    State: 'create-complete',
    OwnerId: 'AWS',
    Tags: [],
  }
}

function requireEntries(
  records: Records,
  list: ManagedPrefixList,
  { TargetVersion: version }: { TargetVersion?: number | undefined },
) {
  const entries = findEntries(records, list, version)
  if (entries) return entries
  throw new ApiError(
    'InvalidParameterValue',
    `The prefix list ${list.id} has no version ${version}; its versions are 1 to ${list.version}.`,
  )
}

function toEntry({ cidr, description }: { cidr: string; description?: string | undefined }): PrefixListEntryOutput {
  return { Cidr: cidr, ...(description !== undefined && { Description: description }) }
}

/** With the tags where filters look for them. */
function described(any: AnyPrefixList): { readonly any: AnyPrefixList; readonly tags: Tags } {
  return { any, tags: any.kind === 'customer' ? any.list.tags : {} }
}

const FILTERS: FilterFields<AwsPrefixList> = {
  'prefix-list-id': (list) => list.id,
  'prefix-list-name': (list) => list.name,
}

const MANAGED_FILTERS: FilterFields<{ readonly any: AnyPrefixList }> = {
  'owner-id': ({ any }) => (any.kind === 'aws' ? 'AWS' : any.list.owner),
  'prefix-list-id': ({ any }) => any.list.id,
  'prefix-list-name': ({ any }) => any.list.name,
}
