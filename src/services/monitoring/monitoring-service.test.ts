// Metrics put and read back, and alarms that watch them, through the adapter.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GetMetricDataOutput, GetMetricStatisticsOutput, MetricAlarm } from '@aws-sdk/client-cloudwatch'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ApiError } from '../../errors.ts'
import { rootPrincipal } from '../../iam/principal.ts'
import { MemoryJournal } from '../../store/journal.ts'
import { Store } from '../../store/store.ts'
import { type MonitoringService, openMonitoring } from './monitoring-service.ts'

const ACCOUNT = '123456789012'
const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:ops`
const MINUTE = 60_000

let directory: string
let now: Date
let service: MonitoringService
let told: { topic: string; subject: string; message: Record<string, unknown> }[]

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'postern-monitoring-'))
  now = new Date('2026-01-02T03:04:30Z')
  told = []
  service = openMonitoring({
    store: await Store.open(new MemoryJournal()),
    directory,
    notify: async (topic, subject, message) => {
      told.push({ topic, subject, message: JSON.parse(message) })
      return undefined
    },
    now: () => now,
    log: (line) => expect.unreachable(line),
  })
})
afterEach(async () => {
  await service.close()
  rmSync(directory, { recursive: true })
})

async function ask(operation: string, input: Record<string, unknown>, account = ACCOUNT): Promise<unknown> {
  return service.adapter.run({
    operation,
    input,
    principal: rootPrincipal(account),
    region: 'us-east-1',
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: true },
    requestId: 'r',
    now,
    headers: {},
  })
}

async function refusal(operation: string, input: Record<string, unknown>): Promise<string> {
  const error = await ask(operation, input).catch((thrown: unknown) => thrown)
  if (!(error instanceof ApiError)) throw error
  return `${error.code}: ${error.message}`
}

const put = (value: number, more: Record<string, unknown> = {}) =>
  ask('PutMetricData', { Namespace: 'App', MetricData: [{ MetricName: 'Latency', Value: value, ...more }] })

const span = () => ({ StartTime: new Date(now.getTime() - 60 * MINUTE), EndTime: new Date(now.getTime() + MINUTE) })

describe('metrics', () => {
  test('GetMetricStatistics answers by period, with percentiles', async () => {
    for (const value of [1, 2, 3, 10]) await put(value, { Unit: 'Milliseconds' })
    const input = {
      ...{ Namespace: 'App', MetricName: 'Latency', Period: 60, ...span() },
      ...{ Statistics: ['Average', 'Maximum', 'SampleCount'], ExtendedStatistics: ['p50'] },
    }
    expect((await ask('GetMetricStatistics', input)) as GetMetricStatisticsOutput).toEqual({
      Label: 'Latency',
      Datapoints: [
        {
          Timestamp: new Date('2026-01-02T03:04:00Z'),
          Average: 4,
          Maximum: 10,
          SampleCount: 4,
          Unit: 'Milliseconds',
          ExtendedStatistics: { p50: 2.5 },
        },
      ],
    })
  })

  test('GetMetricData answers newest first unless asked otherwise, and not of another account', async () => {
    await put(1, { Timestamp: new Date(now.getTime() - 5 * MINUTE) })
    await put(2)
    const query = {
      Id: 'm1',
      MetricStat: { Metric: { Namespace: 'App', MetricName: 'Latency' }, Period: 60, Stat: 'Sum' },
    }
    const values = async (more: Record<string, unknown> = {}, account?: string) => {
      const answer = await ask('GetMetricData', { MetricDataQueries: [query], ...span(), ...more }, account)
      return (answer as GetMetricDataOutput).MetricDataResults?.[0]?.Values
    }
    expect(await values()).toEqual([2, 1])
    expect(await values({ ScanBy: 'TimestampAscending' })).toEqual([1, 2])
    expect(await values({}, '999999999999')).toEqual([])
  })

  test('values with counts and statistics are added together', async () => {
    const MetricData = [
      { MetricName: 'Size', Values: [1, 5], Counts: [3, 1] },
      { MetricName: 'Size', StatisticValues: { SampleCount: 2, Sum: 20, Minimum: 8, Maximum: 12 } },
    ]
    await ask('PutMetricData', { Namespace: 'App', MetricData })
    const input = {
      Namespace: 'App',
      MetricName: 'Size',
      Period: 60,
      Statistics: ['Sum', 'Minimum', 'Maximum'],
      ...span(),
    }
    const { Datapoints } = (await ask('GetMetricStatistics', input)) as GetMetricStatisticsOutput
    expect(Datapoints).toMatchObject([{ Sum: 28, Minimum: 1, Maximum: 12 }])
  })

  test('ListMetrics by namespace and dimension', async () => {
    await put(1, { Dimensions: [{ Name: 'Host', Value: 'a' }] })
    await put(1, { Dimensions: [{ Name: 'Host', Value: 'b' }] })
    const list = (input: Record<string, unknown>) => ask('ListMetrics', input)
    expect(await list({ Namespace: 'App', Dimensions: [{ Name: 'Host', Value: 'b' }] })).toEqual({
      Metrics: [{ Namespace: 'App', MetricName: 'Latency', Dimensions: [{ Name: 'Host', Value: 'b' }] }],
    })
    expect(await list({ Dimensions: [{ Name: 'Host' }] })).toMatchObject({ Metrics: [{}, {}] })
    expect(await list({ Namespace: 'Other' })).toEqual({ Metrics: [] })
  })

  test.each([
    ['no namespace', 'PutMetricData', { MetricData: [] }, 'MissingParameter'],
    ["AWS's own namespace", 'PutMetricData', { Namespace: 'AWS/EC2', MetricData: [] }, 'InvalidParameterValue'],
    ['no value', 'PutMetricData', { Namespace: 'App', MetricData: [{ MetricName: 'a' }] }, 'InvalidParameterValue'],
    [
      'an unknown unit',
      'PutMetricData',
      { Namespace: 'App', MetricData: [{ MetricName: 'a', Value: 1, Unit: 'Miles' }] },
      'InvalidParameterValue',
    ],
    [
      'what is no number',
      'PutMetricData',
      { Namespace: 'App', MetricData: [{ MetricName: 'a', Value: Number.NaN }] },
      'InvalidParameterValue',
    ],
    [
      'metric math',
      'GetMetricData',
      { MetricDataQueries: [{ Id: 'e', Expression: 'm1/2' }], StartTime: new Date(0), EndTime: new Date(1) },
      'ValidationError',
    ],
    ['a period of 7', 'GetMetricStatistics', { Namespace: 'App', MetricName: 'a', Period: 7 }, 'InvalidParameterValue'],
    [
      'an end before its start',
      'GetMetricStatistics',
      {
        Namespace: 'App',
        MetricName: 'a',
        Period: 60,
        Statistics: ['Sum'],
        StartTime: new Date(1),
        EndTime: new Date(0),
      },
      'ValidationError',
    ],
  ])('%s is refused', async (_, operation, input, code) => {
    expect(await refusal(operation, input)).toMatch(new RegExp(`^${code}: `))
  })
})

const ALARM = {
  AlarmName: 'slow',
  Namespace: 'App',
  MetricName: 'Latency',
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 100,
  ComparisonOperator: 'GreaterThanThreshold',
  AlarmActions: [TOPIC],
  OKActions: [TOPIC],
}

async function alarm(): Promise<MetricAlarm> {
  const { MetricAlarms = [] } = (await ask('DescribeAlarms', { AlarmNames: ['slow'] })) as {
    MetricAlarms?: MetricAlarm[]
  }
  return MetricAlarms[0] ?? expect.unreachable('no alarm')
}

describe('alarms', () => {
  test('go into ALARM with the data, tell their topic, and come back', async () => {
    await ask('PutMetricAlarm', ALARM)
    expect(await alarm()).toMatchObject({ StateValue: 'INSUFFICIENT_DATA', ActionsEnabled: true })
    await put(150)
    await service.settle()
    expect(await alarm()).toMatchObject({
      StateValue: 'ALARM',
      StateReason: 'Threshold Crossed: 1 datapoint [150.0 (02/01/26 03:04:00)] was greater than the threshold (100.0).',
    })
    now = new Date(now.getTime() + MINUTE)
    await put(50)
    await service.settle()
    expect((await alarm()).StateValue).toBe('OK')
    expect(
      told.map(({ topic, subject, message }) => [topic, subject, message.OldStateValue, message.NewStateValue]),
    ).toEqual([
      [TOPIC, 'ALARM: "slow" in us-east-1', 'INSUFFICIENT_DATA', 'ALARM'],
      [TOPIC, 'OK: "slow" in us-east-1', 'ALARM', 'OK'],
    ])
  })

  test.each([
    ['missing', 'INSUFFICIENT_DATA'],
    ['ignore', 'ALARM'],
    ['breaching', 'ALARM'],
    ['notBreaching', 'OK'],
  ])('data that stay away are %s', async (TreatMissingData, state) => {
    await ask('PutMetricAlarm', { ...ALARM, TreatMissingData })
    await put(150)
    expect((await alarm()).StateValue).toBe('ALARM')
    now = new Date(now.getTime() + 10 * MINUTE)
    // One that is put is judged at once.
    await ask('PutMetricAlarm', { ...ALARM, TreatMissingData })
    expect((await alarm()).StateValue).toBe(state)
  })

  test('so many of so many periods', async () => {
    await ask('PutMetricAlarm', { ...ALARM, EvaluationPeriods: 3, DatapointsToAlarm: 2 })
    for (const value of [150, 50, 150]) {
      await put(value)
      if (value === 50) expect((await alarm()).StateValue).toBe('OK')
      now = new Date(now.getTime() + MINUTE)
    }
    expect((await alarm()).StateValue).toBe('ALARM')
  })

  test('SetAlarmState tells the topics, unless actions are disabled', async () => {
    await ask('PutMetricAlarm', ALARM)
    const set = (StateValue: string) => ask('SetAlarmState', { AlarmName: 'slow', StateValue, StateReason: 'a test' })
    await set('ALARM')
    await ask('DisableAlarmActions', { AlarmNames: ['slow'] })
    await set('OK')
    await service.settle()
    expect(told).toHaveLength(1)
    expect(await alarm()).toMatchObject({ StateValue: 'OK', StateReason: 'a test', ActionsEnabled: false })
    expect(await refusal('SetAlarmState', { AlarmName: 'no', StateValue: 'OK', StateReason: 'x' })).toMatch(
      /^ResourceNotFound/,
    )
  })

  test('are changed by the same name, tagged, and deleted', async () => {
    await ask('PutMetricAlarm', { ...ALARM, Tags: [{ Key: 'team', Value: 'net' }] })
    await ask('PutMetricAlarm', { ...ALARM, Threshold: 5, Tags: [{ Key: 'team', Value: 'other' }] })
    const { AlarmArn: ResourceARN, Threshold } = await alarm()
    expect(Threshold).toBe(5)
    await ask('TagResource', { ResourceARN, Tags: [{ Key: 'b', Value: '2' }] })
    expect(await ask('ListTagsForResource', { ResourceARN })).toEqual({
      Tags: [
        { Key: 'team', Value: 'net' },
        { Key: 'b', Value: '2' },
      ],
    })
    await ask('DeleteAlarms', { AlarmNames: ['slow', 'never-was'] })
    expect(await ask('DescribeAlarms', {})).toMatchObject({ MetricAlarms: [] })
    expect(await refusal('ListTagsForResource', { ResourceARN })).toMatch(/^ResourceNotFoundException/)
  })

  test.each([
    [{ Period: 61 }, 'InvalidParameterValue'],
    [{ EvaluationPeriods: 0 }, 'InvalidParameterValue'],
    [{ DatapointsToAlarm: 2 }, 'ValidationError'],
    [{ ComparisonOperator: 'Is' }, 'ValidationError'],
    [{ Threshold: undefined }, 'MissingParameter'],
    [{ AlarmActions: ['arn:aws:lambda:us-east-1:123456789012:function:f'] }, 'ValidationError'],
    [{ AlarmActions: ['topic'] }, 'ValidationError'],
    [{ Metrics: [{ Id: 'a' }] }, 'ValidationError'],
    [{ EvaluationPeriods: 10_081 }, 'ValidationError'],
  ])('PutMetricAlarm with %j is refused', async (change, code) => {
    expect(await refusal('PutMetricAlarm', { ...ALARM, ...change })).toMatch(new RegExp(`^${code}: `))
    expect(await ask('DescribeAlarms', {})).toMatchObject({ MetricAlarms: [] })
  })
})
