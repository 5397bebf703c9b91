// Tags of Direct Connect gateways, by ARN.

import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { DirectConnectGateway } from '../../store/vpn-records.ts'
import type { Caller } from '../caller.ts'
import { clientError, gatewayArn, required } from './find.ts'
import type * as messages from './messages.ts'

const TAGS_PER_RESOURCE = 50

export function parseTags(tags: readonly messages.Tag[] | undefined): Tags {
  const pairs = (tags ?? []).map(({ key, value }) => [required('key', key), value ?? ''] as const)
  const bad = pairs.find(([key, value]) => /^aws:/i.test(key) || key.length > 128 || value.length > 256)
  if (bad) throw clientError(`The tag '${bad[0]}' is too long, or begins with aws:.`)
  if (pairs.length > TAGS_PER_RESOURCE) throw clientError(`A resource has ${TAGS_PER_RESOURCE} tags at most.`)
  return Object.fromEntries(pairs)
}

export function toTags(tags: Tags): messages.Tag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}

export function describeTags(
  records: Records,
  caller: Caller,
  { resourceArns = [] }: messages.DescribeTagsRequest,
): messages.DescribeTagsResponse {
  return {
    resourceTags: resourceArns.map((resourceArn) => ({
      resourceArn,
      tags: toTags(requireTagged(records, caller, resourceArn).tags),
    })),
  }
}

export function tagResource(tx: Tx, caller: Caller, input: messages.TagResourceRequest): Record<string, never> {
  const gateway = requireTagged(tx, caller, input.resourceArn)
  tx.directConnectGateways.update(gateway.id, { tags: { ...gateway.tags, ...parseTags(input.tags) } })
  return {}
}

export function untagResource(tx: Tx, caller: Caller, input: messages.UntagResourceRequest): Record<string, never> {
  const gateway = requireTagged(tx, caller, input.resourceArn)
  const kept = Object.entries(gateway.tags).filter(([key]) => !input.tagKeys?.includes(key))
  tx.directConnectGateways.update(gateway.id, { tags: Object.fromEntries(kept) })
  return {}
}

function requireTagged(records: Records, caller: Caller, arn: string | undefined): DirectConnectGateway {
  const wanted = required('resourceArn', arn)
  const gateway = records.directConnectGateways.get(wanted.slice(wanted.lastIndexOf('/') + 1))
  if (!gateway || gateway.owner !== caller.account || gatewayArn(gateway) !== wanted) {
    throw clientError(`Resource '${wanted}' does not exist.`)
  }
  return gateway
}
