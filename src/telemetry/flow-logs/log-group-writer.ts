// Writes a flow log's lines to CloudWatch Logs as the flow log's role: a stream for each interface. The group and the
// streams are made when they are missing, if the role may.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html

import { randomUUID } from 'node:crypto'
import type { Adapter, Call, Output } from '../../edge/adapter.ts'
import { authorise, type PolicySources } from '../../edge/authorise.ts'
import { ApiError } from '../../errors.ts'
import type { Principal } from '../../iam/principal.ts'
import type { FlowLog } from '../../store/flow-log-records.ts'
import type { FlowLine } from './flow-window.ts'

export interface LogGroupWriter {
  readonly adapter: Adapter
  readonly policies: PolicySources
  /** A session of the flow log's role. */
  readonly principal: Principal
  readonly region: string
  readonly now: Date
}

/** Logs takes no more at once. */
const MOST_EVENTS = 10_000
const MOST_BYTES = 1_000_000
const EVENT_OVERHEAD = 26

export async function writeToLogGroup(
  writer: LogGroupWriter,
  logGroupName: string,
  trafficType: FlowLog['trafficType'],
  lines: readonly FlowLine[],
): Promise<void> {
  for (const [interfaceId, own] of Map.groupBy(lines, (line) => line.interfaceId)) {
    const place = { logGroupName, logStreamName: `${interfaceId}-${trafficType.toLowerCase()}` }
    const sorted = own.toSorted((a, b) => a.start - b.start)
    for (const batch of batches(sorted)) await put(writer, place, batch)
  }
}

interface Place extends Readonly<Record<string, unknown>> {
  readonly logGroupName: string
  readonly logStreamName: string
}

async function put(writer: LogGroupWriter, place: Place, lines: readonly FlowLine[]): Promise<void> {
  const logEvents = lines.map(({ text, start }) => ({ timestamp: start * 1000, message: text }))
  const write = () => ask(writer, 'PutLogEvents', { ...place, logEvents })
  try {
    await write()
  } catch (error) {
    if (!isError(error, 'ResourceNotFoundException')) throw error
    const { logGroupName } = place
    await ask(writer, 'CreateLogGroup', { logGroupName }).catch(unlessThere)
    await ask(writer, 'CreateLogStream', place).catch(unlessThere)
    await write()
  }
}

/** One call, as the role may make it. */
async function ask(writer: LogGroupWriter, operation: string, input: Call['input']): Promise<Output> {
  const { adapter, principal, region, now, policies } = writer
  const call: Call = {
    operation,
    input,
    principal,
    region,
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: true },
    requestId: randomUUID(),
    now,
    headers: {},
  }
  await authorise(adapter, call, policies, [])
  return adapter.run(call)
}

function* batches(lines: readonly FlowLine[]): Generator<FlowLine[]> {
  let batch: FlowLine[] = []
  let bytes = 0
  for (const line of lines) {
    const size = line.text.length + EVENT_OVERHEAD
    if (batch.length === MOST_EVENTS || bytes + size > MOST_BYTES) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(line)
    bytes += size
  }
  if (batch.length > 0) yield batch
}

function unlessThere(error: unknown): void {
  if (!isError(error, 'ResourceAlreadyExistsException')) throw error
}

function isError(error: unknown, code: string): boolean {
  return error instanceof ApiError && error.code === code
}
