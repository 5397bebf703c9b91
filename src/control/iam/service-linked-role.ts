// Roles that AWS services own in an account: CreateServiceLinkedRole, DeleteServiceLinkedRole and how far that is. Nothing
// here assumes them, so no policy is attached to them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html

import type {
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse,
  DeleteServiceLinkedRoleRequest,
  DeleteServiceLinkedRoleResponse,
  GetServiceLinkedRoleDeletionStatusRequest,
  GetServiceLinkedRoleDeletionStatusResponse,
} from '@aws-sdk/client-iam'
import { findServiceLinkedRole } from '../../catalogue/service-linked-roles.ts'
import { ApiError } from '../../errors.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { constraintError, noSuchEntity, requireParameter } from './errors.ts'
import { hasName, newUniqueId } from './names.ts'
import { isServiceLinked, requireRole, SERVICE_PATH } from './require.ts'
import { roleShape } from './shapes.ts'

const SUFFIX = /^[\w+=,.@-]{1,64}$/
const NAME_LENGTH = 64
const DESCRIPTION_LENGTH = 1000

export function createServiceLinkedRole(
  tx: Tx,
  caller: Caller,
  input: CreateServiceLinkedRoleRequest,
): CreateServiceLinkedRoleResponse {
  const service = requireParameter('aWSServiceName', input.AWSServiceName)
  const name = requireName(service, input.CustomSuffix)
  if (hasName(tx.iamRoles.where('owner', caller.account), name)) {
    const message = `Service role name ${name} has been taken in this account, please try a different suffix.`
    throw new ApiError('InvalidInput', message)
  }
  const { Description: description } = input
  if (description !== undefined && description.length > DESCRIPTION_LENGTH) {
    throw constraintError('description', description, `have length less than or equal to ${DESCRIPTION_LENGTH}`)
  }
  const role = tx.iamRoles.insert({
    id: newUniqueId('AROA'),
    owner: caller.account,
    name,
    path: `${SERVICE_PATH}${service}/`,
    tags: {},
    createdAt: caller.now.toISOString(),
    ...(description !== undefined && { description }),
    assumeRolePolicyDocument: trustOf(service),
    maxSessionDuration: 3600,
    inlinePolicies: {},
    attachedPolicyArns: [],
  })
  const { RoleLastUsed: _, ...shape } = roleShape(role)
  return { Role: shape }
}

/** No service holds on to its role, so it is gone at once. */
export function deleteServiceLinkedRole(
  tx: Tx,
  caller: Caller,
  input: DeleteServiceLinkedRoleRequest,
): DeleteServiceLinkedRoleResponse {
  const role = requireRole(tx, caller, input.RoleName)
  if (!isServiceLinked(role)) throw new ApiError('InvalidInput', `Role ${role.name} is not a service-linked role.`)
  const id = `task${role.path}${role.name}/${caller.requestId}`
  tx.iamRoleDeletions.insert({ id, owner: caller.account })
  tx.iamRoles.delete(role.id)
  return { DeletionTaskId: id }
}

export function getServiceLinkedRoleDeletionStatus(
  records: Records,
  caller: Caller,
  input: GetServiceLinkedRoleDeletionStatusRequest,
): GetServiceLinkedRoleDeletionStatusResponse {
  const id = requireParameter('deletionTaskId', input.DeletionTaskId)
  if (records.iamRoleDeletions.get(id)?.owner !== caller.account) {
    throw noSuchEntity(`Deletion task with id ${id} cannot be found.`)
  }
  return { Status: 'SUCCEEDED' }
}

function requireName(service: string, suffix: string | undefined): string {
  const linked = findServiceLinkedRole(service)
  if (!linked) throw new ApiError('InvalidInput', `${service} has no service-linked role that Postern knows of.`)
  if (suffix === undefined) return linked.name
  if (!linked.takesSuffix) throw new ApiError('InvalidInput', `Custom suffix is not allowed for ${service}`)
  if (!SUFFIX.test(suffix)) {
    throw constraintError('customSuffix', suffix, String.raw`satisfy regular expression pattern: [\w+=,.@-]+`)
  }
  const name = `${linked.name}_${suffix}`
  if (name.length > NAME_LENGTH) {
    throw constraintError('customSuffix', suffix, `make a role name of at most ${NAME_LENGTH} characters`)
  }
  return name
}

function trustOf(service: string): string {
  const statement = { Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}
