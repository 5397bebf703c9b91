// Whom a resource is shared with. Other services ask this where they would else say that a resource does not exist.

import type { AccountId } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import { findOrganization, levelsTo } from '../organizations/find.ts'
import { organizationArn } from '../organizations/organization.ts'

/** True when a resource share that the account takes part in has the resource. */
export function isSharedWith(records: Records, account: AccountId, resourceArn: string): boolean {
  const shares = records.sharedResources.where('resourceArn', resourceArn)
  return shares.some(({ shareId }) => isConsumer(records, account, shareId))
}

/** Takes what is being deleted out of every share. */
export function endSharing(tx: Tx, resourceArn: string): void {
  for (const { id } of tx.sharedResources.where('resourceArn', resourceArn)) tx.sharedResources.delete(id)
}

/** True when the share is for the account, by itself, its organization or a unit above it. */
export function isConsumer(records: Records, account: AccountId, shareId: string): boolean {
  const names = namesOf(records, account)
  return records.sharePrincipals
    .where('shareId', shareId)
    .some(({ principal, status }) => status === 'ASSOCIATED' && names.has(principal))
}

/** The shares that the account takes part in, and does not own. */
export function sharesFor(records: Records, account: AccountId): Set<string> {
  const shares = new Set<string>()
  for (const name of namesOf(records, account)) {
    for (const { shareId, status } of records.sharePrincipals.where('principal', name)) {
      if (status === 'ASSOCIATED' && records.resourceShares.get(shareId)?.owner !== account) shares.add(shareId)
    }
  }
  return shares
}

/** What a share may call the account: its id, and the ARNs of its organization and of each unit above it. */
export function namesOf(records: Records, account: AccountId): Set<string> {
  const organization = findOrganization(records, account)
  const member = records.organizationAccounts.get(account)
  if (!organization || !member) return new Set([account])
  const units = levelsTo(records, organization, member.parentId).slice(1)
  const { id, managementAccount } = organization
  const unitArns = units.map((unit) => `arn:aws:organizations::${managementAccount}:ou/${id}/${unit}`)
  return new Set([account, organizationArn(organization), ...unitArns])
}
