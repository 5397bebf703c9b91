// The attributes of a topic: what they may be, and how they are shown.
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html

import { describeErrors, findPolicyErrors } from '../../iam/validate.ts'
import type { MessagingAttributes, SnsSubscription, SnsTopic } from '../../store/messaging-records.ts'
import { invalidParameter, notServed } from './sns-error.ts'

/** Stored and shown without effect: nothing is encrypted, logged or traced here. */
const PLAIN = new Set([
  'DeliveryPolicy',
  'DisplayName',
  'KmsMasterKeyId',
  'SignatureVersion',
  'TracingConfig',
  ...['Application', 'Firehose', 'HTTP', 'Lambda', 'SQS'].flatMap((protocol) => [
    `${protocol}FailureFeedbackRoleArn`,
    `${protocol}SuccessFeedbackRoleArn`,
    `${protocol}SuccessFeedbackSampleRate`,
  ]),
])
const UNSERVED = new Set(['ArchivePolicy', 'ContentBasedDeduplication', 'FifoThroughputScope', 'FifoTopic'])

/** What AWS applies where nothing else is said; retries here are as many and as long apart. */
const EFFECTIVE_DELIVERY_POLICY = JSON.stringify({
  http: {
    defaultHealthyRetryPolicy: {
      minDelayTarget: 20,
      maxDelayTarget: 20,
      numRetries: 3,
      numMaxDelayRetries: 0,
      numNoDelayRetries: 0,
      numMinDelayRetries: 0,
      backoffFunction: 'linear',
    },
    disableSubscriptionOverrides: false,
    defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
  },
})

/** Attributes as they may be set; throws AWS's error otherwise. */
export function requireTopicAttributes(given: MessagingAttributes): MessagingAttributes {
  for (const [name, value] of Object.entries(given)) {
    if (UNSERVED.has(name) && value !== 'false' && value !== '') throw notServed(`FIFO topics (${name})`)
    else if (name === 'Policy') requirePolicy(value)
    else if (!PLAIN.has(name) && !UNSERVED.has(name)) throw invalidParameter(`AttributeName`)
    if (name === 'DisplayName' && value.length > 100)
      throw invalidParameter('DisplayName: Must be at most 100 characters')
    if (name === 'DeliveryPolicy' && value !== '') requireJson('DeliveryPolicy', value)
  }
  return Object.fromEntries(Object.entries(given).filter(([name]) => !UNSERVED.has(name)))
}

/** What a topic has after some of its attributes were set; nothing takes one away. */
export function withTopicAttributes(
  topicArn: string,
  owner: string,
  ...all: MessagingAttributes[]
): MessagingAttributes {
  const merged = Object.entries(Object.assign({}, ...all) as Record<string, string>)
  const set = Object.fromEntries(merged.filter(([, value]) => value !== ''))
  return { Policy: defaultPolicy(topicArn, owner), ...set }
}

export function shownTopic(topic: SnsTopic, subscriptions: readonly SnsSubscription[]): Record<string, string> {
  const pending = subscriptions.filter(({ token }) => token !== undefined).length
  return {
    TopicArn: topic.id,
    Owner: topic.owner,
    DisplayName: '',
    SubscriptionsPending: String(pending),
    SubscriptionsConfirmed: String(subscriptions.length - pending),
    SubscriptionsDeleted: String(topic.deletedSubscriptions),
    EffectiveDeliveryPolicy: EFFECTIVE_DELIVERY_POLICY,
    ...topic.attributes,
  }
}

function requirePolicy(text: string): void {
  if (text === '') throw invalidParameter('Policy Error: null')
  const errors = findPolicyErrors(text, 'resource-based policy')
  if (errors.length > 0) throw invalidParameter(`Policy Error: ${describeErrors(errors)}`)
}

export function requireJson(name: string, text: string): void {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return
  } catch {
    // The sentence below says it.
  }
  throw invalidParameter(`${name}: is not a JSON object`)
}

/** The policy of a topic that was given none: its owner may do all with it. */
function defaultPolicy(topicArn: string, owner: string): string {
  const actions = [
    'GetTopicAttributes',
    'SetTopicAttributes',
    'AddPermission',
    'RemovePermission',
    'DeleteTopic',
    'Subscribe',
    'ListSubscriptionsByTopic',
    'Publish',
  ]
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: actions.map((action) => `SNS:${action}`),
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': owner } },
      },
    ],
  })
}
