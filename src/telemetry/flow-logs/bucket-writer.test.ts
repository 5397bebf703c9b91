// Which buckets the delivery service may write to, and under which keys.

import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Call } from '../../edge/adapter.ts'
import type { FlowLog, FlowLogDestination } from '../../store/flow-log-records.ts'
import { writeToBucket } from './bucket-writer.ts'

const OWNER = '123456789012'
const NOW = new Date('2026-01-02T03:04:05Z')

type Bucket = Extract<FlowLogDestination, { kind: 's3' }>

const BUCKET: Bucket = { kind: 's3', bucket: 'flows', prefix: '', hiveCompatible: false, perHour: false }

function logTo(destination: Bucket): FlowLog {
  return {
    ...{ id: 'fl-1', owner: OWNER, region: 'us-east-1', tags: {}, createdAt: '2026-01-01T00:00:00Z' },
    ...{ resourceId: 'vpc-1', vpcId: 'vpc-1', trafficType: 'ALL', destination, maxAggregationInterval: 60 },
    logFormat: ['srcaddr', 'dstaddr'].map((field) => `\${${field}}`).join(' '),
  }
}

/** What was put, into a bucket of `account` whose policy has these statements. */
async function write(bucket: Bucket, account = OWNER, statements: readonly object[] = []): Promise<Call> {
  const puts: Call[] = []
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
  const s3 = {
    run: async (call: Call) => {
      puts.push(call)
      return {}
    },
    describeRequest: (_: unknown, action: string, resource: string) => ({
      ...{ action, resource, resourceAccount: account, keys: {} },
      ...(statements.length > 0 && { resourcePolicy: { name: 'policy', document } }),
    }),
  }
  const lines = [{ interfaceId: 'eni-1', text: '10.0.1.5 10.0.2.5', start: 1 }]
  await writeToBucket(s3, logTo(bucket), bucket, lines, NOW)
  return puts[0] ?? expect.unreachable()
}

function statement(Effect: string, Condition: object = {}): object {
  const Principal = { Service: 'delivery.logs.amazonaws.com' }
  return { Effect, Principal, Action: 's3:PutObject', Resource: 'arn:aws:s3:::flows/*', Condition }
}

test('a file is compressed, and begins with the names of the fields', async () => {
  const { input, principal } = await write(BUCKET)
  expect(gunzipSync(input.Body as Uint8Array).toString()).toBe('srcaddr dstaddr\n10.0.1.5 10.0.2.5\n')
  expect(principal).toMatchObject({ kind: 'root', account: OWNER })
})

test.each([
  [BUCKET, 'AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/01/02/'],
  [{ ...BUCKET, perHour: true }, 'AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/01/02/03/'],
  [
    { ...BUCKET, prefix: 'net', hiveCompatible: true },
    'net/AWSLogs/aws-account-id=123456789012/aws-service=vpcflowlogs/aws-region=us-east-1/year=2026/month=01/day=02/',
  ],
])('the key is as AWS makes it (%#)', async (bucket, folder) => {
  const { input } = await write(bucket)
  const key = String(input.Key)
  expect(key.slice(0, folder.length)).toBe(folder)
  expect(key.slice(folder.length)).toMatch(
    /^123456789012_vpcflowlogs_us-east-1_fl-1_20260102T0300Z_[0-9a-f]{8}\.log\.gz$/,
  )
})

const OF_THIS_ACCOUNT = { StringEquals: { 'aws:SourceAccount': OWNER, 's3:x-amz-acl': 'bucket-owner-full-control' } }
const OF_ANOTHER = { StringEquals: { 'aws:SourceAccount': '111111111111' } }

test.each([
  ['one of our own, without a policy', OWNER, [], true],
  ['one of our own that denies it', OWNER, [statement('Deny')], false],
  ["another account's, without a policy", '999999999999', [], false],
  ["another account's that allows it", '999999999999', [statement('Allow', OF_THIS_ACCOUNT)], true],
  ["another account's that allows it to somebody else", '999999999999', [statement('Allow', OF_ANOTHER)], false],
])('a bucket: %s', async (_, account, statements, isWritten) => {
  const outcome = await write(BUCKET, account, statements).then(
    ({ principal }) => principal.kind === 'root' && principal.account === account,
    () => false,
  )
  expect(outcome).toBe(isWritten)
})
