// The context keys that a statement refers to: in its conditions, and in the variables of its resources and values.

import type { Statement } from './policy.ts'
import type { Template } from './variables.ts'

/** Keys as they are written, each once whatever its case. */
export function referencedKeys(statements: readonly Statement[]): string[] {
  const found = new Map<string, string>()
  for (const key of statements.flatMap(keysOf)) {
    if (!found.has(key.toLowerCase())) found.set(key.toLowerCase(), key)
  }
  return [...found.values()]
}

function keysOf({ resource, conditions }: Statement): string[] {
  return [
    ...(resource?.patterns ?? []).flatMap(variablesOf),
    ...conditions.flatMap((condition) => [
      condition.key,
      ...(condition.kind === 'compared' ? condition.values.flatMap(variablesOf) : []),
    ]),
  ]
}

/** A template knows its variables in lower case; the text has them as written. */
function variablesOf({ text, template }: { readonly text: string; readonly template: Template }): string[] {
  return template.flatMap((part) => {
    if (part.kind !== 'variable') return []
    const at = text.toLowerCase().indexOf(part.key)
    return at === -1 ? part.key : text.slice(at, at + part.key.length)
  })
}
