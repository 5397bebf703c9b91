// What stands behind the front door: one adapter per AWS service. The front door has read and authenticated the
// request and decoded its input; the adapter says what the request asks the policies, and does it.

import type { Readable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ApiError } from '../errors.ts'
import type { Connection } from '../iam/connection.ts'
import type { Principal } from '../iam/principal.ts'
import type { Authorisation, PolicyDecision } from '../iam/request.ts'
import type { Codec, RequestHead } from '../wire/codec.ts'

/** One decoded request. */
export interface Call {
  /** The AWS operation: `CreateVpc`, `GetObject`. */
  readonly operation: string
  /** The input as the AWS SDK for JavaScript v3 shapes it: PascalCase members, Date, number. A streaming body is a
   * Readable in the member that the model names (`Body`). */
  readonly input: Readonly<Record<string, unknown>>
  readonly principal: Principal
  readonly region: string
  readonly connection: Connection
  readonly requestId: string
  readonly now: Date
  /** Lower-case header names, for what the model leaves out. */
  readonly headers: Readonly<Record<string, string>>
  /** Why the signature does not hold; only with `mayIgnoreSignature`, and then the principal is `anonymous`. */
  readonly signatureFault?: ApiError
  /** True once whoever asked hung up; for answers that are long in coming. */
  readonly isGone?: () => boolean
  /** By the place of each authorisation, what refuses it; only for operations in `answersRefusals`. */
  readonly refusals?: readonly (Error | undefined)[]
}

/** The output in the SDK's shape; a streaming member is a Readable or a Uint8Array. */
export type Output = Readonly<Record<string, unknown>>

export interface Adapter {
  /** The signing name, which is also the key of the wire tables: `ec2`, `iam`, `sts`, `s3`. */
  readonly service: string
  /** Operations it serves; any other of the model is answered as not implemented. */
  readonly operations: ReadonlySet<string>
  /** Reads and writes its requests. Absent: by the wire tables of `service`. */
  readonly codec?: Codec
  /** The codec of one request, for a service whose clients choose the protocol. */
  codecOf?(head: RequestHead): Codec
  /** The body is passed on as it comes: it is not in the signature, and `decode` does not ask for it. */
  streams?(head: RequestHead): boolean
  /** What stands before the dot of X-Amz-Target, where there are no tables to say so. */
  readonly targetPrefix?: string
  /** Requests that nobody signed come in as `anonymous`, for the policies to judge: all, or those for some operations.
   * Absent: they are refused. */
  readonly takesAnonymous?: boolean | ReadonlySet<string>
  /** A signature that does not hold refuses nothing by itself: the user's own API may ask for none, and Authorization may
   * hold what is meant for the user's server. Absent: it is refused. */
  readonly mayIgnoreSignature?: true
  /** Operations on many things, which do what is allowed and say in their answer what is not. Absent: none. */
  readonly answersRefusals?: ReadonlySet<string>
  /** What the policies must all allow. Never throws for a resource that is missing: `run` says so. */
  authorisations(call: Call): Promise<readonly Authorisation[]>
  /** The error of a refused request, in the service's own words. `decision.message` is AWS's general sentence. */
  refusal(call: Call, authorisation: Authorisation, decision: PolicyDecision): Error
  /** Does it. Resolves once what it changed is durable; throws ApiError. */
  run(call: Call): Promise<Output>
  /** Where another server does it: passes the request on as it was sent, and its answer back as it came. Asked before
   * `run`; undefined means that `run` does this one. */
  forward?(call: Call, request: SentRequest): Promise<SentAnswer | undefined>
  /** Takes over the WebSocket that a request asked for, once the policies let it in: `run` is not called then. Throws
   * ApiError before the socket is opened when the request cannot be one (`open` gives the socket, at most once). */
  upgrade?(call: Call, open: () => Promise<WebSocket>): Promise<void>
}

/** A request as it was sent. */
export interface SentRequest {
  readonly method: string
  /** Percent-encoded; a bucket that the host named stands before it. */
  readonly path: string
  /** Without the question mark, percent-encoded. */
  readonly query: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  /** Taken out of its chunks. */
  readonly body: Body
}

/** An answer to give back as it is. */
export interface SentAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Body
}

/** A readable body of known or unknown length. */
export type Body = Readable | Uint8Array
