// Tags of endpoints, rules and what DNS Firewall and query logging have, by ARN.

import type { Owned, Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { tagList } from '../ec2/request/tags.ts'
import { invalidParameter, notFound } from './errors.ts'
import { isOwn, required, resolverArn } from './find.ts'
import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  Tag,
  TagResourceRequest,
  UntagResourceRequest,
} from './messages.ts'

const TAGS_PER_RESOURCE = 200

export function parseTags(tags: readonly Tag[] | undefined): Tags {
  const pairs = (tags ?? []).map(({ Key, Value }) => [required('Key', Key), Value ?? ''] as const)
  const bad = pairs.find(([key, value]) => key.startsWith('aws:') || key.length > 128 || value.length > 256)
  if (bad) throw invalidParameter(`The tag '${bad[0]}' is too long, or begins with aws:.`, 'Tags')
  if (pairs.length > TAGS_PER_RESOURCE) throw invalidParameter(`A resource has ${TAGS_PER_RESOURCE} tags at most.`)
  return Object.fromEntries(pairs)
}

export function tagResource(tx: Tx, caller: Caller, input: TagResourceRequest): Record<string, never> {
  const record = requireTagged(tx, caller, input.ResourceArn)
  setTags(tx, record, { ...record.tags, ...parseTags(input.Tags) })
  return {}
}

export function untagResource(tx: Tx, caller: Caller, input: UntagResourceRequest): Record<string, never> {
  const record = requireTagged(tx, caller, input.ResourceArn)
  const gone = new Set(input.TagKeys)
  setTags(tx, record, Object.fromEntries(Object.entries(record.tags).filter(([key]) => !gone.has(key))))
  return {}
}

export function listTagsForResource(
  records: Records,
  caller: Caller,
  input: ListTagsForResourceRequest,
): ListTagsForResourceResponse {
  return { Tags: tagList(requireTagged(records, caller, input.ResourceArn).tags) }
}

const TABLES = [
  'resolverEndpoints',
  'resolverRules',
  'firewallDomainLists',
  'firewallRuleGroups',
  'firewallRuleGroupAssociations',
  'queryLogConfigs',
] as const

type Tagged = Owned & { readonly id: string }

function requireTagged(records: Records, caller: Caller, arn: string | undefined): Tagged {
  const record = findTagged(records, required('ResourceArn', arn))
  if (!record || !isOwn(record, caller)) throw notFound('Resource', arn ?? '')
  return record
}

/** What has this ARN, whoever's it is. */
export function findTagged(records: Records, arn: string): Tagged | undefined {
  const id = arn.slice(arn.lastIndexOf('/') + 1)
  for (const table of TABLES) {
    const record: Tagged | undefined = records[table].get(id)
    if (record && resolverArn(record) === arn) return record
  }
  return undefined
}

function setTags(tx: Tx, { id }: Tagged, tags: Tags): void {
  for (const table of TABLES) if (tx[table].has(id)) tx[table].update(id, { tags })
}
