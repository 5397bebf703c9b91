// Takes from the disk what nobody can receive any more: messages past their queue's retention, and those of queues that
// were deleted or emptied. A batch at a time, with room for others between two.

import { setImmediate } from 'node:timers/promises'
import { viewOf } from './operations/queue.ts'
import type { Sqs } from './sqs.ts'

const BATCH = 1000

/** What is to go, when `isOver` does not say that it is enough. */
export async function sweepMessages({ store, messages, now }: Sqs, isOver: () => boolean): Promise<void> {
  const at = now().getTime()
  const live = new Map([...store.records.sqsQueues.all()].map((queue) => [queue.messagesId, viewOf(queue, at).oldest]))
  messages.transact(() => messages.forgetDeduplication(at))
  for (const queue of messages.queues()) {
    const before = live.get(queue) ?? Number.MAX_SAFE_INTEGER
    while (!isOver() && messages.transact(() => messages.deleteSentBefore(queue, before, BATCH)) > 0)
      await setImmediate()
  }
  await messages.durable()
}
