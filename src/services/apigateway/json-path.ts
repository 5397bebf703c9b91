// The part of JSONPath that names one place: `$`, `$.pets[0].name`, `$['a b']`.

const STEP = /^(?:\.(?<member>[\w$-]+)|\[(?<index>\d+)\]|\[(?<quote>['"])(?<quoted>(?:(?!\k<quote>).)*)\k<quote>\])/

/** The steps of a path; undefined for what is not one place. */
export function parseJsonPath(text: string): (string | number)[] | undefined {
  if (!text.startsWith('$')) return undefined
  const steps: (string | number)[] = []
  for (let rest = text.slice(1); rest !== ''; ) {
    const found = STEP.exec(rest)
    if (!found?.groups) return undefined
    const { member, index, quoted } = found.groups
    steps.push(index === undefined ? (member ?? quoted ?? '') : Number(index))
    rest = rest.slice(found[0].length)
  }
  return steps
}

/** The value at a place of a JSON text; undefined when it is not there, or the text is not JSON. */
export function findPath(json: string, path: readonly (string | number)[]): unknown {
  try {
    return path.reduce<unknown>((value, step) => memberOf(value, step), JSON.parse(json))
  } catch {
    return undefined
  }
}

export function memberOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
  return Reflect.get(value, step)
}
