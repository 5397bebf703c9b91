// A world for tests of control functions: a store in memory, and callers of two accounts.

import { expect } from 'vitest'
import { ApiError } from '../../../errors.ts'
import { rootPrincipal } from '../../../iam/principal.ts'
import { MemoryJournal } from '../../../store/journal.ts'
import { Store } from '../../../store/store.ts'
import type { Caller, ReadOperation, WriteOperation } from '../../caller.ts'
import { seen } from './effects.ts'

export const CALLER = callerOf('123456789012')
export const STRANGER = callerOf('999999999999')

export function callerOf(account: string, region = 'us-east-1'): Caller {
  return {
    account,
    region,
    principal: rootPrincipal(account),
    now: new Date('2026-01-02T03:04:05.678Z'),
    requestId: '00000000-0000-0000-0000-000000000000',
  }
}

export interface World {
  readonly store: Store
  read<I, O>(operation: ReadOperation<I, O>, input: I, caller?: Caller): O
  write<I, O>(operation: WriteOperation<I, O>, input: I, caller?: Caller): O
}

export async function openWorld(): Promise<World> {
  const store = await Store.open(new MemoryJournal())
  return {
    store,
    read: (operation, input, caller = CALLER) =>
      seen(store.records, operation.name, input, (given) => operation(store.records, caller, given), false),
    write: (operation, input, caller = CALLER) => {
      const run = (given: typeof input) => store.transact((tx) => operation(tx, caller, given)).result
      return seen(store.records, operation.name, input, run, true)
    },
  }
}

/** Runs `call`, which must be refused with this code, and returns the message. */
export function refusal(call: () => unknown, code: string): string {
  try {
    call()
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    expect(error.code, error.message).toBe(code)
    return error.message
  }
  throw new Error(`nothing was refused; ${code} was expected`)
}

/** Every record of the world except the counters, which never go back. */
export function contents(store: Store): Record<string, unknown[]> {
  return Object.fromEntries(
    Object.entries(store.records)
      .filter(([name]) => name !== 'counters')
      .map(([name, table]) => [name, [...table.all()]]),
  )
}
