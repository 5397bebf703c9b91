// What can be read of a request to a service that has no tables here: the protocol that it speaks, by its head, and the
// operation, as well as the protocol lets it.

import { ApiError } from '../../errors.ts'
import type { Answer, Codec, RequestHead } from '../../wire/codec.ts'
import { codecOfProtocol } from '../../wire/codecs.ts'
import { jsonErrorBody, jsonErrorCode } from '../../wire/json-codec.ts'
import type { ProtocolName } from '../../wire/tables.ts'

type Spoken = Extract<ProtocolName, 'json-1.0' | 'json-1.1' | 'query' | 'rest-json'> | 'cbor'

/** The codec for one request. It decodes the operation's name, and the input of JSON and of queries as far as policies
 * ask for it; the rest is for who serves it. */
export function spokenCodec(head: RequestHead): Codec {
  const spoken = protocolOf(head)
  return {
    begin: () => ({
      streams: streams(head),
      decode: (body) => ({ operation: operationOf(head, spoken, body), input: inputOf(head, spoken, body) }),
    }),
    encode: () => {
      throw new Error('a service without tables answers by its upstream')
    },
    encodeError: (error, context) =>
      spoken === 'cbor' ? cborError(error) : codecOfProtocol(spoken).encodeError(error, context),
  }
}

/** The body is neither in the signature nor needed for the operation: it may pass as it comes. */
export function streams(head: RequestHead): boolean {
  const payload = head.headers['x-amz-content-sha256'] ?? ''
  return protocolOf(head) !== 'query' && (payload === 'UNSIGNED-PAYLOAD' || payload.startsWith('STREAMING-UNSIGNED-'))
}

function protocolOf({ headers, query }: RequestHead): Spoken {
  const type = headers['content-type'] ?? ''
  if (headers['smithy-protocol'] === 'rpc-v2-cbor') return 'cbor'
  if (headers['x-amz-target'] !== undefined) return type.endsWith('json-1.0') ? 'json-1.0' : 'json-1.1'
  if (type.startsWith('application/x-www-form-urlencoded') || /(?:^|&)Action=/.test(query)) return 'query'
  return 'rest-json'
}

/** A REST request is its method: which operation a path means, only the service's own tables tell. */
function operationOf({ headers, query, method, path }: RequestHead, spoken: Spoken, body: unknown): string {
  switch (spoken) {
    case 'json-1.0':
    case 'json-1.1':
      return named(/([^.]*)$/.exec(headers['x-amz-target'] ?? '')?.[1])
    case 'cbor':
      return named(/\/operation\/([^/]+)$/.exec(path)?.[1])
    case 'query':
      return named(
        new URLSearchParams(body instanceof Uint8Array && body.length > 0 ? Buffer.from(body).toString() : query).get(
          'Action',
        ),
      )
    case 'rest-json':
      return method
    default:
      throw spoken satisfies never
  }
}

/** Empty where the body passes unread or is not what its protocol says: who serves it will say so. */
function inputOf({ query }: RequestHead, spoken: Spoken, body: unknown): Readonly<Record<string, unknown>> {
  if (!(body instanceof Uint8Array)) return {}
  const text = Buffer.from(body).toString()
  if (spoken === 'query') return Object.fromEntries(new URLSearchParams(text === '' ? query : text))
  if (spoken === 'cbor') return {}
  try {
    const input: unknown = JSON.parse(text)
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? { ...input } : {}
  } catch {
    return {}
  }
}

/** The name goes into policies and messages, so it must be one. */
function named(operation: string | null | undefined): string {
  if (operation && /^[A-Za-z][A-Za-z0-9_-]{0,127}$/.test(operation)) return operation
  throw new ApiError('InvalidAction', `The request names no operation`)
}

/** RPC v2 in CBOR (RFC 8949): a map of `__type` and the message. */
function cborError(error: ApiError): Answer {
  const code = jsonErrorCode(error)
  const entries = Object.entries(jsonErrorBody(code, error))
  const body = Buffer.concat([
    head(5, entries.length),
    ...entries.flatMap(([key, value]) => [cborText(key), cborText(value)]),
  ])
  const headers = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' }
  return { status: error.status, headers, body }
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([head(3, bytes.length), bytes])
}

/** A CBOR item's head: its major type and its length, here always in two bytes. */
function head(major: number, length: number): Buffer {
  return Buffer.from([(major << 5) | 25, length >> 8, length & 0xff])
}
