// STS actions that Postern serves. They change no record: the credentials they give are sealed into their own token.

import type { AssumeRoleRequest, GetFederationTokenRequest, GetSessionTokenRequest } from '@aws-sdk/client-sts'
import type { Caller } from '../../control/caller.ts'
import { assumeRole, assumeRoleAuthorisations } from '../../control/sts/assume-role.ts'
import { getAccessKeyInfo, getCallerIdentity } from '../../control/sts/caller-identity.ts'
import { federationTokenAuthorisations, getFederationToken } from '../../control/sts/federation-token.ts'
import { UsedCodes } from '../../control/sts/mfa.ts'
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
  const used = new UsedCodes()
  const reads = {
    AssumeRole: (records: Records, caller: Caller, input: AssumeRoleRequest) =>
      assumeRole(sessionKey, records, caller, input, used),
    GetAccessKeyInfo: getAccessKeyInfo,
    GetCallerIdentity: getCallerIdentity,
    GetFederationToken: (records: Records, caller: Caller, input: GetFederationTokenRequest) =>
      getFederationToken(sessionKey, records, caller, input),
    GetSessionToken: (records: Records, caller: Caller, input: GetSessionTokenRequest) =>
      getSessionToken(sessionKey, records, caller, input, used),
  } as const satisfies ReadRows
  return {
    reads,
    writes: {},
    authorisations: {
      AssumeRole: (records, call) => assumeRoleAuthorisations(records, call.principal, call.input, call.now),
      GetFederationToken: (_records, call) => federationTokenAuthorisations(call.principal, call.input),
      // No permission is needed for these two.
      GetCallerIdentity: () => [],
      GetSessionToken: () => [],
    },
  }
}
