// Where a text stops being JSON, which JSON.parse tells only sometimes and EC2 always does.

const TOKEN =
  /[ \t\r\n]*("(?:[ !#-[\]-\u{10ffff}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\]:,])/uy

/** The offset of the first token that cannot stand where it stands; the text's length when it only ends too soon. */
export function findSyntaxError(text: string): number {
  const open: ('{' | '[')[] = []
  let after = 'start'
  TOKEN.lastIndex = 0
  for (;;) {
    const from = TOKEN.lastIndex
    const token = TOKEN.exec(text)?.[1]
    if (token === undefined) return from + (/^[ \t\r\n]*/.exec(text.slice(from))?.[0].length ?? 0)
    const kind = kindOf(token, after, open.at(-1))
    if (kind === undefined) return TOKEN.lastIndex - token.length
    if (token === '{' || token === '[') open.push(token)
    if (token === '}' || token === ']') open.pop()
    after = kind
  }
}

/** What the token is at this place; undefined when it may not be here. */
function kindOf(token: string, after: string, inside: '{' | '[' | undefined): string | undefined {
  const valueMayFollow = after === 'start' || after === '[' || after === ':' || (after === ',' && inside === '[')
  const nameMayFollow = after === '{' || (after === ',' && inside === '{')
  switch (token) {
    case '{':
    case '[':
      return valueMayFollow ? token : undefined
    case '}':
      return inside === '{' && (after === '{' || after === 'value') ? 'value' : undefined
    case ']':
      return inside === '[' && (after === '[' || after === 'value') ? 'value' : undefined
    case ':':
      return after === 'name' ? token : undefined
    case ',':
      return after === 'value' && inside ? token : undefined
    default:
      if (nameMayFollow) return token.startsWith('"') ? 'name' : undefined
      return valueMayFollow ? 'value' : undefined
  }
}

/** A place in a text; both count from 1. */
export interface Place {
  readonly line: number
  readonly column: number
}

export function placeOf(text: string, offset: number): Place {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}

interface Frame {
  readonly path: string
  /** Elements so far of a list; absent in an object. */
  index?: number
  /** In an object, the member that comes: its name, and where it stands. */
  member?: { readonly name: string; readonly offset: number }
}

/**
 * The offsets of the wanted paths (`$.Statement[0].Effect`): of the member's name, or of the element of a list. A member
 * that is not in a list answers as its first element too, as the policy language reads it. `text` must be valid JSON and
 * not deeply nested.
 */
export function findOffsets(text: string, wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  const note = (path: string, offset: number) => {
    if (wanted.has(path) && !found.has(path)) found.set(path, offset)
  }
  const open: Frame[] = []
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[1] ?? ''
    const offset = TOKEN.lastIndex - token.length
    const frame = open.at(-1)
    if (token === '}' || token === ']') open.pop()
    else if (token === ',') step(frame)
    else if (token === ':') continue
    else if (frame && frame.index === undefined && !frame.member) {
      frame.member = { name: String(JSON.parse(token)), offset }
    } else {
      const path = pathIn(frame)
      note(path, frame?.member?.offset ?? offset)
      const isOnly = frame?.index === undefined && token !== '['
      if (isOnly) note(`${path}[0]`, offset)
      if (token === '{') open.push({ path: isOnly && path === '$.Statement' ? `${path}[0]` : path })
      if (token === '[') open.push({ path, index: 0 })
    }
  }
  return found
}

function step(frame: Frame | undefined): void {
  if (frame?.index !== undefined) frame.index++
  else if (frame) delete frame.member
}

function pathIn(frame: Frame | undefined): string {
  if (!frame) return '$'
  return frame.index === undefined ? `${frame.path}.${frame.member?.name}` : `${frame.path}[${frame.index}]`
}
