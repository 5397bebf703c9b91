// `PageSize` and `Marker` of the Describe operations.

import { checkBetween, validationError } from './errors.ts'

const MOST = 400

export interface PageRequest {
  readonly Marker?: string | undefined
  readonly PageSize?: number | undefined
}

export interface Page<R> {
  readonly items: readonly R[]
  /** Absent on the last page. */
  readonly marker: string | undefined
}

/** One page of `items`, whose order must be stable between calls. */
export function pageOf<R>(items: readonly R[], request: PageRequest, keyOf: (item: R) => string): Page<R> {
  const size = checkBetween('pageSize', request.PageSize, 1, MOST) ?? MOST
  const start = request.Marker ? startAfter(items, request.Marker, keyOf) : 0
  const page = items.slice(start, start + size)
  const last = page.at(-1)
  const isLast = start + size >= items.length || last === undefined
  return { items: page, marker: isLast ? undefined : formatMarker(start + size, keyOf(last)) }
}

/** The marker names the last item shown, and its place for when that item itself is gone. */
function formatMarker(end: number, key: string): string {
  return Buffer.from(`${end} ${key}`).toString('base64url')
}

function startAfter<R>(items: readonly R[], marker: string, keyOf: (item: R) => string): number {
  const parsed = /^(\d{1,9}) (.+)$/s.exec(Buffer.from(marker, 'base64url').toString())
  if (!parsed) throw validationError(`Marker '${marker}' is not valid`)
  const index = items.findIndex((item) => keyOf(item) === parsed[2])
  // Without it all behind it have moved up by one.
  return index < 0 ? Math.max(Number(parsed[1]) - 1, 0) : index + 1
}
