// The `Principal` of a statement, and how a requester meets it. How matters: a policy that names a role's session
// grants to it outright, while one that names its account only lets the account's own policies grant.

import { parseArn } from './arn.ts'
import type { Principal } from './principal.ts'

/** `direct`: everyone, the user or the very session. `role`: the session's role, or a federated user's own. `account`: the requester's account. */
export type PrincipalMatch = 'direct' | 'role' | 'account'

export interface PrincipalClause {
  /** `NotPrincipal`. */
  readonly negated: boolean
  /** `"*"` or `{"AWS": "*"}`. */
  readonly anyone: boolean
  /** Accounts named by their number or root ARN. */
  readonly accounts: ReadonlySet<string>
  /** User, role, session and federated-user ARNs. */
  readonly arns: ReadonlySet<string>
  /** `ec2.amazonaws.com` and the like. */
  readonly services: ReadonlySet<string>
  /** Identity providers and S3's canonical users, which no request here comes from. */
  readonly others: readonly string[]
}

const ACCOUNT = /^\d{12}$/
const PRINCIPAL_RESOURCE = /^(user|role|assumed-role|federated-user|group)\/.+$/

/** What an entry under `AWS` names; undefined when it can name no principal. */
export function awsPrincipal(text: string): { readonly account: string } | { readonly arn: string } | undefined {
  if (ACCOUNT.test(text)) return { account: text }
  const arn = parseArn(text)
  if (!arn || !ACCOUNT.test(arn.account) || (arn.service !== 'iam' && arn.service !== 'sts')) return undefined
  if (arn.resource === 'root') return { account: arn.account }
  return PRINCIPAL_RESOURCE.test(arn.resource) && !/[*?]/.test(arn.resource) ? { arn: text } : undefined
}

export interface MatchOptions {
  /** An account means its root user alone, as in the policies of gateway endpoints. */
  readonly accountMeansRoot: boolean
}

/** How `principal` meets the clause; undefined when it does not. */
export function matchPrincipal(
  clause: PrincipalClause,
  principal: Principal,
  options: MatchOptions,
): PrincipalMatch | undefined {
  if (clause.negated) return isExcepted(clause, principal) ? undefined : 'direct'
  if (clause.anyone) return 'direct'
  if (principal.kind === 'anonymous') return undefined
  if (clause.arns.has(principal.arn)) return 'direct'
  const behind = sourceOf(principal)
  if (behind !== undefined && clause.arns.has(behind)) return 'role'
  if (!clause.accounts.has(principal.account)) return undefined
  return options.accountMeansRoot && principal.kind !== 'root' ? undefined : 'account'
}

/** The clause in a sentence: `"*"`, or what it lists. */
export function describeClause(clause: PrincipalClause): string {
  if (clause.anyone) return '"*"'
  return [...clause.accounts, ...clause.arns, ...clause.services, ...clause.others]
    .map((name) => `"${name}"`)
    .join(', ')
}

/**
 * A requester is excepted only when all its names are listed: AWS asks for the account beside the user, and for the
 * account and the role beside the session, and denies when one is left out.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
 */
function isExcepted(clause: PrincipalClause, principal: Principal): boolean {
  if (clause.anyone) return true
  if (principal.kind === 'anonymous' || !clause.accounts.has(principal.account)) return false
  if (principal.kind === 'root') return true
  const behind = sourceOf(principal)
  return clause.arns.has(principal.arn) && (behind === undefined || clause.arns.has(behind))
}

/** Whose the session is: its role, or the user that a federated user stands for; undefined for who is no session. */
function sourceOf(principal: Exclude<Principal, { kind: 'anonymous' }>): string | undefined {
  if (principal.kind === 'assumedRole') return principal.roleArn
  return principal.kind === 'federatedUser' ? principal.sourceArn : undefined
}
