// What the lint says of a policy: valid as it is, but not what its writer will have meant, or wider than it need be.

import type { PolicyKind } from '../iam/request.ts'

/** `error`: AWS refuses the document. `warning`: it does not do what it seems to. `notice`: worth knowing. */
export type Severity = 'error' | 'warning' | 'notice'

export interface Finding {
  readonly severity: Severity
  /** Its name: `full-access`, `never-matches`. */
  readonly rule: string
  /** `$.Statement[0].Condition.StringNotEquals.aws:SourceIp` */
  readonly path: string
  /** From 1. */
  readonly line: number
  readonly column: number
  readonly why: string
  /** What to do about it. */
  readonly advice: string
}

/** A finding before its place in the text is known. */
export type Unplaced = Omit<Finding, 'line' | 'column'>

/** What is known of where the policy is, or will be. */
export interface Subject {
  readonly kind: PolicyKind
  /** The endpoint whose policy it is; each part may be unknown. */
  readonly endpoint?: {
    /** `vpce-…` */
    readonly id?: string
    readonly type?: 'Gateway' | 'Interface'
    /** `com.amazonaws.us-east-1.s3` */
    readonly serviceName?: string
    /** The services that actions behind it may be of: `s3`. */
    readonly actionPrefixes?: readonly string[]
    readonly vpcId?: string
    /** False: the service takes no endpoint policy but the one that allows all. */
    readonly policySupported?: boolean
  }
}
