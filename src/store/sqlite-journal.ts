// The journal on disk: one SQLite database. A commit only writes to its write-ahead log, which takes microseconds; the
// fsync that makes it safe runs in libuv's threads, so the disk never holds up the API. What is appended meanwhile goes
// down as one transaction (group commit).

import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Journal, JournalEntry, LoadedRecords } from './journal.ts'

interface Batch {
  readonly entries: JournalEntry[]
  revision: number
  readonly done: ((error?: Error) => void)[]
}

/** NORMAL: SQLite syncs what a checkpoint needs and leaves the sync of each commit to us. A power cut before it leaves a
 * log whose last frames are missing or torn, and SQLite reads such a log up to the last whole commit. A checkpoint is
 * the one thing that waits for the disk here, so it is done every 16 MB only. https://sqlite.org/wal.html */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 4000;
  CREATE TABLE IF NOT EXISTS record (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
`

/** Makes what was written to an open file safe. */
type Sync = (file: number, done: (error: Error | null) => void) => void

interface Opened {
  readonly database: DatabaseSync
  readonly put: StatementSync
  readonly remove: StatementSync
  readonly mark: StatementSync
}

export class SqliteJournal implements Journal {
  readonly #path: string
  readonly #sync: Sync
  /** The row of each record. Rows that are numbered as they come fill one page after the other; by id, every record
   * would write a page of its own, and a page of an index. */
  readonly #numbers = new Map<string, number>()
  #lastNumber = 0
  #opened: Opened | undefined
  /** The write-ahead log, opened when the first commit has made it. */
  #log: number | undefined
  #writing: Batch | undefined
  #waiting: Batch | undefined
  #idle: (() => void) | undefined
  /** A sync that failed: nobody can tell what of the log is on disk, so nothing more is taken. */
  #failure: Error | undefined

  /** `path` is the database file; it is made when missing. */
  constructor(path: string, sync: Sync = fdatasync) {
    this.#path = path
    this.#sync = sync
  }

  async load(): Promise<LoadedRecords> {
    const database = new DatabaseSync(this.#path)
    database.exec(SCHEMA)
    this.#opened = {
      database,
      put: database.prepare('INSERT OR REPLACE INTO record (number, kind, body) VALUES (?, ?, ?)'),
      remove: database.prepare('DELETE FROM record WHERE number = ?'),
      mark: database.prepare(
        "INSERT INTO meta VALUES ('revision', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      ),
    }
    return this.#readRecords(database)
  }

  append(revision: number, entries: readonly JournalEntry[], done: (error?: Error) => void): void {
    this.#waiting ??= { entries: [], revision, done: [] }
    for (const entry of entries) this.#waiting.entries.push(entry)
    this.#waiting.revision = revision
    this.#waiting.done.push(done)
    if (!this.#writing) this.#writeNext()
  }

  async close(): Promise<void> {
    if (this.#writing) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
    if (this.#log !== undefined) closeSync(this.#log)
    this.#opened?.database.close()
  }

  #writeNext(): void {
    // A `done` may have appended, and started the next write, already.
    if (this.#writing) return
    const batch = this.#waiting
    this.#writing = batch
    if (!batch) {
      this.#idle?.()
      return
    }
    this.#waiting = undefined
    try {
      this.#commit(batch)
      this.#log ??= this.#openLog()
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)))
      return
    }
    this.#sync(this.#log, (error) => {
      if (error) {
        this.#failure = new Error(`${error.message}; start Postern again once the disk is well`)
        this.#fail(this.#failure)
        return
      }
      this.#writing = undefined
      for (const done of batch.done) done()
      this.#writeNext()
    })
  }

  #commit({ entries, revision }: Batch): void {
    if (this.#failure) throw this.#failure
    if (!this.#opened) throw new Error('the journal was not loaded')
    const { database, put, remove, mark } = this.#opened
    try {
      database.exec('BEGIN IMMEDIATE')
      const removed = new Set<string>()
      for (const { table, id, record } of entries) {
        const key = keyOf(table, id)
        if (record) {
          put.run(this.#numberOf(key), table, JSON.stringify(record))
          removed.delete(key)
        } else {
          remove.run(this.#numberOf(key))
          removed.add(key)
        }
      }
      mark.run(revision)
      database.exec('COMMIT')
      // Not before: where this fails the rows are still there.
      for (const key of removed) this.#numbers.delete(key)
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK')
    }
  }

  #readRecords(database: DatabaseSync): LoadedRecords {
    const revision = database.prepare("SELECT value FROM meta WHERE key = 'revision'").get()
    // Numbers grow, so lists read the same after a restart.
    const rows = database.prepare('SELECT number, kind, body FROM record ORDER BY number').all()
    const records = rows.map((row) => {
      const record: { readonly id: string } = JSON.parse(String(row.body))
      const table = String(row.kind) as JournalEntry['table']
      this.#lastNumber = Number(row.number)
      this.#numbers.set(keyOf(table, record.id), this.#lastNumber)
      return { table, record }
    })
    return { revision: Number(revision?.value ?? 0), records }
  }

  #numberOf(key: string): number {
    const known = this.#numbers.get(key)
    if (known !== undefined) return known
    this.#lastNumber++
    this.#numbers.set(key, this.#lastNumber)
    return this.#lastNumber
  }

  #openLog(): number {
    const log = openSync(`${this.#path}-wal`, 'r')
    // Its name, too, must survive a power cut.
    const directory = openSync(dirname(this.#path), 'r')
    fsyncSync(directory)
    closeSync(directory)
    return log
  }

  /** What waits stands on what failed, so it fails with it. */
  #fail(error: Error): void {
    const failed = [...(this.#writing?.done ?? []), ...(this.#waiting?.done ?? [])]
    this.#writing = undefined
    this.#waiting = undefined
    for (const done of failed) done(error)
    this.#idle?.()
  }
}

function keyOf(table: string, id: string): string {
  return `${table} ${id}`
}
