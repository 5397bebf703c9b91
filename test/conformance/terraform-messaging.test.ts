// SNS and SQS by unmodified Terraform: apply, an empty second plan, a change in place, and destroy; and in between a
// message takes the way that was applied. No packet moves here, so it needs no root. Most of its time is the provider's.

import { ListTopicsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { expect, test } from 'vitest'
import { describeTerraform } from './terraform-world.ts'

const TOPIC = 'arn:aws:sns:us-east-1:123456789012:connections'

describeTerraform('Terraform on SNS and SQS', 'messaging', (its) => {
  test('topics, subscriptions, queues and their policies: made, used, changed in place, gone', async () => {
    const [sns, sqs] = [new SNSClient(its.clientOptions()), new SQSClient(its.clientOptions())]
    await its.terraform.apply()
    const QueueUrl = `${its.world.endpoint}/123456789012/inbox`
    expect(await its.terraform.outputs()).toEqual({ found: [true, true], queue_url: QueueUrl })
    expect(await its.terraform.remainingChanges()).toBeUndefined()
    for (const level of ['5', '6']) {
      const MessageAttributes = { level: { DataType: 'Number', StringValue: level } }
      await sns.send(new PublishCommand({ TopicArn: TOPIC, Message: `level ${level}`, MessageAttributes }))
    }
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
    expect(Messages?.map(({ Body }) => Body)).toEqual(['level 6'])
    const second = { stage: 'second' }
    await its.terraform.apply(second)
    expect(await its.terraform.remainingChanges(second)).toBeUndefined()
    await its.terraform.destroy(second)
    expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([])
    expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined()
  })
})
