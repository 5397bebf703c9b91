// Mapping expressions: what fills a parameter of the request to the backend or of the answer.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html

import { findPath, parseJsonPath } from './json-path.ts'
import { own } from './own.ts'

/** What expressions and templates can speak of. */
export interface MappingScope {
  /** `method.request.…` and, once there is an answer, `integration.response.…`. */
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** By dotted name, such as `identity.sourceIp`. */
  readonly context: Readonly<Record<string, string>>
  readonly stageVariables: Readonly<Record<string, string>>
}

export type Mapping =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'path' | 'query' | 'header' | 'context' | 'stageVariable'; readonly name: string }
  | { readonly kind: 'body'; readonly path: readonly (string | number)[] }

const SOURCE = /^(?<side>method\.request|integration\.response)\.(?<place>[a-z]+)(?:\.(?<name>.+))?$/

/** Reads an expression; undefined when it is none, or names what is on the other side. */
export function parseMapping(text: string, side: 'method.request' | 'integration.response'): Mapping | undefined {
  const literal = /^'(?<text>[\s\S]*)'$/.exec(text)?.groups
  if (literal) return { kind: 'literal', text: literal.text ?? '' }
  const context = /^context\.(?<name>[\w.]+)$/.exec(text)?.groups?.name
  if (context !== undefined) return { kind: 'context', name: context }
  const variable = /^stageVariables\.(?<name>\w+)$/.exec(text)?.groups?.name
  if (variable !== undefined) return { kind: 'stageVariable', name: variable }
  const source = SOURCE.exec(text)?.groups
  if (!source || source.side !== side) return undefined
  return parseSource(source.place ?? '', source.name, side)
}

export function evaluateMapping(mapping: Mapping, scope: MappingScope): string | undefined {
  switch (mapping.kind) {
    case 'literal':
      return mapping.text
    case 'path':
      return own(scope.path, mapping.name)
    case 'query':
      return own(scope.query, mapping.name)
    case 'header':
      return own(scope.headers, mapping.name.toLowerCase())
    case 'context':
      return own(scope.context, mapping.name)
    case 'stageVariable':
      return own(scope.stageVariables, mapping.name)
    case 'body':
      return bodyText(scope.body, mapping.path)
    default:
      throw mapping satisfies never
  }
}

function parseSource(place: string, name: string | undefined, side: string): Mapping | undefined {
  if (place === 'body') {
    const path = name === undefined ? [] : parseJsonPath(`$.${name}`)
    return path && { kind: 'body', path }
  }
  if (name === undefined) return undefined
  if (place === 'header' || place === 'multivalueheader') return { kind: 'header', name }
  if (side === 'integration.response') return undefined
  if (place === 'path') return { kind: 'path', name }
  return place === 'querystring' || place === 'multivaluequerystring' ? { kind: 'query', name } : undefined
}

/** A part of a JSON body as text; the whole body as it is. */
function bodyText(body: string, path: readonly (string | number)[]): string | undefined {
  if (path.length === 0) return body
  const found = findPath(body, path)
  return found === undefined ? undefined : typeof found === 'string' ? found : JSON.stringify(found)
}
