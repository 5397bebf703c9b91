// The context keys that a simulation is given, each of the type that it says it is.

import type { ContextEntry } from '@aws-sdk/client-iam'
import type { ContextKeys } from '../../../iam/request.ts'
import { parseAddress } from '../../../ip/address.ts'
import { invalidInput } from './sources.ts'

const VALUES: Readonly<Record<string, (value: string) => boolean>> = {
  string: () => true,
  numeric: (value) => value.trim() !== '' && Number.isFinite(Number(value)),
  boolean: (value) => /^(true|false)$/i.test(value),
  ip: (value) => parseAddress(value.split('/')[0] ?? '') !== undefined,
  binary: (value) => /^[A-Za-z0-9+/]*={0,2}$/.test(value),
  date: (value) => !Number.isNaN(Date.parse(value)) || /^\d+$/.test(value),
}

/** By lower-case name; a list type makes a key of many values, also when there is one or none. */
export function readContextEntries(entries: readonly ContextEntry[] | undefined): ContextKeys {
  const keys: Record<string, string | readonly string[]> = {}
  for (const { ContextKeyName: name = '', ContextKeyValues: values = [], ContextKeyType: type = '' } of entries ?? []) {
    const isList = type.endsWith('List')
    const holds = VALUES[isList ? type.slice(0, -'List'.length) : type]
    if (!name.includes(':')) throw invalidInput(`Invalid ContextKeyName: ${name}`)
    if (!holds) throw invalidInput(`Invalid ContextKeyType: ${type}`)
    const wrong = values.find((value) => !holds(value))
    if (wrong !== undefined) throw invalidInput(`Invalid value for ${name}: ${wrong} is not of type ${type}`)
    const [value] = values
    if (!isList && (value === undefined || values.length > 1)) {
      throw invalidInput(`${name} is of type ${type} and takes exactly one value`)
    }
    keys[name.toLowerCase()] = isList || value === undefined ? values : value
  }
  return keys
}
