// TestMetricFilter: tries a filter pattern on messages that the caller brings.

import type { TestMetricFilterRequest, TestMetricFilterResponse } from '@aws-sdk/client-cloudwatch-logs'
import { parseFilterPattern } from '../filter-pattern/filter-pattern.ts'
import type { LogStore } from '../log-store.ts'
import { constraintFailed, required } from '../logs-error.ts'

const MOST_MESSAGES = 50

/** The values that AWS shows as taken out are left out. */
export function testMetricFilter(_store: LogStore, input: TestMetricFilterRequest): TestMetricFilterResponse {
  const { filterPattern, logEventMessages: messages } = input
  if (filterPattern === undefined) throw required('filterPattern')
  if (messages === undefined) throw required('logEventMessages')
  if (messages.length === 0 || messages.length > MOST_MESSAGES) {
    const bound = messages.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${MOST_MESSAGES}`
    throw constraintFailed('logEventMessages', `[${messages.length}]`, `have length ${bound}`)
  }
  const matches = parseFilterPattern(filterPattern)
  const tried = messages.map((eventMessage, at) => ({ eventNumber: at + 1, eventMessage, extractedValues: {} }))
  return { matches: tried.filter(({ eventMessage }) => matches(eventMessage)) }
}
