// Lists in pages: `position` names the last item that was given.
// https://docs.aws.amazon.com/apigateway/latest/api/API_GetRestApis.html

import { badRequest } from './errors.ts'

const DEFAULT_LIMIT = 25
const MAX_LIMIT = 500

export interface PageQuestion {
  readonly limit?: number | undefined
  readonly position?: string | undefined
}

export interface Page<T> {
  readonly items: T[]
  /** Absent on the last page. */
  readonly position?: string
}

export function pageOf<T>(all: readonly T[], { limit, position }: PageQuestion, keyOf: (item: T) => string): Page<T> {
  const size = limit ?? DEFAULT_LIMIT
  if (size < 1 || size > MAX_LIMIT) throw badRequest(`Invalid limit parameter: must be between 1 and ${MAX_LIMIT}`)
  const after = position === undefined ? -1 : all.findIndex((item) => encode(keyOf(item)) === position)
  if (position !== undefined && after < 0) throw badRequest('Invalid position parameter')
  const items = all.slice(after + 1, after + 1 + size)
  const last = items.at(-1)
  const more = last !== undefined && after + 1 + size < all.length
  return { items, ...(more && { position: encode(keyOf(last)) }) }
}

function encode(key: string): string {
  return Buffer.from(key).toString('base64')
}
