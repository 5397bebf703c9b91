// Values inside mapping templates: what they are as text, as truth, and what their few methods give. They are JSON's, not
// Java's, so an object comes out as JSON.

import { memberOf } from './json-path.ts'

export type Value = unknown

/** Nothing is the empty text. */
export function textOf(value: Value): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** All but nothing and `false` is true: the empty text, too, as in Velocity 1.7. */
export function isTrue(value: Value): boolean {
  return value !== undefined && value !== null && value !== false
}

export function entryOf(value: Value, key: Value): Value {
  return typeof key === 'string' || typeof key === 'number' ? memberOf(value, key) : undefined
}

/** What `#foreach` goes through: the entries of a list, or the values of a map. */
export function entriesOf(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value
  return typeof value === 'object' && value !== null ? Object.values(value) : []
}

const LONGEST_TEXT = 10 * 1024 * 1024

type Method = (value: Value, ...args: readonly Value[]) => Value

/** Methods of texts, lists and maps by their Java names. Whatever is asked of the wrong kind of value is nothing. */
export const METHODS: Readonly<Record<string, Method>> = {
  contains: (value, one) =>
    typeof value === 'string' ? value.includes(textOf(one)) : entriesOf(value).some((entry) => equal(entry, one)),
  containsKey: (value, key) => entryOf(value, key) !== undefined,
  endsWith: (value, end) => textOf(value).endsWith(textOf(end)),
  equals: (value, other) => equal(value, other),
  equalsIgnoreCase: (value, other) => textOf(value).toLowerCase() === textOf(other).toLowerCase(),
  get: (value, key) => entryOf(value, key),
  isEmpty: (value) => sizeOf(value) === 0,
  keySet: (value) => (typeof value === 'object' && value !== null ? Object.keys(value) : []),
  length: (value) => sizeOf(value),
  size: (value) => sizeOf(value),
  startsWith: (value, start) => textOf(value).startsWith(textOf(start)),
  substring: (value, from, to) => textOf(value).slice(Number(from), to === undefined ? undefined : Number(to)),
  toLowerCase: (value) => textOf(value).toLowerCase(),
  toString: (value: Value) => textOf(value),
  toUpperCase: (value) => textOf(value).toUpperCase(),
  trim: (value) => textOf(value).trim(),
}

function sizeOf(value: Value): number {
  return typeof value === 'string' ? value.length : entriesOf(value).length
}

export function equal(left: Value, right: Value): boolean {
  return textOf(left) === textOf(right)
}

/** Operators of two values, by precedence from the weakest on. */
export const OPERATORS: readonly Readonly<Record<string, (left: Value, right: Value) => Value>>[] = [
  { '||': (left, right) => isTrue(left) || isTrue(right) },
  { '&&': (left, right) => isTrue(left) && isTrue(right) },
  {
    '==': equal,
    '!=': (left, right) => !equal(left, right),
    '<=': (left, right) => Number(left) <= Number(right),
    '>=': (left, right) => Number(left) >= Number(right),
    '<': (left, right) => Number(left) < Number(right),
    '>': (left, right) => Number(left) > Number(right),
  },
  { '+': sum, '-': (left, right) => Number(left) - Number(right) },
  {
    '*': (left, right) => Number(left) * Number(right),
    // Java divides whole numbers to whole numbers.
    '/': (left, right) => Math.trunc(Number(left) / Number(right)),
    '%': (left, right) => Number(left) % Number(right),
  },
]

function sum(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return left + right
  const text = textOf(left) + textOf(right)
  // A text that doubles itself in a loop must end.
  if (text.length > LONGEST_TEXT) throw new RangeError('a text of a template is too long')
  return text
}
