// One listener of an Application Load Balancer at one node: reads requests, asks the rules, and answers or passes them on.

import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import { createServer as createHttp2Server, type Http2Server } from 'node:http2'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { chooseGroup, chooseRule, groupsTaking, type HttpRequest, redirectTo } from '../compile/rule-choice.ts'
import { type Address, parseAddress } from '../ip/address.ts'
import type { ForwardAction } from '../store/listener-rule-records.ts'
import { type OwnAnswer, rawAnswer, sayItself } from './http-answer.ts'
import { headerList, towardsTarget, valuesOf } from './http-headers.ts'
import { type Given, knownGroup, knownTarget, readCookies } from './http-stickiness.ts'
import { HttpTargets } from './http-targets.ts'
import type { HttpFront, HttpGroup } from './messages.ts'

export interface FrontServerOptions {
  readonly front: HttpFront
  /** Milliseconds for a target to take a connection. */
  readonly patience: number
  /** The private address of who has this backbone address; undefined: it is nobody of ours, or not known yet. */
  readonly clientOf: (backboneAddress: Address) => Address | undefined
}

/** Bytes of all headers of a request: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
const MOST_HEADERS = 64 << 10

/** A request, and what its answer needs. */
interface Asked {
  readonly message: IncomingMessage
  readonly response: ServerResponse
  readonly request: HttpRequest
}

export class HttpFrontServer {
  /** What it does with the next request; connections stay when it changes. */
  front: HttpFront
  readonly #options: FrontServerOptions
  readonly #targets: HttpTargets
  readonly #server: Server
  #http2: Http2Server | undefined
  readonly #streams = new Set<Socket>()
  /** How many requests each group was given: its targets take turns. */
  readonly #turns = new Map<string, number>()

  constructor(options: FrontServerOptions) {
    this.#options = options
    this.front = options.front
    this.#targets = new HttpTargets(options.patience)
    this.#server = this.#makeServer()
  }

  /** Takes a connection on, or the TLS inside one. */
  serve(stream: Socket | TLSSocket): void {
    this.#streams.add(stream)
    const { idleTimeout, clientKeepAlive } = this.front.http
    const timer = setTimeout(() => stream.end(), clientKeepAlive * 1000).unref()
    stream.once('close', () => {
      this.#streams.delete(stream)
      clearTimeout(timer)
    })
    stream.setNoDelay(true)
    if (stream instanceof TLSSocket && stream.alpnProtocol === 'h2') {
      stream.setTimeout(idleTimeout * 1000, () => stream.destroy())
      this.#http2 ??= createHttp2Server({}, (message, response) => {
        // Its compatible messages are what HTTP/1's are, as far as they are used here.
        this.#ask(message as unknown as IncomingMessage, response as unknown as ServerResponse)
      })
      this.#http2.emit('connection', stream)
      return
    }
    this.#server.keepAliveTimeout = idleTimeout * 1000
    this.#server.timeout = idleTimeout * 1000
    this.#server.emit('connection', stream)
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy()
    this.#targets.close()
  }

  #makeServer(): Server {
    const server = createServer({ maxHeaderSize: MOST_HEADERS, requestTimeout: 0, noDelay: true })
    server.on('request', (message, response) => this.#ask(message, response))
    server.on('upgrade', (message, socket: Socket, head: Buffer) => {
      const response = new ServerResponse(message)
      response.assignSocket(socket)
      response.once('finish', () => socket.end())
      const given = this.#ask(message, response, true)
      if (given) this.#targets.upgrade(given, { message, socket, head, response })
    })
    // A request on its way to a target is waited for there; a connection without one is closed.
    server.on('timeout', (socket: Socket) => {
      if (!this.#targets.isWaiting(socket)) socket.destroy()
    })
    server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      if (!socket.writable || error.code === 'ECONNRESET') socket.destroy()
      else socket.end(rawAnswer(STATUSES[error.code ?? ''] ?? 400, this.front.answer))
    })
    return server
  }

  /** Answers, or passes it on; with `isUpgrade` what would be passed on is returned instead. */
  #ask(message: IncomingMessage, response: ServerResponse, isUpgrade = false) {
    const request = this.#read(message)
    const asked = { message, response, request }
    const say = (answer: OwnAnswer) => void sayItself(response, this.front.answer, answer)
    response.on('error', () => undefined)
    if (request.method === 'TRACE') return say({ status: 405 })
    const rule = chooseRule(this.front.rules, request)
    switch (rule?.action.type) {
      case undefined:
        return say({ status: 503 })
      case 'fixed-response': {
        const { status, contentType = 'text/plain', body = '' } = rule.action
        return say({ status, contentType: `${contentType}; charset=utf-8`, body })
      }
      case 'redirect':
        return say({ status: rule.action.status, location: redirectTo(rule.action, request) })
      case 'forward':
        return this.#forward(rule.action, asked, isUpgrade)
      default:
        return rule?.action satisfies undefined
    }
  }

  #forward(action: ForwardAction, { message, response, request }: Asked, isUpgrade: boolean) {
    const say = (status: number) => void sayItself(response, this.front.answer, { status })
    const list = headerList(message.rawHeaders)
    const given = this.#give(action, list.length === 0 ? [] : valuesOf(list, 'cookie'))
    if (!given) return say(503)
    const { target } = given
    const headers = towardsTarget(list, hostOf(message), this.#forwarding(message, request))
    if (!headers) return say(463)
    // Nothing has the target's address, so nothing would answer it.
    if (!('address' in target)) return say(504)
    const { node, http, answer } = this.front
    const passage = {
      given: { ...given, target },
      from: node.backboneAddress,
      headers,
      path: request.query === '' ? request.path : `${request.path}?${request.query}`,
      idleTimeout: http.idleTimeout * 1000,
      settings: answer,
    }
    if (isUpgrade) return passage
    this.#targets.pass(passage, { message, response })
  }

  #give(action: ForwardAction, cookieHeaders: readonly string[]): Given | undefined {
    const cookies = readCookies(cookieHeaders)
    const { stickySeconds } = action
    const known = stickySeconds === undefined ? undefined : knownGroup(groupsTaking(action), cookies)
    const id = known ?? chooseGroup(action, Math.random())
    const group = this.front.groups.find((one) => one.id === id)
    const target = group && (knownTarget(group, cookies) ?? this.#nextOf(group))
    return group && target && { group, target, stickySeconds }
  }

  #nextOf(group: HttpGroup): HttpGroup['targets'][number] | undefined {
    const { id, targets, algorithm } = group
    const turn = this.#turns.get(id) ?? Math.floor(Math.random() * targets.length)
    this.#turns.set(id, turn + 1)
    switch (algorithm) {
      case 'round_robin':
        return targets[turn % targets.length]
      case 'weighted_random':
        return targets[Math.floor(Math.random() * targets.length)]
      case 'least_outstanding_requests':
        return this.#targets.leastBusy(targets, turn)
      default:
        return algorithm satisfies never
    }
  }

  #read(message: IncomingMessage): HttpRequest {
    const { tls, port } = this.front
    const { path, query } = partsOf(message.url ?? '/')
    const headers: Record<string, string[]> = {}
    for (const [name, value] of headerList(message.rawHeaders)) {
      const key = name.toLowerCase()
      headers[key] = [...(headers[key] ?? []), value]
    }
    const source = this.#clientOf(message)
    return {
      scheme: tls ? 'https' : 'http',
      method: message.method ?? 'GET',
      host: hostOf(message).replace(/:\d+$/, ''),
      port,
      path,
      query,
      headers,
      ...(source && { source }),
    }
  }

  #forwarding({ socket }: IncomingMessage, { scheme, source }: HttpRequest) {
    const { http, port } = this.front
    const tls = socket instanceof TLSSocket && this.front.http.tlsHeaders ? tlsOf(socket) : undefined
    return { http, scheme, port, client: source, clientPort: socket.remotePort ?? 0, ...(tls && { tls }) }
  }

  /** Who comes from the internet has an address of its own. */
  #clientOf({ socket }: IncomingMessage): Address | undefined {
    const asker = parseAddress(socket.remoteAddress ?? '')
    return asker && (this.#options.clientOf(asker) ?? asker)
  }
}

const STATUSES: Readonly<Record<string, number>> = { HPE_HEADER_OVERFLOW: 400, ERR_HTTP_REQUEST_TIMEOUT: 408 }

function tlsOf(socket: TLSSocket) {
  return { version: socket.getProtocol() ?? '', cipher: socket.getCipher().standardName }
}

/** HTTP/2 has it as a field of its own. */
function hostOf(message: IncomingMessage): string {
  const authority = message.headers[':authority']
  return message.headers.host ?? (typeof authority === 'string' ? authority : '')
}

/** A proxy's client names the whole URL. */
function partsOf(url: string): { readonly path: string; readonly query: string } {
  const own = url.replace(/^[a-z]+:\/\/[^/?]*/i, '')
  const at = own.indexOf('?')
  const path = at < 0 ? own : own.slice(0, at)
  return { path: path || '/', query: at < 0 ? '' : own.slice(at + 1) }
}
