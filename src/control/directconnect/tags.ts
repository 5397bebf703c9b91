// Tags of Direct Connect's gateways, connections and virtual interfaces, by ARN.

import type { Tags } from '../../store/records.ts'
import type { Records, Tx } from '../../store/store.ts'
import type { Caller } from '../caller.ts'
import { clientError, gatewayArn, linkArn, required } from './find.ts'
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
  const { tags, update } = requireTagged(tx, caller, input.resourceArn)
  update(tx, { ...tags, ...parseTags(input.tags) })
  return {}
}

export function untagResource(tx: Tx, caller: Caller, input: messages.UntagResourceRequest): Record<string, never> {
  const { tags, update } = requireTagged(tx, caller, input.resourceArn)
  update(tx, Object.fromEntries(Object.entries(tags).filter(([key]) => !input.tagKeys?.includes(key))))
  return {}
}

interface Tagged {
  readonly tags: Tags
  update(tx: Tx, tags: Tags): void
}

function requireTagged(records: Records, caller: Caller, arn: string | undefined): Tagged {
  const wanted = required('resourceArn', arn)
  const id = wanted.slice(wanted.lastIndexOf('/') + 1)
  const gateway = records.directConnectGateways.get(id)
  if (gateway?.owner === caller.account && gatewayArn(gateway) === wanted) {
    return { tags: gateway.tags, update: (tx, tags) => tx.directConnectGateways.update(gateway.id, { tags }) }
  }
  const connection = records.directConnectConnections.get(id)
  if (connection?.owner === caller.account && linkArn(caller, connection) === wanted) {
    return { tags: connection.tags, update: (tx, tags) => tx.directConnectConnections.update(connection.id, { tags }) }
  }
  // Either account names it as its own.
  const one = records.virtualInterfaces.get(id)
  if (one && [one.owner, one.connectionOwner].includes(caller.account) && linkArn(caller, one) === wanted) {
    return { tags: one.tags, update: (tx, tags) => tx.virtualInterfaces.update(one.id, { tags }) }
  }
  throw clientError(`Resource '${wanted}' does not exist.`)
}
