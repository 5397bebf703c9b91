// AssumeRole: temporary credentials for a role, and what the policies are asked before it.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html

import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts'
import { ApiError } from '../../errors.ts'
import { parseArn } from '../../iam/arn.ts'
import type { Authorisation } from '../../iam/request.ts'
import { type RoleSession, sealSession } from '../../iam/session-token.ts'
import type { IamRole } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { sessionArn } from '../iam/arns.ts'
import { constraintError, requireParameter, requirePolicyDocument, validationError } from '../iam/errors.ts'
import { findRoleByArn } from '../iam/find.ts'
import { findNamedPolicy } from '../iam/managed-policy.ts'
import { withTags } from '../iam/tags.ts'
import { credentials, durationOf } from './credentials.ts'

const DEFAULT_DURATION = 3600
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/
/** Characters of an inline session policy, and how many managed ones may go with it. */
const SESSION_POLICY_LIMIT = 2048
const SESSION_POLICY_ARNS = 10

type Input = Partial<AssumeRoleRequest>

/** The trust policy must allow it even to the role's own account; tags ask for sts:TagSession beside it. */
export function assumeRoleAuthorisations(records: Records, input: Input): Authorisation[] {
  const arn = input.RoleArn ?? '*'
  const role = findRoleByArn(records, arn)
  const account = parseArn(arn)?.account
  const about = {
    resource: arn,
    ...(account && { resourceAccount: account }),
    ...(role && { resourcePolicy: { name: `trust:${role.name}`, document: role.assumeRolePolicyDocument } }),
    resourcePolicyKind: 'role trust policy' as const,
    keys: assumeRoleKeys(input),
  }
  const authorisations = [{ ...about, action: 'sts:AssumeRole' }]
  if (input.Tags && input.Tags.length > 0) authorisations.push({ ...about, action: 'sts:TagSession' })
  return authorisations
}

/** Gives the credentials; whether the caller may have them was decided by `assumeRoleAuthorisations`. */
export function assumeRole(
  sessionKey: Uint8Array,
  records: Records,
  caller: Caller,
  input: AssumeRoleRequest,
): AssumeRoleResponse {
  const arn = requireParameter('roleArn', input.RoleArn)
  const sessionName = requireParameter('roleSessionName', input.RoleSessionName)
  if (!SESSION_NAME.test(sessionName)) {
    throw constraintError('roleSessionName', sessionName, String.raw`satisfy regular expression pattern: [\w+=,.@-]*`)
  }
  const role = requireAssumable(records, caller, arn)
  const session: RoleSession = {
    kind: 'role',
    account: role.owner,
    roleId: role.id,
    sessionName,
    issuedAt: caller.now.toISOString(),
    expiresAt: new Date(caller.now.getTime() + 1000 * roleDuration(role, caller, input)).toISOString(),
    nonce: caller.requestId,
    ...(input.Policy !== undefined && { policy: sessionPolicy(input.Policy) }),
    policyArns: sessionPolicyArns(records, role, input),
    tags: withTags({}, input.Tags),
    keys: input.SourceIdentity === undefined ? {} : { 'aws:SourceIdentity': input.SourceIdentity },
  }
  return {
    Credentials: credentials(sealSession(sessionKey, session), session),
    AssumedRoleUser: { AssumedRoleId: `${role.id}:${sessionName}`, Arn: sessionArn(role, sessionName) },
    ...(input.SourceIdentity !== undefined && { SourceIdentity: input.SourceIdentity }),
    ...packedSize(session),
  }
}

/** Lower-case context keys of the call. */
function assumeRoleKeys({ ExternalId, RoleSessionName, SourceIdentity, Tags }: Input): Authorisation['keys'] {
  const keys: Record<string, string | readonly string[]> = {}
  if (ExternalId !== undefined) keys['sts:externalid'] = ExternalId
  if (RoleSessionName !== undefined) keys['sts:rolesessionname'] = RoleSessionName
  if (SourceIdentity !== undefined) keys['sts:sourceidentity'] = SourceIdentity
  if (Tags && Tags.length > 0) keys['aws:tagkeys'] = Tags.map((tag) => tag.Key ?? '')
  for (const { Key: key = '', Value: value = '' } of Tags ?? []) keys[`aws:requesttag/${key.toLowerCase()}`] = value
  return keys
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

function sessionPolicy(text: string): string {
  if (text.length > SESSION_POLICY_LIMIT) {
    throw constraintError('policy', text, `have length less than or equal to ${SESSION_POLICY_LIMIT}`)
  }
  return requirePolicyDocument(text, 'session policy', 'policy')
}

function sessionPolicyArns(records: Records, role: IamRole, input: Input): string[] {
  const arns = (input.PolicyArns ?? []).map((descriptor) => descriptor.arn ?? '')
  if (arns.length > SESSION_POLICY_ARNS) {
    throw constraintError('policyArns', arns, `have length less than or equal to ${SESSION_POLICY_ARNS}`)
  }
  const missing = arns.find((arn) => !findNamedPolicy(records, role.owner, arn))
  if (missing !== undefined) throw new ApiError('MalformedPolicyDocument', `Policy ${missing} was not found.`)
  return arns
}

/** The share of the packed policy size that is used, in percent; only when there is something to pack. */
function packedSize({ policy = '', policyArns, tags }: RoleSession): { PackedPolicySize?: number } {
  const size = policy.length + policyArns.join('').length + JSON.stringify(tags).length - 2
  return size === 0 ? {} : { PackedPolicySize: Math.ceil((size * 100) / (4 * SESSION_POLICY_LIMIT)) }
}
