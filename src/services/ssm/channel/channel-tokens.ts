// The tokens that open a WebSocket: each for one channel and one connection, and for a short time. They are kept in
// memory only; after a restart both ends ask for new ones.

import { randomBytes } from 'node:crypto'

/** Which socket a token opens. */
export interface TokenPurpose {
  readonly kind: 'control' | 'agent' | 'client'
  /** The instance of a control channel, the session of a data channel. */
  readonly channelId: string
}

interface Issued extends TokenPurpose {
  readonly expiresAt: number
}

/** Milliseconds. AWS names no time; this is enough to start the plugin by hand. */
export const TOKEN_LIFETIME = 5 * 60_000
/** A caller that asks and never connects must not fill the memory: the oldest goes first. */
const MOST = 10_000
const TOKEN_BYTES = 96

export class ChannelTokens {
  readonly #issued = new Map<string, Issued>()

  issue(purpose: TokenPurpose, now: Date): string {
    for (const [token, { expiresAt }] of this.#issued) {
      if (expiresAt > now.getTime() && this.#issued.size < MOST) break
      this.#issued.delete(token)
    }
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#issued.set(token, { ...purpose, expiresAt: now.getTime() + TOKEN_LIFETIME })
    return token
  }

  /** What the token opens, on `channelId` alone; it is used up whatever comes of it. */
  take(token: string, channelId: string, now: Date): TokenPurpose | undefined {
    const issued = this.#issued.get(token)
    this.#issued.delete(token)
    if (!issued || issued.channelId !== channelId || issued.expiresAt <= now.getTime()) return undefined
    return { kind: issued.kind, channelId }
  }

  /** A session that ended opens no more. */
  revoke(channelId: string): void {
    for (const [token, issued] of this.#issued) if (issued.channelId === channelId) this.#issued.delete(token)
  }

  clear(): void {
    this.#issued.clear()
  }
}
