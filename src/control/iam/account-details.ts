// GetAccountAuthorizationDetails: everybody in the account and every policy, in one list.

import type {
  AttachedPolicy,
  EntityType,
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse,
  GroupDetail,
  ManagedPolicyDetail,
  Policy,
  PolicyDetail,
  PolicyVersion,
  RoleDetail,
  UserDetail,
} from '@aws-sdk/client-iam'
import { managedPolicies } from '../../catalogue/managed-policies.ts'
import type { IamGroup, IamRole, IamUser } from '../../store/iam-records.ts'
import type { Records } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { constraintError } from './errors.ts'
import { groupsOf } from './find.ts'
import { managedPolicyVersion } from './managed-policy.ts'
import { pageOf } from './pages.ts'
import { customerShape, managedShape } from './policy.ts'
import {
  encodeDocument,
  groupShape,
  instanceProfileSummary,
  policyVersionShape,
  roleShape,
  userShape,
} from './shapes.ts'

interface Detail {
  readonly type: EntityType
  readonly name: string
  readonly user?: UserDetail
  readonly group?: GroupDetail
  readonly role?: RoleDetail
  readonly policy?: ManagedPolicyDetail
}

const FILTERS: readonly EntityType[] = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy']

export function getAccountAuthorizationDetails(
  records: Records,
  caller: Caller,
  input: GetAccountAuthorizationDetailsRequest,
): GetAccountAuthorizationDetailsResponse {
  const wanted = new Set(input.Filter && input.Filter.length > 0 ? input.Filter : FILTERS)
  const stranger = [...wanted].find((filter) => !FILTERS.includes(filter))
  if (stranger !== undefined) {
    throw constraintError('filter', stranger, `satisfy enum value set: [${FILTERS.join(', ')}]`)
  }
  const details = detailsOf(records, caller).filter(({ type }) => wanted.has(type))
  const { items, members } = pageOf(details, input, ({ type, name }) => `${type}/${name}`)
  return {
    UserDetailList: items.flatMap(({ user }) => user ?? []),
    GroupDetailList: items.flatMap(({ group }) => group ?? []),
    RoleDetailList: items.flatMap(({ role }) => role ?? []),
    Policies: items.flatMap(({ policy }) => policy ?? []),
    ...members,
  }
}

/** AWS's own policies are told where they are in use. */
function detailsOf(records: Records, caller: Caller): Detail[] {
  const { account } = caller
  const users = records.iamUsers.where('owner', account)
  const groups = records.iamGroups.where('owner', account)
  const roles = records.iamRoles.where('owner', account)
  const own = records.iamPolicies.where('owner', account)
  const aws = [...managedPolicies()]
    .map((policy) => ({ policy, shape: managedShape(records, caller, policy) }))
    .filter(({ shape }) => (shape.AttachmentCount ?? 0) + (shape.PermissionsBoundaryUsageCount ?? 0) > 0)
  return [
    ...users.map((one) => ({ type: 'User' as const, name: one.name, user: userDetail(records, one) })),
    ...groups.map((one) => ({ type: 'Group' as const, name: one.name, group: groupDetail(one) })),
    ...roles.map((one) => ({ type: 'Role' as const, name: one.name, role: roleDetail(records, one) })),
    ...own.map((one) => ({
      type: 'LocalManagedPolicy' as const,
      name: one.name,
      policy: policyDetail(customerShape(records, caller, one), one.versions.map(policyVersionShape)),
    })),
    ...aws.map(({ policy, shape }) => ({
      type: 'AWSManagedPolicy' as const,
      name: policy.name,
      policy: policyDetail(shape, versionsOf(policy.arn)),
    })),
  ]
}

function userDetail(records: Records, user: IamUser): UserDetail {
  return {
    ...userShape(user),
    UserPolicyList: inlineDetails(user),
    GroupList: groupsOf(records, user).map(({ name }) => name),
    AttachedManagedPolicies: attachedDetails(user),
  }
}

function groupDetail(group: IamGroup): GroupDetail {
  return {
    ...groupShape(group),
    GroupPolicyList: inlineDetails(group),
    AttachedManagedPolicies: attachedDetails(group),
  }
}

function roleDetail(records: Records, role: IamRole): RoleDetail {
  const { Description: _, MaxSessionDuration: __, ...shape } = roleShape(role)
  const profiles = records.instanceProfiles.where('owner', role.owner).filter(({ roleName }) => roleName === role.name)
  return {
    ...shape,
    InstanceProfileList: profiles.map((profile) => instanceProfileSummary(records, profile)),
    RolePolicyList: inlineDetails(role),
    AttachedManagedPolicies: attachedDetails(role),
  }
}

function versionsOf(arn: string): PolicyVersion[] {
  const version = managedPolicyVersion(arn)
  return version ? [policyVersionShape(version)] : []
}

function policyDetail(shape: Policy, versions: PolicyVersion[]): ManagedPolicyDetail {
  const { Tags: _, ...detail } = shape
  return { ...detail, PolicyVersionList: versions }
}

function inlineDetails({ inlinePolicies }: IamUser | IamGroup | IamRole): PolicyDetail[] {
  return Object.entries(inlinePolicies).map(([PolicyName, document]) => ({
    PolicyName,
    PolicyDocument: encodeDocument(document),
  }))
}

function attachedDetails({ attachedPolicyArns }: IamUser | IamGroup | IamRole): AttachedPolicy[] {
  return attachedPolicyArns.map((arn) => ({ PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn }))
}
