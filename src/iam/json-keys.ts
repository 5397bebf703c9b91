// What is wrong with the objects of a JSON text that JSON.parse takes: a name that stands twice in one object (the parser
// keeps the last one silently; a policy in which a statement has two Effects must be refused instead), and nesting that no
// policy has.

export type JsonFault =
  | { readonly kind: 'duplicate'; readonly name: string; readonly offset: number }
  | { readonly kind: 'depth'; readonly offset: number }

/** No document of the policy language goes deeper than 7. */
const DEPTH_LIMIT = 32

/** The first fault, by the offset of its name or bracket; undefined when there is none. `text` must be valid JSON. */
export function findJsonFault(text: string): JsonFault | undefined {
  const open: (Set<string> | undefined)[] = []
  let last: { readonly token: string; readonly offset: number } | undefined
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    const names = open.at(-1)
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (token !== ':') last = { token, offset: index }
    else if (names && last) {
      const name = String(JSON.parse(last.token))
      if (names.has(name)) return { kind: 'duplicate', name, offset: last.offset }
      names.add(name)
    }
    if (open.length > DEPTH_LIMIT) return { kind: 'depth', offset: index }
  }
  return undefined
}

export function describeJsonFault(fault: JsonFault): string {
  if (fault.kind === 'depth') return `it is nested more than ${DEPTH_LIMIT} deep`
  return `"${fault.name}" stands twice in one object`
}
