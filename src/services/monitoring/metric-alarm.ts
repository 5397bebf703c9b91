// Alarms on metrics. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html

import type {
  DeleteAlarmsInput,
  DescribeAlarmsForMetricInput,
  DescribeAlarmsForMetricOutput,
  DescribeAlarmsInput,
  DescribeAlarmsOutput,
  DisableAlarmActionsInput,
  EnableAlarmActionsInput,
  MetricAlarm as MetricAlarmOutput,
  PutMetricAlarmInput,
  SetAlarmStateInput,
} from '@aws-sdk/client-cloudwatch'
import { ApiError } from '../../errors.ts'
import { parseArn } from '../../iam/arn.ts'
import type { AlarmComparison, AlarmState, MetricAlarm } from '../../store/monitoring-records.ts'
import type { Records, Tx } from '../../store/store.ts'
import { requireMetric, tokenOf } from './get-metrics.ts'
import {
  invalidParameter,
  notServed,
  type Place,
  required,
  requirePeriod,
  requireStatistic,
  shownDimensions,
  validationError,
} from './metric.ts'
import { requireTags } from './tags.ts'

const MOST_ACTIONS = 5
const LONGEST_EVALUATION = 7 * 86_400
const COMPARISONS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const
const STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const
const MISSING = ['missing', 'ignore', 'breaching', 'notBreaching'] as const

export function alarmArn({ account, region }: Place, name: string): string {
  return `arn:aws:cloudwatch:${region}:${account}:alarm:${name}`
}

/** Makes an alarm, or changes one: it keeps its state, and its tags. */
export function putMetricAlarm(tx: Tx, place: Place, input: PutMetricAlarmInput, now: Date): void {
  const name = requireName(input.AlarmName)
  refuseUnserved(input)
  const id = alarmArn(place, name)
  const before = tx.metricAlarms.get(id)
  const at = now.toISOString()
  const created: Pick<
    MetricAlarm,
    'state' | 'stateReason' | 'stateUpdatedAt' | 'stateChangedAt' | 'createdAt' | 'tags'
  > = {
    state: 'INSUFFICIENT_DATA',
    stateReason: 'Unchecked: Initial alarm creation',
    stateUpdatedAt: at,
    stateChangedAt: at,
    createdAt: at,
    tags: requireTags(input.Tags),
  }
  const alarm = { ...requireAlarm(input), id, name, owner: place.account, region: place.region, configuredAt: at }
  if (!before) {
    tx.metricAlarms.insert({ ...created, ...alarm })
    return
  }
  const { state, stateReason, stateReasonData, stateUpdatedAt, stateChangedAt, createdAt, tags } = before
  tx.metricAlarms.delete(id)
  tx.metricAlarms.insert({
    ...{ state, stateReason, stateUpdatedAt, stateChangedAt, createdAt, tags },
    ...(stateReasonData !== undefined && { stateReasonData }),
    ...alarm,
  })
}

type Settings = Omit<
  MetricAlarm,
  | ('id' | 'name' | 'owner' | 'region' | 'configuredAt' | 'createdAt' | 'tags')
  | ('state' | 'stateReason' | 'stateReasonData' | 'stateUpdatedAt' | 'stateChangedAt')
>

function requireAlarm(input: PutMetricAlarmInput): Settings {
  const { name: metricName, namespace, dimensions } = requireMetric(input)
  if (input.Statistic && input.ExtendedStatistic) {
    throw validationError('Must specify either Statistic or ExtendedStatistic, not both')
  }
  const statistic = requireStatistic(input.Statistic ?? input.ExtendedStatistic, 'Statistic')
  const period = requirePeriod(input.Period)
  const evaluationPeriods = requireCount(input.EvaluationPeriods, 'EvaluationPeriods')
  const datapointsToAlarm = input.DatapointsToAlarm && requireCount(input.DatapointsToAlarm, 'DatapointsToAlarm')
  if (datapointsToAlarm !== undefined && datapointsToAlarm > evaluationPeriods) {
    throw validationError('DatapointsToAlarm must be less than or equal to EvaluationPeriods.')
  }
  if (period * evaluationPeriods > LONGEST_EVALUATION) {
    throw validationError(
      'Metrics cannot be checked across more than a week (EvaluationPeriods * Period must be <= 604800).',
    )
  }
  const missingData = input.TreatMissingData ?? 'missing'
  return {
    ...(input.AlarmDescription !== undefined && { description: input.AlarmDescription }),
    actionsEnabled: input.ActionsEnabled ?? true,
    actions: {
      OK: requireActions(input.OKActions, 'OKActions'),
      ALARM: requireActions(input.AlarmActions, 'AlarmActions'),
      INSUFFICIENT_DATA: requireActions(input.InsufficientDataActions, 'InsufficientDataActions'),
    },
    ...{ namespace, metricName, dimensions, statistic, period, evaluationPeriods },
    ...(datapointsToAlarm && { datapointsToAlarm }),
    ...(input.Unit && { unit: input.Unit }),
    threshold: required(input.Threshold, 'Threshold'),
    comparison: requireChoice<AlarmComparison>(input.ComparisonOperator, COMPARISONS, 'ComparisonOperator'),
    missingData: requireChoice(missingData, MISSING, 'TreatMissingData'),
    saysMissingData: input.TreatMissingData !== undefined,
    ...(input.EvaluateLowSampleCountPercentile && { lowSamplePercentile: input.EvaluateLowSampleCountPercentile }),
  }
}

function refuseUnserved(input: PutMetricAlarmInput): void {
  if ((input.Metrics ?? []).length > 0) throw notServed('An alarm on metric math (Metrics)')
  if (input.ThresholdMetricId !== undefined) throw notServed('An alarm on anomalies (ThresholdMetricId)')
  for (const name of [
    'EvaluationWindow',
    'WarmUpConfiguration',
    'EvaluationCriteria',
    'EvaluationInterval',
    'ActionConfiguration',
  ] as const) {
    if (input[name] !== undefined) throw notServed(`The parameter ${name}`)
  }
}

function requireActions(arns: readonly string[] | undefined, parameter: string): string[] {
  const given = [...new Set(arns)]
  if (given.length > MOST_ACTIONS)
    throw validationError(`The collection ${parameter} must not have a size greater than ${MOST_ACTIONS}.`)
  for (const arn of given) {
    const parsed = parseArn(arn)
    if (!parsed) throw validationError(`Invalid arn syntax: ${arn}`)
    if (parsed.service !== 'sns') throw notServed(`An action other than an SNS topic (${arn})`)
  }
  return given
}

function requireCount(count: number | undefined, parameter: string): number {
  const checked = required(count, parameter)
  if (!Number.isInteger(checked) || checked < 1)
    throw invalidParameter(`The parameter ${parameter} must be greater than or equal to 1.`)
  return checked
}

function requireChoice<T extends string>(value: string | undefined, choices: readonly T[], parameter: string): T {
  const checked = required(value, parameter)
  const choice = choices.find((one) => one === checked)
  if (!choice)
    throw validationError(`The value ${checked} for parameter ${parameter} is none of ${choices.join(', ')}.`)
  return choice
}

function requireName(name: string | undefined): string {
  const checked = required(name, 'AlarmName')
  if (checked.length > 255) throw validationError('The parameter AlarmName must be shorter than 256 characters.')
  return checked
}

/** Alarms that are not there are passed over, as they are by AWS. */
export function deleteAlarms(tx: Tx, place: Place, input: DeleteAlarmsInput): void {
  for (const name of required(input.AlarmNames, 'AlarmNames')) {
    if (tx.metricAlarms.has(alarmArn(place, name))) tx.metricAlarms.delete(alarmArn(place, name))
  }
}

export function setActionsEnabled(
  tx: Tx,
  place: Place,
  input: EnableAlarmActionsInput | DisableAlarmActionsInput,
  actionsEnabled: boolean,
): void {
  for (const name of required(input.AlarmNames, 'AlarmNames')) {
    if (tx.metricAlarms.has(alarmArn(place, name))) tx.metricAlarms.update(alarmArn(place, name), { actionsEnabled })
  }
}

/** Until the next evaluation says otherwise. */
export function requireWantedState(
  records: Records,
  place: Place,
  input: SetAlarmStateInput,
): { readonly alarm: MetricAlarm; readonly state: AlarmState; readonly reason: string; readonly data?: string } {
  const alarm = records.metricAlarms.get(alarmArn(place, requireName(input.AlarmName)))
  const state = requireChoice<AlarmState>(input.StateValue, STATES, 'StateValue')
  const reason = required(input.StateReason, 'StateReason')
  if (!alarm) throw new ApiError('ResourceNotFound', `Alarm ${input.AlarmName} does not exist`, { status: 404 })
  return { alarm, state, reason, ...(input.StateReasonData !== undefined && { data: input.StateReasonData }) }
}

export function describeAlarms(records: Records, place: Place, input: DescribeAlarmsInput): DescribeAlarmsOutput {
  const { AlarmNames: names, AlarmNamePrefix: prefix, StateValue: state, ActionPrefix: action } = input
  if (names?.length && prefix !== undefined) {
    throw validationError('AlarmNames and AlarmNamePrefix are mutually exclusive.')
  }
  const limit = input.MaxRecords ?? 50
  if (limit < 1 || limit > 100) throw invalidParameter('The parameter MaxRecords must be between 1 and 100.')
  const wantsMetrics = !input.AlarmTypes?.length || input.AlarmTypes.includes('MetricAlarm')
  const isRelated = input.ChildrenOfAlarmName !== undefined || input.ParentsOfAlarmName !== undefined
  const found = alarmsOf(records, place).filter(
    (alarm) =>
      (!names?.length || names.includes(alarm.name)) &&
      (prefix === undefined || alarm.name.startsWith(prefix)) &&
      (state === undefined || alarm.state === state) &&
      (action === undefined || Object.values(alarm.actions).some((arns) => arns.some((arn) => arn.startsWith(action)))),
  )
  const all = wantsMetrics && !isRelated ? found : []
  const start = tokenOf(input.NextToken)
  const end = start + limit
  return {
    MetricAlarms: all.slice(start, end).map(toAlarm),
    CompositeAlarms: [],
    ...(end < all.length && { NextToken: Buffer.from(String(end)).toString('base64url') }),
  }
}

export function describeAlarmsForMetric(
  records: Records,
  place: Place,
  input: DescribeAlarmsForMetricInput,
): DescribeAlarmsForMetricOutput {
  const { namespace, name, dimensions } = requireMetric(input)
  const statistic = input.Statistic ?? input.ExtendedStatistic
  const found = alarmsOf(records, place).filter(
    (alarm) =>
      alarm.namespace === namespace &&
      alarm.metricName === name &&
      JSON.stringify(alarm.dimensions) === JSON.stringify(dimensions) &&
      (statistic === undefined || alarm.statistic === statistic) &&
      (input.Period === undefined || alarm.period === input.Period) &&
      (input.Unit === undefined || alarm.unit === input.Unit),
  )
  return { MetricAlarms: found.map(toAlarm) }
}

function alarmsOf({ metricAlarms }: Records, { account, region }: Place): MetricAlarm[] {
  return metricAlarms
    .where('owner', account)
    .filter((alarm) => alarm.region === region)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

export function toAlarm(alarm: MetricAlarm): MetricAlarmOutput {
  const isPercentile = alarm.statistic.startsWith('p')
  return {
    AlarmName: alarm.name,
    AlarmArn: alarm.id,
    ...(alarm.description !== undefined && { AlarmDescription: alarm.description }),
    AlarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt),
    ActionsEnabled: alarm.actionsEnabled,
    OKActions: [...alarm.actions.OK],
    AlarmActions: [...alarm.actions.ALARM],
    InsufficientDataActions: [...alarm.actions.INSUFFICIENT_DATA],
    StateValue: alarm.state,
    StateReason: alarm.stateReason,
    ...(alarm.stateReasonData !== undefined && { StateReasonData: alarm.stateReasonData }),
    StateUpdatedTimestamp: new Date(alarm.stateUpdatedAt),
    StateTransitionedTimestamp: new Date(alarm.stateChangedAt),
    MetricName: alarm.metricName,
    Namespace: alarm.namespace,
    // What was taken in is in the model's own words.
    ...(isPercentile
      ? { ExtendedStatistic: alarm.statistic }
      : { Statistic: alarm.statistic as NonNullable<MetricAlarmOutput['Statistic']> }),
    Dimensions: shownDimensions(alarm.dimensions),
    Period: alarm.period,
    ...(alarm.unit !== undefined && { Unit: alarm.unit as NonNullable<MetricAlarmOutput['Unit']> }),
    EvaluationPeriods: alarm.evaluationPeriods,
    ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
    Threshold: alarm.threshold,
    ComparisonOperator: alarm.comparison,
    ...(alarm.saysMissingData && { TreatMissingData: alarm.missingData }),
    ...(alarm.lowSamplePercentile !== undefined && { EvaluateLowSampleCountPercentile: alarm.lowSamplePercentile }),
  }
}
