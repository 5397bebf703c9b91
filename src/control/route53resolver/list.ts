// Filters and pages of the List operations: filters are ANDed, the values of one are ORed.

import { ApiError } from '../../errors.ts'
import { invalidParameter } from './errors.ts'
import type { Filter } from './messages.ts'

/** What a record has for each filter; names are compared without their case and underscores, as AWS takes both spellings. */
export type ListFilters<R> = Readonly<Record<string, (record: R) => string | readonly string[] | undefined>>

export interface ListRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
  readonly Filters?: readonly Filter[] | undefined
}

const MOST = 100
const TOKEN = /^page-(\d+)$/

export function listPage<R>(
  records: readonly R[],
  request: ListRequest,
  fields: ListFilters<R>,
): { readonly page: readonly R[]; readonly more: { NextToken?: string; MaxResults: number } } {
  const size = request.MaxResults ?? MOST
  if (!Number.isInteger(size) || size < 1 || size > MOST) {
    throw invalidParameter(`MaxResults is a number from 1 to ${MOST}.`, 'MaxResults')
  }
  const found = (request.Filters ?? []).reduce((left, filter) => left.filter(testOf(filter, fields)), records)
  const start = startOf(request.NextToken)
  const end = start + size
  return {
    page: found.slice(start, end),
    more: { MaxResults: size, ...(end < found.length && { NextToken: Buffer.from(`page-${end}`).toString('base64') }) },
  }
}

function startOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0
  const start = TOKEN.exec(Buffer.from(token, 'base64').toString())?.[1]
  if (start === undefined) throw new ApiError('InvalidNextTokenException', 'The NextToken is none that was given.')
  return Number(start)
}

function testOf<R>({ Name = '', Values = [] }: Filter, fields: ListFilters<R>): (record: R) => boolean {
  const plain = (name: string) => name.replaceAll('_', '').toLowerCase()
  const field = Object.entries(fields).find(([name]) => plain(name) === plain(Name))?.[1]
  if (!field)
    throw invalidParameter(`The filter '${Name}' is invalid; use ${Object.keys(fields).join(', ')}.`, 'Filters')
  return (record) => [field(record) ?? []].flat().some((value) => Values.includes(value))
}
