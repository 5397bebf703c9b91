// Records of IAM as its API shows them.

import type { Group, InstanceProfile as InstanceProfileShape, PolicyVersion, Role, User } from '@aws-sdk/client-iam'
import type { IamGroup, IamPolicyVersion, IamRole, IamUser, InstanceProfile } from '../../store/iam-records.ts'
import type { Records } from '../../store/store.ts'
import { groupArn, instanceProfileArn, roleArn, userArn } from './arns.ts'
import { findRole } from './find.ts'
import { tagList } from './tags.ts'

/** IAM answers policy documents URL-encoded by RFC 3986, which leaves fewer characters plain than JavaScript does. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function boundaryShape({ permissionsBoundaryArn: arn }: IamUser | IamRole): Pick<User, 'PermissionsBoundary'> {
  if (arn === undefined) return {}
  // The service says `Policy`, as its reference does; the SDK's type knows only another word.
  const type = 'Policy' as 'PermissionsBoundaryPolicy'
  return { PermissionsBoundary: { PermissionsBoundaryType: type, PermissionsBoundaryArn: arn } }
}

/** A user as List operations show it: without tags and boundary. */
export function userSummary(user: IamUser): User {
  return {
    Path: user.path,
    UserName: user.name,
    UserId: user.id,
    Arn: userArn(user),
    CreateDate: new Date(user.createdAt),
  }
}

export function userShape(user: IamUser): User {
  return { ...userSummary(user), ...boundaryShape(user), ...tagsMember(user.tags) }
}

export function groupShape(group: IamGroup): Group {
  return {
    Path: group.path,
    GroupName: group.name,
    GroupId: group.id,
    Arn: groupArn(group),
    CreateDate: new Date(group.createdAt),
  }
}

/** A role as List operations and instance profiles show it: without tags and boundary. */
export function roleSummary(role: IamRole): Role {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: roleArn(role),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodeDocument(role.assumeRolePolicyDocument),
    ...(role.description !== undefined && { Description: role.description }),
    MaxSessionDuration: role.maxSessionDuration,
  }
}

export function roleShape(role: IamRole): Role {
  return { ...roleSummary(role), ...boundaryShape(role), ...tagsMember(role.tags), RoleLastUsed: {} }
}

/** A profile with its role, which is left out when it is gone. */
export function instanceProfileSummary(records: Records, profile: InstanceProfile): InstanceProfileShape {
  const role = profile.roleName === undefined ? undefined : findRole(records, profile.owner, profile.roleName)
  return {
    Path: profile.path,
    InstanceProfileName: profile.name,
    InstanceProfileId: profile.id,
    Arn: instanceProfileArn(profile),
    CreateDate: new Date(profile.createdAt),
    Roles: role ? [roleSummary(role)] : [],
  }
}

export function instanceProfileShape(records: Records, profile: InstanceProfile): InstanceProfileShape {
  return { ...instanceProfileSummary(records, profile), ...tagsMember(profile.tags) }
}

export function policyVersionSummary(version: IamPolicyVersion): PolicyVersion {
  return {
    VersionId: version.versionId,
    IsDefaultVersion: version.isDefault,
    CreateDate: new Date(version.createdAt),
  }
}

export function policyVersionShape(version: IamPolicyVersion): PolicyVersion {
  return { ...policyVersionSummary(version), Document: encodeDocument(version.document) }
}

/** No tags, no member: Terraform reads an empty list otherwise, which is the same to it. */
export function tagsMember(tags: IamUser['tags']): Pick<User, 'Tags'> {
  const list = tagList(tags)
  return list.length === 0 ? {} : { Tags: list }
}
