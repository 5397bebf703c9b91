// Metric filters: what they take out of events, how they are shown, and what is refused.

import { afterEach, beforeEach, expect, test } from 'vitest'
import { TestLogs } from './testing.ts'

let logs: TestLogs
beforeEach(async () => {
  logs = new TestLogs()
  await logs.ask('CreateLogGroup', { logGroupName: 'app' })
  await logs.ask('CreateLogStream', { logGroupName: 'app', logStreamName: 's' })
})
afterEach(() => logs.dispose())

function filterOf(filterPattern: string, transformation: Record<string, unknown> = {}): Record<string, unknown> {
  const metric = { metricName: 'Errors', metricNamespace: 'App', metricValue: '1', ...transformation }
  return { logGroupName: 'app', filterName: 'f', filterPattern, metricTransformations: [metric] }
}

async function dataOf(...messages: string[]): Promise<unknown[]> {
  const timestamp = logs.now.getTime()
  const logEvents = messages.map((message) => ({ timestamp, message }))
  await logs.ask('PutLogEvents', { logGroupName: 'app', logStreamName: 's', logEvents })
  return logs.metrics.flatMap(({ MetricData = [] }) =>
    MetricData.map(({ Value, Dimensions }) => (Dimensions ? [Value, ...Dimensions.map((one) => one.Value)] : Value)),
  )
}

test.each([
  ['a constant', 'ERROR', {}, ['ERROR a', 'fine', 'ERROR b'], [1, 1]],
  ['a member', '{ $.ms > 0 }', { metricValue: '$.ms' }, ['{"ms":12}', '{"ms":0}', '{"ms":"7"}', 'no'], [12, 7]],
  ['a field', '[ip, ..., bytes]', { metricValue: '$bytes' }, ['10.0.0.1 "GET /" 200 512', '10.0.0.1 x -'], [512]],
  ['its default', 'ERROR', { defaultValue: 0 }, ['fine'], [0]],
  [
    'dimensions',
    '{ $.ms > 0 }',
    { metricValue: '$.ms', dimensions: { Path: '$.path' } },
    ['{"ms":1,"path":"/a"}', '{"ms":2}'],
    [[1, '/a']],
  ],
] as const)('PutMetricFilter: %s', async (_, pattern, transformation, messages, data) => {
  await logs.ask('PutMetricFilter', filterOf(pattern, transformation))
  expect(await dataOf(...messages)).toEqual(data)
})

test('DescribeMetricFilters shows them, and DeleteMetricFilter takes them away', async () => {
  await logs.ask('PutMetricFilter', filterOf('ERROR', { unit: 'Count' }))
  const shown = {
    filterName: 'f',
    filterPattern: 'ERROR',
    metricTransformations: [{ metricName: 'Errors', metricNamespace: 'App', metricValue: '1', unit: 'Count' }],
    creationTime: logs.now.getTime(),
    logGroupName: 'app',
    applyOnTransformedLogs: false,
  }
  expect(await logs.ask('DescribeMetricFilters', { logGroupName: 'app' })).toEqual({ metricFilters: [shown] })
  expect(await logs.ask('DescribeMetricFilters', { metricName: 'Errors', metricNamespace: 'App' })).toEqual({
    metricFilters: [shown],
  })
  expect(await logs.ask('DescribeMetricFilters', { filterNamePrefix: 'g' })).toEqual({ metricFilters: [] })
  expect((await logs.ask('DescribeLogGroups')).logGroups).toMatchObject([{ metricFilterCount: 1 }])
  await logs.ask('DeleteMetricFilter', { logGroupName: 'app', filterName: 'f' })
  expect(await dataOf('ERROR')).toEqual([])
  expect(await logs.fails('DeleteMetricFilter', { logGroupName: 'app', filterName: 'f' })).toMatch(/^ResourceNotFound/)
})

test.each([
  ['a pattern that is none', filterOf('{ $.a'), 'InvalidParameterException'],
  ['a value that is none', filterOf('', { metricValue: 'x' }), 'InvalidParameterException'],
  ["AWS's namespace", filterOf('', { metricNamespace: 'AWS/EC2' }), 'InvalidParameterException'],
  [
    'a default with dimensions',
    filterOf('', { defaultValue: 0, dimensions: { a: '$.a' } }),
    'InvalidParameterException',
  ],
  ['no transformation', { ...filterOf(''), metricTransformations: [] }, 'InvalidParameterException'],
  ['a group that is not there', { ...filterOf(''), logGroupName: 'no' }, 'ResourceNotFoundException'],
])('PutMetricFilter refuses %s', async (_, input, code) => {
  expect(await logs.fails('PutMetricFilter', input)).toMatch(new RegExp(`^${code}: `))
})

test('a subscription filter is refused with what is missing, and there are none', async () => {
  const input = {
    logGroupName: 'app',
    filterName: 'f',
    filterPattern: '',
    destinationArn: 'arn:aws:lambda:us-east-1:1:function:f',
  }
  expect(await logs.fails('PutSubscriptionFilter', input)).toMatch(/Kinesis, Firehose or Lambda/)
  expect(await logs.ask('DescribeSubscriptionFilters', { logGroupName: 'app' })).toEqual({ subscriptionFilters: [] })
})
