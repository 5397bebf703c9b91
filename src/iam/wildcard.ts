// Wildcards of the policy language: `*` is any run of characters, `?` is exactly one. A pattern is compiled once into
// tokens, so that a value put in by a policy variable stays literal text even when it holds a `*`.

import { spend } from './work.ts'

/** Any run of characters, also none. */
const ANY_RUN = -1
/** Exactly one character. */
const ANY_ONE = -2
/** Any run of characters without a colon: a `*` inside a segment of an ARN. */
export const SEGMENT_RUN = -3

export const COLON = ':'.charCodeAt(0)

/** UTF-16 units to be met as they are, and the negative tokens above. */
export type Glob = readonly number[]
export type Test = (text: string) => boolean

export function parseGlob(text: string): Glob {
  return Array.from({ length: text.length }, (_, at) => {
    const unit = text.charCodeAt(at)
    return unit === 0x2a ? ANY_RUN : unit === 0x3f ? ANY_ONE : unit
  })
}

/** A glob that only `text` itself meets. */
export function literalGlob(text: string): Glob {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
}

export function isAnyRun(token: number | undefined): boolean {
  return token === ANY_RUN
}

export function hasWildcard(text: string): boolean {
  return text.includes('*') || text.includes('?')
}

/** A glob as a test. The forms that policies nearly always use cost one comparison. */
export function compileGlob(tokens: Glob): Test {
  const glob = withoutRepeatedRuns(tokens)
  const firstWild = glob.findIndex((token) => token < 0)
  if (firstWild === -1) {
    const wanted = literalText(glob)
    return (text) => text === wanted
  }
  const prefix = literalText(glob.slice(0, firstWild))
  if (firstWild === glob.length - 1 && glob[firstWild] === ANY_RUN) return (text) => text.startsWith(prefix)
  const rest = glob.slice(firstWild)
  if (rest.includes(SEGMENT_RUN)) return (text) => text.startsWith(prefix) && simulate(rest, text, prefix.length)
  const pieces = splitAtRuns(rest)
  return (text) => text.startsWith(prefix) && meetsPieces(pieces, text, prefix.length)
}

/** `pattern` as a test of whole texts. */
export function compileWildcard(pattern: string): Test {
  return compileGlob(parseGlob(pattern))
}

/** `**` is `*`; it also bounds how far `activate` goes. */
function withoutRepeatedRuns(glob: Glob): Glob {
  return glob.filter((token, at) => {
    const before = glob[at - 1]
    const isRun = token === ANY_RUN || token === SEGMENT_RUN
    return !isRun || !(before === ANY_RUN || before === token)
  })
}

function literalText(units: Glob): string {
  return units.map((unit) => String.fromCharCode(unit)).join('')
}

/** What stands between runs. */
interface Piece {
  readonly tokens: Glob
  /** The same as text, when no `?` is in it. */
  readonly text: string | undefined
}

/** At least one piece; the first and the last may be empty. */
function splitAtRuns(glob: Glob): readonly Piece[] {
  const pieces: number[][] = [[]]
  for (const token of glob) {
    if (token === ANY_RUN) pieces.push([])
    else pieces.at(-1)?.push(token)
  }
  return pieces.map((tokens) => ({ tokens, text: tokens.includes(ANY_ONE) ? undefined : literalText(tokens) }))
}

/** The first piece stands at `start`, the last one at the end, and each other at the first place behind the one before:
 * where that leaves no room for the rest, no later place would. */
function meetsPieces(pieces: readonly Piece[], text: string, start: number): boolean {
  const first = pieces[0]
  const last = pieces.at(-1)
  if (!first || !last || !standsAt(first, text, start)) return false
  let from = start + first.tokens.length
  if (pieces.length === 1) return from === text.length
  for (let at = 1; at < pieces.length - 1; at++) {
    const piece = pieces[at]
    const found = piece ? findPiece(piece, text, from) : -1
    if (!piece || found === -1) return false
    from = found + piece.tokens.length
  }
  const end = text.length - last.tokens.length
  return end >= from && standsAt(last, text, end)
}

function findPiece(piece: Piece, text: string, from: number): number {
  const { text: wanted, tokens } = piece
  if (wanted !== undefined) {
    const found = text.indexOf(wanted, from)
    spend((found === -1 ? text.length : found) - from + wanted.length)
    return found
  }
  for (let at = from; at + tokens.length <= text.length; at++) if (standsAt(piece, text, at)) return at
  return -1
}

function standsAt({ tokens, text: wanted }: Piece, text: string, at: number): boolean {
  spend(1)
  if (wanted !== undefined) return text.startsWith(wanted, at)
  if (at + tokens.length > text.length) return false
  const differing = tokens.findIndex((token, index) => token !== ANY_ONE && token !== text.charCodeAt(at + index))
  spend(differing === -1 ? tokens.length : differing)
  return differing === -1
}

/** Follows every position the glob may be in at once: a run that ends at a colon may have to end at a later place than
 * the first that would do. */
function simulate(glob: Glob, text: string, start: number): boolean {
  let active = new Uint8Array(glob.length + 1)
  activate(active, glob, 0)
  for (let at = start; at < text.length; at++) {
    spend(glob.length)
    const next = new Uint8Array(glob.length + 1)
    const unit = text.charCodeAt(at)
    for (let position = 0; position < glob.length; position++) {
      if (!active[position]) continue
      const token = glob[position]
      if (token === ANY_RUN || (token === SEGMENT_RUN && unit !== COLON)) activate(next, glob, position)
      else if (token === ANY_ONE || token === unit) activate(next, glob, position + 1)
    }
    active = next
  }
  return active[glob.length] === 1
}

/** A run may also match nothing, so what follows it is active with it. */
function activate(active: Uint8Array, glob: Glob, position: number): void {
  active[position] = 1
  const token = glob[position]
  if (token === ANY_RUN || token === SEGMENT_RUN) activate(active, glob, position + 1)
}
