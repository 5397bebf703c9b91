// Work that the agent does for as long as it lives, whatever fails.

import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from './log.ts'
import { Retry } from './retry.ts'

export interface Persistence {
  readonly log: Log
  readonly signal: AbortSignal
  /** Another patience, in tests. */
  readonly pause?: typeof pause
}

/** Does `work` over and over until `signal`; after a failure it waits. `work` says by `succeeded` that what it tried is
 * done, so that the next failure is a first one. */
export async function persist(
  what: string,
  { log, signal, pause: wait = pause }: Persistence,
  work: (succeeded: () => void) => Promise<void>,
): Promise<void> {
  const retry = new Retry()
  while (!signal.aborted) {
    try {
      await work(() => retry.succeeded())
    } catch (error) {
      if (signal.aborted) return
      const time = retry.failed(Date.now())
      log('ERROR', `${what}: ${causeOf(error)}; trying again in ${time / 1000} s`)
      await wait(time, signal)
    }
  }
}

/** Resolves after the time, or as soon as `signal` says so. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => undefined)
}

/** Several addresses that all fail make an error without words of its own. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(causeOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
