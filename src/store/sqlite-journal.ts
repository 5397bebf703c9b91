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
  CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id));
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
      put: database.prepare(
        'INSERT INTO record (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
      ),
      remove: database.prepare('DELETE FROM record WHERE kind = ? AND id = ?'),
      mark: database.prepare(
        "INSERT INTO meta VALUES ('revision', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
      ),
    }
    return loadRecords(database)
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
      for (const { table, id, record } of entries) {
        if (record) put.run(table, id, JSON.stringify(record))
        else remove.run(table, id)
      }
      mark.run(revision)
      database.exec('COMMIT')
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK')
    }
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

function loadRecords(database: DatabaseSync): LoadedRecords {
  const revision = database.prepare("SELECT value FROM meta WHERE key = 'revision'").get()
  // Insertion order is kept by rowid, so lists read the same after a restart.
  const rows = database.prepare('SELECT kind, body FROM record ORDER BY rowid').all()
  return {
    revision: Number(revision?.value ?? 0),
    records: rows.map((row) => ({
      table: String(row.kind) as JournalEntry['table'],
      record: JSON.parse(String(row.body)),
    })),
  }
}
