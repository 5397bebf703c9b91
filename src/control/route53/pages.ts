// `MaxItems` and `Marker` of Route 53's lists: the marker is the id or name that the next page begins with.

import { invalidInput } from './errors.ts'

const MOST = 100

/** How many a page may have: 100 when the call asks for none or for more. Some members of the model are texts. */
export function pageSize(asked: number | string | undefined, most = MOST): number {
  if (asked === undefined) return most
  const size = Number(asked)
  if (!Number.isInteger(size) || size < 1) throw invalidInput(`Value '${asked}' at 'maxItems' is not a positive number`)
  return Math.min(size, most)
}

/** The items from the first that `isFromHere`, and the one after the page. */
export function pageFrom<T>(
  items: readonly T[],
  size: number,
  isFromHere: (item: T) => boolean,
): { readonly page: readonly T[]; readonly next: T | undefined } {
  const start = items.findIndex(isFromHere)
  const rest = start < 0 ? [] : items.slice(start)
  return { page: rest.slice(0, size), next: rest[size] }
}
