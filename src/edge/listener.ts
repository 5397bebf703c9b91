// Where instances reach AWS: TLS and HTTP on the backbone's sockets. The kernel's addresses say which endpoint a
// connection came by and which interface asks, so no request can claim another path than its own.

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { Socket, Server as TcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContext } from 'node:tls'
import { lookupIn, type PlacedEndpoint } from '../compile/lookup.ts'
import type { Network } from '../compile/network.ts'
import type { Connection } from '../iam/connection.ts'
import { parseAddress } from '../ip/address.ts'
import { normaliseHost, parseAwsHost } from './aws-host.ts'
import type { CertificateAuthority, ServerCertificate } from './ca.ts'
import { asksForWebSocket, type UpgradeRequest } from './web-socket.ts'
import { type Refusal, wrongService } from './wrong-service.ts'

// An import of node:http by name also loads its WebSocket client: 13 MB and 20 ms for what nobody here uses.
const { createServer: createHttpServer } = process.getBuiltinModule('node:http')

/** What answers once it is known who asks by which endpoint. */
export interface RequestAnswerer {
  answer(request: IncomingMessage, response: ServerResponse, connection: Connection): Promise<void>
  upgrade(request: IncomingMessage, upgrade: UpgradeRequest, connection: Connection): Promise<void>
}

export interface EdgeListenerOptions {
  readonly authority: CertificateAuthority
  /** The Network in force. */
  readonly network: () => Network
  readonly frontDoor: RequestAnswerer
  /** True when something stands behind the service: its name as in an endpoint's, such as `s3`. Absent: the front door
   * says so itself. */
  readonly serves?: (service: string) => boolean
  readonly log: (line: string) => void
}

/** A client that sends nothing for this long is let go. Milliseconds. */
const IDLE_TIMEOUT = 120_000
const KEEP_ALIVE = 20_000

export class EdgeListener {
  #options: EdgeListenerOptions
  #http: HttpServer
  /** One TLS server for each endpoint service: it has certificates for that service's names alone, as AWS's has. */
  #https = new Map<string, TlsFront>()
  #sockets = new Set<Socket>()

  constructor(options: EdgeListenerOptions) {
    this.#options = options
    this.#http = tuned(createHttpServer(OFFERS, this.#handler(false)))
    this.#http.on('upgrade', this.#upgrader(false))
  }

  /** Serves the connections of listening sockets, from now until they close. */
  serve(sockets: { readonly https: TcpServer; readonly http: TcpServer }): void {
    sockets.https.on('connection', (socket) => {
      const placed = this.#accept(socket)
      if (placed) this.#tlsFront(placed).server.emit('connection', socket)
    })
    sockets.http.on('connection', (socket) => {
      if (this.#accept(socket)) this.#http.emit('connection', socket)
    })
  }

  /** Ends every connection. The sockets belong to who opened them. */
  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  /** The endpoint of a new connection; one that is not ours to answer is dropped without a word. */
  #accept(socket: Socket): PlacedEndpoint | undefined {
    const path = this.#pathOf(socket)
    if (!path) {
      socket.destroy()
      return undefined
    }
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    return path.placed
  }

  #handler(secure: boolean): Handler {
    return (request, response) => {
      const visit = this.#visit(request, secure)
      if (!visit) {
        request.socket.destroy()
        return
      }
      if (visit.refusal) {
        sendRefusal(request, response, visit.refusal)
        return
      }
      this.#options.frontDoor.answer(request, response, visit.connection).catch((error: unknown) => {
        // A client that went away in the middle is no news.
        if (!isBrokenConnection(error)) this.#options.log(`edge: ${request.method} ${request.url}: ${error}`)
        request.socket.destroy()
      })
    }
  }

  /** The same for a request that asks for a WebSocket. */
  #upgrader(secure: boolean): Upgrader {
    return (request, socket, early) => {
      const visit = this.#visit(request, secure)
      if (!visit || visit.refusal) {
        socket.destroy()
        return
      }
      this.#options.frontDoor.upgrade(request, { socket, early }, visit.connection).catch((error: unknown) => {
        if (!isBrokenConnection(error)) this.#options.log(`edge: WebSocket ${request.url}: ${error}`)
        socket.destroy()
      })
    }
  }

  /** Who asks by which endpoint, and why the endpoint cannot carry it; undefined when there is no such path any more. */
  #visit(request: IncomingMessage, secure: boolean): { connection: Connection; refusal?: Refusal } | undefined {
    // Looked up again for each request: the endpoint may have gone since the connection began.
    const path = this.#pathOf(request.socket)
    if (!path) return undefined
    const { placed, connection } = path
    const service = serviceOf(placed.endpoint.serviceName)
    const asked = requestedHost(request)
    const refusal = wrongService({ service, asked, serves: this.#options.serves?.(service) ?? true })
    return { connection: { ...connection, secure }, ...(refusal && { refusal }) }
  }

  #pathOf(
    socket: Socket,
  ): { placed: PlacedEndpoint; connection: Extract<Connection, { kind: 'endpoint' }> } | undefined {
    const local = backboneAddress(socket.localAddress)
    const remote = backboneAddress(socket.remoteAddress)
    const lookup = lookupIn(this.#options.network())
    const placed = local && lookup.endpointByBackbone.get(local)
    const asker = remote && lookup.interfaceByBackbone.get(remote)
    const vpcSourceIp = asker?.networkInterface.addresses[0]
    if (!placed || !asker || !vpcSourceIp || placed.vpc.id !== asker.vpc.id) return undefined
    return {
      placed,
      connection: {
        kind: 'endpoint',
        endpointId: placed.endpoint.id,
        endpointAccount: placed.endpoint.owner,
        vpcId: placed.vpc.id,
        region: placed.vpc.region,
        vpcSourceIp,
        interfaceId: asker.networkInterface.id,
        secure: false,
      },
    }
  }

  #tlsFront({ vpc, endpoint }: PlacedEndpoint): TlsFront {
    let front = this.#https.get(endpoint.serviceName)
    if (!front) {
      const service = serviceOf(endpoint.serviceName)
      front = new TlsFront(
        this.#options.authority,
        service,
        `${service}.${vpc.region}.amazonaws.com`,
        this.#handler(true),
      )
      front.server.on('upgrade', this.#upgrader(true))
      this.#https.set(endpoint.serviceName, front)
    }
    front.renew()
    return front
  }
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void
type Upgrader = (request: IncomingMessage, socket: Duplex, early: Buffer) => void

const OFFERS = { shouldUpgradeCallback: asksForWebSocket }

/** TLS for one endpoint service. A server name of another service gets this one's certificate, which does not fit it. */
class TlsFront {
  readonly server: HttpsServer
  #authority: CertificateAuthority
  #ownName: string
  #contexts = new WeakMap<ServerCertificate, SecureContext>()
  #current: ServerCertificate | undefined

  constructor(authority: CertificateAuthority, service: string, ownName: string, handler: Handler) {
    this.#authority = authority
    this.#ownName = ownName
    this.server = tuned(
      createHttpsServer(
        {
          ...OFFERS,
          minVersion: 'TLSv1.2',
          ALPNProtocols: ['http/1.1'],
          SNICallback: (serverName, answer) => {
            const name = normaliseHost(serverName)
            const isOwn = servesHost(service, name)
            answer(null, this.#contextFor(isOwn ? name : this.#ownName))
          },
        },
        handler,
      ),
    )
  }

  /** Certificates end; clients without a server name get the present one too. */
  renew(): void {
    const certificate = this.#authority.certificateFor(this.#ownName)
    if (!certificate || certificate === this.#current) return
    this.server.setSecureContext(certificate)
    this.#current = certificate
  }

  #contextFor(name: string): SecureContext | undefined {
    const certificate = this.#authority.certificateFor(name)
    if (!certificate) return undefined
    let context = this.#contexts.get(certificate)
    if (!context) {
      context = createSecureContext(certificate)
      this.#contexts.set(certificate, context)
    }
    return context
  }
}

/** `s3` of `com.amazonaws.us-east-1.s3`. */
export function serviceOf(serviceName: string): string {
  return serviceName.split('.').slice(3).join('.')
}

function sendRefusal(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, refusal.headers)
  // The body is not read, so the connection cannot carry another request.
  response.end(request.method === 'HEAD' ? undefined : refusal.body, () => request.socket.destroySoon())
}

function servesHost(service: string, host: string): boolean {
  return parseAwsHost(host)?.service === service
}

function requestedHost(request: IncomingMessage): string {
  return normaliseHost(request.headers.host ?? '')
}

/** A socket's address; a dual-stack listener writes IPv4 ones as `::ffff:240.1.0.1`. */
function backboneAddress(text: string | undefined) {
  return parseAddress(text?.replace(/^::ffff:/, '') ?? '')
}

const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_STREAM_DESTROYED', 'ABORT_ERR'])

function isBrokenConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && BROKEN.has(String(error.code))
}

function tuned<S extends HttpServer | HttpsServer>(server: S): S {
  server.timeout = IDLE_TIMEOUT
  server.keepAliveTimeout = KEEP_ALIVE
  // An upload may take as long as it moves.
  server.requestTimeout = 0
  return server
}
