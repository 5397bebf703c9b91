// Tags as EC2 takes and gives them, and their limits.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html

import type { ResourceType, Tag, TagSpecification } from '@aws-sdk/client-ec2'
import { ApiError, missingParameter } from '../../../errors.ts'
import type { Tags } from '../../../store/records.ts'

const TAGS_PER_RESOURCE = 50
const KEY_LENGTH = 128
const VALUE_LENGTH = 256

/** The tags for one type of resource that the call makes; `allowed` are all the types it makes. */
export function tagsFor(
  type: ResourceType,
  specifications: readonly TagSpecification[] | undefined,
  allowed: readonly ResourceType[] = [type],
): Tags {
  for (const { ResourceType: given } of specifications ?? []) {
    if (!given) throw missingParameter('tagSpecification.resourceType')
    if (!allowed.includes(given)) {
      throw new ApiError(
        'InvalidParameterValue',
        `'${given}' is not a valid taggable resource type for this operation.`,
      )
    }
  }
  const list = (specifications ?? []).filter((one) => one.ResourceType === type).flatMap((one) => one.Tags ?? [])
  return withTags({}, list)
}

/** `old` with the tags of `list` set, each checked. */
export function withTags(old: Tags, list: readonly Tag[]): Tags {
  const keys = new Set<string>()
  for (const { Key: key, Value: value } of list) {
    checkTag(key, value)
    if (keys.has(key)) {
      throw new ApiError('InvalidParameterValue', `Duplicate tag key '${key}' specified.`)
    }
    keys.add(key)
  }
  const tags = { ...old, ...Object.fromEntries(list.map((tag) => [tag.Key ?? '', tag.Value ?? ''])) }
  if (Object.keys(tags).filter((key) => !key.startsWith('aws:')).length > TAGS_PER_RESOURCE) {
    throw new ApiError('TagLimitExceeded', `More than ${TAGS_PER_RESOURCE} tags specified`)
  }
  return tags
}

/** As EC2 lists them. */
export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

function checkTag(key: string | undefined, value: string | undefined): asserts key is string {
  if (!key) throw new ApiError('InvalidParameterValue', 'Tag key cannot be empty. Give each tag a key.')
  if ([...key].length > KEY_LENGTH) {
    throw new ApiError('InvalidParameterValue', `Tag key exceeds the maximum length of ${KEY_LENGTH} characters`)
  }
  if (value && [...value].length > VALUE_LENGTH) {
    throw new ApiError('InvalidParameterValue', `Tag value exceeds the maximum length of ${VALUE_LENGTH} characters`)
  }
  if (/^aws:/i.test(key)) {
    throw new ApiError('InvalidParameterValue', "Tag keys starting with 'aws:' are reserved for internal use")
  }
}
