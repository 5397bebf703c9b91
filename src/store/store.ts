// The store: records in memory, changed only by transactions. A transaction runs synchronously on a private overlay,
// then commits whole: the tables, the revision and the journal move together, and `durable` resolves when the change
// would survive a power cut. A transaction that throws leaves nothing behind.

import { randomBytes } from 'node:crypto'
import type { Journal, JournalEntry } from './journal.ts'
import { INDEXES, type Schema } from './schema.ts'
import { type ReadTable, Table, type TableWrite, type WriteTable } from './table.ts'

export type TableName = keyof Schema

/** All tables, read only: what `compile` and describe operations are given. */
export type Records = { readonly [T in TableName]: ReadTable<Schema[T]> }

/** All tables inside a transaction. */
export type Tx = { readonly [T in TableName]: WriteTable<Schema[T]> } & {
  /** A new AWS-like id, such as `vpce-` and 17 hex digits; never one that is in use. */
  newId<P extends string>(prefix: P): `${P}-${string}`
}

/** One record put or removed, with the fields that its table is indexed by. */
export interface RecordChange extends TableWrite<{ readonly id: string }> {
  readonly table: TableName
  readonly indexes: readonly string[]
}

/** One committed transaction: the tables it touched, and when it is safe on disk. */
export interface Commit<T> {
  readonly result: T
  /** The revision that the change made, or the present one when nothing changed. */
  readonly revision: number
  /** Resolves once the change is on disk; rejects with StoreUnavailable when it could not be written and was undone. */
  readonly durable: Promise<void>
}

/** The journal could not be written: a full or read-only disk. What was acknowledged before is still there. */
export class StoreUnavailable extends Error {}

/** What all records share; the tables are walked as this where their kinds do not matter. */
type Row = { readonly id: string }

interface Pending {
  readonly revision: number
  readonly undo: () => void
}

export class Store {
  readonly records: Records
  #tables: { [T in TableName]: Table<Schema[T]> }
  #journal: Journal
  #revision: number
  #durableRevision: number
  #pending: Pending[] = []
  #lastFailure: string | undefined
  #watchers = new Set<() => void>()
  #observers: Set<(change: RecordChange) => void>

  private constructor(
    journal: Journal,
    tables: { [T in TableName]: Table<Schema[T]> },
    revision: number,
    observers: Set<(change: RecordChange) => void>,
  ) {
    this.#observers = observers
    this.#journal = journal
    this.#tables = tables
    this.records = tables
    this.#revision = revision
    this.#durableRevision = revision
  }

  /** Reads the journal back. The world is the one that was last acknowledged. */
  static async open(journal: Journal): Promise<Store> {
    const observers = new Set<(change: RecordChange) => void>()
    const tables = emptyTables(observers)
    const { revision, records } = await journal.load()
    for (const { table, record } of records) (tables[table] as unknown as Table<Row>).load(record)
    return new Store(journal, tables, revision, observers)
  }

  /** The newest revision, durable or not. */
  get revision(): number {
    return this.#revision
  }

  /** The newest revision that is on disk. */
  get durableRevision(): number {
    return this.#durableRevision
  }

  /** Why the disk took nothing the last time; undefined again once it took something. */
  get lastFailure(): string | undefined {
    return this.#lastFailure
  }

  /** Runs `change` and commits all of what it did, or nothing when it throws. `change` must be synchronous. */
  transact<T>(change: (tx: Tx) => T): Commit<T> {
    const overlays = Object.fromEntries(
      Object.entries(this.#tables).map(([name, table]) => [name, (table as unknown as Table<Row>).overlay()]),
    ) as unknown as { [N in TableName]: ReturnType<Table<Schema[N]>['overlay']> }
    const newId = <P extends string>(prefix: P) => this.#newId(prefix)
    const result = change({ ...overlays, newId } as unknown as Tx)
    const entries: JournalEntry[] = Object.entries(overlays).flatMap(([name, overlay]) =>
      overlay.changes().map((entry) => ({ table: name as TableName, ...entry })),
    )
    if (entries.length === 0) return { result, revision: this.#revision, durable: this.#whenDurable() }
    const undo = Object.values(overlays).map((overlay) => overlay.commit())
    const revision = ++this.#revision
    this.#pending.push({
      revision,
      undo: () => {
        for (const step of undo) step()
      },
    })
    return { result, revision, durable: this.#append(revision, entries) }
  }

  /** Calls `watcher` when a revision became durable or was undone; returns the way to stop. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** Calls `observer` for every record that a commit, or the undoing of one, changes in `records`, as it does. */
  observe(observer: (change: RecordChange) => void): void {
    this.#observers.add(observer)
  }

  /** Tries the disk again after a failure, with nothing to lose. */
  probe(): void {
    if (this.#lastFailure !== undefined) void this.#append(this.#revision, [])
  }

  /** Waits for what was committed, then lets go of the disk. */
  async close(): Promise<void> {
    await this.#journal.close()
  }

  #lastAppend: Promise<void> = Promise.resolve()

  #whenDurable(): Promise<void> {
    return this.#pending.length === 0 ? Promise.resolve() : this.#lastAppend
  }

  #append(revision: number, entries: readonly JournalEntry[]): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#lastAppend = promise
    // Whoever made the change awaits `durable`; an unobserved copy must not end the daemon.
    promise.catch(() => undefined)
    this.#journal.append(revision, entries, (error) => {
      if (!error) {
        this.#markDurable(revision)
        return resolve()
      }
      this.#lastFailure = error.message
      this.#undoFrom(revision)
      reject(new StoreUnavailable(`the change could not be written and was undone: ${error.message}`, { cause: error }))
    })
    return promise
  }

  #markDurable(revision: number): void {
    while (this.#pending[0] && this.#pending[0].revision <= revision) this.#pending.shift()
    this.#durableRevision = Math.max(this.#durableRevision, revision)
    this.#lastFailure = undefined
    this.#notify()
  }

  /** Takes back this change and all later ones, newest first: a later one may stand on it. */
  #undoFrom(revision: number): void {
    while (this.#pending.length > 0 && this.#pending.at(-1)!.revision >= revision) this.#pending.pop()!.undo()
    this.#notify()
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher()
  }

  #newId<P extends string>(prefix: P): `${P}-${string}` {
    for (;;) {
      const id = `${prefix}-0${randomDigits()}` as const
      if (!ID_TABLES.some((name) => this.#tables[name].clashes(id))) return id
    }
  }
}

/** Tables whose ids become names in the kernel, where only their first digits fit. */
const ID_TABLES = [
  'vpcs',
  'networkInterfaces',
  'instances',
  'vpcEndpoints',
  'vpcPeeringConnections',
  'transitGateways',
  'transitGatewayAttachments',
] as const satisfies readonly TableName[]

const ID_BYTES = 8
/** Random bytes are fetched for many ids at once: a call for each took longer than the rest of a CreateVpc. */
let random = Buffer.alloc(0)

function randomDigits(): string {
  if (random.length === 0) random = randomBytes(512 * ID_BYTES)
  const digits = random.toString('hex', 0, ID_BYTES)
  random = random.subarray(ID_BYTES)
  return digits
}

function emptyTables(observers: ReadonlySet<(change: RecordChange) => void>): {
  [T in TableName]: Table<Schema[T]>
} {
  const makeTable = ([name, indexes]: [string, readonly string[]]) => {
    const table = name as TableName
    const tell = (write: TableWrite<Row>) => {
      for (const observer of observers) observer({ ...write, table, indexes })
    }
    return [name, new Table<Row>(indexes, tell)]
  }
  return Object.fromEntries(Object.entries(INDEXES).map(makeTable)) as unknown as { [T in TableName]: Table<Schema[T]> }
}
