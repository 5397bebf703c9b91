// Requests on their way to targets, and the answers back: connections that are kept, from the node's own address, and what a
// client is told when a target does not answer.

import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as overHttp,
  type ServerResponse,
} from 'node:http'
import { Agent as HttpsAgent, request as overHttps } from 'node:https'
import type { Socket } from 'node:net'
import type { HttpAnswerNetwork } from '../compile/network.ts'
import type { Address } from '../ip/address.ts'
import { addHeaders, sayItself } from './http-answer.ts'
import { endToEnd, type HeaderList, headerList, valuesOf } from './http-headers.ts'
import { cookiesFor, type Given } from './http-stickiness.ts'
import type { FrontTarget, HttpGroup } from './messages.ts'
import { join } from './relay.ts'

/** A request with its target. */
export interface HttpPassage {
  readonly given: Given & { readonly target: FrontTarget }
  /** The node's backbone address. */
  readonly from: Address
  readonly headers: HeaderList
  readonly path: string
  /** Milliseconds. */
  readonly idleTimeout: number
  readonly settings: HttpAnswerNetwork
}

interface Exchange {
  readonly message: IncomingMessage
  readonly response: ServerResponse
}

interface Upgrade extends Exchange {
  readonly socket: Socket
  readonly head: Buffer
}

const MOST_KEPT = 64

export class HttpTargets {
  readonly #patience: number
  readonly #plain = new HttpAgent({ keepAlive: true, maxFreeSockets: MOST_KEPT })
  readonly #encrypted = new HttpsAgent({ keepAlive: true, maxFreeSockets: MOST_KEPT })
  /** Requests under way, by target. */
  readonly #busy = new Map<string, number>()
  /** Clients' connections with a request under way. */
  readonly #waiting = new Set<Socket>()

  constructor(patience: number) {
    this.#patience = patience
  }

  close(): void {
    this.#plain.destroy()
    this.#encrypted.destroy()
  }

  /** A target answers, or is waited for, on this connection's behalf. */
  isWaiting(socket: Socket): boolean {
    return this.#waiting.has(socket)
  }

  /** Of equally busy ones the one whose turn it is. */
  leastBusy(targets: HttpGroup['targets'], turn: number): HttpGroup['targets'][number] | undefined {
    const load = ({ id }: { readonly id: string }) => this.#busy.get(id) ?? 0
    const least = Math.min(...targets.map(load))
    const free = targets.filter((target) => load(target) === least)
    return free[turn % free.length]
  }

  pass(passage: HttpPassage, exchange: Exchange): void {
    const { message, response } = exchange
    const { socket } = message
    this.#waiting.add(socket)
    const leave = this.#enter(passage)
    response.once('close', () => {
      leave()
      this.#waiting.delete(socket)
    })
    this.#send(passage, exchange, false)
  }

  #send(passage: HttpPassage, exchange: Exchange, isSecondTry: boolean): void {
    const { message, response } = exchange
    const outgoing = this.#request(passage, exchange, ['Connection', 'keep-alive'])
    // One that the target closed while it was kept says so only when it is used again.
    const mayTryAgain = () => !isSecondTry && outgoing.reusedSocket && !hasBody(message)
    this.#watch(outgoing, passage, exchange, mayTryAgain, () => this.#send(passage, exchange, true))
    outgoing.on('response', (answer) => giveBack(answer, response, passage))
    if (hasBody(message)) message.pipe(outgoing)
    else outgoing.end()
  }

  /** A WebSocket, or whatever else both agree on: from the answer on bytes pass as they are. */
  upgrade(passage: HttpPassage, exchange: Upgrade): void {
    const { message, response, socket, head } = exchange
    const leave = this.#enter(passage)
    socket.once('close', leave)
    const outgoing = this.#request(passage, exchange, [
      'Connection',
      'Upgrade',
      'Upgrade',
      message.headers.upgrade ?? '',
    ])
    this.#watch(
      outgoing,
      passage,
      exchange,
      () => false,
      () => undefined,
    )
    outgoing.on('response', (answer) => giveBack(answer, response, passage))
    outgoing.on('upgrade', (answer, target: Socket, first: Buffer) => {
      response.detachSocket(socket)
      const lines = headerList(answer.rawHeaders).map(([name, value]) => `${name}: ${value}`)
      socket.write([`HTTP/1.1 101 ${answer.statusMessage}`, ...lines, '', ''].join('\r\n'))
      if (first.length > 0) socket.write(first)
      if (head.length > 0) target.write(head)
      join({ socket, stream: socket }, { socket: target, stream: target }, passage.idleTimeout)
    })
    outgoing.end()
  }

  /** It counts as busy until what is returned is called. */
  #enter({ given: { target } }: HttpPassage): () => void {
    this.#busy.set(target.id, (this.#busy.get(target.id) ?? 0) + 1)
    return () => {
      const left = (this.#busy.get(target.id) ?? 1) - 1
      if (left > 0) this.#busy.set(target.id, left)
      else this.#busy.delete(target.id)
    }
  }

  #request(
    { given, from, headers, path }: HttpPassage,
    { message }: Exchange,
    connection: readonly string[],
  ): ClientRequest {
    const { group, target } = given
    const framing = framingOf(message)
    const options = {
      host: target.address,
      port: target.port,
      localAddress: from,
      method: message.method,
      path,
      headers: [...headers.flat(), ...framing, ...connection],
      setHost: false,
    }
    // Whoever the target is: AWS does not verify it either.
    return group.tls
      ? overHttps({ ...options, agent: this.#encrypted, rejectUnauthorized: false })
      : overHttp({ ...options, agent: this.#plain })
  }

  /** What a client is told when nothing comes of its request. */
  #watch(
    outgoing: ClientRequest,
    { idleTimeout, settings }: HttpPassage,
    { message, response }: Exchange,
    mayTryAgain: () => boolean,
    tryAgain: () => void,
  ): void {
    let status = 502
    const giveUp = (reason: number) => {
      status = reason
      outgoing.destroy()
    }
    const timer = setTimeout(() => giveUp(504), this.#patience)
    outgoing.once('socket', (socket) => {
      if (!socket.connecting) clearTimeout(timer)
      else socket.once('connect', () => clearTimeout(timer))
    })
    outgoing.setTimeout(idleTimeout, () => giveUp(message.complete ? 504 : 408))
    outgoing.once('close', () => clearTimeout(timer))
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer)
      if (response.destroyed || response.writableEnded) return
      if (mayTryAgain() && status === 502 && error.code === 'ECONNRESET') tryAgain()
      else sayItself(response, settings, { status: status === 502 ? statusOf(error) : status })
    })
    // A client that is gone wants no answer any more.
    response.once('close', () => {
      if (!response.writableFinished) outgoing.destroy()
    })
  }
}

/** Nothing that would be a target's answer: the network says that there is no way to it, or says nothing at all. */
function statusOf({ code = '' }: NodeJS.ErrnoException): number {
  return ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code) ? 504 : 502
}

function hasBody(message: IncomingMessage): boolean {
  const { headers, httpVersionMajor } = message
  // HTTP/2 says with the headers that nothing follows.
  if (httpVersionMajor === 2) return Object(message).stream?.endAfterHeaders !== true
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
}

/** How the body is told from what follows; the length itself is among the headers. */
function framingOf(message: IncomingMessage): string[] {
  if (message.headers['content-length'] !== undefined) return []
  if (hasBody(message)) return ['Transfer-Encoding', 'chunked']
  return ['GET', 'HEAD', 'OPTIONS'].includes(message.method ?? '') ? [] : ['Content-Length', '0']
}

function giveBack(answer: IncomingMessage, response: ServerResponse, { given, settings }: HttpPassage): void {
  if (response.destroyed) {
    answer.destroy()
    return
  }
  const list = endToEnd(headerList(answer.rawHeaders))
  const isHttp2 = !('assignSocket' in response)
  response.statusCode = answer.statusCode ?? 502
  if (!isHttp2 && answer.statusMessage) response.statusMessage = answer.statusMessage
  for (const name of new Set(list.map(([own]) => own))) response.setHeader(name, valuesOf(list, name.toLowerCase()))
  const setByTarget = valuesOf(list, 'set-cookie')
  const cookies = cookiesFor(
    given,
    setByTarget.map((text) => text.split('=')[0]?.trim() ?? ''),
    new Date(),
  )
  if (cookies.length > 0) response.setHeader('Set-Cookie', [...setByTarget, ...cookies])
  addHeaders(response, settings)
  answer.on('error', () => response.destroy())
  answer.once('close', () => {
    if (!answer.complete) response.destroy()
  })
  answer.pipe(response)
}
