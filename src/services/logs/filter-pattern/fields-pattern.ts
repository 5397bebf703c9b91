// `[ip, user, ..., status = 4*, bytes > 100]`: conditions on the fields of a message, which spaces part. Brackets and
// quotes in the message hold a field together. A name stands for any field; `...` for any number of them.

import { type Comparison, parseComparison } from './comparison.ts'
import type { Matcher } from './filter-pattern.ts'
import { invalidPattern, Tokens } from './tokens.ts'

type Field = (text: string) => boolean

export function parseFieldsPattern(text: string): Matcher {
  const tokens = new Tokens(text)
  const [before, after] = parseFields(tokens)
  tokens.requireEnd()
  return (message) => {
    const fields = splitFields(message)
    const isLongEnough = after ? fields.length >= before.length + after.length : fields.length === before.length
    const rest = after ? fields.slice(fields.length - after.length) : []
    return (
      isLongEnough &&
      before.every((wanted, at) => wanted(fields[at] ?? '')) &&
      (after ?? []).every((wanted, at) => wanted(rest[at] ?? ''))
    )
  }
}

/** The fields before `...` and, where it is there, those after it. */
function parseFields(tokens: Tokens): readonly [Field[], Field[] | undefined] {
  const before: Field[] = []
  let after: Field[] | undefined
  tokens.require('[')
  do {
    if (tokens.takes('...')) {
      if (after) throw invalidPattern('... can be there once')
      after = []
    } else (after ?? before).push(parseField(tokens))
  } while (tokens.takes(','))
  tokens.require(']')
  return [before, after]
}

/** A name, and what is asked of the field: the name is said again with each comparison. */
function parseField(tokens: Tokens): Field {
  const name = fieldName(tokens)
  if (tokens.next === undefined || tokens.next.text === ',' || tokens.next.text === ']') return () => true
  const options: Comparison[][] = [[parseComparison(tokens)]]
  for (;;) {
    const isOr = tokens.takes('||')
    if (!isOr && !tokens.takes('&&')) break
    if (fieldName(tokens) !== name) throw invalidPattern('a field is compared with values only')
    const comparison = parseComparison(tokens)
    if (isOr) options.push([comparison])
    else options.at(-1)?.push(comparison)
  }
  return (text) => options.some((all) => all.every((comparison) => comparison.ofText(text)))
}

function fieldName(tokens: Tokens): string {
  const { kind, text } = tokens.take()
  if (kind !== 'word') throw invalidPattern()
  return text
}

/** The names of a pattern's fields in their order, with `...` among them; none of a pattern of another kind. */
export function fieldNames(pattern: string): string[] {
  const inner = /^\s*\[(.*)\]\s*$/s.exec(pattern)?.[1]
  return inner === undefined ? [] : inner.split(',').map((field) => /^\s*(\.\.\.|\w+)/.exec(field)?.[1] ?? '')
}

export function splitFields(message: string): string[] {
  const fields = message.matchAll(/\[([^\]]*)\]|"([^"]*)"|(\S+)/g)
  return [...fields].map(([, bracketed, quoted, plain]) => bracketed ?? quoted ?? plain ?? '')
}
