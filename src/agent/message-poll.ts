// ec2messages: long polls for messages, and the answers to them. Run Command's older way, kept beside the control channel.

import { randomUUID } from 'node:crypto'
import { isObject } from '../session/message.ts'
import type { Aws } from './aws.ts'
import type { JobMessage } from './jobs.ts'
import { type Persistence, persist } from './persist.ts'
import type { Presence } from './presence.ts'

export interface PollOptions extends Persistence {
  readonly aws: Aws
  readonly instanceId: string
  readonly presence: Presence
  readonly receive: (message: JobMessage) => void
}

/** The service holds a poll for about 20 s. */
const PATIENCE = 40_000
/** A poll that was not refused in this time is one that waits for messages. */
const REFUSAL_TIME = 1_500

export async function pollMessages(options: PollOptions): Promise<void> {
  const { presence, receive } = options
  await persist('ec2messages', options, async (succeeded) => {
    try {
      const messages = await poll(options)
      presence.set('ec2messages', true)
      succeeded()
      for (const message of messages) receive(message)
    } catch (error) {
      presence.set('ec2messages', false)
      throw error
    }
  })
}

async function poll({ aws, instanceId, presence }: PollOptions): Promise<JobMessage[]> {
  let waiting: NodeJS.Timeout | undefined
  try {
    const answer = await aws.json({
      service: 'ec2messages',
      operation: 'GetMessages',
      input: { Destination: instanceId, MessagesRequestId: randomUUID(), VisibilityTimeoutInSeconds: 10 },
      patience: PATIENCE,
      connected: () => {
        waiting = setTimeout(() => presence.set('ec2messages', true), REFUSAL_TIME)
      },
    })
    const messages = Array.isArray(answer.Messages) ? answer.Messages.filter(isObject) : []
    return messages.map((message) => jobMessage(aws, message))
  } finally {
    clearTimeout(waiting)
  }
}

function jobMessage(aws: Aws, message: Readonly<Record<string, unknown>>): JobMessage {
  const MessageId = String(message.MessageId)
  const call = (operation: string, input: object) =>
    aws.json({ service: 'ec2messages', operation, input: { MessageId, ...input } }).then(() => undefined)
  return {
    jobId: MessageId,
    topic: String(message.Topic),
    content: String(message.Payload ?? ''),
    repliesAreAcknowledged: false,
    acknowledge: () => call('AcknowledgeMessage', {}),
    reply: async (Payload) => {
      await call('SendReply', { Payload, ReplyId: randomUUID() })
      await call('DeleteMessage', {})
    },
  }
}
