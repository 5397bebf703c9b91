// Tags of everything that VPC Lattice has, by ARN.

import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
  TagResourceRequest,
  UntagResourceRequest,
} from '@aws-sdk/client-vpc-lattice'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { requireTagged, setTags } from './find.ts'
import { requireTags } from './names.ts'

export function listTagsForResource(
  records: Records,
  caller: Caller,
  { resourceArn }: ListTagsForResourceRequest,
): ListTagsForResourceResponse {
  return { tags: { ...requireTagged(records, caller, resourceArn).record.tags } }
}

export function tagResource(tx: Tx, caller: Caller, { resourceArn, tags }: TagResourceRequest): Record<string, never> {
  const { table, record } = requireTagged(tx, caller, resourceArn)
  setTags(tx, table, record.id, requireTags({ ...record.tags, ...tags }))
  return {}
}

export function untagResource(
  tx: Tx,
  caller: Caller,
  { resourceArn, tagKeys }: UntagResourceRequest,
): Record<string, never> {
  const { table, record } = requireTagged(tx, caller, resourceArn)
  const gone = new Set(tagKeys)
  setTags(tx, table, record.id, Object.fromEntries(Object.entries(record.tags).filter(([key]) => !gone.has(key))))
  return {}
}
