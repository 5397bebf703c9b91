// Mapping templates: the part of Velocity without directives, which is text with references to `$context`,
// `$stageVariables`, `$input` and `$util`. What is not served is refused when a template is put, not when it is used.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html

import { findPath, parseJsonPath } from './json-path.ts'
import type { MappingScope } from './mapping.ts'
import { own } from './own.ts'

type Render = (scope: MappingScope) => string

export type ParsedTemplate =
  | { readonly kind: 'template'; readonly render: Render }
  | { readonly kind: 'problem'; readonly why: string }

const DIRECTIVE = /#\{?(?:set|if|elseif|else|end|foreach|define|macro|parse|include|break|stop|evaluate)\b/
const COMMENTS = /##.*(?:\n|$)|#\*[\s\S]*?\*#/g
const REFERENCE = /\$(?<quiet>!?)(?<brace>\{?)(?<root>context|stageVariables|input|util)(?![\w-])/g

export function parseTemplate(text: string): ParsedTemplate {
  const source = text.replaceAll(COMMENTS, '')
  const directive = DIRECTIVE.exec(source)
  if (directive) return { kind: 'problem', why: `the directive ${directive[0]} is not served by Postern` }
  const parts: Render[] = []
  let at = 0
  for (const found of source.matchAll(REFERENCE)) {
    // A reference inside the arguments of the last one was read with it.
    if (found.index < at) continue
    parts.push(constant(source.slice(at, found.index)))
    const reader = new Reader(source, found.index + found[0].length)
    const { root = '', brace } = found.groups ?? {}
    const render = readReference(root, reader)
    if (!render || (brace === '{' ? !reader.take('}') : reader.match(/\.[A-Za-z_]/))) {
      return { kind: 'problem', why: `the reference at "${source.slice(found.index, found.index + 40)}" is not served` }
    }
    parts.push(render)
    at = reader.at
  }
  parts.push(constant(source.slice(at)))
  return { kind: 'template', render: (scope) => parts.map((part) => part(scope)).join('') }
}

/** Where the reading of a reference is. */
class Reader {
  at: number
  readonly #text: string

  constructor(text: string, at: number) {
    this.#text = text
    this.at = at
  }

  take(token: string): boolean {
    const found = this.#text.startsWith(token, this.at)
    if (found) this.at += token.length
    return found
  }

  /** What a sticky pattern finds here. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    const sticky = new RegExp(pattern.source, 'y')
    sticky.lastIndex = this.at
    const found = sticky.exec(this.#text)
    if (!found) return undefined
    this.at += found[0].length
    return found
  }
}

/** Without a parenthesis after it: a method call on a value is Java, which is not here. */
const MEMBER = /\.(?<name>[A-Za-z_][\w-]*)(?![\w(-])|\[(?<quote>['"])(?<quoted>[^'"]*)\k<quote>\]/
const STRING = /\s*(?<quote>['"])(?<text>[\s\S]*?)\k<quote>\s*/

function readReference(root: string, reader: Reader): Render | undefined {
  switch (root) {
    case 'context':
      return named(reader, (name) => (scope) => own(scope.context, name) ?? '')
    case 'stageVariables':
      return named(reader, (name) => (scope) => own(scope.stageVariables, name) ?? '')
    case 'input':
      return readInput(reader)
    default:
      return readUtil(reader)
  }
}

/** `.identity.sourceIp` or `['name']`, as one dotted name. */
function named(reader: Reader, render: (name: string) => Render): Render | undefined {
  const names = readNames(reader)
  return names.length === 0 ? undefined : render(names.join('.'))
}

function readNames(reader: Reader): string[] {
  const names: string[] = []
  for (let found = reader.match(MEMBER); found; found = reader.match(MEMBER)) {
    names.push(found.groups?.name ?? found.groups?.quoted ?? '')
  }
  return names
}

function readInput(reader: Reader): Render | undefined {
  if (reader.match(/\.body(?![\w(])/)) return ({ body }) => body
  const method = reader.match(/\.(?<name>json|path|params)\(/)?.groups?.name
  const argument = method && reader.match(STRING)?.groups?.text
  if (argument === undefined || !reader.take(')')) return undefined
  if (method === 'params') {
    return ({ path, query, headers }) =>
      own(path, argument) ?? own(query, argument) ?? own(headers, argument.toLowerCase()) ?? ''
  }
  const path = parseJsonPath(argument)
  if (!path) return undefined
  const steps = method === 'path' ? [...path, ...readNames(reader)] : path
  if (method === 'json') return ({ body }) => JSON.stringify(findPath(body, steps) ?? '')
  return ({ body }) => textOf(findPath(body, steps))
}

const UTILITIES: Readonly<Record<string, (text: string) => string>> = {
  // Single quotes stay: what comes out stands in a JSON string.
  escapeJavaScript: (text) => JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'"),
  urlEncode: (text) => encodeURIComponent(text),
  urlDecode: (text) => new URLSearchParams(`=${text.replaceAll('&', '%26')}`).get('') ?? '',
  base64Encode: (text) => Buffer.from(text).toString('base64'),
  base64Decode: (text) => Buffer.from(text, 'base64').toString(),
}

/** A utility of one argument, which is a string or another reference. */
function readUtil(reader: Reader): Render | undefined {
  const utility = own(UTILITIES, reader.match(/\.(?<name>\w+)\(/)?.groups?.name ?? '')
  if (!utility) return undefined
  const text = reader.match(STRING)?.groups?.text
  const root = text === undefined ? reader.match(/\s*\$!?(?<root>context|stageVariables|input|util)/) : undefined
  const inner = text === undefined ? root && readReference(root.groups?.root ?? '', reader) : constant(text)
  if (!inner || !reader.match(/\s*\)/)) return undefined
  return (scope) => utility(inner(scope))
}

/** Objects come out as JSON; AWS writes them as Java does, which nobody reads. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function constant(text: string): Render {
  return () => text
}
