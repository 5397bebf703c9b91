// Organizations: units, accounts, policies and what they are attached to.

import type { AccountId, Instant, Tags } from './records.ts'

export type OrganizationId = `o-${string}`
export type OrganizationRootId = `r-${string}`
export type OrganizationalUnitId = `ou-${string}`
export type OrganizationPolicyId = `p-${string}`

/** An organization of accounts, with all features. It has one root. */
export interface Organization {
  readonly id: OrganizationId
  readonly managementAccount: AccountId
  readonly rootId: OrganizationRootId
  /** Policy types that the root has on. */
  readonly policyTypes: readonly OrganizationPolicyType[]
  /** AWS services that may act in its accounts, with when that was allowed. */
  readonly trustedServices: Readonly<Record<string, Instant>>
  readonly createdAt: Instant
}

export type OrganizationPolicyType = 'SERVICE_CONTROL_POLICY' | 'RESOURCE_CONTROL_POLICY'

export interface OrganizationAccount {
  readonly id: AccountId
  readonly organizationId: OrganizationId
  readonly parentId: OrganizationRootId | OrganizationalUnitId
  readonly name: string
  readonly email: string
  readonly status: 'ACTIVE' | 'SUSPENDED'
  readonly joinedMethod: 'CREATED' | 'INVITED'
  /** `car-…` of the CreateAccount call that made it. */
  readonly createRequestId?: string
  readonly joinedAt: Instant
  readonly tags: Tags
}

export interface OrganizationalUnit {
  readonly id: OrganizationalUnitId
  readonly organizationId: OrganizationId
  readonly parentId: OrganizationRootId | OrganizationalUnitId
  readonly name: string
  readonly tags: Tags
}

/** A policy that the organization made; AWS's own are in the catalogue. */
export interface OrganizationPolicy {
  readonly id: OrganizationPolicyId
  readonly organizationId: OrganizationId
  readonly type: OrganizationPolicyType
  readonly name: string
  readonly description: string
  readonly content: string
  readonly tags: Tags
}

export interface OrganizationPolicyAttachment {
  /** `p-…/target` */
  readonly id: string
  readonly organizationId: OrganizationId
  readonly policyId: OrganizationPolicyId
  /** `r-…`, `ou-…` or an account. */
  readonly targetId: string
}
