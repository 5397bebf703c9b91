// What a caller gives for a document's parameters, held against the document.

import { ApiError } from '../../../errors.ts'
import { testPattern } from '../allowed-pattern.ts'
import type { DocumentContent, DocumentParameter } from './document-content.ts'

export type Arguments = Readonly<Record<string, readonly string[]>>

/** Every parameter with its value, defaults filled in; throws InvalidParameters. */
export function completeArguments(content: DocumentContent, given: Arguments): Arguments {
  const unknown = Object.keys(given).filter((name) => !content.parameters.some((one) => one.name === name))
  if (unknown.length > 0) {
    throw invalid(`Invalid parameters provided: ${unknown.join(', ')} are not parameters of the document`)
  }
  return Object.fromEntries(
    content.parameters.map((parameter) => {
      const values = given[parameter.name] ?? parameter.default
      if (!values) throw invalid(`Parameter "${parameter.name}" requires values.`)
      if (given[parameter.name]) requireValues(parameter, values)
      return [parameter.name, values]
    }),
  )
}

function requireValues(parameter: DocumentParameter, values: readonly string[]): void {
  const { name, type, allowedValues, allowedPattern, minItems, maxItems, minChars, maxChars } = parameter
  const isList = type === 'StringList' || type === 'MapList'
  if (!isList && values.length !== 1) throw invalid(`Parameter "${name}" takes one value, not ${values.length}.`)
  if (minItems !== undefined && values.length < minItems) throw invalid(`Parameter "${name}" needs ${minItems} items.`)
  if (maxItems !== undefined && values.length > maxItems) throw invalid(`Parameter "${name}" takes ${maxItems} items.`)
  for (const value of values) {
    if (type === 'Integer' && !/^-?\d+$/.test(value)) throw invalid(`Parameter "${name}" is not a number: ${value}`)
    if (type === 'Boolean' && !/^(?:true|false)$/i.test(value)) {
      throw invalid(`Parameter "${name}" is neither true nor false: ${value}`)
    }
    if (minChars !== undefined && value.length < minChars) throw invalid(`Parameter "${name}" is too short.`)
    if (maxChars !== undefined && value.length > maxChars) throw invalid(`Parameter "${name}" is too long.`)
    if (allowedValues && !allowedValues.includes(value)) {
      throw invalid(`Parameter "${name}" has value "${value}" not found in [${allowedValues.join(', ')}].`)
    }
    if (allowedPattern !== undefined && testPattern(allowedPattern, value) !== 'matches') {
      throw invalid(`Parameter "${name}" has value "${value}" not matching ${allowedPattern.slice(4, -2)}.`)
    }
  }
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidParameters', message)
}
