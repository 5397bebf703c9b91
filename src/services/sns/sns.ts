// What SNS's operations share, and how they find what a call names.

import type { Call } from '../../edge/adapter.ts'
import { parseArn } from '../../iam/arn.ts'
import type { SnsSubscription, SnsTopic } from '../../store/messaging-records.ts'
import type { AccountId, Region } from '../../store/records.ts'
import type { Records, Store, Tx } from '../../store/store.ts'
import type { Deliveries } from './deliveries.ts'
import { invalidParameter, notFound } from './sns-error.ts'

export interface Sns {
  readonly store: Store
  readonly deliveries: Deliveries
  /** Where the API answers, for links in what is sent. */
  readonly endpoint: () => string
  readonly now: () => Date
}

export interface Place {
  readonly account: AccountId
  readonly region: Region
}

/** Account and region of a call. */
export function placeOf({ principal, region }: Pick<Call, 'principal' | 'region'>): Place {
  return { account: principal.kind === 'anonymous' ? '' : principal.account, region }
}

export function topicArn({ account, region }: Place, name: string): string {
  return `arn:aws:sns:${region}:${account}:${name}`
}

/** A topic of the call's region; the policies have said whether it may be another account's. Who follows a link says no
 * region. */
export function requireTopic(records: Records, call: Call, arn: string | undefined): SnsTopic {
  const named = parseArn(arn ?? '')
  if (arn === undefined || named?.service !== 'sns' || named.resource.includes(':')) {
    throw invalidParameter('TopicArn')
  }
  const topic = records.snsTopics.get(arn)
  const isHere = call.principal.kind === 'anonymous' || topic?.region === call.region
  if (!topic || !isHere) throw notFound('Topic')
  return topic
}

/** A subscription of the caller's, or to a topic of the caller's. */
export function requireSubscription(records: Records, call: Call, arn: string | undefined): SnsSubscription {
  if (arn === undefined || !/^arn:[^:]+:sns:[^:]*:\d*:[^:]+:[^:]+$/.test(arn)) {
    throw invalidParameter('SubscriptionArn Reason: An ARN must have at least 6 elements, not 1')
  }
  const subscription = records.snsSubscriptions.get(arn)
  const { account } = placeOf(call)
  const topicOwner = records.snsTopics.get(subscription?.topicArn ?? '')?.owner
  if (!subscription || (subscription.owner !== account && topicOwner !== account)) throw notFound('Subscription')
  return subscription
}

/** Changes records and resolves when that is on disk. */
export async function write<T>({ store }: Pick<Sns, 'store'>, change: (tx: Tx) => T): Promise<T> {
  const { result, durable } = store.transact(change)
  await durable
  return result
}

const PAGE = 100

/** A hundred at a time, in the order of their ARNs; the token is the last one shown. */
export function pageOf<R extends { readonly id: string }>(
  records: readonly R[],
  token: string | undefined,
): { readonly page: readonly R[]; readonly next: { NextToken?: string } } {
  const after = token === undefined ? '' : Buffer.from(token, 'base64url').toString()
  if (after !== '' && !after.startsWith('arn:')) throw invalidParameter('NextToken')
  const rest = records.filter(({ id }) => id > after).sort((a, b) => (a.id < b.id ? -1 : 1))
  const page = rest.slice(0, PAGE)
  const last = page.at(-1)
  return { page, next: last && rest.length > PAGE ? { NextToken: Buffer.from(last.id).toString('base64url') } : {} }
}
