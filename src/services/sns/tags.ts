// Tags of topics.

import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  Tag,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-sns'
import type { Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { SnsTopic } from '../../store/messaging-records.ts'
import type { Tags } from '../../store/records.ts'
import type { Records } from '../../store/store.ts'
import { type Sns, write } from './sns.ts'
import { invalidParameter } from './sns-error.ts'

const MOST_TAGS = 50

export async function tagResource(sns: Sns, input: TagResourceRequest, call: Call): Promise<object> {
  const given = requireTags(input.Tags)
  await write(sns, (tx) => {
    const { id, tags } = requireTagged(tx, call, input.ResourceArn)
    const all = { ...tags, ...given }
    if (Object.keys(all).length > MOST_TAGS) throw tooMany()
    tx.snsTopics.update(id, { tags: all })
  })
  return {}
}

export async function untagResource(sns: Sns, input: UntagResourceRequest, call: Call): Promise<object> {
  const { TagKeys: keys = [] } = input
  await write(sns, (tx) => {
    const { id, tags } = requireTagged(tx, call, input.ResourceArn)
    tx.snsTopics.update(id, {
      tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key))),
    })
  })
  return {}
}

export async function listTagsForResource(
  { store }: Sns,
  input: ListTagsForResourceRequest,
  call: Call,
): Promise<ListTagsForResourceResponse> {
  const { tags } = requireTagged(store.records, call, input.ResourceArn)
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}

/** Tags as they may be; throws AWS's error otherwise. */
export function requireTags(given: readonly Tag[] = []): Tags {
  if (given.length > MOST_TAGS) throw tooMany()
  for (const { Key: key = '', Value: value = '' } of given) {
    if (key === '' || key.length > 128 || key.toLowerCase().startsWith('aws:') || value.length > 256) {
      throw invalidParameter(
        `Tag: ${key.slice(0, 140)} must have 1 to 128 characters and not begin with aws:, its value 256`,
      )
    }
  }
  const tags = Object.fromEntries(given.map(({ Key = '', Value = '' }) => [Key, Value]))
  if (Object.keys(tags).length < given.length) throw invalidParameter('Duplicated keys are not allowed.')
  return tags
}

function requireTagged(records: Records, call: Call, arn: string | undefined): SnsTopic {
  const topic = records.snsTopics.get(arn ?? '')
  if (!topic || topic.region !== call.region) throw new ApiError('ResourceNotFound', 'Resource does not exist')
  return topic
}

function tooMany(): ApiError {
  return new ApiError('TagLimitExceeded', 'Could not complete request: tag quota of per resource exceeded')
}
