// The control port: HTTP on the loopback address, AWS's API for any client and Postern's own under /_postern/.

import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { FrontDoor } from '../edge/front-door.ts'
import { asksForWebSocket } from '../edge/web-socket.ts'
import type { Connection } from '../iam/connection.ts'

// An import of node:http by name also loads its WebSocket client: 13 MB and 20 ms for what nobody here uses.
const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http')

export interface ApiServerOptions {
  readonly frontDoor: Pick<FrontDoor, 'answer' | 'upgrade'>
  /** Answers paths under /_postern/. */
  readonly admin?: (req: IncomingMessage, res: ServerResponse) => unknown
  /** What requests under /_postern/ must bring as a bearer token; absent: they need none. */
  readonly adminToken?: string
  /** Takes over a connection that asked for an upgrade under /_postern/. */
  readonly onUpgrade?: (req: IncomingMessage, socket: Duplex, head: Buffer) => void
}

const LOOPBACK = '127.0.0.1'
const ADMIN_PREFIX = '/_postern/'
/** Longer than SDKs keep a connection, so that the client is the one to close it. Milliseconds. */
const KEEP_ALIVE = 75_000

export class ApiServer {
  #options: ApiServerOptions
  #server: Server
  /** Connections that are no longer HTTP, of which the server knows nothing. */
  #upgraded = new Set<Duplex>()

  constructor(options: ApiServerOptions) {
    this.#options = options
    const tuning = { keepAliveTimeout: KEEP_ALIVE, noDelay: true, shouldUpgradeCallback: isUpgrade }
    this.#server = createServer(tuning, (req, res) => this.#handle(req, res))
    // A large object may take longer to arrive than any fixed time.
    this.#server.requestTimeout = 0
    this.#server.on('upgrade', (req, socket, head) => this.#upgrade(req, socket, head))
  }

  /** Listens on the loopback address; `port` 0 takes a free one. Gives the port; rejects with the system's error. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, LOOPBACK, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
    const address = this.#server.address() as AddressInfo | null
    if (!address) throw new TypeError('a TCP server has an address')
    return address.port
  }

  /** Takes no more requests and ends the connections. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
      for (const socket of this.#upgraded) socket.destroy()
    })
  }

  #handle(req: IncomingMessage, res: ServerResponse): void {
    if (req.url?.startsWith(ADMIN_PREFIX)) {
      this.#handleAdmin(req, res)
      return
    }
    this.#options.frontDoor.answer(req, res, connectionOf(req)).catch(() => {
      // The client went away, or a body broke off after its headers: closing is all that is left to say.
      res.destroy()
    })
  }

  #handleAdmin(req: IncomingMessage, res: ServerResponse): void {
    const { admin } = this.#options
    const refusal = this.#refusal(req) ?? (admin ? undefined : NOTHING_HERE)
    if (refusal || !admin) {
      const { status, why } = refusal ?? NOTHING_HERE
      res.writeHead(status, { 'content-type': 'application/json' })
      res.end(`${JSON.stringify({ error: why })}\n`)
      return
    }
    Promise.resolve(admin(req, res)).catch(() => res.destroy())
  }

  #upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#upgraded.add(socket)
    socket.once('close', () => this.#upgraded.delete(socket))
    if (!req.url?.startsWith(ADMIN_PREFIX)) {
      const { frontDoor } = this.#options
      frontDoor.upgrade(req, { socket, early: head }, connectionOf(req)).catch(() => socket.destroy())
      return
    }
    const { onUpgrade } = this.#options
    const refusal = this.#refusal(req)
    if (refusal || !onUpgrade) {
      const { status, why } = refusal ?? NO_UPGRADE
      const headers = `Connection: close\r\nContent-Length: ${Buffer.byteLength(why)}`
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers}\r\n\r\n${why}`)
      return
    }
    onUpgrade(req, socket, head)
  }

  /** Why a request under /_postern/ is not answered; undefined when it is. */
  #refusal(req: IncomingMessage): Refusal | undefined {
    const why = foreignPage(req)
    if (why !== undefined) return { status: 403, why }
    const { adminToken } = this.#options
    return adminToken === undefined || bringsToken(req, adminToken) ? undefined : { status: 401, why: TOKEN_MISSING }
  }
}

function isUpgrade(req: IncomingMessage): boolean {
  return req.url?.startsWith(ADMIN_PREFIX) || asksForWebSocket(req)
}

function connectionOf(req: IncomingMessage): Connection {
  return { kind: 'public', sourceIp: req.socket.remoteAddress ?? LOOPBACK, secure: false }
}

interface Refusal {
  readonly status: number
  readonly why: string
}

const NOTHING_HERE: Refusal = { status: 404, why: 'nothing is served here' }
const NO_UPGRADE: Refusal = { status: 403, why: 'no upgrade is served here' }
const TOKEN_MISSING =
  'this daemon is in strict mode and asks for its token: give --data DIR of a directory that you can read, or set ' +
  'POSTERN_TOKEN (postern env prints it)'

/** Compared as digests, whose length and comparison tell nothing of the token. */
function bringsToken({ headers }: IncomingMessage, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(headers.authorization ?? ''), digest(`Bearer ${token}`))
}

const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i

/**
 * Why a request cannot be the command line's: a web page in the user's browser could reach the port, by a form or by a
 * name of its own that it lets point here. Both show: in an Origin, or in a Host that is not this machine's.
 */
function foreignPage({ headers }: IncomingMessage): string | undefined {
  if (headers.origin !== undefined || headers['sec-fetch-site'] === 'cross-site') {
    return 'requests from web pages are refused'
  }
  if (!LOCAL_HOST.test(headers.host ?? ''))
    return `Host must be localhost or a loopback address, not '${headers.host ?? ''}'`
  return undefined
}
