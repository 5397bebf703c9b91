// GetFederationToken: temporary credentials under a name of the caller's making, with what both the caller's policies and
// the session's allow. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetFederationToken.html

import type { GetFederationTokenRequest, GetFederationTokenResponse } from '@aws-sdk/client-sts'
import { ApiError } from '../../errors.ts'
import type { Principal } from '../../iam/principal.ts'
import type { Authorisation } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import { type FederatedSession, sealSession } from '../../iam/session-token.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { constraintError, requireParameter } from '../iam/errors.ts'
import { withTags } from '../iam/tags.ts'
import { credentials, durationOf } from './credentials.ts'
import { packedSize, sessionPolicies } from './session-policy.ts'

const HOUR = 3600
const NAME = /^[\w+=,.@-]{2,32}$/

type Input = Partial<GetFederationTokenRequest>

/** Asked about the federated user that is to be; tags need a right of their own. */
export function federationTokenAuthorisations(principal: Principal, input: Input): Authorisation[] {
  const account = principal.kind === 'anonymous' ? '' : principal.account
  const about = {
    resource: `arn:aws:sts::${account}:federated-user/${input.Name ?? ''}`,
    resourceAccount: account,
    keys: requestTagKeys(input.Tags),
  }
  const actions = ['sts:GetFederationToken', ...((input.Tags ?? []).length > 0 ? ['sts:TagSession'] : [])]
  return actions.map((action) => ({ ...about, action }))
}

export function getFederationToken(
  sessionKey: Uint8Array,
  records: Records,
  caller: Caller,
  input: GetFederationTokenRequest,
): GetFederationTokenResponse {
  const { principal, now, requestId, account } = caller
  if ((principal.kind !== 'user' && principal.kind !== 'root') || principal.issuedAt !== undefined) {
    throw new ApiError('AccessDenied', 'Cannot call GetFederationToken with session credentials', { status: 403 })
  }
  const name = requireParameter('name', input.Name)
  if (!NAME.test(name)) {
    throw constraintError(
      'name',
      name,
      String.raw`have length between 2 and 32 and satisfy regular expression pattern: [\w+=,.@-]*`,
    )
  }
  const seconds = durationOf(input.DurationSeconds, { min: 900, max: 36 * HOUR, absent: 12 * HOUR })
  // A root user's session is cut to an hour, whatever was asked.
  const lasts = principal.kind === 'root' ? Math.min(seconds, HOUR) : seconds
  const session: FederatedSession = {
    kind: 'federated',
    account,
    ...(principal.kind === 'user' && { userId: principal.userId }),
    name,
    issuedAt: now.toISOString(),
    expiresAt: new Date(now.getTime() + 1000 * lasts).toISOString(),
    nonce: requestId,
    ...sessionPolicies(records, account, input),
    tags: withTags({}, input.Tags),
  }
  return {
    Credentials: credentials(sealSession(sessionKey, session), session),
    FederatedUser: { FederatedUserId: `${account}:${name}`, Arn: `arn:aws:sts::${account}:federated-user/${name}` },
    ...packedSize(session),
  }
}
