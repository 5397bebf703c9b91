// Actions that there are not, and actions that the endpoint does not carry.

import { ACTION_PREFIXES } from '../catalogue/service-actions.ts'
import type { Policy, Statement } from '../iam/policy.ts'
import { type ActionTables, actionsMeant, isKnownPrefix, prefixOf } from './action-tables.ts'
import type { Subject, Unplaced } from './finding.ts'
import { pathOf } from './lint-access.ts'
import { actionsOfOperation, nearest } from './near-miss.ts'

export function lintActions(policy: Policy, subject: Subject, tables: ActionTables): Unplaced[] {
  return policy.statements.flatMap((statement) => [
    ...unknownActions(statement, tables),
    ...foreignActions(statement, subject),
  ])
}

/** AWS takes an action that there is not, and it does nothing. */
function unknownActions(statement: Statement, tables: ActionTables): Unplaced[] {
  const { action, effect } = statement
  const unknown = action.patterns.flatMap((pattern, at) => {
    const note = unknownActionNote(pattern, tables)
    return note ? [{ at, ...note }] : []
  })
  const all = unknown.length === action.patterns.length
  const effects = {
    Allow: all ? 'the statement allows nothing' : 'it allows nothing',
    Deny: all ? 'the statement denies nothing' : 'it denies nothing',
  }
  const consequence = action.negated ? 'it excepts nothing' : effects[effect]
  return unknown.map(({ at, why, advice }) => ({
    severity: 'warning',
    rule: 'unknown-action',
    path: `${pathOf(statement)}.${action.negated ? 'NotAction' : 'Action'}[${at}]`,
    why: `${why}: ${consequence}`,
    advice,
  }))
}

/** Undefined for a pattern that stands for some action. `tables` has its service's, where there is one. */
export function unknownActionNote(pattern: string, tables: ActionTables): Note | undefined {
  if (pattern === '*') return undefined
  const prefix = prefixOf(pattern)
  if (!isKnownPrefix(prefix)) return unknownService(prefix)
  return actionsMeant(pattern, tables)?.length === 0 ? unknownAction(pattern, tables) : undefined
}

interface Note {
  readonly why: string
  readonly advice: string
}

function unknownService(prefix: string): Note {
  const near = nearest(prefix, ACTION_PREFIXES)
  return {
    why: `no service of AWS's has actions that begin with "${prefix}:"`,
    advice: near === undefined ? "look the service's prefix up in its own guide" : `write ${near}: if that is meant`,
  }
}

function unknownAction(pattern: string, tables: ActionTables): Note {
  const prefix = prefixOf(pattern)
  const asked = actionsOfOperation(pattern)
  if (asked !== undefined) {
    return { why: `${pattern} is an operation and no action; it asks for ${asked}`, advice: `write ${asked}` }
  }
  const names = [...(tables.get(prefix)?.actions.values() ?? [])].map(({ name }) => name)
  const near = nearest(pattern.slice(prefix.length + 1), names)
  return {
    why: /[*?]/.test(pattern) ? `no action of ${prefix} meets ${pattern}` : `${prefix} has no action ${pattern}`,
    advice:
      near === undefined
        ? 'see the actions of the service in its own guide'
        : `write ${prefix}:${near} if that is meant`,
  }
}

function foreignActions(statement: Statement, { kind, endpoint }: Subject): Unplaced[] {
  const { action } = statement
  const prefixes = endpoint?.actionPrefixes
  if (kind !== 'VPC endpoint policy' || action.negated || !prefixes) return []
  const isForeign = (prefix: string) => isKnownPrefix(prefix) && !prefixes.includes(prefix)
  const foreign = action.patterns.filter((pattern) => pattern !== '*' && isForeign(prefixOf(pattern)))
  if (foreign.length === 0) return []
  const path = `${pathOf(statement)}.Action`
  const service = endpoint.serviceName ?? prefixes.join(' and ')
  const advice = 'actions of another service belong into the policy of its own endpoint'
  if (foreign.length === action.patterns.length) {
    const why = `the statement can never match: ${foreign.join(', ')} does not pass an endpoint of ${service}`
    return [{ severity: 'warning', rule: 'never-matches', path, why, advice }]
  }
  const why = `${foreign.join(', ')} does not pass an endpoint of ${service}`
  return [{ severity: 'notice', rule: 'foreign-action', path, why, advice }]
}
