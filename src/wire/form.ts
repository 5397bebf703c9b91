// Form-encoded parameters, the way of the query protocols, as a tree: `Filter.1.Name=x` is Filter, then 1, then Name.

import { ApiError } from '../errors.ts'

export interface ParameterNode {
  /** As sent, for messages: `Filter.1.Name`. */
  readonly path: string
  value?: string
  readonly children: Map<string, ParameterNode>
}

/** No AWS parameter is nested deeper. */
const DEEPEST = 20

/** Reads `a=b&c=d` in order; the body of a form or the query of a URL. */
export function parseForm(text: string): [name: string, value: string][] {
  if (text === '') return []
  return text
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const at = pair.indexOf('=')
      return at < 0 ? [percentDecode(pair), ''] : [percentDecode(pair.slice(0, at)), percentDecode(pair.slice(at + 1))]
    })
}

export function parameterTree(parameters: Iterable<readonly [name: string, value: string]>): ParameterNode {
  const root: ParameterNode = { path: '', children: new Map() }
  for (const [name, value] of parameters) {
    const segments = name.split('.')
    if (segments.length > DEEPEST) throw unknownParameter(name)
    let node = root
    for (const segment of segments) node = childOf(node, segment)
    node.value = value
  }
  return root
}

export function unknownParameter(name: string): ApiError {
  return new ApiError('UnknownParameter', `The parameter ${name} is not recognized`)
}

function childOf(node: ParameterNode, segment: string): ParameterNode {
  let child = node.children.get(segment)
  if (!child) {
    child = { path: node.path === '' ? segment : `${node.path}.${segment}`, children: new Map() }
    node.children.set(segment, child)
  }
  return child
}

function percentDecode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  try {
    return decodeURIComponent(spaced)
  } catch {
    throw new ApiError(
      'MalformedQueryString',
      `The query string is malformed: ${text.slice(0, 200)} is not percent-encoded UTF-8`,
    )
  }
}
