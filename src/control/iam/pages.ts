// `MaxItems` and `Marker` of IAM's List operations.

import { constraintError, validationError } from './errors.ts'

export interface PageRequest {
  readonly MaxItems?: number | undefined
  readonly Marker?: string | undefined
}

/** The members that every truncated answer of IAM has. */
export interface PageMembers {
  readonly IsTruncated: boolean
  readonly Marker?: string
}

const DEFAULT_SIZE = 100
const MAX_SIZE = 1000

/** One page of `items`, which are shown in the order of `keyOf`; the marker is the key of the last one shown. */
export function pageOf<R>(
  items: readonly R[],
  { MaxItems: size = DEFAULT_SIZE, Marker: marker }: PageRequest,
  keyOf: (item: R) => string,
): { readonly items: readonly R[]; readonly members: PageMembers } {
  if (!Number.isInteger(size) || size < 1 || size > MAX_SIZE) {
    throw constraintError('maxItems', size, `have value between 1 and ${MAX_SIZE}`)
  }
  const sorted = [...items].sort((a, b) => compareText(keyOf(a), keyOf(b)))
  const after = marker === undefined ? undefined : decodeMarker(marker)
  const rest = after === undefined ? sorted : sorted.filter((item) => compareText(keyOf(item), after) > 0)
  const page = rest.slice(0, size)
  const last = page.at(-1)
  if (rest.length <= size || last === undefined) return { items: page, members: { IsTruncated: false } }
  return { items: page, members: { IsTruncated: true, Marker: encodeMarker(keyOf(last)) } }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function encodeMarker(key: string): string {
  return Buffer.from(`after ${key}`).toString('base64url')
}

function decodeMarker(marker: string): string {
  const text = Buffer.from(marker, 'base64url').toString()
  if (!text.startsWith('after ')) throw validationError(`Invalid Marker: ${marker}`)
  return text.slice('after '.length)
}
