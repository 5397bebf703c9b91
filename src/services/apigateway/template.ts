// Mapping templates: read when they are put, so that what is not served is refused then, and rendered for each invocation.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html

import type { MappingScope } from './mapping.ts'
import { VelocityReader } from './velocity.ts'
import { type Render, TemplateProblem } from './velocity-frame.ts'

export type ParsedTemplate =
  | { readonly kind: 'template'; render(scope: MappingScope): Rendered }
  | { readonly kind: 'problem'; readonly why: string }

export interface Rendered {
  readonly text: string
  /** What the template sets of `$context.responseOverride`: `status`, and `header.NAME`. */
  readonly overrides: ReadonlyMap<string, string>
}

/** AWS's limit. */
const LARGEST = 300 * 1024
/** Rounds of all loops of one rendering. */
const MOST_ROUNDS = 100_000

export function parseTemplate(text: string): ParsedTemplate {
  if (text.length > LARGEST) return { kind: 'problem', why: `it has more than ${LARGEST} characters` }
  try {
    const render = new VelocityReader(text).read()
    return { kind: 'template', render: (scope) => renderedIn(scope, render) }
  } catch (error) {
    if (error instanceof TemplateProblem) return { kind: 'problem', why: error.message }
    if (error instanceof RangeError) return { kind: 'problem', why: 'it is nested too deep' }
    throw error
  }
}

function renderedIn(scope: MappingScope, render: Render): Rendered {
  const overrides = new Map<string, string>()
  return { text: render({ scope, variables: new Map(), overrides, rounds: MOST_ROUNDS }), overrides }
}
