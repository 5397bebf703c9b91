// Brings commands to their instances and their results back: sends as many at once as a command allows, by the control
// channel or to an agent that polls, and ends what took too long. What was sent and not yet taken is remembered in memory
// only: after a restart, or when an agent connects again, it is sent once more, and an agent knows a job that it has.

import { randomUUID } from 'node:crypto'
import type { InstanceId } from '../../../store/records.ts'
import type { SsmCommand, SsmCommandInvocation } from '../../../store/ssm-records.ts'
import type { Store, Tx } from '../../../store/store.ts'
import type { AgentMessage } from '../../../wire/agent-message.ts'
import { parseObject, payloadOf, serviceFrame, textMember } from '../channel/service-message.ts'
import {
  concurrencyOf,
  DELIVERY_TIMED_OUT,
  EXECUTION_TIMED_OUT,
  hasTooManyErrors,
  isOpen,
  OPEN_STATES,
} from './command-status.ts'
import { CANCEL_COMMAND, cancelContent, jobContent, jobId, parseJobId, SEND_COMMAND } from './job.ts'
import { readJobReply } from './job-reply.ts'

/** A message for an agent, whatever way it goes. */
export interface AgentJob {
  readonly jobId: string
  readonly topic: string
  readonly content: string
}

export interface DeliveryOptions {
  readonly store: Store
  /** Sends to the instance; false when no agent is there to take it. */
  readonly send: (instanceId: string, job: AgentJob) => boolean
  readonly now: () => Date
}

/** What an agent was sent and has not taken by then is sent again. Milliseconds. */
const RESEND = 60_000
/** The agent ends what runs too long and says so; this is how long the service waits for it to say it. Milliseconds. */
const GRACE = 10_000

export class CommandDelivery {
  readonly #options: DeliveryOptions
  /** Invocations that were sent and that no agent has taken yet, with the instance and when. */
  readonly #sent = new Map<string, { readonly instanceId: string; readonly at: number }>()

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /** Sends what may be sent now of a command. */
  dispatch(commandId: string): void {
    const { records } = this.#options.store
    const command = records.ssmCommands.get(commandId)
    if (!command) return
    const invocations = records.ssmCommandInvocations.where('commandId', commandId)
    const running = invocations.filter(
      (one) => (isOpen(one) && one.status !== 'Pending') || this.#sent.has(one.id),
    ).length
    let free = concurrencyOf(command, invocations.length) - running
    for (const one of invocations) {
      if (free <= 0) return
      if (one.status === 'Pending' && !this.#sent.has(one.id) && this.#sendOne(command, one)) free--
    }
  }

  /** An agent is there: it gets what waits for its instance. */
  connected(instanceId: InstanceId): void {
    for (const [id, sent] of this.#sent) if (sent.instanceId === instanceId) this.#sent.delete(id)
    this.polled(instanceId)
    for (const one of this.#options.store.records.ssmCommandInvocations.where('instanceId', instanceId)) {
      if (one.status === 'Cancelling') this.cancel(one)
    }
  }

  /** An agent asks for what waits. */
  polled(instanceId: InstanceId): void {
    for (const one of this.#options.store.records.ssmCommandInvocations.where('instanceId', instanceId)) {
      if (one.status === 'Pending') this.dispatch(one.commandId)
    }
  }

  /** Tells the agent to stop what it runs. */
  cancel({ commandId, instanceId }: SsmCommandInvocation): void {
    const job = {
      jobId: jobId(randomUUID(), instanceId),
      topic: CANCEL_COMMAND,
      content: cancelContent(commandId, instanceId),
    }
    this.#options.send(instanceId, job)
  }

  /** The agent has the job and begins. */
  async accepted(instanceId: string, id: string): Promise<void> {
    await this.#change(instanceId, id, (tx, invocation) => {
      if (invocation.status !== 'Pending') return
      const acceptedAt = this.#options.now().toISOString()
      tx.ssmCommandInvocations.update(invocation.id, { status: 'InProgress', statusDetails: 'InProgress', acceptedAt })
    })
  }

  /** The agent cannot do it. */
  async refused(instanceId: string, id: string, why: string): Promise<void> {
    await this.#change(instanceId, id, (tx, invocation) => {
      const traceOutput = why.slice(0, 2500)
      if (isOpen(invocation))
        this.#end(tx, invocation, { status: 'Failed', statusDetails: 'Undeliverable', traceOutput })
    })
  }

  /** The instance is no more. */
  async undeliverable(instanceId: InstanceId): Promise<void> {
    for (const one of this.#options.store.records.ssmCommandInvocations.where('instanceId', instanceId)) {
      if (isOpen(one)) await this.refused(instanceId, jobId(one.commandId, instanceId), 'the instance was terminated')
    }
  }

  /** What the agent says of the job, while it runs and at its end. An invocation that has ended stays as it is. */
  async replied(instanceId: string, id: string, content: unknown): Promise<void> {
    const result = readJobReply(content)
    if (!result) return
    await this.#change(instanceId, id, (tx, invocation) => {
      if (!isOpen(invocation)) return
      if (result.status !== 'InProgress') return this.#end(tx, invocation, result)
      const { plugins } = result
      const acceptedAt = invocation.acceptedAt ?? this.#options.now().toISOString()
      const status = invocation.status === 'Pending' ? 'InProgress' : invocation.status
      tx.ssmCommandInvocations.update(invocation.id, { status, statusDetails: status, acceptedAt, plugins })
    })
  }

  /** A message by the control channel; the reply that it wants, if any. */
  async received(instanceId: string, message: AgentMessage): Promise<Buffer | undefined> {
    const payload = payloadOf(message)
    const id = textMember(payload, 'jobId')
    if (message.messageType === 'agent_job_ack') {
      const status = textMember(payload, 'statusCode')
      if (/^(?:|success|successful|ok)$/i.test(status)) await this.accepted(instanceId, id)
      else await this.refused(instanceId, id, textMember(payload, 'errorMessage') || status)
      return undefined
    }
    if (message.messageType !== 'agent_job_reply') return undefined
    await this.replied(instanceId, id, payload.content ?? payload.Content)
    const ack = { jobId: id, acknowledgedMessageId: message.messageId }
    return serviceFrame('agent_job_reply_ack', ack, this.#options.now())
  }

  /** Ends what took too long, and sends again what nobody took. */
  async expire(now: Date): Promise<void> {
    const { store } = this.#options
    const open = OPEN_STATES.flatMap((status) => store.records.ssmCommandInvocations.where('status', status))
    const due = open.filter((one) => deadlineOf(store, one) <= now.getTime())
    const lost = [...this.#sent].filter(([, { at }]) => at + RESEND <= now.getTime()).map(([id]) => id)
    for (const id of [...lost, ...due.map((one) => one.id)]) this.#sent.delete(id)
    if (due.length > 0) await this.#timeOut(due)
    const commands = [...due.map(({ commandId }) => commandId), ...lost.map((id) => id.slice(0, id.indexOf('/')))]
    for (const commandId of new Set(commands)) this.dispatch(commandId)
  }

  async #timeOut(due: readonly SsmCommandInvocation[]): Promise<void> {
    const { durable } = this.#options.store.transact((tx) => {
      for (const { id } of due) {
        const invocation = tx.ssmCommandInvocations.get(id)
        if (!invocation || !isOpen(invocation)) continue
        const statusDetails = invocation.status === 'Pending' ? DELIVERY_TIMED_OUT : EXECUTION_TIMED_OUT
        this.#end(tx, invocation, { status: 'TimedOut', statusDetails })
      }
    })
    await durable
  }

  clear(): void {
    this.#sent.clear()
  }

  #sendOne(command: SsmCommand, invocation: SsmCommandInvocation): boolean {
    // Noted first: an agent that polls is handed the job within the call.
    this.#sent.set(invocation.id, { instanceId: invocation.instanceId, at: this.#options.now().getTime() })
    const sent = this.#options.send(invocation.instanceId, jobOf(command, invocation))
    if (!sent) this.#sent.delete(invocation.id)
    return sent
  }

  async #change(
    instanceId: string,
    id: string,
    change: (tx: Tx, invocation: SsmCommandInvocation) => void,
  ): Promise<void> {
    const job = parseJobId(id)
    if (!job || job.instanceId !== instanceId) return
    const invocationId = `${job.commandId}/${instanceId}`
    const { durable } = this.#options.store.transact((tx) => {
      const invocation = tx.ssmCommandInvocations.get(invocationId)
      if (invocation) change(tx, invocation)
    })
    this.#sent.delete(invocationId)
    await durable
    this.dispatch(job.commandId)
  }

  /** Ends one invocation, and with it those that are not sent yet when there were too many errors. */
  #end(
    tx: Tx,
    { id, commandId }: SsmCommandInvocation,
    result: Partial<SsmCommandInvocation> & Pick<SsmCommandInvocation, 'status' | 'statusDetails'>,
  ): void {
    const endedAt = this.#options.now().toISOString()
    tx.ssmCommandInvocations.update(id, { ...result, endedAt })
    const command = tx.ssmCommands.get(commandId)
    const all = tx.ssmCommandInvocations.where('commandId', commandId)
    if (!command || !hasTooManyErrors(command, all)) return
    for (const one of all) {
      if (one.status !== 'Pending' || this.#sent.has(one.id)) continue
      tx.ssmCommandInvocations.update(one.id, { status: 'Cancelled', statusDetails: 'Terminated', endedAt })
    }
  }
}

/** A job as the control channel carries it. */
export function jobFrame({ jobId: id, topic, content }: AgentJob, now: Date): Buffer {
  return serviceFrame('agent_job', { SchemaVersion: 1, JobId: id, Topic: topic, Content: content }, now)
}

/** When an open invocation has had its time, in milliseconds since 1970. */
export function deadlineOf({ records }: Pick<Store, 'records'>, invocation: SsmCommandInvocation): number {
  const command = records.ssmCommands.get(invocation.commandId)
  if (!command) return 0
  if (invocation.acceptedAt === undefined) {
    return Date.parse(invocation.requestedAt) + command.timeoutSeconds * 1000
  }
  return Date.parse(invocation.acceptedAt) + command.executionTimeout * 1000 + GRACE
}

function jobOf(command: SsmCommand, { commandId, instanceId }: SsmCommandInvocation): AgentJob {
  return { jobId: jobId(commandId, instanceId), topic: SEND_COMMAND, content: jobContent(command) }
}

/** The result in a reply of an agent that polls. */
export function replyContent(payload: string): Readonly<Record<string, unknown>> {
  return parseObject(payload)
}
