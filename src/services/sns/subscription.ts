// Subscriptions: a queue of the subscriber's own is one at once, any other endpoint when it confirms.

import { randomBytes, randomUUID } from 'node:crypto'
import type {
  ConfirmSubscriptionInput,
  ConfirmSubscriptionResponse,
  GetSubscriptionAttributesInput,
  GetSubscriptionAttributesResponse,
  ListSubscriptionsByTopicInput,
  ListSubscriptionsInput,
  ListSubscriptionsResponse,
  SetSubscriptionAttributesInput,
  SubscribeInput,
  SubscribeResponse,
  UnsubscribeInput,
} from '@aws-sdk/client-sns'
import type { Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { SnsSubscription } from '../../store/messaging-records.ts'
import type { Records } from '../../store/store.ts'
import { parseQueueArn } from '../sqs/queue-address.ts'
import { pageOf, placeOf, requireSubscription, requireTopic, type Sns, write } from './sns.ts'
import { invalidParameter, notServed } from './sns-error.ts'
import { shownSubscription, withSubscriptionAttributes } from './subscription-attributes.ts'

const PENDING = 'pending confirmation'
/** AWS has them; nothing here takes what they would send. */
const UNSERVED = new Set(['application', 'email', 'email-json', 'firehose', 'lambda', 'sms'])

type Subscriber = Pick<SnsSubscription, 'protocol' | 'endpoint'>

/** Who subscribes again is the same subscription; one that was not confirmed is asked again. */
export async function subscribe(sns: Sns, input: SubscribeInput, call: Call): Promise<SubscribeResponse> {
  const subscriber = requireSubscriber(input)
  const attributes = withSubscriptionAttributes({}, input.Attributes ?? {})
  const subscription = await write(sns, (tx) => {
    const topic = requireTopic(tx, call, input.TopicArn)
    const old = findSame(tx, topic.id, subscriber)
    if (!old) return tx.snsSubscriptions.insert(newSubscription(topic.id, subscriber, attributes, call))
    const given = Object.keys(input.Attributes ?? {})
    if (given.some((name) => old.attributes[name] !== attributes[name])) {
      throw invalidParameter('Attributes Reason: Subscription already exists with different attributes')
    }
    return old
  })
  if (subscription.token === undefined) return { SubscriptionArn: subscription.id }
  await askForConfirmation(sns, subscription, subscription.token)
  return { SubscriptionArn: input.ReturnSubscriptionArn ? subscription.id : PENDING }
}

/** What brings the token, signed or not, is the subscriber's word. */
export async function confirmSubscription(
  sns: Sns,
  input: ConfirmSubscriptionInput,
  call: Call,
): Promise<ConfirmSubscriptionResponse> {
  const { Token: token = '', AuthenticateOnUnsubscribe } = input
  const unsubscribeNeedsSignature = AuthenticateOnUnsubscribe === 'true'
  const isSigned = call.principal.kind !== 'anonymous'
  if (unsubscribeNeedsSignature && !isSigned) throw invalidParameter('AuthenticateOnUnsubscribe')
  const confirmed = await write(sns, (tx) => {
    const topic = requireTopic(tx, call, input.TopicArn)
    const found = tx.snsSubscriptions.where('topicArn', topic.id).find((one) => one.token === token)
    if (!found || token === '') throw invalidParameter('Token')
    return tx.snsSubscriptions.update(found.id, {
      token: undefined,
      confirmedByOwner: isSigned,
      unsubscribeNeedsSignature,
    })
  })
  return { SubscriptionArn: confirmed.id }
}

/** Its ARN in a link is enough, unless the confirmation asked for more. One that is not there is none the less ended. */
export async function unsubscribe(sns: Sns, { SubscriptionArn = '' }: UnsubscribeInput, call: Call): Promise<object> {
  if (SubscriptionArn === PENDING || SubscriptionArn.toLowerCase().includes('pending')) {
    throw invalidParameter('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1')
  }
  await write(sns, (tx) => {
    const found = tx.snsSubscriptions.get(SubscriptionArn)
    if (!found) return
    if (call.principal.kind !== 'anonymous') requireSubscription(tx, call, SubscriptionArn)
    else if (found.unsubscribeNeedsSignature) {
      throw new ApiError('AuthorizationError', 'This subscription ends only by a signed request.', { status: 403 })
    }
    tx.snsSubscriptions.delete(found.id)
    const topic = tx.snsTopics.get(found.topicArn)
    if (topic) tx.snsTopics.update(topic.id, { deletedSubscriptions: topic.deletedSubscriptions + 1 })
  })
  return {}
}

export async function listSubscriptions(
  { store }: Sns,
  input: ListSubscriptionsInput,
  call: Call,
): Promise<ListSubscriptionsResponse> {
  const { account, region } = placeOf(call)
  const own = store.records.snsSubscriptions.where('owner', account).filter((one) => one.region === region)
  return listed(own, input.NextToken)
}

export async function listSubscriptionsByTopic(
  { store: { records } }: Sns,
  input: ListSubscriptionsByTopicInput,
  call: Call,
): Promise<ListSubscriptionsResponse> {
  const topic = requireTopic(records, call, input.TopicArn)
  return listed(records.snsSubscriptions.where('topicArn', topic.id), input.NextToken)
}

export async function getSubscriptionAttributes(
  { store }: Sns,
  input: GetSubscriptionAttributesInput,
  call: Call,
): Promise<GetSubscriptionAttributesResponse> {
  return { Attributes: shownSubscription(requireSubscription(store.records, call, input.SubscriptionArn)) }
}

export async function setSubscriptionAttributes(
  sns: Sns,
  input: SetSubscriptionAttributesInput,
  call: Call,
): Promise<object> {
  const { AttributeName: name = '', AttributeValue: value = '' } = input
  await write(sns, (tx) => {
    const { id, attributes } = requireSubscription(tx, call, input.SubscriptionArn)
    tx.snsSubscriptions.update(id, { attributes: withSubscriptionAttributes(attributes, { [name]: value }) })
  })
  return {}
}

function listed(subscriptions: readonly SnsSubscription[], token: string | undefined): ListSubscriptionsResponse {
  const { page, next } = pageOf(subscriptions, token)
  const Subscriptions = page.map(
    ({ id, topicArn: TopicArn, owner: Owner, protocol: Protocol, endpoint: Endpoint, ...one }) => ({
      SubscriptionArn: one.token === undefined ? id : 'PendingConfirmation',
      Owner,
      Protocol,
      Endpoint,
      TopicArn,
    }),
  )
  return { Subscriptions, ...next }
}

function requireSubscriber({ Protocol: protocol = '', Endpoint: endpoint = '' }: SubscribeInput): Subscriber {
  if (UNSERVED.has(protocol)) throw notServed(`subscriptions by ${protocol}`)
  switch (protocol) {
    case 'sqs':
      if (!parseQueueArn(endpoint)) throw invalidParameter('SQS endpoint ARN')
      if (endpoint.endsWith('.fifo')) {
        const why = 'FIFO SQS Queues can not be subscribed to standard SNS topics'
        throw invalidParameter(`Invalid parameter: Endpoint Reason: ${why}`)
      }
      return { protocol, endpoint }
    case 'http':
    case 'https':
      if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== `${protocol}:`) {
        throw invalidParameter('Endpoint must match the specified protocol')
      }
      return { protocol, endpoint }
    default:
      throw invalidParameter(`Protocol: Amazon SNS does not support this protocol string: ${protocol.slice(0, 100)}`)
  }
}

function findSame(records: Records, topicArn: string, { protocol, endpoint }: Subscriber): SnsSubscription | undefined {
  const subscriptions = records.snsSubscriptions.where('topicArn', topicArn)
  return subscriptions.find((one) => one.protocol === protocol && one.endpoint === endpoint)
}

function newSubscription(
  topicArn: string,
  { protocol, endpoint }: Subscriber,
  attributes: SnsSubscription['attributes'],
  call: Call,
): SnsSubscription {
  const { account, region } = placeOf(call)
  const isOwn = protocol === 'sqs' && parseQueueArn(endpoint)?.account === account
  return {
    id: `${topicArn}:${randomUUID()}`,
    topicArn,
    owner: account,
    region,
    protocol,
    endpoint,
    attributes,
    principalArn: call.principal.kind === 'anonymous' ? '' : call.principal.arn,
    ...(!isOwn && { token: randomBytes(64).toString('hex') }),
    confirmedByOwner: isOwn,
    unsubscribeNeedsSignature: false,
    createdAt: call.now.toISOString(),
  }
}

/** A queue is asked at once; who subscribes a server does not wait for it. */
async function askForConfirmation(
  { deliveries, now }: Sns,
  subscription: SnsSubscription,
  token: string,
): Promise<void> {
  const asked = deliveries.deliver(subscription, {
    type: 'SubscriptionConfirmation',
    messageId: randomUUID(),
    topicArn: subscription.topicArn,
    at: now().toISOString(),
    token,
  })
  if (subscription.protocol === 'sqs') await asked
}
