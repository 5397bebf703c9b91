// Tags as IAM and STS take and give them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html

import type { Tag } from '@aws-sdk/client-iam'
import { ApiError } from '../../errors.ts'
import type { Tags } from '../../store/records.ts'
import { constraintError, limitExceeded } from './errors.ts'

const TAGS_PER_RESOURCE = 50
const KEY_LENGTH = 128
const VALUE_LENGTH = 256
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

/** `old` with the tags of `list` set, each checked. Keys differ by more than case. */
export function withTags(old: Tags, list: readonly Tag[] | undefined): Tags {
  const tags: Record<string, string> = { ...old }
  const given = new Set<string>()
  for (const { Key: key = '', Value: value = '' } of list ?? []) {
    checkTag(key, value)
    if (given.has(key.toLowerCase())) {
      throw new ApiError('InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.')
    }
    given.add(key.toLowerCase())
    // A tag set again under another case takes the new spelling.
    for (const present of Object.keys(tags)) if (present.toLowerCase() === key.toLowerCase()) delete tags[present]
    tags[key] = value
  }
  if (Object.keys(tags).length > TAGS_PER_RESOURCE) throw limitExceeded('TagsPerResource', TAGS_PER_RESOURCE)
  return tags
}

export function withoutTags(old: Tags, keys: readonly string[] | undefined): Tags {
  const removed = new Set((keys ?? []).map((key) => key.toLowerCase()))
  return Object.fromEntries(Object.entries(old).filter(([key]) => !removed.has(key.toLowerCase())))
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

function checkTag(key: string, value: string): void {
  if (key === '' || key.length > KEY_LENGTH) {
    throw constraintError('tags.member.key', key, `have length between 1 and ${KEY_LENGTH}`)
  }
  if (value.length > VALUE_LENGTH) {
    throw constraintError('tags.member.value', value, `have length less than or equal to ${VALUE_LENGTH}`)
  }
  const bad = CHARACTERS.test(key) ? (CHARACTERS.test(value) ? undefined : 'value') : 'key'
  if (bad) {
    throw constraintError(
      `tags.member.${bad}`,
      bad === 'key' ? key : value,
      String.raw`satisfy regular expression pattern: [\p{L}\p{Z}\p{N}_.:/=+\-@]+`,
    )
  }
  if (/^aws:/i.test(key)) {
    throw new ApiError('InvalidInput', `Tag key '${key}' is invalid: keys that begin with 'aws:' are reserved`)
  }
}
