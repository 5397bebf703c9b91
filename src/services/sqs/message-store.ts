// The messages of all queues in one SQLite database. A queue is the id under which its record says that they are kept.

import { DurableDatabase, type Row } from '../../store/durable-database.ts'
import type { Message, NewMessage } from './message.ts'
import type { QueueCounts } from './queue-attributes.ts'

/** `receipt` is what the last receive gave out; a message is in flight until `visible_at` once it has one. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT NOT NULL, content TEXT NOT NULL, group_id TEXT,
    sent_at INTEGER NOT NULL, visible_at INTEGER NOT NULL, receive_count INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER, receipt TEXT, source_arn TEXT
  );
  CREATE INDEX IF NOT EXISTS message_by_time ON message (queue, visible_at, number);
  CREATE INDEX IF NOT EXISTS message_by_group ON message (queue, group_id, visible_at) WHERE group_id IS NOT NULL;
  CREATE INDEX IF NOT EXISTS message_by_order ON message (queue);
  CREATE TABLE IF NOT EXISTS deduplication (
    queue TEXT NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL, message_id TEXT NOT NULL, number INTEGER NOT NULL,
    sent_at INTEGER NOT NULL, PRIMARY KEY (queue, scope, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS deduplication_by_age ON deduplication (sent_at);
`

/** A message that has the same deduplication id as one before is taken for it, this long. Milliseconds. */
const DEDUPLICATION_TIME = 5 * 60_000

/** Of a FIFO queue, to find one whose group is free. */
const MOST_LOOKED_AT = 20_000

/** Which messages of a queue there still are. */
export interface QueueView {
  readonly queue: string
  readonly now: number
  /** What was sent before is past its retention. */
  readonly oldest: number
}

/** Within which messages a deduplication id means one message. */
export interface Deduplication {
  readonly scope: string
  readonly id: string
}

/** What became of a message that was sent. */
export interface Sent {
  readonly id: string
  readonly number: number
}

export interface FoundMessage {
  readonly message: Message
  readonly receipt: string | undefined
  readonly visibleAt: number
}

export class MessageStore {
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
      this.#database.run('DELETE FROM message')
      this.#database.run('DELETE FROM deduplication')
    })
  }

  /** Puts a message at the end; one with a deduplication id that is known is the one of before. */
  send(queue: string, message: NewMessage, when: { now: number; visibleAt: number }, once?: Deduplication): Sent {
    const known = once && this.#findDuplicate(queue, once, when.now)
    if (known) return known
    const values = [queue, contentOf(message), message.groupId ?? null, when.now, when.visibleAt]
    const { lastNumber: number } = this.#database.run(
      'INSERT INTO message (queue, content, group_id, sent_at, visible_at) VALUES (?, ?, ?, ?, ?)',
      ...values,
    )
    if (once) {
      this.#database.run(
        'INSERT OR REPLACE INTO deduplication VALUES (?, ?, ?, ?, ?, ?)',
        ...[queue, once.scope, once.id, message.id, number, when.now],
      )
    }
    return { id: message.id, number }
  }

  #findDuplicate(queue: string, { scope, id }: Deduplication, now: number): Sent | undefined {
    const row = this.#database.one(
      'SELECT message_id, number FROM deduplication WHERE queue = ? AND scope = ? AND id = ? AND sent_at > ?',
      ...[queue, scope, id, now - DEDUPLICATION_TIME],
    )
    return row && { id: String(row.message_id), number: Number(row.number) }
  }

  /** Messages that can be received, those that can be longest first. */
  receivable({ queue, now, oldest }: QueueView, limit: number): Message[] {
    const rows = this.#database.all(
      'SELECT * FROM message WHERE queue = ? AND visible_at <= ? AND sent_at > ? ORDER BY visible_at, number LIMIT ?',
      ...[queue, now, oldest, limit],
    )
    return rows.map(toMessage)
  }

  /** The same of a FIFO queue, in order: none of a group with a message in flight, or with one before it that waits. As
   * in AWS only so many messages are looked at, or a long queue that is held up would hold up all. */
  receivableInOrder({ queue, now, oldest }: QueueView, limit: number): Message[] {
    const rows = this.#database.all(
      `SELECT * FROM (
         SELECT * FROM message INDEXED BY message_by_order WHERE queue = ? AND sent_at > ? ORDER BY number LIMIT ?
       ) AS candidate WHERE visible_at <= ? AND NOT EXISTS (
         SELECT 1 FROM message AS other INDEXED BY message_by_group
         WHERE other.queue = candidate.queue AND other.group_id = candidate.group_id
         AND other.visible_at > ? AND other.sent_at > ?
         AND (other.receipt IS NOT NULL OR other.number < candidate.number)
       ) ORDER BY number LIMIT ?`,
      ...[queue, oldest, MOST_LOOKED_AT, now, now, oldest, limit],
    )
    return rows.map(toMessage)
  }

  /** Gives a message out until `visibleAt`. */
  markReceived({ number }: Message, receipt: string, now: number, visibleAt: number): void {
    this.#database.run(
      `UPDATE message SET receipt = ?, visible_at = ?, receive_count = receive_count + 1,
       first_received_at = coalesce(first_received_at, ?) WHERE number = ?`,
      ...[receipt, visibleAt, now, number],
    )
  }

  /** Moves a message to the end of another queue, as if nobody had received it. */
  moveTo(queue: string, { number }: Message, sourceArn: string, now: number): void {
    this.#database.run(
      `INSERT INTO message (queue, content, group_id, sent_at, visible_at, source_arn)
       SELECT ?, content, group_id, sent_at, ?, ? FROM message WHERE number = ?`,
      ...[queue, now, sourceArn, number],
    )
    this.delete(number)
  }

  find(queue: string, number: number): FoundMessage | undefined {
    const row = this.#database.one('SELECT * FROM message WHERE number = ? AND queue = ?', number, queue)
    if (!row) return undefined
    const receipt = typeof row.receipt === 'string' ? row.receipt : undefined
    return { message: toMessage(row), receipt, visibleAt: Number(row.visible_at) }
  }

  setVisibleAt(number: number, visibleAt: number): void {
    this.#database.run('UPDATE message SET visible_at = ? WHERE number = ?', visibleAt, number)
  }

  delete(number: number): void {
    this.#database.run('DELETE FROM message WHERE number = ?', number)
  }

  counts({ queue, now, oldest }: QueueView): QueueCounts {
    const row = this.#database.one(
      `SELECT count(*) FILTER (WHERE visible_at <= ?1) AS visible,
       count(*) FILTER (WHERE visible_at > ?1 AND receipt IS NOT NULL) AS in_flight,
       count(*) FILTER (WHERE visible_at > ?1 AND receipt IS NULL) AS delayed
       FROM message WHERE queue = ?2 AND sent_at > ?3`,
      ...[now, queue, oldest],
    )
    return { visible: Number(row?.visible), inFlight: Number(row?.in_flight), delayed: Number(row?.delayed) }
  }

  /** When the next message becomes visible; undefined when none will. */
  nextVisibleAt({ queue, now, oldest }: QueueView): number | undefined {
    const row = this.#database.one(
      'SELECT visible_at FROM message WHERE queue = ? AND visible_at > ? AND sent_at > ? ORDER BY visible_at LIMIT 1',
      ...[queue, now, oldest],
    )
    return row && Number(row.visible_at)
  }

  /** Every queue that holds messages. */
  queues(): string[] {
    return this.#database.all('SELECT DISTINCT queue FROM message').map(({ queue }) => String(queue))
  }

  /** Deletes up to `limit` messages of the queue that were sent before; how many it found. */
  deleteSentBefore(queue: string, before: number, limit: number): number {
    return this.#database.run(
      'DELETE FROM message WHERE number IN (SELECT number FROM message WHERE queue = ? AND sent_at <= ? LIMIT ?)',
      ...[queue, before, limit],
    ).changes
  }

  /** Forgets deduplication ids that no longer count, and all of a queue's when it is named. */
  forgetDeduplication(now: number, queue = ''): void {
    this.#database.run('DELETE FROM deduplication WHERE sent_at <= ? OR queue = ?', now - DEDUPLICATION_TIME, queue)
  }
}

function contentOf({ id, body, attributes, traceHeader, groupId, deduplicationId, senderId }: NewMessage): string {
  return JSON.stringify({ id, body, attributes, traceHeader, groupId, deduplicationId, senderId })
}

function toMessage(row: Row): Message {
  const content: NewMessage = JSON.parse(String(row.content))
  return {
    ...content,
    number: Number(row.number),
    sentAt: Number(row.sent_at),
    receiveCount: Number(row.receive_count),
    ...(row.first_received_at !== null && { firstReceivedAt: Number(row.first_received_at) }),
    ...(row.source_arn !== null && { sourceArn: String(row.source_arn) }),
  }
}
