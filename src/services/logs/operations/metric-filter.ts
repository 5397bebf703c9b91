// Metric filters: what is logged becomes data of metrics. And subscription filters, which would send it on to services that
// are not here.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html

import type {
  DeleteMetricFilterRequest,
  DescribeMetricFiltersRequest,
  DescribeMetricFiltersResponse,
  DescribeSubscriptionFiltersRequest,
  DescribeSubscriptionFiltersResponse,
  MetricTransformation,
  PutMetricFilterRequest,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import { parseFilterPattern } from '../filter-pattern/filter-pattern.ts'
import { isMetricValue } from '../filter-pattern/metric-value.ts'
import type { MetricFilter } from '../log-records.ts'
import type { LogStore } from '../log-store.ts'
import { constraintFailed, invalidParameter, required } from '../logs-error.ts'
import { formatListToken, parseListToken } from '../page-token.ts'
import { placeOf, requireGroup, requireLength, requireLimit } from '../require.ts'

const MOST_FILTERS = 100
const MOST_LISTED = 50
const MOST_DIMENSIONS = 3

export function putMetricFilter(store: LogStore, input: PutMetricFilterRequest, call: Call): object {
  const name = requireLength(input.filterName, 'filterName', 512)
  if (/[:*]/.test(name)) throw constraintFailed('filterName', name, 'satisfy regular expression pattern: [^:*]*')
  if (input.filterPattern === undefined) throw required('filterPattern')
  if (input.applyOnTransformedLogs)
    throw invalidParameter('Postern transforms no logs: leave applyOnTransformedLogs out')
  parseFilterPattern(input.filterPattern)
  const transformation = requireTransformation(input.metricTransformations)
  store.transact(() => {
    const group = requireGroup(store, call, input)
    const known = store.metricFilters(group.id)
    const before = known.find((one) => one.name === name)
    if (!before && known.length >= MOST_FILTERS) {
      throw new ApiError('LimitExceededException', 'Resource limit exceeded.')
    }
    const createdAt = before?.createdAt ?? call.now.getTime()
    store.putMetricFilter(group.id, { name, pattern: input.filterPattern ?? '', createdAt, transformation })
  })
  return {}
}

export function deleteMetricFilter(store: LogStore, input: DeleteMetricFilterRequest, call: Call): object {
  const name = requireLength(input.filterName, 'filterName', 512)
  store.transact(() => {
    const group = requireGroup(store, call, input)
    if (!store.metricFilters(group.id).some((one) => one.name === name)) {
      throw new ApiError('ResourceNotFoundException', 'The specified metric filter does not exist.')
    }
    store.deleteMetricFilter(group.id, name)
  })
  return {}
}

export function describeMetricFilters(
  store: LogStore,
  input: DescribeMetricFiltersRequest,
  call: Call,
): DescribeMetricFiltersResponse {
  const { filterNamePrefix: prefix = '', metricName, metricNamespace } = input
  if ((metricName === undefined) !== (metricNamespace === undefined)) {
    throw invalidParameter('Use metricName and metricNamespace together.')
  }
  const limit = requireLimit(input.limit, MOST_LISTED)
  const place = placeOf(call)
  const groups =
    input.logGroupName === undefined ? store.groupsWithMetricFilters(place) : [requireGroup(store, call, input)]
  const all = groups.flatMap((group) => store.metricFilters(group.id).map((filter) => ({ group, filter })))
  const found = all.filter(
    ({ filter: { name, transformation } }) =>
      name.startsWith(prefix) &&
      (metricName === undefined || transformation.metricName === metricName) &&
      (metricNamespace === undefined || transformation.metricNamespace === metricNamespace),
  )
  const keyOf = ({ group, filter }: (typeof all)[number]) => `${group.name}:${filter.name}`
  const after = parseListToken('filters', input.nextToken)
  const rest = after === undefined ? found : found.slice(found.findIndex((one) => keyOf(one) === after) + 1)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return {
    metricFilters: page.map(({ group, filter }) => ({
      filterName: filter.name,
      filterPattern: filter.pattern,
      metricTransformations: [filter.transformation],
      creationTime: filter.createdAt,
      logGroupName: group.name,
      applyOnTransformedLogs: false,
    })),
    ...(last && rest.length > limit && { nextToken: formatListToken('filters', keyOf(last)) }),
  }
}

function requireTransformation(given: readonly MetricTransformation[] | undefined): MetricFilter['transformation'] {
  const [one, ...more] = given ?? []
  if (!one || more.length > 0) {
    throw constraintFailed('metricTransformations', `[${given?.length ?? 0}]`, 'have length 1')
  }
  const metricName = requireLength(one.metricName, 'metricTransformations.1.member.metricName', 255)
  const metricNamespace = requireLength(one.metricNamespace, 'metricTransformations.1.member.metricNamespace', 255)
  const metricValue = requireLength(one.metricValue, 'metricTransformations.1.member.metricValue', 100)
  if (/[:*$]/.test(`${metricName}${metricNamespace}`) || /^AWS\//i.test(metricNamespace)) {
    throw invalidParameter(`Invalid metric name or namespace: ${metricNamespace} ${metricName}`)
  }
  if (!isMetricValue(metricValue))
    throw invalidParameter(`Invalid metric transformation: ${metricValue} is no number and no field`)
  const dimensions = Object.entries(one.dimensions ?? {})
  if (dimensions.length > MOST_DIMENSIONS)
    throw invalidParameter(`A metric filter has at most ${MOST_DIMENSIONS} dimensions.`)
  if (dimensions.length > 0 && one.defaultValue !== undefined) {
    throw invalidParameter(
      'Invalid metric transformation: dimensions and default value are mutually exclusive properties',
    )
  }
  return {
    metricName,
    metricNamespace,
    metricValue,
    ...(one.defaultValue !== undefined && { defaultValue: one.defaultValue }),
    ...(dimensions.length > 0 && { dimensions: Object.fromEntries(dimensions) }),
    ...(one.unit !== undefined && { unit: one.unit }),
  }
}

/** There are none: see `putSubscriptionFilter`. */
export function describeSubscriptionFilters(
  store: LogStore,
  input: DescribeSubscriptionFiltersRequest,
  call: Call,
): DescribeSubscriptionFiltersResponse {
  requireGroup(store, call, input)
  return { subscriptionFilters: [] }
}

export function putSubscriptionFilter(): object {
  throw invalidParameter('Postern has no Kinesis, Firehose or Lambda to which a subscription filter could send events.')
}

export function deleteSubscriptionFilter(): object {
  throw new ApiError('ResourceNotFoundException', 'The specified subscription filter does not exist.')
}
