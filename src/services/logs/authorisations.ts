// What each operation asks the policies: the action of its own name, on the group or the stream that it names.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html

import type { Call } from '../../edge/adapter.ts'
import type { Authorisation, ContextKeys } from '../../iam/request.ts'
import { requestTagKeys } from '../../iam/request-tags.ts'
import { logGroupArn, logStreamArn, parseLogGroupArn } from './arn.ts'
import type { Place } from './log-records.ts'
import type { LogStore } from './log-store.ts'
import { placeOf } from './require.ts'

/** On a stream: the others on a group ask with the stream's name left empty, which `log-group:NAME:*` matches. */
const ON_STREAM = new Set(['CreateLogStream', 'DeleteLogStream', 'GetLogEvents', 'PutLogEvents'])
/** On no group at all: `log-group::log-stream:`. */
const ON_ALL_GROUPS = new Set(['DescribeLogGroups', 'ListLogGroups'])
const ON_NOTHING = new Set([
  'DeleteResourcePolicy',
  'DescribeResourcePolicies',
  'PutResourcePolicy',
  'TestMetricFilter',
])
/** By the ARN that the caller sends, which is without the `:*`. */
const BY_ARN = new Set(['ListTagsForResource', 'TagResource', 'UntagResource'])

export function authorisationOf(store: LogStore, call: Call): Authorisation {
  const { operation, input } = call
  const place = placeOf(call)
  const action = `logs:${operation}`
  if (ON_NOTHING.has(operation)) return { action, resource: '*', resourceAccount: place.account, keys: {} }
  const { owner, name } = groupOf(call, place)
  const stream = ON_STREAM.has(operation) ? textOf(input.logStreamName) : ''
  return {
    action,
    resource: BY_ARN.has(operation) ? logGroupArn(owner, name) : logStreamArn(owner, name, stream),
    resourceAccount: owner.account,
    keys: { ...resourceTags(store, owner, name), ...requestTags(call) },
  }
}

function groupOf({ operation, input }: Call, place: Place): { readonly owner: Place; readonly name: string } {
  if (ON_ALL_GROUPS.has(operation)) return { owner: place, name: '' }
  const named =
    textOf(input.logGroupName) ||
    textOf(input.logGroupIdentifier) ||
    textOf(input.resourceArn) ||
    textOf(input.resourceIdentifier)
  const arn = parseLogGroupArn(named)
  return arn ? { owner: arn, name: arn.name } : { owner: place, name: named }
}

function resourceTags(store: LogStore, owner: Place, name: string): ContextKeys {
  const tags = store.findGroup(owner, name)?.tags ?? {}
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]))
}

function requestTags({ operation, input }: Call): ContextKeys {
  // The old operation sends names as `tags`.
  return operation === 'UntagLogGroup'
    ? requestTagKeys(undefined, input.tags)
    : requestTagKeys(input.tags, input.tagKeys)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
