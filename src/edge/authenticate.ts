// Who asks: from the signature on a request to a principal.

import type { Connection } from '../iam/connection.ts'
import type { Identify } from '../iam/identity.ts'
import { type Principal, rootPrincipal } from '../iam/principal.ts'
import { type SignatureClaim, type SignedRequest, verifyClaim } from '../iam/sigv4.ts'
import { authenticationError, type Fault } from './authentication-error.ts'

/** `open`: on the loopback port a key that nobody made is taken for an account's root. `strict`: it is refused. */
export type AuthenticationMode = 'open' | 'strict'

export interface Authenticated {
  readonly principal: Principal
  /** Signs the chunks of a chunked body; absent when the signature was not checked. */
  readonly signingKey?: Uint8Array
}

export interface AuthenticationQuestion {
  readonly service: string
  readonly request: SignedRequest
  readonly claim: SignatureClaim
  readonly connection: Connection
  /** What stands for the body in the signature. */
  readonly payloadHash: string
  readonly now: Date
}

/** The account of a key that nobody made and that does not name one. */
const NOBODYS_ACCOUNT = '000000000000'

/** Throws the service's own error when the claim does not hold. */
export function authenticate(
  { service, request, claim, connection, payloadHash, now }: AuthenticationQuestion,
  identify: Identify,
  mode: AuthenticationMode,
): Authenticated {
  const fail = (fault: Fault) => authenticationError(service, fault, now)
  const identity = identify(claim.accessKeyId, claim.sessionToken)
  if (!identity) {
    const isHost = connection.kind === 'public' && connection.from === undefined
    if (mode === 'open' && isHost) return { principal: openPrincipal(claim.accessKeyId) }
    throw fail({ kind: 'unknown-key', claim })
  }
  if ('orphaned' in identity) throw fail({ kind: 'orphaned-key', claim })
  if (identity.inactive) throw fail({ kind: 'unknown-key', claim })
  const verification = verifyClaim(request, claim, { secret: identity.secret, payloadHash, now })
  if (verification.kind === 'refused') throw fail(verification)
  if (identity.expiresAt !== undefined && Date.parse(identity.expiresAt) <= now.getTime()) {
    throw fail({ kind: 'expired-credentials' })
  }
  return { principal: identity.principal, signingKey: verification.signingKey }
}

/** A key id of twelve digits is that account's root, as in other local emulators of AWS. */
function openPrincipal(accessKeyId: string): Principal {
  return rootPrincipal(/^\d{12}$/.test(accessKeyId) ? accessKeyId : NOBODYS_ACCOUNT)
}
