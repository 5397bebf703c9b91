// AssumeRole: temporary credentials for a role, and what the policies are asked before it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html

import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts'
import { ApiError } from '../../errors.ts'
import { parseArn } from '../../iam/arn.ts'
import { mfaKeys } from '../../iam/context.ts'
import type { Principal } from '../../iam/principal.ts'
import type { Authorisation } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import { type RoleSession, sealSession } from '../../iam/session-token.ts'
import type { IamRole } from '../../store/iam-records.ts'
import type { Tags } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { sessionArn } from '../iam/arns.ts'
import { resourceTagKeys } from '../iam/authorisation.ts'
import { constraintError, requireParameter, validationError } from '../iam/errors.ts'
import { findRoleByArn } from '../iam/find.ts'
import { withTags } from '../iam/tags.ts'
import { credentials, durationOf } from './credentials.ts'
import { requireMfa, spendMfa, type UsedCodes } from './mfa.ts'
import { packedSize, sessionPolicies } from './session-policy.ts'

const DEFAULT_DURATION = 3600
const SOURCE_IDENTITY = 'aws:SourceIdentity'
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/

type Input = Partial<AssumeRoleRequest>

/** The trust policy must allow it even to the role's own account; tags and a source identity, given now or by the
 * session that asks, need a right of their own. */
export function assumeRoleAuthorisations(
  records: Records,
  principal: Principal,
  input: Input,
  now: Date,
): Authorisation[] {
  if (principal.kind === 'federatedUser') {
    throw new ApiError('AccessDenied', 'Cannot call AssumeRole with the credentials of a federated user', {
      status: 403,
    })
  }
  const shown = requireMfa(records, principal, input, now)
  const arn = input.RoleArn ?? '*'
  const role = findRoleByArn(records, arn)
  const account = parseArn(arn)?.account
  const about = {
    resource: arn,
    ...(account && { resourceAccount: account }),
    ...(role && { resourcePolicy: { name: `trust:${role.name}`, document: role.assumeRolePolicyDocument } }),
    resourcePolicyKind: 'role trust policy' as const,
    keys: {
      ...(role && resourceTagKeys(role.tags)),
      ...assumeRoleKeys(input),
      ...(shown && mfaKeys(now.toISOString(), now)),
    },
  }
  const { tags, sourceIdentity } = inheritedBy(principal)
  const actions = ['sts:AssumeRole']
  if ((input.Tags && input.Tags.length > 0) || Object.keys(tags).length > 0) actions.push('sts:TagSession')
  if (input.SourceIdentity !== undefined || sourceIdentity !== undefined) actions.push('sts:SetSourceIdentity')
  return actions.map((action) => ({ ...about, action }))
}

/** What a session that assumes a role hands on to the next one. */
function inheritedBy(principal: Principal): { readonly tags: Tags; readonly sourceIdentity?: string } {
  if (principal.kind !== 'assumedRole') return { tags: {} }
  const { transitiveTags = {}, sessionKeys = {} } = principal
  const sourceIdentity = sessionKeys[SOURCE_IDENTITY]
  return { tags: transitiveTags, ...(sourceIdentity !== undefined && { sourceIdentity }) }
}

/** Gives the credentials; whether the caller may have them was decided by `assumeRoleAuthorisations`. */
export function assumeRole(
  sessionKey: Uint8Array,
  records: Records,
  caller: Caller,
  input: AssumeRoleRequest,
  used: UsedCodes,
): AssumeRoleResponse {
  const arn = requireParameter('roleArn', input.RoleArn)
  const sessionName = requireParameter('roleSessionName', input.RoleSessionName)
  if (!SESSION_NAME.test(sessionName)) {
    throw constraintError('roleSessionName', sessionName, String.raw`satisfy regular expression pattern: [\w+=,.@-]*`)
  }
  const role = requireAssumable(records, caller, arn)
  const inherited = inheritedBy(caller.principal)
  const sourceIdentity = sourceIdentityOf(input, inherited.sourceIdentity)
  const policies = sessionPolicies(records, role.owner, input)
  const mfaAt = mfaOf(records, caller, input, used)
  const session: RoleSession = {
    kind: 'role',
    account: role.owner,
    roleId: role.id,
    sessionName,
    issuedAt: caller.now.toISOString(),
    expiresAt: new Date(caller.now.getTime() + 1000 * roleDuration(role, caller, input)).toISOString(),
    nonce: caller.requestId,
    ...(mfaAt !== undefined && { mfaAt }),
    ...policies,
    ...sessionTags(input, inherited.tags),
    keys: sourceIdentity === undefined ? {} : { [SOURCE_IDENTITY]: sourceIdentity },
  }
  return {
    Credentials: credentials(sealSession(sessionKey, session), session),
    AssumedRoleUser: { AssumedRoleId: `${role.id}:${sessionName}`, Arn: sessionArn(role, sessionName) },
    ...(sourceIdentity !== undefined && { SourceIdentity: sourceIdentity }),
    ...packedSize(session),
  }
}

/** Lower-case context keys of the call. */
function assumeRoleKeys({
  ExternalId,
  RoleSessionName,
  SourceIdentity,
  Tags,
  TransitiveTagKeys,
}: Input): Authorisation['keys'] {
  const keys: Record<string, string | readonly string[]> = {}
  if (ExternalId !== undefined) keys['sts:externalid'] = ExternalId
  if (RoleSessionName !== undefined) keys['sts:rolesessionname'] = RoleSessionName
  if (SourceIdentity !== undefined) keys['sts:sourceidentity'] = SourceIdentity
  if (TransitiveTagKeys && TransitiveTagKeys.length > 0) keys['sts:transitivetagkeys'] = TransitiveTagKeys
  return { ...keys, ...requestTagKeys(Tags) }
}

/** Of the code in the call, or of the user's own session; a role's session hands none on. */
function mfaOf(records: Records, { principal, now }: Caller, input: Input, used: UsedCodes): string | undefined {
  const shown = spendMfa(records, principal, input, now, used)
  return shown ?? (principal.kind === 'user' ? principal.mfaAt : undefined)
}

/** The tags given, and those that the session which asks hands on, which nobody may change. */
function sessionTags(
  { Tags: given, TransitiveTagKeys: transitive = [] }: Input,
  inherited: Tags,
): Pick<RoleSession, 'tags' | 'transitiveTagKeys'> {
  const tags = withTags({}, given)
  const held = new Set(Object.keys(inherited).map((key) => key.toLowerCase()))
  if (Object.keys(tags).some((key) => held.has(key.toLowerCase()))) {
    const message =
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
    throw new ApiError('InvalidParameterValue', message)
  }
  if (transitive.some((key) => tags[key] === undefined)) {
    throw new ApiError(
      'InvalidParameterValue',
      'The specified transitive tag key must be included in the requested tags.',
    )
  }
  const transitiveTagKeys = [...Object.keys(inherited), ...transitive]
  return { tags: { ...tags, ...inherited }, ...(transitiveTagKeys.length > 0 && { transitiveTagKeys }) }
}

/** Once set it stays, however many roles are assumed. */
function sourceIdentityOf({ SourceIdentity: given }: Input, inherited: string | undefined): string | undefined {
  if (given !== undefined && !SESSION_NAME.test(given)) {
    throw constraintError('sourceIdentity', given, String.raw`satisfy regular expression pattern: [\w+=,.@-]*`)
  }
  if (given !== undefined && inherited !== undefined && given !== inherited) {
    throw new ApiError('AccessDenied', 'The source identity of the calling session cannot be changed.', { status: 403 })
  }
  return given ?? inherited
}

/** A role that is not there is refused like one that may not be assumed, so that nobody can look for roles. */
function requireAssumable(records: Records, caller: Caller, arn: string): IamRole {
  const role = findRoleByArn(records, arn)
  if (role) return role
  const who = caller.principal.kind === 'anonymous' ? 'anonymous' : caller.principal.arn
  throw new ApiError('AccessDenied', `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${arn}`, {
    status: 403,
  })
}

function roleDuration(role: IamRole, caller: Caller, input: Input): number {
  const seconds = durationOf(input.DurationSeconds, { min: 900, max: 43_200, absent: DEFAULT_DURATION })
  if (caller.principal.kind === 'assumedRole' && seconds > DEFAULT_DURATION) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  }
  if (seconds > role.maxSessionDuration) {
    throw validationError('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }
  return seconds
}
