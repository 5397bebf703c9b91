// Random work on a queue against a model of what AWS promises: no message is lost, none is given out while it is in flight,
// and a FIFO queue keeps the order of each group.

import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Call } from '../../edge/adapter.ts'
import { rootPrincipal } from '../../iam/principal.ts'
import { ACCOUNT, TestQueues } from './testing.ts'

type Step =
  | { readonly kind: 'send'; readonly group: string }
  | { readonly kind: 'receive'; readonly count: number }
  | { readonly kind: 'delete' | 'hide'; readonly which: number; readonly seconds: number }
  | { readonly kind: 'wait'; readonly seconds: number }

interface Known {
  readonly body: string
  readonly group: string
  /** In flight until then. */
  hiddenUntil: number
  handle: string
}

const STEP: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('send' as const), group: fc.constantFrom('g', 'h') }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('receive' as const), count: fc.integer({ min: 1, max: 3 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('delete' as const, 'hide' as const),
      which: fc.nat(5),
      seconds: fc.integer({ min: 0, max: 40 }),
    }),
  },
  fc.record({ kind: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 40 }) }),
)
const VISIBILITY = 30

let queues: TestQueues
let made = 0
beforeEach(async () => {
  queues = await TestQueues.start()
  queues.wait(0)
})
afterEach(() => queues.stop())

const now = () => queues.time?.getTime() ?? 0

async function ask(operation: string, input: Record<string, unknown>) {
  const call: Call = {
    operation,
    input,
    principal: rootPrincipal(ACCOUNT),
    region: 'us-east-1',
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: false },
    requestId: 'TEST',
    now: new Date(now()),
    headers: { host: 'h' },
  }
  return queues.service.adapter.run(call)
}

/** Which messages a receive may give out, in the order that a FIFO queue has to keep. */
function receivable(known: readonly Known[], fifo: boolean): readonly Known[] {
  const inFlight = new Set(known.filter(({ hiddenUntil }) => hiddenUntil > now()).map(({ group }) => group))
  return known.filter(({ hiddenUntil, group }) => hiddenUntil <= now() && !(fifo && inFlight.has(group)))
}

async function follow(QueueUrl: string, fifo: boolean, steps: readonly Step[]): Promise<void> {
  let known: Known[] = []
  for (const [at, step] of steps.entries()) {
    if (step.kind === 'wait') queues.wait(step.seconds)
    else if (step.kind === 'send') {
      const body = `body-${at}`
      const fifoIds = { MessageGroupId: step.group, MessageDeduplicationId: body }
      await ask('SendMessage', { QueueUrl, MessageBody: body, ...(fifo && fifoIds) })
      known.push({ body, group: step.group, hiddenUntil: 0, handle: '' })
    } else if (step.kind === 'receive') {
      const may = receivable(known, fifo)
      const { Messages = [] } = await ask('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: step.count })
      const received = (Messages as readonly { Body: string; ReceiptHandle: string }[]).map(
        ({ Body, ReceiptHandle }) => {
          const message = may.find(({ body }) => body === Body)
          if (!message) throw new Error(`${Body} was given out and may not be`)
          return { message, ReceiptHandle }
        },
      )
      expect(received).toHaveLength(Math.min(step.count, may.length))
      if (fifo) expect(received.map(({ message }) => message)).toEqual(may.slice(0, step.count))
      for (const { message, ReceiptHandle } of received) {
        message.handle = ReceiptHandle
        message.hiddenUntil = now() + VISIBILITY * 1000
      }
    } else {
      const inFlight = known.filter(({ hiddenUntil }) => hiddenUntil > now())
      const message = inFlight[step.which % Math.max(inFlight.length, 1)]
      if (!message) continue
      const named = { QueueUrl, ReceiptHandle: message.handle }
      if (step.kind === 'delete') {
        await ask('DeleteMessage', named)
        known = known.filter((one) => one !== message)
      } else {
        await ask('ChangeMessageVisibility', { ...named, VisibilityTimeout: step.seconds })
        message.hiddenUntil = now() + step.seconds * 1000
      }
    }
  }
  const { Attributes } = await ask('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })
  const inFlight = known.filter(({ hiddenUntil }) => hiddenUntil > now()).length
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: String(known.length - inFlight),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
  })
}

it.each([
  ['a standard queue', false],
  ['a FIFO queue', true],
])('%s', async (_, fifo) => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 30 }), async (steps) => {
      const QueueName = `q${made++}${fifo ? '.fifo' : ''}`
      const Attributes = fifo ? { FifoQueue: 'true' } : {}
      const { QueueUrl } = await ask('CreateQueue', { QueueName, Attributes })
      await follow(String(QueueUrl), fifo, steps)
    }),
    { numRuns: 60 },
  )
})
