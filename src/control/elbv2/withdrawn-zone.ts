// Endpoints of AWS's services have nothing behind them that could be looked through, so the model of AWS's own checks is
// the clock: a zone that has been down for three rounds of ten seconds leaves DNS, and comes back in the round after.

import type { Records, Tx } from '../../store/store.ts'

/** Milliseconds. */
export const ZONE_ROUND = 10_000
const MISSED_ROUNDS = 3
/** A round's timer may fire a little early, and the record a little after what it tells of. Milliseconds. */
const SLACK = 500

type Zones = Pick<Records, 'failedZones' | 'withdrawnZones'>

/** True while there is a zone to look at. */
export function hasZoneToFollow({ failedZones, withdrawnZones }: Zones): boolean {
  return failedZones.size > 0 || withdrawnZones.size > 0
}

/** One round. */
export function followFailedZones(tx: Tx, now: Date): void {
  for (const { id } of [...tx.withdrawnZones.all()]) if (!tx.failedZones.has(id)) tx.withdrawnZones.delete(id)
  for (const { id, since } of tx.failedZones.all()) {
    const missed = now.getTime() - Date.parse(since) >= MISSED_ROUNDS * ZONE_ROUND - SLACK
    if (missed && !tx.withdrawnZones.has(id)) tx.withdrawnZones.insert({ id, since: now.toISOString() })
  }
}
