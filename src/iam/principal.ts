// Who makes a request, with every policy that binds them.

/** A policy as the evaluator wants it: its text, and how to name it when it decides. */
export interface NamedPolicy {
  /** An ARN, or `inline:ROLE/NAME`, or `vpce-…`. */
  readonly name: string
  readonly document: string
}

interface Identified {
  readonly account: string
  /** `arn:aws:iam::ACCT:root`, `…:user/NAME`, `arn:aws:sts::ACCT:assumed-role/ROLE/SESSION` or `…:federated-user/NAME`. */
  readonly arn: string
  /** `aws:userid`: the account, `AIDA…`, `AROA…:SESSION` or `ACCT:NAME`. */
  readonly userId: string
  readonly tags: Readonly<Record<string, string>>
  readonly identityPolicies: readonly NamedPolicy[]
  readonly boundary?: NamedPolicy
  /** When temporary credentials were given; absent for an access key. RFC 3339. */
  readonly issuedAt?: string
  /** When a second factor was shown for the temporary credentials; absent: none was. RFC 3339. */
  readonly mfaAt?: string
}

export type Principal =
  | (Identified & { readonly kind: 'root' })
  | (Identified & { readonly kind: 'user'; readonly userName: string })
  | (Identified & {
      readonly kind: 'assumedRole'
      /** `arn:aws:iam::ACCT:role/…`: what `aws:PrincipalArn` holds. */
      readonly roleArn: string
      readonly roleName: string
      readonly sessionName: string
      readonly sessionPolicies: readonly NamedPolicy[]
      readonly issuedAt: string
      /** Set when the metadata service gave out the credentials. */
      readonly sourceInstanceArn?: string
      /** Tags of the session that go on to the next role that it assumes. */
      readonly transitiveTags?: Readonly<Record<string, string>>
      /** Condition keys that the credentials themselves carry, such as `aws:Ec2InstanceSourceVpc`. */
      readonly sessionKeys?: Readonly<Record<string, string>>
    })
  /** Of GetFederationToken: who has what both a user and the session's policies allow. */
  | (Identified & {
      readonly kind: 'federatedUser'
      /** The user, or the account's root, that the credentials are of. */
      readonly sourceArn: string
      readonly sessionPolicies: readonly NamedPolicy[]
      readonly issuedAt: string
    })
  | { readonly kind: 'anonymous' }

export type IdentifiedPrincipal = Exclude<Principal, { kind: 'anonymous' }>

/** The root user of an account, who needs no identity policy. */
export function rootPrincipal(account: string): IdentifiedPrincipal {
  return {
    kind: 'root',
    account,
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
    tags: {},
    identityPolicies: [],
  }
}
