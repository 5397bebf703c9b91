// The attributes of a subscription: what they may be, and how they are shown.
// https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html

import type { MessagingAttributes, SnsSubscription } from '../../store/messaging-records.ts'
import { parseQueueArn } from '../sqs/queue-address.ts'
import { compileFilterPolicy, type FilterScope } from './filter-policy.ts'
import { invalidParameter, notServed } from './sns-error.ts'
import { requireJson } from './topic-attributes.ts'

const KNOWN = new Set(['DeliveryPolicy', 'FilterPolicy', 'FilterPolicyScope', 'RawMessageDelivery', 'RedrivePolicy'])
const UNSERVED = new Set(['ReplayPolicy', 'SubscriptionRoleArn'])

/** What a subscription has after some of its attributes were set, to nothing where one is taken away; throws AWS's error
 * for what cannot be. */
export function withSubscriptionAttributes(old: MessagingAttributes, given: MessagingAttributes): MessagingAttributes {
  for (const [name, value] of Object.entries(given)) requireAttribute(name, value)
  const entries = Object.entries({ ...old, ...given }).filter(([, value]) => value !== '' && value !== '{}')
  const merged = Object.fromEntries(entries)
  filterOf(merged)
  return merged
}

/** Which messages it wants; undefined: all. */
export function filterOf(attributes: MessagingAttributes): ReturnType<typeof compileFilterPolicy> | undefined {
  const { FilterPolicy: policy } = attributes
  return policy === undefined ? undefined : compileFilterPolicy(policy, scopeOf(attributes))
}

export function scopeOf({ FilterPolicyScope }: MessagingAttributes): FilterScope {
  return FilterPolicyScope === 'MessageBody' ? 'MessageBody' : 'MessageAttributes'
}

/** The queue for what could not be delivered. */
export function deadLetterArn({ attributes }: SnsSubscription): string | undefined {
  const text = attributes.RedrivePolicy
  return text === undefined ? undefined : readDeadLetterArn(text)
}

export function shownSubscription(subscription: SnsSubscription): Record<string, string> {
  const { attributes, token } = subscription
  return {
    SubscriptionArn: subscription.id,
    TopicArn: subscription.topicArn,
    Owner: subscription.owner,
    Protocol: subscription.protocol,
    Endpoint: subscription.endpoint,
    PendingConfirmation: String(token !== undefined),
    ConfirmationWasAuthenticated: String(subscription.confirmedByOwner),
    RawMessageDelivery: 'false',
    SubscriptionPrincipal: subscription.principalArn,
    ...(attributes.FilterPolicy !== undefined && { FilterPolicyScope: scopeOf(attributes) }),
    ...attributes,
  }
}

function requireAttribute(name: string, value: string): void {
  if (UNSERVED.has(name)) throw notServed(`the attribute ${name}`)
  if (!KNOWN.has(name)) throw invalidParameter('AttributeName')
  if (value === '') return
  if (name === 'RawMessageDelivery' && value !== 'true' && value !== 'false') {
    throw invalidParameter(`Attributes Reason: RawMessageDelivery: Invalid value [${value}]. Must be true or false.`)
  }
  if (name === 'FilterPolicyScope' && value !== 'MessageAttributes' && value !== 'MessageBody') {
    throw invalidParameter(
      `Attributes Reason: FilterPolicyScope: Invalid value [${value}]. Please use either MessageBody or MessageAttributes`,
    )
  }
  if (name === 'DeliveryPolicy') requireJson('DeliveryPolicy', value)
  if (name === 'RedrivePolicy' && readDeadLetterArn(value) === undefined) {
    throw invalidParameter('RedrivePolicy: deadLetterTargetArn must be the ARN of a queue')
  }
}

function readDeadLetterArn(text: string): string | undefined {
  requireJson('RedrivePolicy', text)
  const { deadLetterTargetArn: arn }: { readonly deadLetterTargetArn?: unknown } = JSON.parse(text)
  return typeof arn === 'string' && parseQueueArn(arn) ? arn : undefined
}
