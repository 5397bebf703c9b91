// The tags that a request brings and those that it takes away, as condition keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html

import type { ContextKeys } from './request.ts'

/** `tags` as a list of pairs, whatever their members are called, or as an object; `gone` as names. Empty where there are
 * neither: a key of no tags is no key. */
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
    const { Key, key, TagKey, Value, value, TagValue }: Readonly<Record<string, unknown>> = { ...tag }
    const name = Key ?? key ?? TagKey
    return typeof name === 'string' ? [[name, String(Value ?? value ?? TagValue ?? '')] as const] : []
  })
}
