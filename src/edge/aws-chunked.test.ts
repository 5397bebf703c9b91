// Chunked bodies: the example of AWS's documentation, and what happens to bodies that are cut, changed or reordered.

import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ApiError } from '../errors.ts'
import { deriveSigningKey, formatScope, hmac, type SignatureClaim, sha256Hex } from '../iam/sigv4.ts'
import { AwsChunkedDecoder, type ChunkSignatures } from './aws-chunked.ts'

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
const CLAIM: SignatureClaim = {
  form: 'header',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  scope: { date: '20130524', region: 'us-east-1', service: 's3' },
  signedHeaders: ['host'],
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  timestamp: '20130524T000000Z',
}
const SIGNATURES: ChunkSignatures = {
  claim: CLAIM,
  signingKey: deriveSigningKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', CLAIM.scope),
}
const DOCUMENTED = [
  '10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  'a'.repeat(65536),
  '400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'a'.repeat(1024),
  '0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
  '',
  '',
].join('\r\n')

function signedBody(chunks: readonly string[], trailers: Readonly<Record<string, string>> = {}): string {
  const { signingKey, claim } = SIGNATURES
  let previous = claim.signature
  const next = (algorithm: string, content: string) => {
    const text = [algorithm, claim.timestamp, formatScope(claim.scope), previous, content].join('\n')
    previous = hmac(signingKey, text).toString('hex')
    return previous
  }
  const lines = [...chunks, ''].map((chunk) => {
    const signature = next('AWS4-HMAC-SHA256-PAYLOAD', `${sha256Hex('')}\n${sha256Hex(chunk)}`)
    const head = `${Buffer.byteLength(chunk).toString(16)};chunk-signature=${signature}\r\n`
    return chunk === '' ? head : `${head}${chunk}\r\n`
  })
  const names = Object.entries(trailers).map(([name, value]) => `${name}:${value}`)
  if (names.length === 0) return `${lines.join('')}\r\n`
  const signature = next('AWS4-HMAC-SHA256-TRAILER', sha256Hex(names.map((line) => `${line}\n`).join('')))
  return `${lines.join('')}${names.join('\r\n')}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`
}

function decode(
  body: string | Uint8Array,
  options: ConstructorParameters<typeof AwsChunkedDecoder>[0],
  step = 1 << 20,
) {
  const bytes = Buffer.from(body)
  const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, at) =>
    bytes.subarray(at * step, (at + 1) * step),
  )
  const decoder = new AwsChunkedDecoder(options)
  return {
    decoder,
    content: buffer(
      Readable.from(pieces)
        .on('error', () => {})
        .pipe(decoder),
    ),
  }
}

describe('signed chunks', () => {
  it('the documented body is taken apart', async () => {
    const { content } = decode(DOCUMENTED, { signatures: SIGNATURES, decodedLength: 66560 })
    expect((await content).equals(Buffer.alloc(66560, 'a'))).toBe(true)
  })

  it('any chunks in any pieces give the content and the trailers', async () => {
    const chunk = fc.string({ minLength: 1, maxLength: 50 }).map((text) => text.toWellFormed())
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 4 }), fc.integer({ min: 1, max: 40 }), async (chunks, step) => {
        const body = signedBody(chunks, { 'x-amz-checksum-crc32': 'AAAAAA==' })
        const { decoder, content } = decode(body, { signatures: SIGNATURES }, step)
        expect((await content).toString()).toBe(chunks.join(''))
        expect(decoder.trailers['x-amz-checksum-crc32']).toBe('AAAAAA==')
      }),
      { numRuns: 40 },
    )
  })

  it.each([
    ['a changed byte', DOCUMENTED.replace('aaaa', 'aaab'), 'SignatureDoesNotMatch'],
    ['a chunk left out', DOCUMENTED.replace(/400;[^\r]*\r\na*\r\n/, ''), 'SignatureDoesNotMatch'],
    ['a chunk without signature', DOCUMENTED.replace(/;chunk-signature=[0-9a-f]*/, ''), 'InvalidRequest'],
    ['a cut body', DOCUMENTED.slice(0, -100), 'IncompleteBody'],
    ['more after the end', `${DOCUMENTED}x`, 'InvalidRequest'],
    ['no chunks at all', 'hello', 'IncompleteBody'],
    ['a size that is none', 'xyz\r\n', 'InvalidRequest'],
    [
      'a changed trailer',
      signedBody(['a'], { 'x-amz-checksum-crc32': 'A' }).replace('crc32:A', 'crc32:B'),
      'SignatureDoesNotMatch',
    ],
  ])('%s fails the stream', async (_name, body, code) => {
    await expect(decode(body, { signatures: SIGNATURES }).content).rejects.toMatchObject({ code })
  })

  it('a length other than the announced one fails the stream', async () => {
    const { content } = decode(signedBody(['abc']), { signatures: SIGNATURES, decodedLength: 4 })
    await expect(content).rejects.toMatchObject({ code: 'IncompleteBody' })
  })
})

describe('unsigned chunks', () => {
  it('content and trailer', async () => {
    const { decoder, content } = decode('5\r\nhello\r\n0\r\nx-amz-checksum-crc32c:abc=\r\n\r\n', {})
    expect((await content).toString()).toBe('hello')
    expect(decoder.trailers).toEqual({ 'x-amz-checksum-crc32c': 'abc=' })
  })

  it('any bytes end in content or an ApiError', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        const outcome = await decode(bytes, {}).content.catch((error: unknown) => error)
        expect(outcome instanceof ApiError || Buffer.isBuffer(outcome)).toBe(true)
      }),
    )
  })
})
