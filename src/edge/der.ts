// DER, the bytes of certificates: only what an X.509 certificate with an ECDSA P-256 key needs. ITU-T X.690.

const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
  utcTime: 0x17,
  generalizedTime: 0x18,
} as const

/** One tag, length and value. */
function element(tag: number, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content])
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length])
  const octets: number[] = []
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256)
  return Buffer.from([0x80 | octets.length, ...octets])
}

export function sequence(...items: readonly Uint8Array[]): Buffer {
  return element(TAG.sequence, Buffer.concat(items))
}

export function set(...items: readonly Uint8Array[]): Buffer {
  return element(TAG.set, Buffer.concat(items))
}

export function boolean(value: boolean): Buffer {
  return element(TAG.boolean, Buffer.from([value ? 0xff : 0]))
}

/** A non-negative integer from big-endian octets. */
export function integer(octets: Uint8Array): Buffer {
  let start = 0
  while (start < octets.length - 1 && octets[start] === 0) start++
  const trimmed = octets.subarray(start)
  const needsSign = (trimmed[0] ?? 0) >= 0x80
  return element(TAG.integer, needsSign ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed)
}

/** `unused` is the number of low bits of the last octet that do not count. */
export function bitString(octets: Uint8Array, unused = 0): Buffer {
  return element(TAG.bitString, Buffer.concat([Buffer.from([unused]), octets]))
}

export function octetString(octets: Uint8Array): Buffer {
  return element(TAG.octetString, octets)
}

export function utf8String(text: string): Buffer {
  return element(TAG.utf8String, Buffer.from(text, 'utf8'))
}

/** `1.2.840.10045.4.3.2` */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return element(TAG.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** A time in UTC: two-digit years until 2049, as RFC 5280 section 4.1.2.5 wants it. */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '')
  if (at.getUTCFullYear() < 2050) return element(TAG.utcTime, Buffer.from(digits.slice(2), 'ascii'))
  return element(TAG.generalizedTime, Buffer.from(digits, 'ascii'))
}

/** `[number] { content }`, constructed. */
export function explicit(number: number, content: Uint8Array): Buffer {
  return element(0xa0 | number, content)
}

/** `[number]` in the place of a primitive's own tag. */
export function implicit(number: number, content: Uint8Array): Buffer {
  return element(0x80 | number, content)
}

function base128(value: number): number[] {
  const octets = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(128 + (rest % 128))
  return octets
}
