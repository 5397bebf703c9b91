// `MaxResults` and `NextToken` of EC2's Describe operations.

import { ApiError } from '../../../errors.ts'

export interface PageRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface PageLimits {
  /** Smallest and largest `MaxResults`; a larger one is an error, or is read as `max` when `capped`. */
  readonly min: number
  readonly max: number
  readonly capped?: boolean
  /** When both identifiers and MaxResults were given, which this operation refuses. */
  readonly hasIds?: boolean
}

const DEFAULT_LIMITS: PageLimits = { min: 5, max: 1000 }

export interface Page<R> {
  readonly items: readonly R[]
  /** Absent on the last page. */
  readonly nextToken?: string
}

/** One page of `items`, whose order must be stable between calls. Without `MaxResults` all of the rest is one page. */
export function pageOf<R>(
  items: readonly R[],
  request: PageRequest,
  keyOf: (item: R) => string,
  limits: PageLimits = DEFAULT_LIMITS,
): Page<R> {
  const size = pageSize(request.MaxResults, limits)
  const start = request.NextToken ? startAfter(items, request.NextToken, keyOf) : 0
  const end = start + (size ?? items.length)
  const page = items.slice(start, end)
  const last = page.at(-1)
  return end < items.length && last !== undefined
    ? { items: page, nextToken: formatToken(end, keyOf(last)) }
    : { items: page }
}

function pageSize(maxResults: number | undefined, limits: PageLimits): number | undefined {
  if (maxResults === undefined) return undefined
  if (limits.hasIds) {
    throw new ApiError(
      'InvalidParameterCombination',
      'The parameter MaxResults cannot be used with the parameter that lists identifiers; use one of them',
    )
  }
  const max = limits.capped ? Number.POSITIVE_INFINITY : limits.max
  if (!Number.isInteger(maxResults) || maxResults < limits.min || maxResults > max) {
    throw new ApiError(
      'InvalidMaxResults',
      `Value (${maxResults}) for parameter maxResults is invalid. Expecting a value between ${limits.min} and ${limits.max}.`,
    )
  }
  return Math.min(maxResults, limits.max)
}

/** The token names the last item shown, so that what was deleted meanwhile makes no page skip one; and its place, for
 * when that item itself is gone. */
function formatToken(end: number, key: string): string {
  return Buffer.from(`${end} ${key}`).toString('base64url')
}

function startAfter<R>(items: readonly R[], token: string, keyOf: (item: R) => string): number {
  const parsed = /^(\d+) (.+)$/.exec(Buffer.from(token, 'base64url').toString())
  if (!parsed) throw new ApiError('InvalidNextToken', `The token '${token}' is invalid`)
  const index = items.findIndex((item) => keyOf(item) === parsed[2])
  return index < 0 ? Math.min(Number(parsed[1]), items.length) : index + 1
}
