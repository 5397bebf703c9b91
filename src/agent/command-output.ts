// Where a command's output goes beside its reply: a bucket and a log group, written with the instance's own role over the
// instance's own network, as the real agent does. What cannot be written is said in the log, and the command is as it is.

import { type Aws, AwsRefusal } from './aws.ts'
import type { Log } from './log.ts'
import type { StepResult } from './run-script.ts'

type Members = Readonly<Record<string, unknown>>

export interface OutputPlan {
  readonly commandId: string
  /** Empty: to no bucket. */
  readonly bucket: string
  readonly prefix: string
  /** Empty: to no log group. */
  readonly logGroup: string
}

/** Bytes of each output that are written at most: they are held in memory until the step ends. */
export const MOST_WRITTEN = 4 * 1024 * 1024
/** What PutLogEvents takes in one event and in one call. */
const MOST_EVENT = 256 * 1024 - 26
const MOST_EVENTS = 3

/** Undefined when the output goes nowhere else. */
export function readOutputPlan(content: Members): OutputPlan | undefined {
  const text = (name: string) => (typeof content[name] === 'string' ? content[name] : '')
  const wantsLogs = String(content.CloudWatchOutputEnabled) === 'true'
  const bucket = text('OutputS3BucketName')
  if (bucket === '' && !wantsLogs) return undefined
  const logGroup = text('CloudWatchLogGroupName') || `/aws/ssm/${text('DocumentName').replace(/[^\w./#-]/g, '.')}`
  const prefix = text('OutputS3KeyPrefix').replace(/\/+$/, '')
  return { commandId: text('CommandId'), bucket, prefix, logGroup: wantsLogs ? logGroup : '' }
}

/** Where a step's output lies: `COMMAND/INSTANCE/awsrunShellScript/STEP`, after the caller's own prefix. */
export function outputKey(plan: OutputPlan, instanceId: string, { name, action, index }: OutputStep): string {
  const plugin = action.replaceAll(':', '')
  const step = name === action ? `${index}.${plugin}` : name
  return [plan.prefix, plan.commandId, instanceId, plugin, step].filter((part) => part !== '').join('/')
}

export interface OutputStep {
  readonly name: string
  readonly action: string
  readonly index: number
}

export interface OutputWriter {
  readonly aws: Aws
  readonly instanceId: string
  readonly log: Log
}

/** Writes what a step printed; an output that is empty is not written. */
export async function writeOutput(
  writer: OutputWriter,
  plan: OutputPlan,
  step: OutputStep,
  { whole }: StepResult,
): Promise<void> {
  const key = outputKey(plan, writer.instanceId, step)
  const outputs = [
    { name: 'stdout', bytes: whole?.output },
    { name: 'stderr', bytes: whole?.errors },
  ]
  for (const { name, bytes } of outputs) {
    if (!bytes || bytes.length === 0) continue
    const writes = [
      ...(plan.bucket === '' ? [] : [() => writer.aws.putObject(plan.bucket, `${key}/${name}`, bytes)]),
      ...(plan.logGroup === ''
        ? []
        : [() => putLogs(writer.aws, plan.logGroup, `${logStream(plan, writer.instanceId, step)}/${name}`, bytes)]),
    ]
    for (const write of writes) {
      await write().catch((error: unknown) => writer.log('ERROR', `${plan.commandId}: output: ${error}`))
    }
  }
}

function logStream({ commandId }: OutputPlan, instanceId: string, { name, action }: OutputStep): string {
  return `${commandId}/${instanceId}/${(name === action ? action : name).replace(/[:*]/g, '-')}`
}

async function putLogs(aws: Aws, logGroupName: string, logStreamName: string, bytes: Buffer): Promise<void> {
  const call = (operation: string, input: object) => aws.json({ service: 'logs', operation, input })
  await made(call('CreateLogGroup', { logGroupName }))
  await made(call('CreateLogStream', { logGroupName, logStreamName }))
  const timestamp = Date.now()
  const events = eventsOf(bytes).map((message) => ({ timestamp, message }))
  for (let from = 0; from < events.length; from += MOST_EVENTS) {
    await call('PutLogEvents', { logGroupName, logStreamName, logEvents: events.slice(from, from + MOST_EVENTS) })
  }
}

/** One that is there already is as good as one that was made; one that may not be made may be there. */
async function made(call: Promise<unknown>): Promise<void> {
  await call.catch((error: unknown) => {
    const isBearable = error instanceof AwsRefusal && /ResourceAlreadyExists|AccessDenied/.test(error.message)
    if (!isBearable) throw error
  })
}

function eventsOf(bytes: Buffer): string[] {
  const events: string[] = []
  for (let from = 0; from < bytes.length; from += MOST_EVENT) {
    events.push(bytes.subarray(from, from + MOST_EVENT).toString('utf8'))
  }
  return events
}
