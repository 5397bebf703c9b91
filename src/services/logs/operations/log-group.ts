// Log groups: made, listed, kept for how long, protected, deleted.

import type {
  CreateLogGroupRequest,
  DeleteLogGroupRequest,
  DeleteRetentionPolicyRequest,
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  ListLogGroupsRequest,
  ListLogGroupsResponse,
  LogGroup as LogGroupOutput,
  PutLogGroupDeletionProtectionRequest,
  PutRetentionPolicyRequest,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import { logGroupArn } from '../arn.ts'
import type { LogGroup } from '../log-records.ts'
import type { LogStore } from '../log-store.ts'
import { alreadyExists, constraintFailed, invalidParameter, required } from '../logs-error.ts'
import { formatListToken, parseListToken } from '../page-token.ts'
import { groupIdentified, placeOf, requireGroup, requireGroupName, requireLimit } from '../require.ts'
import { refuseKmsKey } from './kms-key.ts'
import { requireTags } from './tags.ts'

/** Days that AWS offers. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
]
const MOST_GROUPS = 50
const MOST_LISTED = 1000

export function createLogGroup(store: LogStore, input: CreateLogGroupRequest, call: Call): object {
  const name = requireGroupName(input.logGroupName)
  if (name.startsWith('aws/')) throw invalidParameter('Log groups starting with AWS/ are reserved for AWS.')
  if (input.kmsKeyId !== undefined) throw refuseKmsKey(input.kmsKeyId)
  const tags = requireTags(input.tags ?? {})
  const place = placeOf(call)
  store.transact(() => {
    if (store.findGroup(place, name)) throw alreadyExists('group')
    store.insertGroup({
      ...place,
      name,
      createdAt: call.now.getTime(),
      class: input.logGroupClass ?? 'STANDARD',
      deletionProtected: input.deletionProtectionEnabled ?? false,
      tags,
    })
  })
  return {}
}

export function deleteLogGroup(store: LogStore, input: DeleteLogGroupRequest, call: Call): object {
  store.transact(() => {
    const group = requireGroup(store, call, input)
    if (group.deletionProtected) throw protectedFromDeletion(group)
    store.deleteGroup(group)
  })
  return {}
}

export function putLogGroupDeletionProtection(
  store: LogStore,
  { logGroupIdentifier, deletionProtectionEnabled }: PutLogGroupDeletionProtectionRequest,
  call: Call,
): object {
  if (logGroupIdentifier === undefined) throw required('logGroupIdentifier')
  if (deletionProtectionEnabled === undefined) throw required('deletionProtectionEnabled')
  store.transact(() => {
    const group = requireGroup(store, call, { logGroupIdentifier })
    store.updateGroup({ ...group, deletionProtected: deletionProtectionEnabled })
  })
  return {}
}

/** A shorter time hides what is older at once; the sweep takes it from the disk. */
export function putRetentionPolicy(store: LogStore, input: PutRetentionPolicyRequest, call: Call): object {
  const { retentionInDays } = input
  if (retentionInDays === undefined) throw required('retentionInDays')
  if (!RETENTION_DAYS.includes(retentionInDays)) {
    throw constraintFailed('retentionInDays', retentionInDays, `satisfy enum value set: [${RETENTION_DAYS.join(', ')}]`)
  }
  store.transact(() => store.updateGroup({ ...requireGroup(store, call, input), retentionInDays }))
  return {}
}

export function deleteRetentionPolicy(store: LogStore, input: DeleteRetentionPolicyRequest, call: Call): object {
  store.transact(() => {
    const { retentionInDays: _dropped, ...kept } = requireGroup(store, call, input)
    store.updateGroup(kept)
  })
  return {}
}

export function describeLogGroups(
  store: LogStore,
  input: DescribeLogGroupsRequest,
  call: Call,
): DescribeLogGroupsResponse {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers: identifiers } = input
  if (prefix !== undefined && pattern !== undefined) {
    throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.')
  }
  const limit = requireLimit(input.limit, MOST_GROUPS)
  if (identifiers && identifiers.length > 0) {
    const named = identifiers.slice(0, MOST_GROUPS).map((identifier) => groupIdentified(store, call, identifier))
    return { logGroups: named.map((group) => describe(store, group)) }
  }
  const page = pageOfGroups(store, call, { ...input, wanted: (name) => containsText(name, pattern) }, limit)
  return { logGroups: page.groups.map((group) => describe(store, group)), ...page.next }
}

/** `logGroupNamePattern` is a regular expression to AWS; here the part of it that names and `^` make. */
export function listLogGroups(store: LogStore, input: ListLogGroupsRequest, call: Call): ListLogGroupsResponse {
  const { logGroupNamePattern = '' } = input
  for (const member of ['dataSources', 'fieldIndexNames', 'logGroupTags'] as const) {
    if (input[member] !== undefined) throw invalidParameter(`Postern does not list log groups by ${member}`)
  }
  if (!/^\^?[.\-_/#A-Za-z0-9|^]*$/.test(logGroupNamePattern)) {
    throw invalidParameter('Postern lists log groups by the text of their names, with ^ and | only')
  }
  const wanted = (name: string) =>
    logGroupNamePattern
      .split('|')
      .some((part) => (part.startsWith('^') ? name.startsWith(part.slice(1)) : name.includes(part)))
  const page = pageOfGroups(store, call, { ...input, wanted }, requireLimit(input.limit, MOST_LISTED, MOST_GROUPS))
  const logGroups = page.groups.map((group) => ({
    logGroupName: group.name,
    logGroupArn: logGroupArn(group, group.name),
    logGroupClass: group.class,
  }))
  return { logGroups, ...page.next }
}

interface GroupQuery {
  readonly logGroupNamePrefix?: string | undefined
  readonly logGroupClass?: string | undefined
  readonly nextToken?: string | undefined
  readonly wanted: (name: string) => boolean
}

function pageOfGroups(
  store: LogStore,
  call: Call,
  { logGroupNamePrefix = '', logGroupClass, nextToken, wanted }: GroupQuery,
  limit: number,
): { readonly groups: readonly LogGroup[]; readonly next: { nextToken?: string } } {
  const after = parseListToken('groups', nextToken) ?? ''
  const found = store
    .groupsOf(placeOf(call), logGroupNamePrefix, after, Number.MAX_SAFE_INTEGER)
    .filter((group) => wanted(group.name) && (logGroupClass === undefined || group.class === logGroupClass))
  const groups = found.slice(0, limit)
  const last = groups.at(-1)
  return { groups, next: last && found.length > limit ? { nextToken: formatListToken('groups', last.name) } : {} }
}

/** AWS matches a pattern without regard to case. */
function containsText(name: string, pattern: string | undefined): boolean {
  return pattern === undefined || name.toLowerCase().includes(pattern.toLowerCase())
}

function describe(store: LogStore, group: LogGroup): LogGroupOutput {
  const arn = logGroupArn(group, group.name)
  return {
    logGroupName: group.name,
    creationTime: group.createdAt,
    ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
    metricFilterCount: store.metricFilters(group.id).length,
    arn: `${arn}:*`,
    storedBytes: store.storedBytes(group),
    logGroupClass: group.class,
    logGroupArn: arn,
    deletionProtectionEnabled: group.deletionProtected,
  }
}

function protectedFromDeletion({ name }: LogGroup): ApiError {
  return new ApiError(
    'ValidationException',
    `Log group ${name} cannot be deleted because deletion protection is enabled. Disable deletion protection and try again.`,
  )
}
