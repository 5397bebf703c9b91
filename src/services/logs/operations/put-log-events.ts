// PutLogEvents: what a batch may be, and what of it is too new, too old or expired.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html

import type {
  InputLogEvent,
  PutLogEventsRequest,
  PutLogEventsResponse,
  RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { EVENT_OVERHEAD, expiryOf, type LogGroup, type NewEvent } from '../log-records.ts'
import type { LogStore } from '../log-store.ts'
import { constraintFailed, invalidParameter, required } from '../logs-error.ts'
import { requireGroup, requireStream, requireStreamName } from '../require.ts'
import { SEQUENCE_TOKEN } from './log-stream.ts'

const MOST_EVENTS = 10_000
const MOST_BYTES = 1_048_576
const HOUR = 3_600_000
const NEWEST = 2 * HOUR
const OLDEST = 14 * 24 * HOUR
const LONGEST_SPAN = 24 * HOUR

/** Of a batch that was put: what of it was kept. */
export function keptEvents(input: PutLogEventsRequest, group: LogGroup, now: number): readonly NewEvent[] {
  return sift(requireEvents(input.logEvents), group, now).accepted
}

export function putLogEvents(store: LogStore, input: PutLogEventsRequest, call: Call): PutLogEventsResponse {
  const name = requireStreamName(input.logStreamName)
  const events = requireEvents(input.logEvents)
  const now = call.now.getTime()
  return store.transact(() => {
    const group = requireGroup(store, call, input)
    const stream = requireStream(store, group, name)
    const { accepted, rejected } = sift(events, group, now)
    requireSpan(accepted)
    store.insertEvents(stream, accepted, now)
    return {
      nextSequenceToken: SEQUENCE_TOKEN,
      ...(rejected && { rejectedLogEventsInfo: rejected }),
      // What an event is about is kept nowhere here, which is said as AWS says it of a group that cannot keep it.
      ...(input.entity && { rejectedEntityInfo: { errorType: 'UnsupportedLogGroupType' } }),
    }
  })
}

/** All that is wrong with a batch whatever the time is. */
function requireEvents(events: readonly InputLogEvent[] | undefined): NewEvent[] {
  if (events === undefined) throw required('logEvents')
  if (events.length === 0) throw constraintFailed('logEvents', '[]', 'have length greater than or equal to 1')
  if (events.length > MOST_EVENTS) {
    throw constraintFailed('logEvents', `[${events.length}]`, `have length less than or equal to ${MOST_EVENTS}`)
  }
  const checked = events.map(requireEvent)
  const bytes = checked.reduce((sum, { message }) => sum + Buffer.byteLength(message) + EVENT_OVERHEAD, 0)
  if (bytes > MOST_BYTES) throw invalidParameter(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`)
  if (checked.some(({ timestamp }, at) => timestamp < (checked[at - 1]?.timestamp ?? 0))) {
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.')
  }
  return checked
}

function requireEvent({ timestamp, message }: InputLogEvent, at: number): NewEvent {
  const member = `logEvents.${at + 1}.member`
  if (timestamp === undefined) throw required(`${member}.timestamp`)
  if (message === undefined) throw required(`${member}.message`)
  if (timestamp < 0) throw constraintFailed(`${member}.timestamp`, timestamp, 'have value greater than or equal to 0')
  if (!Number.isSafeInteger(timestamp)) throw invalidParameter(`${member}.timestamp is not a number of milliseconds`)
  if (message === '') throw constraintFailed(`${member}.message`, '', 'have length greater than or equal to 1')
  return { timestamp, message }
}

/** The events in order, so that those too old are the first and those too new the last. */
function sift(
  events: readonly NewEvent[],
  group: LogGroup,
  now: number,
): { readonly accepted: readonly NewEvent[]; readonly rejected: RejectedLogEventsInfo | undefined } {
  const expiry = expiryOf(group, now)
  const expired = events.filter(({ timestamp }) => timestamp < expiry).length
  const tooOld = events.filter(({ timestamp }) => timestamp < now - OLDEST).length
  const inTime = events.filter(({ timestamp }) => timestamp <= now + NEWEST).length
  const rejected: RejectedLogEventsInfo = {
    ...(inTime < events.length && { tooNewLogEventStartIndex: inTime }),
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
  }
  return {
    accepted: events.slice(Math.max(expired, tooOld), inTime),
    rejected: Object.keys(rejected).length > 0 ? rejected : undefined,
  }
}

function requireSpan(events: readonly NewEvent[]): void {
  const [first, last] = [events[0], events.at(-1)]
  if (first && last && last.timestamp - first.timestamp > LONGEST_SPAN) {
    throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.')
  }
}
