// Service control policies and resource control policies.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html

import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  DeletePolicyRequest,
  DescribePolicyRequest,
  DescribePolicyResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  Policy,
  UpdatePolicyRequest,
  UpdatePolicyResponse,
} from '@aws-sdk/client-organizations'
import { ApiError } from '../../errors.ts'
import { validatePolicy } from '../../iam/validate.ts'
import type { Organization, OrganizationPolicyType } from '../../store/organizations-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireManaged, requireOrganization } from './find.ts'
import {
  type AwsOrganizationPolicy,
  DEFAULT_POLICIES,
  policySummary,
  requirePolicy,
  requireType,
} from './find-policy.ts'
import { newPolicyId } from './ids.ts'
import { pageOf, requireText, withTags } from './input.ts'

/** Characters of a policy's content. */
const CONTENT_LIMIT = 5_120
const NAME_LENGTH = 128
const DESCRIPTION_LENGTH = 512

const KINDS = {
  SERVICE_CONTROL_POLICY: 'service control policy',
  RESOURCE_CONTROL_POLICY: 'resource control policy',
} as const satisfies Record<OrganizationPolicyType, string>

export function createPolicy(tx: Tx, caller: Caller, input: CreatePolicyRequest): CreatePolicyResponse {
  const organization = requireManaged(tx, caller)
  const type = requireType(input.Type)
  const name = requireText('Name', input.Name, NAME_LENGTH)
  refuseTaken(tx, organization, name)
  const policy = tx.organizationPolicies.insert({
    id: newPolicyId(),
    organizationId: organization.id,
    type,
    name,
    description: readDescription(input.Description) ?? '',
    content: requireContent(type, input.Content),
    tags: withTags({}, input.Tags),
  })
  return { Policy: shapeOf(organization, policy) }
}

export function describePolicy(records: Records, caller: Caller, input: DescribePolicyRequest): DescribePolicyResponse {
  const organization = requireOrganization(records, caller)
  return { Policy: shapeOf(organization, requirePolicy(records, organization, input.PolicyId)) }
}

export function listPolicies(records: Records, caller: Caller, input: ListPoliciesRequest): ListPoliciesResponse {
  const organization = requireOrganization(records, caller)
  const type = requireType(input.Filter)
  const own = [...records.organizationPolicies.where('organizationId', organization.id)]
  const all: readonly AwsOrganizationPolicy[] = [...DEFAULT_POLICIES, ...own]
  const { page, more } = pageOf(
    all.filter((policy) => policy.type === type),
    input,
  )
  return { Policies: page.map((policy) => policySummary(organization, policy)), ...more }
}

export function updatePolicy(tx: Tx, caller: Caller, input: UpdatePolicyRequest): UpdatePolicyResponse {
  const organization = requireManaged(tx, caller)
  const policy = requireOwn(tx, organization, input.PolicyId)
  const name = input.Name === undefined ? policy.name : requireText('Name', input.Name, NAME_LENGTH)
  if (name !== policy.name) refuseTaken(tx, organization, name)
  const changed = tx.organizationPolicies.update(policy.id, {
    name,
    description: readDescription(input.Description) ?? policy.description,
    content: input.Content === undefined ? policy.content : requireContent(policy.type, input.Content),
  })
  return { Policy: shapeOf(organization, changed) }
}

export function deletePolicy(tx: Tx, caller: Caller, input: DeletePolicyRequest): object {
  const organization = requireManaged(tx, caller)
  const policy = requireOwn(tx, organization, input.PolicyId)
  if (tx.organizationPolicyAttachments.where('policyId', policy.id).length > 0) {
    throw new ApiError(
      'PolicyInUseException',
      'The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.',
      { status: 409 },
    )
  }
  tx.organizationPolicies.delete(policy.id)
  return {}
}

function requireOwn(tx: Tx, organization: Organization, id: string | undefined) {
  const policy = requirePolicy(tx, organization, id)
  const own = tx.organizationPolicies.get(policy.id)
  if (own) return own
  throw new ApiError('PolicyChangesInProgressException', `${policy.name} is AWS's and cannot be changed`)
}

function refuseTaken(tx: Tx, organization: Organization, name: string): void {
  const own = tx.organizationPolicies.where('organizationId', organization.id)
  if (![...DEFAULT_POLICIES, ...own].some((policy) => policy.name === name)) return
  throw new ApiError('DuplicatePolicyException', 'A policy with the same name already exists.', { status: 409 })
}

function readDescription(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? text : requireText('Description', text, DESCRIPTION_LENGTH)
}

function requireContent(type: OrganizationPolicyType, text: string | undefined): string {
  const content = requireText('Content', text, Number.MAX_SAFE_INTEGER)
  if (content.length > CONTENT_LIMIT) {
    throw new ApiError(
      'ConstraintViolationException',
      `The content has ${content.length} characters and may have ${CONTENT_LIMIT}`,
      {
        status: 409,
      },
    )
  }
  const refused = validatePolicy(content, KINDS[type])
  if (!refused) return content
  throw new ApiError(
    'MalformedPolicyDocumentException',
    `The provided policy document does not meet the requirements of the specified policy type. ${refused.message}`,
  )
}

function shapeOf(organization: Organization, policy: AwsOrganizationPolicy): Policy {
  return { PolicySummary: policySummary(organization, policy), Content: policy.content }
}
