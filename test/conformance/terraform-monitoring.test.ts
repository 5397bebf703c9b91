// CloudWatch by unmodified Terraform, and what its alarms do: a log event becomes a metric, the metric an alarm, the alarm a
// message in a queue.

import { CloudWatchClient, DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns'
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { describeTerraform, MINUTES } from './terraform-world.ts'

describeTerraform('Terraform on CloudWatch', 'monitoring', (its) => {
  test('alarms and a metric filter: made, read back, changed in place', async () => {
    await its.terraform.apply()
    expect(await its.terraform.remainingChanges()).toBeUndefined()
    const second = { stage: 'second' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
  })

  test('an event that is logged goes through filter, metric, alarm and topic into a queue', async () => {
    const { topic } = await its.terraform.outputs()
    const QueueUrl = await subscribe(String(topic))
    const logs = new CloudWatchLogsClient(its.clientOptions())
    const logEvents = [{ timestamp: Date.now(), message: 'ERROR out of tea' }]
    await logs.send(new PutLogEventsCommand({ logGroupName: '/app', logStreamName: 'one', logEvents }))
    const monitoring = new CloudWatchClient(its.clientOptions())
    const { MetricAlarms } = await monitoring.send(new DescribeAlarmsCommand({ AlarmNames: ['errors'] }))
    expect(MetricAlarms).toMatchObject([{ StateValue: 'ALARM', Threshold: 1 }])
    const Metric = { Namespace: 'App', MetricName: 'Errors' }
    const { MetricDataResults } = await monitoring.send(
      new GetMetricDataCommand({
        MetricDataQueries: [{ Id: 'errors', MetricStat: { Metric, Period: 60, Stat: 'Sum' } }],
        StartTime: new Date(Date.now() - 5 * MINUTES),
        EndTime: new Date(Date.now() + MINUTES),
      }),
    )
    expect(MetricDataResults?.[0]?.Values).toEqual([1])
    const sqs = new SQSClient(its.clientOptions())
    const states: unknown[] = []
    for (let tries = 0; tries < 5 && !states.includes('ALARM'); tries++) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 }),
      )
      states.push(...Messages.map(({ Body = '' }) => JSON.parse(Body).NewStateValue))
    }
    expect(states).toContain('ALARM')
  })

  test('destroy leaves none', async () => {
    await its.terraform.destroy({ stage: 'second' })
    const monitoring = new CloudWatchClient(its.clientOptions())
    expect((await monitoring.send(new DescribeAlarmsCommand({}))).MetricAlarms).toEqual([])
  })

  /** The URL of a queue to which the topic delivers messages as they are. */
  async function subscribe(TopicArn: string): Promise<string> {
    const sqs = new SQSClient(its.clientOptions())
    const statement = { Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage' }
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...statement, Resource: '*' }] })
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'ops', Attributes: { Policy } }))
    const Attributes = { RawMessageDelivery: 'true' }
    const Endpoint = 'arn:aws:sqs:us-east-1:123456789012:ops'
    const sns = new SNSClient(its.clientOptions())
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint, Attributes }))
    return QueueUrl
  }
})
