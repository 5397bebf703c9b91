// Who an access key belongs to: what the front door looks up before it checks a signature.

import type { IdentifiedPrincipal } from './principal.ts'

export interface Identity {
  /** The secret access key that signs. */
  readonly secret: string
  readonly principal: IdentifiedPrincipal
  /** ISO 8601; only temporary credentials end. */
  readonly expiresAt?: string
  /** The key was deactivated: it is refused, also where unknown keys are let in. */
  readonly inactive?: true
}

/** Temporary credentials given out here, whose role or user is gone: refused, also where unknown keys are let in. */
export interface OrphanedKey {
  readonly orphaned: true
}

/**
 * Finds the owner of a key. Undefined when nobody has it, or when it is a temporary key and the
 * session token is not its own. A key past its `expiresAt` is still found, so that the caller is told it expired.
 */
export type Identify = (accessKeyId: string, sessionToken: string | undefined) => Identity | OrphanedKey | undefined
