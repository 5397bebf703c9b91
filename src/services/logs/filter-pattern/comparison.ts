// `= value` and its kin: what both `{ JSON }` and `[ fields ]` patterns ask of one value.

import { invalidPattern, type Tokens } from './tokens.ts'

export interface Comparison {
  /** Of a value as the message has it. */
  ofText(text: string): boolean
  ofNumber(number: number): boolean
}

const OPERATORS = ['=', '!=', '<', '<=', '>', '>='] as const
type Operator = (typeof OPERATORS)[number]

/** A number, or one with its unit's exponent; anything else is text. */
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/

export function parseComparison(tokens: Tokens): Comparison {
  const operator = OPERATORS.find((one) => tokens.takes(one))
  if (!operator) throw invalidPattern()
  const { kind, text } = tokens.take()
  if (kind === 'symbol') throw invalidPattern()
  if (kind === 'word' && text.startsWith('%')) throw invalidPattern('Postern matches no regular expressions')
  if (kind === 'word' && NUMBER.test(text)) return compareNumber(operator, Number(text), text)
  if (operator !== '=' && operator !== '!=') throw invalidPattern(`${operator} compares numbers only`)
  return compareText(operator, text)
}

function compareNumber(operator: Operator, wanted: number, written: string): Comparison {
  const compare = (number: number) => isTrue(operator, number, wanted)
  return {
    ofNumber: compare,
    // A value in quotes may hold a number.
    ofText: (text) =>
      NUMBER.test(text) ? compare(Number(text)) : operator === '!=' || (operator === '=' && text === written),
  }
}

/** Text may have stars, each of which stands for any text. */
function compareText(operator: '=' | '!=', wanted: string): Comparison {
  const parts = wanted.split('*')
  const compare = (text: string) => hasParts(text, parts) === (operator === '=')
  return { ofText: compare, ofNumber: (number) => compare(String(number)) }
}

function isTrue(operator: Operator, value: number, wanted: number): boolean {
  switch (operator) {
    case '=':
      return value === wanted
    case '!=':
      return value !== wanted
    case '<':
      return value < wanted
    case '<=':
      return value <= wanted
    case '>':
      return value > wanted
    case '>=':
      return value >= wanted
    default:
      throw operator satisfies never
  }
}

/** The parts in their order, the first at the beginning and the last at the end. */
function hasParts(text: string, parts: readonly string[]): boolean {
  const [first = '', ...rest] = parts
  if (rest.length === 0) return text === first
  const last = rest.pop() ?? ''
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0) return false
    at = found + part.length
  }
  return at <= text.length - last.length
}
