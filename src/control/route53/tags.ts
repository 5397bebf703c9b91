// Tags of hosted zones. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html

import type {
  ChangeTagsForResourceRequest,
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  ListTagsForResourcesRequest,
  ListTagsForResourcesResponse,
  ResourceTagSet,
  Tag,
} from '@aws-sdk/client-route-53'
import { ApiError } from '../../errors.ts'
import type { HostedZone } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { invalidInput } from './errors.ts'
import { bareId, requireZone } from './find.ts'

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
  tx.hostedZones.update(zone.id, { tags })
  return {}
}

export function listTagsForResource(
  records: Records,
  caller: Caller,
  { ResourceType, ResourceId }: ListTagsForResourceRequest,
): ListTagsForResourceResponse {
  return { ResourceTagSet: toTagSet(requireTagged(records, caller, ResourceType, ResourceId)) }
}

export function listTagsForResources(
  records: Records,
  caller: Caller,
  { ResourceType, ResourceIds = [] }: ListTagsForResourcesRequest,
): ListTagsForResourcesResponse {
  if (ResourceIds.length === 0 || ResourceIds.length > MOST_AT_ONCE) {
    throw invalidInput(`Between 1 and ${MOST_AT_ONCE} resources can be named.`)
  }
  return { ResourceTagSets: ResourceIds.map((id) => toTagSet(requireTagged(records, caller, ResourceType, id))) }
}

/** Hosted zones are all that is there; health checks are not. */
function requireTagged(records: Records, caller: Caller, type: string | undefined, id: string | undefined): HostedZone {
  if (type === 'hostedzone') return requireZone(records, caller, id)
  throw new ApiError('NoSuchHealthCheck', `No health check found with ID: ${bareId(id ?? '')}`, { status: 404 })
}

function requireTag({ Key = '', Value = '' }: Tag): readonly [string, string] {
  if (Key === '' || Key.length > KEY_LENGTH || Value.length > VALUE_LENGTH || /^aws:/i.test(Key)) {
    throw invalidInput(`The tag ${Key}=${Value} is not valid.`)
  }
  return [Key, Value]
}

function toTagSet({ id, tags }: HostedZone): ResourceTagSet {
  return {
    ResourceType: 'hostedzone',
    ResourceId: id,
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  }
}
