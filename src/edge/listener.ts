// Where instances reach AWS: TLS and HTTP on the backbone's sockets. The kernel's addresses say which endpoint a
// connection came by and which interface asks, so no request can claim another path than its own.

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https'
import type { Socket, Server as TcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { createSecureContext, type SecureContext } from 'node:tls'
import { findEndpointService } from '../catalogue/endpoint-services.ts'
import { BACKBONE, unembed } from '../compile/backbone.ts'
import { DEFAULT_SITE, ipv4OfOutside, isOutside, SITES, sitesOf } from '../compile/internet.ts'
import { lookupIn, type PlacedEndpoint } from '../compile/lookup.ts'
import type { Network, SiteNetwork } from '../compile/network.ts'
import type { Connection, EndpointConnection } from '../iam/connection.ts'
import { type Address, addressFamily, type Family, parseAddress } from '../ip/address.ts'
import { cidrContains } from '../ip/cidr.ts'
import { askerAt } from './asker.ts'
import { normaliseHost } from './aws-host.ts'
import type { CertificateAuthority, ServerCertificate } from './ca.ts'
import { defaultNameOf, isNameOf } from './endpoint-host.ts'
import { answerAsSite } from './site.ts'
import { asksForWebSocket, type UpgradeRequest } from './web-socket.ts'

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
  readonly log: (line: string) => void
  /** Milliseconds for a handshake or a request's head; tests make it short. */
  readonly headLimit?: number
  readonly mostConnections?: number
}

/** A connection on which nothing moves for this long is let go, as on the way to AWS. Milliseconds. */
const IDLE_TIMEOUT = 350_000
const KEEP_ALIVE = 20_000
/** A client has this long for its TLS handshake, and for the head of a request once it began one. Milliseconds. */
const HEAD_LIMIT = 30_000
/** Connections at one time from one interface; more than any client needs, and fewer than the daemon has files. */
const MOST_CONNECTIONS = 1000

export class EdgeListener {
  #options: EdgeListenerOptions
  #http: HttpServer
  /** One TLS server for each endpoint service: it has certificates for that service's names alone, as AWS's has. */
  #https = new Map<string, TlsFront>()
  #outside: TlsFront | undefined
  #sockets = new Set<Socket>()
  /** How many connections each interface has, by its backbone address. */
  #counts = new Map<string, number>()
  /** They never change. */
  #addresses = new WeakMap<Socket, SocketAddresses>()

  constructor(options: EdgeListenerOptions) {
    this.#options = options
    this.#http = tuned(createHttpServer(serverOptions(options), this.#handler(false)))
    this.#http.on('upgrade', this.#upgrader(false))
  }

  /** Serves the connections of listening sockets, from now until they close. */
  serve(sockets: { readonly https: TcpServer; readonly http: TcpServer }): void {
    sockets.https.on('connection', (socket) => {
      const path = this.#accept(socket)
      const front = path && ('placed' in path ? this.#tlsFront(path.placed) : this.#outsideFront())
      if (front) front.server.emit('connection', socket)
      else socket.destroy()
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
  #accept(socket: Socket): Path | undefined {
    const path = this.#pathOf(socket)
    const { remote = '' } = this.#addressesOf(socket)
    const count = (this.#counts.get(remote) ?? 0) + 1
    if (!path || count > (this.#options.mostConnections ?? MOST_CONNECTIONS)) {
      socket.destroy()
      return undefined
    }
    this.#sockets.add(socket)
    this.#counts.set(remote, count)
    socket.once('close', () => this.#forget(socket, remote))
    return path
  }

  #forget(socket: Socket, remote: string): void {
    this.#sockets.delete(socket)
    const rest = (this.#counts.get(remote) ?? 1) - 1
    if (rest > 0) this.#counts.set(remote, rest)
    else this.#counts.delete(remote)
  }

  #handler(secure: boolean): Handler {
    return (request, response) => {
      // Looked up again for each request: the endpoint may have gone since the connection began.
      const path = this.#pathOf(request.socket)
      if (!path) {
        request.socket.destroy()
        return
      }
      this.#answer(path, request, response, secure).catch((error: unknown) => {
        // A client that went away in the middle is no news.
        if (!isBrokenConnection(error)) this.#options.log(`edge: ${request.method} ${request.url}: ${error}`)
        request.socket.destroy()
      })
    }
  }

  #answer(path: Path, request: IncomingMessage, response: ServerResponse, secure: boolean): Promise<void> {
    return 'site' in path
      ? answerAsSite(path.site, request, response, path.asker)
      : this.#options.frontDoor.answer(request, response, { ...path.connection, secure })
  }

  /** The same for a request that asks for a WebSocket. */
  #upgrader(secure: boolean): Upgrader {
    return (request, socket, early) => {
      const path = this.#pathOf(request.socket)
      if (!path || 'site' in path) {
        socket.destroy()
        return
      }
      const connection = { ...path.connection, secure }
      this.#options.frontDoor.upgrade(request, { socket, early }, connection).catch((error: unknown) => {
        if (!isBrokenConnection(error)) this.#options.log(`edge: WebSocket ${request.url}: ${error}`)
        socket.destroy()
      })
    }
  }

  #pathOf(socket: Socket): Path | undefined {
    const { local, remote, family } = this.#addressesOf(socket)
    if (local && remote && isOutside(local)) return this.#outsidePath(local, remote)
    const lookup = lookupIn(this.#options.network())
    const placed = local && lookup.endpointByBackbone.get(local)
    const asker = placed && remote && askerAt(lookup, placed, remote, family)
    if (!placed || !asker) return undefined
    return {
      placed,
      connection: {
        kind: 'endpoint',
        endpointId: placed.endpoint.id,
        endpointAccount: placed.endpoint.owner,
        endpointType: placed.endpoint.kind === 'gateway' ? 'Gateway' : 'Interface',
        serviceName: placed.endpoint.serviceName,
        vpcId: placed.vpc.id,
        region: placed.vpc.region,
        vpcSourceIp: asker.address,
        interfaceId: asker.id,
        secure: false,
      },
    }
  }

  /** The kernel lets nobody come by another's public address. */
  #outsidePath(local: Address, remote: Address): Path | undefined {
    if (cidrContains(BACKBONE, remote)) return undefined
    const site = sitesOf(this.#options.network()).find(({ address }) => address === local)
    if (site) return { site, asker: remote }
    if (cidrContains(SITES, local)) return undefined
    return { connection: { kind: 'public', from: 'internet', sourceIp: remote, secure: false } }
  }

  #addressesOf(socket: Socket): SocketAddresses {
    let addresses = this.#addresses.get(socket)
    if (!addresses) {
      addresses = addressesOf(socket)
      this.#addresses.set(socket, addresses)
    }
    return addresses
  }

  #tlsFront({ vpc, endpoint }: PlacedEndpoint): TlsFront | undefined {
    let front = this.#https.get(endpoint.serviceName)
    if (!front) {
      const service = findEndpointService(vpc.region, endpoint.serviceName)
      if (!service) return undefined
      front = new TlsFront(this.#options, this.#handler(true), {
        ownName: defaultNameOf(service),
        certificateFor: (name) =>
          this.#options.authority.certificateFor(isNameOf(service, name) ? name : defaultNameOf(service)),
      })
      front.server.on('upgrade', this.#upgrader(true))
      this.#https.set(endpoint.serviceName, front)
    }
    front.renew()
    return front
  }

  /** AWS's public addresses and the sites: whoever is asked for by name. */
  #outsideFront(): TlsFront {
    if (!this.#outside) {
      const { authority, network } = this.#options
      this.#outside = new TlsFront(this.#options, this.#handler(true), {
        ownName: DEFAULT_SITE.name,
        certificateFor: (name) =>
          authority.certificateFor(
            name,
            sitesOf(network()).map((site) => site.name),
          ),
      })
      this.#outside.server.on('upgrade', this.#upgrader(true))
    }
    this.#outside.renew()
    return this.#outside
  }
}

/** What a connection came to: an endpoint, AWS's own address on the internet, or a site there. */
type Path =
  | { readonly placed: PlacedEndpoint; readonly connection: EndpointConnection }
  | { readonly connection: Connection }
  | { readonly site: SiteNetwork; readonly asker: Address }

interface SocketAddresses {
  readonly local: Address | undefined
  readonly remote: Address | undefined
  /** Of the packets: the addresses of the backbone are IPv4's for both. */
  readonly family: Family
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void
type Upgrader = (request: IncomingMessage, socket: Duplex, early: Buffer) => void

function serverOptions({ headLimit = HEAD_LIMIT }: EdgeListenerOptions) {
  return {
    shouldUpgradeCallback: asksForWebSocket,
    headersTimeout: headLimit,
    connectionsCheckingInterval: Math.min(headLimit, 5000),
  }
}

/** Whose certificates a TLS server has. */
interface Named {
  /** For clients that give no name. */
  readonly ownName: string
  /** Undefined: there is none for this name. */
  readonly certificateFor: (name: string) => ServerCertificate | undefined
}

/** TLS for one endpoint service, or for the internet. A server name of another service gets this one's certificate, which
 * does not fit it. */
class TlsFront {
  readonly server: HttpsServer
  #named: Named
  #contexts = new WeakMap<ServerCertificate, SecureContext>()
  #current: ServerCertificate | undefined

  constructor(options: EdgeListenerOptions, handler: Handler, named: Named) {
    this.#named = named
    this.server = tuned(
      createHttpsServer(
        {
          ...serverOptions(options),
          handshakeTimeout: options.headLimit ?? HEAD_LIMIT,
          minVersion: 'TLSv1.2',
          ALPNProtocols: ['http/1.1'],
          SNICallback: (serverName, answer) => {
            answer(null, this.#contextFor(normaliseHost(serverName)))
          },
        },
        handler,
      ),
    )
  }

  /** Certificates end; clients without a server name get the present one too. */
  renew(): void {
    const certificate = this.#named.certificateFor(this.#named.ownName)
    if (!certificate || certificate === this.#current) return
    this.server.setSecureContext(certificate)
    this.#current = certificate
  }

  #contextFor(name: string): SecureContext | undefined {
    const certificate = this.#named.certificateFor(name)
    if (!certificate) return undefined
    let context = this.#contexts.get(certificate)
    if (!context) {
      context = createSecureContext(certificate)
      this.#contexts.set(certificate, context)
    }
    return context
  }
}

function addressesOf({ localAddress, remoteAddress }: Socket): SocketAddresses {
  const [local, remote] = [socketAddress(localAddress), socketAddress(remoteAddress)]
  return {
    local: local && ipv4OfOutside(unembed(local)),
    remote: remote && unembed(remote),
    family: remote ? addressFamily(remote) : 4,
  }
}

/** A dual-stack listener writes IPv4 addresses as `::ffff:240.1.0.1`. */
function socketAddress(text: string | undefined) {
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
  // Node watches for slow heads from this event on. These servers never listen: they are handed their connections.
  server.emit('listening')
  return server
}
