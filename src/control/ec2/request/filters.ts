// The `Filter` parameter of EC2's Describe operations: filters are ANDed, the values of one are ORed, `*` and `?` match
// any run and any one character, `\` makes the next character plain.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html

import type { Filter } from '@aws-sdk/client-ec2'
import { ApiError } from '../../../errors.ts'
import type { Tags } from '../../../store/records.ts'

type FilterValue = string | number | boolean | undefined

/** What a record has for each filter name; a list matches when one of its members does. */
export type FilterFields<R> = Readonly<Record<string, (record: R) => FilterValue | readonly FilterValue[]>>

const VALUES_PER_FILTER = 200

/** The records that pass all filters. Beside `fields`, every record can be asked for `tag:KEY`, `tag-key`. */
export function applyFilters<R extends { readonly tags: Tags }>(
  records: readonly R[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<R>,
): readonly R[] {
  return applyPlainFilters(records, filters, {
    ...fields,
    'tag-key': (record) => Object.keys(record.tags),
    'tag-value': (record) => Object.values(record.tags),
    // `tag` with `KEY=VALUE` is an old spelling that AWS still takes.
    tag: (record) => Object.entries(record.tags).map(([key, value]) => `${key}=${value}`),
    ...Object.fromEntries(
      (filters ?? []).flatMap(({ Name: name }) => {
        if (!name?.startsWith('tag:')) return []
        const key = name.slice('tag:'.length)
        return [[name, (record: R) => (Object.hasOwn(record.tags, key) ? record.tags[key] : undefined)]]
      }),
    ),
  })
}

/** The same for what has no tags: regions, zones, AWS's own prefix lists. */
export function applyPlainFilters<R>(
  records: readonly R[],
  filters: readonly Filter[] | undefined,
  fields: FilterFields<R>,
): readonly R[] {
  const tests = (filters ?? []).map((filter) => compileFilter(filter, fields))
  return tests.length === 0 ? records : records.filter((record) => tests.every((test) => test(record)))
}

function compileFilter<R>(filter: Filter, fields: FilterFields<R>): (record: R) => boolean {
  const name = filter.Name ?? ''
  const values = filter.Values ?? []
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (!field) throw new ApiError('InvalidParameterValue', `The filter '${name}' is invalid`)
  if (values.length > VALUES_PER_FILTER) {
    throw new ApiError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${VALUES_PER_FILTER}`,
    )
  }
  const matches = compileValues(values)
  return (record) => {
    const found = field(record)
    const list = Array.isArray(found) ? (found as readonly FilterValue[]) : [found as FilterValue]
    return list.some((value) => value !== undefined && matches(String(value)))
  }
}

function compileValues(values: readonly string[]): (text: string) => boolean {
  const plain = new Set(values.filter((value) => !/[*?\\]/.test(value)))
  const patterns = values.filter((value) => /[*?\\]/.test(value)).map(wildcardPattern)
  return (text) => plain.has(text) || patterns.some((pattern) => pattern.test(text))
}

function wildcardPattern(value: string): RegExp {
  const source = value.replaceAll(/\\(.)|([*?])|[^*?\\]+|\\$/gs, (part, escaped?: string, wildcard?: string) => {
    if (wildcard) return wildcard === '*' ? '.*' : '.'
    return (escaped ?? part).replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  })
  return new RegExp(`^${source}$`, 's')
}
