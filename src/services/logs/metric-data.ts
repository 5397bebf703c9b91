// What metric filters make of a batch of events: data of metrics, one for each event that a filter matches. A filter with a
// default value that matches nothing of a batch reports that instead.

import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import { parseFilterPattern } from './filter-pattern/filter-pattern.ts'
import { metricValueOf, textOf } from './filter-pattern/metric-value.ts'
import type { MetricFilter, NewEvent } from './log-records.ts'

/** CloudWatch takes no more at once. */
const MOST_DATA = 1000

export function metricDataOf(filters: readonly MetricFilter[], events: readonly NewEvent[]): PutMetricDataInput[] {
  return filters.flatMap((filter) => {
    const { metricNamespace: Namespace } = filter.transformation
    const data = dataOf(filter, events)
    const batches = Math.ceil(data.length / MOST_DATA)
    return Array.from({ length: batches }, (_, at) => ({
      Namespace,
      MetricData: data.slice(at * MOST_DATA, (at + 1) * MOST_DATA),
    }))
  })
}

function dataOf({ pattern, transformation }: MetricFilter, events: readonly NewEvent[]): MetricDatum[] {
  const { metricName, metricValue, defaultValue, dimensions = {}, unit } = transformation
  const matches = parseFilterPattern(pattern)
  const matched = events.filter(({ message }) => matches(message))
  // What a filter may say of units is what CloudWatch has.
  const common = { MetricName: metricName, ...(unit && { Unit: unit as NonNullable<MetricDatum['Unit']> }) }
  const last = events.at(-1)
  if (matched.length === 0 && defaultValue !== undefined && last) {
    return [{ ...common, Value: defaultValue, Timestamp: new Date(last.timestamp) }]
  }
  return matched.flatMap(({ message, timestamp }) => {
    const Value = metricValueOf(metricValue, pattern, message)
    const named = Object.entries(dimensions).map(([Name, selector]) => ({
      Name,
      Value: textOf(selector, pattern, message),
    }))
    if (Value === undefined || named.some((one) => !one.Value)) return []
    return [{ ...common, Value, Timestamp: new Date(timestamp), ...(named.length > 0 && { Dimensions: named }) }]
  })
}
