// Groups and their users: CreateGroup, GetGroup, ListGroups, UpdateGroup, DeleteGroup, and who is in them.

import type {
  AddUserToGroupRequest,
  CreateGroupRequest,
  CreateGroupResponse,
  DeleteGroupRequest,
  GetGroupRequest,
  GetGroupResponse,
  ListGroupsForUserRequest,
  ListGroupsForUserResponse,
  ListGroupsRequest,
  ListGroupsResponse,
  RemoveUserFromGroupRequest,
  UpdateGroupRequest,
} from '@aws-sdk/client-iam'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from './errors.ts'
import { groupsOf } from './find.ts'
import { hasName, newUniqueId, readPath, requireName } from './names.ts'
import { pageOf } from './pages.ts'
import { requireGroup, requireUser } from './require.ts'
import { groupShape, userSummary } from './shapes.ts'

const NAME_LENGTH = 128
const GROUPS_PER_USER = 10

export function createGroup(tx: Tx, caller: Caller, input: CreateGroupRequest): CreateGroupResponse {
  const group = tx.iamGroups.insert({
    id: newUniqueId('AGPA'),
    owner: caller.account,
    name: requireFreeName(tx, caller, input.GroupName),
    path: readPath(input.Path),
    tags: {},
    createdAt: caller.now.toISOString(),
    inlinePolicies: {},
    attachedPolicyArns: [],
  })
  return { Group: groupShape(group) }
}

export function getGroup(records: Records, caller: Caller, input: GetGroupRequest): GetGroupResponse {
  const group = requireGroup(records, caller, input.GroupName)
  const memberships = records.iamGroupMemberships.where('groupId', group.id)
  const users = memberships.flatMap(({ userId }) => records.iamUsers.get(userId) ?? [])
  const { items, members } = pageOf(users, input, (user) => user.name)
  return { Group: groupShape(group), Users: items.map(userSummary), ...members }
}

export function listGroups(records: Records, caller: Caller, input: ListGroupsRequest): ListGroupsResponse {
  const prefix = input.PathPrefix ?? '/'
  const groups = records.iamGroups.where('owner', caller.account).filter((group) => group.path.startsWith(prefix))
  const { items, members } = pageOf(groups, input, (group) => group.name)
  return { Groups: items.map(groupShape), ...members }
}

export function listGroupsForUser(
  records: Records,
  caller: Caller,
  input: ListGroupsForUserRequest,
): ListGroupsForUserResponse {
  const groups = groupsOf(records, requireUser(records, caller, input.UserName))
  const { items, members } = pageOf(groups, input, (group) => group.name)
  return { Groups: items.map(groupShape), ...members }
}

export function updateGroup(tx: Tx, caller: Caller, input: UpdateGroupRequest): object {
  const group = requireGroup(tx, caller, input.GroupName)
  const renamed = input.NewGroupName !== undefined && input.NewGroupName !== group.name
  const name = renamed ? requireFreeName(tx, caller, input.NewGroupName, group.name) : group.name
  tx.iamGroups.update(group.id, { name, ...(input.NewPath !== undefined && { path: readPath(input.NewPath) }) })
  return {}
}

export function deleteGroup(tx: Tx, caller: Caller, input: DeleteGroupRequest): object {
  const group = requireGroup(tx, caller, input.GroupName)
  if (tx.iamGroupMemberships.where('groupId', group.id).length > 0) throw deleteConflict('remove users from group')
  if (group.attachedPolicyArns.length > 0) throw deleteConflict('detach all policies')
  if (Object.keys(group.inlinePolicies).length > 0) throw deleteConflict('delete policies')
  tx.iamGroups.delete(group.id)
  return {}
}

/** Adding twice is adding once. */
export function addUserToGroup(tx: Tx, caller: Caller, input: AddUserToGroupRequest): object {
  const group = requireGroup(tx, caller, input.GroupName)
  const user = requireUser(tx, caller, input.UserName)
  const id = `${group.id}/${user.id}`
  if (tx.iamGroupMemberships.has(id)) return {}
  if (groupsOf(tx, user).length >= GROUPS_PER_USER) throw limitExceeded('GroupsPerUser', GROUPS_PER_USER)
  tx.iamGroupMemberships.insert({ id, groupId: group.id, userId: user.id })
  return {}
}

export function removeUserFromGroup(tx: Tx, caller: Caller, input: RemoveUserFromGroupRequest): object {
  const group = requireGroup(tx, caller, input.GroupName)
  const user = requireUser(tx, caller, input.UserName)
  const id = `${group.id}/${user.id}`
  if (!tx.iamGroupMemberships.has(id)) {
    throw noSuchEntity(`User ${user.name} is not in group ${group.name}, or it does not exist.`)
  }
  tx.iamGroupMemberships.delete(id)
  return {}
}

function requireFreeName(tx: Tx, { account }: Caller, name: string | undefined, own?: string): string {
  const given = requireName('groupName', name, NAME_LENGTH)
  const others = tx.iamGroups.where('owner', account).filter((group) => group.name !== own)
  if (hasName(others, given)) throw entityAlreadyExists(`Group with name ${given}`)
  return given
}
