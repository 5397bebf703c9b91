// The number that a metric filter takes out of a message, and the words of its dimensions: a constant, `$.member` of JSON, or
// `$field` of a pattern of fields.

import { fieldNames, splitFields } from './fields-pattern.ts'

const JSON_PATH = /^\$(\.[\w-]+|\[\d+\]|\['[^']+'\])+$/
const FIELD = /^\$\w+$/

export function isMetricValue(value: string): boolean {
  return isNumber(value) || JSON_PATH.test(value) || FIELD.test(value)
}

/** Undefined: the message has no such number. */
export function metricValueOf(value: string, pattern: string, message: string): number | undefined {
  if (isNumber(value)) return Number(value)
  const found = textOf(value, pattern, message)
  return found !== undefined && isNumber(found) ? Number(found) : undefined
}

/** Undefined: there is no such member or field. */
export function textOf(selector: string, pattern: string, message: string): string | undefined {
  if (JSON_PATH.test(selector)) return memberOf(selector, message)
  if (!FIELD.test(selector)) return undefined
  const place = fieldNames(pattern).indexOf(selector.slice(1))
  if (place < 0) return undefined
  const fields = splitFields(message)
  const rest = fieldNames(pattern).indexOf('...')
  return rest >= 0 && place > rest ? fields.at(place - fieldNames(pattern).length) : fields[place]
}

function memberOf(selector: string, message: string): string | undefined {
  const steps = [...selector.matchAll(/\.([\w-]+)|\[(\d+)\]|\['([^']+)'\]/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')
  let value: unknown
  try {
    value = JSON.parse(message)
  } catch {
    return undefined
  }
  for (const step of steps) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Readonly<Record<string, unknown>>)[step]
  }
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}

function isNumber(text: string): boolean {
  return text.trim() !== '' && Number.isFinite(Number(text))
}
