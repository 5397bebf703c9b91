// Tags of log groups, by the old calls (by name) and the new (by ARN).

import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  ListTagsLogGroupRequest,
  ListTagsLogGroupResponse,
  TagLogGroupRequest,
  TagResourceRequest,
  UntagLogGroupRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { LogGroup } from '../log-records.ts'
import type { LogStore } from '../log-store.ts'
import { constraintFailed, invalidParameter, notFound, required } from '../logs-error.ts'
import { groupIdentified, requireGroup } from '../require.ts'

type Tags = Readonly<Record<string, string>>

const MOST_TAGS = 50
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

export function tagResource(store: LogStore, input: TagResourceRequest, call: Call): object {
  return retag(store, () => groupOfArn(store, call, input.resourceArn), added(input.tags))
}

export function untagResource(store: LogStore, input: UntagResourceRequest, call: Call): object {
  return retag(store, () => groupOfArn(store, call, input.resourceArn), removed(input.tagKeys, 'tagKeys'))
}

export function listTagsForResource(
  store: LogStore,
  input: ListTagsForResourceRequest,
  call: Call,
): ListTagsForResourceResponse {
  return { tags: groupOfArn(store, call, input.resourceArn).tags }
}

export function tagLogGroup(store: LogStore, input: TagLogGroupRequest, call: Call): object {
  return retag(store, () => requireGroup(store, call, input), added(input.tags))
}

export function untagLogGroup(store: LogStore, input: UntagLogGroupRequest, call: Call): object {
  return retag(store, () => requireGroup(store, call, input), removed(input.tags, 'tags'))
}

export function listTagsLogGroup(
  store: LogStore,
  input: ListTagsLogGroupRequest,
  call: Call,
): ListTagsLogGroupResponse {
  return { tags: requireGroup(store, call, input).tags }
}

/** Tags as they may be; throws AWS's error otherwise. */
export function requireTags(tags: Tags): Tags {
  for (const [key, value] of Object.entries(tags)) {
    if (key === '' || key.length > 128 || !TAG_TEXT.test(key)) {
      throw constraintFailed('tags', key, 'have keys of length 1 to 128 and satisfy regular expression pattern')
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw invalidParameter('Tag keys that begin with aws: are reserved for AWS use')
    }
    if (value.length > 256 || !TAG_TEXT.test(value)) {
      throw constraintFailed('tags', value, 'have values of length up to 256 and satisfy regular expression pattern')
    }
  }
  if (Object.keys(tags).length > MOST_TAGS) throw tooManyTags()
  return tags
}

function added(tags: Tags | undefined): (old: Tags) => Tags {
  if (tags === undefined) throw required('tags')
  requireTags(tags)
  return (old) => {
    const all = { ...old, ...tags }
    if (Object.keys(all).length > MOST_TAGS) throw tooManyTags()
    return all
  }
}

function removed(keys: readonly string[] | undefined, member: string): (old: Tags) => Tags {
  if (keys === undefined) throw required(member)
  return (old) => Object.fromEntries(Object.entries(old).filter(([key]) => !keys.includes(key)))
}

function retag(store: LogStore, find: () => LogGroup, change: (old: Tags) => Tags): object {
  store.transact(() => {
    const group = find()
    store.updateGroup({ ...group, tags: change(group.tags) })
  })
  return {}
}

/** Only log groups have tags here. */
function groupOfArn(store: LogStore, call: Call, arn: string | undefined): LogGroup {
  if (arn === undefined) throw required('resourceArn')
  if (!arn.startsWith('arn:')) throw invalidParameter(`The specified ARN is not valid: ${arn}`)
  if (!/:log-group:/.test(arn)) throw notFound('group')
  return groupIdentified(store, call, arn)
}

function tooManyTags(): ApiError {
  return new ApiError('TooManyTagsException', `A resource can have no more than ${MOST_TAGS} tags.`)
}
