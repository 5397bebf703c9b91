// One table of records, with its indexes, and the overlay through which a transaction sees and changes it.

/** A table that can only be read. Records are frozen by convention: never change one in place. */
export interface ReadTable<R extends { readonly id: string }> {
  readonly size: number
  get(id: string): R | undefined
  has(id: string): boolean
  /** All records in insertion order. */
  all(): Iterable<R>
  /** The records whose `field` is `value`, in insertion order. `field` must be one of the table's indexes. */
  where<F extends keyof R & string>(field: F, value: R[F]): readonly R[]
}

/** A table inside a transaction. */
export interface WriteTable<R extends { readonly id: string }> extends ReadTable<R> {
  /** Adds a record; throws when its id is taken. */
  insert(record: R): R
  /** Replaces the named fields of the record with this id; throws when there is none. */
  update(id: string, patch: Partial<Omit<R, 'id'>>): R
  delete(id: string): void
}

/** What a transaction did to one id: `record` absent means deleted. */
export interface TableChange {
  readonly id: string
  readonly record?: { readonly id: string }
}

/** A record before and after it was put or removed. */
export interface TableWrite<R> {
  readonly before: R | undefined
  readonly after: R | undefined
}

/** How many hex digits of an id fit in an interface name (15 bytes) after the longest prefix. */
export const KERNEL_NAME_DIGITS = 11

type Row = { readonly id: string }

export class Table<R extends Row> implements ReadTable<R> {
  #rows = new Map<string, R>()
  #indexes: Map<string, Map<unknown, Map<string, R>>>
  #shortNames = new Set<string>()
  readonly #onChange: (change: TableWrite<R>) => void

  /** `onChange` is called after every record put or removed, also when a change is undone. */
  constructor(indexes: readonly string[], onChange: (change: TableWrite<R>) => void = () => undefined) {
    this.#onChange = onChange
    this.#indexes = new Map(indexes.map((field) => [field, new Map()]))
  }

  get size(): number {
    return this.#rows.size
  }

  get(id: string): R | undefined {
    return this.#rows.get(id)
  }

  has(id: string): boolean {
    return this.#rows.has(id)
  }

  all(): Iterable<R> {
    return this.#rows.values()
  }

  where<F extends keyof R & string>(field: F, value: R[F]): readonly R[] {
    const index = this.#indexes.get(field)
    if (!index) throw new TypeError(`no index on ${field}`)
    return [...(index.get(value)?.values() ?? [])]
  }

  /** True when an id would shorten to the same kernel name as one in the table. */
  clashes(id: string): boolean {
    return this.#shortNames.has(shorten(id))
  }

  /** Puts a record read back from the journal. */
  load(record: R): void {
    this.#put(record)
  }

  overlay(): Overlay<R> {
    return new Overlay(this, (id, record) => (record ? this.#put(record) : this.#remove(id)))
  }

  #put(record: R): void {
    const old = this.#rows.get(record.id)
    for (const [field, index] of this.#indexes) {
      const before = old?.[field as keyof R]
      const after = record[field as keyof R]
      if (old && before !== after) unindex(index, before, record.id)
      let bucket = index.get(after)
      if (!bucket) {
        bucket = new Map()
        index.set(after, bucket)
      }
      bucket.set(record.id, record)
    }
    this.#rows.set(record.id, record)
    this.#shortNames.add(shorten(record.id))
    this.#onChange({ before: old, after: record })
  }

  #remove(id: string): void {
    const old = this.#rows.get(id)
    if (!old) return
    for (const [field, index] of this.#indexes) unindex(index, old[field as keyof R], id)
    this.#rows.delete(id)
    this.#shortNames.delete(shorten(id))
    this.#onChange({ before: old, after: undefined })
  }
}

/** A transaction's private view of one table: its own changes over the committed rows. */
export class Overlay<R extends Row> implements WriteTable<R> {
  #base: Table<R>
  #write: (id: string, record: R | undefined) => void
  #changes = new Map<string, R | undefined>()

  constructor(base: Table<R>, write: (id: string, record: R | undefined) => void) {
    this.#base = base
    this.#write = write
  }

  get size(): number {
    let size = this.#base.size
    for (const [id, record] of this.#changes) size += (record ? 1 : 0) - (this.#base.has(id) ? 1 : 0)
    return size
  }

  get(id: string): R | undefined {
    return this.#changes.has(id) ? this.#changes.get(id) : this.#base.get(id)
  }

  has(id: string): boolean {
    return this.get(id) !== undefined
  }

  *all(): Iterable<R> {
    yield* this.#merge(this.#base.all(), () => true)
  }

  where<F extends keyof R & string>(field: F, value: R[F]): readonly R[] {
    return [...this.#merge(this.#base.where(field, value), (record) => record[field] === value)]
  }

  insert(record: R): R {
    if (this.has(record.id)) throw new Error(`${record.id} is there already`)
    this.#changes.set(record.id, record)
    return record
  }

  update(id: string, patch: Partial<Omit<R, 'id'>>): R {
    const old = this.get(id)
    if (!old) throw new Error(`${id} is not there`)
    const record = { ...old, ...patch }
    this.#changes.set(id, record)
    return record
  }

  delete(id: string): void {
    if (this.has(id)) this.#changes.set(id, undefined)
  }

  changes(): TableChange[] {
    return [...this.#changes]
      .filter(([id, record]) => record !== this.#base.get(id))
      .map(([id, record]) => (record ? { id, record } : { id }))
  }

  /** Writes the changes into the table; the result takes them back. */
  commit(): () => void {
    const before = [...this.#changes.keys()].map((id) => [id, this.#base.get(id)] as const)
    for (const [id, record] of this.#changes) this.#write(id, record)
    return () => {
      for (const [id, record] of before) this.#write(id, record)
    }
  }

  *#merge(committed: Iterable<R>, matches: (record: R) => boolean): Iterable<R> {
    if (this.#changes.size === 0) return yield* committed
    const shown = new Set<string>()
    for (const row of committed) {
      const record = this.get(row.id)
      shown.add(row.id)
      if (record && matches(record)) yield record
    }
    for (const [id, record] of this.#changes) if (record && !shown.has(id) && matches(record)) yield record
  }
}

function unindex<R>(index: Map<unknown, Map<string, R>>, value: unknown, id: string): void {
  const bucket = index.get(value)
  bucket?.delete(id)
  if (bucket?.size === 0) index.delete(value)
}

function shorten(id: string): string {
  const dash = id.lastIndexOf('-')
  return id.slice(0, dash + 1 + KERNEL_NAME_DIGITS)
}
