// ARNs of IAM's entities: the path is part of them.

import type { IamGroup, IamPolicy, IamRole, IamUser, InstanceProfile } from '../../store/iam-records.ts'
import type { AccountId } from '../../store/records.ts'

interface Entity {
  readonly owner: AccountId
  readonly path: string
  readonly name: string
}

function entityArn(type: string, { owner, path, name }: Entity): string {
  return `arn:aws:iam::${owner}:${type}${path}${name}`
}

export function userArn(user: IamUser): string {
  return entityArn('user', user)
}

export function groupArn(group: IamGroup): string {
  return entityArn('group', group)
}

export function roleArn(role: IamRole): string {
  return entityArn('role', role)
}

export function policyArn(policy: IamPolicy): string {
  return entityArn('policy', policy)
}

export function instanceProfileArn(profile: InstanceProfile): string {
  return entityArn('instance-profile', profile)
}

/** What a session of the role is called: its path is not in it. */
export function sessionArn(role: IamRole, sessionName: string): string {
  return `arn:aws:sts::${role.owner}:assumed-role/${role.name}/${sessionName}`
}
