// Managed policies: CreatePolicy, GetPolicy, ListPolicies, DeletePolicy and their tags. AWS's own are listed and read
// beside the account's.

import type {
  CreatePolicyRequest,
  CreatePolicyResponse,
  DeletePolicyRequest,
  GetPolicyRequest,
  GetPolicyResponse,
  ListPoliciesRequest,
  ListPoliciesResponse,
  ListPolicyTagsRequest,
  ListPolicyTagsResponse,
  Policy,
  TagPolicyRequest,
  UntagPolicyRequest,
} from '@aws-sdk/client-iam'
import {
  findManagedPolicy,
  MANAGED_SINCE,
  MANAGED_VERSION,
  type ManagedPolicy,
  managedPolicies,
} from '../../catalogue/managed-policies.ts'
import type { IamPolicy } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { policyArn } from './arns.ts'
import { countUses } from './attached-policy.ts'
import { constraintError, deleteConflict, entityAlreadyExists, requireParameter } from './errors.ts'
import { defaultVersion, findCustomerPolicy } from './managed-policy.ts'
import { hasName, newUniqueId, readPath, requireName } from './names.ts'
import { pageOf } from './pages.ts'
import { requireManagedDocument } from './policy-version.ts'
import { noSuchPolicy, requireCustomerPolicy } from './require.ts'
import { tagsMember } from './shapes.ts'
import { tagList, withoutTags, withTags } from './tags.ts'

const NAME_LENGTH = 128

export function createPolicy(tx: Tx, caller: Caller, input: CreatePolicyRequest): CreatePolicyResponse {
  const name = requireName('policyName', input.PolicyName, NAME_LENGTH)
  if (hasName(tx.iamPolicies.where('owner', caller.account), name)) {
    throw entityAlreadyExists(`A policy called ${name}`)
  }
  const createdAt = caller.now.toISOString()
  const document = requireManagedDocument(input.PolicyDocument)
  const policy: IamPolicy = {
    id: newUniqueId('ANPA'),
    owner: caller.account,
    name,
    path: readPath(input.Path),
    tags: withTags({}, input.Tags),
    createdAt,
    ...(input.Description !== undefined && { description: input.Description }),
    versions: [{ versionId: 'v1', document, isDefault: true, createdAt }],
    lastVersion: 1,
  }
  // Only GetPolicy shows the description.
  const { Description: _, ...shape } = customerShape(tx, caller, tx.iamPolicies.insert(policy))
  return { Policy: shape }
}

export function getPolicy(records: Records, caller: Caller, input: GetPolicyRequest): GetPolicyResponse {
  const arn = requireParameter('policyArn', input.PolicyArn)
  const managed = findManagedPolicy(arn)
  if (managed) return { Policy: managedShape(records, caller, managed) }
  const policy = findCustomerPolicy(records, caller.account, arn)
  if (!policy) throw noSuchPolicy(arn)
  return { Policy: customerShape(records, caller, policy) }
}

const SCOPES = ['All', 'AWS', 'Local']

export function listPolicies(records: Records, caller: Caller, input: ListPoliciesRequest): ListPoliciesResponse {
  const scope = input.Scope ?? 'All'
  if (!SCOPES.includes(scope)) {
    throw constraintError('scope', scope, `satisfy enum value set: [${SCOPES.join(', ')}]`)
  }
  const own = scope === 'AWS' ? [] : records.iamPolicies.where('owner', caller.account)
  const aws = scope === 'Local' ? [] : [...managedPolicies()]
  const shapes = [
    ...own.map((policy) => customerShape(records, caller, policy)),
    ...aws.map((policy) => managedShape(records, caller, policy)),
  ].filter((shape) => isListed(shape, input))
  const { items, members } = pageOf(shapes, input, (shape) => shape.Arn ?? '')
  // Lists show neither description nor tags.
  return { Policies: items.map(({ Description: _, Tags: __, ...shape }) => shape), ...members }
}

/** Every version but the default one, and every attachment, must be gone before. */
export function deletePolicy(tx: Tx, caller: Caller, input: DeletePolicyRequest): object {
  const policy = requireCustomerPolicy(tx, caller, input.PolicyArn)
  const { attached, boundary } = countUses(tx, caller, policyArn(policy))
  if (attached + boundary > 0) throw deleteConflict('detach the policy from every entity')
  if (policy.versions.length > 1) throw deleteConflict('delete the non-default versions of the policy')
  tx.iamPolicies.delete(policy.id)
  return {}
}

export function tagPolicy(tx: Tx, caller: Caller, input: TagPolicyRequest): object {
  const policy = requireCustomerPolicy(tx, caller, input.PolicyArn)
  tx.iamPolicies.update(policy.id, { tags: withTags(policy.tags, input.Tags) })
  return {}
}

export function untagPolicy(tx: Tx, caller: Caller, input: UntagPolicyRequest): object {
  const policy = requireCustomerPolicy(tx, caller, input.PolicyArn)
  tx.iamPolicies.update(policy.id, { tags: withoutTags(policy.tags, input.TagKeys) })
  return {}
}

export function listPolicyTags(records: Records, caller: Caller, input: ListPolicyTagsRequest): ListPolicyTagsResponse {
  const { tags } = requireCustomerPolicy(records, caller, input.PolicyArn)
  const { items, members } = pageOf(tagList(tags), input, (tag) => tag.Key ?? '')
  return { Tags: [...items], ...members }
}

function isListed(shape: Policy, { OnlyAttached, PathPrefix, PolicyUsageFilter }: ListPoliciesRequest): boolean {
  const attached = shape.AttachmentCount ?? 0
  const boundary = shape.PermissionsBoundaryUsageCount ?? 0
  if (!(shape.Path ?? '/').startsWith(PathPrefix ?? '/')) return false
  if (OnlyAttached && attached === 0) return false
  if (PolicyUsageFilter === 'PermissionsPolicy') return attached > 0
  return PolicyUsageFilter !== 'PermissionsBoundary' || boundary > 0
}

function usesMembers(records: Records, caller: Caller, arn: string): Policy {
  const { attached, boundary } = countUses(records, caller, arn)
  return { AttachmentCount: attached, PermissionsBoundaryUsageCount: boundary, IsAttachable: true }
}

export function customerShape(records: Records, caller: Caller, policy: IamPolicy): Policy {
  const arn = policyArn(policy)
  const newest = policy.versions.map((version) => version.createdAt).sort()
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arn,
    Path: policy.path,
    DefaultVersionId: defaultVersion(policy).versionId,
    ...usesMembers(records, caller, arn),
    ...(policy.description !== undefined && { Description: policy.description }),
    CreateDate: new Date(policy.createdAt),
    UpdateDate: new Date(newest.at(-1) ?? policy.createdAt),
    ...tagsMember(policy.tags),
  }
}

export function managedShape(records: Records, caller: Caller, policy: ManagedPolicy): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: policy.arn,
    Path: policy.path,
    DefaultVersionId: MANAGED_VERSION,
    ...usesMembers(records, caller, policy.arn),
    Description: policy.description,
    CreateDate: new Date(MANAGED_SINCE),
    UpdateDate: new Date(MANAGED_SINCE),
  }
}
