// Filter policies: which messages a subscription wants, by their attributes or by their body.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html

import { isIP } from 'node:net'
import { parseAddress } from '../../ip/address.ts'
import { cidrContains, parseCidr } from '../../ip/cidr.ts'
import { invalidParameter } from './sns-error.ts'

/** Of a leaf: the message has a value that one of its rules takes, or has none where one wants none. */
type Rule = (values: readonly unknown[]) => boolean
type Filter = (message: unknown) => boolean

const MOST_KEYS = 5
const MOST_COMBINATIONS = 150
const DEEPEST = 10

export type FilterScope = 'MessageAttributes' | 'MessageBody'

/** The policy as a test of a message; throws InvalidParameter for what is none. */
export function compileFilterPolicy(text: string, scope: FilterScope): Filter {
  const policy = readJson(text)
  if (!isObject(policy)) throw refused('Filter policy must be a JSON object')
  const size = { keys: 0, combinations: 1 }
  const filter = compileObject(policy, scope, size, 1)
  if (size.keys > MOST_KEYS) throw refused(`Filter policy can not have more than ${MOST_KEYS} keys`)
  if (size.combinations > MOST_COMBINATIONS) throw refused('Filter policy is too complex')
  return filter
}

interface Size {
  keys: number
  combinations: number
}

function compileObject(policy: object, scope: FilterScope, size: Size, depth: number): Filter {
  if (depth > DEEPEST) throw refused('Filter policy is nested too deep')
  const filters = Object.entries(policy).map(([key, value]): Filter => {
    if (key === '$or' && isAlternatives(value)) {
      const choices = value.map((choice) => compileObject(choice, scope, size, depth + 1))
      return (message) => choices.some((choice) => choice(message))
    }
    if (Array.isArray(value)) {
      size.keys++
      size.combinations *= Math.max(value.length, 1)
      const rule = compileRules(key, value)
      return (message) => rule(valuesAt(message, key))
    }
    if (!isObject(value)) throw refused(`"${key}" must be an object or an array`)
    if (scope === 'MessageAttributes')
      throw refused('Filter policy scope MessageAttributes does not support nested filter policy')
    const nested = compileObject(value, scope, size, depth + 1)
    return (message) => objectsAt(message, key).some(nested)
  })
  return (message) => filters.every((filter) => filter(message))
}

/** `$or` is an operator only before a list of at least two objects. */
function isAlternatives(value: unknown): value is object[] {
  return Array.isArray(value) && value.length >= 2 && value.every(isObject)
}

function compileRules(key: string, values: readonly unknown[]): Rule {
  if (values.length === 0) throw refused(`"${key}" must have at least one value`)
  const rules = values.map((value): Rule => {
    if (isObject(value)) return compileOperator(key, value)
    if (Array.isArray(value)) throw refused('Match value must be String, number, true, false, or null')
    return (found) => found.includes(value)
  })
  return (found) => rules.some((rule) => rule(found))
}

function compileOperator(key: string, value: object): Rule {
  const [[name, operand] = ['', undefined], ...more] = Object.entries(value)
  if (more.length > 0) throw refused(`"${key}": an object must have one match type`)
  if (name === 'exists') {
    if (typeof operand !== 'boolean') throw refused('exists match pattern must be either true or false.')
    return (found) => found.length > 0 === operand
  }
  const test = compileTest(name, operand)
  return (found) => found.some(test)
}

/** A test of one value. */
function compileTest(name: string, operand: unknown): (value: unknown) => boolean {
  switch (name) {
    case 'prefix':
    case 'suffix':
    case 'equals-ignore-case':
    case 'wildcard':
      return textTest(name, requireText(name, operand))
    case 'anything-but':
      return anythingBut(operand)
    case 'numeric':
      return numericTest(operand)
    case 'cidr':
      return cidrTest(requireText(name, operand))
    default:
      throw refused(`Unrecognized match type ${name}`)
  }
}

function textTest(name: 'prefix' | 'suffix' | 'equals-ignore-case' | 'wildcard', wanted: string) {
  const lower = wanted.toLowerCase()
  const parts = wanted.split('*')
  const tests = {
    prefix: (text: string) => text.startsWith(wanted),
    suffix: (text: string) => text.endsWith(wanted),
    'equals-ignore-case': (text: string) => text.toLowerCase() === lower,
    wildcard: (text: string) => meetsParts(text, parts),
  }
  return (value: unknown) => typeof value === 'string' && tests[name](value)
}

/** The parts of a pattern stand in the text in their order; between them may be anything. */
function meetsParts(text: string, [first = '', ...rest]: readonly string[]): boolean {
  const last = rest.at(-1)
  if (last === undefined) return text === first
  if (!text.startsWith(first)) return false
  let at = first.length
  for (const part of rest.slice(0, -1)) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return text.length - last.length >= at && text.endsWith(last)
}

function anythingBut(operand: unknown): (value: unknown) => boolean {
  if (isObject(operand)) {
    const [[name, wanted] = ['', undefined]] = Object.entries(operand)
    if (!['prefix', 'suffix', 'wildcard', 'equals-ignore-case'].includes(name)) {
      throw refused(`Unsupported anything-but pattern: ${name}`)
    }
    const tests = (Array.isArray(wanted) ? wanted : [wanted]).map((one) => compileTest(name, one))
    return (value) => !tests.some((test) => test(value))
  }
  const excluded: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
  if (excluded.length === 0 || !excluded.every((one) => typeof one === 'string' || typeof one === 'number')) {
    throw refused('Value of anything-but must be a string, a number, or a list of them')
  }
  return (value) => !excluded.some((one) => one === value)
}

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
}

/** `["=", 5]`, `[">", 0, "<=", 150]`. */
function numericTest(operand: unknown): (value: unknown) => boolean {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw refused('Value of numeric must be an array of one or two comparisons')
  }
  const tests = [0, 2]
    .filter((at) => at < operand.length)
    .map((at) => {
      const sign = String(operand[at])
      const compare = Object.hasOwn(COMPARISONS, sign) ? COMPARISONS[sign] : undefined
      const limit: unknown = operand[at + 1]
      if (!compare) throw refused(`Unrecognized numeric range operator: ${sign}`)
      if (typeof limit !== 'number') throw refused(`Value of ${sign} must be numeric`)
      return (value: number) => compare(value, limit)
    })
  return (value) => typeof value === 'number' && tests.every((test) => test(value))
}

function cidrTest(text: string): (value: unknown) => boolean {
  const cidr = parseCidr(text)
  if (!cidr) throw refused(`Malformed CIDR, '${text}'`)
  return (value) => {
    const address = typeof value === 'string' && isIP(value) ? parseAddress(value) : undefined
    return address !== undefined && cidrContains(cidr, address)
  }
}

/** All values that a message has under a key; a list is each of its elements. */
function valuesAt(message: unknown, key: string): readonly unknown[] {
  return objectsIn(message).flatMap((object) => {
    if (!Object.hasOwn(object, key)) return []
    const value = object[key]
    return Array.isArray(value) ? value : [value]
  })
}

function objectsAt(message: unknown, key: string): readonly unknown[] {
  return valuesAt(message, key).filter(isObject)
}

function objectsIn(message: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(message)) return message.flatMap(objectsIn)
  return isObject(message) ? [{ ...message }] : []
}

function requireText(name: string, operand: unknown): string {
  if (typeof operand === 'string') return operand
  throw refused(`${name} match pattern must be a string`)
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw refused(`failed to parse JSON. ${error instanceof Error ? error.message : ''}`)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refused(why: string) {
  return invalidParameter(`FilterPolicy: ${why}`)
}
