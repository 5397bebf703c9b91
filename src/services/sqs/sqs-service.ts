// SQS: queues in the store, their messages on this disk, behind the front door.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html

import { join } from 'node:path'
import type { Adapter, Call } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { Principal } from '../../iam/principal.ts'
import type { Authorisation } from '../../iam/request.ts'
import type { Store } from '../../store/store.ts'
import { authorisationsOf, onQueue } from './authorisations.ts'
import { MessageStore } from './message-store.ts'
import { sweepMessages } from './message-sweep.ts'
import { addPermission, removePermission } from './operations/permission.ts'
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listDeadLetterSourceQueues,
  listQueues,
  purgeQueue,
  setQueueAttributes,
} from './operations/queue.ts'
import { receiveMessage } from './operations/receive-message.ts'
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './operations/received-message.ts'
import { sendMessage, sendMessageBatch } from './operations/send-message.ts'
import { listQueueTags, tagQueue, untagQueue } from './operations/tags.ts'
import { ReceiveWaits } from './receive-waits.ts'
import type { Sqs } from './sqs.ts'
import { sqsCodecs } from './sqs-codec.ts'

/** Answers one operation once what it changed is on disk. The codec decoded `input` by the operation's own table. */
type SqsOperation = (sqs: Sqs, input: never, call: Call) => Promise<object>

const OPERATIONS: Readonly<Record<string, SqsOperation>> = {
  AddPermission: addPermission,
  ChangeMessageVisibility: changeMessageVisibility,
  ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
  CreateQueue: createQueue,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  DeleteQueue: deleteQueue,
  GetQueueAttributes: getQueueAttributes,
  GetQueueUrl: getQueueUrl,
  ListDeadLetterSourceQueues: listDeadLetterSourceQueues,
  ListQueueTags: listQueueTags,
  ListQueues: listQueues,
  PurgeQueue: purgeQueue,
  ReceiveMessage: receiveMessage,
  RemovePermission: removePermission,
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  SetQueueAttributes: setQueueAttributes,
  TagQueue: tagQueue,
  UntagQueue: untagQueue,
}

/** The operations of SQS that are served, by their AWS names. */
export const SQS_OPERATIONS: ReadonlySet<string> = new Set(Object.keys(OPERATIONS))

/** How often messages past their time leave the disk. Milliseconds. */
const SWEEP_INTERVAL = 60_000

export interface SqsContext {
  readonly store: Store
  /** Where the messages are; it is made when missing. */
  readonly directory: string
  readonly now: () => Date
  readonly log: (line: string) => void
}

export interface SqsService {
  readonly sqs: Sqs
  readonly adapter: Adapter
  /** An action on a queue, as explain asks about it. */
  describeRequest(principal: Principal, action: string, arn: string): Authorisation
  /** Resolves when what nobody can receive has left the disk. */
  sweep(): Promise<void>
  reset(): Promise<void>
  close(): Promise<void>
}

export function openSqs({ store, directory, now, log }: SqsContext): SqsService {
  const messages = new MessageStore(join(directory, 'messages.db'))
  const waits = new ReceiveWaits()
  const sqs: Sqs = { store, messages, waits, now }
  let sweeping: Promise<void> = Promise.resolve()
  const sweep = () => {
    sweeping = sweeping
      .then(() => sweepMessages(sqs, () => waits.isClosed))
      .catch((error: unknown) => log(`sqs: the sweep failed: ${String(error)}`))
    return sweeping
  }
  const timer = setInterval(sweep, SWEEP_INTERVAL).unref()
  return {
    sqs,
    adapter: sqsAdapter(sqs),
    describeRequest: (principal, action, arn) =>
      onQueue(store.records, action, arn, principal.kind === 'anonymous' ? '' : principal.account),
    sweep,
    reset: async () => {
      messages.clear()
      await messages.durable()
    },
    close: async () => {
      clearInterval(timer)
      waits.close()
      await sweeping
      await messages.durable()
      messages.close()
    },
  }
}

function sqsAdapter(sqs: Sqs): Adapter {
  return {
    service: 'sqs',
    operations: SQS_OPERATIONS,
    codecOf: sqsCodecs(SQS_OPERATIONS),
    authorisations: async (call) => authorisationsOf(sqs.store.records, call),
    refusal: (_call, _authorisation, { message = 'Access denied' }) => new ApiError('AccessDeniedException', message),
    run: async (call) => {
      const operation = OPERATIONS[call.operation]
      if (!operation) throw new Error(`SQS does not serve ${call.operation}`)
      return { ...(await operation(sqs, call.input as never, call)) }
    },
  }
}
