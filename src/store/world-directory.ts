// A world's data directory: the lock that keeps a second daemon out, the world's name in the kernel, its secrets, and
// where everything else keeps its files.

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** What a running daemon leaves for the command line to find it. */
export interface DaemonAddress {
  readonly pid: number
  /** `http://127.0.0.1:4566` */
  readonly endpoint: string
}

/** The directory cannot be used; the message says why and what to do. */
export class WorldUnavailable extends Error {}

export interface WorldDirectory {
  readonly path: string
  /** Four hex digits: the daemon's part of every name it makes in the kernel. */
  readonly world: string
  /** 32 bytes that seal temporary credentials. */
  readonly sessionKey: Buffer
  /** What a caller of /_postern/ must know in strict mode: who can read the directory can. */
  readonly adminToken: string
  /** Lets another daemon in. */
  release(): void
}

const ADMIN_TOKEN = 'admin-token'

/** Opens or makes the directory and takes its lock; throws WorldUnavailable. */
export function openWorldDirectory(path: string): WorldDirectory {
  try {
    makeDirectory(path)
    const lock = takeLock(path)
    return {
      path,
      world: kept(path, 'world', () => randomBytes(2).toString('hex')),
      sessionKey: Buffer.from(
        kept(path, 'session-key', () => randomBytes(32).toString('hex')),
        'hex',
      ),
      adminToken: kept(path, ADMIN_TOKEN, () => randomBytes(32).toString('hex')),
      release: () => lock.close(),
    }
  } catch (error) {
    if (error instanceof WorldUnavailable) throw error
    throw new WorldUnavailable(
      `cannot use the data directory ${path}: ${reason(error)}; choose another with --data DIR`,
    )
  }
}

/** Makes the directory and its parents, for their owner only. Node's own recursive kind never returns under /proc. */
export function makeDirectory(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  makeDirectory(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

/** The token of this directory's daemon; undefined for who may not read it. */
export function readAdminToken(path: string): string | undefined {
  try {
    return readFileSync(join(path, ADMIN_TOKEN), 'utf8').trim()
  } catch {
    // A daemon in open mode asks for none, and one in strict mode says what is missing.
    return undefined
  }
}

/** Where the daemon of this directory answers, as it last said; undefined when none was started or it ended in order. */
export function readDaemonAddress(path: string): DaemonAddress | undefined {
  try {
    return JSON.parse(readFileSync(join(path, 'daemon.json'), 'utf8'))
  } catch {
    // No file, or one cut short by a crash: either way nobody is known to be there.
    return undefined
  }
}

/** The world's part of kernel names, for who looks at its namespaces from outside; throws when there is no world. */
export function readWorldName(path: string): string {
  return readFileSync(join(path, 'world'), 'utf8').trim()
}

export function writeDaemonAddress(path: string, address: DaemonAddress): void {
  writeFileSync(join(path, 'daemon.json'), `${JSON.stringify(address)}\n`)
}

export function removeDaemonAddress(path: string): void {
  rmSync(join(path, 'daemon.json'), { force: true })
}

/** SQLite's exclusive lock goes with the process, however it ends, so it is never stale. */
function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(join(path, 'lock'))
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return lock
  } catch (error) {
    lock.close()
    if (!String(error).includes('locked')) throw error
    const other = readDaemonAddress(path)
    const who = other ? `the daemon with pid ${other.pid} at ${other.endpoint}` : 'another daemon'
    throw new WorldUnavailable(`${path} is in use by ${who}; stop it (postern down) or choose another with --data DIR`)
  }
}

/** The content of a small secret file, made the first time. */
function kept(path: string, name: string, make: () => string): string {
  const file = join(path, name)
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (!isMissing(error)) throw error
    const content = make()
    writeFileSync(file, `${content}\n`, { mode: 0o600, flush: true })
    return content
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
