// Users: CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser and their tags.

import type {
  CreateUserRequest,
  CreateUserResponse,
  DeleteUserPermissionsBoundaryRequest,
  DeleteUserRequest,
  GetUserRequest,
  GetUserResponse,
  ListUsersRequest,
  ListUsersResponse,
  ListUserTagsRequest,
  ListUserTagsResponse,
  PutUserPermissionsBoundaryRequest,
  TagUserRequest,
  UntagUserRequest,
  UpdateUserRequest,
  User,
} from '@aws-sdk/client-iam'
import type { IamUser } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireBoundary } from './boundary.ts'
import { deleteConflict, entityAlreadyExists, validationError } from './errors.ts'
import { hasName, newUniqueId, readPath, requireName } from './names.ts'
import { pageOf } from './pages.ts'
import { requireUser } from './require.ts'
import { userShape, userSummary } from './shapes.ts'
import { tagList, withoutTags, withTags } from './tags.ts'

const NAME_LENGTH = 64

export function createUser(tx: Tx, caller: Caller, input: CreateUserRequest): CreateUserResponse {
  const name = requireFreeName(tx, caller, input.UserName)
  const boundary = requireBoundary(tx, caller, input.PermissionsBoundary)
  const user: IamUser = {
    id: newUniqueId('AIDA'),
    owner: caller.account,
    name,
    path: readPath(input.Path),
    tags: withTags({}, input.Tags),
    createdAt: caller.now.toISOString(),
    inlinePolicies: {},
    attachedPolicyArns: [],
    ...(boundary !== undefined && { permissionsBoundaryArn: boundary }),
  }
  return { User: userShape(tx.iamUsers.insert(user)) }
}

/** Without a name it is the caller: Terraform learns the account's number so. */
export function getUser(records: Records, caller: Caller, input: GetUserRequest): GetUserResponse {
  if (input.UserName !== undefined) return { User: userShape(requireUser(records, caller, input.UserName)) }
  const { principal } = caller
  if (principal.kind === 'root') return { User: rootUser(records, caller) }
  if (principal.kind === 'user') return { User: userShape(requireUser(records, caller, principal.userName)) }
  throw validationError('Must specify userName when calling with non-User credentials')
}

export function listUsers(records: Records, caller: Caller, input: ListUsersRequest): ListUsersResponse {
  const prefix = input.PathPrefix ?? '/'
  const users = records.iamUsers.where('owner', caller.account).filter((user) => user.path.startsWith(prefix))
  const { items, members } = pageOf(users, input, (user) => user.name)
  return { Users: items.map(userSummary), ...members }
}

/** A new name or path; what refers to the user follows it. */
export function updateUser(tx: Tx, caller: Caller, input: UpdateUserRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  const renamed = input.NewUserName !== undefined && input.NewUserName !== user.name
  const name = renamed ? requireFreeName(tx, caller, input.NewUserName, user.name) : user.name
  tx.iamUsers.update(user.id, { name, ...(input.NewPath !== undefined && { path: readPath(input.NewPath) }) })
  for (const key of tx.accessKeys.where('owner', user.owner)) {
    if (key.userName === user.name) tx.accessKeys.update(key.id, { userName: name })
  }
  return {}
}

export function deleteUser(tx: Tx, caller: Caller, input: DeleteUserRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  if (user.attachedPolicyArns.length > 0) throw deleteConflict('detach all policies')
  if (Object.keys(user.inlinePolicies).length > 0) throw deleteConflict('delete policies')
  if (tx.accessKeys.where('owner', user.owner).some((key) => key.userName === user.name)) {
    throw deleteConflict('delete access keys')
  }
  if (tx.virtualMfaDevices.where('userId', user.id).length > 0) throw deleteConflict('deactivate MFA devices')
  if (tx.iamGroupMemberships.where('userId', user.id).length > 0) throw deleteConflict('remove users from group')
  tx.iamUsers.delete(user.id)
  return {}
}

export function tagUser(tx: Tx, caller: Caller, input: TagUserRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  tx.iamUsers.update(user.id, { tags: withTags(user.tags, input.Tags) })
  return {}
}

export function untagUser(tx: Tx, caller: Caller, input: UntagUserRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  tx.iamUsers.update(user.id, { tags: withoutTags(user.tags, input.TagKeys) })
  return {}
}

export function listUserTags(records: Records, caller: Caller, input: ListUserTagsRequest): ListUserTagsResponse {
  const { tags } = requireUser(records, caller, input.UserName)
  const { items, members } = pageOf(tagList(tags), input, (tag) => tag.Key ?? '')
  return { Tags: [...items], ...members }
}

export function putUserPermissionsBoundary(tx: Tx, caller: Caller, input: PutUserPermissionsBoundaryRequest): object {
  const user = requireUser(tx, caller, input.UserName)
  const boundary = requireBoundary(tx, caller, input.PermissionsBoundary)
  tx.iamUsers.update(user.id, { permissionsBoundaryArn: boundary })
  return {}
}

export function deleteUserPermissionsBoundary(
  tx: Tx,
  caller: Caller,
  input: DeleteUserPermissionsBoundaryRequest,
): object {
  const user = requireUser(tx, caller, input.UserName)
  tx.iamUsers.update(user.id, { permissionsBoundaryArn: undefined })
  return {}
}

/** The root user has no UserName; its id is the account's number. */
function rootUser(records: Records, { account, now }: Caller): User {
  const since = [...records.accountRegions.all()].find((region) => region.owner === account)?.createdAt
  const root = {
    Path: '/',
    UserId: account,
    Arn: `arn:aws:iam::${account}:root`,
    CreateDate: since === undefined ? now : new Date(since),
  }
  return { ...root, UserName: undefined }
}

function requireFreeName(tx: Tx, { account }: Caller, name: string | undefined, own?: string): string {
  const given = requireName('userName', name, NAME_LENGTH)
  const others = tx.iamUsers.where('owner', account).filter((user) => user.name !== own)
  if (hasName(others, given)) throw entityAlreadyExists(`User with name ${given}`)
  return given
}
