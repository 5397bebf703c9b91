// The bytes of objects, as files. A blob is written under another name, synced and renamed, so a file under its own name
// is whole; the index says which blobs count, and what no row names is swept when the daemon starts.

import { randomBytes } from 'node:crypto'
import { createReadStream, mkdirSync, readdirSync, rmSync, unlinkSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Body } from '../../edge/adapter.ts'

/** A run of bytes of an object: the whole of a simple one, or one part of a multipart one. */
export interface Segment {
  readonly blob: string
  readonly size: number
}

/** Part of an object: `end` is the last byte, inclusive, as HTTP counts. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** Octets read from disk at once. */
const READ_AHEAD = 512 * 1024
/** Blobs up to this size are read whole, and kept in memory while they are asked for most lately. Octets. */
const SMALL = 64 * 1024
const SMALL_TOTAL = 16 * 1024 * 1024
const EMPTY = new Uint8Array()
const BLOB_NAME = /^[0-9a-f]{32}$/

export class BlobFiles {
  #directory: string
  #incoming: string
  /** How many readers each blob has: a blob that is overwritten meanwhile lives until the last is done. */
  #readers = new Map<string, number>()
  #doomed = new Set<string>()
  /** Small blobs, the one asked for last at the end. A blob never changes, so what is kept of it is right. */
  #small = new Map<string, Uint8Array>()
  #smallTotal = 0

  /** Opens the files under `directory`; `isLive` says which blobs the index names, the rest is removed. */
  constructor(directory: string, isLive: (blob: string) => boolean) {
    this.#directory = directory
    this.#incoming = join(directory, 'incoming')
    rmSync(this.#incoming, { recursive: true, force: true })
    mkdirSync(this.#incoming, { recursive: true })
    for (const shelf of readdirSync(directory).filter((name) => name.length === 2)) {
      for (const blob of readdirSync(join(directory, shelf))) {
        if (BLOB_NAME.test(blob) && !isLive(blob)) unlinkSync(join(directory, shelf, blob))
      }
    }
  }

  /** Stores a body; resolves when it would survive a power cut. `observe` sees every piece and may throw to refuse. */
  async write(body: Body | undefined, observe: (piece: Uint8Array) => void): Promise<Segment> {
    const blob = randomBytes(16).toString('hex')
    const temporary = join(this.#incoming, blob)
    let size = 0
    try {
      // The file is opened inside: a body that breaks off before that must find its listeners attached.
      await pipeline(asReadable(body), async (pieces: AsyncIterable<Uint8Array | string>) => {
        await using file = await open(temporary, 'wx', 0o600)
        for await (const piece of pieces) {
          const octets = typeof piece === 'string' ? Buffer.from(piece) : piece
          observe(octets)
          size += octets.length
          await file.writeFile(octets)
        }
        await file.datasync()
      })
      await this.#keep(temporary, blob)
    } catch (error) {
      rmSync(temporary, { force: true })
      throw error
    }
    return { blob, size }
  }

  /** The same bytes as `read` gives, but small ones at once. */
  async content(segments: readonly Segment[], range?: ByteRange): Promise<Body> {
    const [only, more] = segments
    if (!only) return EMPTY
    if (more || only.size > SMALL) return this.read(segments, range)
    const bytes = this.#small.get(only.blob) ?? (await buffer(this.read(segments)))
    this.#remember(only.blob, bytes)
    return range ? bytes.subarray(range.start, range.end + 1) : bytes
  }

  /** The bytes of the segments in order, or a range of them. The blobs stay readable until the stream has ended. */
  read(segments: readonly Segment[], range?: ByteRange): Readable {
    const pieces = clip(segments, range)
    for (const { blob } of pieces) this.#readers.set(blob, (this.#readers.get(blob) ?? 0) + 1)
    const [only, more] = pieces
    const stream = only && !more ? this.#open(only) : Readable.from(this.#bytes(pieces), { objectMode: false })
    stream.once('close', () => {
      for (const { blob } of pieces) this.#release(blob)
    })
    return stream
  }

  /** Removes blobs that the index names no more; at once, or when their last reader is done. */
  remove(blobs: readonly string[]): void {
    for (const blob of blobs) {
      this.#forget(blob)
      if (this.#readers.has(blob)) this.#doomed.add(blob)
      else rmSync(this.#path(blob), { force: true })
    }
  }

  #remember(blob: string, bytes: Uint8Array): void {
    this.#forget(blob)
    this.#small.set(blob, bytes)
    this.#smallTotal += bytes.length
    for (const oldest of this.#small.keys()) {
      if (this.#smallTotal <= SMALL_TOTAL) return
      this.#forget(oldest)
    }
  }

  #forget(blob: string): void {
    this.#smallTotal -= this.#small.get(blob)?.length ?? 0
    this.#small.delete(blob)
  }

  async *#bytes(pieces: readonly (Segment & ByteRange)[]): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield* this.#open(piece)
  }

  #open({ blob, start, end }: Segment & ByteRange): Readable {
    return createReadStream(this.#path(blob), { start, end, highWaterMark: READ_AHEAD })
  }

  #release(blob: string): void {
    const readers = (this.#readers.get(blob) ?? 1) - 1
    if (readers > 0) {
      this.#readers.set(blob, readers)
      return
    }
    this.#readers.delete(blob)
    if (this.#doomed.delete(blob)) rmSync(this.#path(blob), { force: true })
  }

  async #keep(temporary: string, blob: string): Promise<void> {
    const shelf = join(this.#directory, blob.slice(0, 2))
    if (mkdirSync(shelf, { recursive: true }) !== undefined) await syncDirectory(this.#directory)
    await rename(temporary, this.#path(blob))
    await syncDirectory(shelf)
  }

  #path(blob: string): string {
    return join(this.#directory, blob.slice(0, 2), blob)
  }
}

function asReadable(body: Body | undefined): Readable {
  if (body instanceof Readable) return body
  return Readable.from(body && body.length > 0 ? [body] : [])
}

/** What of each segment lies in the range. */
function clip(segments: readonly Segment[], range: ByteRange | undefined): (Segment & ByteRange)[] {
  const pieces: (Segment & ByteRange)[] = []
  let offset = 0
  for (const segment of segments) {
    const start = Math.max(0, (range?.start ?? 0) - offset)
    const end = Math.min(segment.size - 1, (range?.end ?? Number.POSITIVE_INFINITY) - offset)
    if (start <= end) pieces.push({ ...segment, start, end })
    offset += segment.size
  }
  return pieces
}

/** A name in a directory is on disk once the directory is. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
