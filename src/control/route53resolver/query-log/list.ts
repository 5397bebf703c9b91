// Pages of query log configurations and their VPCs, which say how many there are, in an order that may be asked for.

import { invalidParameter } from '../errors.ts'
import { type ListFilters, type ListRequest, listPage } from '../list.ts'

interface SortedRequest extends ListRequest {
  readonly SortBy?: string | undefined
  readonly SortOrder?: string | undefined
}

export function sortedPage<R>(records: readonly R[], request: SortedRequest, fields: ListFilters<R>) {
  const { SortBy: by, SortOrder: order = 'ASCENDING' } = request
  const field = by === undefined ? undefined : fields[by]
  if (by !== undefined && !field) {
    throw invalidParameter(`SortBy must be one of ${Object.keys(fields).join(', ')}, not '${by}'.`, 'SortBy')
  }
  if (order !== 'ASCENDING' && order !== 'DESCENDING') {
    throw invalidParameter(`SortOrder must be ASCENDING or DESCENDING, not '${order}'.`, 'SortOrder')
  }
  const key = (record: R) => String(field?.(record) ?? '')
  const ascending = field ? records.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) : records
  const sorted = order === 'ASCENDING' ? ascending : ascending.toReversed()
  const { page, more } = listPage(sorted, request, fields)
  const filtered = listPage(sorted, { ...request, NextToken: undefined, MaxResults: undefined }, fields).page.length
  return {
    page,
    TotalCount: records.length,
    TotalFilteredCount: filtered,
    ...(more.NextToken !== undefined && { NextToken: more.NextToken }),
  }
}
