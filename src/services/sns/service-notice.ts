// What an AWS service publishes to a topic by itself, if the topic's policy lets it: CloudWatch, when an alarm changes.

import { parseArn } from '../../iam/arn.ts'
import { refusalOfService } from '../../iam/service-request.ts'
import { publishTo } from './publish.ts'
import type { Sns } from './sns.ts'

export interface ServiceNotice {
  /** `cloudwatch.amazonaws.com` */
  readonly service: string
  readonly topicArn: string
  readonly subject: string
  readonly message: string
  /** What it is about: `aws:SourceArn`. */
  readonly sourceArn: string
}

/** Resolves when subscribers were told, or with why they could not be. */
export async function publishNotice(sns: Sns, notice: ServiceNotice): Promise<string | undefined> {
  const { service, topicArn, subject, message, sourceArn } = notice
  const topic = sns.store.records.snsTopics.get(topicArn)
  if (!topic) return 'there is no such topic'
  const account = parseArn(sourceArn)?.account ?? ''
  const document = topic.attributes.Policy
  const refusal = refusalOfService({
    service,
    action: 'sns:Publish',
    resource: topicArn,
    ...(document !== undefined && { resourcePolicy: { name: topicArn, document } }),
    keys: { 'aws:sourcearn': sourceArn, 'aws:sourceaccount': account, 'aws:sourceowner': account },
  })
  if (refusal !== undefined) return refusal
  const { settled } = publishTo(sns, topic, {
    subject,
    messages: { default: message, byProtocol: {} },
    attributes: {},
  })
  await settled()
  return undefined
}
