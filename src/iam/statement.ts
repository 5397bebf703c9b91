// Does a statement apply to a request, and when not, what was nearest missing.

import { compileResource } from './arn.ts'
import { conditionHolds, describeCondition } from './conditions.ts'
import type { ResourcePattern, Statement } from './policy.ts'
import { describeClause, type MatchOptions, matchPrincipal, type PrincipalMatch } from './principal-clause.ts'
import type { ContextKeys, PolicyRequest } from './request.ts'
import { resolvedGlob, resolveTemplate } from './variables.ts'

export interface Subject {
  readonly request: PolicyRequest
  readonly keys: ContextKeys
  /** The request's action in lower case: action names have no case. */
  readonly action: string
  /** Undefined: the policy's kind has no principals (identity-based policies bind whoever has them). */
  readonly principals: MatchOptions | undefined
}

export type StatementMatch =
  | { readonly applies: true; readonly principal: PrincipalMatch }
  /** `passed` counts the elements that did match, in the order they are tried. */
  | { readonly applies: false; readonly passed: number; readonly why: () => string }

/** Tries the statement's elements in the order principal, action, resource, conditions. */
export function matchStatement(statement: Statement, subject: Subject): StatementMatch {
  const { request, keys, action } = subject
  const principal = principalOf(statement, subject)
  if (!principal) return miss(0, () => whyNotPrincipal(statement, request))
  const { action: actions, resource, conditions } = statement
  if (actions.tests.some((test) => test(action)) === actions.negated) {
    const element = actions.negated ? 'NotAction' : 'Action'
    return miss(1, () => `${element} ${list(actions.patterns)} does not cover ${request.action}`)
  }
  if (resource && resource.patterns.some((pattern) => meetsResource(pattern, request, keys)) === resource.negated) {
    const element = resource.negated ? 'NotResource' : 'Resource'
    const patterns = resource.patterns.map((pattern) => pattern.text)
    return miss(2, () => `${element} ${list(patterns)} does not cover ${request.resource}`)
  }
  const failed = conditions.find((condition) => !conditionHolds(condition, keys))
  if (failed) return miss(3, () => describeCondition(failed, keys))
  return { applies: true, principal }
}

/** What made the statement apply: its conditions when it has some, as they are what a reader would doubt. */
export function describeMatch(statement: Statement, { request, keys }: Subject): string {
  const covered = `${request.action} on ${request.resource}`
  if (statement.conditions.length === 0) return covered
  return `${covered}: ${statement.conditions.map((condition) => describeCondition(condition, keys)).join('; ')}`
}

function miss(passed: number, why: () => string): StatementMatch {
  return { applies: false, passed, why }
}

function principalOf({ principal }: Statement, { principals, request }: Subject): PrincipalMatch | undefined {
  if (!principals) return 'direct'
  return principal && matchPrincipal(principal, request.principal, principals)
}

function whyNotPrincipal({ principal }: Statement, request: PolicyRequest): string {
  if (!principal) return 'it has no Principal'
  const who = request.principal.kind === 'anonymous' ? 'an anonymous requester' : request.principal.arn
  return `${principal.negated ? 'NotPrincipal' : 'Principal'} ${describeClause(principal)} does not cover ${who}`
}

function meetsResource(pattern: ResourcePattern, request: PolicyRequest, keys: ContextKeys): boolean {
  if (pattern.test) return pattern.test(request.resource)
  const resolved = resolveTemplate(pattern.template, keys)
  return resolved !== undefined && compileResource(resolvedGlob(resolved))(request.resource)
}

function list(patterns: readonly string[]): string {
  return patterns.map((pattern) => `"${pattern}"`).join(', ')
}
