// GetLogEvents: one stream, page by page in either direction. A token at the end stays the same until events come.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html

import type { GetLogEventsRequest, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { EVENT_OVERHEAD, expiryOf, type LogEvent, type Position } from '../log-records.ts'
import type { LogStore } from '../log-store.ts'
import { type Direction, formatStreamToken, parseStreamToken } from '../page-token.ts'
import { requireGroup, requireLimit, requireStream, requireStreamName } from '../require.ts'

/** Of a page. */
export const MOST_EVENTS = 10_000
export const MOST_BYTES = 1_048_576

export function getLogEvents(store: LogStore, input: GetLogEventsRequest, call: Call): GetLogEventsResponse {
  const name = requireStreamName(input.logStreamName)
  const limit = requireLimit(input.limit, MOST_EVENTS)
  const group = requireGroup(store, call, input)
  const stream = requireStream(store, group, name)
  const token = input.nextToken === undefined ? undefined : parseStreamToken(input.nextToken)
  const direction = token?.direction ?? (input.startFromHead === true ? 'forward' : 'backward')
  const from = Math.max(input.startTime ?? 0, expiryOf(group, call.now.getTime()))
  // The end of the range is not in it.
  const to = (input.endTime ?? Number.MAX_SAFE_INTEGER) - 1
  const found = store.events({
    groupId: group.id,
    streamId: stream.id,
    from,
    to,
    ...(token && { after: token.after }),
    newestFirst: direction === 'backward',
  })
  const page = takePage(found, limit)
  if (direction === 'backward') page.reverse()
  return {
    events: page.map(({ timestamp, message, ingestedAt }) => ({ timestamp, message, ingestionTime: ingestedAt })),
    ...tokens(page, direction, token?.after ?? { timestamp: Math.max(from, 0), number: 0 }),
  }
}

/** As many as are asked for and as a page holds; at least one, where there is one. */
function takePage(events: Iterable<LogEvent>, limit: number): LogEvent[] {
  const page: LogEvent[] = []
  let bytes = 0
  for (const event of events) {
    bytes += Buffer.byteLength(event.message) + EVENT_OVERHEAD
    if (page.length > 0 && bytes > MOST_BYTES) break
    page.push(event)
    if (page.length === limit) break
  }
  return page
}

/** An empty page leaves the reader where it stands: the same token again, and back over what lies behind it. */
function tokens(
  page: readonly LogEvent[],
  direction: Direction,
  at: Position,
): { readonly nextForwardToken: string; readonly nextBackwardToken: string } {
  const [first, last] = [page[0], page.at(-1)]
  const before = direction === 'forward' ? { ...at, number: at.number + 1 } : at
  const after = direction === 'backward' && at.number > 0 ? { ...at, number: at.number - 1 } : at
  return {
    nextForwardToken: formatStreamToken('forward', last ?? after),
    nextBackwardToken: formatStreamToken('backward', first ?? before),
  }
}
