// CloudWatch, embedded: metrics in a database of their own, alarms in the store, and what alarms do.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html

import { join } from 'node:path'
import type { PutMetricAlarmInput, PutMetricDataInput } from '@aws-sdk/client-cloudwatch'
import type { Adapter, Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { Store, Tx } from '../../store/store.ts'
import { AlarmWatch, type AlarmWatchOptions } from './alarm-watch.ts'
import { authorisationsOf } from './authorisations.ts'
import { getMetricData, getMetricStatistics, listMetrics } from './get-metrics.ts'
import { type Place, placeOf } from './metric.ts'
import {
  alarmArn,
  deleteAlarms,
  describeAlarms,
  describeAlarmsForMetric,
  putMetricAlarm,
  requireWantedState,
  setActionsEnabled,
} from './metric-alarm.ts'
import { MetricStore } from './metric-store.ts'
import { monitoringCodecs } from './monitoring-codec.ts'
import { requireMetricData } from './put-metric-data.ts'
import { listTagsForResource, tagResource, untagResource } from './tags.ts'

interface Monitoring {
  readonly store: Store
  readonly metrics: MetricStore
  readonly watch: AlarmWatch
}

/** Answers one operation. The codec decoded `input` by the operation's own table. */
type MonitoringOperation = (monitoring: Monitoring, input: never, call: Call) => object | Promise<object>

const OPERATIONS: Readonly<Record<string, MonitoringOperation>> = {
  DeleteAlarms: writing(deleteAlarms),
  DescribeAlarms: ({ store }, input, call) => describeAlarms(store.records, placeOf(call), input),
  DescribeAlarmsForMetric: ({ store }, input, call) => describeAlarmsForMetric(store.records, placeOf(call), input),
  DisableAlarmActions: writing((tx, place, input) => setActionsEnabled(tx, place, input, false)),
  EnableAlarmActions: writing((tx, place, input) => setActionsEnabled(tx, place, input, true)),
  GetMetricData: ({ metrics }, input, call) => getMetricData(metrics, placeOf(call), input),
  GetMetricStatistics: ({ metrics }, input, call) => getMetricStatistics(metrics, placeOf(call), input),
  ListMetrics: ({ metrics }, input, call) => listMetrics(metrics, placeOf(call), input, call.now),
  ListTagsForResource: ({ store }, input, call) => listTagsForResource(store.records, placeOf(call), input),
  PutMetricAlarm: async (monitoring, input: PutMetricAlarmInput, call) => {
    await writing(putMetricAlarm)(monitoring, input, call)
    monitoring.watch.evaluateOne(alarmArn(placeOf(call), input.AlarmName ?? ''))
    return {}
  },
  PutMetricData: async (monitoring, input: PutMetricDataInput, call) => {
    if (/^AWS\//i.test(input.Namespace ?? '')) {
      throw new ApiError('InvalidParameterValue', 'The value AWS/ for parameter Namespace is invalid.')
    }
    await putData(monitoring, placeOf(call), input, call.now)
    return {}
  },
  SetAlarmState: async ({ store, watch }, input, call) => {
    const { alarm, state, reason, data } = requireWantedState(store.records, placeOf(call), input)
    watch.force(alarm, state, reason, data)
    await store.transact(() => undefined).durable
    return {}
  },
  TagResource: writing(tagResource),
  UntagResource: writing(untagResource),
}

/** The operations of CloudWatch that are served, by their AWS names. */
export const MONITORING_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(OPERATIONS))

const SWEEP_MS = 3_600_000

export interface MonitoringContext extends Omit<AlarmWatchOptions, 'metrics'> {
  readonly directory: string
}

export interface MonitoringService {
  readonly adapter: Adapter
  /** Puts data that a service has to tell, in any namespace. */
  putMetricData(place: Place, input: PutMetricDataInput): Promise<void>
  /** Resolves when all topics were told. */
  settle(): Promise<void>
  reset(): Promise<void>
  close(): Promise<void>
}

export function openMonitoring({ directory, ...context }: MonitoringContext): MonitoringService {
  const { store, now } = context
  const metrics = new MetricStore(join(directory, 'metrics.db'))
  const watch = new AlarmWatch({ ...context, metrics })
  const monitoring: Monitoring = { store, metrics, watch }
  const sweep = setInterval(() => metrics.sweep(now().getTime()), SWEEP_MS).unref()
  return {
    adapter: {
      service: 'monitoring',
      operations: MONITORING_OPERATIONS,
      codecOf: monitoringCodecs(MONITORING_OPERATIONS),
      authorisations: async (call) => authorisationsOf(store.records, call),
      refusal: (_call, _authorisation, { message = 'Access denied' }) =>
        new ApiError('AccessDenied', message, { status: 403 }),
      run: async (call) => {
        const operation = OPERATIONS[call.operation]
        if (!operation) throw new Error(`CloudWatch does not serve ${call.operation}`)
        return { ...(await operation(monitoring, call.input as never, call)) }
      },
    },
    putMetricData: (place, input) => putData(monitoring, place, input, now()),
    settle: () => watch.settle(),
    reset: async () => {
      metrics.clear()
      await metrics.durable()
    },
    close: async () => {
      clearInterval(sweep)
      await watch.close()
      await metrics.durable()
      metrics.close()
    },
  }
}

async function putData(
  { metrics, watch }: Monitoring,
  place: Place,
  input: PutMetricDataInput,
  now: Date,
): Promise<void> {
  const data = requireMetricData(input, now)
  metrics.put(place, data, now.getTime())
  await metrics.durable()
  watch.evaluate(
    place,
    data.map(({ metric }) => metric),
  )
}

function writing<I>(change: (tx: Tx, place: Place, input: I, now: Date) => void) {
  return async ({ store }: Monitoring, input: I, call: Call): Promise<object> => {
    await store.transact((tx) => change(tx, placeOf(call), input, call.now)).durable
    return {}
  }
}
