// Which operation an HTTP request is, for the REST protocols: by method, path, and what else it carries. Of several
// that fit, the one that asks the most is meant: CopyObject is a PutObject with a copy source.

import type { RequestHead } from './codec.ts'
import type { HttpTable } from './tables.ts'

export interface Route {
  readonly operation: string
  readonly labels: Readonly<Record<string, string>>
}

type Row = HttpTable & { readonly operation: string }

interface CompiledRow {
  readonly operation: string
  readonly segments: readonly Segment[]
  readonly conditions: readonly ((query: URLQuery, head: RequestHead) => boolean)[]
}

type Segment =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'label'; readonly name: string }
  /** All that is left of the path, slashes and all. */
  | { readonly kind: 'rest'; readonly name: string }

/** Query parameters by name; the first value of each. */
export type URLQuery = ReadonlyMap<string, string>

export class Router {
  #byMethod = new Map<string, CompiledRow[]>()

  constructor(rows: readonly Row[]) {
    for (const row of rows) {
      const compiled = this.#byMethod.get(row.method) ?? []
      compiled.push(compileRow(row))
      this.#byMethod.set(row.method, compiled)
    }
    // The sort is stable, so among equals the model's order decides.
    for (const compiled of this.#byMethod.values()) {
      compiled.sort((a, b) => b.conditions.length - a.conditions.length || literals(b) - literals(a))
    }
  }

  /** Undefined when no operation fits. Labels are still percent-encoded. */
  find(head: RequestHead, query: URLQuery): Route | undefined {
    const parts = head.path.split('/').slice(1)
    for (const row of this.#byMethod.get(head.method) ?? []) {
      // Most rows of S3 differ by a word in the query alone, which is quicker to look for than a path.
      if (!row.conditions.every((holds) => holds(query, head))) continue
      const labels = matchPath(row.segments, parts)
      if (labels) return { operation: row.operation, labels }
    }
    return undefined
  }
}

function compileRow({ operation, path, when = [] }: Row): CompiledRow {
  const segments = path
    .split('/')
    .slice(1)
    .filter((part) => part !== '')
    .map((part): Segment => {
      const label = /^\{(\w+)(\+?)\}$/.exec(part)
      if (!label) return { kind: 'literal', text: part }
      return { kind: label[2] ? 'rest' : 'label', name: label[1] ?? '' }
    })
  return { operation, segments, conditions: when.map(compileCondition) }
}

function compileCondition(condition: string): (query: URLQuery, head: RequestHead) => boolean {
  if (!condition.startsWith('?')) return (_query, { headers }) => headers[condition] !== undefined
  const [name = '', value] = condition.slice(1).split('=')
  return value === undefined ? (query) => query.has(name) : (query) => query.get(name) === value
}

function matchPath(segments: readonly Segment[], parts: readonly string[]): Record<string, string> | undefined {
  const labels: Record<string, string> = {}
  for (const [at, segment] of segments.entries()) {
    const part = parts[at]
    if (segment.kind === 'rest') {
      const rest = parts.slice(at).join('/')
      if (rest === '') return undefined
      labels[segment.name] = rest
      return labels
    }
    if (part === undefined || part === '') return undefined
    if (segment.kind === 'literal' && part !== segment.text) return undefined
    if (segment.kind === 'label') labels[segment.name] = part
  }
  // A slash at the end is no segment of its own: `/bucket/` is the bucket.
  const extra = parts.slice(segments.length)
  return extra.every((part) => part === '') && extra.length <= 1 ? labels : undefined
}

function literals({ segments }: CompiledRow): number {
  return segments.filter(({ kind }) => kind === 'literal').length
}
