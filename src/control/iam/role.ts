// Roles: CreateRole, GetRole, ListRoles, UpdateRole, UpdateAssumeRolePolicy, DeleteRole, tags and boundary.

import type {
  CreateRoleRequest,
  CreateRoleResponse,
  DeleteRolePermissionsBoundaryRequest,
  DeleteRoleRequest,
  GetRoleRequest,
  GetRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  ListRoleTagsRequest,
  ListRoleTagsResponse,
  PutRolePermissionsBoundaryRequest,
  TagRoleRequest,
  UntagRoleRequest,
  UpdateAssumeRolePolicyRequest,
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse,
  UpdateRoleRequest,
} from '@aws-sdk/client-iam'
import type { IamRole } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireBoundary } from './boundary.ts'
import {
  constraintError,
  deleteConflict,
  entityAlreadyExists,
  limitExceeded,
  requirePolicyDocument,
  validationError,
} from './errors.ts'
import { hasName, newUniqueId, readPath, requireName } from './names.ts'
import { pageOf } from './pages.ts'
import { requireOwnRole, requireRole, SERVICE_PATH } from './require.ts'
import { roleShape, roleSummary } from './shapes.ts'
import { tagList, withoutTags, withTags } from './tags.ts'

const NAME_LENGTH = 64
const DESCRIPTION_LENGTH = 1000
/** Characters of a trust policy, whitespace not counted. */
const TRUST_POLICY_LIMIT = 2048
const DEFAULT_SESSION = 3600

export function createRole(tx: Tx, caller: Caller, input: CreateRoleRequest): CreateRoleResponse {
  const name = requireName('roleName', input.RoleName, NAME_LENGTH)
  if (hasName(tx.iamRoles.where('owner', caller.account), name)) throw entityAlreadyExists(`Role with name ${name}`)
  const path = readPath(input.Path)
  if (path.startsWith(SERVICE_PATH)) {
    throw validationError(`Roles under ${SERVICE_PATH} are made by CreateServiceLinkedRole only.`)
  }
  const boundary = requireBoundary(tx, caller, input.PermissionsBoundary)
  const description = readDescription(input.Description)
  const role: IamRole = {
    id: newUniqueId('AROA'),
    owner: caller.account,
    name,
    path,
    tags: withTags({}, input.Tags),
    createdAt: caller.now.toISOString(),
    ...(description !== undefined && { description }),
    assumeRolePolicyDocument: requireTrustPolicy(input.AssumeRolePolicyDocument, 'assumeRolePolicyDocument'),
    maxSessionDuration: readMaxSession(input.MaxSessionDuration) ?? DEFAULT_SESSION,
    inlinePolicies: {},
    attachedPolicyArns: [],
    ...(boundary !== undefined && { permissionsBoundaryArn: boundary }),
  }
  const { RoleLastUsed: _, ...shape } = roleShape(tx.iamRoles.insert(role))
  return { Role: shape }
}

export function getRole(records: Records, caller: Caller, input: GetRoleRequest): GetRoleResponse {
  return { Role: roleShape(requireRole(records, caller, input.RoleName)) }
}

export function listRoles(records: Records, caller: Caller, input: ListRolesRequest): ListRolesResponse {
  const prefix = input.PathPrefix ?? '/'
  const roles = records.iamRoles.where('owner', caller.account).filter((role) => role.path.startsWith(prefix))
  const { items, members } = pageOf(roles, input, (role) => role.name)
  return { Roles: items.map(roleSummary), ...members }
}

export function updateRole(tx: Tx, caller: Caller, input: UpdateRoleRequest): object {
  // Of a service's role only the description is the account's.
  const find = input.MaxSessionDuration === undefined ? requireRole : requireOwnRole
  const role = find(tx, caller, input.RoleName)
  const description = readDescription(input.Description)
  const maxSessionDuration = readMaxSession(input.MaxSessionDuration)
  tx.iamRoles.update(role.id, {
    ...(description !== undefined && { description }),
    ...(maxSessionDuration !== undefined && { maxSessionDuration }),
  })
  return {}
}

export function updateRoleDescription(
  tx: Tx,
  caller: Caller,
  input: UpdateRoleDescriptionRequest,
): UpdateRoleDescriptionResponse {
  const role = requireRole(tx, caller, input.RoleName)
  return { Role: roleShape(tx.iamRoles.update(role.id, { description: readDescription(input.Description) })) }
}

export function updateAssumeRolePolicy(tx: Tx, caller: Caller, input: UpdateAssumeRolePolicyRequest): object {
  const role = requireOwnRole(tx, caller, input.RoleName)
  const assumeRolePolicyDocument = requireTrustPolicy(input.PolicyDocument, 'policyDocument')
  tx.iamRoles.update(role.id, { assumeRolePolicyDocument })
  return {}
}

export function deleteRole(tx: Tx, caller: Caller, input: DeleteRoleRequest): object {
  const role = requireOwnRole(tx, caller, input.RoleName)
  if (tx.instanceProfiles.where('owner', role.owner).some((profile) => profile.roleName === role.name)) {
    throw deleteConflict('remove roles from instance profile')
  }
  if (role.attachedPolicyArns.length > 0) throw deleteConflict('detach all policies')
  if (Object.keys(role.inlinePolicies).length > 0) throw deleteConflict('delete policies')
  tx.iamRoles.delete(role.id)
  return {}
}

export function tagRole(tx: Tx, caller: Caller, input: TagRoleRequest): object {
  const role = requireRole(tx, caller, input.RoleName)
  tx.iamRoles.update(role.id, { tags: withTags(role.tags, input.Tags) })
  return {}
}

export function untagRole(tx: Tx, caller: Caller, input: UntagRoleRequest): object {
  const role = requireRole(tx, caller, input.RoleName)
  tx.iamRoles.update(role.id, { tags: withoutTags(role.tags, input.TagKeys) })
  return {}
}

export function listRoleTags(records: Records, caller: Caller, input: ListRoleTagsRequest): ListRoleTagsResponse {
  const { tags } = requireRole(records, caller, input.RoleName)
  const { items, members } = pageOf(tagList(tags), input, (tag) => tag.Key ?? '')
  return { Tags: [...items], ...members }
}

export function putRolePermissionsBoundary(tx: Tx, caller: Caller, input: PutRolePermissionsBoundaryRequest): object {
  const role = requireOwnRole(tx, caller, input.RoleName)
  const boundary = requireBoundary(tx, caller, input.PermissionsBoundary)
  tx.iamRoles.update(role.id, { permissionsBoundaryArn: boundary })
  return {}
}

export function deleteRolePermissionsBoundary(
  tx: Tx,
  caller: Caller,
  input: DeleteRolePermissionsBoundaryRequest,
): object {
  const role = requireOwnRole(tx, caller, input.RoleName)
  tx.iamRoles.update(role.id, { permissionsBoundaryArn: undefined })
  return {}
}

function requireTrustPolicy(text: string | undefined, parameter: string): string {
  const document = requirePolicyDocument(text, 'role trust policy', parameter)
  if (document.replace(/\s/g, '').length > TRUST_POLICY_LIMIT) {
    throw limitExceeded('ACLSizePerRole', TRUST_POLICY_LIMIT)
  }
  return document
}

function readDescription(text: string | undefined): string | undefined {
  if (text !== undefined && text.length > DESCRIPTION_LENGTH) {
    throw constraintError('description', text, `have length less than or equal to ${DESCRIPTION_LENGTH}`)
  }
  return text
}

function readMaxSession(seconds: number | undefined): number | undefined {
  if (seconds === undefined) return undefined
  if (!Number.isInteger(seconds) || seconds < 3600 || seconds > 43_200) {
    throw constraintError('maxSessionDuration', seconds, 'have value between 3600 and 43200')
  }
  return seconds
}
