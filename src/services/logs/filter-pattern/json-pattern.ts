// `{ $.a = "b" && $.c > 5 }`: conditions on the members of a message that is a JSON object.

import { parseComparison } from './comparison.ts'
import type { Matcher } from './filter-pattern.ts'
import { invalidPattern, Tokens } from './tokens.ts'

type Condition = (event: unknown) => boolean

export function parseJsonPattern(text: string): Matcher {
  const tokens = new Tokens(text)
  tokens.require('{')
  const condition = parseAny(tokens)
  tokens.require('}')
  tokens.requireEnd()
  return (message) => {
    const event = parseEvent(message)
    return event !== undefined && condition(event)
  }
}

/** `||` binds less than `&&`. */
function parseAny(tokens: Tokens): Condition {
  const options = [parseAll(tokens)]
  while (tokens.takes('||')) options.push(parseAll(tokens))
  return (event) => options.some((option) => option(event))
}

function parseAll(tokens: Tokens): Condition {
  const conditions = [parseOne(tokens)]
  while (tokens.takes('&&')) conditions.push(parseOne(tokens))
  return (event) => conditions.every((condition) => condition(event))
}

function parseOne(tokens: Tokens): Condition {
  if (tokens.takes('(')) {
    const inner = parseAny(tokens)
    tokens.require(')')
    return inner
  }
  const path = parseSelector(tokens.take().text)
  const select = (event: unknown) => path.reduce(step, event)
  if (tokens.takesWord('IS')) return parseIs(tokens, select)
  if (tokens.takesWord('NOT')) {
    if (!tokens.takesWord('EXISTS')) throw invalidPattern()
    return (event) => select(event) === undefined
  }
  const comparison = parseComparison(tokens)
  return (event) => {
    const value = select(event)
    if (typeof value === 'number') return comparison.ofNumber(value)
    return typeof value === 'string' || typeof value === 'boolean' ? comparison.ofText(String(value)) : false
  }
}

const KEYWORDS = { NULL: null, TRUE: true, FALSE: false } as const

function parseIs(tokens: Tokens, select: (event: unknown) => unknown): Condition {
  for (const [word, value] of Object.entries(KEYWORDS)) {
    if (tokens.takesWord(word)) return (event) => select(event) === value
  }
  throw invalidPattern()
}

/** `$.a.b[0]["c d"]` as its steps. */
function parseSelector(text: string): (string | number)[] {
  if (!/^\$[.[]/.test(text)) throw invalidPattern(`${text.slice(0, 100)} is no property selector`)
  const steps = text.slice(1).matchAll(/\.([^.[]+)|\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]/g)
  return [...steps].map(([, name, at, quoted, single]) =>
    at === undefined ? (name ?? quoted ?? single ?? '') : Number(at),
  )
}

function step(value: unknown, name: string | number): unknown {
  if (Array.isArray(value)) return typeof name === 'number' ? value[name] : undefined
  if (typeof value !== 'object' || value === null || typeof name === 'number') return undefined
  return Object.hasOwn(value, name) ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined
}

/** Only objects have members; anything else matches nothing. */
function parseEvent(message: string): unknown {
  if (!/^\s*[{[]/.test(message)) return undefined
  try {
    return JSON.parse(message)
  } catch {
    return undefined
  }
}
