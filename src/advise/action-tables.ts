// What AWS knows of the actions that a policy names: the tables of their services, loaded before the lint begins.

import {
  ACTION_PREFIXES,
  loadServiceActions,
  type ServiceAction,
  type ServiceActions,
} from '../catalogue/service-actions.ts'
import type { ActionClause, Policy } from '../iam/policy.ts'
import { compileWildcard } from '../iam/wildcard.ts'

/** By the prefix of the actions. */
export type ActionTables = ReadonlyMap<string, ServiceActions>

/** The prefix of a pattern in lower case: `s3` of `S3:Get*`, empty for `*`. */
export function prefixOf(pattern: string): string {
  return pattern.slice(0, Math.max(0, pattern.indexOf(':'))).toLowerCase()
}

export function isKnownPrefix(prefix: string): boolean {
  return ACTION_PREFIXES.has(prefix)
}

/** Those of all services whose actions the policy names. */
export async function tablesFor({ statements }: Policy): Promise<ActionTables> {
  const prefixes = new Set(statements.flatMap(({ action }) => action.patterns.map(prefixOf)))
  const tables = await Promise.all([...prefixes].map(loadServiceActions))
  return new Map(tables.flatMap((table) => (table ? [[table.prefix, table] as const] : [])))
}

/** The actions that a pattern stands for, none when there is no such action; undefined when that is not known, as of `*`. */
export function actionsMeant(pattern: string, tables: ActionTables): readonly ServiceAction[] | undefined {
  const prefix = prefixOf(pattern)
  const table = tables.get(prefix)
  if (!table) return undefined
  const name = pattern.slice(prefix.length + 1).toLowerCase()
  const exact = table.actions.get(name)
  if (exact) return [exact]
  const meets = compileWildcard(name)
  return [...table.actions].flatMap(([one, action]) => (meets(one) ? [action] : []))
}

/** All that a clause covers; undefined when one of its patterns is not known, or it lists what it does not cover. */
export function actionsCovered({ negated, patterns }: ActionClause, tables: ActionTables) {
  if (negated) return undefined
  const meant = patterns.map((pattern) => actionsMeant(pattern, tables))
  return meant.every((actions) => actions !== undefined) ? meant.flat() : undefined
}
