// Runs inside one instance on the policy differential's orders: a line of JSON on stdin is one S3 call with the instance
// role's own credentials, and a line on stdout is what became of it. Ends with stdin.

import { createInterface } from 'node:readline'
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'

export interface S3Order {
  readonly operation: 'GetObject' | 'ListBucket' | 'PutObject'
  readonly bucket: string
  /** Absent for ListBucket. */
  readonly key?: string
  /** Absent: the service's own name over TLS. */
  readonly endpoint?: string
  readonly anonymous?: boolean
  /** Absent: the instance role's, from the metadata service. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

/** `passed`, or the status, code and sentence of the refusal. */
export type S3Outcome = string

const clients = new Map<string, S3Client>()

export async function callS3(order: S3Order): Promise<S3Outcome> {
  const { bucket: Bucket, key: Key = 'no-key' } = order
  const client = clientFor(order)
  try {
    switch (order.operation) {
      case 'GetObject':
        await (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()
        return 'passed'
      case 'PutObject':
        await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
        return 'passed'
      case 'ListBucket':
        await client.send(new ListObjectsV2Command({ Bucket }))
        return 'passed'
      default:
        return order.operation satisfies never
    }
  } catch (error) {
    const { name, message, $metadata } = Object(error)
    return `${$metadata?.httpStatusCode} ${name}: ${message}`
  }
}

function clientFor({ endpoint, anonymous, credentials }: S3Order): S3Client {
  const name = JSON.stringify([endpoint, anonymous, credentials])
  const known = clients.get(name)
  if (known) return known
  const client = new S3Client({
    region: 'us-east-1',
    maxAttempts: 1,
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
    ...(credentials && { credentials }),
    ...(anonymous && { signer: { sign: async (request) => request } }),
  })
  clients.set(name, client)
  return client
}

if (process.argv[1] === import.meta.filename) {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await callS3(JSON.parse(line)))}\n`)
  }
}
