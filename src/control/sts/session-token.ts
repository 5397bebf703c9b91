// GetSessionToken: temporary credentials of a user, with the user's own permissions.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html

import type { GetSessionTokenRequest, GetSessionTokenResponse } from '@aws-sdk/client-sts'
import { ApiError } from '../../errors.ts'
import { sealSession, type UserSession } from '../../iam/session-token.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { credentials, durationOf } from './credentials.ts'
import { spendMfa, type UsedCodes } from './mfa.ts'

const HOUR = 3600

export function getSessionToken(
  sessionKey: Uint8Array,
  records: Records,
  caller: Caller,
  input: GetSessionTokenRequest,
  used: UsedCodes,
): GetSessionTokenResponse {
  const { principal, now, requestId } = caller
  if ((principal.kind !== 'user' && principal.kind !== 'root') || principal.issuedAt !== undefined) {
    throw new ApiError('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 })
  }
  const seconds = durationOf(input.DurationSeconds, { min: 900, max: 36 * HOUR, absent: 12 * HOUR })
  // A root user's session is cut to an hour, whatever was asked.
  const lasts = principal.kind === 'root' ? Math.min(seconds, HOUR) : seconds
  const mfaAt = spendMfa(records, principal, input, now, used)
  const session: UserSession = {
    kind: 'user',
    account: principal.account,
    ...(principal.kind === 'user' && { userId: principal.userId }),
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + 1000 * lasts).toISOString(),
    nonce: requestId,
    ...(mfaAt !== undefined && { mfaAt }),
  }
  return { Credentials: credentials(sealSession(sessionKey, session), session) }
}
