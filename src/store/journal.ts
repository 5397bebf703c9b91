// Where committed changes go to be safe, and how they come back. One interface, an on-disk and an in-memory kind.

import type { Schema } from './records.ts'

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
  /** Resolves when the entries are on disk. Appends settle in the order they were made, and once one failed, so do
   * those that were appended before the failure was reported. */
  append(revision: number, entries: readonly JournalEntry[]): Promise<void>
  close(): Promise<void>
}

/** Keeps nothing: for tests and measurements of everything but the disk. */
export class MemoryJournal implements Journal {
  async load(): Promise<LoadedRecords> {
    return { revision: 0, records: [] }
  }

  async append(): Promise<void> {}

  async close(): Promise<void> {}
}
