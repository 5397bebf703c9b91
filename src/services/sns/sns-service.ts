// SNS: topics and subscriptions in the store, and what is published on its way to subscribers.
// https://docs.aws.amazon.com/sns/latest/api/welcome.html

import type { Adapter, Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { Principal } from '../../iam/principal.ts'
import type { Authorisation } from '../../iam/request.ts'
import type { Store } from '../../store/store.ts'
import type { SendHttp } from '../apigateway/execute/send-http.ts'
import type { Sqs } from '../sqs/sqs.ts'
import { authorisationsOf, LINKED, onTopic } from './authorisations.ts'
import { ConnectionNotifications } from './connection-notifications.ts'
import { Deliveries } from './deliveries.ts'
import { publish, publishBatch } from './publish.ts'
import { publishNotice, type ServiceNotice } from './service-notice.ts'
import type { Sns } from './sns.ts'
import {
  confirmSubscription,
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
  subscribe,
  unsubscribe,
} from './subscription.ts'
import { listTagsForResource, tagResource, untagResource } from './tags.ts'
import {
  addPermission,
  createTopic,
  deleteTopic,
  getTopicAttributes,
  listTopics,
  removePermission,
  setTopicAttributes,
} from './topic.ts'

/** Answers one operation once what it changed is on disk. The codec decoded `input` by the operation's own table. */
type SnsOperation = (sns: Sns, input: never, call: Call) => Promise<object>

const OPERATIONS: Readonly<Record<string, SnsOperation>> = {
  AddPermission: addPermission,
  ConfirmSubscription: confirmSubscription,
  CreateTopic: createTopic,
  DeleteTopic: deleteTopic,
  GetSubscriptionAttributes: getSubscriptionAttributes,
  GetTopicAttributes: getTopicAttributes,
  ListSubscriptions: listSubscriptions,
  ListSubscriptionsByTopic: listSubscriptionsByTopic,
  ListTagsForResource: listTagsForResource,
  ListTopics: listTopics,
  Publish: publish,
  PublishBatch: publishBatch,
  RemovePermission: removePermission,
  SetSubscriptionAttributes: setSubscriptionAttributes,
  SetTopicAttributes: setTopicAttributes,
  Subscribe: subscribe,
  TagResource: tagResource,
  Unsubscribe: unsubscribe,
  UntagResource: untagResource,
}

/** The operations of SNS that are served, by their AWS names. */
export const SNS_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(OPERATIONS))

export interface SnsContext {
  readonly store: Store
  /** Whose queues are delivered to. */
  readonly sqs: Sqs
  readonly send: SendHttp
  readonly endpoint: () => string
  readonly now: () => Date
  readonly log: (line: string) => void
  /** Milliseconds before each further attempt to deliver by HTTP; absent: AWS's. */
  readonly pauses?: readonly number[]
}

export interface SnsService {
  readonly adapter: Adapter
  /** An action on a topic, as explain asks about it. */
  describeRequest(principal: Principal, action: string, arn: string): Authorisation
  /** Publishes what PrivateLink has to tell; resolves when all of it was told. */
  publishPending(): Promise<void>
  /** Publishes for an AWS service; resolves with why it could not. */
  publishNotice(notice: ServiceNotice): Promise<string | undefined>
  close(): void
}

export function openSns({ store, endpoint, now, ...context }: SnsContext): SnsService {
  const deliveries = new Deliveries({ ...context, endpoint })
  const sns: Sns = { store, deliveries, endpoint, now }
  const notifications = new ConnectionNotifications(sns, context.log)
  return {
    adapter: snsAdapter(sns),
    describeRequest: (_principal, action, arn) => onTopic(store.records, action, arn),
    publishPending: () => notifications.publishPending(),
    publishNotice: (notice) => publishNotice(sns, notice),
    close: () => deliveries.close(),
  }
}

function snsAdapter(sns: Sns): Adapter {
  return {
    service: 'sns',
    operations: SNS_OPERATIONS,
    takesAnonymous: LINKED,
    authorisations: async (call) => authorisationsOf(sns.store.records, call),
    // SNS writes its own name in capitals where it refuses.
    refusal: (_call, _authorisation, { message = '' }) =>
      new ApiError('AuthorizationError', message.replaceAll(/\bsns:(?=[A-Z])/g, 'SNS:'), { status: 403 }),
    run: async (call) => {
      const operation = OPERATIONS[call.operation]
      if (!operation) throw new Error(`SNS does not serve ${call.operation}`)
      return { ...(await operation(sns, call.input as never, call)) }
    },
  }
}
