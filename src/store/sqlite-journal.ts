// The journal on disk: one SQLite database, written by a worker thread so that an fsync never holds up the API. What
// was appended while the worker was busy goes down as one transaction (group commit).

import { Worker } from 'node:worker_threads'
import type { Journal, JournalEntry, LoadedRecords } from './journal.ts'
import type { JournalReply, JournalRequest } from './sqlite-worker.ts'

interface Batch {
  readonly entries: JournalEntry[]
  revision: number
  readonly done: ((error?: Error) => void)[]
}

export class SqliteJournal implements Journal {
  #worker: Worker
  #loaded: Promise<LoadedRecords>
  #writing: Batch | undefined
  #waiting: Batch | undefined
  #idle: (() => void) | undefined
  #failure: Error | undefined

  /** `path` is the database file; it is made when missing. */
  constructor(path: string) {
    this.#worker = new Worker(new URL('./sqlite-worker.ts', import.meta.url), { workerData: { path } })
    const loaded = Promise.withResolvers<LoadedRecords>()
    this.#loaded = loaded.promise
    this.#worker.on('message', (reply: JournalReply) => {
      if (reply.kind === 'loaded') loaded.resolve(reply.loaded)
      else this.#settle(reply.error)
    })
    this.#worker.on('error', (error: Error) => {
      this.#failure = error
      loaded.reject(error)
      this.#settle(error.message)
    })
  }

  load(): Promise<LoadedRecords> {
    return this.#loaded
  }

  append(revision: number, entries: readonly JournalEntry[], done: (error?: Error) => void): void {
    this.#waiting ??= { entries: [], revision, done: [] }
    for (const entry of entries) this.#waiting.entries.push(entry)
    this.#waiting.revision = revision
    this.#waiting.done.push(done)
    if (this.#failure) this.#settle(this.#failure.message)
    else if (!this.#writing) this.#writeNext()
  }

  async close(): Promise<void> {
    if (this.#writing) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
    await this.#worker.terminate()
  }

  #writeNext(): void {
    // A `done` may have appended, and started the next write, already.
    if (this.#writing) return
    const batch = this.#waiting
    this.#writing = batch
    this.#waiting = undefined
    if (!batch) {
      this.#idle?.()
      return
    }
    const request: JournalRequest = {
      revision: batch.revision,
      // Bodies cross as text: parsing it again is cheaper than a structured clone of every record.
      rows: batch.entries.map(({ table, id, record }) => ({ table, id, body: record ? JSON.stringify(record) : null })),
    }
    this.#worker.postMessage(request)
  }

  #settle(error: string | undefined): void {
    const written = this.#writing?.done ?? []
    this.#writing = undefined
    if (error === undefined) {
      for (const done of written) done()
      this.#writeNext()
      return
    }
    // What waits stands on what failed, so it fails with it.
    const failed = [...written, ...(this.#waiting?.done ?? [])]
    this.#waiting = undefined
    for (const done of failed) done(new Error(error))
    this.#idle?.()
  }
}
