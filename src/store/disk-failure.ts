// How a disk says no: what it is that SQLite and the file system throw when it is full, read-only or broken.

import { StoreUnavailable } from './store.ts'

const SYSTEM_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'])
/** SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN: https://sqlite.org/rescode.html */
const SQLITE_CODES: ReadonlySet<number> = new Set([8, 10, 13, 14])

/** What the disk said when an error is the disk's; undefined for any other. */
export function findDiskFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  // The low byte is the kind; the rest says more.
  const isSqlites = 'errcode' in error && SQLITE_CODES.has(Number(error.errcode) & 0xff)
  const isSystems = 'code' in error && SYSTEM_CODES.has(error.code)
  return isSqlites || isSystems || error instanceof StoreUnavailable ? error.message : undefined
}
