// The policies that a call gives the session that it asks for: one as text, and managed ones by their ARNs.

import type { PolicyDescriptorType } from '@aws-sdk/client-sts'
import { ApiError } from '../../errors.ts'
import type { AccountId } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { constraintError, requirePolicyDocument } from '../iam/errors.ts'
import { findNamedPolicy } from '../iam/managed-policy.ts'

/** Characters of an inline session policy, and how many managed ones may go with it. */
const SESSION_POLICY_LIMIT = 2048
const SESSION_POLICY_ARNS = 10

export interface SessionPolicyInput {
  readonly Policy?: string | undefined
  readonly PolicyArns?: readonly PolicyDescriptorType[] | undefined
}

interface SessionPolicies {
  readonly policy?: string
  readonly policyArns: readonly string[]
}

/** `owner` has the managed policies. */
export function sessionPolicies(records: Records, owner: AccountId, input: SessionPolicyInput): SessionPolicies {
  return {
    ...(input.Policy !== undefined && { policy: inlinePolicy(input.Policy) }),
    policyArns: managedPolicies(records, owner, input),
  }
}

/** The share of the packed policy size that is used, in percent; only when there is something to pack. */
export function packedSize({
  policy = '',
  policyArns,
  tags,
}: SessionPolicies & { readonly tags: Readonly<Record<string, string>> }): { PackedPolicySize?: number } {
  const size = policy.length + policyArns.join('').length + JSON.stringify(tags).length - 2
  return size === 0 ? {} : { PackedPolicySize: Math.ceil((size * 100) / (4 * SESSION_POLICY_LIMIT)) }
}

function inlinePolicy(text: string): string {
  if (text.length > SESSION_POLICY_LIMIT) {
    throw constraintError('policy', text, `have length less than or equal to ${SESSION_POLICY_LIMIT}`)
  }
  return requirePolicyDocument(text, 'session policy', 'policy')
}

function managedPolicies(records: Records, owner: AccountId, input: SessionPolicyInput): string[] {
  const arns = (input.PolicyArns ?? []).map((descriptor) => descriptor.arn ?? '')
  if (arns.length > SESSION_POLICY_ARNS) {
    throw constraintError('policyArns', arns, `have length less than or equal to ${SESSION_POLICY_ARNS}`)
  }
  const missing = arns.find((arn) => !findNamedPolicy(records, owner, arn))
  if (missing !== undefined) throw new ApiError('MalformedPolicyDocument', `Policy ${missing} was not found.`)
  return arns
}
