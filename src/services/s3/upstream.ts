// S3 by another server (MinIO and the like): Postern authenticates and authorises, then passes the request on under the
// other's credentials. Who owns a bucket and what its policy says is kept here: the other knows one account only.

import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { DEFAULT_REGION } from '../../catalogue/regions.ts'
import type { Adapter, Call, Output, SentAnswer, SentRequest } from '../../edge/adapter.ts'
import { ApiError } from '../../errors.ts'
import type { Principal } from '../../iam/principal.ts'
import type { Authorisation, PolicyDecision } from '../../iam/request.ts'
import { authorisationsOf } from './authorisations.ts'
import { findCopySource } from './copy-source.ts'
import type { ObjectIndex } from './object-index.ts'
import { checkedBody } from './receive.ts'
import { refusalOf } from './refusal.ts'
import { wholeSeconds } from './require.ts'
import { S3Adapter } from './s3-adapter.ts'
import { noSuchBucket } from './s3-error.ts'
import { type UpstreamOptions, upstreamRequest } from './upstream-request.ts'

export interface S3UpstreamOptions extends UpstreamOptions {
  /** Whose the buckets are that the other had before: it cannot tell. */
  readonly account: string
}

/** Answered here, from what is kept here. */
const LOCAL = new Set([
  'ListBuckets',
  'GetBucketLocation',
  'GetBucketPolicy',
  'PutBucketPolicy',
  'DeleteBucketPolicy',
  'GetBucketPolicyStatus',
  'GetPublicAccessBlock',
  'PutPublicAccessBlock',
  'DeletePublicAccessBlock',
  'GetBucketOwnershipControls',
  'PutBucketOwnershipControls',
  'DeleteBucketOwnershipControls',
])

/** Headers of the hop and of the other server. */
const HOP_HEADERS = new Set(
  'connection keep-alive transfer-encoding upgrade trailer server date x-amz-request-id x-amz-id-2'.split(' '),
)

const EMPTY = new Uint8Array()

export class S3Upstream implements Adapter {
  readonly service = 's3'
  readonly operations: ReadonlySet<string>
  #options: S3UpstreamOptions
  /** Buckets and their policies; it never has an object. */
  #local: S3Adapter

  /** Keeps what it must know of buckets under `directory`. */
  constructor(directory: string, options: S3UpstreamOptions) {
    this.#options = options
    this.#local = new S3Adapter(directory)
    this.operations = this.#local.operations
  }

  async authorisations(call: Call): Promise<readonly Authorisation[]> {
    if (call.operation === 'ListBuckets') await this.#adoptAll(call.now)
    const source = findCopySource(typeof call.input.CopySource === 'string' ? call.input.CopySource : undefined)
    for (const name of [call.input.Bucket, source?.bucket]) {
      if (typeof name === 'string' && call.operation !== 'CreateBucket') await this.#adopt(name, call.now)
    }
    return authorisationsOf({ index: withoutObjects(this.#local.index) }, call)
  }

  refusal(call: Call, authorisation: Authorisation, decision: PolicyDecision): Error {
    return refusalOf(call, authorisation, decision)
  }

  run(call: Call): Promise<Output> {
    return this.#local.run(call)
  }

  async forward(call: Call, sent: SentRequest): Promise<SentAnswer | undefined> {
    if (LOCAL.has(call.operation)) return undefined
    if (call.operation === 'CreateBucket') return this.#createBucket(call, sent)
    const name = String(call.input.Bucket)
    if (!this.#local.index.findBucket(name)) throw noSuchBucket(name)
    const body = 'Body' in call.input ? Readable.from(checkedBody(call.input, call)) : sent.body
    const answer = await this.#send({ ...sent, body }, call.now)
    if (call.operation === 'DeleteBucket' && answer.status < 300) {
      this.#local.index.transact(() => this.#local.index.deleteBucket(name))
      await this.#local.index.durable()
    }
    return answer
  }

  describeRequest(principal: Principal, action: string, arn: string): Authorisation {
    return this.#local.describeRequest(principal, action, arn)
  }

  get bucketCount(): number {
    return this.#local.bucketCount
  }

  /** Forgets whose buckets they are; the objects belong to the other server. */
  reset(): Promise<void> {
    return this.#local.reset()
  }

  close(): Promise<void> {
    return this.#local.close()
  }

  /** Kept first and made then: were it made first, a kill in between would leave a bucket without its owner. */
  async #createBucket(call: Call, sent: SentRequest): Promise<SentAnswer | undefined> {
    const name = String(call.input.Bucket)
    const isNew = !this.#local.index.findBucket(name)
    await this.#local.run(call)
    // Without its body: the other server's region is its own affair.
    const answer = await this.#send({ ...sent, headers: {}, body: EMPTY }, call.now)
    const isThere = answer.status < 300 || (answer.status === 409 && !isNew)
    if (isThere) return undefined
    if (isNew) this.#local.index.transact(() => this.#local.index.deleteBucket(name))
    return answer
  }

  /** Learns of a bucket that the other had before. */
  async #adopt(name: string, now: Date): Promise<void> {
    if (name === '' || this.#local.index.findBucket(name)) return
    const path = `/${encodeURIComponent(name)}`
    const answer = await this.#send({ method: 'HEAD', path, query: '', headers: {}, body: EMPTY }, now)
    if (answer.status < 300) this.#keep([name], now)
  }

  async #adoptAll(now: Date): Promise<void> {
    const answer = await this.#send({ method: 'GET', path: '/', query: '', headers: {}, body: EMPTY }, now)
    const list = answer.body instanceof Readable ? await text(answer.body) : ''
    if (answer.status >= 300) throw this.#unavailable(`it answered ${answer.status} to ListBuckets`)
    // Bucket names need no escaping in XML.
    const names = [...list.matchAll(/<Name>([a-z0-9.-]+)<\/Name>/g)].map(([, name = '']) => name)
    this.#keep(
      names.filter((name) => !this.#local.index.findBucket(name)),
      now,
    )
  }

  #keep(names: readonly string[], now: Date): void {
    if (names.length === 0) return
    const { account } = this.#options
    this.#local.index.transact(() => {
      for (const name of names) {
        this.#local.index.putBucket({ name, account, region: DEFAULT_REGION, createdAt: wholeSeconds(now) })
      }
    })
  }

  async #send(sent: SentRequest, now: Date): Promise<SentAnswer> {
    const { url } = this.#options
    const { path, headers } = upstreamRequest(sent, this.#options, now)
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, { method: sent.method, path, headers })
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve)
      request.once('error', (error) => reject(this.#unavailable(error.message)))
      if (sent.body instanceof Uint8Array) request.end(sent.body)
      else {
        sent.body.once('error', (error) => {
          reject(error)
          request.destroy()
        })
        sent.body.pipe(request)
      }
    })
    const response = await answered
    const kept = Object.entries(response.headers).filter(([name]) => !HOP_HEADERS.has(name))
    return {
      status: response.statusCode ?? 502,
      headers: Object.fromEntries(kept.map(([name, value]) => [name, String(value)])),
      body: sent.method === 'HEAD' ? drained(response) : response,
    }
  }

  #unavailable(why: string): ApiError {
    return new ApiError('ServiceUnavailable', `The S3 upstream ${this.#options.url.origin} does not serve: ${why}`)
  }
}

/** An answer to HEAD has no body; read to its end, the connection can carry the next request. */
function drained(response: IncomingMessage): Uint8Array {
  response.resume()
  return EMPTY
}

/** Which objects there are is the other server's knowledge: to the policies every one is there, without tags. */
function withoutObjects(index: ObjectIndex) {
  const present = { deleteMarker: false, meta: { tags: [] } }
  return {
    findBucket: (name: string) => index.findBucket(name),
    findSetting: (bucket: string, name: string) => index.findSetting(bucket, name),
    findLatest: () => present,
    findVersion: () => present,
  }
}
