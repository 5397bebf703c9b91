// The filters of parameters: by name, path, type, tier, key, label and tag.

import type { ParameterStringFilter } from '@aws-sdk/client-ssm'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SsmParameter, SsmParameterVersion } from '../../../store/ssm-records.ts'
import type { Records } from '../../../store/store.ts'
import { callerOf } from '../ssm.ts'
import { newestOf, versionsOf } from './find-parameter.ts'
import { isBelow, requirePath } from './parameter-name.ts'

/** A parameter with its newest version. */
export interface Own {
  readonly parameter: SsmParameter
  readonly version: SsmParameterVersion
  /** Of all its versions. */
  readonly labels: readonly string[]
}

/** The caller's parameters in the region, by name. */
export function ownParameters(records: Records, call: Call): Own[] {
  return records.ssmParameters
    .where('owner', callerOf(call).account)
    .filter(({ region }) => region === call.region)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((parameter) => ({
      parameter,
      version: newestOf(records, parameter),
      labels: versionsOf(records, parameter).flatMap(({ labels }) => labels),
    }))
}

const MOST_VALUES = 50
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  Name: ['Equals', 'BeginsWith', 'Contains'],
  Path: ['Recursive', 'OneLevel'],
}
const PLAIN_OPTIONS = ['Equals', 'BeginsWith']

/** Throws InvalidFilterKey, InvalidFilterOption or InvalidFilterValue. */
export function requireFilters(filters: readonly ParameterStringFilter[], keys: readonly string[]): void {
  const seen = new Set<string>()
  for (const { Key = '', Option, Values = [] } of filters) {
    if (!keys.includes(Key) && !Key.startsWith('tag:')) {
      throw new ApiError(
        'InvalidFilterKey',
        `The following filter key is not valid: ${Key}. Valid filter keys include: [${keys.join(', ')}].`,
      )
    }
    if (seen.has(Key)) {
      throw new ApiError('InvalidFilterKey', `The following filter is duplicated in the request: ${Key}.`)
    }
    seen.add(Key)
    const options = OPTIONS[Key] ?? PLAIN_OPTIONS
    if (Option !== undefined && !options.includes(Option)) {
      throw new ApiError(
        'InvalidFilterOption',
        `The following filter option is not valid: ${Option}. Valid options include: [${options.join(', ')}].`,
      )
    }
    if (Values.length > MOST_VALUES || (Values.length === 0 && !Key.startsWith('tag:'))) {
      throw new ApiError('InvalidFilterValue', `The filter ${Key} has no values, or more than ${MOST_VALUES}.`)
    }
    if (Key === 'Path') for (const path of Values) requirePath(path)
  }
}

export function passesFilters(one: Own, filters: readonly ParameterStringFilter[]): boolean {
  return filters.every((filter) => passes(one, filter))
}

function passes(one: Own, { Key = '', Option = 'Equals', Values = [] }: ParameterStringFilter): boolean {
  const { parameter, version } = one
  if (Key === 'Path') return Values.some((path) => isBelow(parameter.name, path, Option === 'Recursive'))
  if (Key.startsWith('tag:')) {
    const value = parameter.tags[Key.slice('tag:'.length)]
    return value !== undefined && (Values.length === 0 || Values.some((wanted) => meets(value, wanted, Option)))
  }
  const found: Readonly<Record<string, readonly (string | undefined)[]>> = {
    Name: [parameter.name],
    Type: [version.type],
    KeyId: [version.keyId],
    Tier: [version.tier],
    DataType: [version.dataType],
    Label: one.labels,
  }
  return (found[Key] ?? []).some(
    (value) => value !== undefined && Values.some((wanted) => meets(value, wanted, Option)),
  )
}

function meets(value: string, wanted: string, option: string): boolean {
  if (option === 'BeginsWith') return value.startsWith(wanted)
  return option === 'Contains' ? value.includes(wanted) : value === wanted
}
