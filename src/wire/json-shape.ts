// Values of the JSON protocols: seconds for times, base64 for bytes. Unknown members are passed over, as AWS does.

import { ApiError } from '../errors.ts'
import type { Member, Shape, Structure } from './model.ts'
import type { Primitive } from './tables.ts'
import { formatTimestamp, parseTimestamp, timestampFormat } from './timestamp.ts'
import { asRecord } from './xml-encode.ts'

/** No AWS input is nested deeper; it bounds what a body can cost. */
const DEEPEST = 64

/** Reads a body, which is an object or nothing. */
export function parseJson(body: Uint8Array): unknown {
  if (body.length === 0) return {}
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    throw serialization(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
}

export function decodeJson(shape: Shape, value: unknown, path = '', depth = 0): unknown {
  if (depth > DEEPEST) throw serialization(`${path.slice(0, 100)} is nested too deep`)
  switch (shape.kind) {
    case 'primitive':
      return readPrimitive(shape.type, value, path)
    case 'enum':
      return readEnum(shape.values, value, path)
    case 'list':
      if (!Array.isArray(value)) throw wrongType(path, 'a list')
      return value.map((entry, at) => decodeJson(shape.of, entry, `${path}.${at + 1}.member`, depth + 1))
    case 'map':
      return Object.fromEntries(
        Object.entries(requireObject(value, path))
          .filter(([, entry]) => entry !== null)
          .map(([key, entry]) => [key, decodeJson(shape.of, entry, `${path}.${key}`, depth + 1)]),
      )
    case 'structure':
      return decodeMembers(shape.members, requireObject(value, path), path, depth)
    default:
      throw shape satisfies never
  }
}

/** The members of an object that the body carries. */
export function decodeMembers(
  members: readonly Member[],
  value: Readonly<Record<string, unknown>>,
  path = '',
  depth = 0,
): Record<string, unknown> {
  const record: Record<string, unknown> = {}
  for (const { name, json, shape } of members) {
    const entry = Object.hasOwn(value, json) ? value[json] : undefined
    if (entry === undefined || entry === null) continue
    record[name] = decodeJson(shape, entry, path === '' ? lowerFirst(json) : `${path}.${lowerFirst(json)}`, depth + 1)
  }
  return record
}

/** A value as JSON will print it. */
export function encodeJson(shape: Shape, value: unknown): unknown {
  switch (shape.kind) {
    case 'primitive':
      return encodePrimitive(shape.type, value)
    case 'enum':
      return value
    case 'list':
      return Array.isArray(value) ? value.map((entry) => encodeJson(shape.of, entry)) : []
    case 'map':
      return Object.fromEntries(
        Object.entries(asRecord(value))
          .filter(([, entry]) => entry !== undefined)
          .map(([key, entry]) => [key, encodeJson(shape.of, entry)]),
      )
    case 'structure':
      return encodeMembers(shape, value)
    default:
      throw shape satisfies never
  }
}

/** Where an answer has no place: what the model puts there is in the body. API Gateway's `position` is such a member. */
const REQUEST_PLACES: ReadonlySet<string | undefined> = new Set(['query', 'queries', 'label', undefined])

/** True when the body of an answer carries the member. */
export function isInAnswerBody({ at }: Member): boolean {
  return REQUEST_PLACES.has(at)
}

/** The members of a structure that the body carries. */
export function encodeMembers(structure: Structure, value: unknown): Record<string, unknown> {
  const record = asRecord(value)
  return Object.fromEntries(
    structure.members
      .filter((member) => isInAnswerBody(member) && record[member.name] !== undefined && record[member.name] !== null)
      .map(({ name, json, shape }) => [json, encodeJson(shape, record[name])]),
  )
}

export function requireObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(path, 'an object')
  return asRecord(value)
}

function encodePrimitive(type: Primitive, value: unknown): unknown {
  const format = timestampFormat(type, 'epoch-seconds')
  if (format && value instanceof Date) {
    return format === 'epoch-seconds' ? value.getTime() / 1000 : formatTimestamp(value, format)
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  return value
}

function readPrimitive(type: Primitive, value: unknown, path: string): unknown {
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw wrongType(path, 'a string')
      return value
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(path, 'true or false')
      return value
    case 'integer':
    case 'number':
      return readNumber(value, path)
    case 'blob':
    case 'stream':
      if (typeof value !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw wrongType(path, 'base64')
      return new Uint8Array(Buffer.from(value, 'base64'))
    case 'document':
      return value
    case 'timestamp':
    case 'date-time':
    case 'http-date':
    case 'epoch-seconds': {
      const isTime = typeof value === 'number' || typeof value === 'string'
      const date = isTime ? parseTimestamp(String(value)) : undefined
      if (!date) throw wrongType(path, 'a point in time')
      return date
    }
    default:
      throw type satisfies never
  }
}

function readNumber(value: unknown, path: string): number {
  if (typeof value === 'number') return value
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value)
  throw wrongType(path, 'a number')
}

function readEnum(values: ReadonlySet<string>, value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongType(path, 'a string')
  if (values.has(value)) return value
  throw new ApiError(
    'ValidationException',
    `1 validation error detected: Value '${value}' at '${path}' failed to satisfy constraint: ` +
      `Member must satisfy enum value set: [${[...values].join(', ')}]`,
  )
}

function wrongType(path: string, wanted: string): ApiError {
  return serialization(`${path === '' ? 'the body' : path} is not ${wanted}`)
}

function serialization(message: string): ApiError {
  return new ApiError('SerializationException', message)
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
