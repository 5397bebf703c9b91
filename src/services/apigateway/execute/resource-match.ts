// Which resource of an API a path is: at each part a literal before a variable, and a greedy variable last.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-settings-method-request.html

export interface MatchedResource<R> {
  readonly resource: R
  /** Values of the variables in the path, decoded. */
  readonly parameters: Readonly<Record<string, string>>
}

/** `path` is percent-encoded and begins with a slash; a slash at its end says nothing. */
export function matchResource<R extends { readonly path: string }>(
  resources: readonly R[],
  path: string,
): MatchedResource<R> | undefined {
  const parts = partsOf(path)
  const values = parts.map(decode)
  const matches = resources.flatMap((resource) => {
    const wanted = partsOf(resource.path)
    const parameters = matchParts(wanted, values)
    return parameters ? [{ resource, parameters, rank: wanted.map(rankOf).join('') }] : []
  })
  // Ranks compare from the first part on, so the earliest literal decides.
  const [best] = matches.sort((a, b) => (a.rank < b.rank ? -1 : 1))
  return best && { resource: best.resource, parameters: best.parameters }
}

function partsOf(path: string): string[] {
  return path.replace(/\/$/, '').split('/').slice(1)
}

function matchParts(wanted: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    const { name, greedy } = /^\{(?<name>[^+}]+)(?<greedy>\+?)\}$/.exec(part)?.groups ?? {}
    const value = parts[at]
    if (value === undefined || (value === '' && name !== undefined)) return undefined
    if (name === undefined) {
      if (part !== value) return undefined
    } else if (greedy) {
      return { ...parameters, [name]: parts.slice(at).join('/') }
    } else parameters[name] = value
  }
  return wanted.length === parts.length ? parameters : undefined
}

function rankOf(part: string): string {
  if (!part.startsWith('{')) return '0'
  return part.endsWith('+}') ? '2' : '1'
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
