// The parameters that many operations share, checked as AWS checks them, and what they name.

import type { Call } from '../../edge/adapter.ts'
import { parseLogGroupArn } from './arn.ts'
import type { LogGroup, LogStream, Place } from './log-records.ts'
import type { LogStore } from './log-store.ts'
import { constraintFailed, invalidParameter, notFound, required } from './logs-error.ts'

const GROUP_NAME = /^[.\-_/#A-Za-z0-9]+$/
const STREAM_NAME = /^[^:*]*$/
const LONGEST_NAME = 512

/** Account and region of a call. */
export function placeOf({ principal, region }: Pick<Call, 'principal' | 'region'>): Place {
  return { account: principal.kind === 'anonymous' ? 'anonymous' : principal.account, region }
}

export function requireGroupName(name: string | undefined, member = 'logGroupName'): string {
  const checked = requireLength(name, member, LONGEST_NAME)
  if (!GROUP_NAME.test(checked)) throw patternFailed(member, checked, '[\\.\\-_/#A-Za-z0-9]+')
  return checked
}

export function requireStreamName(name: string | undefined, member = 'logStreamName'): string {
  const checked = requireLength(name, member, LONGEST_NAME)
  if (!STREAM_NAME.test(checked)) throw patternFailed(member, checked, '[^:*]*')
  return checked
}

/** Text of 1 to `most` characters. */
export function requireLength(text: string | undefined, member: string, most: number): string {
  if (text === undefined) throw required(member)
  if (text === '') throw constraintFailed(member, text, 'have length greater than or equal to 1')
  if (text.length > most) throw constraintFailed(member, text, `have length less than or equal to ${most}`)
  return text
}

/** A whole number of 1 to `most`; `fallback` when none was sent. */
export function requireLimit(limit: number | undefined, most: number, fallback = most): number {
  if (limit === undefined) return fallback
  if (limit < 1) throw constraintFailed('limit', limit, 'have value greater than or equal to 1')
  if (limit > most) throw constraintFailed('limit', limit, `have value less than or equal to ${most}`)
  return Math.trunc(limit)
}

interface GroupInput {
  readonly logGroupName?: string | undefined
  /** A name or an ARN. */
  readonly logGroupIdentifier?: string | undefined
}

export function requireGroup(store: LogStore, call: Call, input: GroupInput): LogGroup {
  const { logGroupName, logGroupIdentifier } = input
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw invalidParameter('LogGroup name and LogGroup identifier are mutually exclusive parameters.')
  }
  if (logGroupIdentifier === undefined) return groupNamed(store, placeOf(call), requireGroupName(logGroupName))
  return groupIdentified(store, call, logGroupIdentifier)
}

/** By name or ARN. A group of another account or region is not there for this call. */
export function groupIdentified(store: LogStore, call: Call, identifier: string): LogGroup {
  const place = placeOf(call)
  if (!identifier.startsWith('arn:')) {
    return groupNamed(store, place, requireGroupName(identifier, 'logGroupIdentifier'))
  }
  const named = parseLogGroupArn(identifier)
  if (!named) throw invalidParameter(`The specified ARN is not valid: ${identifier}`)
  if (named.account !== place.account || named.region !== place.region) throw notFound('group')
  return groupNamed(store, place, named.name)
}

export function requireStream(store: LogStore, group: LogGroup, name: string): LogStream {
  const stream = store.findStream(group.id, name)
  if (!stream) throw notFound('stream')
  return stream
}

function groupNamed(store: LogStore, place: Place, name: string): LogGroup {
  const group = store.findGroup(place, name)
  if (!group) throw notFound('group')
  return group
}

function patternFailed(member: string, value: string, pattern: string): Error {
  return constraintFailed(member, value, `satisfy regular expression pattern: ${pattern}`)
}
