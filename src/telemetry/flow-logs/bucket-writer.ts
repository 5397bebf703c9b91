// Writes a flow log's lines to a bucket: one compressed file for each interval. The log delivery service writes, not a role,
// and the bucket's policy says whether it may; for a bucket of one's own AWS adds the statement by itself.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3.html

import { createHash, randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Adapter } from '../../edge/adapter.ts'
import { rootPrincipal } from '../../iam/principal.ts'
import type { Authorisation } from '../../iam/request.ts'
import { refusalOfService } from '../../iam/service-request.ts'
import type { FlowLog, FlowLogDestination } from '../../store/flow-log-records.ts'
import { fieldsOf } from './flow-record.ts'
import type { FlowLine } from './flow-window.ts'

const DELIVERY = 'delivery.logs.amazonaws.com'
/** Files are named by the five minutes in which they end. */
const FILE_MS = 300_000

export interface BucketWriter extends Pick<Adapter, 'run'> {
  describeRequest(principal: ReturnType<typeof rootPrincipal>, action: string, arn: string): Authorisation
}

type Bucket = Extract<FlowLogDestination, { kind: 's3' }>

/** Throws when there is no such bucket or its policy refuses. */
export async function writeToBucket(
  s3: BucketWriter,
  log: FlowLog,
  bucket: Bucket,
  lines: readonly FlowLine[],
  now: Date,
): Promise<void> {
  const key = keyOf(log, bucket, now)
  const owner = requireDelivery(s3, log, `arn:aws:s3:::${bucket.bucket}/${key}`)
  const text = [fieldsOf(log.logFormat).join(' '), ...lines.map((line) => line.text), ''].join('\n')
  await s3.run({
    operation: 'PutObject',
    input: {
      Bucket: bucket.bucket,
      Key: key,
      Body: await promisify(gzip)(text),
      ContentType: 'application/octet-stream',
    },
    principal: rootPrincipal(owner),
    region: log.region,
    connection: { kind: 'public', sourceIp: '127.0.0.1', secure: true },
    requestId: randomUUID(),
    now,
    headers: {},
  })
}

/** The account whose bucket it is; throws when there is no such bucket, or its policy refuses AWS's log delivery. */
export function requireDelivery(
  s3: Pick<BucketWriter, 'describeRequest'>,
  log: Pick<FlowLog, 'owner' | 'region'>,
  resource: string,
): string {
  const { resourceAccount, resourcePolicy } = s3.describeRequest(rootPrincipal(log.owner), 's3:PutObject', resource)
  const owner = resourceAccount ?? ''
  const own = owner === log.owner ? [allowing(resource)] : []
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [...statementsOf(resourcePolicy?.document), ...own],
  })
  const refusal = refusalOfService({
    service: DELIVERY,
    action: 's3:PutObject',
    resource,
    resourcePolicy: { name: resource, document },
    keys: {
      'aws:sourceaccount': log.owner,
      'aws:sourcearn': `arn:aws:logs:${log.region}:${log.owner}:*`,
      's3:x-amz-acl': 'bucket-owner-full-control',
    },
  })
  if (refusal !== undefined) throw new Error(refusal)
  return owner
}

function allowing(resource: string): object {
  return { Effect: 'Allow', Principal: { Service: DELIVERY }, Action: 's3:PutObject', Resource: resource }
}

function statementsOf(document: string | undefined): unknown[] {
  const parsed: unknown = document === undefined ? {} : JSON.parse(document)
  const { Statement: statement = [] } = parsed as { readonly Statement?: unknown }
  return Array.isArray(statement) ? statement : [statement]
}

/** `AWSLogs/ACCOUNT/vpcflowlogs/REGION/2026/01/02/ACCOUNT_vpcflowlogs_REGION_fl-…_20260102T0300Z_1a2b3c4d.log.gz` */
function keyOf({ owner, region, id }: FlowLog, { prefix, hiveCompatible, perHour }: Bucket, now: Date): string {
  const window = new Date(Math.floor(now.getTime() / FILE_MS) * FILE_MS).toISOString()
  const [year = '', month = '', day = '', hour = '', minute = ''] = window.split(/[-T:]/)
  const hash = createHash('sha256').update(`${id} ${now.toISOString()}`).digest('hex').slice(0, 8)
  const folders = hiveCompatible
    ? [
        `aws-account-id=${owner}`,
        'aws-service=vpcflowlogs',
        `aws-region=${region}`,
        ...[`year=${year}`, `month=${month}`, `day=${day}`],
        ...(perHour ? [`hour=${hour}`] : []),
      ]
    : [owner, 'vpcflowlogs', region, year, month, day, ...(perHour ? [hour] : [])]
  const name = `${owner}_vpcflowlogs_${region}_${id}_${year}${month}${day}T${hour}${minute}Z_${hash}.log.gz`
  return [...(prefix === '' ? [] : [prefix]), 'AWSLogs', ...folders, name].join('/')
}
