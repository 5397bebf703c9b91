// Tag sets of buckets and objects. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html

import type { Tag } from './object-records.ts'
import { s3Error } from './s3-error.ts'

export const MAX_OBJECT_TAGS = 10
export const MAX_BUCKET_TAGS = 50
const MAX_KEY = 128
const MAX_VALUE = 256

interface TagInput {
  readonly Key?: string | undefined
  readonly Value?: string | undefined
}

/** A tag set that is whole and has no key twice; throws InvalidTag. */
export function requireTags(tags: readonly TagInput[] | undefined, limit: number): Tag[] {
  const set = (tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }))
  if (set.length > limit) {
    throw s3Error('InvalidTag', {
      message:
        limit === MAX_OBJECT_TAGS
          ? 'Object tags cannot be greater than 10'
          : 'Bucket tag count cannot be greater than 50',
    })
  }
  for (const { Key, Value } of set) {
    if (Key === '' || Key.length > MAX_KEY)
      throw s3Error('InvalidTag', { message: 'The TagKey you have provided is invalid', fields: { TagKey: Key } })
    if (Value.length > MAX_VALUE)
      throw s3Error('InvalidTag', { message: 'The TagValue you have provided is invalid', fields: { TagValue: Value } })
    if (Key.toLowerCase().startsWith('aws:')) {
      throw s3Error('InvalidTag', {
        message: 'System tags cannot be added/updated by requester',
        fields: { TagKey: Key },
      })
    }
  }
  if (new Set(set.map(({ Key }) => Key)).size < set.length) {
    throw s3Error('InvalidTag', { message: 'Cannot provide multiple Tags with the same key' })
  }
  return set
}

/** The header `x-amz-tagging`: a query string. */
export function parseTagging(header: string | undefined): Tag[] {
  if (header === undefined || header === '') return []
  return requireTags(
    [...new URLSearchParams(header)].map(([Key, Value]) => ({ Key, Value })),
    MAX_OBJECT_TAGS,
  )
}
