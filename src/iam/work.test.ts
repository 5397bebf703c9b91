// No policy and no request, however hostile, makes a decision slow: what would take too many steps is refused, and what
// is honest is far from that.

import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { compileResource } from './arn.ts'
import { evaluate } from './evaluate.ts'
import { rootPrincipal } from './principal.ts'
import type { ContextKeys } from './request.ts'
import { compileGlob, parseGlob } from './wildcard.ts'
import { spend, TooMuchWork, WORK_LIMIT, withinLimit } from './work.ts'

const AGENT = 'a'.repeat(16_000)
const OBJECT = `arn:aws:s3:::data/${'a'.repeat(1_024)}`
const ALLOW = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }

function decide(statements: readonly object[], keys: ContextKeys = {}, resource = OBJECT) {
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const endpointPolicy = { name: 'vpce-1', document }
  const request = {
    action: 's3:GetObject',
    resource,
    keys: {},
    principal: rootPrincipal('123456789012'),
    endpointPolicy,
  }
  const ask = () => evaluate(request, { 'aws:useragent': AGENT, 'aws:x': 'a'.repeat(1_000), ...keys })
  // The policy is compiled by the first question; the best of the rest is least disturbed by the machine.
  const decision = ask()
  const times = [0, 1, 2].map(() => {
    const from = process.cpuUsage()
    ask()
    const { user, system } = process.cpuUsage(from)
    return (user + system) / 1_000
  })
  return { decision, milliseconds: Math.min(...times) }
}

const many = (count: number, make: (at: number) => string) => Array.from({ length: count }, (_, at) => make(at))
const when = (operator: string, values: string | readonly string[]) => [
  { ...ALLOW, Condition: { [operator]: { 'aws:UserAgent': values } } },
]
const on = (Resource: string | readonly string[]) => [{ ...ALLOW, Resource }]
const VARIABLE = '$' + '{aws:UserAgent}'

const HOSTILE: readonly {
  readonly name: string
  readonly statements: readonly object[]
  readonly keys?: ContextKeys
}[] = [
  { name: 'thousands of runs in a resource', statements: on(`arn:aws:s3:::data/${'a*'.repeat(10_000)}b`) },
  { name: 'thousands of runs of one character', statements: on(`arn:aws:s3:::data/${'?*'.repeat(10_000)}b`) },
  { name: 'runs inside the segments of an ARN', statements: on(`arn:aws:s3:${'*a'.repeat(9_000)}:x:y`) },
  { name: 'long pieces', statements: on(many(20, () => `arn:aws:s3:::data/*${'a'.repeat(950)}b*`)) },
  { name: 'runs over a long value', statements: when('StringLike', `${'a*'.repeat(10_000)}b`) },
  {
    name: 'a piece that nearly stands everywhere',
    statements: when(
      'StringLike',
      many(2, (at) => `*${'a'.repeat(8_000)}${at}*`),
    ),
  },
  { name: 'the same with single characters', statements: when('StringLike', `*${'?a'.repeat(4_000)}b*`) },
  {
    name: 'thousands of short patterns',
    statements: when(
      'StringLike',
      many(2_000, () => '*a?b*'),
    ),
  },
  { name: 'a long value in patterns', statements: on(many(500, (at) => `arn:aws:s3:::data/*${VARIABLE}${at}`)) },
  { name: 'a long value many times in one', statements: on(`arn:aws:s3:::data/*${VARIABLE.repeat(1_200)}`) },
  {
    name: 'a long value in conditions',
    statements: when(
      'StringLike',
      many(800, () => `*${VARIABLE}*x`),
    ),
  },
  {
    name: 'numbers without end',
    statements: when('NumericEquals', many(3_000, String)),
    keys: { 'aws:useragent': '1'.repeat(16_000) },
  },
  {
    name: 'dates without end',
    statements: when(
      'DateEquals',
      many(1_000, (at) => String(20_000_000 + at)),
    ),
    keys: { 'aws:useragent': '1'.repeat(16_000) },
  },
  {
    name: 'letters without case',
    statements: when(
      'StringEqualsIgnoreCase',
      many(5_000, () => 'x'),
    ),
  },
  {
    name: 'colons',
    statements: when(
      'ArnLike',
      many(900, () => 'a:*:*:*:*:*x'),
    ),
    keys: { 'aws:useragent': `a:b:c:d:e:${':'.repeat(15_000)}` },
  },
  {
    name: 'padding',
    statements: when(
      'BinaryEquals',
      many(2_000, () => 'aa=='),
    ),
    keys: { 'aws:useragent': `${'='.repeat(16_000)}a` },
  },
  {
    name: 'thousands of values',
    statements: when(
      'ForAnyValue:StringLike',
      many(2_000, (at) => `x*${at}`),
    ),
    keys: { 'aws:useragent': many(10_000, String) },
  },
]

describe('a hostile policy and request', () => {
  // Ten times the 10 ms that a decision may take on a quiet machine; without the limit these take seconds to minutes.
  test.each(HOSTILE)('$name', ({ statements, keys }) => {
    const { decision, milliseconds } = decide(statements, keys)
    expect(decision.allowed).toBe(false)
    expect(milliseconds).toBeLessThan(100)
  })

  it('of random pieces is decided in time', () => {
    const piece = fc.constantFrom('*', '?', 'a', 'b', ':', '/', VARIABLE, 'a'.repeat(50), '*a')
    const pattern = fc.array(piece, { minLength: 1, maxLength: 400 }).map((parts) => parts.join(''))
    const operator = fc.constantFrom('StringLike', 'StringNotLike', 'ArnLike', 'StringEqualsIgnoreCase', 'StringEquals')
    const value = fc
      .array(fc.constantFrom('a', 'b', ':', 'ab', 'a'.repeat(100)), { maxLength: 300 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 20 }), operator, value, (patterns, name, agent) => {
        const resources = patterns.map((text) => `arn:aws:s3:::${text}`)
        const statements = [...when(name, patterns), ...on(resources)]
        expect(decide(statements, { 'aws:useragent': agent }).milliseconds).toBeLessThan(100)
      }),
      { numRuns: 100 },
    )
  })
})

describe('the limit', () => {
  it('denies, and says why', () => {
    const { layers, message } = decide(
      when(
        'StringLike',
        many(2_000, () => '*a?b*'),
      ),
    ).decision
    expect(layers.at(-1)).toMatchObject({ kind: 'VPC endpoint policy', effect: 'ExplicitDeny' })
    expect(layers.at(-1)?.why).toMatch(/take too long/)
    expect(message).toMatch(/with an explicit deny in a VPC endpoint policy$/)
  })

  it('is far from the longest honest policy', () => {
    const statements = many(100, (at) => `arn:aws:s3:::data-${at}-*/reports/*/year-????/*.csv`).map((Resource) => ({
      ...ALLOW,
      Action: ['s3:Get*', 's3:*Object'],
      Resource,
      Condition: {
        StringLike: { 'aws:UserAgent': '*aws-cli*' },
        ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' },
      },
    }))
    const resource = `arn:aws:s3:::data-99-x/reports/${'north/'.repeat(20)}year-2026/sales.csv`
    const keys = {
      'aws:useragent': `aws-cli/2 ${'x'.repeat(300)}`,
      'aws:principalarn': 'arn:aws:iam::123456789012:role/app',
    }
    expect(decide(statements, keys, resource).decision.allowed).toBe(true)
  })

  it('is there for decisions only', () => {
    expect(() => withinLimit(() => spend(WORK_LIMIT + 1))).toThrow(TooMuchWork)
    expect(withinLimit(() => spend(WORK_LIMIT))).toBeUndefined()
    expect(spend(10 * WORK_LIMIT)).toBeUndefined()
  })
})

describe('a pattern', () => {
  const glob = fc
    .array(fc.constantFrom('*', '?', 'a', 'b', 'ab', ':'), { maxLength: 12 })
    .map((parts) => parts.join(''))
  const text = fc.array(fc.constantFrom('a', 'b', ':'), { maxLength: 14 }).map((parts) => parts.join(''))
  const escaped = (pattern: string) => pattern.replaceAll('?', '.').replaceAll('*', '.*')

  it('meets what a regular expression of the same meaning meets', () => {
    fc.assert(
      fc.property(glob, text, (pattern, value) => {
        expect(compileGlob(parseGlob(pattern))(value)).toBe(new RegExp(`^${escaped(pattern)}$`).test(value))
      }),
      { numRuns: 5_000 },
    )
  })

  it('of a resource keeps its inner runs within segments', () => {
    const bounded = (pattern: string) => {
      let colons = 0
      return [...pattern.replace(/\*+/g, '*')].reduce((made, unit, at, all) => {
        if (unit === ':') colons++
        const next = all[at + 1]
        if (unit === '*') return made + (colons < 5 && next !== undefined && next !== ':' ? '[^:]*' : '.*')
        return made + (unit === '?' ? '.' : unit)
      }, '')
    }
    fc.assert(
      fc.property(
        glob.map((pattern) => pattern.replace(/\*+/g, '*')),
        text,
        (pattern, value) => {
          expect(compileResource(parseGlob(pattern))(value)).toBe(new RegExp(`^${bounded(pattern)}$`).test(value))
        },
      ),
      { numRuns: 5_000 },
    )
  })
})
