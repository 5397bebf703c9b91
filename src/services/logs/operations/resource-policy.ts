// Resource policies: of the account, or of one log group. They are stored and read back; nothing asks them, since the AWS
// services that they let write are not here.

import { randomUUID } from 'node:crypto'
import type {
  DeleteResourcePolicyRequest,
  DescribeResourcePoliciesRequest,
  DescribeResourcePoliciesResponse,
  PutResourcePolicyRequest,
  PutResourcePolicyResponse,
  ResourcePolicy as ResourcePolicyOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import { describeErrors, findPolicyErrors } from '../../../iam/validate.ts'
import type { ResourcePolicy } from '../log-records.ts'
import type { LogStore } from '../log-store.ts'
import { invalidParameter, required } from '../logs-error.ts'
import { formatListToken, parseListToken } from '../page-token.ts'
import { groupIdentified, placeOf, requireLength, requireLimit } from '../require.ts'

const MOST_POLICIES = 10
const LONGEST_DOCUMENT = 5120
const MOST_LISTED = 50

export function putResourcePolicy(
  store: LogStore,
  input: PutResourcePolicyRequest,
  call: Call,
): PutResourcePolicyResponse {
  const { policyName, resourceArn } = input
  const name =
    resourceArn === undefined ? requireLength(policyName, 'policyName', 512) : (policyName ?? 'ResourcePolicy')
  const document = requireDocument(input.policyDocument)
  return store.transact(() => {
    const place = placeOf(call)
    if (resourceArn !== undefined) groupIdentified(store, call, resourceArn)
    const known = store.resourcePolicies(place, resourceArn)
    const old = known.find((policy) => resourceArn !== undefined || policy.name === name)
    requireRevision(old, input.expectedRevisionId)
    if (!old && known.length >= MOST_POLICIES) throw new ApiError('LimitExceededException', 'Resource limit exceeded.')
    const policy: ResourcePolicy = {
      ...place,
      name: old?.name ?? name,
      document,
      updatedAt: call.now.getTime(),
      ...(resourceArn !== undefined && { resourceArn, revisionId: randomUUID() }),
    }
    store.putResourcePolicy(policy)
    return { resourcePolicy: describe(policy), ...(policy.revisionId && { revisionId: policy.revisionId }) }
  })
}

export function deleteResourcePolicy(store: LogStore, input: DeleteResourcePolicyRequest, call: Call): object {
  const { policyName, resourceArn } = input
  if (resourceArn === undefined && policyName === undefined) throw required('policyName')
  store.transact(() => {
    const known = store.resourcePolicies(placeOf(call), resourceArn)
    const old = known.find(({ name }) => resourceArn !== undefined || name === policyName)
    if (!old) {
      const name = policyName ?? resourceArn
      throw new ApiError('ResourceNotFoundException', `Policy with name [${name}] does not exist`)
    }
    requireRevision(old, input.expectedRevisionId)
    store.deleteResourcePolicy(old)
  })
  return {}
}

export function describeResourcePolicies(
  store: LogStore,
  input: DescribeResourcePoliciesRequest,
  call: Call,
): DescribeResourcePoliciesResponse {
  const limit = requireLimit(input.limit, MOST_LISTED)
  if (input.policyScope === 'RESOURCE' && input.resourceArn === undefined) throw required('resourceArn')
  const after = parseListToken('policies', input.nextToken) ?? ''
  const rest = store.resourcePolicies(placeOf(call), input.resourceArn).filter(({ name }) => name > after)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    resourcePolicies: page.map(describe),
    ...(last && rest.length > limit && { nextToken: formatListToken('policies', last.name) }),
  }
}

function requireDocument(document: string | undefined): string {
  const text = requireLength(document, 'policyDocument', LONGEST_DOCUMENT)
  const errors = findPolicyErrors(text, 'resource-based policy')
  if (errors.length === 0) return text
  throw invalidParameter(`Unparseable policy document. ${describeErrors(errors)}`)
}

/** A policy on a log group changes only for who has seen its last revision. */
function requireRevision(old: ResourcePolicy | undefined, expected: string | undefined): void {
  if (expected !== undefined && expected !== old?.revisionId) {
    throw new ApiError(
      'OperationAbortedException',
      'The expected revision of the resource policy is not the current one.',
    )
  }
}

function describe(policy: ResourcePolicy): ResourcePolicyOutput {
  return {
    policyName: policy.name,
    policyDocument: policy.document,
    lastUpdatedTime: policy.updatedAt,
    policyScope: policy.resourceArn === undefined ? 'ACCOUNT' : 'RESOURCE',
    ...(policy.resourceArn !== undefined && { resourceArn: policy.resourceArn, revisionId: policy.revisionId }),
  }
}
