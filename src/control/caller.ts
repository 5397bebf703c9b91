// Who calls an operation, and the two kinds of operation. Control functions are synchronous and do no I/O: a read sees
// the records, a write changes them in the transaction it is given, and the API layer commits and waits for the disk.

import type { Principal } from '../iam/principal.ts'
import type { AccountId, Region } from '../store/records.ts'
import type { Records, Tx } from '../store/store.ts'

export interface Caller {
  readonly account: AccountId
  readonly region: Region
  readonly principal: Principal
  /** When the request was accepted. */
  readonly now: Date
  readonly requestId: string
}

/** Answers from the records. `Input` and `Output` are the AWS SDK's own types; throws ApiError. */
export type ReadOperation<Input, Output> = (records: Records, caller: Caller, input: Input) => Output

/** Validates the whole input, then changes the records; when it throws ApiError nothing is changed. */
export type WriteOperation<Input, Output> = (tx: Tx, caller: Caller, input: Input) => Output
