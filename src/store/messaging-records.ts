// Records of topics, their subscriptions, and queues. What queues hold is not here: messages have a database of their own.

import type { AccountId, Instant, Owned, Region } from './records.ts'

/** Attributes as they were set, by their AWS names; one that is absent has its default. */
export type MessagingAttributes = Readonly<Record<string, string>>

export interface SnsTopic extends Owned {
  /** The ARN. */
  readonly id: string
  readonly name: string
  /** The topic's policy is one of them, always. */
  readonly attributes: MessagingAttributes
  /** How many subscriptions it had that were deleted. */
  readonly deletedSubscriptions: number
}

export interface SnsSubscription {
  /** The topic's ARN and a UUID. */
  readonly id: string
  readonly topicArn: string
  /** Who subscribed. */
  readonly owner: AccountId
  readonly region: Region
  readonly protocol: 'sqs' | 'http' | 'https'
  /** A queue's ARN, or a URL. */
  readonly endpoint: string
  readonly attributes: MessagingAttributes
  /** The ARN of who subscribed. */
  readonly principalArn: string
  /** What ConfirmSubscription must bring; absent once it was confirmed. */
  readonly token?: string
  readonly confirmedByOwner: boolean
  /** Only who signs may end it: the confirmation asked for that. */
  readonly unsubscribeNeedsSignature: boolean
  readonly createdAt: Instant
}

export interface SqsQueue extends Owned {
  /** The ARN. */
  readonly id: string
  readonly name: string
  /** What its messages are kept under: a queue that is made again has none of the old ones. */
  readonly messagesId: string
  readonly fifo: boolean
  readonly attributes: MessagingAttributes
  readonly modifiedAt: Instant
}
