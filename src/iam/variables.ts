// Policy variables: `${aws:username}` in a Resource or a condition value, replaced by the request's own value.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html

import type { ContextKeys } from './request.ts'
import { type Glob, literalGlob, parseGlob } from './wildcard.ts'
import { spend } from './work.ts'

export type PolicyVersion = '2008-10-17' | '2012-10-17'

type Part =
  /** Text as written, in which an operator may read wildcards. */
  | { readonly kind: 'text'; readonly text: string }
  /** Text without wildcards: an escape such as `${*}`, or a variable's value. */
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'variable'; readonly key: string; readonly fallback?: string }

export type Template = readonly Part[]
/** A template whose variables have their values. */
export type Resolved = readonly Exclude<Part, { kind: 'variable' }>[]

/** A value becomes part of a pattern that is compiled for this request alone. */
const STEPS_OF_UNIT = 32

const VARIABLE = /\$\{([^}]*)\}/g
const DEFAULTED = /^([^,]+?)\s*,\s*'(.*)'$/

/** Reads the variables of `text`. Under 2008-10-17 there are none: `${` is text. */
export function parseTemplate(text: string, version: PolicyVersion): Template {
  if (version === '2008-10-17' || !text.includes('${')) return [{ kind: 'text', text }]
  const parts: Part[] = []
  let end = 0
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) })
    parts.push(parseVariable(match[1] ?? ''))
    end = match.index + match[0].length
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) })
  return parts
}

/** Puts the request's values in. Undefined when one is missing or has many values, and no default is given. */
export function resolveTemplate(template: Template, keys: ContextKeys): Resolved | undefined {
  const resolved: Exclude<Part, { kind: 'variable' }>[] = []
  for (const part of template) {
    if (part.kind !== 'variable') {
      resolved.push(part)
      continue
    }
    const value = keys[part.key] ?? part.fallback
    if (typeof value !== 'string') return undefined
    spend(STEPS_OF_UNIT * value.length)
    resolved.push({ kind: 'literal', text: value })
  }
  return resolved
}

export function hasVariables(template: Template): boolean {
  return template.some((part) => part.kind === 'variable')
}

/** The value as plain text, where `*` is just a character. */
export function resolvedText(resolved: Resolved): string {
  return resolved.map((part) => part.text).join('')
}

/** The value with the wildcards that were written in the policy. */
export function resolvedGlob(resolved: Resolved): Glob {
  return resolved.flatMap((part) => (part.kind === 'text' ? parseGlob(part.text) : literalGlob(part.text)))
}

function parseVariable(inside: string): Part {
  if (inside === '*' || inside === '?' || inside === '$') return { kind: 'literal', text: inside }
  const defaulted = DEFAULTED.exec(inside)
  if (!defaulted) return { kind: 'variable', key: inside.trim().toLowerCase() }
  return { kind: 'variable', key: (defaulted[1] ?? '').toLowerCase(), fallback: defaulted[2] ?? '' }
}
