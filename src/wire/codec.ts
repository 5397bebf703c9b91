// What every protocol does: reads a request into an operation and its input, and writes the output or the error.

import type { Readable } from 'node:stream'
import type { ApiError } from '../errors.ts'

export interface RequestHead {
  readonly method: string
  /** As it was sent, percent-encoded; a bucket that the host named stands before it. */
  readonly path: string
  /** Without the question mark, percent-encoded. */
  readonly query: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Decoded {
  readonly operation: string
  /** In the shape of the AWS SDK for JavaScript v3. */
  readonly input: Readonly<Record<string, unknown>>
}

/** A request whose head was read. */
export interface Reading {
  /** The body is for the operation itself to read; otherwise `decode` wants it whole. */
  readonly streams: boolean
  decode(body: Uint8Array | Readable): Decoded
}

export interface Answer {
  readonly status: number
  /** A list is a header that stands several times, as Set-Cookie does. */
  readonly headers: Readonly<Record<string, string | string[]>>
  readonly body: string | Uint8Array | Readable
}

export interface ErrorContext {
  readonly requestId: string
  /** S3's second id. */
  readonly hostId: string
  readonly method: string
}

export interface Codec {
  begin(head: RequestHead): Reading
  encode(operation: string, output: Readonly<Record<string, unknown>>, requestId: string): Answer
  encodeError(error: ApiError, context: ErrorContext): Answer
}

/** The bytes of a body that must be whole. */
export function wholeBody(body: Uint8Array | Readable): Uint8Array {
  if (!(body instanceof Uint8Array)) throw new TypeError('the body must be read before it is decoded')
  return body
}
