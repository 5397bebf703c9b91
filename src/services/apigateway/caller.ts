// Who calls API Gateway's own API, and the forms that its operations have.

import type { AccountId, Region } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'

export interface Caller {
  readonly account: AccountId
  readonly region: Region
  readonly now: Date
}

export type ReadOperation<I, O> = (records: Records, caller: Caller, input: I) => O
export type WriteOperation<I, O> = (tx: Tx, caller: Caller, input: I) => O
