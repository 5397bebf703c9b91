// Tokens that say where the next page begins. Clients must take them as they are; ours hold a name or a position.

import type { Position } from './log-records.ts'
import { invalidParameter } from './logs-error.ts'

export type Direction = 'forward' | 'backward'

/** The id that AWS gives an event: 56 digits that grow with time. Its lower bits are the number. */
export function eventId({ timestamp, number }: Position): string {
  return ((BigInt(timestamp) << NUMBER_BITS) | BigInt(number)).toString().padStart(56, '0')
}

const NUMBER_BITS = 144n
const NUMBERS = (1n << NUMBER_BITS) - 1n

function parseEventId(id: string): Position {
  const bits = BigInt(id)
  return { timestamp: Number(bits >> NUMBER_BITS), number: Number(bits & NUMBERS) }
}

/** The token of GetLogEvents: `f/` and `b/` are part of AWS's, too. */
export function formatStreamToken(direction: Direction, position: Position): string {
  return `${direction === 'forward' ? 'f' : 'b'}/${eventId(position)}/s`
}

export function parseStreamToken(token: string): { readonly direction: Direction; readonly after: Position } {
  const [, letter, id] = /^([fb])\/([0-9]{56})\/s$/.exec(token) ?? []
  if (!id) throw invalidToken()
  return { direction: letter === 'f' ? 'forward' : 'backward', after: parseEventId(id) }
}

/** The token of a list: what the last page ended with. */
export function formatListToken(kind: string, last: string): string {
  return Buffer.from(`${kind} ${last}`).toString('base64url')
}

/** What the last page ended with; undefined where there was none. */
export function parseListToken(kind: string, token: string | undefined): string | undefined {
  if (token === undefined) return undefined
  const text = Buffer.from(token, 'base64url').toString()
  if (!text.startsWith(`${kind} `)) throw invalidToken()
  return text.slice(kind.length + 1)
}

/** The token of FilterLogEvents. */
export function formatEventsToken(newestFirst: boolean, position: Position): string {
  return formatListToken(newestFirst ? 'newest' : 'oldest', eventId(position))
}

export function parseEventsToken(token: string): { readonly newestFirst: boolean; readonly after: Position } {
  const newestFirst = Buffer.from(token, 'base64url').toString().startsWith('newest ')
  const id = parseListToken(newestFirst ? 'newest' : 'oldest', token) ?? ''
  if (!/^[0-9]{56}$/.test(id)) throw invalidToken()
  return { newestFirst, after: parseEventId(id) }
}

function invalidToken(): Error {
  return invalidParameter('The specified nextToken is invalid.')
}
