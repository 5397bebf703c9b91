// The cyclic checksums that S3 takes: CRC-32 by zlib, CRC-32C and CRC-64/NVME by tables, and how the checksums of parts
// make the checksum of the whole. All are bit-reflected, start with ones and end inverted.

import { crc32 } from 'node:zlib'

/** A checksum over octets that come in pieces. */
export interface Crc {
  update(octets: Uint8Array): void
  /** Big-endian. */
  digest(): Buffer
}

export const CRC_POLYNOMIALS = {
  CRC32: { width: 32, polynomial: 0xedb88320n },
  CRC32C: { width: 32, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64, polynomial: 0x9a6c9329ac4bc9b5n },
} as const

export type CrcName = keyof typeof CRC_POLYNOMIALS

export function createCrc(name: CrcName): Crc {
  switch (name) {
    case 'CRC32':
      return zlibCrc32()
    case 'CRC32C':
      return crc32c()
    case 'CRC64NVME':
      return crc64()
  }
}

function zlibCrc32(): Crc {
  let value = 0
  return {
    update(octets) {
      value = crc32(octets, value)
    },
    digest: () => bigEndian32(value),
  }
}

/** Octets read at once: `tables[n]` is the effect of an octet that n more follow. */
const SLICES = 8

function crc32c(): Crc {
  const tables = tables32(Number(CRC_POLYNOMIALS.CRC32C.polynomial))
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables
  let crc = 0xffffffff
  return {
    update(octets) {
      const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
      const whole = octets.length - (octets.length % SLICES)
      let at = 0
      // Every index below is a masked octet, so none is outside its table of 256.
      for (; at < whole; at += SLICES) {
        const low = view.getUint32(at, true) ^ crc
        const high = view.getUint32(at + 4, true)
        crc =
          t7[low & 255]! ^
          t6[(low >>> 8) & 255]! ^
          t5[(low >>> 16) & 255]! ^
          t4[low >>> 24]! ^
          t3[high & 255]! ^
          t2[(high >>> 8) & 255]! ^
          t1[(high >>> 16) & 255]! ^
          t0[high >>> 24]!
      }
      for (; at < octets.length; at++) crc = (crc >>> 8) ^ t0[(crc ^ octets[at]!) & 255]!
    },
    digest: () => bigEndian32(~crc),
  }
}

/** As crc32c, in two halves: numbers have 32 bits for `^`. */
function crc64(): Crc {
  const { lows, highs } = tables64(CRC_POLYNOMIALS.CRC64NVME.polynomial)
  const [l0, l1, l2, l3, l4, l5, l6, l7] = lows
  const [h0, h1, h2, h3, h4, h5, h6, h7] = highs
  let low = -1
  let high = -1
  return {
    update(octets) {
      const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
      const whole = octets.length - (octets.length % SLICES)
      let at = 0
      for (; at < whole; at += SLICES) {
        const a = view.getUint32(at, true) ^ low
        const b = view.getUint32(at + 4, true) ^ high
        const [a0, a1, a2, a3] = [a & 255, (a >>> 8) & 255, (a >>> 16) & 255, a >>> 24]
        const [b0, b1, b2, b3] = [b & 255, (b >>> 8) & 255, (b >>> 16) & 255, b >>> 24]
        low = l7[a0]! ^ l6[a1]! ^ l5[a2]! ^ l4[a3]! ^ l3[b0]! ^ l2[b1]! ^ l1[b2]! ^ l0[b3]!
        high = h7[a0]! ^ h6[a1]! ^ h5[a2]! ^ h4[a3]! ^ h3[b0]! ^ h2[b1]! ^ h1[b2]! ^ h0[b3]!
      }
      for (; at < octets.length; at++) {
        const index = (low ^ octets[at]!) & 255
        low = ((low >>> 8) | (high << 24)) ^ l0[index]!
        high = (high >>> 8) ^ h0[index]!
      }
    },
    digest: () => Buffer.concat([bigEndian32(~high), bigEndian32(~low)]),
  }
}

type Tables = readonly [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]

function emptyTables(): Tables {
  const table = () => new Int32Array(256)
  return [table(), table(), table(), table(), table(), table(), table(), table()]
}

const tables32Memo = new Map<number, Tables>()

function tables32(polynomial: number): Tables {
  const known = tables32Memo.get(polynomial)
  if (known) return known
  const tables = emptyTables()
  for (let octet = 0; octet < 256; octet++) {
    let value = octet
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? polynomial : 0)
    tables[0][octet] = value
  }
  for (let slice = 1; slice < SLICES; slice++) {
    for (let octet = 0; octet < 256; octet++) {
      const before = tables[slice - 1]![octet]!
      tables[slice]![octet] = (before >>> 8) ^ tables[0][before & 255]!
    }
  }
  tables32Memo.set(polynomial, tables)
  return tables
}

let tables64Memo: { readonly lows: Tables; readonly highs: Tables } | undefined

function tables64(polynomial: bigint): { readonly lows: Tables; readonly highs: Tables } {
  if (tables64Memo) return tables64Memo
  const lows = emptyTables()
  const highs = emptyTables()
  const first: bigint[] = []
  for (let octet = 0; octet < 256; octet++) {
    let value = BigInt(octet)
    for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (value & 1n ? polynomial : 0n)
    first.push(value)
  }
  let values = first
  for (let slice = 0; slice < SLICES; slice++) {
    for (const [octet, value] of values.entries()) {
      lows[slice]![octet] = Number(BigInt.asIntN(32, value))
      highs[slice]![octet] = Number(BigInt.asIntN(32, value >> 32n))
    }
    values = values.map((value) => (value >> 8n) ^ first[Number(value & 255n)]!)
  }
  tables64Memo = { lows, highs }
  return tables64Memo
}

function bigEndian32(value: number): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeInt32BE(value | 0)
  return octets
}

/** One part: its checksum as a number, and how many octets it has. */
export interface CrcPart {
  readonly value: bigint
  readonly length: number
}

/** The checksum of the parts one after the other. Appending zeros is linear over GF(2), so a part shifts what came
 * before it by a matrix that depends on its length alone; parts are mostly of one length. */
export function combineCrc(name: CrcName, parts: readonly CrcPart[]): bigint {
  const shifts = new Map<number, readonly bigint[]>()
  let whole: bigint | undefined
  for (const part of parts) {
    if (whole === undefined) {
      whole = part.value
      continue
    }
    let shift = shifts.get(part.length)
    if (!shift) {
      shift = shiftMatrix(name, part.length)
      shifts.set(part.length, shift)
    }
    whole = multiply(shift, whole) ^ part.value
  }
  return whole ?? 0n
}

/** The matrix (columns, lowest bit first) that `length` zero octets apply to the register. */
function shiftMatrix(name: CrcName, length: number): readonly bigint[] {
  const { width, polynomial } = CRC_POLYNOMIALS[name]
  // One zero bit: the lowest bit falls out and leaves the polynomial, any other moves down.
  let power: bigint[] = Array.from({ length: width }, (_, bit) => (bit === 0 ? polynomial : 1n << BigInt(bit - 1)))
  let result: bigint[] = Array.from({ length: width }, (_, bit) => 1n << BigInt(bit))
  for (let bits = BigInt(length) * 8n; bits > 0n; bits >>= 1n) {
    if (bits & 1n) result = result.map((column) => multiply(power, column))
    power = power.map((column) => multiply(power, column))
  }
  return result
}

function multiply(matrix: readonly bigint[], vector: bigint): bigint {
  let sum = 0n
  for (let rest = vector, bit = 0; rest > 0n; rest >>= 1n, bit++) if (rest & 1n) sum ^= matrix[bit] ?? 0n
  return sum
}
