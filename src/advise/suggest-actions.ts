// Actions that the trail saw, as AWS names them. A REST request to a service without tables is judged by its method
// (`lambda:POST`), which no policy of AWS's knows: all actions of the service stand for it.

import { loadServiceActions } from '../catalogue/service-actions.ts'
import { prefixOf } from './action-tables.ts'
import type { Seen, Suggestion } from './suggest.ts'

export interface NamedActions {
  readonly seen: readonly Seen[]
  /** What was seen that is no action of AWS's, with what stands for it. */
  readonly unnamed: readonly { readonly action: string; readonly standsFor: string }[]
  /** Actions that change who may do what. */
  readonly managing: readonly string[]
}

/** A suggestion with what is to be said of its actions. */
export type SuggestionAnswer = Suggestion & Omit<NamedActions, 'seen'>

export async function withNamedActions(seen: readonly Seen[]): Promise<NamedActions> {
  const unnamed = new Map<string, string>()
  const managing = new Set<string>()
  for (const { action, passed } of seen) {
    if (!passed || unnamed.has(action)) continue
    const prefix = prefixOf(action)
    const table = await loadServiceActions(prefix)
    const known = table?.actions.get(action.slice(prefix.length + 1).toLowerCase())
    if (table && !known) unnamed.set(action, `${prefix}:*`)
    if (known?.level === 'Permissions management') managing.add(action)
  }
  return {
    seen: seen.map((one) => ({ ...one, action: unnamed.get(one.action) ?? one.action })),
    unnamed: [...unnamed].map(([action, standsFor]) => ({ action, standsFor })),
    managing: [...managing].sort(),
  }
}
