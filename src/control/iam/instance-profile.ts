// Instance profiles, which carry one role to an instance.

import type {
  AddRoleToInstanceProfileRequest,
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
  DeleteInstanceProfileRequest,
  GetInstanceProfileRequest,
  GetInstanceProfileResponse,
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
  ListInstanceProfilesRequest,
  ListInstanceProfilesResponse,
  ListInstanceProfileTagsRequest,
  ListInstanceProfileTagsResponse,
  RemoveRoleFromInstanceProfileRequest,
  TagInstanceProfileRequest,
  UntagInstanceProfileRequest,
} from '@aws-sdk/client-iam'
import type { InstanceProfile } from '../../store/iam-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { deleteConflict, entityAlreadyExists, limitExceeded, noSuchEntity } from './errors.ts'
import { hasName, newUniqueId, readPath, requireName } from './names.ts'
import { pageOf } from './pages.ts'
import { requireInstanceProfile, requireRole } from './require.ts'
import { instanceProfileShape, instanceProfileSummary } from './shapes.ts'
import { tagList, withoutTags, withTags } from './tags.ts'

const NAME_LENGTH = 128

export function createInstanceProfile(
  tx: Tx,
  caller: Caller,
  input: CreateInstanceProfileRequest,
): CreateInstanceProfileResponse {
  const name = requireName('instanceProfileName', input.InstanceProfileName, NAME_LENGTH)
  if (hasName(tx.instanceProfiles.where('owner', caller.account), name)) {
    throw entityAlreadyExists(`Instance Profile ${name}`)
  }
  const profile: InstanceProfile = {
    id: newUniqueId('AIPA'),
    owner: caller.account,
    name,
    path: readPath(input.Path),
    tags: withTags({}, input.Tags),
    createdAt: caller.now.toISOString(),
  }
  return { InstanceProfile: instanceProfileShape(tx, tx.instanceProfiles.insert(profile)) }
}

export function getInstanceProfile(
  records: Records,
  caller: Caller,
  input: GetInstanceProfileRequest,
): GetInstanceProfileResponse {
  const profile = requireInstanceProfile(records, caller, input.InstanceProfileName)
  return { InstanceProfile: instanceProfileShape(records, profile) }
}

export function listInstanceProfiles(
  records: Records,
  caller: Caller,
  input: ListInstanceProfilesRequest,
): ListInstanceProfilesResponse {
  const prefix = input.PathPrefix ?? '/'
  const owned = records.instanceProfiles.where('owner', caller.account)
  return profileList(
    records,
    owned.filter((profile) => profile.path.startsWith(prefix)),
    input,
  )
}

export function listInstanceProfilesForRole(
  records: Records,
  caller: Caller,
  input: ListInstanceProfilesForRoleRequest,
): ListInstanceProfilesForRoleResponse {
  const role = requireRole(records, caller, input.RoleName)
  const owned = records.instanceProfiles.where('owner', caller.account)
  return profileList(
    records,
    owned.filter((profile) => profile.roleName === role.name),
    input,
  )
}

export function addRoleToInstanceProfile(tx: Tx, caller: Caller, input: AddRoleToInstanceProfileRequest): object {
  const profile = requireInstanceProfile(tx, caller, input.InstanceProfileName)
  const role = requireRole(tx, caller, input.RoleName)
  if (profile.roleName !== undefined) throw limitExceeded('InstanceSessionsPerInstanceProfile', 1)
  tx.instanceProfiles.update(profile.id, { roleName: role.name })
  return {}
}

export function removeRoleFromInstanceProfile(
  tx: Tx,
  caller: Caller,
  input: RemoveRoleFromInstanceProfileRequest,
): object {
  const profile = requireInstanceProfile(tx, caller, input.InstanceProfileName)
  const role = requireRole(tx, caller, input.RoleName)
  if (profile.roleName !== role.name) {
    throw noSuchEntity(`Role ${role.name} in instance profile ${profile.name} cannot be found.`)
  }
  tx.instanceProfiles.update(profile.id, { roleName: undefined })
  return {}
}

/** A profile that an instance still names may go: the instance then has no credentials, as in AWS. */
export function deleteInstanceProfile(tx: Tx, caller: Caller, input: DeleteInstanceProfileRequest): object {
  const profile = requireInstanceProfile(tx, caller, input.InstanceProfileName)
  if (profile.roleName !== undefined) throw deleteConflict('remove roles from instance profile')
  tx.instanceProfiles.delete(profile.id)
  return {}
}

export function tagInstanceProfile(tx: Tx, caller: Caller, input: TagInstanceProfileRequest): object {
  const profile = requireInstanceProfile(tx, caller, input.InstanceProfileName)
  tx.instanceProfiles.update(profile.id, { tags: withTags(profile.tags, input.Tags) })
  return {}
}

export function untagInstanceProfile(tx: Tx, caller: Caller, input: UntagInstanceProfileRequest): object {
  const profile = requireInstanceProfile(tx, caller, input.InstanceProfileName)
  tx.instanceProfiles.update(profile.id, { tags: withoutTags(profile.tags, input.TagKeys) })
  return {}
}

export function listInstanceProfileTags(
  records: Records,
  caller: Caller,
  input: ListInstanceProfileTagsRequest,
): ListInstanceProfileTagsResponse {
  const { tags } = requireInstanceProfile(records, caller, input.InstanceProfileName)
  const { items, members } = pageOf(tagList(tags), input, (tag) => tag.Key ?? '')
  return { Tags: [...items], ...members }
}

function profileList(
  records: Records,
  profiles: readonly InstanceProfile[],
  input: ListInstanceProfilesRequest | ListInstanceProfilesForRoleRequest,
) {
  const { items, members } = pageOf(profiles, input, (profile) => profile.name)
  return { InstanceProfiles: items.map((profile) => instanceProfileSummary(records, profile)), ...members }
}
