// Wildcards of the policy language: `*` is any run of characters, `?` is exactly one. A pattern is compiled once into
// tokens, so that a value put in by a policy variable stays literal text even when it holds a `*`.

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
  return (text) => text.startsWith(prefix) && simulate(rest, text, prefix.length)
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

/** Follows every position the glob may be in at once, so the cost is bounded by the product of the two lengths: a
 * policy cannot make the front door slow. */
function simulate(glob: Glob, text: string, start: number): boolean {
  let active = new Uint8Array(glob.length + 1)
  activate(active, glob, 0)
  for (let at = start; at < text.length; at++) {
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
