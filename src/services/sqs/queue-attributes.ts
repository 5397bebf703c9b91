// The attributes of a queue: which there are, what they may be, and how they are shown.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html

import { describeErrors, findPolicyErrors } from '../../iam/validate.ts'
import type { MessagingAttributes, SqsQueue } from '../../store/messaging-records.ts'
import type { Records } from '../../store/store.ts'
import { parseQueueArn } from './queue-address.ts'
import { invalidAttribute, invalidValue, unknownAttribute } from './sqs-error.ts'

interface NumberBounds {
  readonly least: number
  readonly most: number
  readonly initial: number
}

/** In seconds and bytes. */
const NUMBERS = {
  DelaySeconds: { least: 0, most: 900, initial: 0 },
  MaximumMessageSize: { least: 1024, most: 1_048_576, initial: 1_048_576 },
  MessageRetentionPeriod: { least: 60, most: 1_209_600, initial: 345_600 },
  ReceiveMessageWaitTimeSeconds: { least: 0, most: 20, initial: 0 },
  VisibilityTimeout: { least: 0, most: 43_200, initial: 30 },
} as const satisfies Record<string, NumberBounds>

export type QueueNumber = keyof typeof NUMBERS

/** Stored and shown; nothing is encrypted here. */
const KMS_REUSE: NumberBounds = { least: 60, most: 86_400, initial: 300 }

/** What each attribute of text may be; undefined: anything. */
const TEXTS: Readonly<Record<string, readonly string[] | undefined>> = {
  KmsMasterKeyId: undefined,
  Policy: undefined,
  RedriveAllowPolicy: undefined,
  RedrivePolicy: undefined,
  SqsManagedSseEnabled: ['true', 'false'],
}
const FIFO_TEXTS: Readonly<Record<string, readonly string[]>> = {
  ContentBasedDeduplication: ['true', 'false'],
  DeduplicationScope: ['queue', 'messageGroup'],
  FifoThroughputLimit: ['perQueue', 'perMessageGroupId'],
}

type QueueKind = Pick<SqsQueue, 'id' | 'fifo'>

export function numberOf({ attributes }: Pick<SqsQueue, 'attributes'>, name: QueueNumber): number {
  return Number(attributes[name] ?? NUMBERS[name].initial)
}

/** Attributes of a queue as they may be set; throws AWS's error otherwise. One that is set to nothing is taken away. */
export function requireAttributes(records: Records, queue: QueueKind, given: MessagingAttributes): MessagingAttributes {
  for (const [name, value] of Object.entries(given)) {
    if (value !== '') requireAttribute(records, queue, name, value)
    else if (!isKnown(queue, name)) throw unknownAttribute(name)
  }
  return given
}

/** What a queue has after some of its attributes were set. */
export function withAttributes(old: MessagingAttributes, given: MessagingAttributes): MessagingAttributes {
  const merged = { ...old, ...given }
  // The two ways to encrypt exclude each other; the one that was chosen last holds.
  if (given.KmsMasterKeyId) delete merged.SqsManagedSseEnabled
  if (given.SqsManagedSseEnabled === 'true') delete merged.KmsMasterKeyId
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
}

export interface QueueCounts {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

/** Everything that GetQueueAttributes can show of a queue. */
export function shownAttributes(queue: SqsQueue, counts: QueueCounts): Record<string, string> {
  const { id, attributes, createdAt, modifiedAt, fifo } = queue
  const numbers = Object.entries(NUMBERS).map(([name, { initial }]) => [name, attributes[name] ?? String(initial)])
  return {
    QueueArn: id,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: seconds(createdAt),
    LastModifiedTimestamp: seconds(modifiedAt),
    ...Object.fromEntries(numbers),
    SqsManagedSseEnabled: String(attributes.KmsMasterKeyId === undefined),
    ...(attributes.KmsMasterKeyId !== undefined && { KmsDataKeyReusePeriodSeconds: String(KMS_REUSE.initial) }),
    ...(fifo && {
      FifoQueue: 'true',
      ContentBasedDeduplication: 'false',
      DeduplicationScope: 'queue',
      FifoThroughputLimit: 'perQueue',
    }),
    ...attributes,
  }
}

function isKnown({ fifo }: QueueKind, name: string): boolean {
  const known = { ...NUMBERS, ...TEXTS, ...(fifo && { ...FIFO_TEXTS, FifoQueue: undefined }) }
  return Object.hasOwn(known, name) || name === 'KmsDataKeyReusePeriodSeconds'
}

function requireAttribute(records: Records, queue: QueueKind, name: string, value: string): void {
  if (!isKnown(queue, name)) throw unknownAttribute(name)
  // A queue is born as one kind: the name says so, and its attribute may repeat it.
  if (name === 'FifoQueue' && value !== 'true') throw invalidAttribute(name)
  const bounds = name === 'KmsDataKeyReusePeriodSeconds' ? KMS_REUSE : boundsOf(name)
  if (bounds && !(/^\d{1,9}$/.test(value) && Number(value) >= bounds.least && Number(value) <= bounds.most)) {
    throw invalidAttribute(name, `It must be a whole number from ${bounds.least} to ${bounds.most}.`)
  }
  const choices = TEXTS[name] ?? (queue.fifo ? FIFO_TEXTS[name] : undefined)
  if (choices && !choices.includes(value)) throw invalidAttribute(name, `It must be one of ${choices.join(', ')}.`)
  if (name === 'Policy') requirePolicy(value)
  if (name === 'RedrivePolicy') requireRedrivePolicy(records, queue, value)
  if (name === 'RedriveAllowPolicy') requireRedriveAllowPolicy(value)
}

function boundsOf(name: string): NumberBounds | undefined {
  return Object.entries(NUMBERS).find(([known]) => known === name)?.[1]
}

function requirePolicy(text: string): void {
  const errors = findPolicyErrors(text, 'resource-based policy')
  if (errors.length > 0) throw invalidAttribute('Policy', describeErrors(errors))
}

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string
  readonly maxReceiveCount: number
}

/** Undefined: the queue has none. What is kept was checked when it was set. */
export function redrivePolicyOf({ attributes }: Pick<SqsQueue, 'attributes'>): RedrivePolicy | undefined {
  const text = attributes.RedrivePolicy
  return text === undefined ? undefined : readRedrivePolicy(readObject(text))
}

function readRedrivePolicy(value: Readonly<Record<string, unknown>> | undefined): RedrivePolicy | undefined {
  const { deadLetterTargetArn, maxReceiveCount } = value ?? {}
  const count = Number(maxReceiveCount)
  if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count)) return undefined
  return { deadLetterTargetArn, maxReceiveCount: count }
}

function requireRedrivePolicy(records: Records, queue: QueueKind, text: string): void {
  const refused = (why: string) => invalidValue('RedrivePolicy', text, why)
  const policy = readRedrivePolicy(readObject(text))
  if (!policy) throw refused('Redrive policy is not a valid JSON map.')
  if (policy.maxReceiveCount < 1 || policy.maxReceiveCount > 1000) {
    throw refused('Invalid value for maxReceiveCount: it must be from 1 to 1000.')
  }
  const [source, target] = [parseQueueArn(queue.id), parseQueueArn(policy.deadLetterTargetArn)]
  if (!source || !target) throw refused('Invalid value for deadLetterTargetArn.')
  if (source.account !== target.account || source.region !== target.region) {
    throw refused('Dead-letter queue must be in the same account and region as the source.')
  }
  const deadLetters = records.sqsQueues.get(policy.deadLetterTargetArn)
  if (!deadLetters) throw refused('Dead letter target does not exist.')
  if (deadLetters.fifo !== queue.fifo) throw refused('Dead-letter queue must be same type of queue as the source.')
  if (!takesFrom(deadLetters, queue.id)) throw refused('Dead letter target does not allow the source queue.')
}

/** Whether the queue's RedriveAllowPolicy admits dead letters of the source. */
function takesFrom({ attributes }: SqsQueue, sourceArn: string): boolean {
  const { redrivePermission, sourceQueueArns } = readObject(attributes.RedriveAllowPolicy ?? '') ?? {}
  if (redrivePermission === 'denyAll') return false
  return redrivePermission !== 'byQueue' || (Array.isArray(sourceQueueArns) && sourceQueueArns.includes(sourceArn))
}

function requireRedriveAllowPolicy(text: string): void {
  const refused = (why: string) => invalidValue('RedriveAllowPolicy', text, why)
  const { redrivePermission, sourceQueueArns } = readObject(text) ?? {}
  if (!['allowAll', 'denyAll', 'byQueue'].includes(String(redrivePermission))) {
    throw refused('redrivePermission must be allowAll, denyAll or byQueue.')
  }
  const arns: readonly unknown[] = Array.isArray(sourceQueueArns) ? sourceQueueArns : []
  if ((redrivePermission === 'byQueue') !== arns.length > 0) {
    throw refused('sourceQueueArns must be given with byQueue, and only then.')
  }
  if (arns.length > 10 || !arns.every((arn) => typeof arn === 'string' && parseQueueArn(arn))) {
    throw refused('sourceQueueArns must be up to 10 ARNs of queues.')
  }
}

function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    // Who asks says what the text should have been.
    return undefined
  }
}

function seconds(instant: string): string {
  return String(Math.floor(Date.parse(instant) / 1000))
}
