// The body of a request: read whole within a limit, or made ready to be streamed.

import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import { ApiError } from '../errors.ts'
import { sha256Hex } from '../iam/sigv4.ts'
import type { RequestHead } from '../wire/codec.ts'
import { AwsChunkedDecoder, CHUNKED_PAYLOADS, type ChunkSignatures } from './aws-chunked.ts'

/** More than any request needs whose body is not an object's content. */
export const WHOLE_BODY_LIMIT = 10 * 1024 * 1024

/** The body that is not there. */
export const NO_BODY = Buffer.alloc(0)
export const EMPTY_HASH = sha256Hex('')

/** RFC 9112, 6.3: a request has a body when one of these headers says so. */
export function hasBody({ headers }: RequestHead): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

export interface BodyLimits {
  /** Octets. */
  readonly size: number
  /** Milliseconds from here to the last octet. */
  readonly time: number
}

const LIMITS: BodyLimits = { size: WHOLE_BODY_LIMIT, time: 60_000 }

export async function readWhole(body: Readable, { size: most, time }: BodyLimits = LIMITS): Promise<Buffer> {
  const pieces: Buffer[] = []
  let size = 0
  const late = setTimeout(
    () => body.destroy(new ApiError('RequestTimeout', 'The request took too long to arrive')),
    time,
  )
  try {
    // The stream outlives a refusal: destroying a request would take the answer's connection with it.
    for await (const piece of body.iterator({ destroyOnReturn: false })) {
      size += piece.length
      if (size > most) {
        throw new ApiError('RequestEntityTooLarge', `The request is larger than ${most} bytes`, { status: 413 })
      }
      pieces.push(piece)
    }
  } finally {
    clearTimeout(late)
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces)
}

/** How long what nobody wants to read may still come. Milliseconds. */
const RUN_OUT = 10_000

/** A client that is still sending reads the answer only when it is done, so what nobody read is let run out. */
export function letRunOut(req: IncomingMessage): void {
  req.unpipe().resume()
  const late = setTimeout(() => req.destroy(), RUN_OUT).unref()
  req.once('close', () => clearTimeout(late))
}

/** The content of an S3 request: the body itself, or what its chunks hold. */
export function contentOf(req: IncomingMessage, head: RequestHead, signatures?: ChunkSignatures): Readable {
  const payload = head.headers['x-amz-content-sha256'] ?? ''
  if (!CHUNKED_PAYLOADS.has(payload)) return req
  const length = head.headers['x-amz-decoded-content-length']
  const signed = payload !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
  const decoder = new AwsChunkedDecoder({
    ...(signed && signatures && { signatures }),
    ...(length !== undefined && /^\d{1,15}$/.test(length) && { decodedLength: Number(length) }),
  })
  // A client that goes away ends the content with an error, not with a short object.
  req.once('aborted', () => decoder.destroy(new ApiError('IncompleteBody', 'The client closed the connection')))
  req.once('error', (error) => decoder.destroy(error))
  return req.pipe(decoder)
}

/** The head as it would be had the content not come in chunks. */
export function withoutChunking(head: RequestHead): RequestHead {
  if (!CHUNKED_PAYLOADS.has(head.headers['x-amz-content-sha256'] ?? '')) return head
  const { 'content-encoding': encoding, 'content-length': _, ...headers } = head.headers
  const encodings = (encoding ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
  const length = head.headers['x-amz-decoded-content-length']
  return {
    ...head,
    headers: {
      ...headers,
      ...(encodings.length > 0 && { 'content-encoding': encodings.join(',') }),
      ...(length !== undefined && { 'content-length': length }),
    },
  }
}

/** A body that was read whole must be the one that was signed. */
export function requireSignedContent(head: RequestHead, body: Uint8Array): void {
  const signed = head.headers['x-amz-content-sha256'] ?? ''
  if (!/^[0-9a-f]{64}$/.test(signed)) return
  const computed = body.length === 0 ? EMPTY_HASH : sha256Hex(body)
  if (computed === signed) return
  throw new ApiError(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { fields: { ClientComputedContentSHA256: signed, S3ComputedContentSHA256: computed } },
  )
}
