// What is done with a message that was received: it is deleted, or hidden for another time.

import type {
  ChangeMessageVisibilityBatchRequest,
  ChangeMessageVisibilityBatchResult,
  ChangeMessageVisibilityRequest,
  DeleteMessageBatchRequest,
  DeleteMessageBatchResult,
  DeleteMessageRequest,
} from '@aws-sdk/client-sqs'
import type { Call } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import type { SqsQueue } from '../../../store/messaging-records.ts'
import { doEach, requireEntries } from '../batch.ts'
import { parseHandle } from '../receipt-handle.ts'
import { requireQueue, type Sqs } from '../sqs.ts'
import { invalidValue } from '../sqs-error.ts'
import { requireVisibility } from './receive-message.ts'

export async function deleteMessage(sqs: Sqs, input: DeleteMessageRequest, call: Call): Promise<object> {
  const queue = requireQueue(sqs, call, input)
  sqs.messages.transact(() => remove(sqs, queue, input.ReceiptHandle, call))
  return settled(sqs, queue, {})
}

export async function deleteMessageBatch(
  sqs: Sqs,
  input: DeleteMessageBatchRequest,
  call: Call,
): Promise<DeleteMessageBatchResult> {
  const queue = requireQueue(sqs, call, input)
  const entries = requireEntries(input.Entries)
  const result = sqs.messages.transact(() => doEach(entries, (entry) => remove(sqs, queue, entry.ReceiptHandle, call)))
  return settled(sqs, queue, result)
}

export async function changeMessageVisibility(
  sqs: Sqs,
  input: ChangeMessageVisibilityRequest,
  call: Call,
): Promise<object> {
  const queue = requireQueue(sqs, call, input)
  sqs.messages.transact(() => hide(sqs, queue, input, call))
  return settled(sqs, queue, {})
}

export async function changeMessageVisibilityBatch(
  sqs: Sqs,
  input: ChangeMessageVisibilityBatchRequest,
  call: Call,
): Promise<ChangeMessageVisibilityBatchResult> {
  const queue = requireQueue(sqs, call, input)
  const entries = requireEntries(input.Entries)
  const result = sqs.messages.transact(() => doEach(entries, (entry) => hide(sqs, queue, entry, call)))
  return settled(sqs, queue, result)
}

/** Whoever waits looks again: a group may be free, or a message visible. */
async function settled<T>(sqs: Sqs, queue: SqsQueue, result: T): Promise<T> {
  await sqs.messages.durable()
  sqs.waits.wake(queue.messagesId)
  return result
}

/** A message that is gone is no error, and the handle of an older receive deletes nothing, as AWS has it; a FIFO queue
 * says when a handle no longer counts. */
function remove({ messages }: Sqs, queue: SqsQueue, handle: string | undefined, { now }: Call): object {
  const { number, receipt } = parseHandle(queue.messagesId, handle)
  const found = messages.find(queue.messagesId, number)
  if (queue.fifo && found && (found.receipt !== receipt || found.visibleAt <= now.getTime())) {
    throw invalidValue('ReceiptHandle', handle, 'The receipt handle has expired.')
  }
  if (found?.receipt === receipt) messages.delete(number)
  return {}
}

function hide(
  { messages }: Sqs,
  queue: SqsQueue,
  input: { readonly ReceiptHandle?: string | undefined; readonly VisibilityTimeout?: number | undefined },
  { now }: Call,
): object {
  const visibility = requireVisibility(input.VisibilityTimeout)
  const { number, receipt } = parseHandle(queue.messagesId, input.ReceiptHandle)
  const found = messages.find(queue.messagesId, number)
  if (!found) {
    const why = 'Message does not exist or is not available for visibility timeout change.'
    throw invalidValue('ReceiptHandle', input.ReceiptHandle, why)
  }
  const at = now.getTime()
  if (found.receipt !== receipt || found.visibleAt <= at) {
    throw new ApiError('MessageNotInflight', 'The specified message is not in flight.')
  }
  messages.setVisibleAt(number, at + visibility * 1000)
  return {}
}
