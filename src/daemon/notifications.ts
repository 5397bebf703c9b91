// Connection notifications are records until they were published: this looks after every change whether there are any.
// Nothing is opened for it while there are none.

import type { Store } from '../store/store.ts'
import type { Services } from './services.ts'

/** Publishes what is pending now, and whatever comes; returns the way to stop. */
export function publishNotifications(store: Store, services: Services, log: (line: string) => void): () => void {
  const look = () => {
    if (store.records.pendingNotifications.size === 0) return
    services.publishPending().catch((error: unknown) => log(`connection notifications wait: ${String(error)}`))
  }
  look()
  return store.watch(look)
}
