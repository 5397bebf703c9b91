// One request on its way to a named upstream and its answer on the way back, both as they come: the upstream sees the
// client's own signature, over a host that is no longer in the request.

import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { SentAnswer, SentRequest } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'

export interface Upstream {
  /** The signing name, for messages. */
  readonly service: string
  readonly url: URL
}

/** RFC 9110, 7.6.1, and what the way to the upstream has of its own. */
const HOP_HEADERS = new Set(
  'connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade'.split(
    ' ',
  ),
)
const OWN_HEADERS = new Set(['host', 'expect'])
/** Longer than SQS's long polls and Lambda's longest invocation. Milliseconds. */
const ANSWER_LIMIT = 900_000
const CONNECT_LIMIT = 10_000
const MAX_SOCKETS = 256
const EMPTY = new Uint8Array()

export async function sendTo(upstream: Upstream, sent: SentRequest): Promise<SentAnswer> {
  const response = await exchange(upstream, sent)
  return {
    status: response.statusCode ?? 502,
    headers: withoutHop(response.headers),
    body: sent.method === 'HEAD' ? drained(response) : response,
  }
}

/** A connection that was kept open may be closed just as it is used again: such a request was not read. */
async function exchange(upstream: Upstream, sent: SentRequest): Promise<IncomingMessage> {
  const attempt: { request?: ClientRequest } = {}
  try {
    return await sendOnce(upstream, sent, attempt)
  } catch (error) {
    const isStale =
      attempt.request?.reusedSocket === true && sent.body instanceof Uint8Array && codeOf(error) === 'ECONNRESET'
    if (!isStale) throw failure(upstream, error)
    return await sendOnce(upstream, sent, attempt).catch((again: unknown) => {
      throw failure(upstream, again)
    })
  }
}

function sendOnce(
  { url }: Upstream,
  sent: SentRequest,
  attempt: { request?: ClientRequest },
): Promise<IncomingMessage> {
  const { send, agent } = clientFor(url.protocol)
  const path = sent.query === '' ? sent.path : `${sent.path}?${sent.query}`
  const { method, body } = sent
  return new Promise((resolve, reject) => {
    const request = send(url, { method, path, headers: requestHeaders(sent), agent, timeout: CONNECT_LIMIT })
    attempt.request = request
    request.once('socket', (socket) => {
      if (socket.connecting) socket.once('connect', () => request.setTimeout(ANSWER_LIMIT))
      else request.setTimeout(ANSWER_LIMIT)
    })
    request.once('timeout', () => request.destroy(new TooLate()))
    request.once('response', resolve)
    request.on('error', reject)
    if (body instanceof Uint8Array) request.end(body)
    else {
      body.once('error', (error) => request.destroy(error))
      // What the upstream did not read must still be read, or the client would not come to the answer.
      request.once('close', () => body.unpipe(request).resume())
      body.pipe(request)
    }
  })
}

function requestHeaders({ headers, body }: SentRequest): Record<string, string> {
  const kept = withoutHop(headers)
  for (const name of OWN_HEADERS) delete kept[name]
  return body instanceof Uint8Array && (body.length > 0 || 'content-length' in headers)
    ? { ...kept, 'content-length': String(body.length) }
    : kept
}

/** Beside the known ones, those that `Connection` names belong to the hop. */
function withoutHop(headers: Readonly<Record<string, string | readonly string[] | undefined>>): Record<string, string> {
  const named = new Set(
    String(headers.connection ?? '')
      .toLowerCase()
      .split(',')
      .map((name) => name.trim()),
  )
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !HOP_HEADERS.has(name) && !named.has(name)) kept[name] = String(value)
  }
  return kept
}

class TooLate extends Error {}

function failure({ service, url }: Upstream, error: unknown): unknown {
  // The client's own fault, or its going away.
  if (error instanceof ApiError) return error
  const whose = `The upstream of ${service}, ${url.origin},`
  if (error instanceof TooLate) return new ApiError('GatewayTimeout', `${whose} does not answer`, { status: 504 })
  const code = codeOf(error)
  if (code === 'ECONNREFUSED')
    return new ApiError('BadGateway', `${whose} refuses connections: is it running?`, { status: 502 })
  const why = error instanceof Error ? error.message : String(error)
  return new ApiError('BadGateway', `${whose} cannot be asked: ${why}`, { status: 502 })
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

interface Client {
  readonly send: typeof import('node:http').request
  readonly agent: Agent
}

const clients = new Map<string, Client>()

// An import of node:http by name also loads its WebSocket client: 13 MB and 20 ms for what nobody here uses.
function clientFor(protocol: string): Client {
  const known = clients.get(protocol)
  if (known) return known
  const http = protocol === 'https:' ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')
  const made = { send: http.request, agent: new http.Agent({ keepAlive: true, maxSockets: MAX_SOCKETS }) }
  clients.set(protocol, made)
  return made
}

/** An answer to HEAD has no body; read to its end, the connection can carry the next request. */
function drained(response: Readable): Uint8Array {
  response.resume()
  return EMPTY
}
