// Conditions on one key that no value meets all at once. The values that are tried are those that the conditions
// themselves name, and the numbers and dates around them: if any value met them all, one of these would.

import { type Condition, conditionHolds } from '../iam/conditions.ts'
import { hasWildcard } from '../iam/wildcard.ts'

type Compared = Extract<Condition, { kind: 'compared' }>

/** The conditions that contradict each other; undefined when a value may meet all. */
export function findContradiction(conditions: readonly Condition[]): readonly Condition[] | undefined {
  for (const lookup of new Set(conditions.map((condition) => condition.lookup))) {
    const own = conditions.filter((condition) => condition.lookup === lookup)
    if (contradict(own, lookup)) return own
  }
  return undefined
}

function contradict(conditions: readonly Condition[], lookup: string): boolean {
  // Sets of values, and conditions that hold without the key, are met in more ways than by one value.
  const compared = conditions.filter((condition) => condition.kind === 'compared')
  if (compared.some(({ set }) => set !== undefined)) return false
  if (conditions.every((condition) => conditionHolds(condition, {}))) return false
  const positive = compared.filter(({ operator }) => !operator.negated)
  if (positive.length === 0) return false
  const isNullAsked = conditions.some((condition) => condition.kind === 'null' && condition.absent)
  if (isNullAsked) return positive.some(({ ifExists }) => !ifExists)
  if (positive.some(({ values }) => values.length === 0)) return true
  const candidates = candidatesOf(positive)
  if (!candidates) return false
  return !candidates.some((value) => conditions.every((condition) => conditionHolds(condition, { [lookup]: value })))
}

/** Values of which one must do if any does; undefined where they cannot be listed. */
function candidatesOf(positive: readonly Compared[]): readonly string[] | undefined {
  const exact = positive.find(({ operator, values }) => EXACT.test(operator.name) && values.every(({ test }) => test))
  if (exact) return exact.values.map(({ text }) => text)
  const plain = positive.find(
    ({ operator, values }) =>
      /^(StringLike|Arn(Like|Equals))$/.test(operator.name) &&
      values.every(({ text, test }) => test && !hasWildcard(text)),
  )
  if (plain) return plain.values.map(({ text }) => text)
  const bounds = positive.flatMap(({ values }) => values.map(({ text }) => text))
  if (positive.every(({ operator }) => operator.name.startsWith('Numeric'))) return aroundNumbers(bounds.map(Number))
  if (positive.every(({ operator }) => operator.name.startsWith('Date'))) return aroundDates(bounds)
  return undefined
}

const EXACT = /^(StringEquals(IgnoreCase)?|NumericEquals|DateEquals|Bool|BinaryEquals)$/

/** Each bound, what is next to it, and what is between two of them. */
function aroundNumbers(bounds: readonly number[]): string[] {
  const sorted = [...new Set(bounds)].sort((a, b) => a - b)
  const between = sorted.slice(1).map((bound, at) => (bound + (sorted[at] ?? bound)) / 2)
  return [...sorted.flatMap((bound) => [bound - 1, bound, bound + 1]), ...between].map(String)
}

function aroundDates(bounds: readonly string[]): string[] {
  const times = bounds.map((text) => (/^\d{5,}(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text)))
  return times.flatMap((time) =>
    Number.isNaN(time) ? [] : [time - 1000, time, time + 1000].map((near) => new Date(near).toISOString()),
  )
}
