// SNS and SQS by unmodified Terraform: apply, an empty second plan, a change in place, and destroy; and in between a
// message takes the way that was applied. No packet moves here, so it needs no root. Most of its time is the provider's.

import { fileURLToPath } from 'node:url'
import { ListTopicsCommand, PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LabWorld } from '../../labs/lab-world.ts'
import { findTerraform, Terraform } from '../../labs/terraform.ts'

const binary = findTerraform()
const MINUTES = 60_000
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:connections'

if (!binary) console.warn('SKIPPED: Terraform on SNS and SQS. Neither terraform nor tofu is on the PATH; install one.')

describe.skipIf(!binary)('Terraform on SNS and SQS', () => {
  let world: LabWorld
  let terraform: Terraform | undefined

  beforeAll(async () => {
    world = await LabWorld.start(['--dataplane', 'model'])
  }, 2 * MINUTES)

  afterAll(async () => {
    await terraform?.dispose()
    await world?.stop()
  })

  test(
    'topics, subscriptions, queues and their policies: made, used, changed in place, gone',
    async () => {
      const credentials = { accessKeyId: '123456789012', secretAccessKey: 'unused' }
      const client = { endpoint: world.endpoint, region: 'us-east-1', credentials }
      const [sns, sqs] = [new SNSClient(client), new SQSClient(client)]
      const source = fileURLToPath(new URL('messaging', import.meta.url))
      terraform = await Terraform.init(binary ?? '', source, world.clientEnvironment())
      await terraform.apply()
      const QueueUrl = `${world.endpoint}/123456789012/inbox`
      expect(await terraform.outputs()).toEqual({ found: [true, true], queue_url: QueueUrl })
      expect(await terraform.remainingChanges()).toBeUndefined()
      for (const level of ['5', '6']) {
        const MessageAttributes = { level: { DataType: 'Number', StringValue: level } }
        await sns.send(new PublishCommand({ TopicArn: TOPIC, Message: `level ${level}`, MessageAttributes }))
      }
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }))
      expect(Messages?.map(({ Body }) => Body)).toEqual(['level 6'])
      const second = { stage: 'second' }
      await terraform.apply(second)
      expect(await terraform.remainingChanges(second)).toBeUndefined()
      await terraform.destroy(second)
      expect((await sns.send(new ListTopicsCommand({}))).Topics).toEqual([])
      expect((await sqs.send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined()
    },
    6 * MINUTES,
  )
})
