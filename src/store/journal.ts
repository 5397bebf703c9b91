// Where committed changes go to be safe, and how they come back. One interface, an on-disk and an in-memory kind.

import type { Schema } from './schema.ts'

/** One record put (`record` present) or deleted. */
export interface JournalEntry {
  readonly table: keyof Schema
  readonly id: string
  readonly record?: { readonly id: string }
}

export interface LoadedRecords {
  readonly revision: number
  readonly records: readonly { readonly table: keyof Schema; readonly record: { readonly id: string } }[]
}

export interface Journal {
  /** Everything that was appended, as it last was. */
  load(): Promise<LoadedRecords>
  /** Calls `done` once: without an error when the entries are on disk. Appends are done in the order they were made.
   * When one fails, all that were appended so far fail, and `done` of each is called before anything else can run, so
   * that the store can take them back together. */
  append(revision: number, entries: readonly JournalEntry[], done: (error?: Error) => void): void
  close(): Promise<void>
}

/** Keeps nothing: for tests and measurements of everything but the disk. */
export class MemoryJournal implements Journal {
  async load(): Promise<LoadedRecords> {
    return { revision: 0, records: [] }
  }

  append(_revision: number, _entries: readonly JournalEntry[], done: (error?: Error) => void): void {
    queueMicrotask(() => done())
  }

  async close(): Promise<void> {}
}
