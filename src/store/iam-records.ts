// IAM: users, groups, roles, policies, instance profiles, access keys.

import type { AccountId, Instant, Tags } from './records.ts'

/** A policy document by name, as text. */
export type InlinePolicies = Readonly<Record<string, string>>

interface IamEntity {
  /** The unique id: `AIDA…`, `AGPA…`, `AROA…`, `ANPA…`, `AIPA…`. */
  readonly id: string
  readonly owner: AccountId
  readonly name: string
  /** Begins and ends with `/`. */
  readonly path: string
  readonly tags: Tags
  readonly createdAt: Instant
}

export interface IamUser extends IamEntity {
  readonly inlinePolicies: InlinePolicies
  readonly attachedPolicyArns: readonly string[]
  readonly permissionsBoundaryArn?: string
}

/** Its policies are its users' too. A group has no tags. */
export interface IamGroup extends IamEntity {
  readonly inlinePolicies: InlinePolicies
  readonly attachedPolicyArns: readonly string[]
}

/** A user in a group; names may change, so it goes by ids. */
export interface IamGroupMembership {
  /** `AGPA…/AIDA…` */
  readonly id: string
  readonly groupId: string
  readonly userId: string
}

export interface IamRole extends IamEntity {
  readonly description?: string
  readonly assumeRolePolicyDocument: string
  /** Seconds. */
  readonly maxSessionDuration: number
  readonly inlinePolicies: InlinePolicies
  readonly attachedPolicyArns: readonly string[]
  readonly permissionsBoundaryArn?: string
}

/** That a service-linked role was deleted, for whoever asks how far it is. */
export interface IamRoleDeletion {
  /** `task/aws-service-role/SERVICE/ROLE/…` */
  readonly id: string
  readonly owner: AccountId
}

export interface IamAccountAlias {
  /** The alias itself: no two accounts have the same. */
  readonly id: string
  readonly owner: AccountId
}

export interface IamPolicyVersion {
  /** `v1`, `v2` … */
  readonly versionId: string
  readonly document: string
  readonly isDefault: boolean
  readonly createdAt: Instant
}

/** A customer managed policy; AWS's own are in the catalogue. */
export interface IamPolicy extends IamEntity {
  readonly description?: string
  readonly versions: readonly IamPolicyVersion[]
  /** The number of the newest version ever made; a deleted number is not used again. */
  readonly lastVersion: number
}

export interface InstanceProfile extends IamEntity {
  /** A role's `name` in the same account; a profile holds one at most. */
  readonly roleName?: string
}

export interface AccessKey {
  /** `AKIA…` */
  readonly id: string
  readonly owner: AccountId
  /** Absent: the key of the account's root. */
  readonly userName?: string
  readonly secret: string
  readonly status: 'Active' | 'Inactive'
  readonly createdAt: Instant
}

/** A virtual MFA device: what an authenticator app is. */
export interface VirtualMfaDevice {
  /** The serial number, which is its ARN. */
  readonly id: string
  readonly owner: AccountId
  readonly path: string
  readonly name: string
  /** The secret that its codes follow from, in base 32. */
  readonly seed: string
  readonly tags: Tags
  readonly createdAt: Instant
  /** `AIDA…` of the user who has it; absent: it is assigned to nobody. */
  readonly userId?: string
  /** With `userId`. */
  readonly enabledAt?: Instant
}
