// Tags of hosted zones and health checks. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html

import type {
  ChangeTagsForResourceRequest,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  ListTagsForResourcesRequest,
  ListTagsForResourcesResponse,
  ResourceTagSet,
  Tag,
} from '@aws-sdk/client-route-53'
import type { HostedZone } from '../../store/route53-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidInput } from './errors.ts'
import { bareId, requireZone } from './find.ts'
import { requireHealthCheck } from './health-check.ts'

const MOST_TAGS = 50
const MOST_AT_ONCE = 10
const KEY_LENGTH = 128
const VALUE_LENGTH = 256

export function changeTagsForResource(
  tx: Tx,
  caller: Caller,
  { ResourceType, ResourceId, AddTags = [], RemoveTagKeys = [] }: ChangeTagsForResourceRequest,
): Record<string, never> {
  const zone = requireTagged(tx, caller, ResourceType, ResourceId)
  if (AddTags.length > MOST_AT_ONCE || RemoveTagKeys.length > MOST_AT_ONCE) {
    throw invalidInput(`At most ${MOST_AT_ONCE} tags can be added or removed at once.`)
  }
  const tags: Record<string, string> = { ...zone.tags }
  for (const key of RemoveTagKeys) delete tags[key]
  for (const tag of AddTags) {
    const [key, value] = requireTag(tag)
    tags[key] = value
  }
  if (Object.keys(tags).length > MOST_TAGS) throw invalidInput(`A resource has at most ${MOST_TAGS} tags.`)
  if (ResourceType === 'healthcheck') tx.healthChecks.update(zone.id, { tags })
  else tx.hostedZones.update(zone.id, { tags })
  return {}
}

export function listTagsForResource(
  records: Records,
  caller: Caller,
  { ResourceType, ResourceId }: ListTagsForResourceRequest,
): ListTagsForResourceResponse {
  return { ResourceTagSet: toTagSet(ResourceType, requireTagged(records, caller, ResourceType, ResourceId)) }
}

export function listTagsForResources(
  records: Records,
  caller: Caller,
  { ResourceType, ResourceIds = [] }: ListTagsForResourcesRequest,
): ListTagsForResourcesResponse {
  if (ResourceIds.length === 0 || ResourceIds.length > MOST_AT_ONCE) {
    throw invalidInput(`Between 1 and ${MOST_AT_ONCE} resources can be named.`)
  }
  return {
    ResourceTagSets: ResourceIds.map((id) => toTagSet(ResourceType, requireTagged(records, caller, ResourceType, id))),
  }
}

type Tagged = Pick<HostedZone, 'id' | 'tags'>

function requireTagged(records: Records, caller: Caller, type: string | undefined, id: string | undefined): Tagged {
  if (type === 'hostedzone') return requireZone(records, caller, id)
  return requireHealthCheck(records, caller, bareId(id ?? ''))
}

function requireTag({ Key = '', Value = '' }: Tag): readonly [string, string] {
  if (Key === '' || Key.length > KEY_LENGTH || Value.length > VALUE_LENGTH || /^aws:/i.test(Key)) {
    throw invalidInput(`The tag ${Key}=${Value} is not valid.`)
  }
  return [Key, Value]
}

function toTagSet(ResourceType: ResourceTagSet['ResourceType'], { id, tags }: Tagged): ResourceTagSet {
  return {
    ResourceType,
    ResourceId: id,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  }
}
