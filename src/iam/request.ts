// A question to the policies, and their answer.

import type { NamedPolicy, Principal } from './principal.ts'

/** Condition keys of a request by lower-case name. A list is a multi-valued key; an absent key is absent. */
export type ContextKeys = Readonly<Record<string, string | readonly string[]>>

/** The policy of a resource that lets everybody in: for a request that something else than its signature speaks for, such as
 * a token. */
export const EVERYONE = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }],
})

/** One action on one resource; a call may need several, and all must pass. */
export interface Authorisation {
  /** `s3:GetObject` */
  readonly action: string
  /** An ARN, or `*` for an action that has no resource. */
  readonly resource: string
  /** Whose the resource is; absent when there is none, as for ListBuckets. */
  readonly resourceAccount?: string
  readonly resourcePolicy?: NamedPolicy
  /** A role's trust policy must itself allow, also in the role's own account. Absent: a resource-based policy. */
  readonly resourcePolicyKind?: 'resource-based policy' | 'role trust policy'
  /** Judged as nobody's request, whoever signed it. */
  readonly asAnonymous?: true
  /** Keys of the service itself, such as `s3:prefix`. */
  readonly keys: ContextKeys
}

/** Policies of an organization on the way to an account: those of its root, of each organizational unit, and of the
 * account itself. Every level must allow. */
export type OrganizationLevels = readonly (readonly NamedPolicy[])[]

/** What organizations say of accounts. */
export interface Organizations {
  /** Undefined: the account is in none. */
  readonly membershipOf: (account: string) => Membership | undefined
  /** The policies that bind the account as requester (`service`) or as the resource's owner (`resource`); undefined
   * where none do. */
  readonly controlPolicies: (account: string, kind: 'service' | 'resource') => OrganizationLevels | undefined
}

/** The policies of organizations that bind a request. */
export function controlPolicies(
  { controlPolicies: policiesOf }: Organizations,
  principal: Principal,
  { resourceAccount }: Pick<Authorisation, 'resourceAccount'>,
): Pick<PolicyRequest, 'serviceControlPolicies' | 'resourceControlPolicies'> {
  const service = principal.kind === 'anonymous' ? undefined : policiesOf(principal.account, 'service')
  const resource = resourceAccount === undefined ? undefined : policiesOf(resourceAccount, 'resource')
  return {
    ...(service && { serviceControlPolicies: service }),
    ...(resource && { resourceControlPolicies: resource }),
  }
}

/** Where an account stands in its organization. */
export interface Membership {
  /** `o-…` */
  readonly organizationId: string
  /** `o-…/r-…/ou-…/`: every level down to the account's parent. */
  readonly path: string
}

export interface PolicyRequest extends Authorisation {
  readonly principal: Principal
  /** Those over the requester's account. Absent: it is in no organization, or is the management account. */
  readonly serviceControlPolicies?: OrganizationLevels
  /** Those over the resource's account; they bind whoever asks. */
  readonly resourceControlPolicies?: OrganizationLevels
  /** The VPC endpoint that the request came by; absent on other paths. */
  readonly endpointPolicy?: NamedPolicy
  /** Absent: `Gateway`, in whose policies an account as principal means only that account's root user. */
  readonly endpointType?: 'Gateway' | 'Interface'
}

export type PolicyKind =
  | 'resource control policy'
  | 'service control policy'
  | 'identity-based policy'
  | 'resource-based policy'
  | 'permissions boundary'
  | 'session policy'
  | 'VPC endpoint policy'
  | 'role trust policy'

/** What one kind of policy said, and the statement that decided. */
export interface LayerVerdict {
  readonly kind: PolicyKind
  readonly effect: 'Allow' | 'ExplicitDeny' | 'ImplicitDeny' | 'NotApplicable'
  /** The deciding policy's name and statement (its Sid, or its number from 1); absent for an implicit deny. */
  readonly policy?: string
  readonly statement?: string
  /** One sentence: what matched, or the nearest statement that did not and why. */
  readonly why: string
}

export interface PolicyDecision {
  readonly allowed: boolean
  /** Every layer, so that every blocker shows. */
  readonly layers: readonly LayerVerdict[]
  /** AWS's sentence for the refusal, without the leading error code; absent when allowed. */
  readonly message?: string
}
