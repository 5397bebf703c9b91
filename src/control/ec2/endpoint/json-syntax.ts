// Where a text stops being JSON. JSON.parse says it only for some texts, and in words that change between releases.

const SPACE = /[ \t\r\n]*/y
const STRING = /"(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

/** Deeper nesting than this is taken for an error, so that no text can exhaust the stack. */
const DEEPEST = 1000

/** The offset of the first token that cannot be there; the length of the text when it ends too soon. */
export function findJsonError(text: string): number {
  let at = 0
  const take = (token: RegExp): boolean => {
    token.lastIndex = at
    if (!token.test(text)) return false
    at = token.lastIndex
    return true
  }
  const punctuation = (character: string): boolean => {
    take(SPACE)
    if (text[at] !== character) return false
    at++
    return true
  }
  const string = (): boolean => take(SPACE) && take(STRING)
  const list = (end: string, item: () => boolean): boolean => {
    if (punctuation(end)) return true
    do if (!item()) return false
    while (punctuation(','))
    return punctuation(end)
  }
  let depth = 0
  const value = (): boolean => {
    if (depth === DEEPEST) return false
    depth++
    const isValue = punctuation('{')
      ? list('}', () => string() && punctuation(':') && value())
      : punctuation('[')
        ? list(']', value)
        : string() || take(SCALAR)
    depth--
    return isValue
  }
  if (value()) take(SPACE)
  return at
}
