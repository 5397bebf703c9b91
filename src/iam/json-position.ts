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
