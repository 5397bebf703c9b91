// The head of an HTTP request as the codecs and the signature see it.

import type { IncomingMessage } from 'node:http'
import { ApiError } from '../errors.ts'
import type { RequestHead } from '../wire/codec.ts'
import { parseS3Host } from './s3-host.ts'

export function readHead(req: IncomingMessage): RequestHead {
  const target = req.url ?? '/'
  // A proxy's form of the target names the host again; what follows it is the path.
  const local = target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?]*/i, '')
  const mark = local.indexOf('?')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(req.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(',')
  }
  return {
    method: req.method ?? 'GET',
    path: (mark < 0 ? local : local.slice(0, mark)) || '/',
    query: mark < 0 ? '' : local.slice(mark + 1),
    headers,
  }
}

/** The head with the bucket that the host names in front of the path, as S3's tables have it. */
export function withBucketInPath(head: RequestHead): RequestHead {
  const { bucket, surface } = parseS3Host(head.headers.host ?? '') ?? {}
  if (surface === 'control') throw new ApiError('NotImplemented', 'S3 Control is not served', { status: 501 })
  if (surface === 'accesspoint') {
    throw new ApiError('NoSuchAccessPoint', 'The specified accesspoint does not exist', { status: 404 })
  }
  return bucket === undefined ? head : { ...head, path: `/${encodeURIComponent(bucket)}${head.path}` }
}
