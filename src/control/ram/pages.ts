// `maxResults` and `nextToken` of RAM's lists.

import { ApiError } from '../../errors.ts'
import { invalidParameter } from './errors.ts'

const LARGEST_PAGE = 500

interface PageRequest {
  readonly maxResults?: number | undefined
  readonly nextToken?: string | undefined
}

/** One page; the token is how many came before. */
export function pageOf<R>(
  items: readonly R[],
  { maxResults = LARGEST_PAGE, nextToken }: PageRequest,
): { readonly page: R[]; readonly more: { readonly nextToken?: string } } {
  if (!Number.isInteger(maxResults) || maxResults < 1 || maxResults > LARGEST_PAGE) {
    throw invalidParameter(`maxResults is a number between 1 and ${LARGEST_PAGE}.`)
  }
  const start = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64url').toString() || Number.NaN)
  if (!Number.isInteger(start) || start < 0) {
    throw new ApiError('InvalidNextTokenException', 'The specified value for NextToken is not valid.')
  }
  const end = start + maxResults
  const page = items.slice(start, end)
  return { page, more: end < items.length ? { nextToken: Buffer.from(String(end)).toString('base64url') } : {} }
}
