// Metrics and what was put of them, in one SQLite database: a row for each datum, and what it stands for.

import { DurableDatabase, type Row } from '../../store/durable-database.ts'
import type { MetricDimension } from '../../store/monitoring-records.ts'
import type { MetricName, Place } from './metric.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS metric (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    dimensions TEXT NOT NULL, last_at INTEGER NOT NULL, UNIQUE (account, region, namespace, name, dimensions)
  );
  CREATE TABLE IF NOT EXISTS datum (
    metric_id INTEGER NOT NULL, at INTEGER NOT NULL, unit TEXT NOT NULL, count REAL NOT NULL, sum REAL NOT NULL,
    minimum REAL NOT NULL, maximum REAL NOT NULL, samples TEXT
  );
  CREATE INDEX IF NOT EXISTS datum_by_time ON datum (metric_id, at);
`

/** One or more values of a metric at a time. */
export interface Datum {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly unit: string
  readonly count: number
  readonly sum: number
  readonly minimum: number
  readonly maximum: number
  /** Values and how often each came; absent of what came as a statistic, of which there are no percentiles. */
  readonly samples?: readonly (readonly [value: number, count: number])[]
}

/** Data are kept as long as AWS keeps those of a minute. */
const KEPT_MS = 15 * 86_400_000

export class MetricStore {
  #database: DurableDatabase

  constructor(path: string) {
    this.#database = new DurableDatabase(path, SCHEMA)
  }

  durable(): Promise<void> {
    return this.#database.durable()
  }

  close(): void {
    this.#database.close()
  }

  clear(): void {
    this.#database.transact(() => {
      this.#database.run('DELETE FROM datum')
      this.#database.run('DELETE FROM metric')
    })
  }

  put(place: Place, data: readonly { readonly metric: MetricName; readonly datum: Datum }[], now: number): void {
    this.#database.transact(() => {
      for (const { metric, datum } of data) {
        const { at, unit, count, sum, minimum, maximum, samples } = datum
        const values = [at, unit, count, sum, minimum, maximum, samples ? JSON.stringify(samples) : null]
        this.#database.run(
          'INSERT INTO datum VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
          this.#identify(place, metric, now),
          ...values,
        )
      }
    })
  }

  /** From `from` on and before `to`, oldest first. */
  data(place: Place, metric: MetricName, from: number, to: number, unit?: string): Datum[] {
    const id = this.#find(place, metric)
    if (id === undefined) return []
    const rows = this.#database.all(
      'SELECT * FROM datum WHERE metric_id = ? AND at >= ? AND at < ? ORDER BY at',
      ...[id, from, to],
    )
    return rows.map(toDatum).filter((datum) => unit === undefined || datum.unit === unit)
  }

  /** All of a place, by namespace, name and dimensions; `since`: those with data since then. */
  metrics({ account, region }: Place, since: number): MetricName[] {
    const rows = this.#database.all(
      `SELECT namespace, name, dimensions FROM metric WHERE account = ? AND region = ? AND last_at >= ?
       ORDER BY namespace, name, dimensions`,
      ...[account, region, since],
    )
    return rows.map(toMetric)
  }

  /** Forgets what is old. */
  sweep(now: number): void {
    this.#database.transact(() => {
      this.#database.run('DELETE FROM datum WHERE at < ?', now - KEPT_MS)
      this.#database.run('DELETE FROM metric WHERE last_at < ?', now - KEPT_MS)
    })
  }

  #find({ account, region }: Place, { namespace, name, dimensions }: MetricName): number | undefined {
    const row = this.#database.one(
      'SELECT id FROM metric WHERE account = ? AND region = ? AND namespace = ? AND name = ? AND dimensions = ?',
      ...[account, region, namespace, name, textOf(dimensions)],
    )
    return row && Number(row.id)
  }

  #identify(place: Place, metric: MetricName, now: number): number {
    const known = this.#find(place, metric)
    if (known !== undefined) {
      this.#database.run('UPDATE metric SET last_at = ? WHERE id = ?', now, known)
      return known
    }
    const { lastNumber } = this.#database.run(
      'INSERT INTO metric (account, region, namespace, name, dimensions, last_at) VALUES (?, ?, ?, ?, ?, ?)',
      ...[place.account, place.region, metric.namespace, metric.name, textOf(metric.dimensions), now],
    )
    return lastNumber
  }
}

function textOf(dimensions: readonly MetricDimension[]): string {
  return JSON.stringify(dimensions.map(({ name, value }) => [name, value]))
}

function toMetric(row: Row): MetricName {
  const pairs: [string, string][] = JSON.parse(String(row.dimensions))
  const dimensions = pairs.map(([name, value]) => ({ name, value }))
  return { namespace: String(row.namespace), name: String(row.name), dimensions }
}

function toDatum(row: Row): Datum {
  return {
    at: Number(row.at),
    unit: String(row.unit),
    count: Number(row.count),
    sum: Number(row.sum),
    minimum: Number(row.minimum),
    maximum: Number(row.maximum),
    ...(row.samples !== null && { samples: JSON.parse(String(row.samples)) }),
  }
}
