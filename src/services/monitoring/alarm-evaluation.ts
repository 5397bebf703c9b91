// Whether an alarm's threshold is breached, by the points of its last periods. Pure.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html

import type { AlarmComparison, AlarmState, MetricAlarm } from '../../store/monitoring-records.ts'

export interface Judgement {
  readonly state: AlarmState
  readonly reason: string
  /** Of the periods with data, newest first. */
  readonly recent: readonly AlarmPoint[]
}

export interface AlarmPoint {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly value: number
}

const BREACHES: Readonly<Record<AlarmComparison, (value: number, threshold: number) => boolean>> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
}

const WORDS: Readonly<Record<AlarmComparison, readonly [is: string, isNot: string]>> = {
  GreaterThanOrEqualToThreshold: ['greater than or equal to', 'not greater than or equal to'],
  GreaterThanThreshold: ['greater than', 'not greater than'],
  LessThanThreshold: ['less than', 'not less than'],
  LessThanOrEqualToThreshold: ['less than or equal to', 'not less than or equal to'],
}

type Rule = Pick<
  MetricAlarm,
  'comparison' | 'threshold' | 'missingData' | 'evaluationPeriods' | 'datapointsToAlarm' | 'state' | 'stateReason'
>

/** `points`: of the last evaluation periods, by place from the newest; undefined where there were no data. */
export function judge(alarm: Rule, points: readonly (AlarmPoint | undefined)[]): Judgement {
  const { comparison, threshold, missingData, evaluationPeriods, datapointsToAlarm = evaluationPeriods } = alarm
  const recent = points.flatMap((point) => point ?? [])
  const breaching = recent.filter(({ value }) => BREACHES[comparison](value, threshold))
  const missing = points.length - recent.length
  const bad = breaching.length + (missingData === 'breaching' ? missing : 0)
  if (recent.length === 0 && missingData === 'ignore') return { state: alarm.state, reason: alarm.stateReason, recent }
  if (recent.length === 0 && missingData === 'missing') {
    const reason = `Insufficient Data: ${points.length} datapoint${points.length === 1 ? ' was' : 's were'} unknown.`
    return { state: 'INSUFFICIENT_DATA', reason, recent }
  }
  const state = bad >= datapointsToAlarm ? 'ALARM' : 'OK'
  return { state, reason: reasonOf(alarm, state, recent, missing), recent }
}

function reasonOf(
  { comparison, threshold, missingData }: Rule,
  state: 'ALARM' | 'OK',
  recent: readonly AlarmPoint[],
  missing: number,
): string {
  const [is, isNot] = WORDS[comparison]
  if (recent.length === 0) {
    return `Threshold Crossed: no datapoints were received for ${missing} period${missing === 1 ? '' : 's'} and ${missing} missing datapoint${missing === 1 ? ' was' : 's were'} treated as [${missingData === 'breaching' ? 'Breaching' : 'NonBreaching'}].`
  }
  const values = recent.map(({ value, at }) => `${decimal(value)} (${shortTime(at)})`).join(', ')
  const many = recent.length === 1 ? `1 datapoint [${values}] was` : `${recent.length} datapoints [${values}] were`
  return `Threshold Crossed: ${many} ${state === 'ALARM' ? is : isNot} the threshold (${decimal(threshold)}).`
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}

/** `02/01/26 03:04:00` */
function shortTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split(/[T.]/)
  const [year = '', month, day] = date.split('-')
  return `${day}/${month}/${year.slice(2)} ${time}`
}
