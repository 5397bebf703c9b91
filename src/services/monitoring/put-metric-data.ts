// Putting data. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html

import type { MetricDatum, PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import {
  invalidParameter,
  type MetricName,
  notServed,
  requireDimensions,
  required,
  requireMetricName,
  requireNamespace,
} from './metric.ts'
import type { Datum } from './metric-store.ts'

const MOST_DATA = 1000
const MOST_VALUES = 150
const DAY = 86_400_000
const UNITS = new Set(
  (
    'Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits Megabits Gigabits ' +
    'Terabits Percent Count Bytes/Second Kilobytes/Second Megabytes/Second Gigabytes/Second Terabytes/Second Bits/Second ' +
    'Kilobits/Second Megabits/Second Gigabits/Second Terabits/Second Count/Second None'
  ).split(' '),
)

export interface NewDatum {
  readonly metric: MetricName
  readonly datum: Datum
}

/** All of a call, or the error of the first that cannot be. */
export function requireMetricData(input: PutMetricDataInput, now: Date): NewDatum[] {
  const namespace = requireNamespace(input.Namespace)
  if ((input.EntityMetricData ?? []).length > 0) throw notServed('EntityMetricData')
  const data = required(input.MetricData, 'MetricData')
  if (data.length > MOST_DATA)
    throw invalidParameter(`The collection MetricData must not have a size greater than ${MOST_DATA}.`)
  return data.map((one, index) => requireDatum(namespace, one, `MetricData.member.${index + 1}`, now))
}

function requireDatum(namespace: string, given: MetricDatum, path: string, now: Date): NewDatum {
  const name = requireMetricName(given.MetricName, `${path}.MetricName`)
  const unit = given.Unit ?? 'None'
  if (!UNITS.has(unit)) throw invalidParameter(`The parameter ${path}.Unit must be a unit such as Count, not ${unit}.`)
  const at = given.Timestamp?.getTime() ?? now.getTime()
  if (at < now.getTime() - 14 * DAY || at > now.getTime() + DAY / 12) {
    throw invalidParameter(
      `The parameter ${path}.Timestamp must specify a time no more than 2 weeks in the past and 2 hours in the future.`,
    )
  }
  const resolution = given.StorageResolution ?? 60
  if (resolution !== 1 && resolution !== 60)
    throw invalidParameter(`The parameter ${path}.StorageResolution must be 1 or 60.`)
  const width = resolution * 1000
  const metric = { namespace, name, dimensions: requireDimensions(given.Dimensions, `${path}.Dimensions`) }
  return { metric, datum: { at: Math.floor(at / width) * width, unit, ...requireValues(given, path) } }
}

/** One value, values with counts, or a statistic of many. */
function requireValues(given: MetricDatum, path: string): Omit<Datum, 'at' | 'unit'> {
  const { Value: value, Values: values, Counts: counts, StatisticValues: statistic } = given
  const kinds = [value, values?.length ? values : undefined, statistic].filter((one) => one !== undefined)
  if (kinds.length === 0)
    throw invalidParameter(
      `At least one of the parameters ${path}.Value, Values and StatisticValues must be specified.`,
    )
  if (kinds.length > 1)
    throw invalidParameter(
      `The parameters ${path}.Value, Values and StatisticValues are mutually exclusive and you have specified more than one.`,
    )
  if (statistic) {
    const read = {
      count: requireNumber(statistic.SampleCount, `${path}.StatisticValues.SampleCount`),
      sum: requireNumber(statistic.Sum, `${path}.StatisticValues.Sum`),
      minimum: requireNumber(statistic.Minimum, `${path}.StatisticValues.Minimum`),
      maximum: requireNumber(statistic.Maximum, `${path}.StatisticValues.Maximum`),
    }
    if (read.count <= 0 || read.minimum > read.maximum)
      throw invalidParameter(`The parameter ${path}.StatisticValues is no statistic.`)
    return read
  }
  const all = values?.length ? values : [requireNumber(value, `${path}.Value`)]
  if (all.length > MOST_VALUES)
    throw invalidParameter(`The collection ${path}.Values must not have a size greater than ${MOST_VALUES}.`)
  if (counts && counts.length !== all.length)
    throw invalidParameter(`The parameters ${path}.Values and ${path}.Counts must have the same size.`)
  const samples = all.map(
    (one, index) => [requireNumber(one, path), requireNumber(counts?.[index] ?? 1, path)] as const,
  )
  return {
    count: samples.reduce((sum, [, times]) => sum + times, 0),
    sum: samples.reduce((sum, [one, times]) => sum + one * times, 0),
    minimum: Math.min(...all),
    maximum: Math.max(...all),
    samples,
  }
}

function requireNumber(value: number | undefined, path: string): number {
  const checked = required(value, path)
  if (!Number.isFinite(checked) || Math.abs(checked) > 2 ** 360)
    throw invalidParameter(`The value ${checked} for parameter ${path} is invalid.`)
  return checked
}
