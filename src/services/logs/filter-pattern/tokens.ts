// The words of `{ JSON }` and `[ fields ]` patterns, and the walk over them.

import { invalidParameter } from '../logs-error.ts'
import { unescapeQuoted } from './terms-pattern.ts'

export interface Token {
  readonly kind: 'symbol' | 'word' | 'quoted'
  readonly text: string
}

/** `$.a["b c"][0]`, a phrase in quotes, an operator, or a word. */
const TOKEN =
  /^(?:(\$(?:\.[\p{L}\p{N}_@-]+|\["(?:[^"\\]|\\.)*"\]|\['[^']*'\]|\[\d+\])+)|"((?:[^"\\]|\\.)*)"|(&&|\|\||!=|<=|>=|\.\.\.|[=<>(){}[\],])|([^\s"&|=<>!(){}[\],]+))/u

export class Tokens {
  #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#tokens = readTokens(text)
  }

  get next(): Token | undefined {
    return this.#tokens[this.#at]
  }

  /** Takes the next token when it is this symbol. */
  takes(symbol: string): boolean {
    if (this.next?.kind !== 'symbol' || this.next.text !== symbol) return false
    this.#at++
    return true
  }

  /** Takes the next token when it is this word, in any case. */
  takesWord(word: string): boolean {
    if (this.next?.kind !== 'word' || this.next.text.toUpperCase() !== word) return false
    this.#at++
    return true
  }

  take(): Token {
    const token = this.next
    if (!token) throw invalidPattern()
    this.#at++
    return token
  }

  require(symbol: string): void {
    if (!this.takes(symbol)) throw invalidPattern()
  }

  requireEnd(): void {
    if (this.next) throw invalidPattern()
  }
}

export function invalidPattern(why = ''): Error {
  return invalidParameter(why === '' ? 'Invalid filter pattern' : `Invalid filter pattern: ${why}`)
}

function readTokens(text: string): Token[] {
  const tokens: Token[] = []
  let rest = text.trimStart()
  while (rest !== '') {
    const match = TOKEN.exec(rest)
    if (!match) throw invalidPattern()
    const [whole, selector, quoted, symbol, word] = match
    if (quoted !== undefined) tokens.push({ kind: 'quoted', text: unescapeQuoted(quoted) })
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol })
    else tokens.push({ kind: 'word', text: selector ?? word ?? '' })
    rest = rest.slice(whole.length).trimStart()
  }
  return tokens
}
