// Temporary credentials without a record: the session token is the session itself, sealed under the world's key, and
// the secret follows from the key id. Nothing is written when a role is assumed, and nothing is forgotten on a restart.

import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { formatAccessKeyId } from './access-key-id.ts'

interface Sealed {
  readonly account: string
  /** RFC 3339. */
  readonly issuedAt: string
  readonly expiresAt: string
  /** Makes one session differ from the next; equal sessions get equal credentials. */
  readonly nonce: string
  /** When a second factor was shown; absent: none was. */
  readonly mfaAt?: string
}

export interface RoleSession extends Sealed {
  readonly kind: 'role'
  /** `AROA…`: a role made again under the same name is another role. */
  readonly roleId: string
  readonly sessionName: string
  /** An inline session policy's text. */
  readonly policy?: string
  readonly policyArns: readonly string[]
  readonly tags: Readonly<Record<string, string>>
  /** Those of the tags that go on to the next role. */
  readonly transitiveTagKeys?: readonly string[]
  readonly sourceInstanceArn?: string
  /** Condition keys that the credentials carry. */
  readonly keys: Readonly<Record<string, string>>
}

/** What GetSessionToken gives: the user, or the account's root when `userId` is absent. */
export interface UserSession extends Sealed {
  readonly kind: 'user'
  readonly userId?: string
}

/** What GetFederationToken gives: a name of the caller's making, with the rights that the user's and the session's policies
 * share. The account's root when `userId` is absent. */
export interface FederatedSession extends Sealed {
  readonly kind: 'federated'
  readonly userId?: string
  readonly name: string
  readonly policy?: string
  readonly policyArns: readonly string[]
  readonly tags: Readonly<Record<string, string>>
}

export type Session = RoleSession | UserSession | FederatedSession

export interface TemporaryCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
}

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
/** The first byte of a token, should its form ever change. */
const FORM = 1

/** The credentials of a session. The same key and session always give the same. `key` is 32 bytes. */
export function sealSession(key: Uint8Array, session: Session): TemporaryCredentials {
  const text = Buffer.from(JSON.stringify(session))
  const accessKeyId = formatAccessKeyId('ASIA', session.account, subkey(key, 'key id', text))
  // The nonce of the cipher is a keyed hash of what it seals: equal only for equal sessions, which is no loss.
  const iv = subkey(key, 'iv', text).subarray(0, IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', sealingKey(key), iv)
  cipher.setAAD(Buffer.from(accessKeyId))
  const body = Buffer.concat([cipher.update(text), cipher.final()])
  const token = Buffer.concat([Buffer.of(FORM), iv, cipher.getAuthTag(), body])
  return { accessKeyId, secretAccessKey: secretOf(key, accessKeyId), sessionToken: token.toString('base64') }
}

/** The session and secret of a key id and its token; undefined when the token is not that key's, or not this world's. */
export function openSession(
  key: Uint8Array,
  accessKeyId: string,
  token: string,
): { readonly session: Session; readonly secretAccessKey: string } | undefined {
  const bytes = Buffer.from(token, 'base64')
  if (bytes[0] !== FORM || bytes.length <= 1 + IV_BYTES + TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', sealingKey(key), bytes.subarray(1, 1 + IV_BYTES))
  decipher.setAAD(Buffer.from(accessKeyId))
  decipher.setAuthTag(bytes.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES))
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(1 + IV_BYTES + TAG_BYTES)), decipher.final()])
    // Authenticated: only sealSession can have written it.
    const session: Session = JSON.parse(text.toString())
    return { session, secretAccessKey: secretOf(key, accessKeyId) }
  } catch {
    return undefined
  }
}

function secretOf(key: Uint8Array, accessKeyId: string): string {
  return subkey(key, 'secret', accessKeyId).toString('base64').slice(0, 40)
}

function sealingKey(key: Uint8Array): Buffer {
  return subkey(key, 'seal', '')
}

/** Different purposes never share a key. */
function subkey(key: Uint8Array, purpose: string, text: string | Uint8Array): Buffer {
  if (key.length !== KEY_BYTES) throw new TypeError(`a session key has ${KEY_BYTES} bytes, not ${key.length}`)
  return createHmac('sha256', key).update(`${purpose}\0`).update(text).digest()
}
