// The entities that a call names: they exist in the caller's account, or IAM's NoSuchEntity.

import { ApiError } from '../../errors.ts'
import type { IamGroup, IamPolicy, IamRole, IamUser, InstanceProfile } from '../../store/iam-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { noSuchEntity, requireParameter } from './errors.ts'
import { findGroup, findInstanceProfile, findRole, findUser } from './find.ts'
import { findCustomerPolicy } from './managed-policy.ts'

/** The paths of roles that AWS services own; nobody else's role may stand there. */
export const SERVICE_PATH = '/aws-service-role/'

export function requireUser(records: Records, { account }: Caller, name: string | undefined): IamUser {
  const wanted = requireParameter('userName', name)
  const user = findUser(records, account, wanted)
  if (!user) throw noSuchEntity(`The user with name ${wanted} cannot be found.`)
  return user
}

export function requireGroup(records: Records, { account }: Caller, name: string | undefined): IamGroup {
  const wanted = requireParameter('groupName', name)
  const group = findGroup(records, account, wanted)
  if (!group) throw noSuchEntity(`The group with name ${wanted} cannot be found.`)
  return group
}

export function requireRole(records: Records, { account }: Caller, name: string | undefined): IamRole {
  const wanted = requireParameter('roleName', name)
  const role = findRole(records, account, wanted)
  if (!role) throw noSuchEntity(`The role with name ${wanted} cannot be found.`)
  return role
}

/** A role that the account may change: not one that a service owns. */
export function requireOwnRole(records: Records, caller: Caller, name: string | undefined): IamRole {
  const role = requireRole(records, caller, name)
  if (!isServiceLinked(role)) return role
  const message = `Cannot perform the operation on the protected role '${role.name}' - this role is only modifiable by AWS`
  throw new ApiError('UnmodifiableEntity', message)
}

export function isServiceLinked({ path }: IamRole): boolean {
  return path.startsWith(SERVICE_PATH)
}

export function requireInstanceProfile(
  records: Records,
  { account }: Caller,
  name: string | undefined,
): InstanceProfile {
  const wanted = requireParameter('instanceProfileName', name)
  const profile = findInstanceProfile(records, account, wanted)
  if (!profile) throw noSuchEntity(`Instance Profile ${wanted} cannot be found.`)
  return profile
}

/** A policy that the account can change: its own. */
export function requireCustomerPolicy(records: Records, { account }: Caller, arn: string | undefined): IamPolicy {
  const wanted = requireParameter('policyArn', arn)
  const policy = findCustomerPolicy(records, account, wanted)
  if (!policy) throw noSuchPolicy(wanted)
  return policy
}

export function noSuchPolicy(arn: string) {
  return noSuchEntity(`Policy ${arn} was not found.`)
}
