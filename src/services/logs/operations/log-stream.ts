// Log streams: made, listed, deleted.

import type {
  CreateLogStreamRequest,
  DeleteLogStreamRequest,
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  LogStream as LogStreamOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { logStreamArn } from '../arn.ts'
import type { LogGroup, LogStream } from '../log-records.ts'
import type { LogStore } from '../log-store.ts'
import { alreadyExists, invalidParameter } from '../logs-error.ts'
import { formatListToken, parseListToken } from '../page-token.ts'
import { requireGroup, requireLimit, requireStream, requireStreamName } from '../require.ts'

const MOST_STREAMS = 50

export function createLogStream(store: LogStore, input: CreateLogStreamRequest, call: Call): object {
  const name = requireStreamName(input.logStreamName)
  store.transact(() => {
    const group = requireGroup(store, call, input)
    if (store.findStream(group.id, name)) throw alreadyExists('stream')
    store.insertStream(group.id, name, call.now.getTime())
  })
  return {}
}

export function deleteLogStream(store: LogStore, input: DeleteLogStreamRequest, call: Call): object {
  const name = requireStreamName(input.logStreamName)
  store.transact(() => {
    const group = requireGroup(store, call, input)
    store.deleteStream(requireStream(store, group, name))
  })
  return {}
}

export function describeLogStreams(
  store: LogStore,
  input: DescribeLogStreamsRequest,
  call: Call,
): DescribeLogStreamsResponse {
  const { orderBy = 'LogStreamName', logStreamNamePrefix: prefix, descending = false } = input
  if (orderBy === 'LastEventTime' && prefix !== undefined) {
    throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.')
  }
  const limit = requireLimit(input.limit, MOST_STREAMS)
  const group = requireGroup(store, call, input)
  const ordered = store
    .streamsOf(group.id, prefix)
    .map((stream) => ({ stream, key: orderBy === 'LastEventTime' ? timeKey(stream) : stream.name }))
    .sort((one, other) => (one.key < other.key ? -1 : 1) * (descending ? -1 : 1))
  const kind = `${orderBy}${descending ? ' descending' : ''}`
  const after = parseListToken(kind, input.nextToken)
  // By key and not by place: streams may come and go between two pages.
  const rest = after === undefined ? ordered : ordered.filter(({ key }) => (descending ? key < after : key > after))
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    logStreams: page.map(({ stream }) => describe(group, stream)),
    ...(last && rest.length > limit && { nextToken: formatListToken(kind, last.key) }),
  }
}

/** Sorts by the last event's time, then by name; a stream without an event comes first. */
function timeKey({ lastEventAt = 0, name }: LogStream): string {
  return `${String(lastEventAt).padStart(16, '0')} ${name}`
}

function describe(group: LogGroup, stream: LogStream): LogStreamOutput {
  const { firstEventAt, lastEventAt, lastIngestionAt } = stream
  return {
    logStreamName: stream.name,
    creationTime: stream.createdAt,
    ...(firstEventAt !== undefined && { firstEventTimestamp: firstEventAt }),
    ...(lastEventAt !== undefined && { lastEventTimestamp: lastEventAt }),
    ...(lastIngestionAt !== undefined && { lastIngestionTime: lastIngestionAt, uploadSequenceToken: SEQUENCE_TOKEN }),
    arn: logStreamArn(group, group.name, stream.name),
    // AWS has given 0 since it stopped counting by stream.
    storedBytes: 0,
  }
}

/** AWS still gives one and takes any; it means nothing. */
export const SEQUENCE_TOKEN = '49590302938593829184758293048572930485729304857293048572'
