// Reading metrics: which there are, and their statistics by period.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html

import type {
  Datapoint,
  GetMetricDataInput,
  GetMetricDataOutput,
  GetMetricStatisticsInput,
  GetMetricStatisticsOutput,
  ListMetricsInput,
  ListMetricsOutput,
  MetricDataQuery,
  MetricDataResult,
} from '@aws-sdk/client-cloudwatch'
import {
  invalidParameter,
  type MetricName,
  notServed,
  type Place,
  requireDimensions,
  required,
  requireMetricName,
  requireNamespace,
  requirePeriod,
  requireStatistic,
  shownDimensions,
  validationError,
} from './metric.ts'
import type { MetricStore } from './metric-store.ts'
import { pointsOf, statisticOf } from './statistic.ts'

const MOST_POINTS = 1440
const MOST_QUERIES = 500
const METRICS_PER_PAGE = 500
const RECENTLY_MS = 3 * 3_600_000
/** AWS lists a metric for two weeks after its last datum. */
const LISTED_MS = 14 * 86_400_000

export function getMetricStatistics(
  store: MetricStore,
  place: Place,
  input: GetMetricStatisticsInput,
): GetMetricStatisticsOutput {
  const metric = requireMetric(input)
  const period = requirePeriod(input.Period)
  const { from, to } = requireTimes(input.StartTime, input.EndTime)
  const plain = (input.Statistics ?? []).map((one) => requireStatistic(one, 'Statistics'))
  const extended = (input.ExtendedStatistics ?? []).map((one) => requireStatistic(one, 'ExtendedStatistics'))
  if (plain.length + extended.length === 0) {
    throw validationError('Must specify either Statistics or ExtendedStatistics')
  }
  if ((to - from) / (period * 1000) > MOST_POINTS) {
    throw validationError(
      `You have requested up to ${Math.ceil((to - from) / period / 1000)} datapoints, which exceeds the limit of ${MOST_POINTS}. You may reduce the datapoints requested by increasing Period, or decreasing the time range.`,
    )
  }
  const points = pointsOf(store.data(place, metric, from, to, input.Unit), period)
  const Datapoints = points.map((point): Datapoint => {
    const values = plain.map((name) => [name, statisticOf(point, name)])
    const percentiles = extended.flatMap((name) => {
      const value = statisticOf(point, name)
      return value === undefined ? [] : [[name, value] as const]
    })
    return {
      Timestamp: new Date(point.at),
      ...Object.fromEntries(values),
      // The table's own unit names.
      Unit: point.unit as Datapoint['Unit'],
      ...(extended.length > 0 && { ExtendedStatistics: Object.fromEntries(percentiles) }),
    }
  })
  return { Label: metric.name, Datapoints }
}

export function getMetricData(store: MetricStore, place: Place, input: GetMetricDataInput): GetMetricDataOutput {
  const queries = required(input.MetricDataQueries, 'MetricDataQueries')
  if (queries.length > MOST_QUERIES) throw validationError(`A call takes at most ${MOST_QUERIES} MetricDataQueries.`)
  const ids = queries.map(({ Id: id }) => id ?? '')
  const bad = ids.find((id, index) => !/^[a-z][a-zA-Z0-9_]{0,254}$/.test(id) || ids.indexOf(id) !== index)
  if (bad !== undefined)
    throw validationError(`The value '${bad}' for parameter MetricDataQueries.Id is invalid or not unique.`)
  const { from, to } = requireTimes(input.StartTime, input.EndTime)
  const isAscending = input.ScanBy === 'TimestampAscending'
  const results = queries.map((query) => runQuery(store, place, query, { from, to, isAscending }))
  return { MetricDataResults: results.flatMap((result) => result ?? []), Messages: [] }
}

interface Span {
  readonly from: number
  readonly to: number
  readonly isAscending: boolean
}

/** Undefined for one that is only there for others. */
function runQuery(store: MetricStore, place: Place, query: MetricDataQuery, span: Span): MetricDataResult | undefined {
  if (query.Expression !== undefined) throw notServed(`Metric math (the expression of ${query.Id})`)
  if (query.AccountId !== undefined && query.AccountId !== place.account) throw notServed('Monitoring across accounts')
  const { Metric: named, Period, Stat, Unit } = required(query.MetricStat, 'MetricDataQueries.MetricStat')
  const metric = requireMetric(named ?? {})
  const period = requirePeriod(Period)
  const statistic = requireStatistic(Stat)
  if (query.ReturnData === false) return undefined
  const points = pointsOf(store.data(place, metric, span.from, span.to, Unit), period).flatMap((point) => {
    const value = statisticOf(point, statistic)
    return value === undefined ? [] : [{ at: point.at, value }]
  })
  const ordered = span.isAscending ? points : points.toReversed()
  return {
    Id: query.Id,
    Label: query.Label ?? metric.name,
    Timestamps: ordered.map(({ at }) => new Date(at)),
    Values: ordered.map(({ value }) => value),
    StatusCode: 'Complete',
  }
}

export function listMetrics(store: MetricStore, place: Place, input: ListMetricsInput, now: Date): ListMetricsOutput {
  if (input.IncludeLinkedAccounts) throw notServed('IncludeLinkedAccounts')
  if (input.RecentlyActive !== undefined && input.RecentlyActive !== 'PT3H') {
    throw invalidParameter('The parameter RecentlyActive must be PT3H.')
  }
  const since = now.getTime() - (input.RecentlyActive ? RECENTLY_MS : LISTED_MS)
  const wanted = (input.Dimensions ?? []).map(({ Name, Value }) => ({
    name: required(Name, 'Dimensions.Name'),
    value: Value,
  }))
  const found = store
    .metrics(place, since)
    .filter(
      ({ namespace, name, dimensions }) =>
        (input.Namespace === undefined || input.Namespace === namespace) &&
        (input.MetricName === undefined || input.MetricName === name) &&
        wanted.every((want) =>
          dimensions.some((one) => one.name === want.name && (want.value === undefined || want.value === one.value)),
        ),
    )
  const start = tokenOf(input.NextToken)
  const end = start + METRICS_PER_PAGE
  return {
    Metrics: found.slice(start, end).map(({ namespace, name, dimensions }) => ({
      Namespace: namespace,
      MetricName: name,
      Dimensions: shownDimensions(dimensions),
    })),
    ...(end < found.length && { NextToken: Buffer.from(String(end)).toString('base64url') }),
  }
}

export function tokenOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0
  const number = Buffer.from(token, 'base64url').toString()
  if (!/^\d{1,9}$/.test(number)) throw invalidParameter(`The token '${token}' is invalid`)
  return Number(number)
}

type NamedMetric = Pick<GetMetricStatisticsInput, 'Dimensions'> & {
  readonly Namespace?: string | undefined
  readonly MetricName?: string | undefined
}

export function requireMetric(input: NamedMetric): MetricName {
  return {
    namespace: requireNamespace(input.Namespace),
    name: requireMetricName(input.MetricName),
    dimensions: requireDimensions(input.Dimensions),
  }
}

function requireTimes(start: Date | undefined, end: Date | undefined): { readonly from: number; readonly to: number } {
  const from = required(start, 'StartTime').getTime()
  const to = required(end, 'EndTime').getTime()
  if (!(from < to)) throw validationError('The parameter StartTime must be less than the parameter EndTime.')
  return { from, to }
}
