// Names, paths and unique ids of IAM's entities.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html

import { randomBytes } from 'node:crypto'
import { constraintError, requireParameter, validationError } from './errors.ts'

const NAME = /^[\w+=,.@-]+$/
const PATH = /^\/([\x21-\x7e]*\/)?$/
const PATH_LENGTH = 512

/** The name, when an entity may have it. `parameter` is the member in lower camel case: `roleName`. */
export function requireName(parameter: string, name: string | undefined, maxLength: number): string {
  const given = requireParameter(parameter, name)
  if (given.length === 0 || given.length > maxLength) {
    const bound = given.length === 0 ? 'greater than or equal to 1' : `less than or equal to ${maxLength}`
    throw constraintError(parameter, given, `have length ${bound}`)
  }
  if (!NAME.test(given)) {
    throw validationError(
      `The specified value for ${parameter} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    )
  }
  return given
}

/** The path of a new entity: `/` when absent. */
export function readPath(path: string | undefined): string {
  const given = path ?? '/'
  if (given.length > PATH_LENGTH || !PATH.test(given)) {
    throw validationError(
      'The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.',
    )
  }
  return given
}

/** `AIDA` user, `AGPA` group, `AROA` role, `ANPA` managed policy, `AIPA` instance profile. */
export type UniqueIdPrefix = 'AIDA' | 'AGPA' | 'AROA' | 'ANPA' | 'AIPA'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A new unique id: 85 random bits, so it is not looked up whether it is in use. */
export function newUniqueId(prefix: UniqueIdPrefix): string {
  return prefix + [...randomBytes(17)].map((byte) => ALPHABET[byte & 31]).join('')
}

/** Names that differ only in case are the same name to IAM. */
export function hasName(entities: readonly { readonly name: string }[], name: string): boolean {
  const lower = name.toLowerCase()
  return entities.some((entity) => entity.name.toLowerCase() === lower)
}
