// Finding what a DNS Firewall call names, and the errors in which it differs from the other Resolver calls.

import { ApiError } from '../../../errors.ts'
import type {
  FirewallDomainList,
  FirewallRuleGroup,
  FirewallRuleGroupAssociation,
} from '../../../store/dns-firewall-records.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { isOwn } from '../find.ts'

export function invalid(message: string): ApiError {
  return new ApiError('ValidationException', `[RSLVR-02000] ${message}`)
}

export function conflict(message: string): ApiError {
  return new ApiError('ConflictException', `[RSLVR-02001] ${message}`)
}

export function needed<T>(name: string, value: T | undefined): T {
  if (value === undefined || value === '') throw invalid(`The parameter ${name} is missing.`)
  return value
}

export function requireDomainList(records: Records, caller: Caller, id: string | undefined): FirewallDomainList {
  return requireOwn(records.firewallDomainLists, caller, 'FirewallDomainListId', id)
}

export function requireRuleGroup(records: Records, caller: Caller, id: string | undefined): FirewallRuleGroup {
  return requireOwn(records.firewallRuleGroups, caller, 'FirewallRuleGroupId', id)
}

export function requireGroupAssociation(
  records: Records,
  caller: Caller,
  id: string | undefined,
): FirewallRuleGroupAssociation {
  return requireOwn(records.firewallRuleGroupAssociations, caller, 'FirewallRuleGroupAssociationId', id)
}

function requireOwn<R extends Parameters<typeof isOwn>[0] & object>(
  table: { get(id: string): R | undefined },
  caller: Caller,
  member: string,
  id: string | undefined,
): R {
  const record = table.get(needed(member, id))
  if (record && isOwn(record, caller)) return record
  throw new ApiError('ResourceNotFoundException', `[RSLVR-02025] Can't find the resource with ID "${id}".`)
}

export function requireName(name: string | undefined): string {
  const wanted = needed('Name', name)
  if (wanted.length <= 64 && /^(?!^\d+$)[a-zA-Z0-9\-_' ']+$/.test(wanted)) return wanted
  throw invalid(`The name '${wanted}' is not of up to 64 letters, digits, spaces, - and _.`)
}

export function requireOneOf<T extends string>(member: string, value: string | undefined, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value)
  if (found) return found
  throw invalid(`The parameter ${member} must be one of ${choices.join(', ')}, not ${value}.`)
}
