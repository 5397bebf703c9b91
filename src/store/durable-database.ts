// An SQLite database of a service's own. Calls are synchronous; `durable` says when what they changed would survive a
// power cut, with one fsync off this thread for all who wait.

import { closeSync, fdatasync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'

export type Row = Readonly<Record<string, unknown>>

/** NORMAL: SQLite syncs what a checkpoint needs; the sync of each commit is `durable`'s. A power cut before it leaves a
 * log whose last frames are missing or torn, and SQLite reads such a log up to the last whole commit. */
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
`

export class DurableDatabase {
  #database: DatabaseSync
  #statements = new Map<string, StatementSync>()
  #log: number
  #changed = false
  #syncing: Promise<void> | undefined
  #nextSync: Promise<void> | undefined
  /** A sync that failed: nobody can tell what of the log is on disk, so nothing more is taken. */
  #failure: Error | undefined

  /** Opens the file, made with its directory when missing; `schema` must be harmless when run again. */
  constructor(path: string, schema: string) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    this.#database = new DatabaseSync(path)
    this.#database.exec(SETTINGS + schema)
    // A first write makes the write-ahead log, whose file then stays while the database is open.
    this.#database.exec('PRAGMA user_version = 1')
    this.#log = openSync(`${path}-wal`, 'r+')
    syncDirectory(dirname(path))
  }

  /** All of `change`, or nothing when it throws. */
  transact<T>(change: () => T): T {
    if (this.#failure) throw this.#failure
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = change()
      this.#database.exec('COMMIT')
      this.#changed = true
      return result
    } finally {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
    }
  }

  /** Resolves when all that was committed is on disk. */
  durable(): Promise<void> {
    if (!this.#changed) return this.#nextSync ?? this.#syncing ?? Promise.resolve()
    // What is committed now may have missed the sync that runs, so it waits for one that has not begun.
    this.#nextSync ??= (this.#syncing ?? Promise.resolve()).catch(() => undefined).then(() => this.#sync())
    return this.#nextSync
  }

  close(): void {
    closeSync(this.#log)
    this.#database.close()
  }

  one(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values)
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values)
  }

  /** Row by row, for what is read until enough was found. */
  iterate(sql: string, ...values: SQLInputValue[]): IterableIterator<Row> {
    return this.#statement(sql).iterate(...values)
  }

  /** How many rows it changed, and the number of the last that it put in. */
  run(sql: string, ...values: SQLInputValue[]): { readonly changes: number; readonly lastNumber: number } {
    const { changes, lastInsertRowid } = this.#statement(sql).run(...values)
    return { changes: Number(changes), lastNumber: Number(lastInsertRowid) }
  }

  async #sync(): Promise<void> {
    this.#changed = false
    const done = Promise.withResolvers<void>()
    this.#syncing = done.promise
    this.#nextSync = undefined
    done.promise.catch(() => undefined)
    fdatasync(this.#log, (error) => (error ? done.reject(error) : done.resolve()))
    try {
      await done.promise
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      throw error
    } finally {
      if (this.#syncing === done.promise) this.#syncing = undefined
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (!statement) {
      statement = this.#database.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

/** The names of new files, too, must survive a power cut. */
function syncDirectory(path: string): void {
  const directory = openSync(path, 'r')
  fsyncSync(directory)
  closeSync(directory)
}
