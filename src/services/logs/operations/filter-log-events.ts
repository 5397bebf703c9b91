// FilterLogEvents: the events of a group that match a pattern, in the order of time. A search reads only so much at a
// time, so a page may have few events or none and still a token, as AWS's may.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html

import type { FilteredLogEvent, FilterLogEventsRequest, FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { parseFilterPattern } from '../filter-pattern/filter-pattern.ts'
import { EVENT_OVERHEAD, expiryOf, type LogEvent, type LogGroup, type LogStream } from '../log-records.ts'
import type { LogStore } from '../log-store.ts'
import { constraintFailed, invalidParameter } from '../logs-error.ts'
import { eventId, formatEventsToken, parseEventsToken } from '../page-token.ts'
import { requireGroup, requireLimit, requireStream, requireStreamName } from '../require.ts'
import { MOST_BYTES, MOST_EVENTS } from './get-log-events.ts'

const MOST_STREAMS = 100
/** What one call reads: more would hold up others. */
const MOST_READ = 20_000
const MOST_BYTES_READ = 16 * MOST_BYTES
const FIRST_NEWEST_FIRST = Date.UTC(2024, 0, 1)

export function filterLogEvents(store: LogStore, input: FilterLogEventsRequest, call: Call): FilterLogEventsResponse {
  const limit = requireLimit(input.limit, MOST_EVENTS)
  const matches = parseFilterPattern(input.filterPattern ?? '')
  const group = requireGroup(store, call, input)
  const streams = chooseStreams(store, group, input)
  const token = input.nextToken === undefined ? undefined : parseEventsToken(input.nextToken)
  const newestFirst = token?.newestFirst ?? input.startFromHead === false
  if (newestFirst && (input.startTime ?? 0) < FIRST_NEWEST_FIRST) {
    throw invalidParameter('startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC')
  }
  const found = store.events({
    groupId: group.id,
    from: Math.max(input.startTime ?? 0, expiryOf(group, call.now.getTime())),
    to: input.endTime ?? Number.MAX_SAFE_INTEGER,
    ...(token && { after: token.after }),
    newestFirst,
  })
  const wanted = ({ streamId, message }: LogEvent) => streams(streamId) !== undefined && matches(message)
  const { events, last } = search(found, wanted, limit)
  return {
    events: events.map((event) => describe(event, streams)),
    searchedLogStreams: [],
    ...(last && { nextToken: formatEventsToken(newestFirst, last) }),
  }
}

/** The page, and the event that ends it where more may follow. */
function search(
  found: Iterable<LogEvent>,
  wanted: (event: LogEvent) => boolean,
  limit: number,
): { readonly events: readonly LogEvent[]; readonly last: LogEvent | undefined } {
  const events: LogEvent[] = []
  let [read, bytesRead, bytes] = [0, 0, 0]
  let previous: LogEvent | undefined
  for (const event of found) {
    const size = Buffer.byteLength(event.message) + EVENT_OVERHEAD
    if (events.length === limit || read === MOST_READ || bytesRead > MOST_BYTES_READ) return { events, last: previous }
    if (wanted(event)) {
      if (events.length > 0 && bytes + size > MOST_BYTES) return { events, last: previous }
      events.push(event)
      bytes += size
    }
    read++
    bytesRead += size
    previous = event
  }
  return { events, last: undefined }
}

/** The stream of an event, when it is one of those that are asked for. Events of deleted streams find none. */
type ChosenStreams = (streamId: number) => LogStream | undefined

function chooseStreams(
  store: LogStore,
  group: LogGroup,
  { logStreamNames: names, logStreamNamePrefix: prefix = '' }: FilterLogEventsRequest,
): ChosenStreams {
  if (names !== undefined && prefix !== '') {
    throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.')
  }
  if (names && (names.length === 0 || names.length > MOST_STREAMS)) {
    const bound = names.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MOST_STREAMS}`
    throw constraintFailed('logStreamNames', `[${names.length}]`, `have length ${bound}`)
  }
  if (names) {
    const named = names.map((name) => requireStream(store, group, requireStreamName(name, 'logStreamNames')))
    const byId = new Map(named.map((stream) => [stream.id, stream]))
    return (streamId) => byId.get(streamId)
  }
  return streamsWithPrefix(store, prefix)
}

/** A group may have very many streams, so only those that are met are looked up, and once. */
function streamsWithPrefix(store: LogStore, prefix: string): ChosenStreams {
  const met = new Map<number, LogStream | undefined>()
  return (streamId) => {
    if (!met.has(streamId)) {
      const stream = store.findStreamById(streamId)
      met.set(streamId, stream?.name.startsWith(prefix) ? stream : undefined)
    }
    return met.get(streamId)
  }
}

function describe(event: LogEvent, streams: ChosenStreams): FilteredLogEvent {
  const { timestamp, message, ingestedAt, streamId } = event
  const logStreamName = streams(streamId)?.name
  return { logStreamName, timestamp, message, ingestionTime: ingestedAt, eventId: eventId(event) }
}
