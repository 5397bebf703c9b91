// Patterns of callers, among them one that would keep the daemon from everything else.

import { expect, it } from 'vitest'
import { testPattern } from './allowed-pattern.ts'

it.each([
  ['^\\d+$', '123', 'matches'],
  ['^\\d+$', 'a', 'differs'],
  ['(', 'a', 'not a pattern'],
  ['^(a+)+$', `${'a'.repeat(4000)}!`, 'takes too long'],
] as const)('%s', (pattern, value, verdict) => expect(testPattern(pattern, value)).toBe(verdict))
