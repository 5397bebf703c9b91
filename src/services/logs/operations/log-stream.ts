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
import type { LogStore, StreamTime } from '../log-store.ts'
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
  const kind = `${orderBy}${descending ? ' descending' : ''}`
  const token = parseListToken(kind, input.nextToken)
  // One more than the page, which says whether there is another.
  const page = { descending, limit: limit + 1 }
  const found =
    orderBy === 'LastEventTime'
      ? store.streamsByTime(group.id, { ...page, after: token === undefined ? undefined : parseTimeKey(token) })
      : store.streamsByName(group.id, prefix ?? '', { ...page, after: token })
  const streams = found.slice(0, limit)
  const last = streams.at(-1)
  const key = last && (orderBy === 'LastEventTime' ? timeKey(last) : last.name)
  return {
    logStreams: streams.map((stream) => describe(group, stream)),
    ...(key !== undefined && found.length > limit && { nextToken: formatListToken(kind, key) }),
  }
}

/** A stream's place by time as a token holds it. */
function timeKey({ lastEventAt = 0, name }: LogStream): string {
  return `${lastEventAt} ${name}`
}

function parseTimeKey(key: string): StreamTime {
  const space = key.indexOf(' ')
  return { lastEventAt: Number(key.slice(0, space)) || 0, name: key.slice(space + 1) }
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
