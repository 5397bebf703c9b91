// Run Command: jobs as they come by either way, each done once; five at a time, as the real agent.

import { join } from 'node:path'
import { isObject, newMessage, readJson } from '../session/message.ts'
import type { AgentMessage } from '../wire/agent-message.ts'
import type { Aws } from './aws.ts'
import { MOST_WRITTEN, type OutputPlan, outputKey, readOutputPlan, writeOutput } from './command-output.ts'
import type { ControlChannel } from './control-channel.ts'
import { readSteps, type Step } from './document.ts'
import { type DoneStep, jobResult } from './job-result.ts'
import type { Log } from './log.ts'
import { runScript, type StepResult } from './run-script.ts'

/** A job or its cancellation, whichever way it came. */
export interface JobMessage {
  /** `aws.ssm.COMMAND.INSTANCE` */
  readonly jobId: string
  readonly topic: string
  /** JSON. */
  readonly content: string
  /** A reply counts only once `agent_job_reply_ack` has come for it. */
  readonly repliesAreAcknowledged: boolean
  acknowledge(): Promise<void>
  /** Sends the result; at the latest when the way is open again. */
  reply(result: string): Promise<void>
}

export interface JobsOptions {
  readonly log: Log
  readonly aws: Aws
  readonly instanceId: string
  readonly workDirectory: string
}

const CANCEL = 'aws.ssm.cancelCommand'
const AT_ONCE = 5
/** Jobs that are remembered, so that one which is sent again is not done again. */
const REMEMBERED = 500
/** A reply that nobody acknowledged is sent again after this, a few times. */
const REPLY_AGAIN = 15_000
const REPLIES = 5

export class Jobs {
  readonly #options: JobsOptions
  readonly #known = new Map<string, AbortController>()
  readonly #replying = new Map<string, NodeJS.Timeout>()
  #running = 0
  readonly #queue: (() => Promise<void>)[] = []

  constructor(options: JobsOptions) {
    this.#options = options
  }

  take(job: JobMessage): void {
    this.#attempt(job.jobId, () => job.acknowledge())
    if (job.topic.startsWith(CANCEL)) {
      this.#known.get(String(readJson(job.content).CancelMessageId))?.abort()
      this.#attempt(job.jobId, () => job.reply('{}'))
      return
    }
    if (this.#known.has(job.jobId)) return
    const cancel = new AbortController()
    this.#remember(job.jobId, cancel)
    this.#queue.push(() => this.#do(job, cancel.signal))
    void this.#next()
  }

  /** The service has a reply that went by the control channel. */
  replied({ payload }: AgentMessage): void {
    const { jobId } = readJson(payload)
    clearInterval(this.#replying.get(String(jobId)))
    this.#replying.delete(String(jobId))
  }

  async #next(): Promise<void> {
    if (this.#running >= AT_ONCE) return
    const work = this.#queue.shift()
    if (!work) return
    this.#running += 1
    // One job that cannot be done must not keep the others waiting.
    await work().catch((error: unknown) => this.#options.log('ERROR', `job: ${error}`))
    this.#running -= 1
    return this.#next()
  }

  async #do(job: JobMessage, cancel: AbortSignal): Promise<void> {
    const { log } = this.#options
    log('INFO', `${job.jobId} begins`)
    const steps = await this.#runSteps(job, cancel)
    const result = jobResult(steps, new Date())
    log('INFO', `${job.jobId} ended: ${steps.map(({ name, result }) => `${name} ${result.status}`).join(', ')}`)
    await job.reply(result).catch((error: unknown) => log('ERROR', `${job.jobId}: reply: ${error}`))
    this.#replyAgain(job, result)
  }

  /** A document ends with the first step that fails. */
  async #runSteps({ jobId, content }: JobMessage, cancel: AbortSignal): Promise<DoneStep[]> {
    const members = readJson(content)
    const { DocumentContent, Parameters } = members
    const plan = readOutputPlan(members)
    const steps = readSteps(isObject(DocumentContent) ? DocumentContent : {}, isObject(Parameters) ? Parameters : {})
    if (steps.length === 0) return [notDone({ name: 'document', action: 'a document without steps' })]
    const done: DoneStep[] = []
    for (const [index, step] of steps.entries()) {
      const path = join(
        this.#options.workDirectory,
        'document',
        jobId.replace(/[^\w.-]/g, '_'),
        String(index),
        '_script.sh',
      )
      const result = step.kind === 'unknown' ? notDone(step) : await this.#runStep(step, path, cancel, plan)
      done.push(plan ? await this.#keepOutput(plan, result, index) : result)
      if (result.result.status !== 'Success') break
    }
    return done
  }

  /** Writes what a step printed where the caller wants it, and notes where that is. */
  async #keepOutput(plan: OutputPlan, done: DoneStep, index: number): Promise<DoneStep> {
    const step = { name: done.name, action: done.action, index }
    await writeOutput(this.#options, plan, step, done.result)
    if (plan.bucket === '') return done
    return { ...done, output: { bucket: plan.bucket, keyPrefix: outputKey(plan, this.#options.instanceId, step) } }
  }

  async #runStep(
    step: Step & { kind: 'shell' },
    path: string,
    cancel: AbortSignal,
    plan: OutputPlan | undefined,
  ): Promise<DoneStep> {
    const { name, action } = step
    try {
      return { name, action, result: await runScript(step, path, cancel, plan ? MOST_WRITTEN : 0) }
    } catch (error) {
      return { name, action, result: failure(String(error)) }
    }
  }

  #remember(jobId: string, cancel: AbortController): void {
    this.#known.set(jobId, cancel)
    if (this.#known.size <= REMEMBERED) return
    const [oldest = jobId] = this.#known.keys()
    this.#known.delete(oldest)
  }

  /** Until it is acknowledged. */
  #replyAgain(job: JobMessage, result: string): void {
    if (!job.repliesAreAcknowledged) return
    let left = REPLIES
    const timer = setInterval(() => {
      if (left-- <= 0) clearInterval(timer)
      else this.#attempt(job.jobId, () => job.reply(result))
    }, REPLY_AGAIN)
    this.#replying.set(job.jobId, timer)
  }

  #attempt(jobId: string, work: () => Promise<void>): void {
    work().catch((error: unknown) => this.#options.log('WARN', `${jobId}: ${error}`))
  }
}

/** A job that came by the control channel. */
export function controlJob({ messageId, payload }: AgentMessage, control: Pick<ControlChannel, 'send'>): JobMessage {
  const { JobId, Topic, Content } = readJson(payload)
  const jobId = String(JobId)
  const topic = String(Topic)
  return {
    jobId,
    topic,
    content: String(Content ?? ''),
    repliesAreAcknowledged: true,
    acknowledge: async () => {
      const createdDate = new Date().toISOString()
      const about = { jobId, acknowledgedMessageId: messageId, createdDate, statusCode: 'Successful', errorMessage: '' }
      control.send(newMessage('agent_job_ack', about))
    },
    reply: async (content: string) =>
      control.send(newMessage('agent_job_reply', { schemaVersion: 1, jobId, content, topic })),
  }
}

function notDone({ name, action }: Pick<Step, 'name' | 'action'>): DoneStep {
  return { name, action, result: failure(`this agent cannot do ${action}`) }
}

function failure(standardError: string): StepResult {
  const now = new Date()
  return { status: 'Failed', code: 1, standardOutput: '', standardError, startedAt: now, endedAt: now }
}
