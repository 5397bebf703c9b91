// The way of an answer back to its client.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Answer, RequestHead } from '../wire/codec.ts'
import { letRunOut } from './request-body.ts'
import type { Served } from './served.ts'

/** Bodies up to this size go out with their head in one piece. Octets. */
const ONE_PIECE = 16 * 1024

/** What is answered. */
export interface AnsweredRequest {
  readonly req: IncomingMessage
  readonly head: RequestHead
  readonly requestId: string
  readonly hostId: string
  readonly served?: Served
  /** Who forwards the body reads it, also while the answer is on its way. */
  readonly bodyIsForwarded?: boolean
}

/** Resolves when all of it is handed to the socket, or the client went. */
export async function sendAnswer(
  { req, head, requestId, hostId, served, bodyIsForwarded }: AnsweredRequest,
  res: ServerResponse,
  { status, headers, body }: Answer,
  log: (line: string) => void,
): Promise<void> {
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
  if (served?.adapter.service === 's3') {
    res.setHeader('x-amz-request-id', requestId)
    res.setHeader('x-amz-id-2', hostId)
    res.setHeader('server', 'AmazonS3')
  } else if (!res.hasHeader('x-amzn-requestid')) res.setHeader('x-amzn-requestid', requestId)
  if (!req.complete && !(bodyIsForwarded && body instanceof Readable)) letRunOut(req)
  if (body instanceof Readable) {
    res.writeHead(status)
    return pipeline(body, res).catch((error: unknown) => {
      // The client went away in the middle, which is its right; a source that broke off is a fault of ours.
      if (!(error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE')) {
        log(`${requestId}: the answer broke off: ${String(error)}`)
      }
      res.destroy()
    })
  }
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  if (status !== 204 && status !== 304 && head.method !== 'HEAD') res.setHeader('content-length', bytes)
  res.writeHead(status)
  // Node joins a text with the head, and sends octets after it: one TLS record instead of two.
  if (typeof body === 'string' || body.length > ONE_PIECE) res.end(body)
  else res.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString('latin1'), 'latin1')
}
