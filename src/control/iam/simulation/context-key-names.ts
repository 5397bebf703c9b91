// GetContextKeysForPrincipalPolicy and GetContextKeysForCustomPolicy: the keys that a simulation should be given.

import type {
  GetContextKeysForCustomPolicyRequest,
  GetContextKeysForPolicyResponse,
  GetContextKeysForPrincipalPolicyRequest,
} from '@aws-sdk/client-iam'
import { parsePolicyCached } from '../../../iam/policy.ts'
import { referencedKeys } from '../../../iam/policy-keys.ts'
import type { Records } from '../../../store/store.ts'
import type { Caller } from '../../caller.ts'
import { requireParameter } from '../errors.ts'
import { givenPolicies, requireSource, type SourcePolicy } from './sources.ts'

export function getContextKeysForCustomPolicy(
  _records: Records,
  _caller: Caller,
  input: GetContextKeysForCustomPolicyRequest,
): GetContextKeysForPolicyResponse {
  const documents = requireParameter('policyInputList', input.PolicyInputList)
  return keysOf(givenPolicies('PolicyInputList', documents, 'identity-based policy'))
}

export function getContextKeysForPrincipalPolicy(
  records: Records,
  caller: Caller,
  input: GetContextKeysForPrincipalPolicyRequest,
): GetContextKeysForPolicyResponse {
  const { policies } = requireSource(
    records,
    caller.account,
    requireParameter('policySourceArn', input.PolicySourceArn),
  )
  return keysOf([...policies, ...givenPolicies('PolicyInputList', input.PolicyInputList, 'identity-based policy')])
}

function keysOf(policies: readonly SourcePolicy[]): GetContextKeysForPolicyResponse {
  const statements = policies.flatMap(({ document }) => {
    const parsed = parsePolicyCached(document)
    return parsed.kind === 'policy' ? parsed.policy.statements : []
  })
  return { ContextKeyNames: referencedKeys(statements) }
}
