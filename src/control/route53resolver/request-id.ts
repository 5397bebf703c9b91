// `CreatorRequestId`: the same call again makes nothing more; another call with an id that was used is refused.

import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { findMadeBefore as findByToken, rememberMade as rememberToken } from '../ec2/request/client-token.ts'
import { exists } from './errors.ts'
import { required } from './find.ts'

interface Creation {
  readonly CreatorRequestId?: string | undefined
}

export function findMadeBefore(records: Records, caller: Caller, action: string, input: Creation): string | undefined {
  const ClientToken = required('CreatorRequestId', input.CreatorRequestId)
  try {
    return findByToken(records, caller, { action, input: { ...input, ClientToken } })
  } catch {
    throw exists(`The request ID '${ClientToken}' was used for something else.`)
  }
}

export function rememberMade(tx: Tx, caller: Caller, action: string, input: Creation, id: string): void {
  rememberToken(tx, caller, { action, input: { ...input, ClientToken: input.CreatorRequestId } }, id)
}
