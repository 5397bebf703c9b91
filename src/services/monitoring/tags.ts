// Tags of alarms.

import type {
  ListTagsForResourceInput,
  ListTagsForResourceOutput,
  Tag,
  TagResourceInput,
  UntagResourceInput,
} from '@aws-sdk/client-cloudwatch'
import { ApiError } from '../../errors.ts'
import type { MetricAlarm } from '../../store/monitoring-records.ts'
import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import { invalidParameter, type Place, required, validationError } from './metric.ts'

const MOST_TAGS = 50

export function requireTags(given: readonly Tag[] | undefined, before: Tags = {}): Tags {
  const pairs = (given ?? []).map(({ Key: key, Value: value }) => [required(key, 'Tags.Key'), value ?? ''] as const)
  if (pairs.some(([key, value]) => key.length > 128 || value.length > 256)) {
    throw validationError('A tag has a key of at most 128 and a value of at most 256 characters.')
  }
  const tags = { ...before, ...Object.fromEntries(pairs) }
  if (Object.keys(tags).length > MOST_TAGS) throw validationError(`A resource has at most ${MOST_TAGS} tags.`)
  return tags
}

export function listTagsForResource(
  records: Records,
  place: Place,
  input: ListTagsForResourceInput,
): ListTagsForResourceOutput {
  const { tags } = requireTagged(records, place, input.ResourceARN)
  return { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }
}

export function tagResource(tx: Tx, place: Place, input: TagResourceInput): void {
  const { id, tags } = requireTagged(tx, place, input.ResourceARN)
  tx.metricAlarms.update(id, { tags: requireTags(input.Tags, tags) })
}

export function untagResource(tx: Tx, place: Place, input: UntagResourceInput): void {
  const { id, tags } = requireTagged(tx, place, input.ResourceARN)
  const gone = new Set(required(input.TagKeys, 'TagKeys'))
  tx.metricAlarms.update(id, { tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))) })
}

function requireTagged(records: Records, { account, region }: Place, arn: string | undefined): MetricAlarm {
  const checked = required(arn, 'ResourceARN')
  if (!checked.startsWith('arn:')) throw invalidParameter(`Invalid ARN: ${checked}`)
  const alarm = records.metricAlarms.get(checked)
  if (alarm?.owner !== account || alarm.region !== region) {
    throw new ApiError('ResourceNotFoundException', `${checked} does not exist`, { status: 404 })
  }
  return alarm
}
