// Alarms at work: each is judged when data come for its metric, and every ten seconds, since data that stay away count
// too. One that comes into another state tells its topics, if they let CloudWatch publish.

import type { AlarmState, MetricAlarm } from '../../store/monitoring-records.ts'
import type { Store, Tx } from '../../store/store.ts'
import { type AlarmPoint, type Judgement, judge } from './alarm-evaluation.ts'
import type { MetricName, Place } from './metric.ts'
import type { MetricStore } from './metric-store.ts'
import { pointsOf, statisticOf } from './statistic.ts'

const INTERVAL_MS = 10_000

export interface AlarmWatchOptions {
  readonly store: Store
  readonly metrics: MetricStore
  /** Tells a topic; gives why it could not be told. */
  readonly notify: (topicArn: string, subject: string, message: string, alarmArn: string) => Promise<string | undefined>
  readonly now: () => Date
  readonly log: (line: string) => void
}

export class AlarmWatch {
  readonly #options: AlarmWatchOptions
  readonly #timer: NodeJS.Timeout
  #telling: Promise<unknown> = Promise.resolve()

  constructor(options: AlarmWatchOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.evaluateAll(), INTERVAL_MS).unref()
  }

  evaluateAll(): void {
    for (const alarm of [...this.#options.store.records.metricAlarms.all()]) this.#evaluate(alarm)
  }

  /** One that was made or changed. */
  evaluateOne(id: string): void {
    const alarm = this.#options.store.records.metricAlarms.get(id)
    if (alarm) this.#evaluate(alarm)
  }

  /** Those whose metrics got data. */
  evaluate({ account, region }: Place, metrics: readonly MetricName[]): void {
    const keys = new Set(metrics.map(keyOf))
    const own = this.#options.store.records.metricAlarms.where('owner', account)
    const concerned = own.filter((alarm) => alarm.region === region && keys.has(keyOf(metricOf(alarm))))
    for (const alarm of concerned) this.#evaluate(alarm)
  }

  /** `SetAlarmState`. */
  force(alarm: MetricAlarm, state: AlarmState, reason: string, reasonData?: string): void {
    this.#enter(alarm, state, reason, reasonData)
  }

  /** Resolves when all topics were told. */
  async settle(): Promise<void> {
    await this.#telling
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.settle()
  }

  #evaluate(alarm: MetricAlarm): void {
    const now = this.#options.now().getTime()
    const judgement = judge(alarm, this.#points(alarm, now))
    if (judgement.state !== alarm.state)
      this.#enter(alarm, judgement.state, judgement.reason, dataOf(alarm, judgement, now))
  }

  /** By period, the newest first. The present period counts from its first datum on. */
  #points(alarm: MetricAlarm, now: number): (AlarmPoint | undefined)[] {
    const { owner: account, region, period, evaluationPeriods, unit, statistic } = alarm
    const width = period * 1000
    const present = Math.floor(now / width) * width
    const from = present - evaluationPeriods * width
    const data = this.#options.metrics.data({ account, region }, metricOf(alarm), from, present + width, unit)
    const byStart = new Map(pointsOf(data, period).map((point) => [point.at, statisticOf(point, statistic)]))
    const newest = byStart.has(present) ? present : present - width
    return Array.from({ length: evaluationPeriods }, (_, index) => {
      const at = newest - index * width
      const value = byStart.get(at)
      return value === undefined ? undefined : { at, value }
    })
  }

  #enter(alarm: MetricAlarm, state: AlarmState, stateReason: string, stateReasonData: string | undefined): void {
    const { store, now, log } = this.#options
    const at = now().toISOString()
    const { stateReasonData: _, ...rest } = alarm
    const entered: MetricAlarm = {
      ...rest,
      ...{ state, stateReason, stateUpdatedAt: at },
      ...(stateReasonData !== undefined && { stateReasonData }),
      stateChangedAt: state === alarm.state ? alarm.stateChangedAt : at,
    }
    store.transact((tx) => replace(tx, entered))
    if (state === alarm.state || !alarm.actionsEnabled) return
    const told = alarm.actions[state].map(async (topic) => {
      const failure = await this.#tell(topic, alarm, entered)
      if (failure !== undefined) log(`${alarm.id}: ${topic} was not told of ${state}: ${failure}`)
    })
    this.#telling = Promise.allSettled([this.#telling, ...told])
  }

  #tell(topic: string, before: MetricAlarm, alarm: MetricAlarm): Promise<string | undefined> {
    const subject = `${alarm.state}: "${alarm.name}" in ${alarm.region}`.replaceAll(/[^\u0020-\u007e]/g, '?')
    return this.#options.notify(topic, subject.slice(0, 100), JSON.stringify(messageOf(before, alarm)), alarm.id)
  }
}

function replace(tx: Tx, alarm: MetricAlarm): void {
  // It may have been deleted, or changed, since it was looked at.
  if (!tx.metricAlarms.has(alarm.id)) return
  tx.metricAlarms.delete(alarm.id)
  tx.metricAlarms.insert(alarm)
}

/** What subscribers get, as AWS writes it. */
function messageOf(before: MetricAlarm, alarm: MetricAlarm): object {
  const isPercentile = alarm.statistic.startsWith('p')
  return {
    AlarmName: alarm.name,
    AlarmDescription: alarm.description ?? null,
    AWSAccountId: alarm.owner,
    AlarmConfigurationUpdatedTimestamp: alarm.configuredAt.replace('Z', '+0000'),
    NewStateValue: alarm.state,
    NewStateReason: alarm.stateReason,
    StateChangeTime: alarm.stateChangedAt.replace('Z', '+0000'),
    Region: alarm.region,
    AlarmArn: alarm.id,
    OldStateValue: before.state,
    OKActions: alarm.actions.OK,
    AlarmActions: alarm.actions.ALARM,
    InsufficientDataActions: alarm.actions.INSUFFICIENT_DATA,
    Trigger: {
      MetricName: alarm.metricName,
      Namespace: alarm.namespace,
      StatisticType: isPercentile ? 'ExtendedStatistic' : 'Statistic',
      ...(isPercentile
        ? { ExtendedStatistic: alarm.statistic }
        : { Statistic: alarm.statistic.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase() }),
      Unit: alarm.unit ?? null,
      Dimensions: alarm.dimensions,
      Period: alarm.period,
      EvaluationPeriods: alarm.evaluationPeriods,
      ...(alarm.datapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.datapointsToAlarm }),
      ComparisonOperator: alarm.comparison,
      Threshold: alarm.threshold,
      TreatMissingData: alarm.saysMissingData ? alarm.missingData : '',
      EvaluateLowSampleCountPercentile: alarm.lowSamplePercentile ?? '',
    },
  }
}

function dataOf(alarm: MetricAlarm, { recent }: Judgement, now: number): string {
  return JSON.stringify({
    version: '1.0',
    queryDate: new Date(now).toISOString().replace('Z', '+0000'),
    ...(recent.at(-1) && { startDate: new Date(recent.at(-1)?.at ?? 0).toISOString().replace('Z', '+0000') }),
    statistic: alarm.statistic,
    period: alarm.period,
    recentDatapoints: recent.map(({ value }) => value).reverse(),
    threshold: alarm.threshold,
  })
}

function metricOf({ namespace, metricName, dimensions }: MetricAlarm): MetricName {
  return { namespace, name: metricName, dimensions }
}

function keyOf({ namespace, name, dimensions }: MetricName): string {
  return JSON.stringify([namespace, name, dimensions.map((one) => [one.name, one.value])])
}
