// Finds a name that stands twice in one object of a JSON text. JSON.parse keeps the last one silently; a policy in
// which a statement has two Effects must be refused instead.

/** The name that is there twice, or undefined. `text` must be valid JSON. */
export function findDuplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = []
  let afterName: string | undefined
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    const names = open.at(-1)
    if (token === '{') open.push(new Set())
    else if (token === '[') open.push(undefined)
    else if (token === '}' || token === ']') open.pop()
    else if (token !== ':') afterName = token
    else if (names && afterName !== undefined) {
      const name: unknown = JSON.parse(afterName)
      if (names.has(String(name))) return String(name)
      names.add(String(name))
    }
  }
  return undefined
}
