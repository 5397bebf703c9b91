// What SQS's operations share: the queues in the store, the messages in their own database, and who waits for some.

import type { Call } from '../../edge/adapter.ts'
import type { SqsQueue } from '../../store/messaging-records.ts'
import type { Store, Tx } from '../../store/store.ts'
import type { MessageStore } from './message-store.ts'
import { parseQueueUrl, type QueuePlace, queueArn } from './queue-address.ts'
import type { ReceiveWaits } from './receive-waits.ts'
import { missing, queueDoesNotExist } from './sqs-error.ts'

export interface Sqs {
  readonly store: Store
  readonly messages: MessageStore
  readonly waits: ReceiveWaits
  readonly now: () => Date
}

/** Account and region of a call. */
export function placeOf({ principal, region }: Pick<Call, 'principal' | 'region'>): QueuePlace {
  return { account: principal.kind === 'anonymous' ? '' : principal.account, region }
}

/** The ARN of the queue that a call is about; it need not exist. */
export function arnOfUrl(call: Call, url: string): string {
  const place = placeOf(call)
  const { account, name } = parseQueueUrl(url, place.account)
  return queueArn({ ...place, account }, name)
}

interface QueueInput {
  readonly QueueUrl?: string | undefined
}

export function requireQueue({ store }: Pick<Sqs, 'store'>, call: Call, { QueueUrl }: QueueInput): SqsQueue {
  if (QueueUrl === undefined || QueueUrl === '') throw missing('QueueUrl')
  const queue = store.records.sqsQueues.get(arnOfUrl(call, QueueUrl))
  if (!queue) throw queueDoesNotExist()
  return queue
}

/** Changes records and resolves when that is on disk. */
export async function write<T>({ store }: Pick<Sqs, 'store'>, change: (tx: Tx) => T): Promise<T> {
  const { result, durable } = store.transact(change)
  await durable
  return result
}
