// The thread that owns the journal's database. It answers every request once, in order.

import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import type { JournalEntry, LoadedRecords } from './journal.ts'

/** Rows to put (`body` is JSON) or delete (`body` is null), as one transaction. */
export interface JournalRequest {
  readonly revision: number
  readonly rows: readonly { readonly table: JournalEntry['table']; readonly id: string; readonly body: string | null }[]
}

export type JournalReply =
  | { readonly kind: 'loaded'; readonly loaded: LoadedRecords }
  /** `error` absent: the request is on disk. */
  | { readonly kind: 'written'; readonly error?: string }

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, id));
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
`

function serve(path: string, reply: (message: JournalReply) => void): (request: JournalRequest) => void {
  const database = new DatabaseSync(path)
  database.exec(SCHEMA)
  const put = database.prepare(
    'INSERT INTO record (kind, id, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
  )
  const remove = database.prepare('DELETE FROM record WHERE kind = ? AND id = ?')
  const mark = database.prepare(
    "INSERT INTO meta VALUES ('revision', ?) ON CONFLICT DO UPDATE SET value = excluded.value",
  )
  reply({ kind: 'loaded', loaded: load(database) })
  return ({ revision, rows }) => {
    try {
      database.exec('BEGIN IMMEDIATE')
      for (const { table, id, body } of rows) {
        if (body === null) remove.run(table, id)
        else put.run(table, id, body)
      }
      mark.run(revision)
      database.exec('COMMIT')
      reply({ kind: 'written' })
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK')
      reply({ kind: 'written', error: error instanceof Error ? error.message : String(error) })
    }
  }
}

function load(database: DatabaseSync): LoadedRecords {
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

if (parentPort) {
  const port = parentPort
  port.on(
    'message',
    serve(workerData.path, (message) => port.postMessage(message)),
  )
}
