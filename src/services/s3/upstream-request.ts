// One request on its way to another S3: what of the client's request goes along, and who signs it.

import type { SentRequest } from '../../edge/adapter.ts'
import { signRequest, UNSIGNED_PAYLOAD } from '../../iam/sigv4.ts'

/** Another S3 endpoint and the credentials that it knows. */
export interface UpstreamOptions {
  /** `http://HOST:PORT` or `https://…`, without a path. */
  readonly url: URL
  readonly accessKeyId: string
  readonly secret: string
  /** The region that the other endpoint wants in signatures. */
  readonly region: string
}

/** Reads `http://KEY:SECRET@HOST:PORT`; throws with what is missing. */
export function parseUpstream(text: string, region = 'us-east-1'): UpstreamOptions {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const [accessKeyId, secret] = [decodeURIComponent(url?.username ?? ''), decodeURIComponent(url?.password ?? '')]
  if (!url || !/^https?:$/.test(url.protocol) || !accessKeyId || !secret) {
    throw new Error('the S3 upstream must be http://KEY:SECRET@HOST:PORT, or https://; percent-encode the secret')
  }
  return { url: new URL(url.origin), accessKeyId, secret, region }
}

/** Headers of the hop or of the client's signature; they are made anew. */
const OWN_HEADERS = new Set(
  (
    'authorization connection content-encoding content-length expect host keep-alive te trailer transfer-encoding upgrade ' +
    'x-amz-content-sha256 x-amz-date x-amz-decoded-content-length x-amz-sdk-checksum-algorithm x-amz-security-token ' +
    'x-amz-trailer x-amz-expected-bucket-owner'
  ).split(' '),
)
/** Not `accept-encoding` and its like, which a proxy may change: only what S3 reads is signed. */
const SIGNED = /^(?:host|content-type|content-md5|x-amz-.*)$/

export interface UpstreamRequest {
  readonly path: string
  readonly headers: Record<string, string>
}

/** The request as it is sent on. */
export function upstreamRequest(sent: SentRequest, upstream: UpstreamOptions, now: Date): UpstreamRequest {
  const query = sent.query
    .split('&')
    .filter((pair) => pair !== '' && !/^x-amz-(?!checksum)/i.test(pair))
    .join('&')
  const timestamp = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = {
    ...Object.fromEntries(Object.entries(sent.headers).filter(([name]) => !OWN_HEADERS.has(name))),
    ...bodyHeaders(sent),
    host: upstream.url.host,
    'x-amz-date': timestamp,
    'x-amz-content-sha256': UNSIGNED_PAYLOAD,
  }
  const signed = Object.fromEntries(Object.entries(headers).filter(([name]) => SIGNED.test(name)))
  const authorization = signRequest(
    { method: sent.method, path: sent.path, query, headers: signed },
    {
      accessKeyId: upstream.accessKeyId,
      secret: upstream.secret,
      scope: { date: timestamp.slice(0, 8), region: upstream.region, service: 's3' },
      timestamp,
      payloadHash: UNSIGNED_PAYLOAD,
    },
  )
  return { path: query === '' ? sent.path : `${sent.path}?${query}`, headers: { ...headers, authorization } }
}

/** How long the body is once it is out of its chunks, and which encodings are the object's own. */
function bodyHeaders({ headers, body }: SentRequest): Record<string, string> {
  const encoding = headers['content-encoding']
    ?.split(',')
    .filter((coding) => coding.trim() !== 'aws-chunked')
    .join(',')
  const length =
    body instanceof Uint8Array
      ? String(body.length)
      : (headers['x-amz-decoded-content-length'] ?? headers['content-length'])
  return {
    ...(encoding ? { 'content-encoding': encoding } : {}),
    ...(length === undefined ? {} : { 'content-length': length }),
  }
}
