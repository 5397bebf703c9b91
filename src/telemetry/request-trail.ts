// The trail of requests that came by endpoints: who asked what of which resource, let in or refused, and when last. Equal
// requests are one entry with a count, so the trail grows with what is different and not with what is busy.
//
// A request costs one look into a Map. Entries reach the disk in batches, so a crash loses the last second's; the trail
// is advice and no record. The oldest entries give way to new ones.

import type { AskedPolicies } from '../edge/authorise.ts'
import type { AnsweredEvent } from '../edge/front-door.ts'
import type { Principal } from '../iam/principal.ts'
import { DurableDatabase, type Row } from '../store/durable-database.ts'

/** All requests of one principal for one action on one resource by one endpoint, with the same outcome. */
export interface SeenRequest {
  readonly endpointId: string
  /** `aws:PrincipalArn`: of a role session the role's; `anonymous` for unsigned requests. */
  readonly principal: string
  readonly action: string
  readonly resource: string
  /** Whose the resource is; empty when there is none. */
  readonly resourceAccount: string
  /** Every policy let the request in. */
  readonly passed: boolean
  /** Milliseconds since 1970. */
  readonly lastAt: number
  readonly count: number
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS seen (
    endpoint TEXT NOT NULL, principal TEXT NOT NULL, action TEXT NOT NULL, resource TEXT NOT NULL,
    account TEXT NOT NULL, passed INTEGER NOT NULL, last_at INTEGER NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (endpoint, principal, action, resource, account, passed)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS seen_last ON seen (endpoint, last_at);
`
const NOTE = `
  INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET last_at = max(last_at, excluded.last_at), count = count + excluded.count`

/** Entries of one endpoint. */
const ENDPOINT_LIMIT = 20_000
/** Endpoints with entries, deleted ones too; those silent for longest are forgotten at the next start. */
const FORGET_SILENT = `
  DELETE FROM seen WHERE endpoint NOT IN
    (SELECT endpoint FROM seen GROUP BY endpoint ORDER BY max(last_at) DESC LIMIT 200)`
/** A batch of so many entries takes a millisecond or two to write. */
const BATCH = 256
const BATCH_MS = 1_000

interface Pending extends Omit<SeenRequest, 'lastAt' | 'count'> {
  lastAt: number
  count: number
}

export class RequestTrail {
  #database: DurableDatabase
  #pending = new Map<string, Pending>()
  #timer: NodeJS.Timeout | undefined
  #limit: number
  #log: (line: string) => void

  constructor(path: string, log: (line: string) => void, { limit = ENDPOINT_LIMIT } = {}) {
    this.#database = new DurableDatabase(path, SCHEMA)
    this.#database.transact(() => this.#database.run(FORGET_SILENT))
    this.#limit = limit
    this.#log = log
  }

  /** Takes what the front door says of a request; only what came by an endpoint and was asked of the policies counts. */
  note({ connection, asked, errorCode }: AnsweredEvent, at: number): void {
    if (connection.kind !== 'endpoint' || !asked) return
    // A call that one refusal ended has not passed, whatever else it would have been allowed.
    const ended = errorCode !== undefined && asked.some(({ allowed }) => !allowed)
    for (const one of asked) this.#add(connection.endpointId, one, one.allowed && !ended, at)
  }

  /** What was seen at the endpoint since then, in a fixed order. */
  seen(endpointId: string, since: number): SeenRequest[] {
    this.#flush()
    return this.#database
      .all(
        `SELECT * FROM seen WHERE endpoint = ? AND last_at >= ?
         ORDER BY principal, action, resource, account, passed`,
        endpointId,
        since,
      )
      .map(toSeen)
  }

  /** Forgets everything. */
  reset(): void {
    this.#pending.clear()
    this.#database.transact(() => this.#database.run('DELETE FROM seen'))
  }

  close(): void {
    this.#flush()
    this.#database.close()
  }

  #add(endpointId: string, { principal, authorisation }: AskedPolicies, passed: boolean, at: number): void {
    const { action, resource, resourceAccount = '' } = authorisation
    const who = principalName(principal)
    const key = `${endpointId} ${who} ${action} ${resourceAccount} ${passed} ${resource}`
    const known = this.#pending.get(key)
    if (known) {
      known.lastAt = at
      known.count++
      return
    }
    this.#pending.set(key, {
      endpointId,
      principal: who,
      action,
      resource,
      resourceAccount,
      passed,
      lastAt: at,
      count: 1,
    })
    if (this.#pending.size >= BATCH) this.#flush()
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS).unref()
  }

  /** A disk that cannot be written loses entries, and no request. */
  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pending.size === 0) return
    const batch = [...this.#pending.values()]
    this.#pending.clear()
    try {
      this.#database.transact(() => this.#write(batch))
    } catch (error) {
      this.#log(`the request trail lost ${batch.length} entries: ${error instanceof Error ? error.message : error}`)
    }
  }

  #write(batch: readonly Pending[]): void {
    for (const { endpointId, principal, action, resource, resourceAccount, passed, lastAt, count } of batch) {
      const key = [endpointId, principal, action, resource, resourceAccount, Number(passed)] as const
      this.#database.run(NOTE, ...key, lastAt, count)
    }
    for (const endpointId of new Set(batch.map((one) => one.endpointId))) this.#trim(endpointId)
  }

  /** A tenth goes at once, so that a full trail is not sorted at every batch. */
  #trim(endpointId: string): void {
    const size = Number(this.#database.one('SELECT count(*) AS size FROM seen WHERE endpoint = ?', endpointId)?.size)
    if (size <= this.#limit) return
    const rest = Math.floor(this.#limit * 0.9)
    const border = this.#database.one(
      'SELECT last_at FROM seen WHERE endpoint = ? ORDER BY last_at DESC LIMIT 1 OFFSET ?',
      endpointId,
      rest,
    )
    this.#database.run('DELETE FROM seen WHERE endpoint = ? AND last_at <= ?', endpointId, Number(border?.last_at))
  }
}

function principalName(principal: Principal): string {
  if (principal.kind === 'anonymous') return 'anonymous'
  return principal.kind === 'assumedRole' ? principal.roleArn : principal.arn
}

function toSeen(row: Row): SeenRequest {
  return {
    endpointId: String(row.endpoint),
    principal: String(row.principal),
    action: String(row.action),
    resource: String(row.resource),
    resourceAccount: String(row.account),
    passed: row.passed === 1,
    lastAt: Number(row.last_at),
    count: Number(row.count),
  }
}
