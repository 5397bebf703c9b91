// GetSessionToken: temporary credentials of a user, with the user's own permissions.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html

import type { GetSessionTokenRequest, GetSessionTokenResponse } from '@aws-sdk/client-sts'
import { ApiError } from '../../errors.ts'
import { sealSession, type UserSession } from '../../iam/session-token.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { credentials, durationOf } from './credentials.ts'

const HOUR = 3600

export function getSessionToken(
  sessionKey: Uint8Array,
  _records: Records,
  caller: Caller,
  input: GetSessionTokenRequest,
): GetSessionTokenResponse {
  const { principal, now, requestId } = caller
  if ((principal.kind !== 'user' && principal.kind !== 'root') || principal.issuedAt !== undefined) {
    throw new ApiError('AccessDenied', 'Cannot call GetSessionToken with session credentials', { status: 403 })
  }
  if (input.SerialNumber !== undefined || input.TokenCode !== undefined) {
    const message =
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.'
    throw new ApiError('AccessDenied', message, { status: 403 })
  }
  const seconds = durationOf(input.DurationSeconds, { min: 900, max: 36 * HOUR, absent: 12 * HOUR })
  // A root user's session is cut to an hour, whatever was asked.
  const lasts = principal.kind === 'root' ? Math.min(seconds, HOUR) : seconds
  const session: UserSession = {
    kind: 'user',
    account: principal.account,
    ...(principal.kind === 'user' && { userId: principal.userId }),
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + 1000 * lasts).toISOString(),
    nonce: requestId,
  }
  return { Credentials: credentials(sealSession(sessionKey, session), session) }
}
