// The checksums of an object: which one a request brings, computed while the bytes stream by, and compared at the end.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html

import { createHash } from 'node:crypto'
import { type CrcName, combineCrc, createCrc } from './crc.ts'
import { s3Error } from './s3-error.ts'

export type ChecksumAlgorithm = CrcName | 'SHA1' | 'SHA256' | 'SHA512' | 'MD5'
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

/** The checksum that is kept with an object or a part: base64, with `-N` behind it when it is of N parts' checksums. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
  readonly type: ChecksumType
}

/** The input or output members that hold checksums: `ChecksumCRC32`. */
export type ChecksumMembers = { readonly [A in ChecksumAlgorithm as `Checksum${A}`]?: string | undefined }

const ALGORITHMS: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256', 'SHA512', 'MD5']
const OCTETS: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
}
/** What S3 computes by itself when the client brings nothing. */
export const DEFAULT_ALGORITHM: ChecksumAlgorithm = 'CRC64NVME'

export interface RunningDigest {
  update(octets: Uint8Array): void
  digest(): Buffer
}

export function createDigest(algorithm: ChecksumAlgorithm): RunningDigest {
  switch (algorithm) {
    case 'CRC32':
    case 'CRC32C':
    case 'CRC64NVME':
      return createCrc(algorithm)
    case 'SHA1':
    case 'SHA256':
    case 'SHA512':
    case 'MD5':
      return createHash(algorithm.toLowerCase())
  }
}

/** Reads an algorithm's name in any case; undefined when there is none. Throws for one that Postern cannot compute. */
export function parseAlgorithm(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined
  const algorithm = ALGORITHMS.find((known) => known === name.toUpperCase())
  if (algorithm) return algorithm
  if (/^xxhash/i.test(name)) {
    throw s3Error('NotImplemented', {
      message: `Checksum algorithm ${name} is not served; use one of ${ALGORITHMS.join(', ')}.`,
    })
  }
  throw s3Error('InvalidRequest', {
    message:
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
  })
}

/** The one checksum that a request brings in its members; throws when there are two. */
export function sentChecksum(members: ChecksumMembers): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  const sent = ALGORITHMS.flatMap((algorithm) => {
    const value = members[`Checksum${algorithm}`]
    return value === undefined ? [] : [{ algorithm, value }]
  })
  if (sent.length > 1) {
    throw s3Error('InvalidRequest', {
      message: 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    })
  }
  const only = sent[0]
  if (only && Buffer.from(only.value, 'base64').length !== OCTETS[only.algorithm] && !only.value.includes('-')) {
    throw s3Error('InvalidRequest', {
      message: `Value for x-amz-checksum-${only.algorithm.toLowerCase()} header is invalid.`,
    })
  }
  return only
}

/** The output members for a kept checksum. */
export function checksumMembers(checksum: Checksum | undefined): Record<string, string> {
  if (!checksum) return {}
  return { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }
}

/** Throws BadDigest unless what was computed is what was sent. */
export function requireChecksum(algorithm: ChecksumAlgorithm, sent: string, computed: string): void {
  if (sent === computed) return
  throw s3Error('BadDigest', {
    message: `The ${algorithm} you specified did not match the calculated checksum.`,
  })
}

/** The kind of checksum of a multipart object, when the client does not say. */
export function defaultType(algorithm: ChecksumAlgorithm): ChecksumType {
  return algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE'
}

/** The checksum of a multipart object from those of its parts. */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: readonly { readonly checksum: string; readonly size: number }[],
): Checksum {
  if (type === 'FULL_OBJECT' && isCrc(algorithm)) {
    const values = parts.map((part) => ({ value: bigEndian(Buffer.from(part.checksum, 'base64')), length: part.size }))
    const hex = combineCrc(algorithm, values)
      .toString(16)
      .padStart(OCTETS[algorithm] * 2, '0')
    return { algorithm, type, value: Buffer.from(hex, 'hex').toString('base64') }
  }
  const digest = createDigest(algorithm)
  for (const part of parts) digest.update(Buffer.from(part.checksum, 'base64'))
  return { algorithm, type: 'COMPOSITE', value: `${digest.digest().toString('base64')}-${parts.length}` }
}

export function isCrc(algorithm: ChecksumAlgorithm): algorithm is CrcName {
  return algorithm.startsWith('CRC')
}

function bigEndian(octets: Buffer): bigint {
  return BigInt(`0x${octets.toString('hex') || '0'}`)
}
