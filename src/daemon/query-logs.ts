// Resolver query logs, wired: what the resolver answered, written to the world's own CloudWatch Logs and S3 by AWS's log
// delivery, which AWS itself lets write to the log groups of those who make a configuration. Nothing is loaded before the
// first question that is logged.

import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import type { LoggedQuery } from '../dns/query-log.ts'
import type { Call } from '../edge/adapter.ts'
import { ApiError } from '../errors.ts'
import { rootPrincipal } from '../iam/principal.ts'
import type { QueryLogConfig } from '../store/query-log-records.ts'
import type { VpcId } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { type BucketWriter, requireDelivery } from '../telemetry/flow-logs/bucket-writer.ts'
import type { QueryLine, QueryLogs } from '../telemetry/query-logs/query-logs.ts'
import type { Services } from './services.ts'

interface Dependencies {
  readonly store: Store
  readonly services: Services
  readonly s3: { open(): Promise<BucketWriter> }
  readonly now: () => Date
  readonly log: (line: string) => void
}

/** Hears of each question; `stop` resolves when what was heard is written. */
export function makeQueryLogs(dependencies: Dependencies): {
  readonly note: (query: LoggedQuery) => void
  readonly stop: () => Promise<void>
} {
  let opened: Promise<QueryLogs> | undefined
  return {
    note: (query) => {
      opened ??= open(dependencies)
      void opened.then((logs) => logs.note(query))
    },
    stop: async () => (await opened)?.deliverNow(),
  }
}

async function open(dependencies: Dependencies): Promise<QueryLogs> {
  const { QueryLogs } = await import('../telemetry/query-logs/query-logs.ts')
  const { store, now, log } = dependencies
  return new QueryLogs({
    store,
    now,
    log,
    deliver: async (config, vpcId, lines) => {
      try {
        await deliver(dependencies, config, vpcId, lines)
        return undefined
      } catch (error) {
        log(`${config.id}: ${lines.length} lines were not delivered: ${error instanceof Error ? error.message : error}`)
        return isMissing(error) ? 'DESTINATION_NOT_FOUND' : 'ACCESS_DENIED'
      }
    },
  })
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && ['ResourceNotFoundException', 'NoSuchBucket'].includes(error.code)
}

function deliver(
  parts: Dependencies,
  config: QueryLogConfig,
  vpcId: VpcId,
  lines: readonly QueryLine[],
): Promise<void> {
  const { destination } = config
  return destination.kind === 's3'
    ? toBucket(parts, config, destination, vpcId, lines)
    : toLogGroup(parts, config, destination.logGroupName, vpcId, lines)
}

async function toLogGroup(
  { services, now }: Dependencies,
  { owner, region }: QueryLogConfig,
  logGroupName: string,
  vpcId: VpcId,
  lines: readonly QueryLine[],
): Promise<void> {
  const adapter = await services.adapterOf('logs')
  if (!adapter) throw new Error('there is no CloudWatch Logs')
  const place = { logGroupName, logStreamName: vpcId }
  const ask = (operation: string, input: Call['input']) => adapter.run(callOf(operation, input, owner, region, now()))
  await ask('CreateLogStream', place).catch((error: unknown) => {
    if (!(error instanceof ApiError && error.code === 'ResourceAlreadyExistsException')) throw error
  })
  for (let start = 0; start < lines.length; start += LINES_AT_ONCE) {
    const logEvents = lines
      .slice(start, start + LINES_AT_ONCE)
      .map(({ text, at }) => ({ timestamp: at, message: text }))
    await ask('PutLogEvents', { ...place, logEvents })
  }
}

/** Of one PutLogEvents; a line has less than a kilobyte, and Logs takes a megabyte. */
const LINES_AT_ONCE = 500

async function toBucket(
  { s3, now }: Dependencies,
  { owner, region, id }: QueryLogConfig,
  { bucket, prefix }: Extract<QueryLogConfig['destination'], { kind: 's3' }>,
  vpcId: VpcId,
  lines: readonly QueryLine[],
): Promise<void> {
  const at = now()
  const [year, month, day, hour, minute] = at.toISOString().split(/[-T:]/)
  const hash = createHash('sha256').update(`${id} ${vpcId} ${at.toISOString()}`).digest('hex').slice(0, 8)
  const name = `${owner}_vpcdnsquerylogs_${vpcId}_${year}${month}${day}T${hour}${minute}Z_${hash}.log.gz`
  const folders = ['AWSLogs', owner, 'vpcdnsquerylogs', vpcId, year, month, day]
  const Key = [...(prefix === '' ? [] : [prefix]), ...folders, name].join('/')
  const writer = await s3.open()
  const account = requireDelivery(writer, { owner, region }, `arn:aws:s3:::${bucket}/${Key}`)
  const { gzip } = await import('node:zlib')
  const Body = await promisify(gzip)(`${lines.map(({ text }) => text).join('\n')}\n`)
  const ContentType = 'application/octet-stream'
  await writer.run(callOf('PutObject', { Bucket: bucket, Key, Body, ContentType }, account, region, at))
}

function callOf(operation: string, input: Call['input'], account: string, region: string, now: Date): Call {
  return {
    ...{ operation, input, region, now },
    principal: rootPrincipal(account),
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: true },
    requestId: randomUUID(),
    headers: {},
  }
}
