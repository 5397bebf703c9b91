// Resolver query logs at work: gathers lines for each configuration and VPC, and hands them on a moment later.

import type { LoggedQuery } from '../../dns/query-log.ts'
import type { QueryLogConfig, QueryLogConfigAssociation } from '../../store/query-log-records.ts'
import type { VpcId } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { formatQuery } from './query-line.ts'

/** Lines of one moment are delivered together. */
const DELAY_MS = 1000
/** More than this wait for nobody. */
const MOST_WAITING = 10_000

export interface QueryLine {
  readonly text: string
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface QueryLogsOptions {
  readonly store: Store
  /** Writes lines to the destination; gives AWS's word for what failed, or undefined. */
  readonly deliver: (
    config: QueryLogConfig,
    vpcId: VpcId,
    lines: readonly QueryLine[],
  ) => Promise<QueryLogConfigAssociation['error']>
  readonly now: () => Date
  readonly log: (line: string) => void
}

export class QueryLogs {
  readonly #options: QueryLogsOptions
  readonly #waiting = new Map<VpcId, QueryLine[]>()
  #timer: NodeJS.Timeout | undefined
  #turn: Promise<void> = Promise.resolve()

  constructor(options: QueryLogsOptions) {
    this.#options = options
  }

  note(query: LoggedQuery): void {
    const at = this.#options.now()
    const lines = this.#waiting.get(query.vpc.id) ?? []
    this.#waiting.set(query.vpc.id, lines)
    if (lines.length < MOST_WAITING) lines.push({ text: formatQuery(query, at), at: at.getTime() })
    this.#timer ??= setTimeout(() => void this.deliverNow(), DELAY_MS).unref()
  }

  /** Resolves when all that was noted so far is written, or could not be. */
  deliverNow(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    this.#turn = this.#turn
      .then(() => this.#deliver(waiting))
      .catch((error: unknown) => this.#options.log(`query logs: ${String(error)}`))
    return this.#turn
  }

  async #deliver(waiting: readonly (readonly [VpcId, readonly QueryLine[]])[]): Promise<void> {
    const { store, deliver } = this.#options
    for (const [vpcId, lines] of waiting) {
      for (const association of [...store.records.queryLogConfigAssociations.where('vpcId', vpcId)]) {
        const config = store.records.queryLogConfigs.get(association.configId)
        if (config) this.#mark(association, await deliver(config, vpcId, lines))
      }
    }
  }

  /** Only what changed is written. */
  #mark({ id }: QueryLogConfigAssociation, error: QueryLogConfigAssociation['error']): void {
    const { store } = this.#options
    const association = store.records.queryLogConfigAssociations.get(id)
    if (!association || association.error === error) return
    const { error: _, ...rest } = association
    store.transact((tx) => {
      tx.queryLogConfigAssociations.delete(id)
      tx.queryLogConfigAssociations.insert({ ...rest, ...(error && { error }) })
    })
  }
}
