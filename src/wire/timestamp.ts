// Points in time as the protocols write them.

import type { Primitive } from './tables.ts'

export type TimestampFormat = Extract<Primitive, 'date-time' | 'http-date' | 'epoch-seconds'>

/** A primitive that stands for a point in time; `timestamp` is in the protocol's own format. */
export function timestampFormat(type: Primitive, own: TimestampFormat): TimestampFormat | undefined {
  switch (type) {
    case 'timestamp':
      return own
    case 'date-time':
    case 'http-date':
    case 'epoch-seconds':
      return type
    default:
      return undefined
  }
}

const DATE_TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/
const EPOCH_SECONDS = /^-?\d{1,12}(?:\.\d+)?$/

/** Reads any of the formats, as AWS does; undefined when it is none. */
export function parseTimestamp(text: string): Date | undefined {
  if (EPOCH_SECONDS.test(text)) return new Date(Math.round(Number(text) * 1000))
  const local = DATE_TIME.test(text) && text.includes('T') && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(text)
  if (!DATE_TIME.test(text) && !/^[A-Z][a-z]{2}, /.test(text)) return undefined
  const time = Date.parse(local ? `${text}Z` : text)
  return Number.isNaN(time) ? undefined : new Date(time)
}

export function formatTimestamp(date: Date, format: TimestampFormat): string {
  switch (format) {
    case 'date-time':
      return date.toISOString()
    case 'http-date':
      return date.toUTCString()
    case 'epoch-seconds':
      return String(date.getTime() / 1000)
    default:
      throw format satisfies never
  }
}

/** ISO 8601 without the milliseconds, as IAM and STS write it. */
export function formatSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
