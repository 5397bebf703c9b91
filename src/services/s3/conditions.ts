// Conditional requests: RFC 9110 section 13, with S3's answers.

import type { ObjectVersion } from './object-records.ts'
import { quoted, unquoted } from './require.ts'
import { noSuchKey, s3Error } from './s3-error.ts'

export interface ReadConditions {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
  readonly IfModifiedSince?: Date | undefined
  readonly IfUnmodifiedSince?: Date | undefined
}

export interface WriteConditions {
  readonly IfMatch?: string | undefined
  readonly IfNoneMatch?: string | undefined
}

/** Throws NotModified or PreconditionFailed. `If-Match` makes `If-Unmodified-Since` moot, and so for the other two. */
export function requireReadConditions(conditions: ReadConditions, version: ObjectVersion): void {
  const modifiedAt = Date.parse(version.modifiedAt)
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, version.etag)) throw preconditionFailed('If-Match')
  } else if (IfUnmodifiedSince && modifiedAt > IfUnmodifiedSince.getTime())
    throw preconditionFailed('If-Unmodified-Since')
  if (IfNoneMatch !== undefined) {
    if (matches(IfNoneMatch, version.etag)) throw notModified(version)
  } else if (IfModifiedSince && modifiedAt <= IfModifiedSince.getTime()) throw notModified(version)
}

/** The conditions on the source of a copy fail with 412 only. */
export function requireCopyConditions(conditions: ReadConditions, version: ObjectVersion): void {
  const modifiedAt = Date.parse(version.modifiedAt)
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions
  if (IfMatch !== undefined) {
    if (!matches(IfMatch, version.etag)) throw preconditionFailed('x-amz-copy-source-If-Match')
  } else if (IfUnmodifiedSince && modifiedAt > IfUnmodifiedSince.getTime()) {
    throw preconditionFailed('x-amz-copy-source-If-Unmodified-Since')
  }
  if (IfNoneMatch !== undefined) {
    if (matches(IfNoneMatch, version.etag)) throw preconditionFailed('x-amz-copy-source-If-None-Match')
  } else if (IfModifiedSince && modifiedAt <= IfModifiedSince.getTime()) {
    throw preconditionFailed('x-amz-copy-source-If-Modified-Since')
  }
}

/** Throws unless the write may replace `current`, which is undefined when the key is free. */
export function requireWriteConditions(
  conditions: WriteConditions,
  key: string,
  current: ObjectVersion | undefined,
): void {
  const there = current && !current.deleteMarker ? current : undefined
  if (conditions.IfNoneMatch !== undefined) {
    if (conditions.IfNoneMatch !== '*') {
      throw s3Error('NotImplemented', {
        message: 'A header you provided implies functionality that is not implemented',
        fields: { Header: 'If-None-Match' },
      })
    }
    if (there) throw preconditionFailed('If-None-Match')
  }
  if (conditions.IfMatch !== undefined) {
    if (!there) throw noSuchKey(key)
    if (!matches(conditions.IfMatch, there.etag)) throw preconditionFailed('If-Match')
  }
}

function matches(list: string, etag: string): boolean {
  return list.split(',').some((candidate) => candidate.trim() === '*' || unquoted(candidate.trim()) === etag)
}

function preconditionFailed(condition: string): Error {
  return s3Error('PreconditionFailed', { fields: { Condition: condition } })
}

function notModified(version: ObjectVersion): Error {
  return s3Error('NotModified', {
    headers: { etag: quoted(version.etag), 'last-modified': new Date(version.modifiedAt).toUTCString() },
  })
}
