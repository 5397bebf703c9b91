// Tags of load balancers, target groups, listeners and rules.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddTags.html

import type {
  AddTagsInput,
  DescribeTagsInput,
  DescribeTagsOutput,
  RemoveTagsInput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { ApiError } from '../../errors.ts'
import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { defaultRuleArn, isElbArn, listenerOfRule } from './arns.ts'
import { invalidConfiguration, requireParameter, validationError } from './errors.ts'
import { findOwn, requireListener, requireLoadBalancer, requireTargetGroup } from './find.ts'

const TAGS_PER_RESOURCE = 50
const RESOURCES_PER_CALL = 20
const KEY_LENGTH = 128
const VALUE_LENGTH = 256
const CHARACTERS = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u

interface Tagged {
  readonly arn: string
  readonly tags: Tags
  /** Absent: a default rule without a record, which has none. */
  readonly table?: 'loadBalancers' | 'targetGroups' | 'listeners' | 'listenerRules'
}

export function addTags(tx: Tx, caller: Caller, { ResourceArns, Tags }: AddTagsInput): Record<string, never> {
  const list = requireParameter('tags', Tags)
  const changed = requireResources(tx, caller, ResourceArns).map((one) => ({ ...one, tags: withTags(one.tags, list) }))
  setTags(tx, changed)
  return {}
}

export function removeTags(tx: Tx, caller: Caller, { ResourceArns, TagKeys }: RemoveTagsInput): Record<string, never> {
  const removed = new Set(requireParameter('tagKeys', TagKeys))
  const changed = requireResources(tx, caller, ResourceArns).map((one) => ({
    ...one,
    tags: Object.fromEntries(Object.entries(one.tags).filter(([key]) => !removed.has(key))),
  }))
  setTags(tx, changed)
  return {}
}

export function describeTags(
  records: Records,
  caller: Caller,
  { ResourceArns }: DescribeTagsInput,
): DescribeTagsOutput {
  return {
    TagDescriptions: requireResources(records, caller, ResourceArns).map(({ arn, tags }) => ({
      ResourceArn: arn,
      Tags: tagList(tags),
    })),
  }
}

/** The tags of what a call makes. */
export function newTags(list: readonly Tag[] | undefined): Tags {
  return withTags({}, list ?? [])
}

export function tagList(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}

/** Every resource of the call, before any is changed. */
function requireResources(records: Records, caller: Caller, arns: readonly string[] | undefined): Tagged[] {
  const named = [...new Set(requireParameter('resourceArns', arns))]
  if (named.length === 0) throw validationError('At least one resource ARN must be specified')
  if (named.length > RESOURCES_PER_CALL) {
    throw validationError(`A maximum of '${RESOURCES_PER_CALL}' resource ARNs can be specified in a single call`)
  }
  return named.map((arn) => requireResource(records, caller, arn))
}

function requireResource(records: Records, caller: Caller, arn: string): Tagged {
  if (isElbArn(arn, 'loadbalancer')) {
    return { arn, tags: requireLoadBalancer(records, caller, arn).tags, table: 'loadBalancers' }
  }
  if (isElbArn(arn, 'targetgroup')) {
    return { arn, tags: requireTargetGroup(records, caller, arn).tags, table: 'targetGroups' }
  }
  if (isElbArn(arn, 'listener')) {
    return { arn, tags: requireListener(records, caller, arn).tags, table: 'listeners' }
  }
  if (!isElbArn(arn, 'listener-rule')) throw validationError(`'${arn}' is not a valid ARN`)
  const rule = findOwn(records.listenerRules, caller, arn)
  if (rule) return { arn, tags: rule.tags, table: 'listenerRules' }
  const listener = findOwn(records.listeners, caller, listenerOfRule(arn))
  if (!listener || defaultRuleArn(listener) !== arn) throw new ApiError('RuleNotFound', `Rule '${arn}' not found`)
  return { arn, tags: {} }
}

function setTags(tx: Tx, changed: readonly Tagged[]): void {
  const rule = changed.find(({ table }) => table === undefined)
  if (rule) throw invalidConfiguration(`'${rule.arn}' is a default rule, and tags of those are not served yet.`)
  for (const { arn, tags, table } of changed) if (table) tx[table].update(arn, { tags })
}

/** `old` with the tags of `list` set, each checked. */
function withTags(old: Tags, list: readonly Tag[]): Tags {
  const given = new Set<string>()
  for (const { Key: key = '', Value: value = '' } of list) {
    checkTag(key, value)
    if (given.has(key)) throw new ApiError('DuplicateTagKeys', `Tag key was specified more than once: ${key}`)
    given.add(key)
  }
  const tags = { ...old, ...Object.fromEntries(list.map(({ Key = '', Value = '' }) => [Key, Value])) }
  if (Object.keys(tags).length > TAGS_PER_RESOURCE) {
    throw new ApiError('TooManyTags', `The maximum number of tags for a resource is ${TAGS_PER_RESOURCE}`)
  }
  return tags
}

function checkTag(key: string, value: string): void {
  const isKey = key !== '' && key.length <= KEY_LENGTH && CHARACTERS.test(key)
  if (!isKey || value.length > VALUE_LENGTH || !CHARACTERS.test(value)) {
    throw validationError(`The tag '${key}' with the value '${value}' is not valid`)
  }
  if (/^aws:/i.test(key)) {
    throw validationError(`The tag key '${key}' is not valid: keys that begin with 'aws:' are reserved`)
  }
}
