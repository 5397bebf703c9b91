// Filter patterns: text that says which messages are wanted. Three languages by the first character: terms, `{ JSON }` and
// `[ fields ]`. Regular expressions between percent signs are refused: they could hold up everybody else.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html

import { invalidParameter } from '../logs-error.ts'
import { parseFieldsPattern } from './fields-pattern.ts'
import { parseJsonPattern } from './json-pattern.ts'
import { parseTermsPattern } from './terms-pattern.ts'

export type Matcher = (message: string) => boolean

const LONGEST = 1024

/** Throws InvalidParameterException where AWS would, and for what is not served. */
export function parseFilterPattern(pattern: string): Matcher {
  if (pattern.length > LONGEST) throw invalidParameter(`The filter pattern has more than ${LONGEST} characters`)
  const text = pattern.trim()
  if (text.startsWith('%')) throw invalidParameter('Invalid filter pattern: Postern matches no regular expressions')
  if (text.startsWith('{')) return parseJsonPattern(text)
  if (text.startsWith('[')) return parseFieldsPattern(text)
  return parseTermsPattern(text)
}
