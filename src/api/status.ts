// What `postern status` shows.

export interface Status {
  readonly health: 'ok' | 'degraded'
  readonly pid: number
  readonly endpoint: string
  readonly dataDirectory: string
  readonly dataplane: 'linux' | 'model'
  readonly auth: 'open' | 'strict'
  /** Store revisions: the newest, and the newest that the kernel has whole. */
  readonly revision: { readonly wanted: number; readonly inForce: number }
  /** How often the kernel was found changed by somebody else and put right. */
  readonly repairs: number
  /** Zones that `postern az fail` took down: wanted so, and no problem. */
  readonly failedZones: readonly { readonly id: string; readonly since: string }[]
  /** Records by kind. */
  readonly resources: Readonly<Record<string, number>>
  /** What is wrong now, a sentence each. */
  readonly problems: readonly string[]
}
