// What the parts of a template are read into, and what one rendering of it knows.

import type { MappingScope } from './mapping.ts'
import type { Value } from './velocity-value.ts'

/** Why a template cannot be read. */
export class TemplateProblem extends Error {}

/** One rendering. */
export interface Frame {
  readonly scope: MappingScope
  readonly variables: Map<string, Value>
  /** `$context.responseOverride`: `status`, and `header.NAME`. */
  readonly overrides: Map<string, string>
  /** How many rounds of loops there may still be. */
  rounds: number
}

export type Render = (frame: Frame) => string
export type Expression = ((frame: Frame) => Value) & {
  /** The text that it is, when that is known without a frame. */
  readonly literal?: string
}

/** A text that is known before any frame. */
export function literalText(text: string): Expression {
  return Object.assign(() => text, { literal: text })
}
