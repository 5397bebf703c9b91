// The tags that a request brings and those that it takes away, as condition keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html

import type { ContextKeys } from './request.ts'

/** `tags` as pairs of `Key` and `Value` or as an object, `gone` as names; empty where there are neither. */
export function requestTagKeys(tags: unknown, gone?: unknown): ContextKeys {
  const keys: Record<string, string | readonly string[]> = {}
  const pairs = pairsOf(tags)
  for (const [key, value] of pairs) keys[`aws:requesttag/${key.toLowerCase()}`] = value
  const named = Array.isArray(gone) ? gone.map(String) : pairs.map(([key]) => key)
  return named.length === 0 ? keys : { ...keys, 'aws:tagkeys': named }
}

function pairsOf(tags: unknown): readonly (readonly [key: string, value: string])[] {
  if (typeof tags !== 'object' || tags === null) return []
  if (!Array.isArray(tags)) return Object.entries(tags).map(([key, value]) => [key, String(value)] as const)
  return tags.flatMap((tag: unknown) => {
    if (typeof tag !== 'object' || tag === null) return []
    const { Key: key, Value: value }: Readonly<Record<string, unknown>> = { ...tag }
    return typeof key === 'string' ? [[key, String(value ?? '')] as const] : []
  })
}
