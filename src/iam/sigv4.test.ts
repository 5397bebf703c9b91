// Signatures made by the SDK's own signer, held against ours; and what a claim must be to be read at all.

import { createHmac } from 'node:crypto'
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hmac, readClaim, type SignedRequest, sha256Hex, verifyClaim } from './sigv4.ts'

const NOW = new Date('2026-01-31T12:00:00Z')
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'

function signerFor(service: string): SignatureV4 {
  return new SignatureV4({
    service,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIA1', secretAccessKey: SECRET },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    applyChecksum: service === 's3',
  })
}

interface Parts {
  service: string
  path: string
  query: Record<string, string>
  body: string
  headers: Record<string, string>
}

/** A path and query as an HTTP client would write them. */
function rawQuery(query: Readonly<Record<string, unknown>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&')
}

async function sign({ service, path, query, body, headers }: Parts): Promise<SignedRequest> {
  const signed = await signerFor(service).sign(
    {
      method: 'POST',
      protocol: 'https:',
      hostname: 'h',
      path,
      query,
      body,
      headers: { host: 'h:4566', ...headers },
    },
    { signingDate: NOW },
  )
  const lower = Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value])
  return { method: 'POST', path, query: rawQuery(query), headers: Object.fromEntries(lower) }
}

function verify(request: SignedRequest, body: string, now = NOW, secret = SECRET) {
  const claim = readClaim(request)
  if (claim.kind !== 'claim') throw new TypeError(JSON.stringify(claim))
  return verifyClaim(request, claim, { secret, payloadHash: sha256Hex(body), now })
}

/** As SDKs write a segment of a path. */
function encodeSegment(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

describe('a signature of the SDK holds', () => {
  const segment = fc.string({ unit: 'grapheme', maxLength: 8 }).map(encodeSegment)
  const path = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join('/')}`)
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map((text) => text.toWellFormed())
  const query = fc.dictionary(word, word, { maxKeys: 4 })
  const header = fc.stringMatching(/^[ -~]{1,20}$/)

  it.each(['s3', 'ec2'])('%s, any path, query, header and body', async (service) => {
    await fc.assert(
      fc.asyncProperty(path, query, header, word, async (somePath, someQuery, value, body) => {
        const request = await sign({
          service,
          path: somePath,
          query: someQuery,
          body,
          headers: { 'x-amz-extra': value },
        })
        expect(verify(request, body)).toMatchObject({ kind: 'verified' })
        expect(verify(request, `${body}!`)).toMatchObject({ kind: 'refused', reason: 'mismatch' })
        const moved = { ...request, headers: { ...request.headers, 'x-amz-extra': `${value}x` } }
        expect(verify(moved, body)).toMatchObject({ kind: 'refused', reason: 'mismatch' })
      }),
      { numRuns: 60 },
    )
  })

  it.each([
    ['s3 keeps dots and double slashes', 's3', '/b//a/./../c', true],
    ['s3 takes another path for another', 's3', '/b/c', false],
  ])('%s', async (_rule, service, sentPath, holds) => {
    const signed = await sign({ service, path: '/b//a/./../c', query: {}, body: '', headers: {} })
    expect(verify({ ...signed, path: sentPath }, '').kind).toBe(holds ? 'verified' : 'refused')
  })
})

describe('time', () => {
  const request = (service: string) => sign({ service, path: '/', query: {}, body: '', headers: {} })
  const minutesLater = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)

  it.each([
    ['ec2', 5, 'verified'],
    ['ec2', 5.1, 'refused'],
    ['ec2', -5.1, 'refused'],
    ['s3', 15, 'verified'],
    ['s3', -15, 'verified'],
    ['s3', 15.1, 'refused'],
  ])('%s %d minutes off is %s', async (service, minutes, kind) => {
    expect(verify(await request(service), '', minutesLater(minutes)).kind).toBe(kind)
  })

  it('a presigned request is good for as long as it says', async () => {
    const presigned = await signerFor('s3').presign(
      { method: 'GET', protocol: 'https:', hostname: 'h', path: '/b/k', headers: { host: 'h' }, query: {} },
      { signingDate: NOW, expiresIn: 3600 },
    )
    const sent = { method: 'GET', path: '/b/k', query: rawQuery(presigned.query ?? {}), headers: { host: 'h' } }
    const check = (now: Date) => {
      const claim = readClaim(sent)
      if (claim.kind !== 'claim') throw new TypeError(claim.kind)
      const payloadHash = sha256Hex('')
      return verifyClaim(sent, claim, { secret: SECRET, payloadHash, now })
    }
    expect(check(minutesLater(59)).kind).toBe('verified')
    expect(check(minutesLater(61))).toMatchObject({ kind: 'refused', reason: 'expired' })
    expect(check(minutesLater(-16))).toMatchObject({ kind: 'refused', reason: 'skewed' })
  })
})

describe('claims', () => {
  const scope = '20260131/eu-west-1/ec2/aws4_request'
  const signature = 'a'.repeat(64)
  const header = (authorization: string, date: string | undefined = '20260131T120000Z') =>
    readClaim({
      method: 'POST',
      path: '/',
      query: '',
      headers: { host: 'h', authorization, ...(date !== undefined && { 'x-amz-date': date }) },
    })

  it('a key id may hold slashes; a Date header does for X-Amz-Date', () => {
    const authorization = `AWS4-HMAC-SHA256 Credential=a/b/${scope}, SignedHeaders=host;date, Signature=${signature}`
    const headers = { host: 'h', authorization, date: 'Sat, 31 Jan 2026 12:00:00 GMT' }
    expect(readClaim({ method: 'POST', path: '/', query: '', headers })).toMatchObject({
      kind: 'claim',
      accessKeyId: 'a/b',
      timestamp: '20260131T120000Z',
      scope: { region: 'eu-west-1', service: 'ec2' },
    })
  })

  it.each([
    ['another scheme', 'Basic eDp5', undefined, 'unsupported-algorithm'],
    ['no signature', `AWS4-HMAC-SHA256 Credential=a/${scope}, SignedHeaders=host`, undefined, 'incomplete'],
    [
      'a short scope',
      `AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=${signature}`,
      undefined,
      'incomplete',
    ],
    [
      'no host signed',
      `AWS4-HMAC-SHA256 Credential=a/${scope}, SignedHeaders=date, Signature=${signature}`,
      undefined,
      'incomplete',
    ],
    [
      'a signature that is no hash',
      `AWS4-HMAC-SHA256 Credential=a/${scope}, SignedHeaders=host, Signature=zz`,
      undefined,
      'mismatch',
    ],
    [
      'a date of another day',
      `AWS4-HMAC-SHA256 Credential=a/${scope}, SignedHeaders=host, Signature=${signature}`,
      '20260201T120000Z',
      'mismatch',
    ],
    [
      'a date that is none',
      `AWS4-HMAC-SHA256 Credential=a/${scope}, SignedHeaders=host, Signature=${signature}`,
      'today',
      'incomplete',
    ],
  ])('%s', (_name, authorization, date, reason) => {
    expect(header(authorization, date ?? '20260131T120000Z')).toMatchObject({ kind: 'refused', reason })
  })

  it.each([
    ['0', undefined],
    ['604800', undefined],
    ['604801', /^X-Amz-Expires must be less than a week \(in seconds\); that is, the given X-Amz-Expires must be less/],
    ['-1', 'X-Amz-Expires must be non-negative'],
    ['soon', 'X-Amz-Expires should be a number'],
    ['1.5', 'X-Amz-Expires should be a number'],
    ['9'.repeat(19), 'X-Amz-Expires should be a number'],
    ['', 'X-Amz-Expires should be a number'],
  ])('X-Amz-Expires=%s', (expires, why) => {
    const query = rawQuery({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `a/${scope}`,
      'X-Amz-Date': '20260131T120000Z',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': signature,
      'X-Amz-Expires': expires,
    })
    const claim = readClaim({ method: 'GET', path: '/b/k', query, headers: { host: 'h' } })
    expect(claim).toMatchObject(
      why === undefined
        ? { kind: 'claim', expires: Number(expires) }
        : { kind: 'refused', reason: 'query-parameters', why: expect.stringMatching(why) },
    )
  })

  it('any text is read without throwing', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (authorization, query) => {
        const request = { method: 'GET', path: query, query, headers: { authorization } }
        const claim = readClaim(request)
        expect(['anonymous', 'claim', 'refused']).toContain(claim.kind)
        readClaim({ ...request, headers: {} })
      }),
    )
  })
})

describe('hmac', () => {
  it('is the HMAC-SHA-256 of Node, for keys of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'binary' }), (key, text) => {
        expect(hmac(key, text)).toEqual(createHmac('sha256', key).update(text).digest())
      }),
    )
  })
})
