// One HTTP request at a time, with a limit on how long it may take to connect: packets to an address that no route leads
// to vanish in silence. `fetch` would do it too, and double the agent's memory.

import { type IncomingHttpHeaders, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { Socket } from 'node:net'
import type { SecureContext, TLSSocket } from 'node:tls'

export interface HttpCall {
  readonly url: URL
  readonly method: 'GET' | 'PUT' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** The CAs to believe. */
  readonly trust?: SecureContext | undefined
  /** Milliseconds from being connected to the end of the answer. */
  readonly patience?: number
  /** The request is on its way: the server is there, and has a certificate that is believed. */
  readonly connected?: () => void
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Milliseconds; the name is looked up in them too. */
export const CONNECT_TIMEOUT = 4_000
const PATIENCE = 15_000
/** The largest answer that is read: two long polls' worth of messages. */
const MOST_BYTES = 4 * 1024 * 1024

/** Throws when there is no whole answer. */
export function callHttp({
  url,
  method,
  headers,
  body,
  trust,
  patience = PATIENCE,
  connected,
}: HttpCall): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? requestSecure : requestPlain
    const secure = trust && url.protocol === 'https:' ? { secureContext: trust } : {}
    // A connection of its own: one that is kept would hide that the endpoint is gone.
    const req = send(url, { method, headers: { ...headers }, agent: false, ...secure }, (res) => {
      const chunks: Buffer[] = []
      let size = 0
      res.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MOST_BYTES) req.destroy(new Error(`${url.host} answers with more than ${MOST_BYTES} bytes`))
        else chunks.push(chunk)
      })
      res.once('end', () =>
        resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(chunks).toString('utf8') }),
      )
      res.once('error', reject)
    })
    let timer = setTimeout(() => req.destroy(new Error(`connecting to ${url.host} timed out`)), CONNECT_TIMEOUT)
    req.once('socket', (socket: Socket | TLSSocket) => {
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer)
        timer = setTimeout(() => req.destroy(new Error(`${url.host} did not answer in time`)), patience)
        connected?.()
      })
    })
    req.once('close', () => clearTimeout(timer))
    req.once('error', reject)
    req.end(body)
  })
}
