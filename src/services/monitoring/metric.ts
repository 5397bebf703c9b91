// What a metric is named by, and the parameters that many operations share, checked as AWS checks them.

import type { Dimension } from '@aws-sdk/client-cloudwatch'
import type { Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { MetricDimension } from '../../store/monitoring-records.ts'
import type { AccountId, Region } from '../../store/records.ts'

export interface Place {
  readonly account: AccountId
  readonly region: Region
}

export interface MetricName {
  readonly namespace: string
  readonly name: string
  /** By name. */
  readonly dimensions: readonly MetricDimension[]
}

export const STATISTICS = ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'] as const

const MOST_DIMENSIONS = 30

export function placeOf({ principal, region }: Pick<Call, 'principal' | 'region'>): Place {
  return { account: principal.kind === 'anonymous' ? '' : principal.account, region }
}

/** The code of JSON and queries alike for what is wrong with a parameter. */
export function validationError(message: string): ApiError {
  return new ApiError('ValidationError', message)
}

export function invalidParameter(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message)
}

export function required<T>(value: T | undefined, name: string): T {
  if (value === undefined || value === '') {
    throw new ApiError('MissingParameter', `The parameter ${name} is required.`)
  }
  return value
}

export function notServed(what: string): ApiError {
  return validationError(`${what} is not served by Postern yet.`)
}

export function requireNamespace(namespace: string | undefined): string {
  const checked = required(namespace, 'Namespace')
  if (checked.startsWith(':') || checked.length > 255)
    throw invalidParameter('The value for parameter Namespace is invalid.')
  return checked
}

export function requireMetricName(name: string | undefined, parameter = 'MetricName'): string {
  const checked = required(name, parameter)
  if (checked.length > 255) throw invalidParameter(`The parameter ${parameter} must be shorter than 256 characters.`)
  return checked
}

export function requireDimensions(
  given: readonly Dimension[] | undefined,
  parameter = 'Dimensions',
): MetricDimension[] {
  const dimensions = (given ?? []).map(({ Name, Value }) => ({
    name: required(Name, `${parameter}.Name`),
    value: required(Value, `${parameter}.Value`),
  }))
  if (dimensions.length > MOST_DIMENSIONS) {
    throw invalidParameter(`The collection ${parameter} must not have a size greater than ${MOST_DIMENSIONS}.`)
  }
  if (new Set(dimensions.map(({ name }) => name)).size < dimensions.length) {
    throw invalidParameter(`The collection ${parameter} names a dimension twice.`)
  }
  return dimensions.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** 1, 5, 10, 20, 30 or minutes. */
export function requirePeriod(period: number | undefined, parameter = 'Period'): number {
  const checked = required(period, parameter)
  if ([1, 5, 10, 20, 30].includes(checked) || (checked > 0 && checked % 60 === 0)) return checked
  throw invalidParameter(`The parameter ${parameter} must be 1, 5, 10, 20, 30 or a multiple of 60.`)
}

/** `Average` and the like, or a percentile: `p99.9`. */
export function requireStatistic(statistic: string | undefined, parameter = 'Stat'): string {
  const checked = required(statistic, parameter)
  if (STATISTICS.some((one) => one === checked)) return checked
  const percent = /^p(\d{1,3}(?:\.\d{1,10})?)$/.exec(checked)?.[1]
  if (percent !== undefined && Number(percent) <= 100) return checked
  if (/^(tm|wm|tc|ts|pr|iqm)/i.test(checked)) throw notServed(`The statistic ${checked}`)
  throw invalidParameter(`The value ${checked} for parameter ${parameter} is no statistic.`)
}

export function shownDimensions(dimensions: readonly MetricDimension[]): Dimension[] {
  return dimensions.map(({ name, value }) => ({ Name: name, Value: value }))
}
