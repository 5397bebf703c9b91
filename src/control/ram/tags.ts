// Tags of resource shares.

import type { Tag, TagResourceRequest, UntagResourceRequest } from '@aws-sdk/client-ram'
import type { Tags } from '../../store/records.ts'
import type { Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidParameter } from './errors.ts'
import { requireOwnShare } from './find.ts'

const MOST_TAGS = 50

export function tagResource(tx: Tx, caller: Caller, input: TagResourceRequest): Record<string, never> {
  const share = requireOwnShare(tx, caller, input.resourceShareArn ?? input.resourceArn)
  tx.resourceShares.update(share.id, { tags: requireTags(input.tags, share.tags) })
  return {}
}

export function untagResource(tx: Tx, caller: Caller, input: UntagResourceRequest): Record<string, never> {
  const share = requireOwnShare(tx, caller, input.resourceShareArn ?? input.resourceArn)
  const gone = new Set(input.tagKeys)
  const tags = Object.fromEntries(Object.entries(share.tags).filter(([key]) => !gone.has(key)))
  tx.resourceShares.update(share.id, { tags })
  return {}
}

/** `old` with these set. */
export function requireTags(list: readonly Tag[] | undefined, old: Tags = {}): Tags {
  const tags: Record<string, string> = { ...old }
  for (const { key = '', value = '' } of list ?? []) {
    if (key === '' || key.length > 128 || value.length > 256)
      throw invalidParameter(`The tag ${key}=${value} is not valid.`)
    if (/^aws:/i.test(key)) throw invalidParameter(`The tag key ${key} begins with aws:, which is reserved.`)
    tags[key] = value
  }
  if (Object.keys(tags).length > MOST_TAGS) throw invalidParameter(`A resource share has at most ${MOST_TAGS} tags.`)
  return tags
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}
