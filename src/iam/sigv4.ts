// AWS Signature Version 4: reads what a request claims of its signer, and checks the claim by signing again.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

import { hash, timingSafeEqual } from 'node:crypto'

export interface SignedRequest {
  readonly method: string
  /** As it was sent, percent-encoded, without the query. */
  readonly path: string
  /** As it was sent, without the question mark. */
  readonly query: string
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Scope {
  /** `20260131` */
  readonly date: string
  readonly region: string
  readonly service: string
}

/** What a signed request says of itself. */
export interface SignatureClaim {
  readonly form: 'header' | 'presigned'
  readonly accessKeyId: string
  readonly sessionToken?: string
  readonly scope: Scope
  readonly signedHeaders: readonly string[]
  /** 64 hex digits. */
  readonly signature: string
  /** `20260131T120000Z` */
  readonly timestamp: string
  /** Seconds that a presigned request is good for. */
  readonly expires?: number
}

export type RefusalReason =
  | 'incomplete'
  | 'unsupported-algorithm'
  | 'mismatch'
  /** The clocks are too far apart. */
  | 'skewed'
  /** A presigned request whose time is over. */
  | 'expired'
  /** What the query of a presigned request says of it cannot be. */
  | 'query-parameters'
  | 'unsigned-headers'

export interface Refusal {
  readonly kind: 'refused'
  readonly reason: RefusalReason
  readonly why: string
}

export type Claim = { readonly kind: 'anonymous' } | ({ readonly kind: 'claim' } & SignatureClaim) | Refusal

export type Verification =
  /** `signingKey` signs the chunks of a body that comes in chunks. */
  { readonly kind: 'verified'; readonly signingKey: Uint8Array } | Refusal

const ALGORITHM = 'AWS4-HMAC-SHA256'
const MINUTE = 60_000
const S3_SKEW = 15 * MINUTE
const SKEW = 5 * MINUTE
const LONGEST_PRESIGNED = 7 * 24 * 3600
const TIMESTAMP = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/

export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD'

/** Reads the claim from the Authorization header or from the query. */
export function readClaim(request: SignedRequest): Claim {
  const { authorization } = request.headers
  if (authorization !== undefined) return readHeaderClaim(request, authorization)
  const query = new Map(queryPairs(request.query))
  if (query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm')) return readPresignedClaim(query)
  // Signature Version 2 in the query: S3 refuses it for every bucket made since June 2020.
  if (query.has('AWSAccessKeyId') && query.has('Signature')) {
    return refuse('unsupported-algorithm', `the query must be signed by ${ALGORITHM}`)
  }
  return { kind: 'anonymous' }
}

/** Checks a claim against the signer's secret. `payloadHash` is what stands for the body in the signature. */
export function verifyClaim(
  request: SignedRequest,
  claim: SignatureClaim,
  { secret, payloadHash, now }: { secret: string; payloadHash: string; now: Date },
): Verification {
  const late = checkTime(claim, now)
  if (late) return late
  const uncovered = uncoveredHeaders(request, claim)
  if (uncovered.length > 0) {
    return refuse('unsigned-headers', uncovered.join(', '))
  }
  const signingKey = deriveSigningKey(secret, claim.scope)
  const expected = hmac(signingKey, stringToSign(claim, canonicalRequest(request, claim, payloadHash)))
  if (!timingSafeEqual(expected, Buffer.from(claim.signature, 'hex'))) {
    return refuse('mismatch', 'the signature calculated does not match the one provided')
  }
  return { kind: 'verified', signingKey }
}

export interface Signer {
  readonly accessKeyId: string
  readonly secret: string
  readonly scope: Scope
  /** `20260131T120000Z`, which must also be the request's X-Amz-Date. */
  readonly timestamp: string
  readonly payloadHash: string
}

/** The Authorization header of a request that is sent on in another's name; it covers all of the request's headers. */
export function signRequest(
  request: SignedRequest,
  { accessKeyId, secret, scope, timestamp, payloadHash }: Signer,
): string {
  const signedHeaders = Object.keys(request.headers).sort()
  const claim = { form: 'header', accessKeyId, scope, signedHeaders, signature: '', timestamp } as const
  const text = stringToSign(claim, canonicalRequest(request, claim, payloadHash))
  const signature = hmac(deriveSigningKey(secret, scope), text).toString('hex')
  const credential = `${accessKeyId}/${formatScope(scope)}`
  return `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`
}

/** Kept, for a client signs a whole day with one; the newest at the end. */
const signingKeys = new Map<string, Uint8Array>()
const MAX_SIGNING_KEYS = 1000

export function deriveSigningKey(secret: string, { date, region, service }: Scope): Uint8Array {
  const name = `${secret}\n${date}\n${region}\n${service}`
  const known = signingKeys.get(name)
  if (known) return known
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), 'aws4_request')
  const [oldest] = signingKeys.keys()
  if (oldest !== undefined && signingKeys.size >= MAX_SIGNING_KEYS) signingKeys.delete(oldest)
  signingKeys.set(name, key)
  return key
}

export function formatScope({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`
}

export function sha256Hex(bytes: string | Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

const BLOCK = 64
const DIGEST = 32

/** HMAC-SHA-256 (RFC 2104) by two whole hashes: Node's own, which makes objects of key and state, takes six times longer. */
export function hmac(key: string | Uint8Array, text: string): Buffer {
  const given = typeof key === 'string' ? Buffer.from(key) : key
  const short = given.length > BLOCK ? hash('sha256', given, 'buffer') : given
  const inner = Buffer.allocUnsafe(BLOCK + Buffer.byteLength(text)).fill(0x36, 0, BLOCK)
  const outer = Buffer.allocUnsafe(BLOCK + DIGEST).fill(0x5c, 0, BLOCK)
  for (const [at, octet] of short.entries()) {
    inner[at] = octet ^ 0x36
    outer[at] = octet ^ 0x5c
  }
  inner.write(text, BLOCK)
  outer.set(hash('sha256', inner, 'buffer'), BLOCK)
  return hash('sha256', outer, 'buffer')
}

function readHeaderClaim({ headers }: SignedRequest, authorization: string): Claim {
  const [algorithm, rest] = splitAt(authorization, ' ')
  if (algorithm !== ALGORITHM) {
    return refuse(
      'unsupported-algorithm',
      `Authorization must begin with ${ALGORITHM}, not '${algorithm.slice(0, 40)}'`,
    )
  }
  const parts = new Map(rest.split(',').map((part) => splitAt(part.trim(), '=')))
  const missing = ['Credential', 'SignedHeaders', 'Signature'].filter((name) => !parts.get(name))
  if (missing.length > 0) {
    return refuse(
      'incomplete',
      `Authorization header requires ${missing.map((name) => `'${name}' parameter.`).join(' ')}`,
    )
  }
  const timestamp = headers['x-amz-date'] ?? compactDate(headers.date)
  if (timestamp === undefined)
    return refuse('incomplete', "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  return assemble({
    form: 'header',
    credential: parts.get('Credential') ?? '',
    signedHeaders: parts.get('SignedHeaders') ?? '',
    signature: parts.get('Signature') ?? '',
    timestamp,
    sessionToken: headers['x-amz-security-token'],
  })
}

function readPresignedClaim(query: ReadonlyMap<string, string>): Claim {
  const needed = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-SignedHeaders', 'X-Amz-Signature']
  if (!needed.every((name) => query.get(name))) {
    return refuse(
      'query-parameters',
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    )
  }
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) {
    return refuse('unsupported-algorithm', `X-Amz-Algorithm must be ${ALGORITHM}`)
  }
  const expires = query.get('X-Amz-Expires')
  const problem = expires === undefined ? undefined : expiresProblem(expires)
  if (problem !== undefined) return refuse('query-parameters', problem)
  return assemble({
    form: 'presigned',
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
    signature: query.get('X-Amz-Signature') ?? '',
    timestamp: query.get('X-Amz-Date') ?? '',
    sessionToken: query.get('X-Amz-Security-Token'),
    ...(expires !== undefined && { expires: Number(expires) }),
  })
}

/** In S3's words; a week itself is still good. */
function expiresProblem(expires: string): string | undefined {
  if (!/^-?\d{1,18}$/.test(expires)) return 'X-Amz-Expires should be a number'
  if (Number(expires) < 0) return 'X-Amz-Expires must be non-negative'
  if (Number(expires) <= LONGEST_PRESIGNED) return undefined
  return `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${LONGEST_PRESIGNED} seconds`
}

interface ClaimText {
  readonly form: SignatureClaim['form']
  readonly credential: string
  readonly signedHeaders: string
  readonly signature: string
  readonly timestamp: string
  readonly sessionToken: string | undefined
  readonly expires?: number
}

function assemble({ form, credential, signedHeaders, signature, timestamp, sessionToken, expires }: ClaimText): Claim {
  const scope = credential.split('/')
  // A key id may hold a slash; the scope is the last four parts.
  const [date = '', region = '', service = '', terminator] = scope.slice(-4)
  const accessKeyId = scope.slice(0, -4).join('/')
  if (accessKeyId === '' || terminator !== 'aws4_request' || !/^\d{8}$/.test(date) || service === '') {
    return refuse(
      'incomplete',
      `Credential must be KEY/DATE/REGION/SERVICE/aws4_request, not '${credential.slice(0, 200)}'`,
    )
  }
  if (!TIMESTAMP.test(timestamp))
    return refuse('incomplete', `Date must be in ISO-8601 'basic format'. Got '${timestamp.slice(0, 40)}'.`)
  if (!timestamp.startsWith(date)) {
    return refuse(
      'mismatch',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${timestamp.slice(0, 8)}'`,
    )
  }
  if (!/^[0-9a-f]{64}$/.test(signature)) return refuse('mismatch', 'the signature must be 64 hex digits')
  const names = signedHeaders.toLowerCase().split(';')
  if (!names.includes('host')) return refuse('incomplete', "'Host' must be a 'SignedHeader' in the AWS Authorization.")
  return {
    kind: 'claim',
    form,
    accessKeyId,
    ...(sessionToken !== undefined && { sessionToken }),
    scope: { date, region, service },
    signedHeaders: names,
    signature,
    timestamp,
    ...(expires !== undefined && { expires }),
  }
}

function checkTime({ scope, timestamp, expires }: SignatureClaim, now: Date): Refusal | undefined {
  const signed = timeOf(timestamp)
  const skew = scope.service === 's3' ? S3_SKEW : SKEW
  const minutes = skew / MINUTE
  if (signed - now.getTime() > skew) {
    return refuse(
      'skewed',
      `Signature not yet current: ${timestamp} is still later than ${compact(now, skew)} (${compact(now)} + ${minutes} min.)`,
    )
  }
  if (expires !== undefined) {
    const end = signed + expires * 1000
    return now.getTime() > end ? refuse('expired', new Date(end).toISOString()) : undefined
  }
  if (now.getTime() - signed > skew) {
    return refuse(
      'skewed',
      `Signature expired: ${timestamp} is now earlier than ${compact(now, -skew)} (${compact(now)} - ${minutes} min.)`,
    )
  }
  return undefined
}

/** S3 wants every x-amz- header signed: an unsigned one could have been put in on the way. */
function uncoveredHeaders(
  { headers }: SignedRequest,
  { scope, signedHeaders, form }: SignatureClaim,
): readonly string[] {
  if (scope.service !== 's3') return []
  return Object.keys(headers).filter(
    (name) =>
      name.startsWith('x-amz-') &&
      !signedHeaders.includes(name) &&
      !(form === 'presigned' && name === 'x-amz-content-sha256'),
  )
}

function stringToSign({ timestamp, scope }: SignatureClaim, canonical: string): string {
  return `${ALGORITHM}\n${timestamp}\n${formatScope(scope)}\n${sha256Hex(canonical)}`
}

function canonicalRequest(
  { method, path, query, headers }: SignedRequest,
  claim: SignatureClaim,
  payloadHash: string,
): string {
  const names = [...claim.signedHeaders].sort()
  const lines = names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}\n`)
  return [
    method,
    claim.scope.service === 's3' ? encodePath(path) : encodePathTwice(path),
    canonicalQuery(query),
    lines.join(''),
    names.join(';'),
    payloadHash,
  ].join('\n')
}

/** S3 signs the path as it is, each segment encoded once: its keys may hold dots and double slashes. */
function encodePath(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/')
}

/** The other services sign the normalised path with its percent signs encoded again. */
function encodePathTwice(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const trailing = kept.length > 0 && path.endsWith('/') ? '/' : ''
  return `/${kept.map((segment) => encode(segment)).join('/')}${trailing}`
}

function canonicalQuery(query: string): string {
  return queryPairs(query)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function queryPairs(query: string): [name: string, value: string][] {
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name, value] = splitAt(pair, '=')
      return [decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))]
    })
}

/** Percent-encodes all but the characters that RFC 3986 calls unreserved. */
function encode(text: string): string {
  // A lone surrogate cannot be encoded, and no request can carry one that was signed.
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** What cannot be decoded stays as it is, and will not match. */
function decode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function splitAt(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

function timeOf(timestamp: string): number {
  const [, year, month, day, hour, minute, second] = TIMESTAMP.exec(timestamp) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
}

function compact(date: Date, shift = 0): string {
  return new Date(date.getTime() + shift).toISOString().replace(/[-:]|\.\d+/g, '')
}

/** A Date header as X-Amz-Date would have it. */
function compactDate(date: string | undefined): string | undefined {
  const time = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(time) ? undefined : compact(new Date(time))
}

function refuse(reason: RefusalReason, why: string): Refusal {
  return { kind: 'refused', reason, why }
}
