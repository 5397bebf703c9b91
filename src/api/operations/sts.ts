// STS actions that Postern serves. They change no record: the credentials they give are sealed into their own token.

import type { AssumeRoleRequest, GetSessionTokenRequest } from '@aws-sdk/client-sts'
import type { Caller } from '../../control/caller.ts'
import { assumeRole, assumeRoleAuthorisations } from '../../control/sts/assume-role.ts'
import { getAccessKeyInfo, getCallerIdentity } from '../../control/sts/caller-identity.ts'
import { getSessionToken } from '../../control/sts/session-token.ts'
import type { Records } from '../../store/store.ts'
import type { ControlAdapterOptions } from '../control-adapter.ts'
import type { ReadRows } from './rows.ts'

/** The rows of STS for `controlAdapter`; `sessionKey` is the world's 32 bytes that seal temporary credentials. */
export function stsOperations({
  sessionKey,
}: {
  readonly sessionKey: Uint8Array
}): Pick<ControlAdapterOptions, 'reads' | 'writes'> & Required<Pick<ControlAdapterOptions, 'authorisations'>> {
  const reads = {
    AssumeRole: (records: Records, caller: Caller, input: AssumeRoleRequest) =>
      assumeRole(sessionKey, records, caller, input),
    GetAccessKeyInfo: getAccessKeyInfo,
    GetCallerIdentity: getCallerIdentity,
    GetSessionToken: (records: Records, caller: Caller, input: GetSessionTokenRequest) =>
      getSessionToken(sessionKey, records, caller, input),
  } as const satisfies ReadRows
  return {
    reads,
    writes: {},
    authorisations: {
      AssumeRole: (records, call) => assumeRoleAuthorisations(records, call.principal, call.input),
      // No permission is needed for these two.
      GetCallerIdentity: () => [],
      GetSessionToken: () => [],
    },
  }
}
