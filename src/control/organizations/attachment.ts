// What policies hang on what: the root, units and accounts. Each has AWS's own policy that allows everything until
// somebody takes it off, and every level must have one.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_attach.html

import type {
  AttachPolicyRequest,
  DetachPolicyRequest,
  ListPoliciesForTargetRequest,
  ListPoliciesForTargetResponse,
  ListTargetsForPolicyRequest,
  ListTargetsForPolicyResponse,
  PolicyTargetSummary,
} from '@aws-sdk/client-organizations'
import { ApiError } from '../../errors.ts'
import type { Organization, OrganizationPolicyId, OrganizationPolicyType } from '../../store/organizations-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireManaged, requireOrganization } from './find.ts'
import {
  type AwsOrganizationPolicy,
  DEFAULT_POLICIES,
  findPolicy,
  policySummary,
  policyTypeNotEnabled,
  requirePolicy,
  requireType,
} from './find-policy.ts'
import { pageOf } from './input.ts'

/** AWS's quota for each of the two types. */
const POLICIES_PER_TARGET = 5

export function attachPolicy(tx: Tx, caller: Caller, input: AttachPolicyRequest): object {
  const organization = requireManaged(tx, caller)
  const policy = requirePolicy(tx, organization, input.PolicyId)
  const targetId = requireTarget(tx, organization, input.TargetId)
  if (!organization.policyTypes.includes(policy.type)) throw policyTypeNotEnabled()
  const attached = attachedTo(tx, targetId, policy.type)
  if (attached.some((one) => one.id === policy.id)) {
    throw new ApiError(
      'DuplicatePolicyAttachmentException',
      'The selected policy is already attached to the specified target.',
      {
        status: 409,
      },
    )
  }
  if (attached.length >= POLICIES_PER_TARGET) {
    throw new ApiError(
      'ConstraintViolationException',
      `You can attach ${POLICIES_PER_TARGET} policies of a type to a target.`,
      {
        status: 409,
      },
    )
  }
  attach(tx, organization, policy.id, targetId)
  return {}
}

export function detachPolicy(tx: Tx, caller: Caller, input: DetachPolicyRequest): object {
  const organization = requireManaged(tx, caller)
  const policy = requirePolicy(tx, organization, input.PolicyId)
  const targetId = requireTarget(tx, organization, input.TargetId)
  const attached = attachedTo(tx, targetId, policy.type)
  if (!attached.some((one) => one.id === policy.id)) {
    throw new ApiError(
      'PolicyNotAttachedException',
      "The policy isn't attached to the specified target in the specified root.",
    )
  }
  if (policy.id === 'p-RCPFullAWSAccess') {
    throw new ApiError('ConstraintViolationException', 'RCPFullAWSAccess stays attached to every target.', {
      status: 409,
    })
  }
  if (attached.length === 1) {
    throw new ApiError(
      'ConstraintViolationException',
      'You attempted to remove the last SCP from an entity that has SCPs enabled: every root, OU and account must have one.',
      { status: 409 },
    )
  }
  tx.organizationPolicyAttachments.delete(`${policy.id}/${targetId}`)
  return {}
}

export function listPoliciesForTarget(
  records: Records,
  caller: Caller,
  input: ListPoliciesForTargetRequest,
): ListPoliciesForTargetResponse {
  const organization = requireOrganization(records, caller)
  const targetId = requireTarget(records, organization, input.TargetId)
  const { page, more } = pageOf(attachedTo(records, targetId, requireType(input.Filter)), input)
  return { Policies: page.map((policy) => policySummary(organization, policy)), ...more }
}

export function listTargetsForPolicy(
  records: Records,
  caller: Caller,
  input: ListTargetsForPolicyRequest,
): ListTargetsForPolicyResponse {
  const organization = requireOrganization(records, caller)
  const policy = requirePolicy(records, organization, input.PolicyId)
  const targets = records.organizationPolicyAttachments
    .where('policyId', policy.id)
    .filter((one) => one.organizationId === organization.id)
    .map((one) => targetSummary(records, organization, one.targetId))
  const { page, more } = pageOf(targets, input)
  return { Targets: page, ...more }
}

/** The policies of a type on a target, by id. */
export function attachedTo(records: Records, targetId: string, type: OrganizationPolicyType): AwsOrganizationPolicy[] {
  return records.organizationPolicyAttachments
    .where('targetId', targetId)
    .flatMap(({ policyId }) => findPolicy(records, policyId) ?? [])
    .filter((policy) => policy.type === type)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
}

/** A new unit or account starts with the policies that allow everything. */
export function attachDefaultsTo(tx: Tx, organization: Organization, targetId: string): void {
  for (const { id, type } of DEFAULT_POLICIES) {
    if (organization.policyTypes.includes(type)) attach(tx, organization, id, targetId)
  }
}

/** As the type is turned on, every root, unit and account gets its default policy. */
export function attachDefaults(tx: Tx, organization: Organization, type: OrganizationPolicyType): void {
  const targets = [
    organization.rootId,
    ...tx.organizationalUnits.where('organizationId', organization.id).map((unit) => unit.id),
    ...tx.organizationAccounts.where('organizationId', organization.id).map((account) => account.id),
  ]
  const policy = DEFAULT_POLICIES.find((one) => one.type === type)
  if (policy) for (const target of targets) attach(tx, organization, policy.id, target)
}

/** As the type is turned off. */
export function detachAll(tx: Tx, organization: Organization, type: OrganizationPolicyType): void {
  for (const { id, policyId } of [...tx.organizationPolicyAttachments.where('organizationId', organization.id)]) {
    if (findPolicy(tx, policyId)?.type === type) tx.organizationPolicyAttachments.delete(id)
  }
}

/** As a target goes. */
export function detachFrom(tx: Tx, targetId: string): void {
  for (const { id } of [...tx.organizationPolicyAttachments.where('targetId', targetId)]) {
    tx.organizationPolicyAttachments.delete(id)
  }
}

function attach(tx: Tx, organization: Organization, policyId: OrganizationPolicyId, targetId: string): void {
  const id = `${policyId}/${targetId}`
  if (tx.organizationPolicyAttachments.has(id)) return
  tx.organizationPolicyAttachments.insert({ id, organizationId: organization.id, policyId, targetId })
}

function requireTarget(records: Records, organization: Organization, id: string | undefined): string {
  if (id === organization.rootId) return id
  const target = records.organizationalUnits.get(id ?? '') ?? records.organizationAccounts.get(id ?? '')
  if (target?.organizationId === organization.id) return target.id
  throw new ApiError('TargetNotFoundException', "You specified a target that doesn't exist.", { status: 404 })
}

function targetSummary(records: Records, organization: Organization, id: string): PolicyTargetSummary {
  const { managementAccount, rootId, id: organizationId } = organization
  const arn = (kind: string) => `arn:aws:organizations::${managementAccount}:${kind}/${organizationId}/${id}`
  if (id === rootId) return { TargetId: id, Arn: arn('root'), Name: 'Root', Type: 'ROOT' }
  const unit = records.organizationalUnits.get(id)
  if (unit) return { TargetId: id, Arn: arn('ou'), Name: unit.name, Type: 'ORGANIZATIONAL_UNIT' }
  return { TargetId: id, Arn: arn('account'), Name: records.organizationAccounts.get(id)?.name, Type: 'ACCOUNT' }
}
