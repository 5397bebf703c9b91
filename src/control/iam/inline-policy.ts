// Inline policies of users, groups and roles: Put, Get, List and Delete of each.

import type {
  DeleteGroupPolicyRequest,
  DeleteRolePolicyRequest,
  DeleteUserPolicyRequest,
  GetGroupPolicyRequest,
  GetGroupPolicyResponse,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  GetUserPolicyRequest,
  GetUserPolicyResponse,
  ListGroupPoliciesRequest,
  ListGroupPoliciesResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  ListUserPoliciesRequest,
  ListUserPoliciesResponse,
  PutGroupPolicyRequest,
  PutRolePolicyRequest,
  PutUserPolicyRequest,
} from '@aws-sdk/client-iam'
import { ApiError } from '../../errors.ts'
import type { IamGroup, IamRole, IamUser, InlinePolicies } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { noSuchEntity, requireParameter, requirePolicyDocument } from './errors.ts'
import { requireName } from './names.ts'
import { type PageRequest, pageOf } from './pages.ts'
import { requireGroup, requireOwnRole, requireRole, requireUser } from './require.ts'
import { encodeDocument } from './shapes.ts'

const NAME_LENGTH = 128
/** Characters of all inline policies of one entity, whitespace not counted. */
const SIZE_LIMITS = { user: 2048, group: 5120, role: 10_240 } as const

type EntityType = keyof typeof SIZE_LIMITS
type PolicyHolder = IamUser | IamGroup | IamRole

interface PolicyInput {
  readonly PolicyName: string | undefined
  readonly PolicyDocument: string | undefined
}

export function putRolePolicy(tx: Tx, caller: Caller, input: PutRolePolicyRequest): object {
  const role = requireOwnRole(tx, caller, input.RoleName)
  tx.iamRoles.update(role.id, { inlinePolicies: withPolicy('role', role, input) })
  return {}
}

export function putGroupPolicy(tx: Tx, caller: Caller, input: PutGroupPolicyRequest): object {
  const group = requireGroup(tx, caller, input.GroupName)
  tx.iamGroups.update(group.id, { inlinePolicies: withPolicy('group', group, input) })
  return {}
}

export function putUserPolicy(tx: Tx, caller: Caller, input: PutUserPolicyRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  tx.iamUsers.update(user.id, { inlinePolicies: withPolicy('user', user, input) })
  return {}
}

export function getRolePolicy(records: Records, caller: Caller, input: GetRolePolicyRequest): GetRolePolicyResponse {
  const role = requireRole(records, caller, input.RoleName)
  return { RoleName: role.name, ...policyShape('role', role, input.PolicyName) }
}

export function getGroupPolicy(records: Records, caller: Caller, input: GetGroupPolicyRequest): GetGroupPolicyResponse {
  const group = requireGroup(records, caller, input.GroupName)
  return { GroupName: group.name, ...policyShape('group', group, input.PolicyName) }
}

export function getUserPolicy(records: Records, caller: Caller, input: GetUserPolicyRequest): GetUserPolicyResponse {
  const user = requireUser(records, caller, input.UserName)
  return { UserName: user.name, ...policyShape('user', user, input.PolicyName) }
}

export function listRolePolicies(
  records: Records,
  caller: Caller,
  input: ListRolePoliciesRequest,
): ListRolePoliciesResponse {
  return nameList(requireRole(records, caller, input.RoleName), input)
}

export function listGroupPolicies(
  records: Records,
  caller: Caller,
  input: ListGroupPoliciesRequest,
): ListGroupPoliciesResponse {
  return nameList(requireGroup(records, caller, input.GroupName), input)
}

export function listUserPolicies(
  records: Records,
  caller: Caller,
  input: ListUserPoliciesRequest,
): ListUserPoliciesResponse {
  return nameList(requireUser(records, caller, input.UserName), input)
}

export function deleteRolePolicy(tx: Tx, caller: Caller, input: DeleteRolePolicyRequest): object {
  const role = requireOwnRole(tx, caller, input.RoleName)
  tx.iamRoles.update(role.id, { inlinePolicies: withoutPolicy('role', role, input.PolicyName) })
  return {}
}

export function deleteGroupPolicy(tx: Tx, caller: Caller, input: DeleteGroupPolicyRequest): object {
  const group = requireGroup(tx, caller, input.GroupName)
  tx.iamGroups.update(group.id, { inlinePolicies: withoutPolicy('group', group, input.PolicyName) })
  return {}
}

export function deleteUserPolicy(tx: Tx, caller: Caller, input: DeleteUserPolicyRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  tx.iamUsers.update(user.id, { inlinePolicies: withoutPolicy('user', user, input.PolicyName) })
  return {}
}

function withPolicy(type: EntityType, entity: PolicyHolder, input: PolicyInput): InlinePolicies {
  const name = requireName('policyName', input.PolicyName, NAME_LENGTH)
  const document = requirePolicyDocument(input.PolicyDocument, 'identity-based policy')
  const policies = { ...entity.inlinePolicies, [name]: document }
  const size = Object.values(policies).join('').replace(/\s/g, '').length
  if (size > SIZE_LIMITS[type]) {
    const message = `Maximum policy size of ${SIZE_LIMITS[type]} bytes exceeded for ${type} ${entity.name}`
    throw new ApiError('LimitExceeded', message, { status: 409 })
  }
  return policies
}

function withoutPolicy(type: EntityType, entity: PolicyHolder, name: string | undefined): InlinePolicies {
  const [wanted] = requirePolicy(type, entity, name)
  return Object.fromEntries(Object.entries(entity.inlinePolicies).filter(([present]) => present !== wanted))
}

function policyShape(type: EntityType, entity: PolicyHolder, name: string | undefined) {
  const [policyName, document] = requirePolicy(type, entity, name)
  return { PolicyName: policyName, PolicyDocument: encodeDocument(document) }
}

function requirePolicy(type: EntityType, entity: PolicyHolder, name: string | undefined): [string, string] {
  const wanted = requireParameter('policyName', name)
  const document = Object.hasOwn(entity.inlinePolicies, wanted) ? entity.inlinePolicies[wanted] : undefined
  if (document === undefined) throw noSuchEntity(`The ${type} policy with name ${wanted} cannot be found.`)
  return [wanted, document]
}

function nameList(entity: PolicyHolder, input: PageRequest) {
  const { items, members } = pageOf(Object.keys(entity.inlinePolicies), input, (name) => name)
  return { PolicyNames: [...items], ...members }
}
