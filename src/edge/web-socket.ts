// The beginning of a WebSocket (RFC 6455): which requests ask for one, what is wrong with those that ask badly, and the
// socket once a service takes it.

import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { ApiError } from '../errors.ts'
import type { RequestHead } from '../wire/codec.ts'

/** Bytes of one message, whole: more than any message of Systems Manager (120 000) or of API Gateway (128 KiB). */
export const MESSAGE_LIMIT = 1024 * 1024
/** A peer that went without a word is missed after this and ten probes, a second apart. Milliseconds. */
const KEEP_ALIVE = 60_000
/** RFC 6455, 7.4.1: an endpoint is going away. */
const GOING_AWAY = 1001

/** A connection that asked to become something else than HTTP. */
export interface UpgradeRequest {
  readonly socket: Duplex
  /** What came after the request's head. */
  readonly early: Buffer
}

/** Any other upgrade that a client offers, such as HTTP/2's, is no more than an offer: the request is answered as it is. */
export function asksForWebSocket(req: IncomingMessage): boolean {
  return req.headers.upgrade?.toLowerCase() === 'websocket'
}

/** Throws when the request cannot begin a WebSocket. */
export function requireWebSocketRequest({ method, headers }: RequestHead): void {
  if (method !== 'GET') throw badHandshake('the method must be GET')
  if (!/^[+/0-9A-Za-z]{22}==$/.test(headers['sec-websocket-key'] ?? '')) {
    throw badHandshake('Sec-WebSocket-Key must be 16 bytes in base64')
  }
  if (headers['sec-websocket-version'] !== '13') throw badHandshake('Sec-WebSocket-Version must be 13')
  if ((headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined) {
    throw badHandshake('a request for a WebSocket has no body')
  }
}

/** The open WebSockets of a front door. */
export class WebSockets {
  #open = new Set<WebSocket>()

  /** Answers the handshake. Rejects when it is malformed after all, or the client went. */
  async open(req: IncomingMessage, { socket, early }: UpgradeRequest): Promise<WebSocket> {
    // Loaded by the first WebSocket: most worlds have none.
    const { WebSocketServer } = await import('ws')
    const server = new WebSocketServer({ noServer: true, clientTracking: false, maxPayload: MESSAGE_LIMIT })
    return new Promise((resolve, reject) => {
      server.once('wsClientError', (error) => reject(badHandshake(error.message)))
      if (socket.destroyed) reject(new ApiError('IncompleteBody', 'The client closed the connection'))
      server.handleUpgrade(req, socket, early, (webSocket) => {
        if ('setKeepAlive' in socket && typeof socket.setKeepAlive === 'function') socket.setKeepAlive(true, KEEP_ALIVE)
        this.#keep(webSocket)
        resolve(webSocket)
      })
    })
  }

  /** Ends all of them. */
  close(): void {
    for (const webSocket of this.#open) {
      webSocket.close(GOING_AWAY)
      webSocket.terminate()
    }
  }

  #keep(webSocket: WebSocket): void {
    this.#open.add(webSocket)
    webSocket.once('close', () => this.#open.delete(webSocket))
    // The client's faults (a message over the limit, a broken frame) end its socket, which `close` tells the service.
    webSocket.on('error', () => undefined)
  }
}

function badHandshake(why: string): ApiError {
  return new ApiError('BadRequestException', `The request cannot begin a WebSocket: ${why}`, { status: 400 })
}
