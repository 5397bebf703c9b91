// Which pattern covers another: everything that the one meets, the other meets too.

import { compileResource } from '../iam/arn.ts'
import type { Statement } from '../iam/policy.ts'
import { compileWildcard, parseGlob, type Test } from '../iam/wildcard.ts'

/** Text that no policy holds, in the place of a wildcard's run. */
const RUN = '\u0001\u0002\u0003'

/** Does the test meet all that `pattern` does? It is tried on the pattern with its runs empty, and with them full of what
 * no literal text meets; so it errs towards no. */
export function coversPattern(test: Test, pattern: string): boolean {
  const filled = pattern.replaceAll('?', '\u0001')
  return test(filled.replaceAll('*', '')) && test(filled.replaceAll('*', RUN))
}

/** Does `wide` apply wherever `narrow` does? Only statements that list what they cover can say so. */
export function coversStatement(wide: Statement, narrow: Statement): boolean {
  if (wide.conditions.length > 0 || wide.principal?.negated) return false
  if (wide.principal && !wide.principal.anyone) return false
  if (!listsAll(wide) || !listsAll(narrow)) return false
  const actions = wide.action.patterns.map((pattern) => compileWildcard(pattern.toLowerCase()))
  const resources = (wide.resource?.patterns ?? []).map(({ text }) => compileResource(parseGlob(text)))
  return (
    narrow.action.patterns.every((pattern) => actions.some((test) => coversPattern(test, pattern.toLowerCase()))) &&
    (narrow.resource?.patterns ?? []).every(({ text }) => resources.some((test) => coversPattern(test, text)))
  )
}

function listsAll({ action, resource }: Statement): boolean {
  return !action.negated && resource !== undefined && !resource.negated
}
