// Wildcards against a plain definition of them, and against patterns made to be slow.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileResource } from './arn.ts'
import { compileWildcard, parseGlob } from './wildcard.ts'

/** What `*` and `?` mean, as a regular expression. */
function reference(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*+/g, '.*')
    .replace(/\?/g, '.')
  return new RegExp(`^${escaped}$`, 's')
}

const word = (letters: string, maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((all) => all.join(''))

describe('compileWildcard', () => {
  test('matches as a regular expression of the same meaning does', () => {
    fc.assert(
      fc.property(word('ab*?', 8), word('ab', 8), (pattern, text) => {
        expect(compileWildcard(pattern)(text)).toBe(reference(pattern).test(text))
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['*', '', true],
    ['?', '', false],
    ['a*', 'a', true],
    ['a.c', 'abc', false],
    ['**a**', 'xay', true],
  ])('%s on "%s" is %s', (pattern, text, expected) => {
    expect(compileWildcard(pattern)(text)).toBe(expected)
  })

  test('thousands of wildcards neither overflow nor explode', () => {
    expect(compileWildcard(`${'*'.repeat(20_000)}x`)('y'.repeat(1000))).toBe(false)
    expect(compileWildcard(`${'*a'.repeat(200)}b`)('a'.repeat(1000))).toBe(false)
  })
})

describe('compileResource', () => {
  test('covers whatever a plain wildcard without a star inside a segment covers', () => {
    fc.assert(
      fc.property(word('ab:', 10), (text) => {
        expect(compileResource(parseGlob('a:*'))(`a:${text}`)).toBe(true)
      }),
    )
  })

  test.each([
    ['arn:aws:s3:::b/*', 'arn:aws:s3:::b/x:y', true],
    ['arn:aws:sqs:us-east-2:*', 'arn:aws:sqs:us-east-2:123456789012:q', true],
    ['arn:aws:sqs:us-*-2:1:q', 'arn:aws:sqs:us-east-2:1:q', true],
    ['arn:aws:sqs:us-*-2:1:q', 'arn:aws:sqs:us-a:b-2:1:q', false],
    ['arn:aws:sqs:us-**-2:1:q', 'arn:aws:sqs:us-a:b-2:1:q', false],
    ['arn:aws:iam::1:role/*x:y', 'arn:aws:iam::1:role/a:bx:y', true],
  ])('%s on %s is %s', (pattern, text, expected) => {
    expect(compileResource(parseGlob(pattern))(text)).toBe(expected)
  })
})
