// Log groups, streams, events and resource policies in one SQLite database. What is deleted is out of sight at once; its
// events leave the disk a batch at a time, so that a big group holds nothing up.

import { DurableDatabase, type Row } from '../../store/durable-database.ts'
import {
  EVENT_OVERHEAD,
  type LogEvent,
  type LogGroup,
  type LogStream,
  type MetricFilter,
  type NewEvent,
  type Place,
  type Position,
  type ResourcePolicy,
} from './log-records.ts'

/** An event's row is numbered as it comes; two indexes read a stream and a group in the order of time. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS log_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL,
    body TEXT NOT NULL, UNIQUE (account, region, name)
  );
  CREATE TABLE IF NOT EXISTS log_stream (
    id INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, name TEXT NOT NULL, created_at INTEGER NOT NULL,
    first_event_at INTEGER, last_event_at INTEGER, last_ingestion_at INTEGER, stored_bytes INTEGER NOT NULL DEFAULT 0,
    UNIQUE (group_id, name)
  );
  CREATE INDEX IF NOT EXISTS stream_by_time ON log_stream (group_id, coalesce(last_event_at, 0), name);
  CREATE TABLE IF NOT EXISTS event (
    number INTEGER PRIMARY KEY AUTOINCREMENT, group_id INTEGER NOT NULL, stream_id INTEGER NOT NULL,
    timestamp INTEGER NOT NULL, ingested_at INTEGER NOT NULL, message TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS event_of_stream ON event (stream_id, timestamp, number);
  CREATE INDEX IF NOT EXISTS event_of_group ON event (group_id, timestamp, number);
  CREATE TABLE IF NOT EXISTS deleted_stream (id INTEGER PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS metric_filter (
    group_id INTEGER NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (group_id, name)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS resource_policy (
    account TEXT, region TEXT, resource_arn TEXT, name TEXT, body TEXT NOT NULL,
    PRIMARY KEY (account, region, resource_arn, name)
  ) WITHOUT ROWID;
`

const GROUP = 'SELECT id, account, region, name, body FROM log_group'
const STREAM = 'SELECT * FROM log_stream'
/** After every name: no character of a name is above it. */
const LAST = '\u{10ffff}'
/** After every number of an event. */
const LAST_NUMBER = Number.MAX_SAFE_INTEGER

/** Of a list in either direction. */
interface Page<Key> {
  /** What the page before ended with. */
  readonly after: Key | undefined
  readonly descending: boolean
  readonly limit: number
}

/** Where a stream stands in the list by time. */
export interface StreamTime {
  readonly lastEventAt: number
  readonly name: string
}

/** Which events a read wants, in which direction. */
export interface EventQuery {
  readonly groupId: number
  /** Only those of this stream. */
  readonly streamId?: number
  /** Both inclusive, in milliseconds. */
  readonly from: number
  readonly to: number
  /** Only those after it in the direction of the read. */
  readonly after?: Position
  readonly newestFirst: boolean
}

export class LogStore {
  #database: DurableDatabase

  /** `path` is the database file; it is made when missing. */
  constructor(path: string) {
    this.#database = new DurableDatabase(path, SCHEMA)
  }

  /** All of `change`, or nothing when it throws. */
  transact<T>(change: () => T): T {
    return this.#database.transact(change)
  }

  /** Resolves when all that was committed would survive a power cut. */
  durable(): Promise<void> {
    return this.#database.durable()
  }

  close(): void {
    this.#database.close()
  }

  clear(): void {
    this.transact(() => {
      for (const table of ['log_group', 'log_stream', 'event', 'deleted_stream', 'metric_filter', 'resource_policy']) {
        this.#database.run(`DELETE FROM ${table}`)
      }
    })
  }

  // Groups

  findGroup({ account, region }: Place, name: string): LogGroup | undefined {
    const row = this.#database.one(`${GROUP} WHERE account = ? AND region = ? AND name = ?`, account, region, name)
    return row && toGroup(row)
  }

  /** By name, after `after`. */
  groupsOf({ account, region }: Place, prefix: string, after: string, limit: number): LogGroup[] {
    const rows = this.#database.all(
      `${GROUP} WHERE account = ? AND region = ? AND name >= ? AND name < ? AND name > ? ORDER BY name LIMIT ?`,
      ...[account, region, prefix, prefix + LAST, after, limit],
    )
    return rows.map(toGroup)
  }

  /** What the group's events take: each message in UTF-8, and 26 bytes more. */
  storedBytes({ id }: LogGroup): number {
    const row = this.#database.one('SELECT sum(stored_bytes) AS bytes FROM log_stream WHERE group_id = ?', id)
    return Number(row?.bytes ?? 0)
  }

  allGroups(): LogGroup[] {
    return this.#database.all(`${GROUP} ORDER BY id`).map(toGroup)
  }

  insertGroup(group: Omit<LogGroup, 'id'>): void {
    const { account, region, name } = group
    const values = [account, region, name, bodyOf(group)]
    this.#database.run('INSERT INTO log_group (account, region, name, body) VALUES (?, ?, ?, ?)', ...values)
  }

  updateGroup(group: LogGroup): void {
    this.#database.run('UPDATE log_group SET body = ? WHERE id = ?', bodyOf(group), group.id)
  }

  deleteGroup({ id }: LogGroup): void {
    this.#database.run('INSERT INTO deleted_stream SELECT id FROM log_stream WHERE group_id = ?', id)
    this.#database.run('DELETE FROM log_stream WHERE group_id = ?', id)
    this.#database.run('DELETE FROM metric_filter WHERE group_id = ?', id)
    this.#database.run('DELETE FROM log_group WHERE id = ?', id)
  }

  // Streams

  findStream(groupId: number, name: string): LogStream | undefined {
    const row = this.#database.one(`${STREAM} WHERE group_id = ? AND name = ?`, groupId, name)
    return row && toStream(row)
  }

  /** A page of streams by name, whose beginning is `prefix`; from `after` on in the direction of the list. */
  streamsByName(groupId: number, prefix: string, { after, descending, limit }: Page<string>): LogStream[] {
    const beyond = after ?? (descending ? LAST : '')
    const rows = this.#database.all(
      `${STREAM} WHERE group_id = ? AND name >= ? AND name < ? AND name ${descending ? '<' : '>'} ?
       ORDER BY name ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
      ...[groupId, prefix, prefix + LAST, beyond, limit],
    )
    return rows.map(toStream)
  }

  /** The same by the time of the last event, then by name; a stream without an event has the time 0. */
  streamsByTime(groupId: number, { after, descending, limit }: Page<StreamTime>): LogStream[] {
    const beyond = after ?? { lastEventAt: descending ? LAST_NUMBER : -1, name: '' }
    const order = descending ? 'DESC' : 'ASC'
    const rows = this.#database.all(
      `${STREAM} WHERE group_id = ? AND (coalesce(last_event_at, 0), name) ${descending ? '<' : '>'} (?, ?)
       ORDER BY coalesce(last_event_at, 0) ${order}, name ${order} LIMIT ?`,
      ...[groupId, beyond.lastEventAt, beyond.name, limit],
    )
    return rows.map(toStream)
  }

  findStreamById(id: number): LogStream | undefined {
    const row = this.#database.one(`${STREAM} WHERE id = ?`, id)
    return row && toStream(row)
  }

  insertStream(groupId: number, name: string, createdAt: number): void {
    const values = [groupId, name, createdAt]
    this.#database.run('INSERT INTO log_stream (group_id, name, created_at) VALUES (?, ?, ?)', ...values)
  }

  deleteStream({ id }: LogStream): void {
    this.#database.run('INSERT INTO deleted_stream VALUES (?)', id)
    this.#database.run('DELETE FROM log_stream WHERE id = ?', id)
  }

  // Events

  /** Puts events into a stream; their timestamps do not fall. */
  insertEvents({ id, groupId }: LogStream, events: readonly NewEvent[], now: number): void {
    const [first, last] = [events[0], events.at(-1)]
    if (!first || !last) return
    let bytes = 0
    for (const { timestamp, message } of events) {
      this.#database.run(
        'INSERT INTO event (group_id, stream_id, timestamp, ingested_at, message) VALUES (?, ?, ?, ?, ?)',
        ...[groupId, id, timestamp, now, message],
      )
      bytes += Buffer.byteLength(message) + EVENT_OVERHEAD
    }
    this.#database.run(
      `UPDATE log_stream SET first_event_at = min(coalesce(first_event_at, ?), ?),
       last_event_at = max(coalesce(last_event_at, ?), ?), last_ingestion_at = ?, stored_bytes = stored_bytes + ?
       WHERE id = ?`,
      ...[first.timestamp, first.timestamp, last.timestamp, last.timestamp, now, bytes, id],
    )
  }

  /** By time, oldest or newest first; read row by row. */
  *events(query: EventQuery): Generator<LogEvent> {
    const { groupId, streamId, from, to, after, newestFirst } = query
    const [of, id] = streamId === undefined ? ['group_id', groupId] : ['stream_id', streamId]
    const [sign, order] = newestFirst ? ['<', 'DESC'] : ['>', 'ASC']
    // The bounds close in with `after`, so that a page costs the same wherever it begins.
    const lowest = newestFirst || !after ? from : Math.max(from, after.timestamp)
    const highest = newestFirst && after ? Math.min(to, after.timestamp) : to
    const start = after ?? (newestFirst ? { timestamp: to, number: LAST_NUMBER } : { timestamp: from, number: -1 })
    const rows = this.#database.iterate(
      `SELECT number, stream_id, timestamp, ingested_at, message FROM event
       WHERE ${of} = ? AND timestamp BETWEEN ? AND ? AND (timestamp, number) ${sign} (?, ?)
       ORDER BY timestamp ${order}, number ${order}`,
      ...[id, clamp(lowest), clamp(highest), clamp(start.timestamp), start.number],
    )
    for (const row of rows) yield toEvent(row)
  }

  // What is to leave the disk

  /** Deletes up to `limit` events of the group that are older than `before`; how many it found. */
  deleteExpired(groupId: number, before: number, limit: number): number {
    return this.#deleteEvents('group_id = ? AND timestamp < ? ORDER BY timestamp', [groupId, before, limit])
  }

  /** Deletes up to `limit` events of streams that are gone; 0 when none are left. */
  deleteOrphans(limit: number): number {
    const row = this.#database.one('SELECT id FROM deleted_stream LIMIT 1')
    if (!row) return 0
    const id = Number(row.id)
    const deleted = this.#deleteEvents('stream_id = ?', [id, limit])
    if (deleted < limit) this.#database.run('DELETE FROM deleted_stream WHERE id = ?', id)
    return Math.max(deleted, 1)
  }

  #deleteEvents(which: string, values: readonly number[]): number {
    const bytes = `length(CAST(message AS BLOB)) + ${EVENT_OVERHEAD} AS bytes`
    const found = this.#database.all(`SELECT number, stream_id, ${bytes} FROM event WHERE ${which} LIMIT ?`, ...values)
    for (const row of found) {
      this.#database.run('DELETE FROM event WHERE number = ?', Number(row.number))
      const change = 'UPDATE log_stream SET stored_bytes = stored_bytes - ? WHERE id = ?'
      this.#database.run(change, Number(row.bytes), Number(row.stream_id))
    }
    return found.length
  }

  // Metric filters

  /** By name. */
  metricFilters(groupId: number): MetricFilter[] {
    const rows = this.#database.all('SELECT body FROM metric_filter WHERE group_id = ? ORDER BY name', groupId)
    return rows.map(({ body }) => JSON.parse(String(body)))
  }

  /** By name, those that have one. */
  groupsWithMetricFilters({ account, region }: Place): LogGroup[] {
    const rows = this.#database.all(
      `${GROUP} WHERE account = ? AND region = ? AND id IN (SELECT group_id FROM metric_filter) ORDER BY name`,
      ...[account, region],
    )
    return rows.map(toGroup)
  }

  putMetricFilter(groupId: number, filter: MetricFilter): void {
    const values = [groupId, filter.name, JSON.stringify(filter)]
    this.#database.run('INSERT OR REPLACE INTO metric_filter VALUES (?, ?, ?)', ...values)
  }

  deleteMetricFilter(groupId: number, name: string): void {
    this.#database.run('DELETE FROM metric_filter WHERE group_id = ? AND name = ?', groupId, name)
  }

  // Resource policies

  /** By name; those of the account, or of one log group. */
  resourcePolicies({ account, region }: Place, resourceArn = ''): ResourcePolicy[] {
    const rows = this.#database.all(
      'SELECT body FROM resource_policy WHERE account = ? AND region = ? AND resource_arn = ? ORDER BY name',
      ...[account, region, resourceArn],
    )
    return rows.map(({ body }) => JSON.parse(String(body)))
  }

  putResourcePolicy(policy: ResourcePolicy): void {
    const { account, region, resourceArn = '', name } = policy
    const values = [account, region, resourceArn, name, JSON.stringify(policy)]
    this.#database.run('INSERT OR REPLACE INTO resource_policy VALUES (?, ?, ?, ?, ?)', ...values)
  }

  deleteResourcePolicy({ account, region, resourceArn = '', name }: ResourcePolicy): void {
    this.#database.run(
      'DELETE FROM resource_policy WHERE account = ? AND region = ? AND resource_arn = ? AND name = ?',
      ...[account, region, resourceArn, name],
    )
  }
}

/** SQLite's integers end where infinity does not. */
function clamp(time: number): number {
  return Math.min(Math.max(Math.trunc(time), Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER)
}

type GroupBody = Pick<LogGroup, 'createdAt' | 'class' | 'retentionInDays' | 'deletionProtected' | 'tags'>

function bodyOf({ createdAt, class: logClass, retentionInDays, deletionProtected, tags }: GroupBody): string {
  return JSON.stringify({ createdAt, class: logClass, retentionInDays, deletionProtected, tags })
}

function toGroup(row: Row): LogGroup {
  // `bodyOf` wrote it, so its shape is known.
  const body: GroupBody = JSON.parse(String(row.body))
  return {
    id: Number(row.id),
    account: String(row.account),
    region: String(row.region),
    name: String(row.name),
    ...body,
  }
}

function toStream(row: Row): LogStream {
  return {
    id: Number(row.id),
    groupId: Number(row.group_id),
    name: String(row.name),
    createdAt: Number(row.created_at),
    ...(row.last_event_at !== null && {
      firstEventAt: Number(row.first_event_at),
      lastEventAt: Number(row.last_event_at),
      lastIngestionAt: Number(row.last_ingestion_at),
    }),
  }
}

function toEvent(row: Row): LogEvent {
  return {
    number: Number(row.number),
    streamId: Number(row.stream_id),
    timestamp: Number(row.timestamp),
    ingestedAt: Number(row.ingested_at),
    message: String(row.message),
  }
}
