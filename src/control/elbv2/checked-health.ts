// What the health checks found, written down: a record for each change, guarded on what the checks were about.

import type { Target } from '../../store/load-balancing-records.ts'
import type { Instant, NetworkInterfaceId } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'

export interface CheckedHealth {
  /** The target's record. */
  readonly target: string
  /** The registration that was checked: a later one has its own checks. */
  readonly registration: Instant
  readonly health: 'healthy' | 'unhealthy'
  readonly failure?: string
}

/** Says nothing of a target that was deregistered, or registered anew, while it was being checked. */
export function recordHealth(tx: Tx, found: readonly CheckedHealth[], now: Date): void {
  for (const { target, registration, health, failure } of found) {
    const record = tx.targets.get(target)
    if (!record || record.registeredAt !== registration || record.deregisteredAt !== undefined) continue
    if (record.health === health) continue
    const ill = { unhealthySince: now.toISOString(), ...(failure !== undefined && { failure }) }
    replace(tx, record, { health, ...(health === 'unhealthy' && ill) })
  }
}

/** A target that nobody checks any more, because its instance stopped or its group is out of use, begins anew when it is
 * checked again. */
export function forgetHealth(tx: Tx, isChecked: (target: string) => boolean): void {
  for (const record of targetsToForget(tx, isChecked)) replace(tx, record, { health: 'initial' })
}

export function targetsToForget(records: Pick<Records, 'targets'>, isChecked: (target: string) => boolean): Target[] {
  return [...records.targets.all()].filter(
    ({ id, health, deregisteredAt }) => health !== 'initial' && deregisteredAt === undefined && !isChecked(id),
  )
}

function replace(tx: Tx, { failure: _, unhealthySince: __, ...record }: Target, change: Partial<Target>): void {
  tx.targets.delete(record.id)
  tx.targets.insert({ ...record, ...change })
}

/** From now on exactly these nodes are withdrawn, as far as they are still there. */
export function recordWithdrawnNodes(tx: Tx, nodeIds: readonly NetworkInterfaceId[], now: Date): void {
  const wanted = new Set<string>(nodeIds)
  for (const { id } of [...tx.withdrawnNodes.all()]) if (!wanted.has(id)) tx.withdrawnNodes.delete(id)
  for (const id of nodeIds) {
    const loadBalancerId = tx.networkInterfaces.get(id)?.loadBalancerId
    if (loadBalancerId === undefined || tx.withdrawnNodes.has(id)) continue
    tx.withdrawnNodes.insert({ id, loadBalancerId, since: now.toISOString() })
  }
}
