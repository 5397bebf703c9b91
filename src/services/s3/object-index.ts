// What S3 knows besides the bytes: buckets, their settings, the versions of objects, uploads and their parts, in one
// SQLite database. Calls are synchronous; `durable` says when what they changed would survive a power cut.

import { closeSync, fdatasync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Bucket, ListedVersion, ObjectVersion, Part, Upload } from './object-records.ts'

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS bucket (name TEXT PRIMARY KEY, account TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS setting (bucket TEXT, name TEXT, body TEXT NOT NULL, PRIMARY KEY (bucket, name)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS version (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL,
    latest INTEGER NOT NULL, listed TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (bucket, key, id)
  );
  CREATE UNIQUE INDEX IF NOT EXISTS latest ON version (bucket, key) WHERE latest = 1;
  CREATE INDEX IF NOT EXISTS history ON version (bucket, key, seq);
  CREATE TABLE IF NOT EXISTS upload (id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS uploads ON upload (bucket, key, id);
  CREATE TABLE IF NOT EXISTS part (upload TEXT, number INTEGER, body TEXT NOT NULL, PRIMARY KEY (upload, number)) WITHOUT ROWID;
`

/** Rows kept in memory, and the longest of them: one with many parts is long and seldom asked for twice in a row. */
const KNOWN_ROWS = 1000
const KNOWN_LENGTH = 4096

export class ObjectIndex {
  #database: DatabaseSync
  /** What was read since the last change, by query: a request asks for the same few rows again and again. */
  #known = new Map<string, unknown>()
  #statements = new Map<string, StatementSync>()
  #walFile: number
  /** Blobs that no row names any more, to be removed once that is durable. */
  #released: string[] = []
  #changed = false
  #syncing: Promise<void> | undefined
  #nextSync: Promise<void> | undefined
  #onReleased: (blobs: readonly string[]) => void = () => undefined

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true })
    this.#database = new DatabaseSync(path)
    this.#database.exec(SCHEMA)
    // A first write makes the write-ahead log, whose file then stays while the database is open.
    this.#database.exec('PRAGMA user_version = 1')
    this.#walFile = openSync(`${path}-wal`, 'r+')
  }

  /** `released` is told of blobs that may be removed. */
  onReleased(released: (blobs: readonly string[]) => void): void {
    this.#onReleased = released
  }

  /** All of `change`, or nothing when it throws. */
  transact<T>(change: () => T): T {
    const released = this.#released.length
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      const result = change()
      this.#database.exec('COMMIT')
      this.#changed = true
      return result
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#known.clear()
      this.#released.length = released
      throw error
    }
  }

  /**
   * Resolves when all that was committed is on disk. SQLite itself would sync at each commit (synchronous=FULL), on this
   * thread, and hold up everything the daemon does meanwhile; this is the same sync of the same file, off the thread, and
   * one for all who wait. With NORMAL, SQLite still syncs by itself around checkpoints, which keeps the file whole.
   */
  durable(): Promise<void> {
    if (!this.#changed) return this.#nextSync ?? this.#syncing ?? Promise.resolve()
    // What is committed now may have missed the sync that runs, so it waits for one that has not begun.
    this.#nextSync ??= (this.#syncing ?? Promise.resolve()).catch(() => undefined).then(() => this.#sync())
    return this.#nextSync
  }

  close(): void {
    closeSync(this.#walFile)
    this.#database.close()
  }

  /** Forgets everything. */
  clear(): void {
    this.transact(() => {
      this.#released.push(...this.liveBlobs())
      for (const table of ['bucket', 'setting', 'version', 'upload', 'part']) this.#run(`DELETE FROM ${table}`)
    })
  }

  // Buckets and their settings

  findBucket(name: string): Bucket | undefined {
    return this.#parsed('SELECT body FROM bucket WHERE name = ?', name)
  }

  /** By name. */
  bucketsOf(account: string): Bucket[] {
    return this.#all('SELECT body FROM bucket WHERE account = ? ORDER BY name', account).map(parseRow<Bucket>)
  }

  allBuckets(): Bucket[] {
    return this.#all('SELECT body FROM bucket ORDER BY name').map(parseRow<Bucket>)
  }

  putBucket(bucket: Bucket): void {
    this.#run('INSERT OR REPLACE INTO bucket VALUES (?, ?, ?)', bucket.name, bucket.account, JSON.stringify(bucket))
  }

  /** The bucket must be empty of versions; what is left of uploads goes with it. */
  deleteBucket(name: string): void {
    for (const { id } of this.#all('SELECT id FROM upload WHERE bucket = ?', name)) this.deleteUpload(String(id))
    this.#run('DELETE FROM setting WHERE bucket = ?', name)
    this.#run('DELETE FROM bucket WHERE name = ?', name)
  }

  hasVersions(bucket: string): boolean {
    return this.#one('SELECT 1 FROM version WHERE bucket = ? LIMIT 1', bucket) !== undefined
  }

  /** The JSON text of a setting. */
  findSetting(bucket: string, name: string): string | undefined {
    return this.#remembered(String, 'SELECT body FROM setting WHERE bucket = ? AND name = ?', bucket, name)
  }

  putSetting(bucket: string, name: string, body: string): void {
    this.#run('INSERT OR REPLACE INTO setting VALUES (?, ?, ?)', bucket, name, body)
  }

  deleteSetting(bucket: string, name: string): void {
    this.#run('DELETE FROM setting WHERE bucket = ? AND name = ?', bucket, name)
  }

  // Versions of objects

  /** The newest version, which may be a delete marker. */
  findLatest(bucket: string, key: string): ObjectVersion | undefined {
    return this.#parsed('SELECT body FROM version WHERE bucket = ? AND key = ? AND latest = 1', bucket, key)
  }

  findVersion(bucket: string, key: string, versionId: string): ObjectVersion | undefined {
    return this.#parsed('SELECT body FROM version WHERE bucket = ? AND key = ? AND id = ?', bucket, key, versionId)
  }

  /** Puts a version as the newest, in the place of one with its id. */
  putVersion(version: ObjectVersion): void {
    const { bucket, key, versionId } = version
    this.#dropVersion(bucket, key, versionId)
    this.#run('UPDATE version SET latest = 0 WHERE bucket = ? AND key = ? AND latest = 1', bucket, key)
    this.#run(
      'INSERT INTO version (bucket, key, id, latest, listed, body) VALUES (?, ?, ?, 1, ?, ?)',
      ...[bucket, key, versionId, JSON.stringify(listed(version)), JSON.stringify(version)],
    )
  }

  /** Replaces what is known of a version that stays where it is: its tags. */
  updateVersion(version: ObjectVersion): void {
    const { bucket, key, versionId } = version
    const body = JSON.stringify(version)
    this.#run('UPDATE version SET body = ? WHERE bucket = ? AND key = ? AND id = ?', body, bucket, key, versionId)
  }

  /** Removes a version; the one before it becomes the newest. */
  removeVersion(bucket: string, key: string, versionId: string): void {
    this.#dropVersion(bucket, key, versionId)
    this.#run(
      `UPDATE version SET latest = 1 WHERE seq = (SELECT max(seq) FROM version WHERE bucket = ? AND key = ?)
       AND NOT EXISTS (SELECT 1 FROM version WHERE bucket = ? AND key = ? AND latest = 1)`,
      ...[bucket, key, bucket, key],
    )
  }

  /** The newest version of each key, delete markers among them, in key order, from `from` on (`from` itself too when `inclusive`). */
  currentVersions(bucket: string, from: string, inclusive: boolean, limit: number): ListedVersion[] {
    const rows = this.#all(
      `SELECT key, id, latest, listed FROM version WHERE bucket = ? AND latest = 1 AND key ${inclusive ? '>=' : '>'} ?
       ORDER BY key LIMIT ?`,
      ...[bucket, from, limit],
    )
    return rows.map(parseListed)
  }

  /** All versions in key order and from newest to oldest: those of keys after `from.key`, and of that key those older
   * than `from.versionId`; all of it when that is absent and `inclusive`. */
  allVersions(
    bucket: string,
    from: { key: string; versionId?: string },
    inclusive: boolean,
    limit: number,
  ): ListedVersion[] {
    const marker = from.versionId === undefined ? undefined : this.#seqOf(bucket, from.key, from.versionId)
    const rest = marker === undefined ? (inclusive ? 'key = ?' : '0 AND key = ?') : `key = ? AND seq < ${marker}`
    const rows = this.#all(
      `SELECT key, id, latest, listed FROM version WHERE bucket = ? AND key >= ? AND (key > ? OR (${rest}))
       ORDER BY key, seq DESC LIMIT ?`,
      ...[bucket, from.key, from.key, from.key, limit],
    )
    return rows.map(parseListed)
  }

  // Multipart uploads

  putUpload(upload: Upload): void {
    const { id, bucket, key } = upload
    this.#run('INSERT INTO upload VALUES (?, ?, ?, ?)', id, bucket, key, JSON.stringify(upload))
  }

  findUpload(id: string): Upload | undefined {
    return this.#parsed('SELECT body FROM upload WHERE id = ?', id)
  }

  /** In order of key and id, after the marker. */
  uploadsOf(bucket: string, after: { key: string; id: string }, limit: number): Upload[] {
    return this.#all(
      'SELECT body FROM upload WHERE bucket = ? AND (key > ? OR (key = ? AND id > ?)) ORDER BY key, id LIMIT ?',
      ...[bucket, after.key, after.key, after.id, limit],
    ).map(parseRow<Upload>)
  }

  /** Forgets the upload and releases its parts, but for the blobs in `kept`. */
  deleteUpload(id: string, kept: ReadonlySet<string> = new Set()): void {
    for (const { blob } of this.partsOf(id)) if (!kept.has(blob)) this.#released.push(blob)
    this.#run('DELETE FROM part WHERE upload = ?', id)
    this.#run('DELETE FROM upload WHERE id = ?', id)
  }

  putPart(upload: string, part: Part): void {
    const old = this.#one('SELECT body FROM part WHERE upload = ? AND number = ?', upload, part.number)
    if (old) this.#released.push(parseRow<Part>(old).blob)
    this.#run('INSERT OR REPLACE INTO part VALUES (?, ?, ?)', upload, part.number, JSON.stringify(part))
  }

  /** By number. */
  partsOf(upload: string): Part[] {
    return this.#all('SELECT body FROM part WHERE upload = ? ORDER BY number', upload).map(parseRow<Part>)
  }

  /** Every blob that some row names. */
  liveBlobs(): Set<string> {
    const blobs = new Set<string>()
    for (const row of this.#statement('SELECT body FROM version').iterate()) {
      for (const { blob } of parseRow<ObjectVersion>(row).segments) blobs.add(blob)
    }
    for (const row of this.#statement('SELECT body FROM part').iterate()) blobs.add(parseRow<Part>(row).blob)
    return blobs
  }

  #seqOf(bucket: string, key: string, versionId: string): number | undefined {
    const row = this.#one('SELECT seq FROM version WHERE bucket = ? AND key = ? AND id = ?', bucket, key, versionId)
    return row && Number(row.seq)
  }

  #dropVersion(bucket: string, key: string, versionId: string): void {
    const old = this.findVersion(bucket, key, versionId)
    if (!old) return
    this.#released.push(...old.segments.map(({ blob }) => blob))
    this.#run('DELETE FROM version WHERE bucket = ? AND key = ? AND id = ?', bucket, key, versionId)
  }

  async #sync(): Promise<void> {
    const released = this.#released
    this.#released = []
    this.#changed = false
    const done = Promise.withResolvers<void>()
    this.#syncing = done.promise
    this.#nextSync = undefined
    done.promise.catch(() => undefined)
    fdatasync(this.#walFile, (error) => (error ? done.reject(error) : done.resolve()))
    try {
      await done.promise
      this.#onReleased(released)
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

  /** The rows hold what this file wrote, so their shape is known. */
  #parsed<T>(sql: string, ...values: Value[]): T | undefined {
    return this.#remembered<T>((body) => JSON.parse(body), sql, ...values)
  }

  #remembered<T>(read: (body: string) => T, sql: string, ...values: Value[]): T | undefined {
    const question = `${sql}\0${values.join('\0')}`
    // Only this function fills the map, always by the same reading of one query.
    if (this.#known.has(question)) return this.#known.get(question) as T | undefined
    const row = this.#one(sql, ...values)
    const body = row && String(row.body)
    const value = body === undefined ? undefined : read(body)
    if ((body?.length ?? 0) <= KNOWN_LENGTH && this.#known.size < KNOWN_ROWS) this.#known.set(question, value)
    return value
  }

  #one(sql: string, ...values: Value[]): Row | undefined {
    return this.#statement(sql).get(...values)
  }

  #all(sql: string, ...values: Value[]): Row[] {
    return this.#statement(sql).all(...values)
  }

  #run(sql: string, ...values: Value[]): void {
    this.#known.clear()
    this.#statement(sql).run(...values)
  }
}

type Value = string | number
type Row = Record<string, unknown>

/** The rows hold what this file wrote, so their shape is known. */
function parseRow<T>(row: Row): T {
  return JSON.parse(String(row.body))
}

/** The part of a version that lists need; they must not read the segments of every object. */
function listed(version: ObjectVersion): Omit<ListedVersion, 'key' | 'versionId' | 'latest'> {
  const { deleteMarker, size, etag, modifiedAt, meta, checksum } = version
  return { deleteMarker, size, etag, modifiedAt, storageClass: meta.storageClass, ...(checksum ? { checksum } : {}) }
}

function parseListed(row: Row): ListedVersion {
  return {
    key: String(row.key),
    versionId: String(row.id),
    latest: row.latest === 1,
    ...JSON.parse(String(row.listed)),
  }
}
