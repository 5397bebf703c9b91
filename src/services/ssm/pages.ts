// Lists in pages, as Systems Manager cuts them: MaxResults and an opaque NextToken.

import { ApiError } from '../../errors.ts'

export interface PageInput {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface PageBounds {
  readonly least?: number
  readonly most: number
}

/** The page of `items`, which must be in a lasting order; `idOf` names where the next one begins. */
export function pageOf<T>(
  items: readonly T[],
  { MaxResults, NextToken }: PageInput,
  { least = 1, most }: PageBounds,
  idOf: (item: T) => string,
): { readonly page: readonly T[]; readonly NextToken?: string } {
  const size = requireSize(MaxResults ?? most, least, most)
  const from = NextToken === undefined || NextToken === '' ? 0 : placeOf(items, NextToken, idOf)
  const next = items[from + size]
  return { page: items.slice(from, from + size), ...(next !== undefined && { NextToken: seal(idOf(next)) }) }
}

function requireSize(size: number, least: number, most: number): number {
  if (Number.isInteger(size) && size >= least && size <= most) return size
  const bound = size < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`
  throw new ApiError(
    'ValidationException',
    `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must have value ${bound}`,
  )
}

/** Where the item is that the token names, or where it was: what follows it in the order. */
function placeOf<T>(items: readonly T[], token: string, idOf: (item: T) => string): number {
  const id = unseal(token)
  if (id === undefined) throw new ApiError('InvalidNextToken', 'The specified token is not valid.')
  const at = items.findIndex((item) => idOf(item) === id)
  return at < 0 ? items.length : at
}

const MARK = 'ssm1:'

function seal(id: string): string {
  return Buffer.from(MARK + id).toString('base64url')
}

function unseal(token: string): string | undefined {
  const text = Buffer.from(token, 'base64url').toString()
  return text.startsWith(MARK) ? text.slice(MARK.length) : undefined
}
