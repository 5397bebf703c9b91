import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ChecksumAlgorithm, combineChecksums, createDigest, sentChecksum } from './checksum.ts'

const CHECK = Buffer.from('123456789')

function digest(algorithm: ChecksumAlgorithm, ...pieces: Uint8Array[]): Buffer {
  const running = createDigest(algorithm)
  for (const piece of pieces) running.update(piece)
  return running.digest()
}

describe('checksums', () => {
  // The check values of the CRC catalogue: https://reveng.sourceforge.io/crc-catalogue/all.htm
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ] as const)('%s of 123456789', (algorithm, hex) => {
    expect(digest(algorithm, CHECK).toString('hex')).toBe(hex)
  })

  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    '%s of pieces is that of the whole, streamed or combined',
    (algorithm) => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { minLength: 1, maxLength: 6 }), (pieces) => {
          const whole = digest(algorithm, Buffer.concat(pieces))
          expect(digest(algorithm, ...pieces)).toEqual(whole)
          const parts = pieces.map((piece) => ({
            checksum: digest(algorithm, piece).toString('base64'),
            size: piece.length,
          }))
          expect(combineChecksums(algorithm, 'FULL_OBJECT', parts).value).toBe(whole.toString('base64'))
        }),
      )
    },
  )

  it('a composite checksum is of the checksums and says how many', () => {
    const part = digest('SHA256', CHECK)
    const composite = combineChecksums('SHA256', 'COMPOSITE', [
      { checksum: part.toString('base64'), size: 9 },
      { checksum: part.toString('base64'), size: 9 },
    ])
    expect(composite.value).toBe(`${digest('SHA256', part, part).toString('base64')}-2`)
  })

  it('refuses two checksums, and one of the wrong length', () => {
    expect(() => sentChecksum({ ChecksumCRC32: 'AAAAAA==', ChecksumSHA1: 'x' })).toThrow('Multiple checksum Types')
    expect(() => sentChecksum({ ChecksumCRC32: 'AAAA' })).toThrow('x-amz-checksum-crc32 header is invalid')
  })
})
