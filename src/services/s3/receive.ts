// Taking in a body: one pass over the bytes writes them, counts them and computes every digest that the request names.

import { createHash, type Hash } from 'node:crypto'
import type { Body, Call } from '../../edge/adapter.ts'
import type { Segment } from './blobs.ts'
import {
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumMembers,
  createDigest,
  DEFAULT_ALGORITHM,
  parseAlgorithm,
  requireChecksum,
  sentChecksum,
} from './checksum.ts'
import { s3Error } from './s3-error.ts'
import type { S3Storage } from './storage.ts'

/** What arrived. */
export interface Received {
  readonly segment: Segment
  /** MD5, hex. */
  readonly md5: string
  readonly checksum: Checksum
}

interface Expectations {
  readonly sha256: string | undefined
  readonly md5: Buffer | undefined
  readonly length: number | undefined
  readonly sent: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined
  readonly algorithm: ChecksumAlgorithm
}

type BodyInput = ChecksumMembers & {
  readonly ContentMD5?: string | undefined
  readonly ChecksumAlgorithm?: string | undefined
}

/** The most that one request may bring: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const MAX_BODY = 5 * 1024 ** 3
const TRAILER = /x-amz-checksum-(?<algorithm>[a-z0-9]+)/i

/** Stores the body of a call and checks it against everything the request says of it. `algorithm` is the upload's. */
export async function receiveBody(
  s3: S3Storage,
  input: BodyInput,
  call: Call,
  algorithm?: ChecksumAlgorithm,
): Promise<Received> {
  const expected = expectations(input, call, algorithm)
  if ((expected.length ?? 0) > MAX_BODY) throw tooLarge(expected.length ?? 0)
  const body = bodyOf(call.input.Body)
  const digests = startDigests(expected)
  const segment = await s3.blobs.write(body, digests.update)
  try {
    return { segment, ...finish(expected, digests, segment.size, body) }
  } catch (error) {
    s3.blobs.remove([segment.blob])
    throw error
  }
}

/** Stores bytes that S3 itself has: the source of a copy. */
export async function receiveCopy(s3: S3Storage, source: Body, algorithm: ChecksumAlgorithm): Promise<Received> {
  const digests = startDigests({ algorithm, sha256: undefined, md5: undefined, length: undefined, sent: undefined })
  const segment = await s3.blobs.write(source, digests.update)
  const value = digests.checksum.digest().toString('base64')
  return { segment, md5: digests.md5.digest('hex'), checksum: { algorithm, value, type: 'FULL_OBJECT' } }
}

/** The body of a call as it comes, checked like one that is stored. The last piece is held back until all is known to be
 * right, so that whoever it is sent on to cannot take a wrong body for whole. */
export async function* checkedBody(input: BodyInput, call: Call): AsyncGenerator<Uint8Array> {
  const expected = expectations(input, call, undefined)
  const digests = startDigests(expected)
  const body = bodyOf(call.input.Body)
  let size = 0
  let held: Uint8Array | undefined
  for await (const piece of body instanceof Uint8Array ? [body] : (body ?? [])) {
    if (held) yield held
    held = piece
    digests.update(piece)
    size += piece.length
  }
  finish(expected, digests, size, body)
  if (held) yield held
}

interface Digests {
  readonly md5: Hash
  readonly sha256: Hash | undefined
  readonly checksum: ReturnType<typeof createDigest>
  readonly update: (piece: Uint8Array) => void
}

function startDigests(expected: Expectations): Digests {
  const md5 = createHash('md5')
  const sha256 = expected.sha256 === undefined ? undefined : createHash('sha256')
  const checksum = createDigest(expected.algorithm)
  let size = 0
  return {
    md5,
    sha256,
    checksum,
    update(piece) {
      size += piece.length
      if (size > MAX_BODY) throw tooLarge(size)
      md5.update(piece)
      sha256?.update(piece)
      checksum.update(piece)
    },
  }
}

function finish(
  expected: Expectations,
  digests: Digests,
  size: number,
  body: Body | undefined,
): Omit<Received, 'segment'> {
  if (expected.length !== undefined && size !== expected.length) {
    throw s3Error('IncompleteBody', {
      fields: { NumberBytesExpected: String(expected.length), NumberBytesProvided: String(size) },
    })
  }
  const sha256 = digests.sha256?.digest('hex')
  if (expected.sha256 !== undefined && sha256 !== expected.sha256) {
    throw s3Error('XAmzContentSHA256Mismatch', {
      fields: { ClientComputedContentSHA256: expected.sha256, S3ComputedContentSHA256: sha256 ?? '' },
    })
  }
  const md5 = digests.md5.digest()
  if (expected.md5 && !expected.md5.equals(md5)) {
    throw s3Error('BadDigest', {
      fields: { ExpectedDigest: expected.md5.toString('base64'), CalculatedDigest: md5.toString('base64') },
    })
  }
  const { algorithm } = expected
  const value = digests.checksum.digest().toString('base64')
  const sent = expected.sent?.value ?? trailersOf(body)[`x-amz-checksum-${algorithm.toLowerCase()}`]
  if (sent !== undefined) requireChecksum(algorithm, sent, value)
  return { md5: md5.toString('hex'), checksum: { algorithm, value, type: 'FULL_OBJECT' } }
}

function expectations(input: BodyInput, call: Call, uploads: ChecksumAlgorithm | undefined): Expectations {
  const sent = sentChecksum(input)
  const trailer = TRAILER.exec(call.headers['x-amz-trailer'] ?? '')?.groups?.algorithm
  const algorithm = sent?.algorithm ?? parseAlgorithm(trailer) ?? parseAlgorithm(input.ChecksumAlgorithm) ?? uploads
  if (uploads && algorithm !== uploads) {
    throw s3Error('InvalidRequest', {
      message: `Checksum Type mismatch occurred, expected checksum Type: ${uploads.toLowerCase()}, actual checksum Type: ${algorithm?.toLowerCase()}`,
    })
  }
  const sha256 = call.headers['x-amz-content-sha256']
  return {
    sha256: sha256 && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : undefined,
    md5: parseMd5(input.ContentMD5),
    length: parseLength(call.headers['x-amz-decoded-content-length'] ?? call.headers['content-length']),
    sent,
    algorithm: algorithm ?? DEFAULT_ALGORITHM,
  }
}

function parseMd5(text: string | undefined): Buffer | undefined {
  if (text === undefined) return undefined
  const md5 = Buffer.from(text, 'base64')
  if (md5.length !== 16) throw s3Error('InvalidDigest', { fields: { 'Content-MD5': text } })
  return md5
}

function parseLength(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** The trailers of a chunked body, which are there once it has ended. */
function trailersOf(body: Body | undefined): Readonly<Record<string, string | undefined>> {
  const trailers = body && 'trailers' in body ? body.trailers : undefined
  return trailers && typeof trailers === 'object' ? { ...trailers } : {}
}

function bodyOf(body: unknown): Body | undefined {
  if (body === undefined || body === null) return undefined
  if (body instanceof Uint8Array) return body
  if (typeof body === 'string') return Buffer.from(body)
  if (isReadable(body)) return body
  throw new TypeError('the body of the call is neither bytes nor a stream')
}

function isReadable(body: unknown): body is Exclude<Body, Uint8Array> {
  return typeof body === 'object' && body !== null && 'pipe' in body
}

function tooLarge(size: number): Error {
  return s3Error('EntityTooLarge', { fields: { ProposedSize: String(size), MaxSizeAllowed: String(MAX_BODY) } })
}
