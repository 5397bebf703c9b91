// IMDSv2 session tokens: an expiry, signed together with the instance it was given to. Nothing is stored, and a token of
// one instance is worth nothing in another.

import { createHmac, timingSafeEqual } from 'node:crypto'

export const LONGEST_TOKEN_SECONDS = 21_600

const EXPIRY_BYTES = 6
const SIGNATURE_BYTES = 32

/** `now` in milliseconds since 1970. */
export function makeToken(secret: Uint8Array, instanceId: string, seconds: number, now: number): string {
  const expiry = Buffer.alloc(EXPIRY_BYTES)
  expiry.writeUIntBE(now + seconds * 1000, 0, EXPIRY_BYTES)
  return Buffer.concat([expiry, sign(secret, instanceId, expiry)]).toString('base64url')
}

/** How many seconds the token is still good for; undefined when it is not one of this instance's, or is over. */
export function tokenSecondsLeft(
  secret: Uint8Array,
  instanceId: string,
  token: string,
  now: number,
): number | undefined {
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length !== EXPIRY_BYTES + SIGNATURE_BYTES) return undefined
  const expiry = bytes.subarray(0, EXPIRY_BYTES)
  if (!timingSafeEqual(bytes.subarray(EXPIRY_BYTES), sign(secret, instanceId, expiry))) return undefined
  const left = Math.ceil((expiry.readUIntBE(0, EXPIRY_BYTES) - now) / 1000)
  return left > 0 ? left : undefined
}

function sign(secret: Uint8Array, instanceId: string, expiry: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${instanceId}\n`).update(expiry).digest()
}
