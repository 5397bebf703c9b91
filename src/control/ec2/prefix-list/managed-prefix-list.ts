// Customer-managed prefix lists. Every change of the entries makes a new version; rules and routes follow the newest, and
// the list is `…-in-progress` until the kernel has it.
// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-managed-prefix-lists.html

import type {
  AddPrefixListEntry,
  CreateManagedPrefixListRequest,
  CreateManagedPrefixListResult,
  DeleteManagedPrefixListRequest,
  DeleteManagedPrefixListResult,
  ModifyManagedPrefixListRequest,
  ModifyManagedPrefixListResult,
  RestoreManagedPrefixListVersionRequest,
  RestoreManagedPrefixListVersionResult,
} from '@aws-sdk/client-ec2'
import { ApiError, dependencyViolation, invalidParameterValue, missingParameter } from '../../../errors.ts'
import { cidrFamily } from '../../../ip/cidr.ts'
import type { ManagedPrefixList, ManagedPrefixListState, PrefixListEntry } from '../../../store/prefix-list-records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { parseChoice } from '../request/choice.ts'
import { requireCidr } from '../request/cidr-parameter.ts'
import { findMadeBefore, forgetMade, rememberMade } from '../request/client-token.ts'
import { ownedBy } from '../request/owned.ts'
import { findAll } from '../request/require.ts'
import { tagsFor } from '../request/tags.ts'
import { toManagedPrefixList } from './describe.ts'
import { findEntries, requireOwnPrefixList } from './find.ts'
import { checkRoomFor, referencesTo } from './references.ts'

const LISTS_PER_REGION = 100
const ENTRIES_PER_LIST = 1000
const ENTRIES_PER_CALL = 100
const VERSIONS_PER_LIST = 1000
const TEXT_LENGTH = 255

type AddressFamily = ManagedPrefixList['addressFamily']

export function createManagedPrefixList(
  tx: Tx,
  caller: Caller,
  input: CreateManagedPrefixListRequest,
): CreateManagedPrefixListResult {
  const call = { action: 'CreateManagedPrefixList', input }
  const known = tx.managedPrefixLists.get(findMadeBefore(tx, caller, call) ?? '')
  if (known) return { PrefixList: toManagedPrefixList(known) }
  const name = requireName(input.PrefixListName)
  const maxEntries = requireMaxEntries(input.MaxEntries)
  const addressFamily = requireAddressFamily(input.AddressFamily)
  const entries = withAdded([], requireAdded(input.Entries ?? [], addressFamily))
  checkFits(name, entries, maxEntries)
  const tags = tagsFor('prefix-list', input.TagSpecifications)
  if (findAll(tx.managedPrefixLists, caller).length >= LISTS_PER_REGION) {
    throw new ApiError('PrefixListLimitExceeded', `You have reached the limit of ${LISTS_PER_REGION} prefix lists.`)
  }
  const id = tx.newId('pl')
  const state: ManagedPrefixListState = 'create-in-progress'
  const list = { ...ownedBy(caller, tags), id, name, addressFamily, maxEntries, version: 1, state }
  tx.managedPrefixLists.insert(list)
  insertVersion(tx, list, entries)
  rememberMade(tx, caller, call, id)
  return { PrefixList: toManagedPrefixList(list) }
}

/** Entries, or the size, or the name: a call that changes entries says which version it saw. */
export function modifyManagedPrefixList(
  tx: Tx,
  caller: Caller,
  input: ModifyManagedPrefixListRequest,
): ModifyManagedPrefixListResult {
  const list = requireSettled(requireOwnPrefixList(tx, caller, input.PrefixListId))
  const changesEntries = (input.AddEntries?.length ?? 0) + (input.RemoveEntries?.length ?? 0) > 0
  if (changesEntries && input.MaxEntries !== undefined) {
    throw new ApiError(
      'InvalidParameterCombination',
      'You cannot modify the entries and the maximum entries for the prefix list in the same request.',
    )
  }
  const name = input.PrefixListName === undefined ? list.name : requireName(input.PrefixListName)
  const maxEntries = input.MaxEntries === undefined ? list.maxEntries : requireMaxEntries(input.MaxEntries)
  checkVersion(list, input.CurrentVersion, changesEntries)
  checkRoomFor(tx, list, maxEntries)
  const old = findEntries(tx, list) ?? []
  const entries = changesEntries ? changedEntries(list, old, input) : old
  checkFits(list.id, entries, maxEntries)
  const renamed = { ...list, name, maxEntries, state: 'modify-in-progress' as const }
  const changed = changesEntries ? withNextVersion(tx, renamed, entries) : renamed
  const { id, ...fields } = changed
  tx.managedPrefixLists.update(id, fields)
  return { PrefixList: toManagedPrefixList(changed) }
}

/** What an old version had becomes a new one. */
export function restoreManagedPrefixListVersion(
  tx: Tx,
  caller: Caller,
  input: RestoreManagedPrefixListVersionRequest,
): RestoreManagedPrefixListVersionResult {
  const list = requireSettled(requireOwnPrefixList(tx, caller, input.PrefixListId))
  if (input.PreviousVersion === undefined) throw missingParameter('previousVersion')
  checkVersion(list, input.CurrentVersion, true)
  const entries = input.PreviousVersion < list.version ? findEntries(tx, list, input.PreviousVersion) : undefined
  if (!entries) {
    throw invalidParameterValue(
      'previousVersion',
      String(input.PreviousVersion),
      `${list.id} has no such earlier version.`,
    )
  }
  checkFits(list.id, entries, list.maxEntries)
  const changed = withNextVersion(tx, { ...list, state: 'restore-in-progress' }, entries)
  tx.managedPrefixLists.update(list.id, { version: changed.version, state: changed.state })
  return { PrefixList: toManagedPrefixList(changed) }
}

/** Nothing refers to a list that goes, so the kernel has nothing of it and it is gone at once. */
export function deleteManagedPrefixList(
  tx: Tx,
  caller: Caller,
  input: DeleteManagedPrefixListRequest,
): DeleteManagedPrefixListResult {
  const list = requireOwnPrefixList(tx, caller, input.PrefixListId)
  const [reference] = referencesTo(tx, list.id)
  if (reference) {
    throw dependencyViolation(
      `The prefixList '${list.id}' has dependencies and cannot be deleted: ${reference.id} refers to it.`,
    )
  }
  for (const { id } of tx.prefixListVersions.where('prefixListId', list.id)) tx.prefixListVersions.delete(id)
  tx.managedPrefixLists.delete(list.id)
  forgetMade(tx, list.id)
  return { PrefixList: { ...toManagedPrefixList(list), State: 'delete-in-progress' } }
}

/** The kernel has what the list says. */
export function finishPrefixListChange(tx: Tx, { id, state }: ManagedPrefixList): void {
  const [what] = state.split('-') as ['create' | 'modify' | 'restore']
  tx.managedPrefixLists.update(id, { state: `${what}-complete` })
}

function insertVersion(tx: Tx, { id, version }: ManagedPrefixList, entries: readonly PrefixListEntry[]): void {
  tx.prefixListVersions.insert({ id: `${id}/${version}`, prefixListId: id, version, entries })
}

function withNextVersion(tx: Tx, list: ManagedPrefixList, entries: readonly PrefixListEntry[]): ManagedPrefixList {
  if (list.version >= VERSIONS_PER_LIST) {
    throw new ApiError(
      'PrefixListVersionLimitExceeded',
      `The prefix list ${list.id} has ${VERSIONS_PER_LIST} versions, and may have no more.`,
    )
  }
  const next = { ...list, version: list.version + 1 }
  insertVersion(tx, next, entries)
  return next
}

function changedEntries(
  list: ManagedPrefixList,
  old: readonly PrefixListEntry[],
  { AddEntries: add = [], RemoveEntries: remove = [] }: ModifyManagedPrefixListRequest,
): PrefixListEntry[] {
  const added = requireAdded(add, list.addressFamily)
  const removed = requireEntries(remove, list.addressFamily, 'removeEntry').map(({ cidr }) => cidr)
  for (const cidr of removed) {
    if (added.some((one) => one.cidr === cidr)) {
      throw new ApiError(
        'InvalidParameterValue',
        `Request cannot contain Cidr ${cidr} in both AddPrefixListEntries and RemovePrefixListEntries.`,
      )
    }
    if (!old.some((one) => one.cidr === cidr)) {
      throw new ApiError('InvalidParameterValue', `The Cidr ${cidr} is not in the prefix list ${list.id}.`)
    }
  }
  return withAdded(
    old.filter((one) => !removed.includes(one.cidr)),
    added,
  )
}

/** An entry that is there gets the new description. */
function withAdded(old: readonly PrefixListEntry[], added: readonly PrefixListEntry[]): PrefixListEntry[] {
  const entries = new Map(old.map((one) => [one.cidr, one]))
  for (const one of added) entries.set(one.cidr, one)
  return [...entries.values()]
}

function requireAdded(entries: readonly AddPrefixListEntry[], family: AddressFamily): PrefixListEntry[] {
  return requireEntries(entries, family, 'addEntry')
}

function requireEntries(
  entries: readonly AddPrefixListEntry[],
  family: AddressFamily,
  parameter: string,
): PrefixListEntry[] {
  if (entries.length > ENTRIES_PER_CALL) {
    throw new ApiError(
      'InvalidParameterValue',
      `A call can have at most ${ENTRIES_PER_CALL} of ${parameter}; this has ${entries.length}.`,
    )
  }
  const read = entries.map(({ Cidr: text, Description: description = '' }): PrefixListEntry => {
    const cidr = requireCidr(text, `${parameter}.cidr`)
    if (cidrFamily(cidr) !== (family === 'IPv4' ? 4 : 6)) {
      throw invalidParameterValue(`${parameter}.cidr`, cidr, `The prefix list is for ${family} blocks.`)
    }
    if (description.length > TEXT_LENGTH) throw tooLong(`${parameter}.description`)
    return description === '' ? { cidr } : { cidr, description }
  })
  const twice = read.find((one, index) => read.findIndex(({ cidr }) => cidr === one.cidr) < index)
  if (twice) throw new ApiError('InvalidParameterValue', `The Cidr ${twice.cidr} is in ${parameter} more than once.`)
  return read
}

function requireName(name: string | undefined): string {
  if (name === undefined || name === '') throw missingParameter('prefixListName')
  if (name.length > TEXT_LENGTH) throw tooLong('prefixListName')
  if (name.startsWith('com.amazonaws')) {
    throw invalidParameterValue('prefixListName', name, "A name cannot begin with 'com.amazonaws'.")
  }
  return name
}

function requireAddressFamily(value: string | undefined): AddressFamily {
  const family = parseChoice('addressFamily', value, ['IPv4', 'IPv6'] as const)
  if (family === undefined) throw missingParameter('addressFamily')
  return family
}

function requireMaxEntries(value: number | undefined): number {
  if (value === undefined) throw missingParameter('maxEntries')
  if (Number.isInteger(value) && value >= 1 && value <= ENTRIES_PER_LIST) return value
  throw invalidParameterValue('maxEntries', String(value), `It must be from 1 to ${ENTRIES_PER_LIST}.`)
}

function checkVersion(list: ManagedPrefixList, current: number | undefined, isRequired: boolean): void {
  if (current === undefined ? !isRequired : current === list.version) return
  throw new ApiError(
    'PrefixListVersionMismatch',
    `The prefix list has the incorrect version number. ${list.id} has the version ${list.version}, the request ${current ?? 'none'}.`,
  )
}

function checkFits(what: string, entries: readonly PrefixListEntry[], maxEntries: number): void {
  if (entries.length <= maxEntries) return
  throw new ApiError(
    'PrefixListMaxEntriesExceeded',
    `The prefix list ${what} can have at most ${maxEntries} entries; it would have ${entries.length}.`,
  )
}

function requireSettled(list: ManagedPrefixList): ManagedPrefixList {
  if (!list.state.endsWith('-in-progress')) return list
  throw new ApiError(
    'IncorrectState',
    `The prefix list ${list.id} is in the state ${list.state}; try again when that is done.`,
  )
}

function tooLong(parameter: string): ApiError {
  return new ApiError('InvalidParameterValue', `The parameter ${parameter} can have at most ${TEXT_LENGTH} characters.`)
}
