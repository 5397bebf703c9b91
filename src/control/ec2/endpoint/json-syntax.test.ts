import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findJsonError } from './json-syntax.ts'

describe('findJsonError', () => {
  const cases = [
    { text: '', at: 0 },
    { text: '{', at: 1 },
    { text: '{"a" 1}', at: 5 },
    { text: '{"a": [1, }', at: 10 },
    { text: '[1 2]', at: 3 },
    { text: '{"a": nope}', at: 6 },
    { text: '{} x', at: 3 },
    { text: '["\\q"]', at: 1 },
  ]
  test.each(cases)('$text at $at', ({ text, at }) => {
    expect(findJsonError(text)).toBe(at)
  })

  test('20,480 open brackets do not exhaust the stack', () => {
    expect(findJsonError('['.repeat(20_480))).toBe(1000)
  })

  test('what JSON.parse takes is read to its end', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(3), (text, spaces) => {
        expect(findJsonError(text + ' '.repeat(spaces))).toBe(text.length + spaces)
      }),
    )
  })

  test('what is cut short is read to the cut, or to the token that was cut', () => {
    fc.assert(
      fc.property(fc.object(), fc.nat(), (value, cut) => {
        const text = JSON.stringify(value)
        const short = text.slice(0, cut % text.length)
        expect(findJsonError(short)).toBeLessThanOrEqual(short.length)
      }),
    )
  })
})
