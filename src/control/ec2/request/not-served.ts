// Parameters that AWS has and Postern has not yet. They are refused, never ignored: what was asked for and is not done
// would show later, as a packet that takes another way.

import { ApiError } from '../../../errors.ts'
import { refusable } from '../../refusable.ts'

export function notServed(what: string): ApiError {
  return new ApiError('UnsupportedOperation', `${what} is not served yet.`)
}

/** Refuses the call when one of these parameters was sent with anything but `false`, an empty text or an empty list. */
export function refuseUnserved(parameters: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(parameters)) {
    refusable(name)
    const isEmpty = Array.isArray(value) && value.length === 0
    if (value !== undefined && value !== null && value !== false && value !== '' && !isEmpty) {
      throw notServed(`The parameter ${name}`)
    }
  }
}
