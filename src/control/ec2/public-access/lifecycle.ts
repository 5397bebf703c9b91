// Changes of VPC Block Public Access are in progress until the kernel has them.

import type { PublicAccessExclusion, PublicAccessOptions } from '../../../store/public-access-records.ts'
import type { Records, Tx } from '../../../store/store.ts'

export interface PassingPublicAccess {
  readonly options: readonly PublicAccessOptions[]
  readonly exclusions: readonly PublicAccessExclusion[]
}

export function passingPublicAccess({ publicAccessOptions, publicAccessExclusions }: Records): PassingPublicAccess {
  return {
    options: [...publicAccessOptions.all()].filter(({ state }) => state === 'update-in-progress'),
    exclusions: [...publicAccessExclusions.all()].filter(({ state }) => state.endsWith('-in-progress')),
  }
}

/** Guarded on the records that were acted on. */
export function finishPublicAccessChanges(tx: Tx, { options, exclusions }: PassingPublicAccess): void {
  for (const one of options) {
    if (tx.publicAccessOptions.get(one.id) !== one) continue
    tx.publicAccessOptions.update(one.id, { state: 'update-complete' })
  }
  for (const one of exclusions) {
    if (tx.publicAccessExclusions.get(one.id) !== one) continue
    if (one.state === 'delete-in-progress') tx.publicAccessExclusions.delete(one.id)
    else {
      const state = one.state === 'create-in-progress' ? 'create-complete' : 'update-complete'
      tx.publicAccessExclusions.update(one.id, { state })
    }
  }
}
