// Tags of whatever an organization has: accounts, units, policies. The root has none here.

import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-organizations'
import { ApiError } from '../../errors.ts'
import type { Organization } from '../../store/organizations-records.ts'
import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireManaged, requireOrganization } from './find.ts'
import { tagList, withTags } from './input.ts'

export function tagResource(tx: Tx, caller: Caller, input: TagResourceRequest): object {
  return change(tx, requireManaged(tx, caller), input.ResourceId, (tags) => withTags(tags, input.Tags))
}

export function untagResource(tx: Tx, caller: Caller, input: UntagResourceRequest): object {
  const gone = new Set(input.TagKeys)
  return change(tx, requireManaged(tx, caller), input.ResourceId, (tags) =>
    Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
  )
}

export function listTagsForResource(
  records: Records,
  caller: Caller,
  input: ListTagsForResourceRequest,
): ListTagsForResourceResponse {
  const organization = requireOrganization(records, caller)
  if (input.ResourceId === organization.rootId) return { Tags: [] }
  const resource = TABLES.map((table) => records[table].get(input.ResourceId ?? '')).find(
    (one) => one?.organizationId === organization.id,
  )
  if (!resource) throw notFound()
  return { Tags: tagList(resource.tags) }
}

const TABLES = ['organizationAccounts', 'organizationalUnits', 'organizationPolicies'] as const

function change(tx: Tx, { id: organizationId }: Organization, id = '', change: (tags: Tags) => Tags): object {
  const table = TABLES.find((name) => tx[name].get(id)?.organizationId === organizationId)
  const resource = table && tx[table].get(id)
  if (!table || !resource) throw notFound()
  tx[table].update(id, { tags: change(resource.tags) })
  return {}
}

function notFound(): ApiError {
  return new ApiError('TargetNotFoundException', "You specified a target that doesn't exist.", { status: 404 })
}
