// Condition operators. Each is data: how one value of the policy becomes a test of one value of the request, whether
// the result is turned round, and how the comparison reads in a sentence.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

import { parseAddress } from '../ip/address.ts'
import { cidrContains, hostCidr, parseCidr } from '../ip/cidr.ts'
import { compileArnCondition } from './arn.ts'
import { type Resolved, resolvedGlob, resolvedText } from './variables.ts'
import { compileGlob, type Test } from './wildcard.ts'
import { spend } from './work.ts'

export interface Operator {
  readonly name: string
  /** A `…Not…` operator: the request's value must meet none of the policy's, and a missing key passes. */
  readonly negated: boolean
  /** Policy variables mean something in its values. */
  readonly takesVariables: boolean
  /** What is asked, as it reads between the request's value and the policy's: `equal to`, `like`. */
  readonly relation: string
  /** The policy's value as a test; undefined when it is not of the operator's type. */
  readonly compile: (wanted: Resolved) => Test | undefined
}

/** Characters of the longest text that is read as a number, a date or an address. */
const LONGEST_SCALAR = 64

const equalText = (wanted: Resolved): Test => {
  const text = resolvedText(wanted)
  return (actual) => actual === text
}

const equalIgnoringCase = (wanted: Resolved): Test => {
  const text = resolvedText(wanted).toLowerCase()
  return (actual) => {
    spend(actual.length)
    return actual.toLowerCase() === text
  }
}

const likeText = (wanted: Resolved): Test => compileGlob(resolvedGlob(wanted))

const likeArn = (wanted: Resolved): Test => compileArnCondition(resolvedGlob(wanted))

const equalBoolean = (wanted: Resolved): Test | undefined => {
  const text = resolvedText(wanted).toLowerCase()
  if (text !== 'true' && text !== 'false') return undefined
  return (actual) => actual.length === text.length && actual.toLowerCase() === text
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const equalBinary = (wanted: Resolved): Test | undefined => {
  const text = resolvedText(wanted)
  const wantedDigits = withoutPadding(text)
  return BASE64.test(text) ? (actual) => withoutPadding(actual) === wantedDigits : undefined
}

/** At most two characters: a search for the last of many would be quadratic. */
function withoutPadding(base64: string): string {
  if (base64.endsWith('==')) return base64.slice(0, -2)
  return base64.endsWith('=') ? base64.slice(0, -1) : base64
}

const insideBlock = (wanted: Resolved): Test | undefined => {
  const text = resolvedText(wanted)
  const single = parseAddress(text)
  const block = single ? hostCidr(single) : parseCidr(text)
  if (!block) return undefined
  return (actual) => {
    const address = actual.length > LONGEST_SCALAR ? undefined : parseAddress(actual)
    return address !== undefined && cidrContains(block, address)
  }
}

type Ordering = (actual: number, wanted: number) => boolean

function ordered(read: (text: string) => number | undefined, holds: Ordering): Operator['compile'] {
  return (wanted) => {
    const bound = read(resolvedText(wanted))
    if (bound === undefined) return undefined
    return (actual) => {
      const value = actual.length > LONGEST_SCALAR ? undefined : read(actual)
      return value !== undefined && holds(value, bound)
    }
  }
}

function readNumber(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : undefined
}

const ISO_8601 = /^\d{4}(-\d{2}(-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?)?$/

/** Milliseconds since 1970 of an ISO 8601 date or of seconds since 1970. */
function readDate(text: string): number | undefined {
  if (/^\d{5,}(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (!ISO_8601.test(text)) return undefined
  // A time without a zone is UTC in AWS, and local to the machine in JavaScript.
  const zoned = /T/.test(text) && !/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text
  const time = Date.parse(zoned)
  return Number.isNaN(time) ? undefined : time
}

type Form = Omit<Operator, 'name'>

function pair(takesVariables: boolean, relation: string, compile: Operator['compile']): [Form, Form] {
  const form = { takesVariables, relation, compile }
  return [
    { ...form, negated: false },
    { ...form, negated: true },
  ]
}

const ORDERINGS: Readonly<Record<string, readonly [string, Ordering]>> = {
  LessThan: ['less than', (actual, wanted) => actual < wanted],
  LessThanEquals: ['at most', (actual, wanted) => actual <= wanted],
  GreaterThan: ['greater than', (actual, wanted) => actual > wanted],
  GreaterThanEquals: ['at least', (actual, wanted) => actual >= wanted],
}

function orderedForms(type: string, read: (text: string) => number | undefined): Record<string, Form> {
  const [equals, notEquals] = pair(
    false,
    'equal to',
    ordered(read, (actual, wanted) => actual === wanted),
  )
  const forms: Record<string, Form> = { [`${type}Equals`]: equals, [`${type}NotEquals`]: notEquals }
  for (const [suffix, [relation, holds]] of Object.entries(ORDERINGS)) {
    forms[type + suffix] = { takesVariables: false, relation, negated: false, compile: ordered(read, holds) }
  }
  return forms
}

const [stringEquals, stringNotEquals] = pair(true, 'equal to', equalText)
const [stringEqualsIgnoreCase, stringNotEqualsIgnoreCase] = pair(true, 'equal (ignoring case) to', equalIgnoringCase)
const [stringLike, stringNotLike] = pair(true, 'like', likeText)
// AWS documents ArnEquals and ArnLike, and their negations, as behaving identically.
const [arnLike, arnNotLike] = pair(true, 'like', likeArn)
const [ipAddress, notIpAddress] = pair(false, 'inside', insideBlock)
const [bool] = pair(true, 'equal to', equalBoolean)
const [binaryEquals] = pair(false, 'equal to', equalBinary)

const FORMS: Readonly<Record<string, Form>> = {
  StringEquals: stringEquals,
  StringNotEquals: stringNotEquals,
  StringEqualsIgnoreCase: stringEqualsIgnoreCase,
  StringNotEqualsIgnoreCase: stringNotEqualsIgnoreCase,
  StringLike: stringLike,
  StringNotLike: stringNotLike,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  ArnNotEquals: arnNotLike,
  ArnNotLike: arnNotLike,
  IpAddress: ipAddress,
  NotIpAddress: notIpAddress,
  Bool: bool,
  BinaryEquals: binaryEquals,
  ...orderedForms('Numeric', readNumber),
  ...orderedForms('Date', readDate),
}

/** Every operator but Null, which compares nothing. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  Object.entries(FORMS).map(([name, form]) => [name, { name, ...form }]),
)
