// Giving an instance a profile also passes the profile's role to EC2, for which the caller needs iam:PassRole.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html

import type { IamInstanceProfileSpecification } from '@aws-sdk/client-ec2'
import type { Authorisation } from '../../../iam/request.ts'
import type { AccountId } from '../../../store/records.ts'
import type { Records } from '../../../store/store.ts'
import { roleArn } from '../../iam/arns.ts'
import { passRole, resourceTagKeys } from '../../iam/authorisation.ts'
import { findInstanceProfile, findRole } from '../../iam/find.ts'

interface Input {
  readonly IamInstanceProfile?: IamInstanceProfileSpecification | undefined
}

/** The role, when the call names a profile that has one. */
export function instanceProfileAuthorisations(records: Records, account: AccountId, input: Input): Authorisation[] {
  const { Name: name, Arn: arn } = input.IamInstanceProfile ?? {}
  const profile = findInstanceProfile(records, account, name || (arn?.split('/').at(-1) ?? ''))
  const role = profile?.roleName === undefined ? undefined : findRole(records, account, profile.roleName)
  const keys = { 'iam:passedtoservice': 'ec2.amazonaws.com', ...(role && resourceTagKeys(role.tags)) }
  return role ? [passRole(account, roleArn(role), keys)] : []
}
