// What is odd about a question to the policies: an action that there is not, or a resource that it is never about. The
// policies answer all the same, and the answer would mislead.

import { loadServiceActions } from '../catalogue/service-actions.ts'
import { canMean } from '../iam/arn-form.ts'
import { type ActionTables, actionsMeant, prefixOf } from './action-tables.ts'
import { unknownActionNote } from './lint-actions.ts'
import { readableForm } from './lint-resources.ts'

/** A sentence for each oddity. */
export async function questionNotes(action: string, resource: string): Promise<readonly string[]> {
  const prefix = prefixOf(action)
  const table = await loadServiceActions(prefix)
  const tables: ActionTables = new Map(table ? [[prefix, table]] : [])
  const unknown = unknownActionNote(action, tables)
  if (unknown) return [`${unknown.why}; ${unknown.advice}`]
  const arns = (actionsMeant(action, tables) ?? []).flatMap(({ resources }) => resources.flatMap((one) => one.arns))
  const [example] = arns.toSorted((a, b) => a.length - b.length)
  if (example === undefined) {
    return resource === '*' ? [] : [`${action} is about no single resource: real requests ask about *`]
  }
  if (arns.some((arn) => canMean(resource, arn)) && resource !== '*') return []
  const what = resource === '*' ? 'no resource is named' : `${resource} is none of its resources`
  return [`${what}: real requests for ${action} are about one such as ${readableForm(example)}`]
}
