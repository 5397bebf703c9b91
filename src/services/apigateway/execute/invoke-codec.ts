// Requests to the user's own APIs: no operation of AWS's, so the whole request is the input, and the answer is whatever
// the API says.

import type { ApiError } from '../../../errors.ts'
import {
  type Answer,
  type Codec,
  type ErrorContext,
  type Reading,
  type RequestHead,
  wholeBody,
} from '../../../wire/codec.ts'
import { jsonErrorCode } from '../../../wire/json-codec.ts'

/** The only operation. */
export const INVOKE = 'Invoke'

/** A request as it came. */
export interface InvokeInput extends RequestHead {
  readonly body: Uint8Array
}

/** What goes back. */
export interface InvokeOutput {
  readonly status: number
  /** By lower-case name; a list is a header that stands several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string | Uint8Array
}

export const invokeCodec: Codec = {
  begin: (head): Reading => ({
    streams: false,
    decode: (body) => ({ operation: INVOKE, input: { ...head, body: wholeBody(body) } }),
  }),
  encode: (_operation, output): Answer => {
    const { status, headers, body } = output as unknown as InvokeOutput
    return { status, headers: sendable(headers), body }
  },
  encodeError: (error, { method }: ErrorContext): Answer => {
    const code = jsonErrorCode(error)
    const { status, message } = publicFault(error, code)
    // AWS writes `Message` when a policy refuses and `message` elsewhere.
    const body = JSON.stringify({ [code === 'AccessDeniedException' ? 'Message' : 'message']: message })
    return {
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
      body: method === 'HEAD' ? '' : body,
    }
  },
}

/** Of this connection, or made for it. */
const OWN_HEADERS: ReadonlySet<string> = new Set(
  'connection content-length keep-alive proxy-connection te trailer transfer-encoding upgrade'.split(' '),
)

/** Names and values that can stand in an answer: a mapping may take them from anywhere. */
function sendable(headers: InvokeOutput['headers']): Record<string, string | string[]> {
  const entries = Object.entries(headers)
    .filter(([name]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !OWN_HEADERS.has(name))
    .map(([name, value]) => [name, typeof value === 'string' ? sendableText(value) : value.map(sendableText)])
  return Object.fromEntries(entries)
}

function sendableText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}

/** A fault of ours, or of the daemon's disk, is nothing that an API's caller is told about. */
function publicFault(error: ApiError, code: string): { status: number; message: string } {
  if (code === 'InternalFailure') return { status: 500, message: 'Internal server error' }
  if (code === 'RequestEntityTooLarge') return { status: 413, message: 'Request Too Long' }
  return { status: error.status, message: error.message }
}
