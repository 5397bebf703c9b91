// Real HTTP to the user's own URL. It leaves from the daemon's host, by that host's routes and names.

import type { LookupAddress } from 'node:dns'
import type { IncomingMessage, RequestOptions } from 'node:http'
import { isIP } from 'node:net'
import { internalError, timedOut, unreachable } from './gateway-response.ts'
import type { InvokeOutput } from './invoke-codec.ts'

// An import of node:http by name also loads its WebSocket client: 13 MB and 20 ms for what nobody here uses.
const { request: requestHttp } = process.getBuiltinModule('node:http')
const { request: requestHttps } = process.getBuiltinModule('node:https')
const { lookup } = process.getBuiltinModule('node:dns')

export interface BackendRequest {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  /** Path and query, percent-encoded. */
  readonly target: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** Milliseconds until the whole answer must be there. */
  readonly timeout: number
  /** The certificate must be one that the host trusts. */
  readonly verifies: boolean
}

export interface BackendAnswer {
  readonly status: number
  /** By lower-case name; one that stands several times is one text, but for `setCookies`. */
  readonly headers: Readonly<Record<string, string>>
  readonly setCookies?: readonly string[]
  readonly body: string | Uint8Array
}

/** Throws what API Gateway answers when the backend does not. */
export type SendHttp = (request: BackendRequest) => Promise<BackendAnswer>

/** AWS's limit for what passes. */
const LARGEST_ANSWER = 10 * 1024 * 1024

/** `ownEndpoint`: the API of the daemon itself, which trusts who is on its host. No request may be led there. */
export function httpSender(ownEndpoint: () => string): SendHttp {
  return async (request) => {
    const ownPort = Number(new URL(ownEndpoint()).port)
    const refuses = (address: string) => request.port === ownPort && isThisHost(address)
    if (isIP(request.host) && refuses(request.host)) throw unreachable()
    const signal = AbortSignal.timeout(request.timeout)
    try {
      const answer = await send(request, signal, refuses)
      return await readAnswer(answer)
    } catch (error) {
      if (signal.aborted) throw timedOut()
      if (error instanceof TooLarge) throw internalError()
      throw unreachable()
    }
  }
}

/** The headers of a backend's answer that the caller sees; some come under another name, for the gateway has its own. */
export function shownHeaders({ headers, setCookies }: BackendAnswer): InvokeOutput['headers'] {
  const shown: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (HIDDEN.has(name)) continue
    shown[REMAPPED.has(name) ? `x-amzn-remapped-${name}` : name] = value
  }
  // Cookies have commas of their own, so they cannot be one header.
  return { ...shown, ...(setCookies && { 'set-cookie': setCookies }) }
}

const HIDDEN: ReadonlySet<string> = new Set(['keep-alive', 'transfer-encoding', 'upgrade'])
const REMAPPED: ReadonlySet<string> = new Set(['connection', 'content-length', 'date', 'server', 'www-authenticate'])

class TooLarge extends Error {}

function send(request: BackendRequest, signal: AbortSignal, refuses: (address: string) => boolean) {
  const { scheme, host, port, method, target, verifies } = request
  const body = Buffer.from(request.body)
  const options: RequestOptions & { rejectUnauthorized?: boolean } = {
    host,
    port,
    method,
    path: target,
    headers: { ...request.headers, ...(body.length > 0 && { 'content-length': String(body.length) }) },
    signal,
    // One connection a request: a backend that goes away must not fail the next caller.
    agent: false,
    lookup: (name, how, answer) => {
      lookup(name, { ...how, all: true }, (error, addresses: LookupAddress[] = []) => {
        const first = addresses.find(({ address }) => !refuses(address))
        if (error || !first) answer(error ?? new Error(`${name} is the daemon itself`), '', 4)
        else if (how.all) answer(null, [first])
        else answer(null, first.address, first.family)
      })
    },
    ...(scheme === 'https' && { rejectUnauthorized: verifies }),
  }
  return new Promise<IncomingMessage>((resolve, reject) => {
    const sent = (scheme === 'https' ? requestHttps : requestHttp)(options, resolve)
    sent.once('error', reject)
    sent.end(body)
  })
}

async function readAnswer(answer: IncomingMessage): Promise<BackendAnswer> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of answer) {
    size += piece.length
    // Leaving the loop destroys the connection: the rest is never read.
    if (size > LARGEST_ANSWER) throw new TooLarge()
    pieces.push(piece)
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  const setCookies = answer.headers['set-cookie']
  const body = Buffer.concat(pieces)
  return { status: answer.statusCode ?? 502, headers, ...(setCookies && { setCookies }), body }
}

function isThisHost(address: string): boolean {
  return /^(?:127\.|0\.0\.0\.0$|::1$|::$|::ffff:127\.)/.test(address)
}
