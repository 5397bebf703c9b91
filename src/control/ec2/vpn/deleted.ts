// Gateways and connections that were deleted can still be described for an hour, as `deleted`: clients that wait for the
// deletion look for that word.

import type { AccountId, Instant } from '../../../store/records.ts'
import type { Tx } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'

const VISIBLE_MS = 3_600_000

interface Mortal {
  readonly id: string
  readonly deletedAt?: Instant
}

interface MortalTable {
  where(field: 'owner', value: AccountId): readonly Mortal[]
  delete(id: string): void
}

export function isVisible({ deletedAt }: Pick<Mortal, 'deletedAt'>, { now }: Pick<Caller, 'now'>): boolean {
  return deletedAt === undefined || now.getTime() - Date.parse(deletedAt) < VISIBLE_MS
}

export function isThere({ deletedAt }: Pick<Mortal, 'deletedAt'>): boolean {
  return deletedAt === undefined
}

/** Whoever makes one takes those away that nobody can see any more. */
export function forgetDeleted(tx: Tx, caller: Caller): void {
  const forgetIn = (table: MortalTable) => {
    const gone = table.where('owner', caller.account).filter((one) => !isVisible(one, caller))
    for (const { id } of gone) table.delete(id)
  }
  for (const table of [tx.vpnGateways, tx.customerGateways, tx.vpnConnections]) forgetIn(table)
}
