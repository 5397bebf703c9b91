// Tags of queues.

import type { ListQueueTagsRequest, ListQueueTagsResult, TagQueueRequest, UntagQueueRequest } from '@aws-sdk/client-sqs'
import type { Call } from '../../../edge/adapter.ts'
import type { Tags } from '../../../store/records.ts'
import { requireQueue, type Sqs, write } from '../sqs.ts'
import { invalidParameters, missing } from '../sqs-error.ts'

const MOST_TAGS = 50

export async function tagQueue(sqs: Sqs, input: TagQueueRequest, call: Call): Promise<object> {
  const { id, tags } = requireQueue(sqs, call, input)
  const { Tags: given } = input
  if (!given || Object.keys(given).length === 0) throw missing('Tags')
  const all = { ...tags, ...given }
  requireTags(given)
  requireTags(all)
  await write(sqs, (tx) => tx.sqsQueues.update(id, { tags: all }))
  return {}
}

export async function untagQueue(sqs: Sqs, input: UntagQueueRequest, call: Call): Promise<object> {
  const { id, tags } = requireQueue(sqs, call, input)
  const { TagKeys: keys } = input
  if (!keys || keys.length === 0) throw missing('TagKeys')
  const kept = Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)))
  await write(sqs, (tx) => tx.sqsQueues.update(id, { tags: kept }))
  return {}
}

export async function listQueueTags(sqs: Sqs, input: ListQueueTagsRequest, call: Call): Promise<ListQueueTagsResult> {
  const { tags } = requireQueue(sqs, call, input)
  return Object.keys(tags).length > 0 ? { Tags: tags } : {}
}

/** Throws AWS's error for tags that cannot be. */
export function requireTags(tags: Tags): void {
  if (Object.keys(tags).length > MOST_TAGS) throw invalidParameters(`Too many tags added: at most ${MOST_TAGS} may be.`)
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > 128)
      throw invalidParameters('Tag keys must be between 1 and 128 characters in length.')
    if (key.toLowerCase().startsWith('aws:')) throw invalidParameters("Tag keys can't start with 'aws:'.")
    if (value.length > 256) throw invalidParameters('Tag values must be between 0 and 256 characters in length.')
  }
}
