// CloudWatch as the AWS CLI and boto3 see it. The clients are not part of the set-up: without them this says so and skips
// what needs them.

import { CloudWatchClient, GetMetricStatisticsCommand, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { mustRun, run } from '../../labs/run.ts'
import { awsClis } from './aws-clis.ts'

const clis = awsClis('CloudWatch')
const hasBoto3 = (await run('python3', ['-c', 'import boto3'])).code === 0
if (!hasBoto3) console.warn('SKIPPED: boto3 is not installed, so CloudWatch is not tried with it')

const BOTO3 = `
import boto3, datetime
cloudwatch = boto3.client('cloudwatch')
now = datetime.datetime.now(datetime.timezone.utc)
for host in ['a', 'b']:
    cloudwatch.put_metric_data(Namespace='Boto3', MetricData=[
        {'MetricName': 'Load', 'Dimensions': [{'Name': 'Host', 'Value': host}], 'Value': 2.5, 'Timestamp': now}])
pages = cloudwatch.get_paginator('list_metrics').paginate(Namespace='Boto3')
assert [m['Dimensions'][0]['Value'] for page in pages for m in page['Metrics']] == ['a', 'b']
query = {'Id': 'load', 'MetricStat': {'Metric': {'Namespace': 'Boto3', 'MetricName': 'Load',
    'Dimensions': [{'Name': 'Host', 'Value': 'a'}]}, 'Period': 60, 'Stat': 'Maximum'}}
pages = cloudwatch.get_paginator('get_metric_data').paginate(MetricDataQueries=[query],
    StartTime=now - datetime.timedelta(hours=1), EndTime=now + datetime.timedelta(minutes=1))
assert [v for page in pages for r in page['MetricDataResults'] for v in r['Values']] == [2.5]
cloudwatch.put_metric_alarm(AlarmName='busy', Namespace='Boto3', MetricName='Load',
    Dimensions=[{'Name': 'Host', 'Value': 'a'}], Statistic='Average', Period=60, EvaluationPeriods=1, Threshold=2,
    ComparisonOperator='GreaterThanThreshold')
cloudwatch.get_waiter('alarm_exists').wait(AlarmNames=['busy'])
assert cloudwatch.describe_alarms(StateValue='ALARM')['MetricAlarms'][0]['AlarmName'] == 'busy'
try:
    cloudwatch.set_alarm_state(AlarmName='none', StateValue='OK', StateReason='x')
    raise SystemExit('an alarm that is not there')
except cloudwatch.exceptions.ResourceNotFound:
    pass
`

let world: LabWorld
beforeAll(async () => {
  world = await LabWorld.start(['--dataplane', 'model'])
})
afterAll(() => world?.stop())

describe.each(clis)('the AWS CLI, $name', (cli) => {
  async function cloudwatch(...words: string[]): Promise<string[]> {
    const { stdout } = await cli.mustRun(['cloudwatch', ...words, '--output', 'text'], {
      env: world.clientEnvironment(),
    })
    return stdout.split(/\s+/).filter(Boolean)
  }

  it('puts data, reads them, and makes an alarm', async () => {
    const metric = ['--namespace', 'Cli', '--metric-name', 'Size']
    await cloudwatch('put-metric-data', ...metric, '--value', '7', '--unit', 'Bytes')
    expect(await cloudwatch('list-metrics', '--namespace', 'Cli', '--query', 'Metrics[].MetricName')).toEqual(['Size'])
    const threshold = ['--period', '60', '--evaluation-periods', '1', '--threshold', '5', '--statistic', 'Sum']
    const alarm = ['--alarm-name', 'big', '--comparison-operator', 'GreaterThanThreshold', '--tags', 'Key=a,Value=b']
    await cloudwatch('put-metric-alarm', ...metric, ...threshold, ...alarm)
    expect(await cloudwatch('describe-alarms', '--query', 'MetricAlarms[].[AlarmName,StateValue]')).toEqual([
      'big',
      'ALARM',
    ])
    await cloudwatch('delete-alarms', '--alarm-names', 'big')
    await expect(
      cloudwatch('put-metric-data', '--namespace', 'AWS/EC2', '--metric-name', 'x', '--value', '1'),
    ).rejects.toThrow('An error occurred (InvalidParameterValue) when calling the PutMetricData operation')
  })
})

describe.skipIf(!hasBoto3)('boto3', () => {
  it('pages, waits, and gets the exceptions it knows', async () => {
    await mustRun('python3', ['-c', BOTO3], { env: world.clientEnvironment() })
  })
})

describe('the AWS SDK', () => {
  it('puts a large batch, which it compresses', async () => {
    const client = new CloudWatchClient({
      endpoint: world.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: '123456789012', secretAccessKey: 'unused' },
    })
    const MetricData = Array.from({ length: 500 }, (_, at) => ({
      MetricName: 'Many',
      Value: at,
      Unit: 'Count' as const,
    }))
    await client.send(new PutMetricDataCommand({ Namespace: 'Sdk', MetricData }))
    const { Datapoints = [] } = await client.send(
      new GetMetricStatisticsCommand({
        ...{ Namespace: 'Sdk', MetricName: 'Many', Period: 3600, Statistics: ['SampleCount'] },
        StartTime: new Date(Date.now() - 3_600_000),
        EndTime: new Date(Date.now() + 60_000),
      }),
    )
    expect(Datapoints.reduce((sum, { SampleCount = 0 }) => sum + SampleCount, 0)).toBe(500)
  })
})
