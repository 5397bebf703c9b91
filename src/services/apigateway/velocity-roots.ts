// The names that every template knows: `$context`, `$stageVariables`, `$input` and `$util`.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html

import { findPath, parseJsonPath } from './json-path.ts'
import type { MappingScope } from './mapping.ts'
import { own } from './own.ts'
import { type Expression, TemplateProblem } from './velocity-frame.ts'
import { textOf, type Value } from './velocity-value.ts'

/** How a root is entered: by names, or by a method. */
export interface FirstStep {
  readonly root: string
  readonly names: readonly string[]
  readonly method?: string
  readonly args: readonly Expression[]
}

export const ROOTS: Readonly<Record<string, (step: FirstStep) => Expression>> = {
  context: ({ root, names, method }) => {
    if (names.length === 0 || method !== undefined) throw notServed(root, method)
    const name = names.join('.')
    return ({ scope }) => own(scope.context, name)
  },
  stageVariables: ({ root, names: [name], method }) => {
    if (name === undefined) throw notServed(root, method)
    return ({ scope }) => own(scope.stageVariables, name)
  },
  input: ({ root, names: [name], method, args: [argument] }) => {
    if (name === 'body') return ({ scope }) => scope.body
    if (method === 'params') return argument ? parameterNamed(argument) : ({ scope }) => allParameters(scope)
    if ((method !== 'json' && method !== 'path') || !argument) throw notServed(root, method ?? name)
    return partOf(argument, method)
  },
  util: ({ root, method, args: [argument] }) => {
    const utility = own(UTILITIES, method ?? '')
    if (!utility || !argument) throw notServed(root, method)
    return (frame) => utility(textOf(argument(frame)))
  },
}

function parameterNamed(name: Expression): Expression {
  return (frame) => {
    const { path, query, headers } = frame.scope
    const text = textOf(name(frame))
    return own(path, text) ?? own(query, text) ?? own(headers, text.toLowerCase()) ?? ''
  }
}

function allParameters({ path, query, headers }: MappingScope): Value {
  return { path, querystring: query, header: headers }
}

/** A path that is a plain text is read with the template; what another is only an invocation says. */
function partOf(argument: Expression, method: 'json' | 'path'): Expression {
  if (argument.literal !== undefined && !parseJsonPath(argument.literal)) {
    throw new TemplateProblem(`the path ${argument.literal} is not served by Postern: it must name one place`)
  }
  return (frame) => {
    const steps = parseJsonPath(textOf(argument(frame)))
    const found = steps && findPath(frame.scope.body, steps)
    return method === 'json' ? JSON.stringify(found ?? '') : found
  }
}

const UTILITIES: Readonly<Record<string, (text: string) => Value>> = {
  // Single quotes are escaped, too: what comes out stands in a string of either kind.
  escapeJavaScript: (text) => JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'"),
  urlEncode: (text) => encodeURIComponent(text),
  urlDecode: (text) => new URLSearchParams(`=${text.replaceAll('&', '%26')}`).get('') ?? '',
  base64Encode: (text) => Buffer.from(text).toString('base64'),
  base64Decode: (text) => Buffer.from(text, 'base64').toString(),
  parseJson: (text) => findPath(text, []),
}

function notServed(root: string, member: string | undefined): TemplateProblem {
  return new TemplateProblem(`$${root}${member === undefined ? '' : `.${member}`} is not served by Postern`)
}
