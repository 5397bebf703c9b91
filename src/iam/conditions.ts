// One entry of a statement's Condition: parsed with its operator once, then compared with the keys of each request.

import { OPERATORS, type Operator } from './operators.ts'
import type { ContextKeys } from './request.ts'
import { hasVariables, type PolicyVersion, parseTemplate, resolveTemplate, type Template } from './variables.ts'
import type { Test } from './wildcard.ts'
import { spend } from './work.ts'

interface Value {
  /** As written in the policy. */
  readonly text: string
  /** The test, when no variable is in the value. */
  readonly test?: Test
  readonly template: Template
}

interface Compared {
  readonly kind: 'compared'
  readonly operator: Operator
  /** Without it, a key of many values compares as if any of them did. */
  readonly set?: 'ForAllValues' | 'ForAnyValue'
  readonly ifExists: boolean
  /** The key as written, and as looked up. */
  readonly key: string
  readonly lookup: string
  readonly values: readonly Value[]
}

interface Absence {
  readonly kind: 'null'
  readonly key: string
  readonly lookup: string
  /** `true`: the key must be absent. */
  readonly absent: boolean
}

export type Condition = Compared | Absence

/** A condition that cannot be: what is wrong, for the path that the parser knows. */
export interface ConditionProblem {
  readonly kind: 'problem'
  readonly why: string
}

const NAME = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/

/** Reads `operator: {key: values}`. */
export function parseCondition(
  name: string,
  key: string,
  values: readonly string[],
  version: PolicyVersion,
): Condition | ConditionProblem {
  const lookup = key.toLowerCase()
  if (name === 'Null') return parseAbsence(key, values)
  const match = NAME.exec(name)
  const operator = OPERATORS.get(match?.[2] ?? '')
  if (!operator) return { kind: 'problem', why: `Invalid Condition type : ${name}` }
  const parsed = values.map((text) => parseValue(operator, text, version))
  const wrong = parsed.find((value) => !value.test && !hasVariables(value.template))
  if (wrong) return { kind: 'problem', why: `Value "${wrong.text}" of ${key} cannot be compared by ${operator.name}` }
  const set = match?.[1]
  return {
    kind: 'compared',
    operator,
    ...((set === 'ForAllValues' || set === 'ForAnyValue') && { set }),
    ifExists: match?.[3] !== undefined,
    key,
    lookup,
    values: parsed,
  }
}

/** Does the condition hold for these keys? */
export function conditionHolds(condition: Condition, keys: ContextKeys): boolean {
  const actual = keys[condition.lookup]
  if (condition.kind === 'null') return (actual === undefined) === condition.absent
  if (actual === undefined) return holdsWhenAbsent(condition)
  const meets = (value: string) => condition.values.some((wanted) => meetsOne(condition, wanted, value, keys))
  const { negated } = condition.operator
  if (typeof actual === 'string') return meets(actual) !== negated
  switch (condition.set) {
    case 'ForAllValues':
      return actual.every((value) => meets(value) !== negated)
    case 'ForAnyValue':
      return actual.some((value) => meets(value) !== negated)
    case undefined:
      return actual.some(meets) !== negated
    default:
      throw condition.set satisfies never
  }
}

/** What was compared, as a sentence without its full stop. */
export function describeCondition(condition: Condition, keys: ContextKeys): string {
  const actual = keys[condition.lookup]
  const is = actual === undefined ? 'absent' : typeof actual === 'string' ? `"${actual}"` : JSON.stringify(actual)
  if (condition.kind === 'null') {
    return `${condition.key} is ${is} and Null asks that it is ${condition.absent ? 'absent' : 'present'}`
  }
  const { operator, set, ifExists, values } = condition
  const asked = `${set ? `${set}:` : ''}${operator.name}${ifExists ? 'IfExists' : ''}`
  const wanted = values.map((value) => `"${value.text}"`).join(' or ')
  return `${condition.key} is ${is} and ${asked} asks that it is ${operator.negated ? 'not ' : ''}${operator.relation} ${wanted}`
}

function holdsWhenAbsent({ ifExists, set, operator }: Compared): boolean {
  if (ifExists || set === 'ForAllValues') return true
  return set === undefined && operator.negated
}

function meetsOne(condition: Compared, wanted: Value, actual: string, keys: ContextKeys): boolean {
  spend(1)
  if (wanted.test) return wanted.test(actual)
  // A variable without a value meets nothing, so a positive operator fails and a negated one holds.
  const resolved = resolveTemplate(wanted.template, keys)
  return (resolved && condition.operator.compile(resolved)?.(actual)) ?? false
}

function parseValue(operator: Operator, text: string, version: PolicyVersion): Value {
  const template = parseTemplate(text, operator.takesVariables ? version : '2008-10-17')
  const constant = resolveTemplate(template, {})
  const test = hasVariables(template) ? undefined : constant && operator.compile(constant)
  return { text, template, ...(test && { test }) }
}

function parseAbsence(key: string, values: readonly string[]): Condition | ConditionProblem {
  const [text] = values
  if (values.length !== 1 || (text !== 'true' && text !== 'false')) {
    return { kind: 'problem', why: `Null asks "true" or "false" of ${key}` }
  }
  return { kind: 'null', key, lookup: key.toLowerCase(), absent: text === 'true' }
}
