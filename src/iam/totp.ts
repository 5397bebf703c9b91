// Time-based one-time passwords, as virtual MFA devices show them: RFC 6238 with SHA-1, six digits and steps of 30 seconds.

import { createHmac } from 'node:crypto'

export const TOTP_STEP_SECONDS = 30
const DIGITS = 6
/** Steps before and after the present one that are taken: clocks differ. */
const DRIFT = 1

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648, without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}

function decodeBase32(text: string): Buffer {
  const bits = [...text].map((digit) => BASE32.indexOf(digit).toString(2).padStart(5, '0')).join('')
  const bytes = bits.match(/.{8}/g) ?? []
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)))
}

/** The number of the step that a time is in. */
export function totpStep(now: Date): number {
  return Math.floor(now.getTime() / 1000 / TOTP_STEP_SECONDS)
}

/** The code of a step; `seed` is in base 32. */
export function totpCode(seed: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const hash = createHmac('sha1', decodeBase32(seed)).update(counter).digest()
  const offset = (hash.at(-1) ?? 0) & 0xf
  const number = hash.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The step near `now` that the code is of; undefined when it is of none. */
export function findTotpStep(seed: string, code: string, now: Date): number | undefined {
  const present = totpStep(now)
  const near = [present, ...Array.from({ length: DRIFT }, (_, at) => [present - at - 1, present + at + 1]).flat()]
  return near.find((step) => totpCode(seed, step) === code)
}
