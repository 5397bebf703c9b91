// Looks again for the records that prove the private names of endpoint services: at once when a record changed that could be
// one, and every ten minutes, because some wait no longer.

import { checkPrivateDnsNames, privateDnsNamesToChange } from '../control/ec2/endpoint-service/private-dns-name.ts'
import type { Store, TableName } from '../store/store.ts'

const INTERVAL_MS = 600_000
/** What a proof is made of. */
const TABLES: ReadonlySet<TableName> = new Set(['hostedZones', 'resourceRecordSets'])

interface Dependencies {
  readonly store: Store
  readonly now: () => Date
  readonly log: (line: string) => void
}

/** Follows the store from now on; the result ends it. */
export function followPrivateDnsNames({ store, now, log }: Dependencies): () => void {
  let isEnded = false
  let soon: NodeJS.Immediate | undefined
  const check = () => {
    soon = undefined
    if (isEnded || privateDnsNamesToChange(store.records, now()).length === 0) return
    const { durable } = store.transact((tx) => checkPrivateDnsNames(tx, now()))
    durable.catch((error: unknown) => log(`what was found of private DNS names is not on disk: ${String(error)}`))
  }
  store.observe(({ table }) => {
    // A commit tells of its changes one by one, and none may be made meanwhile.
    if (TABLES.has(table) && !isEnded) soon ??= setImmediate(check)
  })
  const timer = setInterval(check, INTERVAL_MS)
  return () => {
    isEnded = true
    clearInterval(timer)
    clearImmediate(soon)
  }
}
