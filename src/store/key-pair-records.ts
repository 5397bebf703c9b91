// The record of a key pair: its public half. The private one is answered once, to who made it, and kept nowhere.

import type { Owned } from './records.ts'

export type KeyPairId = `key-${string}`

export interface KeyPair extends Owned {
  readonly id: KeyPairId
  readonly name: string
  readonly type: 'rsa' | 'ed25519'
  readonly fingerprint: string
  /** One line, as in authorized_keys. */
  readonly publicKey: string
}
