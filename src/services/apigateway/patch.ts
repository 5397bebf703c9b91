// Patch operations: each names a path of the resource, and rows say which paths can be changed how.
// https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html

import type { PatchOperation } from '@aws-sdk/client-api-gateway'
import { badRequest, notServed } from './errors.ts'

export type Op = 'add' | 'remove' | 'replace'

/** One change that a row of the table applies to. */
export interface Change {
  readonly op: Op
  /** Empty when none was sent. */
  readonly value: string
  /** What stands in the places of the path's asterisks. */
  readonly names: readonly string[]
}

export interface PatchRow<R> {
  readonly ops: readonly Op[]
  /** `/policy`, `/variables/*`: an asterisk is one part of the path, in which `~1` stands for a slash. */
  readonly path: string
  apply(record: R, change: Change): R
}

/** The record after all changes, in their order. */
export function applyPatches<R>(
  record: R,
  operations: readonly PatchOperation[] | undefined,
  rows: readonly PatchRow<R>[],
): R {
  return (operations ?? []).reduce((patched, operation) => applyPatch(patched, operation, rows), record)
}

/** A row that puts and takes away entries of a map of the record, such as its templates. */
export function mapRow<R>(
  path: string,
  read: (record: R) => Readonly<Record<string, string>> | undefined,
  write: (record: R, entries: Readonly<Record<string, string>>) => R,
): PatchRow<R> {
  return {
    ops: ['add', 'replace', 'remove'],
    path: `${path}/*`,
    apply(record, { op, value, names: [name = ''] }) {
      const { [name]: _, ...others } = read(record) ?? {}
      return write(record, op === 'remove' ? others : { ...others, [name]: value })
    },
  }
}

/** A path that AWS has and Postern has not. */
export function unservedRow<R>(path: string, what: string): PatchRow<R> {
  return {
    ops: ['add', 'replace', 'remove'],
    path,
    apply: () => {
      throw notServed(what)
    },
  }
}

/** `true` or `false` as a patch sends them. */
export function readBoolean(value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true'
  throw badRequest(`Invalid boolean value specified: ${value}`)
}

function applyPatch<R>(record: R, operation: PatchOperation, rows: readonly PatchRow<R>[]): R {
  const { op = '', path = '', value = '' } = operation
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    throw badRequest(`Invalid patch operation specified: '${op}'. Must be one of: [add, remove, replace]`)
  }
  const parts = path.split('/').slice(1).map(unescapePart)
  for (const row of rows) {
    const names = row.ops.includes(op) ? matchPath(row.path, parts) : undefined
    if (names) return row.apply(record, { op, value, names })
  }
  const allowed = rows.filter((row) => row.ops.includes(op)).map((row) => row.path.replaceAll('*', '{name}'))
  throw badRequest(`Invalid patch path  '${path}' specified for op '${op}'. Must be one of: [${allowed.join(', ')}]`)
}

function matchPath(path: string, parts: readonly string[]): string[] | undefined {
  const wanted = path.split('/').slice(1)
  if (wanted.length !== parts.length) return undefined
  const fits = wanted.every((part, at) => part === '*' || part === parts[at])
  return fits ? parts.filter((_, at) => wanted[at] === '*') : undefined
}

function unescapePart(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~')
}
