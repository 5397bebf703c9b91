// Managed policies attached to users, groups and roles, and the entities that a policy is attached to.

import type {
  AttachedPolicy,
  AttachGroupPolicyRequest,
  AttachRolePolicyRequest,
  AttachUserPolicyRequest,
  DetachGroupPolicyRequest,
  DetachRolePolicyRequest,
  DetachUserPolicyRequest,
  ListAttachedGroupPoliciesRequest,
  ListAttachedGroupPoliciesResponse,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListAttachedUserPoliciesRequest,
  ListAttachedUserPoliciesResponse,
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse,
} from '@aws-sdk/client-iam'
import type { IamGroup, IamRole, IamUser } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { constraintError, limitExceeded, requireParameter } from './errors.ts'
import { findNamedPolicy } from './managed-policy.ts'
import { pageOf } from './pages.ts'
import { noSuchPolicy, requireGroup, requireOwnRole, requireRole, requireUser } from './require.ts'

type PolicyHolder = IamUser | IamGroup | IamRole

/** AWS lets all be raised to 20 on request; what fits in a raised account fits here. */
const POLICIES_PER_ENTITY = 20

export function attachRolePolicy(tx: Tx, caller: Caller, input: AttachRolePolicyRequest): object {
  const role = requireOwnRole(tx, caller, input.RoleName)
  tx.iamRoles.update(role.id, { attachedPolicyArns: withArn(tx, role, input.PolicyArn, 'PoliciesPerRole') })
  return {}
}

export function attachGroupPolicy(tx: Tx, caller: Caller, input: AttachGroupPolicyRequest): object {
  const group = requireGroup(tx, caller, input.GroupName)
  tx.iamGroups.update(group.id, { attachedPolicyArns: withArn(tx, group, input.PolicyArn, 'PoliciesPerGroup') })
  return {}
}

export function attachUserPolicy(tx: Tx, caller: Caller, input: AttachUserPolicyRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  tx.iamUsers.update(user.id, { attachedPolicyArns: withArn(tx, user, input.PolicyArn, 'PoliciesPerUser') })
  return {}
}

export function detachRolePolicy(tx: Tx, caller: Caller, input: DetachRolePolicyRequest): object {
  const role = requireOwnRole(tx, caller, input.RoleName)
  tx.iamRoles.update(role.id, { attachedPolicyArns: withoutArn(role, input.PolicyArn) })
  return {}
}

export function detachGroupPolicy(tx: Tx, caller: Caller, input: DetachGroupPolicyRequest): object {
  const group = requireGroup(tx, caller, input.GroupName)
  tx.iamGroups.update(group.id, { attachedPolicyArns: withoutArn(group, input.PolicyArn) })
  return {}
}

export function detachUserPolicy(tx: Tx, caller: Caller, input: DetachUserPolicyRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  tx.iamUsers.update(user.id, { attachedPolicyArns: withoutArn(user, input.PolicyArn) })
  return {}
}

export function listAttachedRolePolicies(
  records: Records,
  caller: Caller,
  input: ListAttachedRolePoliciesRequest,
): ListAttachedRolePoliciesResponse {
  return attachedList(requireRole(records, caller, input.RoleName), input)
}

export function listAttachedGroupPolicies(
  records: Records,
  caller: Caller,
  input: ListAttachedGroupPoliciesRequest,
): ListAttachedGroupPoliciesResponse {
  return attachedList(requireGroup(records, caller, input.GroupName), input)
}

export function listAttachedUserPolicies(
  records: Records,
  caller: Caller,
  input: ListAttachedUserPoliciesRequest,
): ListAttachedUserPoliciesResponse {
  return attachedList(requireUser(records, caller, input.UserName), input)
}

const ENTITY_FILTERS = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy']

export function listEntitiesForPolicy(
  records: Records,
  caller: Caller,
  input: ListEntitiesForPolicyRequest,
): ListEntitiesForPolicyResponse {
  const arn = requireParameter('policyArn', input.PolicyArn)
  if (!findNamedPolicy(records, caller.account, arn)) throw noSuchPolicy(arn)
  const filter = input.EntityFilter
  if (filter !== undefined && !ENTITY_FILTERS.includes(filter)) {
    throw constraintError('entityFilter', filter, `satisfy enum value set: [${ENTITY_FILTERS.join(', ')}]`)
  }
  const uses = ({ type, entity }: TypedHolder) =>
    (filter === undefined || filter === type) &&
    usesPolicy(entity, arn, input.PolicyUsageFilter) &&
    entity.path.startsWith(input.PathPrefix ?? '/')
  const using = holdersOf(records, caller).filter(uses)
  const { items, members } = pageOf(using, input, ({ type, entity }) => `${type}/${entity.name}`)
  return {
    PolicyGroups: items.flatMap(({ type, entity: { name, id } }) =>
      type === 'Group' ? [{ GroupName: name, GroupId: id }] : [],
    ),
    PolicyUsers: items.flatMap(({ type, entity: { name, id } }) =>
      type === 'User' ? [{ UserName: name, UserId: id }] : [],
    ),
    PolicyRoles: items.flatMap(({ type, entity: { name, id } }) =>
      type === 'Role' ? [{ RoleName: name, RoleId: id }] : [],
    ),
    ...members,
  }
}

/** How often a policy is attached, and how often it is a boundary. */
export function countUses(records: Records, caller: Caller, arn: string): { attached: number; boundary: number } {
  const entities = holdersOf(records, caller).map((holder) => holder.entity)
  return {
    attached: entities.filter((entity) => entity.attachedPolicyArns.includes(arn)).length,
    boundary: entities.filter((entity) => boundaryOf(entity) === arn).length,
  }
}

interface TypedHolder {
  readonly type: 'User' | 'Group' | 'Role'
  readonly entity: PolicyHolder
}

function holdersOf(records: Records, { account }: Caller): TypedHolder[] {
  return [
    ...records.iamUsers.where('owner', account).map((entity) => ({ type: 'User' as const, entity })),
    ...records.iamGroups.where('owner', account).map((entity) => ({ type: 'Group' as const, entity })),
    ...records.iamRoles.where('owner', account).map((entity) => ({ type: 'Role' as const, entity })),
  ]
}

/** A group has none. */
function boundaryOf(entity: PolicyHolder): string | undefined {
  return 'permissionsBoundaryArn' in entity ? entity.permissionsBoundaryArn : undefined
}

function usesPolicy(entity: PolicyHolder, arn: string, usage: string | undefined): boolean {
  const attached = usage !== 'PermissionsBoundary' && entity.attachedPolicyArns.includes(arn)
  return attached || (usage !== 'PermissionsPolicy' && boundaryOf(entity) === arn)
}

/** Attaching twice is attaching once. */
function withArn(tx: Tx, entity: PolicyHolder, arn: string | undefined, quota: string): readonly string[] {
  const wanted = requireParameter('policyArn', arn)
  if (!findNamedPolicy(tx, entity.owner, wanted)) throw noSuchPolicy(wanted)
  if (entity.attachedPolicyArns.includes(wanted)) return entity.attachedPolicyArns
  if (entity.attachedPolicyArns.length >= POLICIES_PER_ENTITY) throw limitExceeded(quota, POLICIES_PER_ENTITY)
  return [...entity.attachedPolicyArns, wanted]
}

function withoutArn(entity: PolicyHolder, arn: string | undefined): readonly string[] {
  const wanted = requireParameter('policyArn', arn)
  if (!entity.attachedPolicyArns.includes(wanted)) throw noSuchPolicy(wanted)
  return entity.attachedPolicyArns.filter((attached) => attached !== wanted)
}

function attachedList(
  entity: PolicyHolder,
  input: Pick<ListAttachedUserPoliciesRequest, 'PathPrefix' | 'MaxItems' | 'Marker'>,
) {
  const prefix = input.PathPrefix ?? '/'
  const attached = entity.attachedPolicyArns.filter((arn) => arn.slice(arn.indexOf('/')).startsWith(prefix))
  const { items, members } = pageOf(attached, input, (arn) => arn)
  return { AttachedPolicies: items.map(attachedShape), ...members }
}

function attachedShape(arn: string): AttachedPolicy {
  return { PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }
}
