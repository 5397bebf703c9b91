// Attributes: settings by key, all of them text. A kind of resource has a table of the keys that it knows, and refuses others.

import { invalidConfiguration, requireParameter, validationError } from './errors.ts'

export interface AttributeRule {
  /** What a new resource has. */
  readonly initial: string
  /** Why it does not take this value, as the end of a sentence; undefined when it does. */
  readonly refusal: (value: string) => string | undefined
  /** Set where AWS does something by it and Postern does not: only this value can be set. */
  readonly only?: true
}

export type AttributeTable = Readonly<Record<string, AttributeRule>>
export type Attributes = Readonly<Record<string, string>>

/** A key and its value, as every kind of resource has them in calls. */
export interface AttributePair {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

export interface AttributeKind {
  /** `Load balancer`, as sentences begin. */
  readonly name: string
  readonly table: AttributeTable
  /** Keys that AWS has for other resources of the kind. */
  readonly known: ReadonlySet<string>
  /** `load balancers with type 'network'`, for what AWS has elsewhere. */
  readonly which: string
}

export function oneOf(...values: readonly [initial: string, ...others: string[]]): AttributeRule {
  return {
    initial: values[0],
    refusal: (value) =>
      values.includes(value) ? undefined : `must be one of [${[...new Set(values)].sort().join(', ')}]`,
  }
}

export function truth(initial: boolean): AttributeRule {
  return oneOf(String(initial), String(!initial))
}

export function between(initial: number, min: number, max: number): AttributeRule {
  return {
    initial: String(initial),
    refusal: (value) => {
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN
      return number >= min && number <= max ? undefined : `must be between '${min}-${max}' inclusive`
    },
  }
}

/** A number from 1, or `off`. */
export function offOrBetween(initial: string, max: number): AttributeRule {
  const number = between(1, 1, max)
  return { initial, refusal: (value) => (value === 'off' ? undefined : number.refusal(value)) }
}

export function anyText(): AttributeRule {
  return { initial: '', refusal: () => undefined }
}

/** Shown as AWS shows it, and not to be changed: nothing would come of it. */
export function unserved(initial: string): AttributeRule {
  return { initial, refusal: () => undefined, only: true }
}

export function initialAttributes(table: AttributeTable): Attributes {
  return Object.fromEntries(Object.entries(table).map(([key, { initial }]) => [key, initial]))
}

/** `old` with the attributes of the call set, each checked by itself. */
export function withAttributes(
  { name, table, known, which }: AttributeKind,
  old: Attributes,
  given: readonly AttributePair[] | undefined,
): Attributes {
  const pairs = requireParameter('attributes', given)
  if (pairs.length === 0) throw validationError('At least one attribute must be specified')
  const attributes: Record<string, string> = { ...old }
  for (const { Key: key = '', Value: value = '' } of pairs) {
    const rule = Object.hasOwn(table, key) ? table[key] : undefined
    if (!rule) {
      const subject = `${name} attribute key '${key}'`
      if (known.has(key)) throw invalidConfiguration(`${subject} is not supported on ${which}`)
      throw validationError(`${subject} is not recognized`)
    }
    if (rule.only && value !== rule.initial) {
      throw invalidConfiguration(`'${key}' can only be '${rule.initial}' here: it is not served yet.`)
    }
    const refusal = rule.refusal(value)
    if (refusal !== undefined) throw validationError(`'${key}' value '${value}' ${refusal}`)
    attributes[key] = value
  }
  return attributes
}

export function attributeList(attributes: Attributes): { Key: string; Value: string }[] {
  return Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }))
}
