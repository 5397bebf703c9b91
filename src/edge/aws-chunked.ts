// Bodies that come in signed chunks (`Content-Encoding: aws-chunked`): takes the chunks apart, checks each signature, and
// keeps the trailers for whoever checks the checksums in them.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html

import { createHash, type Hash, timingSafeEqual } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'
import { ApiError } from '../errors.ts'
import { formatScope, hmac, type SignatureClaim, sha256Hex } from '../iam/sigv4.ts'

/** Values of x-amz-content-sha256 that mean chunks. */
export const CHUNKED_PAYLOADS: ReadonlySet<string> = new Set([
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
])

export interface ChunkSignatures {
  readonly signingKey: Uint8Array
  readonly claim: SignatureClaim
}

/** The longest line between chunks, and the most that trailers may be. */
const MAX_LINE = 8 * 1024
const MAX_TRAILERS = 16 * 1024
const EMPTY_HASH = sha256Hex('')

/** What comes next in the stream. */
type Stage =
  | { readonly kind: 'size' }
  | { kind: 'content'; left: number; readonly signature: string | undefined }
  | { readonly kind: 'end-of-chunk' }
  | { readonly kind: 'trailers' }
  | { readonly kind: 'done' }

export interface AwsChunkedOptions {
  /** Absent: the chunks are not signed, or their signer is not checked. */
  readonly signatures?: ChunkSignatures
  /** X-Amz-Decoded-Content-Length, when the client sent it. */
  readonly decodedLength?: number
}

/** Turns the body on the wire into the content. A wrong signature or a cut body ends the stream with an ApiError. */
export class AwsChunkedDecoder extends Transform {
  /** By lower-case name; complete once the stream has ended. */
  readonly trailers: Record<string, string> = {}
  #signatures: ChunkSignatures | undefined
  #decodedLength: number | undefined
  #stage: Stage = { kind: 'size' }
  #pending: Buffer = Buffer.alloc(0)
  #hash: Hash | undefined
  #previous: string
  #trailerText = ''
  #received = 0

  constructor({ signatures, decodedLength }: AwsChunkedOptions) {
    super()
    this.#signatures = signatures
    this.#decodedLength = decodedLength
    this.#previous = signatures?.claim.signature ?? ''
  }

  override _transform(piece: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    try {
      this.#pending = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece])
      while (this.#step());
      done()
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)))
    }
  }

  override _flush(done: TransformCallback): void {
    const cut = this.#decodedLength !== undefined && this.#decodedLength !== this.#received
    done(this.#stage.kind !== 'done' || cut ? incomplete() : null)
  }

  /** Takes one thing off the pending bytes; false when more are needed. */
  #step(): boolean {
    const stage = this.#stage
    switch (stage.kind) {
      case 'size':
        return this.#readSize()
      case 'content':
        return this.#readContent(stage)
      case 'end-of-chunk':
        if (this.#pending.length < 2) return false
        if (this.#pending.toString('latin1', 0, 2) !== '\r\n') throw malformed()
        this.#pending = this.#pending.subarray(2)
        this.#stage = { kind: 'size' }
        return true
      case 'trailers':
        return this.#readTrailer()
      case 'done':
        if (this.#pending.length > 0) throw malformed()
        return false
      default:
        throw stage satisfies never
    }
  }

  #readSize(): boolean {
    const line = this.#takeLine()
    if (line === undefined) return false
    const match = /^([0-9a-fA-F]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line)
    if (!match) throw malformed()
    const [, size = '', signature] = match
    if (this.#signatures && signature === undefined) throw malformed()
    this.#hash = this.#signatures && createHash('sha256')
    const left = Number.parseInt(size, 16)
    if (left > 0) this.#stage = { kind: 'content', left, signature }
    else {
      this.#endChunk(signature)
      this.#stage = { kind: 'trailers' }
    }
    return true
  }

  #readContent(stage: Extract<Stage, { kind: 'content' }>): boolean {
    if (this.#pending.length === 0) return false
    const piece = this.#pending.subarray(0, stage.left)
    this.#pending = this.#pending.subarray(piece.length)
    this.#hash?.update(piece)
    this.#received += piece.length
    stage.left -= piece.length
    this.push(piece)
    if (stage.left > 0) return false
    this.#endChunk(stage.signature)
    this.#stage = { kind: 'end-of-chunk' }
    return true
  }

  #readTrailer(): boolean {
    const line = this.#takeLine()
    if (line === undefined) return false
    if (line === '') {
      this.#endTrailers()
      this.#stage = { kind: 'done' }
      return true
    }
    const colon = line.indexOf(':')
    if (colon <= 0 || this.#trailerText.length > MAX_TRAILERS) throw malformed()
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    this.trailers[name] = value
    if (name !== 'x-amz-trailer-signature') this.#trailerText += `${name}:${value}\n`
    return true
  }

  #endChunk(signature: string | undefined): void {
    if (!this.#signatures || !this.#hash) return
    const hash = this.#hash.digest('hex')
    this.#check(signature, 'AWS4-HMAC-SHA256-PAYLOAD', `${EMPTY_HASH}\n${hash}`)
  }

  #endTrailers(): void {
    if (!this.#signatures || this.#trailerText === '') return
    this.#check(this.trailers['x-amz-trailer-signature'], 'AWS4-HMAC-SHA256-TRAILER', sha256Hex(this.#trailerText))
  }

  /** Each signature covers the one before it, so no chunk can be left out or moved. */
  #check(signature: string | undefined, algorithm: string, content: string): void {
    if (!this.#signatures) return
    const { signingKey, claim } = this.#signatures
    const text = `${algorithm}\n${claim.timestamp}\n${formatScope(claim.scope)}\n${this.#previous}\n${content}`
    const expected = hmac(signingKey, text)
    const sent = Buffer.from(signature ?? '', 'hex')
    if (sent.length !== expected.length || !timingSafeEqual(expected, sent)) throw badChunkSignature()
    this.#previous = signature ?? ''
  }

  /** A line without its CRLF; undefined when it is not all there. */
  #takeLine(): string | undefined {
    const end = this.#pending.indexOf('\r\n')
    if (end > MAX_LINE || (end < 0 && this.#pending.length > MAX_LINE)) throw malformed()
    if (end < 0) return undefined
    const line = this.#pending.toString('latin1', 0, end)
    this.#pending = this.#pending.subarray(end + 2)
    return line
  }
}

function malformed(): ApiError {
  return new ApiError('InvalidRequest', 'The body is not in the chunks that its x-amz-content-sha256 says it is in')
}

function incomplete(): ApiError {
  return new ApiError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  )
}

function badChunkSignature(): ApiError {
  return new ApiError(
    'SignatureDoesNotMatch',
    'The chunk signature we calculated does not match the signature you provided. Check your key and signing method.',
  )
}
