// Patterns that callers bring for values. A pattern may take longer than the world lasts to fail, so it is run with a
// limit: in V8 nothing else can end a regular expression.

import { Script } from 'node:vm'

/** Milliseconds. */
const LONGEST = 100
const TEST = new Script('new RegExp(pattern).test(value)')

export type PatternVerdict = 'matches' | 'differs' | 'not a pattern' | 'takes too long'

export function testPattern(pattern: string, value: string): PatternVerdict {
  try {
    // Only texts go in: what runs there is the two lines above, whatever the texts are.
    return TEST.runInNewContext({ pattern, value }, { timeout: LONGEST }) === true ? 'matches' : 'differs'
  } catch (error) {
    // An error of the other context is no `Error` of this one.
    return Object(error).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT' ? 'takes too long' : 'not a pattern'
  }
}
