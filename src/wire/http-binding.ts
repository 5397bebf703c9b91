// Members that HTTP carries outside the body: in the path, the query and the headers.

import { ApiError } from '../errors.ts'
import type { RequestHead } from './codec.ts'
import { parseForm } from './form.ts'
import type { Member, Shape, Structure } from './model.ts'
import { readPrimitive } from './query-decode.ts'
import type { Route, URLQuery } from './route.ts'
import { formatTimestamp, timestampFormat } from './timestamp.ts'
import { asRecord } from './xml-encode.ts'

/** The member that is the whole body. */
export function payloadOf(structure: Structure): Member | undefined {
  return structure.members.find(({ at }) => at === 'payload')
}

/** Reads all that is not in the body. */
export function bindRequest(
  structure: Structure,
  route: Route,
  head: RequestHead,
  query: URLQuery,
): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const member of structure.members) {
    const value = readMember(member, route, head, query)
    if (value !== undefined) input[member.name] = value
  }
  return input
}

/** The headers that an output's members are. */
export function bindHeaders(structure: Structure, output: Readonly<Record<string, unknown>>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const { name, at, wireName, shape } of structure.members) {
    const value = output[name]
    if (value === undefined || value === null) continue
    if (at === 'header') headers[wireName] = headerText(formatHeader(shape, value))
    if (at === 'headers') {
      for (const [key, text] of Object.entries(asRecord(value))) headers[wireName + key] = headerText(String(text))
    }
  }
  return headers
}

function readMember(
  { name, at, wireName, shape }: Member,
  { labels }: Route,
  { headers, query: wholeQuery }: RequestHead,
  query: URLQuery,
): unknown {
  switch (at) {
    case 'label': {
      const text = labels[name]
      return text === undefined ? undefined : readText(shape, decodeLabel(text), name)
    }
    case 'header': {
      const text = headers[wireName]
      // A date that cannot be read is as good as absent: AWS keeps it as text that no client gets as a date.
      return text === undefined ? undefined : readText(shape, text, wireName, wireName === 'expires')
    }
    case 'headers':
      return prefixed(headers, wireName)
    case 'query': {
      if (shape.kind === 'list') return readRepeated(shape.of, wholeQuery, wireName)
      const text = query.get(wireName)
      return text === undefined ? undefined : readText(shape, text, wireName)
    }
    case 'queries':
      return Object.fromEntries(query)
    case 'payload':
    case 'status':
    case undefined:
      return undefined
    default:
      throw at satisfies never
  }
}

/** A list in the query is its parameter again and again. */
function readRepeated(of: Shape, query: string, wireName: string): unknown[] | undefined {
  const texts = parseForm(query).flatMap(([name, text]) => (name === wireName ? [text] : []))
  return texts.length === 0 ? undefined : texts.map((text) => readText(of, text, wireName))
}

function prefixed(headers: RequestHead['headers'], prefix: string): Record<string, string> | undefined {
  const found = Object.entries(headers)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => [name.slice(prefix.length), value])
  return found.length > 0 ? Object.fromEntries(found) : undefined
}

function readText(shape: Shape, text: string, name: string, lenient = false): unknown {
  switch (shape.kind) {
    case 'primitive':
      try {
        return readPrimitive(shape.type, text, name)
      } catch (error) {
        if (lenient && error instanceof ApiError) return undefined
        throw invalidArgument(error, name, text)
      }
    case 'enum':
      return text
    case 'list':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map((part) => readText(shape.of, part, name))
    default:
      return undefined
  }
}

/** REST services call it an argument. */
function invalidArgument(error: unknown, name: string, text: string): unknown {
  if (!(error instanceof ApiError)) return error
  return new ApiError('InvalidArgument', error.message, { fields: { ArgumentName: name, ArgumentValue: text } })
}

function decodeLabel(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new ApiError('InvalidURI', "Couldn't parse the specified URI.", { fields: { URI: text } })
  }
}

function formatHeader(shape: Shape, value: unknown): string {
  if (value instanceof Date) {
    const format = shape.kind === 'primitive' ? timestampFormat(shape.type, 'http-date') : undefined
    return formatTimestamp(value, format ?? 'http-date')
  }
  if (Array.isArray(value)) return value.map((entry) => formatHeader(shape, entry)).join(',')
  return String(value)
}

/** What cannot stand in a header becomes a question mark, as in S3's answers. */
function headerText(text: string): string {
  return text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
}
