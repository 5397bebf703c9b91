// The place of a JSON text's first mistake.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findSyntaxError } from './json-position.ts'

test.each([
  ['a bare word', '{"a": x}', 6],
  ['a comma that nothing follows', '{"a": 1,}', 8],
  ['a missing comma', '{"a": 1 "b": 2}', 8],
  ['a name that is no text', '{1: 2}', 1],
  ['a list closed as an object', '[1}', 2],
  ['an end too soon', '{"a": [1, ', 10],
  ['an open text', '["abc', 1],
  ['a second value', '{} {}', 3],
  ['nothing', '', 0],
])('%s', (_name, text, position) => {
  expect(findSyntaxError(text)).toBe(position)
})

test('a JSON text has its first mistake at its end', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(findSyntaxError(text)).toBe(text.length)
    }),
  )
})
