// Looks up IAM's entities by the names that calls use. Names are unique in an account whatever their case.

import { parseArn } from '../../iam/arn.ts'
import type { IamGroup, IamRole, IamUser, InstanceProfile } from '../../store/iam-records.ts'
import type { AccountId } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { roleArn } from './arns.ts'

export function findUser(records: Records, owner: AccountId, name: string): IamUser | undefined {
  return records.iamUsers.where('name', name).find((user) => user.owner === owner)
}

export function findGroup(records: Records, owner: AccountId, name: string): IamGroup | undefined {
  return records.iamGroups.where('name', name).find((group) => group.owner === owner)
}

/** The groups that a user is in, in the order in which they were joined. */
export function groupsOf(records: Records, user: IamUser): IamGroup[] {
  return records.iamGroupMemberships
    .where('userId', user.id)
    .flatMap(({ groupId }) => records.iamGroups.get(groupId) ?? [])
}

export function findRole(records: Records, owner: AccountId, name: string): IamRole | undefined {
  return records.iamRoles.where('name', name).find((role) => role.owner === owner)
}

export function findInstanceProfile(records: Records, owner: AccountId, name: string): InstanceProfile | undefined {
  return records.instanceProfiles.where('name', name).find((profile) => profile.owner === owner)
}

/** A role of any account by its ARN, whose path must be right. */
export function findRoleByArn(records: Records, arn: string): IamRole | undefined {
  const parsed = parseArn(arn)
  if (parsed?.service !== 'iam' || !parsed.resource.startsWith('role/')) return undefined
  const name = parsed.resource.slice(parsed.resource.lastIndexOf('/') + 1)
  const role = findRole(records, parsed.account, name)
  return role && roleArn(role) === arn ? role : undefined
}
