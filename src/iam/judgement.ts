// What the policies of one kind say to a request: an explicit deny before an allow, and without either an implicit
// deny that names the statement which came nearest.

import { parsePolicyCached, type Statement } from './policy.ts'
import type { NamedPolicy } from './principal.ts'
import type { MatchOptions, PrincipalMatch } from './principal-clause.ts'
import type { ContextKeys, LayerVerdict, PolicyKind, PolicyRequest } from './request.ts'
import { describeMatch, matchStatement, type StatementMatch, type Subject } from './statement.ts'
import { TooMuchWork } from './work.ts'

export interface Question {
  readonly kind: PolicyKind
  readonly policies: readonly NamedPolicy[]
  readonly request: PolicyRequest
  readonly keys: ContextKeys
  /** Undefined: statements of this kind have no principals. */
  readonly principals: MatchOptions | undefined
}

export interface Judgement {
  readonly verdict: LayerVerdict
  /** The closest way in which an allowing statement names the requester; absent when none allows. */
  readonly principal?: PrincipalMatch
}

interface Found {
  readonly policy: string
  readonly statement: Statement
}

type Miss = Extract<StatementMatch, { applies: false }>

/** What a pass over the statements has met so far. */
interface Findings {
  deny?: Found
  allow?: Found & { readonly principal: PrincipalMatch }
  nearest?: Found & { readonly miss: Miss }
  /** The first document that cannot be read. */
  unreadable?: string
}

const CLOSENESS = { account: 1, role: 2, direct: 3 } as const satisfies Record<PrincipalMatch, number>

export function judge(question: Question): Judgement {
  const { kind, request, keys, principals } = question
  const subject: Subject = { request, keys, principals, action: request.action.toLowerCase() }
  const findings = surveyWithinLimit(question.policies, subject)
  if (!findings) return { verdict: { kind, effect: 'ExplicitDeny', why: TOO_MUCH_WORK } }
  const { deny, allow, nearest, unreadable } = findings
  if (deny) return { verdict: decided(kind, 'ExplicitDeny', deny, subject) }
  if (allow) return { verdict: decided(kind, 'Allow', allow, subject), principal: allow.principal }
  const why = unreadable ?? (nearest ? describeMiss(nearest) : 'there is no statement that allows anything')
  return { verdict: { kind, effect: 'ImplicitDeny', why } }
}

/** Nobody knows which statement would have decided, and it may have been a deny. */
const TOO_MUCH_WORK = 'the policies would take too long to compare with this request, so it is refused'

function surveyWithinLimit(policies: readonly NamedPolicy[], subject: Subject): Findings | undefined {
  try {
    return survey(policies, subject)
  } catch (error) {
    if (error instanceof TooMuchWork) return undefined
    throw error
  }
}

function survey(policies: readonly NamedPolicy[], subject: Subject): Findings {
  const findings: Findings = {}
  for (const { name, document } of policies) {
    const parsed = parsePolicyCached(document)
    if (parsed.kind === 'problem') {
      findings.unreadable ??= `${name} cannot be read: ${parsed.path}: ${parsed.why}`
      continue
    }
    for (const statement of parsed.policy.statements) note(findings, { policy: name, statement }, subject)
    if (findings.deny) return findings
  }
  return findings
}

function note(findings: Findings, found: Found, subject: Subject): void {
  const match = matchStatement(found.statement, subject)
  if (found.statement.effect === 'Deny') {
    if (match.applies) findings.deny ??= found
  } else if (match.applies) {
    const closer = !findings.allow || CLOSENESS[match.principal] > CLOSENESS[findings.allow.principal]
    if (closer) findings.allow = { ...found, principal: match.principal }
  } else if (!findings.nearest || match.passed > findings.nearest.miss.passed) {
    findings.nearest = { ...found, miss: match }
  }
}

function decided(kind: PolicyKind, effect: 'Allow' | 'ExplicitDeny', found: Found, subject: Subject): LayerVerdict {
  const { policy, statement } = found
  const verb = effect === 'Allow' ? 'allows' : 'denies'
  const why = `statement ${statement.label} ${verb} ${describeMatch(statement, subject)}`
  return { kind, effect, policy, statement: statement.label, why }
}

function describeMiss({ policy, statement, miss }: Found & { readonly miss: Miss }): string {
  return `no statement allows it; nearest is statement ${statement.label} of ${policy}, but ${miss.why()}`
}
