// Where every AWS request comes in, from the loopback port and from the endpoints: who asks, which service, may they, do
// it, and the answer in the service's own protocol.

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import { ApiError } from '../errors.ts'
import type { Connection } from '../iam/connection.ts'
import type { Identify } from '../iam/identity.ts'
import type { Principal } from '../iam/principal.ts'
import { type Claim, readClaim, sha256Hex, UNSIGNED_PAYLOAD } from '../iam/sigv4.ts'
import { findDiskFailure } from '../store/disk-failure.ts'
import type { Answer, Decoded, RequestHead } from '../wire/codec.ts'
import { codecOfUnknown } from '../wire/codecs.ts'
import { UNSERVED_CODES } from '../wire/unserved.ts'
import type { Adapter, Body, Call, SentRequest } from './adapter.ts'
import { type Authenticated, type AuthenticationMode, authenticate } from './authenticate.ts'
import { authenticationError } from './authentication-error.ts'
import { type AskedPolicies, authorise, type PolicySources } from './authorise.ts'
import { normaliseHost, parseAwsHost } from './aws-host.ts'
import { chooseService } from './choose-service.ts'
import {
  contentOf,
  EMPTY_HASH,
  hasBody,
  NO_BODY,
  readWhole,
  requireSignedContent,
  withoutChunking,
} from './request-body.ts'
import { readHead, withBucketInPath } from './request-head.ts'
import { sendAnswer } from './send-answer.ts'
import { Served } from './served.ts'
import { requireWebSocketRequest, type UpgradeRequest, WebSockets } from './web-socket.ts'

// An import of node:http by name also loads its WebSocket client: 13 MB and 20 ms for what nobody here uses.
const { ServerResponse: HttpAnswer } = process.getBuiltinModule('node:http')

/** One request and what became of it. */
export interface AnsweredEvent {
  readonly requestId: string
  readonly connection: Connection
  readonly status: number
  /** Absent where the request was refused before they were known. */
  readonly service?: string
  readonly operation?: string
  readonly principal?: Principal
  readonly errorCode?: string
  /** What the policies were asked, in order; absent where they were not. */
  readonly asked?: readonly AskedPolicies[]
}

export interface LateAdapters {
  readonly names: readonly string[]
  /** Undefined for a signing name of none. */
  adapterOf(service: string): Promise<Adapter | undefined> | undefined
  serviceOfTarget(prefix: string): string | undefined
}

export interface FrontDoorOptions extends PolicySources {
  readonly adapters: readonly Adapter[]
  /** Services that are opened when they are first asked for. */
  readonly lateAdapters?: LateAdapters
  /** The adapter of any other service, by signing name; undefined for a name of none. */
  readonly otherAdapter?: (service: string) => Promise<Adapter | undefined> | Adapter | undefined
  readonly identify: Identify
  readonly mode: AuthenticationMode
  readonly now: () => Date
  readonly log: (line: string) => void
  readonly onAnswered?: (event: AnsweredEvent) => void
}

/** What is known of a request while it is answered. */
interface Visit {
  readonly req: IncomingMessage
  readonly head: RequestHead
  readonly connection: Connection
  readonly requestId: string
  readonly hostId: string
  readonly now: Date
  /** The request asks for a WebSocket: it has no body. */
  readonly upgrade?: UpgradeRequest
  /** Who forwards the body reads it, also while the answer is on its way. */
  bodyIsForwarded?: boolean
  served?: Served
  operation?: string
  principal?: Principal
  asked?: readonly AskedPolicies[]
}

const ANONYMOUS: Principal = { kind: 'anonymous' }
const DEFAULT_REGION = 'us-east-1'
/** RFC 6455, 7.4.1: the server met what keeps it from going on. */
const INTERNAL_ERROR = 1011

/** Actions that bring their proof of identity in a parameter instead of a signature. */
const UNSIGNED_ACTIONS: ReadonlySet<string> = new Set(['AssumeRoleWithSAML', 'AssumeRoleWithWebIdentity'])

export class FrontDoor {
  #options: FrontDoorOptions
  #served: Map<string, Served>
  #gapsLogged = new Set<string>()
  #webSockets = new WebSockets()

  constructor(options: FrontDoorOptions) {
    this.#options = options
    this.#served = new Map(options.adapters.map((adapter) => [adapter.service, new Served(adapter)]))
  }

  /** Ends what outlives its request: the WebSockets. */
  close(): void {
    this.#webSockets.close()
  }

  /** Answers one request. Rejects only when the connection broke. */
  async answer(req: IncomingMessage, res: ServerResponse, connection: Connection): Promise<void> {
    const visit = this.#visit(req, connection)
    let error: ApiError | undefined
    let answer: Answer
    try {
      answer = await this.#serve(visit)
    } catch (thrown) {
      error = this.#toApiError(thrown, visit)
      answer = this.#encodeError(visit, error)
    }
    this.#options.onAnswered?.(eventOf(visit, answer.status, error?.code))
    await sendAnswer(visit, res, answer, this.#options.log)
  }

  /** Answers a request for a WebSocket: hands it to its service, or refuses it as any other request. */
  async upgrade(req: IncomingMessage, upgrade: UpgradeRequest, connection: Connection): Promise<void> {
    const visit = { ...this.#visit(req, connection), upgrade }
    const { socket } = upgrade
    // Until somebody listens, a client that resets the connection would end the process.
    socket.on('error', () => socket.destroy())
    let webSocket: WebSocket | undefined
    try {
      const { served, call } = await this.#admit(visit)
      await served.adapter.upgrade?.(call, async () => {
        webSocket = await this.#webSockets.open(req, upgrade)
        this.#options.onAnswered?.(eventOf(visit, 101, undefined))
        return webSocket
      })
      if (!webSocket) throw new Error(`${served.adapter.service} did not take its WebSocket`)
    } catch (thrown) {
      const error = this.#toApiError(thrown, visit)
      if (webSocket) webSocket.close(INTERNAL_ERROR)
      else if (socket instanceof Socket) await this.#refuseUpgrade(visit, socket, error)
      else socket.destroy()
    }
  }

  async #refuseUpgrade(visit: Visit, socket: Socket, error: ApiError): Promise<void> {
    const answer = this.#encodeError(visit, error)
    this.#options.onAnswered?.(eventOf(visit, answer.status, error.code))
    const res = new HttpAnswer(visit.req)
    res.shouldKeepAlive = false
    res.assignSocket(socket)
    res.once('finish', () => socket.destroySoon())
    await sendAnswer(visit, res, answer, this.#options.log)
  }

  #visit(req: IncomingMessage, connection: Connection): Visit {
    const requestId = randomUUID()
    const hostId = Buffer.from(requestId).toString('base64')
    return { req, head: readHead(req), connection, requestId, hostId, now: this.#options.now() }
  }

  async #serve(visit: Visit): Promise<Answer> {
    const { served, call, sent } = await this.#admit(visit)
    const { adapter, codec } = served
    const forwarded = await adapter.forward?.(call, sent)
    if (forwarded) return forwarded
    return codec.encode(call.operation, await adapter.run(call), visit.requestId)
  }

  /** Lets a request in: it is whose it says, it can be read, and the policies allow it. */
  async #admit(visit: Visit): Promise<Admitted> {
    const claim = readClaim(visit.head)
    const service = chooseService(visit.head, claim, visit.connection, (prefix) => this.#targeted(prefix))
    const served =
      this.#served.get(service) ??
      (await this.#lateService(service, visit.head)) ??
      (await this.#otherService(service, visit.head))
    if (!served) {
      throw new ApiError('InvalidAction', `Postern serves nothing for ${service}: it has ${this.#names().join(', ')}`)
    }
    visit.served = served
    if (visit.upgrade) requireUpgradeable(served, visit.head)
    if (claim.kind === 'refused' && !served.adapter.mayIgnoreSignature) {
      throw authenticationError(service, claim, visit.now)
    }
    const { decoded, principal, signatureFault, head, body } =
      service === 's3' ? await this.#receiveS3(visit, served, claim) : await this.#receive(visit, served, claim)
    visit.operation = decoded.operation
    visit.principal = principal
    const call: Call = {
      operation: decoded.operation,
      input: decoded.input,
      principal,
      region: regionOf(claim, visit),
      connection: visit.connection,
      requestId: visit.requestId,
      now: visit.now,
      headers: head.headers,
      isGone: () => visit.req.socket.destroyed,
      ...(signatureFault && { signatureFault }),
    }
    const asked: AskedPolicies[] = []
    visit.asked = asked
    const refusals = await authorise(served.adapter, call, this.#options, asked)
    return { served, call: { ...call, refusals }, sent: { ...head, body } }
  }

  /** The service whose targets begin so. */
  #targeted(prefix: string): string | undefined {
    const served = [...this.#served.values()].find(({ targetPrefix }) => targetPrefix === prefix)
    return served?.adapter.service ?? this.#options.lateAdapters?.serviceOfTarget(prefix)
  }

  #names(): string[] {
    return [...new Set([...this.#served.keys(), ...(this.#options.lateAdapters?.names ?? [])])]
  }

  async #lateService(service: string, head: RequestHead): Promise<Served | undefined> {
    const adapter = await this.#options.lateAdapters?.adapterOf(service)
    if (!adapter) return undefined
    if (adapter.codecOf) return new Served(adapter, adapter.codecOf(head))
    const served = new Served(adapter)
    this.#served.set(service, served)
    return served
  }

  async #otherService(service: string, head: RequestHead): Promise<Served | undefined> {
    const adapter = await this.#options.otherAdapter?.(service)
    return adapter?.codecOf && new Served(adapter, adapter.codecOf(head))
  }

  /** A request whose body is read whole before anything else, for its hash is in the signature. */
  async #receive(visit: Visit, served: Served, claim: Claim): Promise<Received> {
    const { req, head } = visit
    const { adapter, codec } = served
    if (adapter.streams?.(head)) return this.#receiveStream(visit, served, claim)
    const body = visit.upgrade || !hasBody(head) ? NO_BODY : await readWhole(req)
    const payloadHash = body.length === 0 ? EMPTY_HASH : sha256Hex(body)
    const { principal, signatureFault } = this.#authenticateIfAsked(visit, adapter, claim, payloadHash)
    const taken = adapter.takesAnonymous ?? UNSIGNED_ACTIONS.has(actionOf(head, body))
    const isAnonymous = principal.kind === 'anonymous'
    if (isAnonymous && taken === false) throw authenticationError(adapter.service, { kind: 'unsigned' }, visit.now)
    const decoded = codec.begin(head).decode(body)
    if (isAnonymous && typeof taken === 'object' && !taken.has(decoded.operation)) {
      throw authenticationError(adapter.service, { kind: 'unsigned' }, visit.now)
    }
    return { decoded, principal, ...(signatureFault && { signatureFault }), head, body }
  }

  /** A request whose signature does not cover its body. */
  #receiveStream(visit: Visit, { adapter, codec }: Served, claim: Claim): Received {
    const { req, head } = visit
    if (claim.kind !== 'claim') throw authenticationError(adapter.service, { kind: 'unsigned' }, visit.now)
    const payloadHash = head.headers['x-amz-content-sha256'] ?? UNSIGNED_PAYLOAD
    const { principal } = this.#authenticate(visit, adapter.service, claim, payloadHash)
    visit.bodyIsForwarded = true
    return { decoded: codec.begin(head).decode(req), principal, head, body: req }
  }

  /** S3 signs a header that stands for the body, so a body may stream; the adapter holds it against the header. */
  async #receiveS3(visit: Visit, { codec }: Served, claim: Claim): Promise<Received> {
    const { req } = visit
    const { principal, signingKey } = this.#authenticate(visit, 's3', claim, s3PayloadHash(visit.head, claim))
    const head = withBucketInPath(withoutChunking(visit.head))
    const reading = codec.begin(head)
    const signatures = claim.kind === 'claim' && signingKey ? { claim, signingKey } : undefined
    const content = contentOf(req, visit.head, signatures)
    if (reading.streams) return { decoded: reading.decode(content), principal, head, body: content }
    const body = hasBody(visit.head) ? await readWhole(content) : NO_BODY
    requireSignedContent(visit.head, body)
    return { decoded: reading.decode(body), principal, head, body }
  }

  #authenticate(visit: Visit, service: string, claim: Claim, payloadHash: string): Authenticated {
    if (claim.kind !== 'claim') return { principal: { kind: 'anonymous' } }
    const { head: request, connection, now } = visit
    const { identify, mode } = this.#options
    return authenticate({ service, request, claim, connection, payloadHash, now }, identify, mode)
  }

  #authenticateIfAsked(
    visit: Visit,
    { service, mayIgnoreSignature }: Adapter,
    claim: Claim,
    payloadHash: string,
  ): Pick<Call, 'principal' | 'signatureFault'> {
    try {
      if (claim.kind === 'refused') throw authenticationError(service, claim, visit.now)
      return this.#authenticate(visit, service, claim, payloadHash)
    } catch (error) {
      if (!mayIgnoreSignature || !(error instanceof ApiError)) throw error
      return { principal: ANONYMOUS, signatureFault: error }
    }
  }

  #toApiError(thrown: unknown, { requestId, req, operation }: Visit): ApiError {
    if (thrown instanceof ApiError) {
      this.#logGap(thrown)
      return thrown
    }
    if (req.destroyed && !req.complete) return new ApiError('IncompleteBody', 'The client closed the connection')
    const what = `${requestId} ${operation ?? `${req.method} ${req.url}`}`
    const diskFailure = findDiskFailure(thrown)
    if (diskFailure !== undefined) {
      this.#options.log(`${what}: the disk could not be written: ${diskFailure}`)
      return new ApiError('ServiceUnavailable', `The disk could not be written: ${diskFailure}`)
    }
    this.#options.log(`${what}: ${thrown instanceof Error ? thrown.stack : String(thrown)}`)
    return new ApiError('InternalError', `An internal error has occurred; the daemon's log has it under ${requestId}`)
  }

  /** What is asked for and not served is said once, not at every retry. */
  #logGap({ code, message }: ApiError): void {
    if (!UNSERVED_CODES.has(code) || this.#gapsLogged.has(message) || this.#gapsLogged.size > 1000) return
    this.#gapsLogged.add(message)
    this.#options.log(`not served: ${message}`)
  }

  #encodeError(visit: Visit, error: ApiError): Answer {
    const { requestId, hostId, head } = visit
    const codec = visit.served?.codec ?? codecOfUnknown(head)
    return codec.encodeError(error, { requestId, hostId, method: head.method })
  }
}

/** A request that may be done. */
interface Admitted {
  readonly served: Served
  readonly call: Call
  readonly sent: SentRequest
}

interface Received {
  readonly decoded: Decoded
  readonly principal: Principal
  readonly signatureFault?: ApiError
  readonly head: RequestHead
  readonly body: Body
}

function requireUpgradeable({ adapter }: Served, head: RequestHead): void {
  if (!adapter.upgrade)
    throw new ApiError('BadRequestException', `${adapter.service} takes no WebSocket`, { status: 400 })
  requireWebSocketRequest(head)
}

/** The body's part in S3's signature. */
function s3PayloadHash({ headers }: RequestHead, claim: Claim): string {
  const hash = headers['x-amz-content-sha256']
  if (claim.kind === 'claim' && claim.form === 'presigned') return hash ?? UNSIGNED_PAYLOAD
  if (hash === undefined && claim.kind === 'claim') {
    throw new ApiError('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256')
  }
  return hash ?? EMPTY_HASH
}

/** The action of a query request, before it is decoded. */
function actionOf({ query }: RequestHead, body: Buffer): string {
  return new URLSearchParams(body.length === 0 ? query : body.toString()).get('Action') ?? ''
}

function regionOf(claim: Claim, { head, connection }: Visit): string {
  if (claim.kind === 'claim' && claim.scope.region !== '') return claim.scope.region
  if (connection.kind === 'endpoint') return connection.region
  return parseAwsHost(normaliseHost(head.headers.host ?? ''))?.region ?? DEFAULT_REGION
}

function eventOf(visit: Visit, status: number, errorCode: string | undefined): AnsweredEvent {
  const { requestId, connection, served, operation, principal, asked } = visit
  return {
    requestId,
    connection,
    status,
    ...(served && { service: served.adapter.service }),
    ...(operation !== undefined && { operation }),
    ...(principal && { principal }),
    ...(errorCode !== undefined && { errorCode }),
    ...(asked && { asked }),
  }
}
