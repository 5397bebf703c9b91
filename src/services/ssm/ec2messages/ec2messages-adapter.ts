// ec2messages: how agents without a control channel get their commands. The same commands, by long polls.

import { createHash } from 'node:crypto'
import type { Adapter, Call, Output } from '../../../edge/adapter.ts'
import { ApiError } from '../../../errors.ts'
import { type AgentJob, replyContent } from '../command/command-delivery.ts'
import { parseJobId } from '../command/job.ts'
import { requireOwnInstance } from '../instance/caller-instance.ts'
import { asks, type Ssm } from '../ssm.ts'
import { EC2_MESSAGES_OPERATIONS, EC2_MESSAGES_TARGET, ec2MessagesCodec } from './ec2messages-codec.ts'
import type { MessagePolls } from './message-polls.ts'

/** How long a poll is held. Milliseconds. */
const POLL = 20_000

export function ec2MessagesAdapter(ssm: Ssm, polls: MessagePolls): Adapter {
  return {
    service: 'ec2messages',
    operations: EC2_MESSAGES_OPERATIONS,
    codec: ec2MessagesCodec,
    targetPrefix: EC2_MESSAGES_TARGET,
    authorisations: async (call) => [asks(call, '*', {}, 'ec2messages')],
    refusal: (_call, _authorisation, decision) => new ApiError('AccessDenied', decision.message ?? ''),
    run: (call) => OPERATIONS[call.operation]?.(ssm, call, polls) ?? Promise.reject(new TypeError(call.operation)),
  }
}

type Operation = (ssm: Ssm, call: Call, polls: MessagePolls) => Promise<Output>

const OPERATIONS: Readonly<Record<string, Operation>> = {
  AcknowledgeMessage: async (ssm, call) => {
    const { id, instanceId } = requireMessage(ssm, call)
    await ssm.delivery.accepted(instanceId, id)
    return {}
  },
  // A message that was answered or failed is gone by itself.
  DeleteMessage: async (ssm, call) => {
    requireMessage(ssm, call)
    return {}
  },
  FailMessage: async (ssm, call) => {
    const { id, instanceId } = requireMessage(ssm, call)
    await ssm.delivery.refused(instanceId, id, textOf(call, 'FailureType'))
    return {}
  },
  GetEndpoint: async (ssm, call) => {
    requireOwnInstance(ssm, call, textOf(call, 'Destination'), 'ec2messages')
    return { Endpoint: { Protocol: 'SQS', Endpoint: `ec2messages.${call.region}.amazonaws.com` } }
  },
  GetMessages: getMessages,
  SendReply: async (ssm, call) => {
    const { id, instanceId } = requireMessage(ssm, call)
    await ssm.delivery.replied(instanceId, id, replyContent(textOf(call, 'Payload')))
    return {}
  },
}

async function getMessages(ssm: Ssm, call: Call, polls: MessagePolls): Promise<Output> {
  const { id } = requireOwnInstance(ssm, call, textOf(call, 'Destination'), 'ec2messages')
  const waiting = polls.wait(id, POLL)
  ssm.delivery.polled(id)
  const job = await waiting
  return {
    Destination: id,
    MessagesRequestId: textOf(call, 'MessagesRequestId'),
    Messages: job ? [messageOf(job, id, ssm.now())] : [],
  }
}

function messageOf({ jobId, topic, content }: AgentJob, instanceId: string, now: Date): object {
  return {
    CreatedDate: now.toISOString(),
    Destination: instanceId,
    MessageId: jobId,
    Payload: content,
    PayloadDigest: createHash('sha256').update(content).digest('hex'),
    Topic: topic,
  }
}

/** The message that the call is about, when it went to the instance that asks. */
function requireMessage(ssm: Ssm, call: Call): { readonly id: string; readonly instanceId: string } {
  const id = textOf(call, 'MessageId')
  const job = parseJobId(id)
  if (!job) throw new ApiError('InvalidMessageIdException', `The message id '${id}' is not valid.`)
  return { id, instanceId: requireOwnInstance(ssm, call, job.instanceId, 'ec2messages').id }
}

function textOf({ input }: Call, name: string): string {
  const value = input[name]
  if (typeof value === 'string') return value
  throw new ApiError('ValidationException', `${name} must be a text`)
}
