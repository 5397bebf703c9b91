// Route 53's errors that more than one operation makes.

import { ApiError } from '../../errors.ts'
import { refusable } from '../refusable.ts'

export function noSuchHostedZone(id: string): ApiError {
  return new ApiError('NoSuchHostedZone', `No hosted zone found with ID: ${id}`, { status: 404 })
}

export function invalidInput(message: string): ApiError {
  return new ApiError('InvalidInput', message)
}

/** A parameter that the API's model requires. */
export function requireParameter<T>(name: string, value: T | undefined): T {
  if (value !== undefined) return value
  throw invalidInput(
    `1 validation error detected: Value null at '${name}' failed to satisfy constraint: Member must not be null`,
  )
}

/** Accepting what has no effect would be a lie. */
export function refuseUnserved(what: string, value: unknown): void {
  refusable(what)
  if (value !== undefined) throw invalidInput(`${what} is not served yet.`)
}
