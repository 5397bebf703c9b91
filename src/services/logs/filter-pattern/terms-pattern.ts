// Terms: words and quoted phrases that a message has, `-` those that it must not have, `?` those of which one will do.

import { invalidParameter } from '../logs-error.ts'
import type { Matcher } from './filter-pattern.ts'

interface Term {
  readonly sign: '' | '-' | '?'
  readonly text: string
}

/** Sign, then a phrase in quotes or a word. */
const TERM = /^([-?]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))(?:\s+|$)/

/** Terms beside which `?` terms mean nothing: AWS passes over them as soon as another kind is there. */
export function parseTermsPattern(text: string): Matcher {
  const terms = readTerms(text)
  const needed = terms.filter(({ sign }) => sign === '')
  const unwanted = terms.filter(({ sign }) => sign === '-')
  const options = terms.filter(({ sign }) => sign === '?')
  if (needed.length === 0 && unwanted.length === 0 && options.length > 0) {
    return (message) => options.some((term) => message.includes(term.text))
  }
  return (message) =>
    needed.every((term) => message.includes(term.text)) && !unwanted.some((term) => message.includes(term.text))
}

function readTerms(text: string): Term[] {
  const terms: Term[] = []
  let rest = text
  while (rest !== '') {
    const match = TERM.exec(rest)
    if (!match) throw invalidParameter('Invalid filter pattern')
    const [whole, sign = '', phrase, word] = match
    if (word !== undefined && !/^[\p{L}\p{N}_]+$/u.test(word)) {
      throw invalidParameter(`Invalid character(s) in term '${word}'`)
    }
    terms.push({ sign: sign === '-' || sign === '?' ? sign : '', text: word ?? unescapeQuoted(phrase ?? '') })
    rest = rest.slice(whole.length)
  }
  return terms
}

/** The text of a quoted phrase: a backslash keeps the character after it. */
export function unescapeQuoted(text: string): string {
  return text.replace(/\\(.)/gs, '$1')
}
